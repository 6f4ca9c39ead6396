//! `scim-keys rehearse`: what a policy will do, day by day.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

const DEMO: [&str; 4] = ["--policy", "demo/superseded-policy.json", "--zone", "demo/superseded-zone.json"];

fn rehearse(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scim-keys"));
    command.arg("rehearse").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear();
    command.output().unwrap()
}

/// The day, what happened, and to which rule.
type Happened = (u64, String, String);

/// The days on which something happened, what, and to which rule; and the keys at the end.
fn played(arguments: &[&str]) -> (Vec<Happened>, Vec<(String, String)>) {
    let output = rehearse(&[arguments, &["--from", "2026-11-24", "--json"]].concat());
    assert!(output.status.success(), "{output:?}");
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entries = value["timeline"].as_array().unwrap().iter();
    let happened =
        entries.map(|entry| (entry["day"].as_u64().unwrap(), text(&entry["what"]), text(&entry["rule"]))).collect();
    let keys = value["at_the_end"].as_array().unwrap().iter();
    (happened, keys.map(|key| (text(&key["credential"]), text(&key["status"]))).collect())
}

fn said(day: u64, what: &str, rule: &str) -> Happened {
    (day, what.to_owned(), rule.to_owned())
}

/// Writes a policy of these accounts and rules, in report mode.
fn policy(name: &str, accounts: &[&str], known: &str, rules: &str) -> String {
    let account = |name: &&str| format!(r#"{{"name":"{name}","site":"intl","zone":"auto","secret":"profile:{name}"}}"#);
    let accounts = accounts.iter().map(account).collect::<Vec<_>>().join(",");
    let known = if known.is_empty() { String::new() } else { format!(r#"{{"credential":"{known}","note":"n"}}"#) };
    let text =
        format!(r#"{{"version":1,"mode":"report","accounts":[{accounts}],"known":[{known}],"rules":[{rules}]}}"#);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_superseded_key_is_warned_of_twice_and_disabled_when_both_warnings_have_stood() {
    let (happened, keys) = played(&[&DEMO[..], &["--days", "40"]].concat());
    let expected = [(11, "WARNED"), (17, "WARNED"), (18, "DISABLED")].map(|(day, what)| said(day, what, "superseded"));
    assert_eq!(happened, expected);
    let state = |key: &str, status: &str| (key.to_owned(), status.to_owned());
    assert_eq!(keys, [state("scimcred-acme0old0001", "Disabled"), state("scimcred-acme0new0001", "Enabled")]);
}

#[test]
fn the_same_rehearsal_twice_is_the_same_to_the_byte() {
    let arguments = [&DEMO[..], &["--days", "40", "--from", "2026-11-24", "--json"]].concat();
    assert_eq!(rehearse(&arguments).stdout, rehearse(&arguments).stdout);
}

#[test]
fn what_a_guard_holds_is_said_once_with_the_guard() {
    let rule = r#"{"id":"aged","on":"schedule","when":{"older_than":"90d"},"then":"disable"}"#;
    let policy = policy("held.json", &["acme"], "", rule);
    let output = rehearse(&["--policy", &policy, "--zone", "demo/two-good-keys-zone.json", "--days", "30"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let held: Vec<&str> = text.lines().filter(|line| line.contains("  HELD  ")).collect();
    assert!(
        held.len() == 1 && held[0].contains("rule aged, by keep_one, stays on: older_than 90d holds, but "),
        "{text}"
    );
}

#[test]
fn every_account_has_a_zone_of_its_own() {
    let rule = r#"{"id":"expired","on":"schedule","when":{"expired_for":"7d"},"then":"disable"}"#;
    let policy = policy("accounts.json", &["acme", "globex"], "scimcred-acme0new0001", rule);
    let output = rehearse(&["--policy", &policy, "--days", "1"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for account in ["acme", "globex"] {
        assert!(text.contains(&format!("DISABLED  scimcred-acme0old0001 of {account}  rule expired, ")), "{text}");
        assert!(text.contains(&format!("scimcred-acme0old0001  Disabled of {account}")), "{text}");
    }
}

#[test]
fn a_rehearsal_whose_runs_are_too_far_apart_for_warnings_says_so() {
    const NOTE: &str = "Note: max_gap is 12h, and a rehearsal has a run a day";
    let demo = std::fs::read_to_string("demo/superseded-policy.json").unwrap();
    let mut short: Value = serde_json::from_str(&demo).unwrap();
    short["guards"]["max_gap"] = "12h".into();
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("short-gap.json");
    let text = |policy: &Value| {
        std::fs::write(&path, policy.to_string()).unwrap();
        String::from_utf8(
            rehearse(&[&["--policy", path.to_str().unwrap()], &DEMO[2..], &["--days", "1"]].concat()).stdout,
        )
    };
    assert!(text(&short).unwrap().contains(NOTE));
    short["guards"]["max_gap"] = "25h".into();
    assert!(!text(&short).unwrap().contains("Note: "));
    // Without a rule that warns first it matters to nobody.
    short["guards"]["max_gap"] = "12h".into();
    short["rules"][0].as_object_mut().unwrap().remove("warn_before");
    assert!(!text(&short).unwrap().contains("Note: "));
}

/// A zone that lists a key twice is not believed: each of the three runs fails for the same reason.
#[test]
fn each_run_that_failed_shows_and_counts() {
    let rule = r#"{"id":"aged","on":"schedule","when":{"older_than":"90d"},"then":"disable"}"#;
    let policy = policy("failed.json", &["acme"], "", rule);
    let key = r#"{"credential":"scimcred-acme0old0001","status":"Enabled","age":"100d","lifetime":"365d"}"#;
    let zone = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("contradicts-itself.json");
    std::fs::write(&zone, format!(r#"{{"keys":[{key},{key}]}}"#)).unwrap();
    let output = rehearse(&["--policy", &policy, "--zone", zone.to_str().unwrap(), "--days", "3"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(5), "{text}");
    assert_eq!(text.matches("  FAILED  ").count(), 3, "{text}");
    assert!(text.ends_with("\n\n3 runs failed\n"), "{text}");
}

#[test]
fn a_policy_or_a_day_that_is_none_is_refused() {
    let policy = policy("bad.json", &["acme"], "", r#"{"id":"r","on":"schedule","when":{},"then":"warn"}"#);
    for (arguments, code, says) in [
        (&["--policy", &policy, "--days", "1"][..], 1, "$.rules[0].when"),
        (&["--policy", "demo/policy.json", "--days", "1", "--from", "soon"], 1, "write it as in 2026-11-24"),
        (
            &["--policy", "demo/policy.json", "--days", "1", "--from", "2026-02-29"],
            1,
            "is not a day from the year 2000",
        ),
        (
            &["--policy", "demo/policy.json", "--days", "1", "--from", "0000-01-01"],
            1,
            "is not a day from the year 2000",
        ),
        (
            &["--policy", "demo/policy.json", "--days", "3", "--from", "9999-12-31"],
            1,
            "is not a day from the year 2000",
        ),
        (&["--policy", "demo/policy.json", "--days", "0"], 2, "0 is not in 1..=3650"),
        (&["--policy", "demo/policy.json", "--days", "1", "--zone", "nowhere.json"], 1, "zone file nowhere.json"),
    ] {
        let output = rehearse(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(code) && text.contains(says), "{text}");
    }
}
