//! Policies as files: the presets, and documents that are good, badly shaped, or well shaped and at odds with
//! themselves. What `Policy::parse` refuses for its shape, `policy.schema.json` refuses as well.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use scim_key_lifecycle::policy::{Condition, Fingerprint, Mode, On, Policy, Successor};
use scim_key_lifecycle::time::Timestamp;
use serde_json::{Value, json};

mod events;

fn schema() -> Validator {
    let schema = serde_json::from_str(include_str!("../../policy.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// The JSON files of a folder of the repository, by name.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn read(file: &Path) -> (Vec<u8>, Value) {
    let text = fs::read(file).unwrap();
    let value = serde_json::from_slice(&text).unwrap();
    (text, value)
}

fn fixture(name: &str) -> Vec<u8> {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/policies").join(name)).0
}

fn parses(document: &Value) -> Result<Policy, String> {
    Policy::parse(document.to_string().as_bytes()).map_err(|problems| {
        assert!(!problems.is_empty());
        problems.iter().map(|problem| format!("{problem}\n")).collect()
    })
}

/// Every problem of the fixture, as `scim-keys policy check` prints them.
fn problems(name: &str) -> String {
    let problems = Policy::parse(&fixture(name)).unwrap_err();
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn every_preset_is_a_good_policy_that_writes_nothing() {
    let schema = schema();
    for file in files("policies") {
        let (text, value) = read(&file);
        let policy = Policy::parse(&text).unwrap();
        assert_eq!(policy.mode(), Mode::Report, "{}", file.display());
        assert!(schema.is_valid(&value), "{}", file.display());
    }
}

#[test]
fn good_documents_are_good_for_the_schema_too() {
    let schema = schema();
    for file in files("tests/fixtures/policies/good") {
        let (text, value) = read(&file);
        assert!(Policy::parse(&text).is_ok(), "{}", file.display());
        assert!(schema.is_valid(&value), "{}", file.display());
    }
}

#[test]
fn badly_shaped_documents_are_refused_by_both() {
    let schema = schema();
    for file in files("tests/fixtures/policies/bad") {
        let (text, value) = read(&file);
        assert!(Policy::parse(&text).is_err(), "{}", file.display());
        assert!(!schema.is_valid(&value), "{}", file.display());
    }
}

#[test]
fn documents_at_odds_with_themselves_only_the_parser_can_refuse() {
    let schema = schema();
    for file in files("tests/fixtures/policies/inconsistent") {
        let (text, value) = read(&file);
        assert!(Policy::parse(&text).is_err(), "{}", file.display());
        assert!(schema.is_valid(&value), "{}", file.display());
    }
}

/// Every place in a document, as JSON pointers.
fn places(value: &Value, here: &str, into: &mut Vec<String>) {
    into.push(here.to_owned());
    match value {
        Value::Object(object) => object.iter().for_each(|(key, inner)| places(inner, &format!("{here}/{key}"), into)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, inner)| places(inner, &format!("{here}/{i}"), into))
        }
        _ => {}
    }
}

/// The document in every way that differs from it at one place of `parts`: another kind of value there, nothing there, or one
/// more word there.
fn changed(document: &Value, parts: &str) -> Vec<Value> {
    let mut all = Vec::new();
    places(document, "", &mut all);
    all.retain(|place| place.starts_with(parts));
    let mut changed = Vec::new();
    for place in all {
        for other in [json!(null), json!(true), json!(0), json!("x"), json!([]), json!({}), json!(["x"]), json!([null])]
        {
            let mut copy = document.clone();
            *copy.pointer_mut(&place).unwrap() = other;
            changed.push(copy);
        }
        let mut with_one_more = document.clone();
        if let Some(object) = with_one_more.pointer_mut(&place).and_then(Value::as_object_mut) {
            object.insert("one_more".to_owned(), json!("x"));
            changed.push(with_one_more);
        }
        let mut without = document.clone();
        if let Some((parent, key)) = place.rsplit_once('/')
            && let Some(object) = without.pointer_mut(parent).and_then(Value::as_object_mut)
        {
            object.remove(key);
            changed.push(without);
        }
    }
    changed
}

#[test]
fn the_parser_and_the_schema_agree_on_every_change_at_one_place() {
    let schema = schema();
    let (mut good, mut bad) = (0, 0);
    // What one part says of another (the name of an account, say) only the parser can check. So of a policy whose rules
    // speak of its accounts only the rules are changed, and the one account has the name that the changes write.
    for (name, parts) in [("good/smallest.json", ""), ("good/every-word.json", ""), ("good/events.json", "/rules/")] {
        let document = serde_json::from_slice(&fixture(name)).unwrap();
        for copy in changed(&document, parts) {
            let parsed = parses(&copy);
            assert_eq!(parsed.is_ok(), schema.is_valid(&copy), "{copy:#}\n{}", parsed.err().unwrap_or_default());
            *if parsed.is_ok() { &mut good } else { &mut bad } += 1;
        }
    }
    assert!(good > 20 && bad > 500, "{good} {bad}");
}

/// Texts that have the shape, and texts that do not, for one place in `every-word.json`.
fn shapes(place: &str, right: &[&str], wrong: &[&str]) {
    let schema = schema();
    let document: Value = serde_json::from_slice(&fixture("good/every-word.json")).unwrap();
    for (texts, expected) in [(right, true), (wrong, false)] {
        for text in texts {
            let mut copy = document.clone();
            *copy.pointer_mut(place).unwrap() = json!(text);
            assert_eq!(parses(&copy).is_ok(), expected, "{place} {text:?}");
            assert_eq!(schema.is_valid(&copy), expected, "{place} {text:?}, says the schema");
        }
    }
}

#[test]
fn the_parser_and_the_schema_agree_on_the_shape_of_texts() {
    let long = "é".repeat(200);
    let too_long = "é".repeat(201);
    shapes(
        "/rules/0/when/expired_for",
        &["1s", "100000d", "99999m"],
        &["", "0d", "01d", "1w", "100001d", "1d\n", "-1d"],
    );
    shapes("/guards/max_gap", &["1s", "100000d"], &["", "0d", "3 days"]);
    shapes("/guards/hold_after_reenable", &["1s", "100000d"], &["", "0d", "30"]);
    shapes("/guards/max_event_age", &["1s", "100000d"], &["", "0d", "1 h"]);
    shapes("/rules/5/when/any/1/created_since_incident", &["1s", "100000d"], &["", "0d", "2"]);
    shapes("/vouchers/0", &["1", "AKIDx", &"~".repeat(200)], &["", "a b", "é", "a\n", &"1".repeat(201)]);
    shapes("/rules/0/on", &["schedule"], &["", "Schedule", "incidents", "{}"]);
    shapes("/rules/5/on", &["incident"], &["", "Incident", "incidents", "{}"]);
    shapes("/utc_offsets/0", &["+14:00", "-13:59"], &["+8:00", "+14:01", "+08:60", "08:00", "Z", "+08:00\n"]);
    let accounts = ["a", "A-_.9", &"a".repeat(64)];
    shapes("/accounts/0/name", &accounts, &["", "a b", "é", &"a".repeat(65), "a\n"]);
    shapes("/rules/0/id", &accounts, &["", "a b", "é", &"a".repeat(65), "a\n"]);
    shapes("/accounts/0/zone", &["auto", "z-0123456789ab"], &["", "Auto", "z-0123456789aB", "0123456789ab"]);
    let arn = "secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:x";
    let no_source =
        ["", "ENV", "env:", "profile:", "profile:a b", "secretsmanager:", "secretsmanager:x", "AKIDx", "a:b"];
    shapes("/accounts/0/secret", &["env", "profile:a.b", arn], &no_source);
    shapes("/known/0/credential", &["scimcred-0123456789ab"], &["", "scimcred-", "scimcred-0123456789abc", "all"]);
    shapes("/known/0/note", &["x", &long, "a \"b\""], &["", &too_long, "a\nb", "a\u{9b}b"]);
    shapes(
        "/guards/protect/0/until",
        &["2027-12-31", "2028-02-29"],
        &["", "2027-1-31", "31.1.2027", "2027-01-31T00:00", "+12027-01-31"],
    );
}

#[test]
fn ten_mistakes_are_ten_problems_at_once() {
    assert_eq!(Policy::parse(&fixture("bad/ten-mistakes.json")).unwrap_err().len(), 10);
    insta::assert_snapshot!(problems("bad/ten-mistakes.json"), @r#"
    $.mode: this does not belong here
      found: "dry-run"
      remedy: write "report", or "enforce"
    $.version: this program does not read that version of the format
      found: 2
      remedy: write 1
    $.accounts[0].secret: this is no place that a secret comes from
      remedy: write env, profile:NAME or secretsmanager:ARN; the secret itself never stands in a policy
    $.utc_offsets[0]: this does not have the right shape
      found: "8"
      remedy: write a distance from UTC between -14:00 and +14:00, as in +08:00
    $.rules[0].successer: this version knows no such word in a rule
      remedy: did you mean `successor`?
    $.rules[0].then: this does not belong here
      found: "delete"
      remedy: write "warn", "disable", or "disable_sync"
    $.rules[0].when.older_than: this does not have the right shape
      found: "90 days"
      remedy: write a whole number from 1 to 100000 and s, m, h or d, as in 90d
    $.rules[1].when.expird_for: this version knows no such word in a condition
      remedy: did you mean `expired_for`?
    $.rules[1].waives[0]: no rule can waive this
      found: "vouched"
      remedy: to let any key count as the successor, write "successor": "any"
    $.guards.protect[0].until: this is missing, and a protection must have it
      remedy: write it as in "until": "2027-01-31"
    "#);
}

#[test]
fn three_mistakes_in_each_list_are_all_told() {
    insta::assert_snapshot!(problems("bad/three-mistakes-in-each-list.json"), @r#"
    $.utc_offsets[0]: this does not have the right shape
      found: "+25:00"
      remedy: write a distance from UTC between -14:00 and +14:00, as in +08:00
    $.utc_offsets[1]: this must be a text
      found: 8
      remedy: write, in quotation marks, a distance from UTC between -14:00 and +14:00, as in +08:00
    $.utc_offsets[3]: this does not have the right shape
      found: "Z"
      remedy: write a distance from UTC between -14:00 and +14:00, as in +08:00
    $.rules[0].when.ids[0]: this does not have the right shape
      found: "scimcred-XX"
      remedy: write 'scimcred-' and 12 digits or lower-case letters, as in scimcred-un1tgbnt0s9j
    $.rules[0].when.ids[1]: this must be a text
      found: 3
      remedy: write, in quotation marks, 'scimcred-' and 12 digits or lower-case letters, as in scimcred-un1tgbnt0s9j
    $.rules[0].when.ids[3]: this must be a text
      found: a list
      remedy: write, in quotation marks, 'scimcred-' and 12 digits or lower-case letters, as in scimcred-un1tgbnt0s9j
    $.rules[0].warn_before[0]: this does not have the right shape
      found: "7 days"
      remedy: write a whole number from 1 to 100000 and s, m, h or d, as in 90d
    $.rules[0].warn_before[1]: this must be a text
      found: 7
      remedy: write, in quotation marks, a whole number from 1 to 100000 and s, m, h or d, as in 90d
    $.rules[0].warn_before[3]: this must be a text
      found: null
      remedy: write, in quotation marks, a whole number from 1 to 100000 and s, m, h or d, as in 90d
    $.rules[0].waives[0]: no rule can waive this
      found: "vouched"
      remedy: to let any key count as the successor, write "successor": "any"
    $.rules[0].waives[1]: no rule can waive this
      found: 4
      remedy: the guards that a rule can waive are keep_one and protected
    $.rules[0].waives[3]: no rule can waive this
      found: "nope"
      remedy: the guards that a rule can waive are keep_one and protected
    $.rules[0].controls[0]: this does not have the right shape
      found: ""
      remedy: write 1 to 200 characters on one line
    $.rules[0].controls[1]: this must be a text
      found: 2.12
      remedy: write, in quotation marks, 1 to 200 characters on one line
    $.rules[0].controls[3]: this must be a text
      found: an object
      remedy: write, in quotation marks, 1 to 200 characters on one line
    "#);
}

#[test]
fn words_of_other_versions_are_refused_with_the_words_of_this_one() {
    insta::assert_snapshot!(problems("bad/words-of-other-versions.json"), @r#"
    $.channels: this version knows no such word in a policy
      remedy: take it out; the words here are version, mode, accounts, utc_offsets, known, vouchers, rules, guards
    $.rules[0].accounts: this version knows no such word in a rule
      remedy: did you mean `account`?
    $.rules[0].then: this does not belong here
      found: "delete"
      remedy: write "warn", "disable", or "disable_sync"
    $.rules[0].when.any[1].not_seen_before: this version knows no such word in a condition
      remedy: take it out; the words here are older_than, created_within, expires_within, expired_for, superseded_for, status, ids, implicated, created_since_incident, all, any, not
    $.rules[0].when.any[2].last_used: this version knows no such word in a condition
      remedy: take it out; the words here are older_than, created_within, expires_within, expired_for, superseded_for, status, ids, implicated, created_since_incident, all, any, not
    $.guards.budget: this version knows no such word in the guards
      remedy: take it out; the words here are protect, max_event_age, max_gap, hold_after_reenable, hold_ground
    "#);
}

#[test]
fn guards_and_incidents_are_refused_with_what_to_write_instead() {
    insta::assert_snapshot!(problems("bad/guards-and-incidents.json"), @r#"
    $.rules[0].waives[0]: no rule can waive this
      found: "hold_after_reenable"
      remedy: to hold keys that were enabled again for another time, set guards.hold_after_reenable
    $.rules[1].waives[0]: no rule can waive this
      found: "hold_ground"
      remedy: to disable a contained key again more or less often, set guards.hold_ground
    $.rules[1].waives[1]: no rule can waive this
      found: "warn_first"
      remedy: to act without a warning, leave warn_before out
    $.rules[2].when.implicated: this is written in one way
      found: false
      remedy: write {"implicated": true}, or {"not": {"implicated": true}}
    $.rules[3].when.implicated: this does not belong here
      found: "yes"
      remedy: write it as in "implicated": true
    $.rules[4].on: a rule is asked on every scheduled run, on every incident, or on every event of a pattern
      found: "Incident"
      remedy: write "schedule", "incident", or an event pattern as in {"source": ["aws.guardduty"]}
    $.guards.hold_after_reenable: this does not belong here
      found: 30
      remedy: write it as in "hold_after_reenable": "30d"
    $.guards.max_gap: this does not have the right shape
      found: "3 days"
      remedy: write a whole number from 1 to 100000 and s, m, h or d, as in 90d
    $.guards.hold_ground: this is too often
      found: 101
      remedy: write a whole number from 0 to 100
    "#);
}

#[test]
fn a_rule_on_incidents_disables_at_once_and_only_it_asks_who_is_implicated() {
    insta::assert_snapshot!(problems("inconsistent/incidents-and-schedules.json"), @r#"
    $.rules[0].then: a rule on incidents or events contains, so it disables
      found: "warn"
      remedy: write "disable": in mode report that only says what would be done
    $.rules[1].warn_before: a containment does not wait: meanwhile whoever holds the key could use it
      remedy: take it out, or write "on": "schedule"
    $.rules[2].then: a rule on incidents or events contains, so it disables
      found: "warn"
      remedy: write "disable": in mode report that only says what would be done
    $.rules[2].warn_before: a rule that only warns has nothing to warn of beforehand
      remedy: take it out, or write "then": "disable"
    $.rules[3].when.implicated: only a rule on incidents or events asks this: those on a schedule leave keys alone that an incident implicates
      remedy: write "on": "incident", or take it out
    $.rules[4].when.any[0].not.implicated: only a rule on incidents or events asks this: those on a schedule leave keys alone that an incident implicates
      remedy: write "on": "incident", or take it out
    "#);
}

#[test]
fn only_a_containment_that_waives_keep_one_aloud_switches_synchronisation_off() {
    insta::assert_snapshot!(problems("inconsistent/synchronization.json"), @r#"
    $.rules[0].then: only a containment switches SCIM synchronisation off: that stops provisioning for the whole company
      found: "disable_sync"
      remedy: write "disable" or "warn", or write "incident" or an event pattern under "on"
    $.rules[1].waives: without SCIM synchronisation no key is left that provisions, and the rule does not say that it may be so
      remedy: write "waives": ["keep_one"], or "then": "disable"
    $.rules[2].waives: protected keeps keys on, and this rule switches none off
      remedy: write "waives": ["keep_one"]
    $.rules[3].successor: it says which keys may stay on alone, and without SCIM synchronisation none is of use
      found: "any"
      remedy: take it out
    $.rules[4].warn_before: a containment does not wait: meanwhile whoever holds the key could use it
      remedy: take it out, or write "on": "schedule"
    "#);
}

#[test]
fn a_containment_of_all_provisioning_is_explained() {
    let explained = explained(&fixture("good/synchronization.json"));
    let (_, rules) = explained.split_once("Rules\n").unwrap();
    let (rules, _) = rules.split_once("\n\nProtected").unwrap();
    insta::assert_snapshot!(rules, @r#"
      stop: on an incident, switches SCIM synchronisation of the zone off if it has a key that is in the zone, at once.
        - waives keep_one: without SCIM synchronisation no key of the zone provisions anything, which stops provisioning for the whole company until its receipt is given back.
        - Follows IR-4.
      stop-at-a-new-key: on an event in which source is "aws.guardduty", switches SCIM synchronisation of the zone off if it has a key that was created no earlier than 2h before the incident, at once.
        - It concerns account acme, whatever the event says.
        - outsider_may_trigger: whoever can cause such an event, and where a sign-in fails or a password is guessed that is anybody, can have SCIM synchronisation switched off, and again after every restore. That is a denial of service: since it waives keep_one, they can stop provisioning for the whole company.
        - waives keep_one: without SCIM synchronisation no key of the zone provisions anything, which stops provisioning for the whole company until its receipt is given back.
        - created_since_incident counts back from the last sign that a finding tells of. Of one that went on for longer before it came, a key that was created at its beginning stays on.

    From run to run
      All this holds under the loop, which keeps the memory. A run without it knows of earlier ones nothing, or what the cursor in its event tells.
      A key that an incident implicates and that is found enabled again is disabled again up to 3 times, with an alarm each; after that there are only alarms (hold_ground).
      SCIM synchronisation that an incident holds off, and that is found on, is treated alike.
    "#);
}

#[test]
fn what_a_policy_says_of_incidents_and_memory_is_in_its_rules() {
    let policy = Policy::parse(&fixture("good/every-word.json")).unwrap();
    let rules = policy.rules();
    let spans = [rules.max_gap, rules.hold_after_reenable].map(|span| span.to_string());
    assert_eq!((spans, rules.hold_ground), (["36h".to_owned(), "14d".to_owned()], 2));
    assert_eq!(rules.max_event_age.to_string(), "45m");
    assert_eq!(rules.vouchers, ["100000000001".to_owned()].into());
    let on: Vec<&On> = rules.rules.iter().map(|rule| &rule.on).collect();
    assert_eq!(on[..4], [&On::Schedule; 4]);
    assert_eq!(on[4..], [&On::Incident; 2]);
    assert_eq!(rules.rules[4].when, Condition::Implicated);
    let fingerprints: BTreeSet<Fingerprint> = rules.rules.iter().map(|rule| rule.fingerprint).collect();
    assert_eq!(fingerprints.len(), rules.rules.len());
}

#[test]
fn ground_may_be_held_a_hundred_times_and_no_more() {
    let schema = schema();
    let mut document: Value = serde_json::from_slice(&fixture("good/smallest.json")).unwrap();
    for (times, good) in
        [(json!(0), true), (json!(100), true), (json!(101), false), (json!(-1), false), (json!(2.5), false)]
    {
        document["guards"] = json!({"hold_ground": times});
        assert_eq!(parses(&document).is_ok(), good, "{times}");
        assert_eq!(schema.is_valid(&document), good, "{times}, says the schema");
    }
}

#[test]
fn every_condition_inside_another_is_checked() {
    insta::assert_snapshot!(problems("bad/conditions.json"), @r#"
    $.rules[0].when: this condition has 2 words, and needs one
      remedy: write one word and what follows it, as in {"older_than": "90d"}; all and any join several
    $.rules[1].when: this condition has 0 words, and needs one
      remedy: write one word and what follows it, as in {"older_than": "90d"}; all and any join several
    $.rules[2].when: a condition is an object
      found: "older_than 90d"
      remedy: write one word and what follows it, as in {"older_than": "90d"}; all and any join several
    $.rules[3].when.any[0].older_than: this does not belong here
      found: 90
      remedy: write it as in "older_than": "90d"
    $.rules[3].when.any[1].not.status: this does not have the right shape
      found: "enabled"
      remedy: write Enabled or Disabled
    $.rules[4].when.all[0].ids: 0 entries stand here
      remedy: write at least 1 and at most 100
    $.rules[4].when.all[1].ids[0]: this does not have the right shape
      found: "un1tgbnt0s9j"
      remedy: write 'scimcred-' and 12 digits or lower-case letters, as in scimcred-un1tgbnt0s9j
    "#);
}

#[test]
fn what_must_not_be_twice_is_named_with_both_places() {
    insta::assert_snapshot!(problems("inconsistent/the-same-twice.json"), @r#"
    $.accounts[1].name: $.accounts[0].name says the same
      found: "acme"
      remedy: let each be different, or take one out
    $.accounts[1].zone: $.accounts[0].zone says the same, and a zone belongs to one account
      remedy: name the account once
    $.accounts[2].secret: $.accounts[0].secret says the same of the same site, and a secret belongs to one account
      remedy: name the account once
    $.utc_offsets[1]: $.utc_offsets[0] says the same
      found: "+00:00"
      remedy: let each be different, or take one out
    $.known[1].credential: $.known[0].credential says the same
      found: "scimcred-aaaaaaaaaaaa"
      remedy: let each be different, or take one out
    $.rules[1].id: $.rules[0].id says the same
      found: "expired"
      remedy: let each be different, or take one out
    $.guards.protect[1].credential: $.guards.protect[0].credential says the same
      found: "scimcred-aaaaaaaaaaaa"
      remedy: let each be different, or take one out
    "#);
}

#[test]
fn a_warning_comes_at_most_a_year_before() {
    let mut document: Value = serde_json::from_slice(&fixture("good/smallest.json")).unwrap();
    let mut ladder = |steps: &[&str]| {
        let when = json!({ "superseded_for": "14d" });
        document["rules"] =
            json!([{ "id": "old", "on": "schedule", "when": when, "then": "disable", "warn_before": steps }]);
        parses(&document)
    };
    assert!(ladder(&["365d", "1d"]).is_ok());
    let problems = ladder(&["420d", "1d"]).unwrap_err();
    assert!(
        problems.starts_with("$.rules[0].warn_before[0]: a warning is remembered for four hundred days"),
        "{problems}"
    );
}

#[test]
fn one_secret_at_two_sites_is_two_accounts() {
    let mut document: Value = serde_json::from_slice(&fixture("good/smallest.json")).unwrap();
    let account =
        |name: &str, site: &str| json!({"name": name, "site": site, "zone": "auto", "secret": "profile:both"});
    document["accounts"] = json!([account("one", "intl"), account("two", "cn")]);
    assert!(parses(&document).is_ok());
    document["accounts"][1]["site"] = json!("intl");
    let problems = parses(&document).unwrap_err();
    assert!(
        problems.starts_with("$.accounts[1].secret: $.accounts[0].secret says the same of the same site"),
        "{problems}"
    );
    assert!(!problems.contains("both"), "{problems}");
}

#[test]
fn a_ladder_descends_and_a_day_exists() {
    insta::assert_snapshot!(problems("inconsistent/ladders-and-days.json"), @r#"
    $.rules[0].warn_before: a rule that only warns has nothing to warn of beforehand
      remedy: take it out, or write "then": "disable"
    $.rules[1].warn_before[1]: this is not shorter than the step before it, 1d
      found: "7d"
      remedy: write the longest step first
    $.rules[2].warn_before[1]: this is not shorter than the step before it, 1d
      found: "24h"
      remedy: write the longest step first
    $.guards.protect[0].until: this does not have the right shape
      found: "2027-02-30"
      remedy: write a day that exists, as in 2027-01-31
    "#);
}

#[test]
fn an_empty_policy_is_told_what_it_lacks() {
    insta::assert_snapshot!(problems("bad/nothing-in-it.json"), @"
    $.accounts: 0 entries stand here
      remedy: write at least 1 and at most 200
    $.utc_offsets: 0 entries stand here
      remedy: write at least 1 and at most 8
    $.rules: 0 entries stand here
      remedy: write at least 1 and at most 100
    ");
    insta::assert_snapshot!(problems("bad/not-an-object.json"), @r#"
    $: a policy must be an object
      remedy: write it as in {"version": 1, "mode": "report", "accounts": [{"name": "main", "site": "intl", "zone": "auto", "secret": "env"}], "rules": [{"id": "expired", "on": "schedule", "when": {"expired_for": "7d"}, "then": "disable"}]}
    "#);
}

#[test]
fn a_secret_written_by_mistake_is_never_shown() {
    let secret = "AKIDnobodyMayEverSeeThis";
    let good: Value = serde_json::from_slice(&fixture("good/smallest.json")).unwrap();
    for mistake in [
        json!(secret),
        json!({"name": "main", "site": "intl", "zone": "auto", "secret": secret}),
        json!({"name": "main", "site": "intl", "zone": "auto", "secret": {"id": secret}}),
        json!({"name": "main", "site": "intl", "zone": "auto", "secret": [secret]}),
        json!({"name": "main", "site": "intl", "zone": "auto", "secret": 987_654}),
        json!({"name": "main", "site": "intl", "zone": "auto", "secret": "env", "secret_key": secret}),
    ] {
        let mut copy = good.clone();
        copy["accounts"][0] = mistake;
        let problems = parses(&copy).unwrap_err();
        assert!(!problems.contains("nobody") && !problems.contains("987"), "{problems}");
    }
}

#[test]
fn of_a_long_text_in_a_wrong_place_only_the_beginning_is_shown() {
    let long = "x".repeat(1000);
    let document: Value = serde_json::from_slice(&fixture("good/every-word.json")).unwrap();
    for place in
        ["/mode", "/version", "/accounts/0/site", "/rules/0/then", "/rules/2/successor", "/rules/1/warn_before"]
    {
        let mut copy = document.clone();
        *copy.pointer_mut(place).unwrap() = json!(long);
        let problems = parses(&copy).unwrap_err();
        assert_eq!(problems.matches('x').count(), 79, "{problems}");
    }
}

#[test]
fn one_word_that_stands_twice_is_refused_with_its_place() {
    let problems = Policy::parse(br#"{"mode": "report", "mode": "enforce"}"#).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].path, "$.mode");
    assert!(problems[0].why.contains("twice"));
}

#[test]
fn a_policy_that_is_too_long_is_not_read() {
    let mut text = fixture("good/smallest.json");
    text.resize(256 * 1024, b' ');
    assert!(Policy::parse(&text).is_ok());
    text.push(b' ');
    let problems = Policy::parse(&text).unwrap_err();
    assert_eq!(problems[0].why, "the policy is 262145 bytes long");
}

#[test]
fn what_is_left_out_has_its_default() {
    let policy = Policy::parse(&fixture("good/smallest.json")).unwrap();
    let rules = policy.rules();
    let offsets: Vec<String> = rules.utc_offsets.iter().map(ToString::to_string).collect();
    assert_eq!(offsets, ["+08:00", "+00:00"]);
    assert!(rules.known.is_empty() && rules.protect.is_empty() && rules.vouchers.is_empty());
    assert_eq!(rules.max_event_age.to_string(), "1h");
    let spans = [rules.max_gap, rules.hold_after_reenable].map(|span| span.to_string());
    assert_eq!((spans, rules.hold_ground), (["3d".to_owned(), "30d".to_owned()], 3));
    let rule = &rules.rules[0];
    assert_eq!(rule.successor, Successor::Vouched);
    assert!(rule.warn_before.is_empty() && rule.waives.is_empty() && rule.controls.is_empty());
}

#[test]
fn only_enforce_gives_a_permit() {
    assert!(Policy::parse(&fixture("good/smallest.json")).unwrap().permit().is_none());
    assert!(Policy::parse(&fixture("good/every-word.json")).unwrap().permit().is_some());
}

#[test]
fn a_list_may_be_as_long_as_its_limit_and_no_longer() {
    let good: Value = serde_json::from_slice(&fixture("good/smallest.json")).unwrap();
    let with = |list: &str, count: usize, item: fn(usize) -> Value| {
        let mut copy = good.clone();
        copy[list] = (0..count).map(item).collect();
        parses(&copy)
    };
    let account =
        |i: usize| json!({"name": format!("a{i}"), "site": "cn", "zone": "auto", "secret": format!("profile:a{i}")});
    let rule = |i: usize| json!({"id": format!("r{i}"), "on": "schedule", "when": {"all": []}, "then": "warn"});
    let known = |i: usize| json!({"credential": format!("scimcred-{i:012}"), "note": "ours"});
    assert!(with("accounts", 200, account).is_ok());
    assert!(with("accounts", 201, account).unwrap_err().starts_with("$.accounts: 201 entries stand here"));
    assert!(with("rules", 100, rule).is_ok());
    assert!(with("rules", 101, rule).unwrap_err().starts_with("$.rules: 101 entries stand here"));
    assert!(with("known", 100, known).is_ok());
    assert!(with("known", 101, known).unwrap_err().starts_with("$.known: 101 entries stand here"));
}

fn explained(text: &[u8]) -> String {
    let now = Timestamp::parse_rfc3339("2026-11-24T06:00:00Z").unwrap();
    Policy::parse(text).unwrap().explain(now)
}

#[test]
fn a_policy_is_explained_to_the_person_who_will_enforce_it() {
    insta::assert_snapshot!(explained(&fixture("good/every-word.json")), @"
    Mode enforce: it switches keys off where a rule says so and no guard holds.

    Accounts
      acme: international site; zone z-vft38p2hq8tq; the API secret comes from section acme of ~/.tencentcloud/credentials.
      acme.cn: site for mainland China; its zone is looked up; the API secret comes from AWS Secrets Manager, arn:aws:secretsmanager:eu-west-1:111122223333:secret:scim/acme-a1b2c3.

    Times
      The cloud names no time zone. Its times are read at +08:00 alone: if its clock runs otherwise, rules act too early or too late.
      An event of others that is older than 45m when it comes in (max_event_age) is not acted on; this tool's own incident has no greatest age.

    Keys that the policy vouches for
      scimcred-un1tgbnt0s9j: Okta, change 4711.
      What the cloud's audit shows that one of these has created: 100000000001.

    Rules
      expired: disables a key that expired at least 7d ago, at once, without a warning.
        - Such a key works no longer, so to disable it stops nothing.
        - waives protected: it may switch off a key that the policy protects.
      superseded: disables a key that has had a younger, working, vouched key beside it for 14d and is not Disabled, after warnings 7d and 1d before.
        - It disables only under the loop, which remembers, or for an event that brings a cursor of the loop's: no other run can show that people were warned before.
        - If no other good key stays on, keep_one holds it: the key stays on, and the report says so.
        - Follows CIS-AWS-2.12.
      old: disables a key that was created at least 365d ago or expires within the next 36h, at once, without a warning.
        - If no other good key stays on, keep_one holds it: the key stays on, and the report says so.
        - successor any: a key that nobody vouches for counts as the one that stays on, so a thief who creates a key can have yours switched off.
      named: disables a key that is one of scimcred-aaaaaaaaaaaa, scimcred-bbbbbbbbbbbb and was created less than 90m ago, at once, without a warning.
        - waives keep_one: it may switch off the only good key, which stops provisioning for the whole company.
        - waives protected: it may switch off a key that the policy protects.
      named-by-an-incident: on an incident, disables a key that is implicated by an incident, at once, without a warning.
        - A key that it selects and that the incident names goes off even if no good key stays on, which stops provisioning for the whole company.
        - waives protected: it may switch off a key that the policy protects.
        - Follows IR-4.
      new-at-an-incident: on an incident, disables a key that was created less than 2h ago or was created no earlier than 3h before the incident or (is implicated by an incident and is Enabled), at once, without a warning.
        - A key that it selects and that the incident names goes off even if no good key stays on, which stops provisioning for the whole company.
        - If it selects the last good key, and the incident does not name that one, keep_one holds it: the key stays on, and the report says so.

    From run to run
      All this holds under the loop, which keeps the memory. A run without it knows of earlier ones nothing, or what the cursor in its event tells.
      A warning counts from the moment at which a channel accepted it, as long as its rule stays the same and the key stays on.
      After more than 36h between two scheduled runs (max_gap) people are warned anew, from the first warning on. So max_gap must be longer than the schedule's period: else no rule that warns first ever disables.
      If the disable has not come 36h after the time that the warnings named, because a guard held it, or the rule did not hold or was another one, people are warned anew as well.
      A key that was enabled again, whoever did it, is left alone by the rules on a schedule for 14d (hold_after_reenable).
      A key that an incident implicates and that is found enabled again is disabled again up to 2 times, with an alarm each; after that there are only alarms (hold_ground).

    Protected keys
      scimcred-cccccccccccc: left alone to the end of 2027-01-31 UTC (migration).
      scimcred-dddddddddddd: protected no longer, since that ended with 2026-01-31 UTC (audit).
    ");
}

#[test]
fn a_preset_is_explained() {
    let preset = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/rotate-90-days.json")).unwrap();
    insta::assert_snapshot!(explained(&preset), @"
    Mode report: it writes nothing. The rules below tell what enforce would do.

    Accounts
      main: international site; its zone is looked up; the API secret comes from the process environment.

    Times
      The cloud names no time zone. Its times are read at +08:00 and at +00:00: a rule acts only if it holds under each.

    Keys that the policy vouches for
      None. So under `successor` vouched no key counts as the one that stays on.

    Rules
      rotate: warns of a key that is Enabled and was created at least 90d ago. It switches nothing off.
        - Follows CIS-AWS-2.12.
      superseded: disables a key that has had a younger, working, vouched key beside it for 14d, after warnings 7d and 1d before.
        - It disables only under the loop, which remembers, or for an event that brings a cursor of the loop's: no other run can show that people were warned before.
        - It switches off no working key before `known` names the one that stays on: keep_one holds it.
        - Follows CIS-AWS-2.12.
      expired: disables a key that expired at least 7d ago, at once, without a warning.
        - Such a key works no longer, so to disable it stops nothing.

    From run to run
      All this holds under the loop, which keeps the memory. A run without it knows of earlier ones nothing, or what the cursor in its event tells.
      A warning counts from the moment at which a channel accepted it, as long as its rule stays the same and the key stays on.
      After more than 3d between two scheduled runs (max_gap) people are warned anew, from the first warning on. So max_gap must be longer than the schedule's period: else no rule that warns first ever disables.
      If the disable has not come 3d after the time that the warnings named, because a guard held it, or the rule did not hold or was another one, people are warned anew as well.
      A key that was enabled again, whoever did it, is left alone by the rules on a schedule for 30d (hold_after_reenable).

    Protected keys
      None.
    ");
}
