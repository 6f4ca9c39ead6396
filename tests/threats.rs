//! docs/threat-model.md names a test for each threat. Here is whether there is one of that name.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names of the functions under `#[test]` and its like, below a folder.
fn tests_below(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_below(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut is_next = false;
            for line in text.lines().map(str::trim) {
                is_next |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
                if let Some(name) = name.filter(|_| std::mem::take(&mut is_next)) {
                    names.insert(name.split('(').next().unwrap().to_owned());
                }
            }
        }
    }
}

/// The rows of the table of threats, each by its cells.
fn threats(page: &str) -> Vec<Vec<&str>> {
    let table = page.split("## Threats").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn each_threat_names_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    // Properties stand in macros, with the same attribute.
    ["src", "tests"].iter().for_each(|folder| tests_below(&root.join(folder), &mut names));
    assert!(names.contains("each_threat_names_tests_that_there_are"));
    let page = fs::read_to_string(root.join("docs/threat-model.md")).unwrap();
    let threats = threats(&page);
    assert!(threats.len() > 15, "the table is not found");
    for threat in threats {
        let named: Vec<&str> = threat.last().unwrap().split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{:?} names no test", threat[0]);
        for name in named {
            assert!(names.contains(name), "{:?} names {name}, and there is no such test", threat[0]);
        }
    }
}
