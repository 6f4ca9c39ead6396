//! What the fuzzers check of bytes that they make up, here of bytes that are kept: `fuzz/corpus`, where what they once
//! found is as well, and the samples that they begin with. `CONTRIBUTING.md` tells how to run them.

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
mod checks;

/// Checks every file of these folders of the repository.
fn replay(check: fn(&[u8]), folders: &[&str]) {
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut count = 0;
        for entry in fs::read_dir(&folder).unwrap() {
            let file = entry.unwrap().path();
            println!("{}", file.display());
            check(&fs::read(file).unwrap());
            count += 1;
        }
        assert!(count > 0, "nothing stands in {}", folder.display());
    }
}

#[test]
fn what_fuzzers_found_in_events_stays_mended() {
    replay(checks::event::check, &["fuzz/corpus/event", "tests/fixtures/events", "events"]);
}

#[test]
fn what_fuzzers_found_in_patterns_stays_mended() {
    replay(checks::pattern::check, &["fuzz/corpus/pattern"]);
}

#[test]
fn what_fuzzers_found_in_policies_stays_mended() {
    let fixtures = ["good", "bad", "inconsistent"].map(|kind| format!("tests/fixtures/policies/{kind}"));
    let [good, bad, inconsistent] = fixtures.each_ref().map(String::as_str);
    replay(checks::policy::check, &["fuzz/corpus/policy", "policies", good, bad, inconsistent]);
}

#[test]
fn what_fuzzers_found_in_cursors_and_receipts_stays_mended() {
    replay(checks::cursor::check, &["fuzz/corpus/cursor", "tests/fixtures/cursor"]);
}
