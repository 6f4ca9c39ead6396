//! The pages against the program: the README's commands are run, and what the README, ARCHITECTURE and CONTRIBUTING say
//! in tables and name as files is held against the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use scim_key_lifecycle::cursor::OutcomeState;
use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::notice::Topic;
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::time::Timestamp;
use serde_json::Value;

const README: &str = include_str!("../README.md");
const ARCHITECTURE: &str = include_str!("../ARCHITECTURE.md");
const CONTRIBUTING: &str = include_str!("../CONTRIBUTING.md");

/// The lines between the line `## heading` (or `###`) and the next heading.
fn section(heading: &str) -> Vec<&'static str> {
    let mut lines = README.lines().skip_while(|line| line.trim_start_matches('#').trim() != heading);
    assert!(lines.next().is_some(), "the README has no section {heading:?}");
    lines.take_while(|line| !line.starts_with('#')).collect()
}

/// The rows of every table of a section, without heads and rules, cell by cell.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let section = section(heading);
    let is_rule = |line: &str| line.starts_with("|-");
    let heads = section.iter().skip(1).map(|below| is_rule(below)).chain([false]);
    let rows = section.iter().zip(heads).filter(|(line, head)| line.starts_with('|') && !head && !is_rule(line));
    rows.map(|(line, _)| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// The bodies of the README's blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}");
    let mut lines = README.lines();
    let mut blocks = Vec::new();
    while lines.by_ref().any(|line| line == fence) {
        blocks.push(lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect());
    }
    blocks
}

fn json_blocks() -> Vec<Value> {
    blocks("json").iter().map(|block| serde_json::from_str(block).unwrap()).collect()
}

fn repository(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn every_ending() -> Vec<Ending> {
    let why = String::new;
    let all = vec![
        Ending::Complete,
        Ending::Continue { resume_at: Timestamp::from_unix_seconds(0), why: String::new() },
        Ending::Held { why: why() },
        Ending::Failed { why: why() },
        Ending::Ignored { why: why() },
        Ending::FanOut { accounts: Vec::new() },
    ];
    for ending in &all {
        // Whoever adds one has to name it here, and above.
        match ending {
            Ending::Complete
            | Ending::Continue { .. }
            | Ending::Held { .. }
            | Ending::Failed { .. }
            | Ending::Ignored { .. }
            | Ending::FanOut { .. } => {}
        }
    }
    all
}

/// Every variant: whoever adds one has to name it here.
macro_rules! every {
    ($kind:ident: $($variant:ident),* $(,)?) => {{
        let all = [$($kind::$variant),*];
        for one in all {
            match one {
                $($kind::$variant => {})*
            }
        }
        all.map($kind::word)
    }};
}

/// The words that stand in backticks.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_topic_of_a_notice_is_named() {
    let words = every!(Topic: Warning, WouldDisable, WouldRestore, Disable, Restore, Found, Held, Unsure, UnvouchedKey, Contested,
        NoGoodKey, Blind, NotThrough, NoSubject, NotBelieved, AllClear);
    let topics = section("The answer").join("\n");
    let (_, topics) = topics.split_once("Topics:").unwrap();
    let (topics, _) = topics.split_once("`. ").unwrap();
    assert_eq!(quoted(&format!("{topics}`")), words.into());
}

#[test]
fn every_state_of_an_outcome_is_named() {
    let words = every!(OutcomeState: Disabled, Enabled, Freed, Gone, Changed, Undone, NoGoodKey, Unsettled, Deferred, Failed, Held);
    let rows = rows("The answer");
    let of = |field: &str| rows.iter().find(|row| row[0] == field).unwrap_or_else(|| panic!("{field}"))[1];
    let states = |text: &'static str| quoted(text.split_once("`state`").unwrap().1.split(';').next().unwrap());
    let named =
        states(of("`credentials[].outcome`")).union(&states(of("`earlier[]`"))).copied().collect::<BTreeSet<_>>();
    assert_eq!(named, words.into_iter().chain(["report_only"]).collect());
}

#[test]
fn every_command_prints_what_the_readme_shows() {
    trycmd::TestCases::new()
        .env("SCIM_KEYS_LOG", "off")
        .register_bin("scim-keys", Path::new(env!("CARGO_BIN_EXE_scim-keys")))
        .case("README.md")
        .case("events/README.md");
}

/// All names of settings in a text.
fn settings_in(text: &str) -> impl Iterator<Item = &str> {
    const BEGINNING: &str = "SCIM_KEYS_";
    text.match_indices(BEGINNING).map(move |(at, _)| {
        let name = |c: char| c.is_ascii_uppercase() || c == '_';
        let end = text[at..].find(|c| !name(c)).map_or(text.len(), |length| at + length);
        &text[at..end]
    })
}

/// Every Rust source of the program.
fn sources(folder: &Path, read: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, read);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            read.push(fs::read_to_string(entry).unwrap());
        }
    }
}

#[test]
fn the_settings_are_those_that_the_sources_know() {
    let rows = rows("Settings");
    let documented: BTreeSet<&str> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    let known: BTreeSet<&str> = texts.iter().flat_map(|text| settings_in(text)).collect();
    assert_eq!(documented, known);
}

#[test]
fn every_status_stands_in_the_table_with_the_fields_beside_it() {
    let answers = rows("The answer");
    for ending in every_ending() {
        let word = format!("`{}`", ending.word());
        let row = answers.iter().find(|row| row[0] == word).unwrap_or_else(|| panic!("no row for {word}"));
        let written = serde_json::to_value(&ending).unwrap();
        let fields = written.as_object().unwrap().keys().filter(|field| *field != "status");
        assert_eq!(row[2], fields.map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", "), "{word}");
    }
}

/// `--help` and the table both list the codes; `exit.rs` gives each of its constants a name that is a status.
#[test]
fn the_exit_codes_are_those_of_the_tool() {
    let source = repository("src/bin/scim-keys/exit.rs");
    let constants = source.lines().filter_map(|line| line.strip_prefix("pub(super) const "));
    let of_source: BTreeSet<(String, String)> = constants
        .filter_map(|constant| {
            let (name, code) = constant.strip_suffix(';')?.split_once(": u8 = ")?;
            Some((name.to_lowercase(), code.to_owned()))
        })
        .collect();
    let words: BTreeSet<&str> = every_ending().iter().map(Ending::word).collect();
    let table = rows("The answer").into_iter().filter(|row| row.len() == 4);
    let mut of_readme: BTreeSet<(String, String)> =
        table.map(|row| (row[0].trim_matches('`').to_owned(), row[3].to_owned())).collect();
    assert_eq!(of_readme.iter().map(|(word, _)| word.as_str()).collect::<BTreeSet<_>>(), words);
    assert!(section("The answer").iter().any(|line| line.contains("1 is a refused event, policy or settings")));
    of_readme.insert(("refused".to_owned(), "1".to_owned()));
    assert_eq!(of_readme, of_source);
}

#[test]
fn every_policy_that_is_shown_is_a_good_one_and_is_the_file_that_is_named() {
    let is_policy = |value: &Value| value["version"] == 1;
    let policies: Vec<Value> = json_blocks().into_iter().filter(is_policy).collect();
    assert_eq!(policies.len(), 1);
    let file = repository("demo/two-good-keys-policy.json");
    assert_eq!(policies[0], serde_json::from_str::<Value>(&file).unwrap());
    assert!(Policy::parse(policies[0].to_string().as_bytes()).is_ok());
}

#[test]
fn every_condition_and_every_word_of_a_policy_is_explained() {
    let schema: Value = serde_json::from_str(&repository("policy.schema.json")).unwrap();
    let fields = |object: &Value| object["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let conditions = schema["$defs"]["ConditionDocument"]["oneOf"].as_array().unwrap();
    let conditions = conditions.iter().map(|word| format!("{{\"{}\": ", word["required"][0].as_str().unwrap()));
    let words = fields(&schema).into_iter().chain(fields(&schema["$defs"]["RuleDocument"]));
    let explained: String = rows("The policy").into_iter().map(|row| row[0]).collect();
    for word in words.map(|word| format!("`{word}`")).chain(conditions) {
        assert!(explained.contains(&word), "{word} is in no table");
    }
}

#[test]
fn our_own_event_is_shown_as_the_example_has_it() {
    let example: Value = serde_json::from_str(&repository("events/schedule-native.json")).unwrap();
    assert!(json_blocks().contains(&example));
}

#[test]
fn every_preset_is_named_and_every_file_that_is_named_exists() {
    let presets = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")).unwrap();
    for preset in presets {
        let name = preset.unwrap().file_name().into_string().unwrap();
        assert!(README.contains(&format!("policies/{name}")), "{name}");
    }
    for word in README.split([' ', '`', '(', ')', '\n', '\'']) {
        let folder = word.split_once('/').map_or("", |(folder, _)| folder);
        // `policies/acme.json` stands for the reader's own.
        if ["demo", "events", "policies"].contains(&folder) && word != "policies/acme.json" {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(word).exists(), "{word}");
        }
    }
}

/// The rooms, in the order of `lib.rs`.
fn rooms() -> Vec<String> {
    let source = repository("src/lib.rs");
    source.lines().filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned())).collect()
}

#[test]
fn architecture_lists_the_rooms_in_their_order() {
    let table = ARCHITECTURE.split("## The rooms").nth(1).unwrap().split("## ").next().unwrap();
    let listed: Vec<&str> = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(listed, rooms());
}

#[test]
fn every_file_that_the_other_pages_name_exists() {
    for page in [ARCHITECTURE, CONTRIBUTING] {
        let quoted = page.split('`').skip(1).step_by(2);
        let paths = quoted.filter(|word| !word.contains(' ') && word.contains('/'));
        for path in paths.filter(|path| !path.starts_with("target/")) {
            let from_src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path);
            assert!(from_src.exists() || Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "{path}");
        }
    }
}
