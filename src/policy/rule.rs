//! Reads one rule of the document.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::document::RuleDocument;
use super::problems::{Problems, texts};
use super::{Fingerprint, Guard, Measure, On, Rule, RuleId, Span, Successor};
use super::{condition, event, island, shape};
use crate::json::{element, member};
use crate::zone::AccountName;

/// What to write where a rule should say when it is asked.
pub(super) const ON_REMEDY: &str =
    r#"write "schedule", "incident", or an event pattern as in {"source": ["aws.guardduty"]}"#;

/// Reads the rule at `path`, of a policy with these accounts.
pub(super) fn read(path: &str, value: &Value, accounts: &[AccountName], found: &mut Problems) -> Option<Rule> {
    let rule: RuleDocument = island::read(path, value, found)?;
    let id = found.shaped(&member(path, "id"), &rule.id, RuleId::SHAPE, |text| RuleId::parse(text).ok());
    let on = on(path, &rule, accounts, found);
    let when = condition::read(&member(path, "when"), &rule.when, on.as_ref(), found);
    if rule.on == "incident" || rule.on.is_object() {
        contains(path, &rule, found);
    }
    if !rule.on.is_object() {
        not_of_events(path, &rule, found);
    }
    let warn_before = warn_before(&member(path, "warn_before"), &rule, found);
    let waives = waives(&member(path, "waives"), &rule.waives, found);
    if rule.then == Measure::DisableSync {
        disables_sync(path, &rule, &waives, found);
    }
    let path = member(path, "controls");
    found.count(&path, rule.controls.len(), &(0..=20));
    let controls = found.all_shaped(&path, &rule.controls, shape::LINE, shape::line);
    Some(Rule {
        id: id?,
        fingerprint: Fingerprint::of(value),
        on: on?,
        when: when?,
        then: rule.then,
        warn_before,
        successor: rule.successor,
        waives,
        controls,
    })
}

/// When the rule is asked.
fn on(path: &str, rule: &RuleDocument, accounts: &[AccountName], found: &mut Problems) -> Option<On> {
    match &rule.on {
        Value::String(word) if word == "schedule" => Some(On::Schedule),
        Value::String(word) if word == "incident" => Some(On::Incident),
        Value::Object(pattern) => {
            event::read(path, pattern, rule, accounts, found).map(|rule| On::Event(Box::new(rule)))
        }
        other => {
            let why = "a rule is asked on every scheduled run, on every incident, or on every event of a pattern";
            found.add(&member(path, "on"), other, why, ON_REMEDY);
            None
        }
    }
}

/// Only a rule on events says whom they concern, and what it takes to cause them.
fn not_of_events(path: &str, rule: &RuleDocument, found: &mut Problems) {
    let said = [
        ("account", rule.account.is_some()),
        ("all_accounts", rule.all_accounts),
        ("outsider_may_trigger", rule.outsider_may_trigger),
    ];
    for (field, _) in said.into_iter().filter(|(_, said)| *said) {
        let why = "only a rule on events says this: a schedule and an incident name their own account";
        found.add_unseen(&member(path, field), why, r#"take it out, or write an event pattern under "on""#);
    }
}

/// A rule on incidents or events contains, and at once.
fn contains(path: &str, rule: &RuleDocument, found: &mut Problems) {
    if rule.then == Measure::Warn {
        let why = "a rule on incidents or events contains, so it disables";
        let remedy = r#"write "disable": in mode report that only says what would be done"#;
        found.add(&member(path, "then"), &"warn".into(), why, remedy);
    } else if rule.warn_before.is_some() {
        let why = "a containment does not wait: meanwhile whoever holds the key could use it";
        found.add_unseen(&member(path, "warn_before"), why, r#"take it out, or write "on": "schedule""#);
    }
}

/// A rule that switches SCIM synchronisation off contains, and says aloud that nobody can provision then.
fn disables_sync(path: &str, rule: &RuleDocument, waives: &BTreeSet<Guard>, found: &mut Problems) {
    if rule.on == "schedule" {
        let why = "only a containment switches SCIM synchronisation off: that stops provisioning for the whole company";
        let remedy = r#"write "disable" or "warn", or write "incident" or an event pattern under "on""#;
        found.add(&member(path, "then"), &"disable_sync".into(), why, remedy);
    }
    if !waives.contains(&Guard::KeepOne) {
        let why =
            "without SCIM synchronisation no key is left that provisions, and the rule does not say that it may be so";
        found.add_unseen(&member(path, "waives"), why, r#"write "waives": ["keep_one"], or "then": "disable""#);
    }
    if waives.contains(&Guard::Protected) {
        let why = "protected keeps keys on, and this rule switches none off";
        found.add_unseen(&member(path, "waives"), why, r#"write "waives": ["keep_one"]"#);
    }
    if rule.successor == Successor::Any {
        let why = "it says which keys may stay on alone, and without SCIM synchronisation none is of use";
        found.add(&member(path, "successor"), &"any".into(), why, "take it out");
    }
}

/// The longest step of a ladder. Older warnings are forgotten, in the course of some weeks.
const LONGEST_WARNING: Duration = Duration::from_hours(365 * 24);

/// The ladder of warnings: each step shorter than the one before.
fn warn_before(path: &str, rule: &RuleDocument, found: &mut Problems) -> Vec<Span> {
    let Some(items) = &rule.warn_before else { return Vec::new() };
    if rule.then == Measure::Warn {
        let why = "a rule that only warns has nothing to warn of beforehand";
        found.add_unseen(path, why, "take it out, or write \"then\": \"disable\"");
    }
    found.count(path, items.len(), &(1..=8));
    let steps = found.all_shaped(path, items, Span::SHAPE, Span::parse);
    if steps.len() == items.len() {
        for (i, step) in steps.iter().enumerate().filter(|(_, step)| step.duration() > LONGEST_WARNING) {
            const WHY: &str = "a warning is remembered for four hundred days, so this one would never be old enough";
            found.add(&element(path, i), &step.to_string().into(), WHY, "write at most 365d");
        }
        for (i, pair) in steps.windows(2).enumerate().filter(|(_, pair)| pair[0].duration() <= pair[1].duration()) {
            let why = format!("this is not shorter than the step before it, {}", pair[0]);
            found.add(&element(path, i + 1), &pair[1].to_string().into(), why, "write the longest step first");
        }
    }
    steps
}

/// The guards that the rule steps over. Those that cannot be waived have another way, and the remedy says which.
fn waives(path: &str, items: &[Value], found: &mut Problems) -> BTreeSet<Guard> {
    let mut waived = BTreeSet::new();
    for (i, item) in items.iter().enumerate() {
        let remedy = match item.as_str() {
            Some("keep_one") => {
                waived.insert(Guard::KeepOne);
                continue;
            }
            Some("protected") => {
                waived.insert(Guard::Protected);
                continue;
            }
            Some("vouched") => "to let any key count as the successor, write \"successor\": \"any\"",
            Some("warn_first") => "to act without a warning, leave warn_before out",
            Some("hold_after_reenable") => {
                "to hold keys that were enabled again for another time, set guards.hold_after_reenable"
            }
            Some("hold_ground") => "to disable a contained key again more or less often, set guards.hold_ground",
            _ => "the guards that a rule can waive are keep_one and protected",
        };
        found.add(&element(path, i), item, "no rule can waive this", remedy);
    }
    found.distinct(texts(path, items));
    waived
}
