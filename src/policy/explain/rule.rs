//! Says of one rule what it does, and what it may stop.

use std::fmt::{self, Write};
use std::time::Duration;

use super::event;
use crate::policy::sentences::Words;
use crate::policy::{Condition, Guard, Measure, On, Rule, Rules, Span, Successor};
use crate::time::{CLOCKS_APART, spoken};
use crate::zone::Status;

/// The rule in a sentence, and what follows from it in a line each.
pub(super) fn write(out: &mut String, rule: &Rule, rules: &Rules) -> fmt::Result {
    let which = Words { condition: &rule.when, successor: rule.successor, holds: true };
    let on = match &rule.on {
        On::Schedule => String::new(),
        On::Incident => "on an incident, ".to_owned(),
        On::Event(event) => format!("on an event in which {}, ", event.pattern),
    };
    write!(out, "  {}: {on}", rule.id)?;
    match rule.then {
        Measure::Warn => writeln!(out, "warns of a key that {which}. It switches nothing off.")?,
        Measure::DisableSync => {
            writeln!(out, "switches SCIM synchronisation of the zone off if it has a key that {which}, at once.")?;
        }
        Measure::Disable if rule.warn_before.is_empty() => {
            writeln!(out, "disables a key that {which}, at once, without a warning.")?;
        }
        Measure::Disable => {
            let steps: Vec<String> = rule.warn_before.iter().map(ToString::to_string).collect();
            writeln!(out, "disables a key that {which}, after warnings {} before.", steps.join(" and "))?;
        }
    }
    consequences(rule, rules).iter().try_for_each(|line| writeln!(out, "    - {line}"))
}

/// What follows from a rule, and what it may stop.
fn consequences(rule: &Rule, rules: &Rules) -> Vec<String> {
    let mut lines = rule.on.event().map(|on| event::consequences(on, rule)).unwrap_or_default();
    match rule.then {
        Measure::Warn if rule.waives.is_empty() => {}
        Measure::Warn => lines.push("What it waives has no effect as long as it only warns.".to_owned()),
        Measure::Disable => lines.extend(stops(rule, rules).into_iter().map(str::to_owned)),
        Measure::DisableSync => lines.push(STOPS_ALL.to_owned()),
    }
    let times = rule.when.times_before_an_incident();
    if !times.is_empty() && rule.on.event().is_some_and(|on| on.pattern.may_be_of(&GO_ON)) {
        lines.push(LAST_SIGN.to_owned());
    }
    lines.extend(times.into_iter().filter_map(hardly_meant));
    if !rule.controls.is_empty() {
        lines.push(format!("Follows {}.", rule.controls.join(", ")));
    }
    lines
}

/// Sources of findings that go on, and are sent again while they do.
const GO_ON: [&str; 3] = ["aws.guardduty", "aws.securityhub", "ocsf"];

const LAST_SIGN: &str = "created_since_incident counts back from the last sign that a finding tells of. Of one that went on for \
                         longer before it came, a key that was created at its beginning stays on.";

/// A time before an incident of which it is doubtful that somebody meant it, and why.
fn hardly_meant(span: Span) -> Option<String> {
    const LONG: Duration = Duration::from_hours(7 * 24);
    let why = if span.duration() < CLOCKS_APART {
        format!(
            "is shorter than the {} by which clocks may differ: a key that was made after the incident may count as one \
             that was there before",
            spoken(CLOCKS_APART)
        )
    } else if span.duration() > LONG {
        "reaches far back: a key that was in use long before the incident counts as one that it brought".to_owned()
    } else {
        return None;
    };
    Some(format!("created_since_incident {span} {why}. Some hours are usual."))
}

const STOPS_ALL: &str = "waives keep_one: without SCIM synchronisation no key of the zone provisions anything, which stops \
                         provisioning for the whole company until its receipt is given back.";

/// What a rule that disables may stop.
fn stops(rule: &Rule, rules: &Rules) -> Vec<&'static str> {
    let mut lines = Vec::new();
    if !rule.warn_before.is_empty() {
        lines.push(
            "It disables only under the loop, which remembers, or for an event that brings a cursor of the loop's: no other \
             run can show that people were warned before.",
        );
    }
    if surely(&rule.when, is_dead) {
        lines.push("Such a key works no longer, so to disable it stops nothing.");
    } else {
        lines.extend(stops_working_keys(rule, rules));
    }
    if rule.waives.contains(&Guard::Protected) {
        lines.push("waives protected: it may switch off a key that the policy protects.");
    }
    lines
}

/// What a rule may stop that disables keys which work.
fn stops_working_keys(rule: &Rule, rules: &Rules) -> Vec<&'static str> {
    let mut lines = Vec::new();
    if names_keys(&rule.on) {
        lines.push(
            "A key that it selects and that the incident names goes off even if no good key stays on, which stops \
             provisioning for the whole company.",
        );
    }
    if surely(&rule.when, is_named) {
        return lines;
    }
    lines.push(keep_one(rule, rules));
    if rule.successor == Successor::Any {
        lines.push(
            "successor any: a key that nobody vouches for counts as the one that stays on, so a thief who creates a key \
             can have yours switched off.",
        );
    }
    lines
}

/// What becomes of the last good key.
fn keep_one(rule: &Rule, rules: &Rules) -> &'static str {
    let nobody_vouches = rule.successor == Successor::Vouched && rules.nobody_vouches();
    match (names_keys(&rule.on), nobody_vouches) {
        _ if rule.waives.contains(&Guard::KeepOne) => {
            "waives keep_one: it may switch off the only good key, which stops provisioning for the whole company."
        }
        (false, true) => {
            "It switches off no working key before `known` names the one that stays on: keep_one holds it."
        }
        (false, false) => "If no other good key stays on, keep_one holds it: the key stays on, and the report says so.",
        (true, true) => {
            "Of the keys that the incident does not name it switches off no working one before `known` names the one \
             that stays on: keep_one holds it."
        }
        (true, false) => {
            "If it selects the last good key, and the incident does not name that one, keep_one holds it: the key stays \
             on, and the report says so."
        }
    }
}

/// May an incident for which the rule is asked name keys?
fn names_keys(on: &On) -> bool {
    match on {
        On::Schedule => false,
        On::Incident => true,
        On::Event(event) => event.pattern.may_name_keys(),
    }
}

/// Is every key for which the condition holds surely one that a word of this kind holds for?
fn surely(condition: &Condition, kind: fn(&Condition) -> bool) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().any(|part| surely(part, kind)),
        Condition::Any(parts) => parts.iter().all(|part| surely(part, kind)),
        word => kind(word),
    }
}

/// Does the word hold only for keys that are expired or disabled?
fn is_dead(word: &Condition) -> bool {
    matches!(word, Condition::ExpiredFor(_) | Condition::Status(Status::Disabled))
}

/// Does the word hold only for keys that an incident names?
fn is_named(word: &Condition) -> bool {
    matches!(word, Condition::Implicated)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::Policy;

    /// What is said of one rule.
    fn of_rule(rule: &Value) -> String {
        let account = json!({"name": "main", "site": "intl", "zone": "auto", "secret": "env"});
        let policy = json!({"version": 1, "mode": "report", "accounts": [account], "rules": [rule]});
        let policy = Policy::parse(policy.to_string().as_bytes()).unwrap();
        consequences(&policy.rules().rules[0], policy.rules()).join(" ")
    }

    fn of_condition(when: &Value) -> String {
        of_rule(&json!({"id": "r", "on": "schedule", "when": when, "then": "disable"}))
    }

    fn of_containment(when: &Value) -> String {
        of_rule(&json!({"id": "r", "on": "incident", "when": when, "then": "disable"}))
    }

    #[test]
    fn only_a_key_that_surely_works_no_longer_is_said_to_stop_nothing() {
        let dead = json!({"expired_for": "7d"});
        let off = json!({"status": "Disabled"});
        let old = json!({"older_than": "90d"});
        for when in [&dead, &off, &json!({"all": [old, dead]}), &json!({"any": [off, dead]})] {
            assert!(of_condition(when).contains("stops nothing"), "{when}");
        }
        for when in [
            &old,
            &json!({"not": dead}),
            &json!({"any": [old, dead]}),
            &json!({"status": "Enabled"}),
            &json!({"all": []}),
        ] {
            assert!(of_condition(when).contains("keep_one holds it"), "{when}");
        }
    }

    #[test]
    fn keep_one_is_said_to_hold_a_containment_only_of_keys_that_the_incident_does_not_name() {
        let named = json!({"implicated": true});
        let new = json!({"created_within": "2h"});
        for when in [&named, &json!({"all": [named, new]}), &json!({"any": [named]})] {
            let said = of_containment(when);
            assert!(said.contains("goes off even if") && !said.contains("keep_one"), "{when}: {said}");
        }
        for when in [&new, &json!({"any": [named, new]}), &json!({"not": named}), &json!({"all": []})] {
            let said = of_containment(when);
            assert!(said.contains("goes off even if") && said.contains("keep_one holds it"), "{when}: {said}");
        }
        assert_eq!(of_containment(&json!({"expired_for": "7d"})), of_condition(&json!({"expired_for": "7d"})));
    }

    #[test]
    fn a_time_before_the_incident_that_is_hardly_meant_is_questioned() {
        let of = |span: &str| of_containment(&json!({"all": [{"not": {"created_since_incident": span}}]}));
        for short in ["1s", "299s", "4m"] {
            assert!(of(short).contains(&format!("created_since_incident {short} is shorter than the 5m")), "{short}");
        }
        for long in ["8d", "169h", "1000d"] {
            assert!(of(long).contains(&format!("created_since_incident {long} reaches far back")), "{long}");
        }
        for meant in ["5m", "2h", "7d"] {
            assert!(!of(meant).contains("created_since_incident"), "{meant}");
        }
    }

    #[test]
    fn that_a_time_before_an_incident_counts_from_a_findings_last_sign_is_said_where_findings_come_in() {
        let said = |on: Value, when: Value| {
            let rule = json!({"id": "r", "on": on, "when": when, "then": "disable"});
            of_rule(&rule).contains("counts back from the last sign")
        };
        let since = json!({"created_since_incident": "2h"});
        for source in [json!(["aws.guardduty"]), json!([{"prefix": "aws."}]), json!(["ocsf", "aws.health"])] {
            assert!(said(json!({"source": source}), since.clone()), "{source}");
            assert!(!said(json!({"source": source}), json!({"created_within": "2h"})), "{source}");
        }
        assert!(said(json!({"detail": {"type": ["x"]}}), since.clone()));
        assert!(!said(json!({"source": ["aws.signin", {"prefix": "aws.partner/"}]}), since.clone()));
        assert!(!said(json!("incident"), since));
    }

    #[test]
    fn a_rule_that_only_warns_stops_nothing_whatever_it_waives() {
        let rule = json!({
            "id": "r", "on": "schedule", "when": {"all": []}, "then": "warn", "successor": "any", "waives": ["keep_one"]
        });
        assert_eq!(of_rule(&rule), "What it waives has no effect as long as it only warns.");
    }
}
