//! Says what a policy may do, and what it may stop, to the person who will write `enforce`.

use std::fmt::{self, Write};

use super::sentences::Words;
use super::{
    Account, Condition, Guard, Known, Measure, Mode, Policy, Protection, Rule, Rules, SecretSource, Site, Successor,
};
use crate::time::{Offsets, Timestamp, UtcOffset};
use crate::zone::Status;

impl Policy {
    /// The whole policy in plain words, several lines; `now` tells which protections have ended.
    pub fn explain(&self, now: Timestamp) -> String {
        let mut text = String::new();
        write(&mut text, self, now).expect("writing to a string cannot fail");
        text
    }
}

fn write(out: &mut String, policy: &Policy, now: Timestamp) -> fmt::Result {
    out.write_str(match policy.mode {
        Mode::Report => "Mode report: it writes nothing. The rules below tell what enforce would do.\n",
        Mode::Enforce => "Mode enforce: it switches keys off where a rule says so and no guard holds.\n",
    })?;
    out.write_str("\nAccounts\n")?;
    policy.accounts.iter().try_for_each(|account| write_account(out, account))?;
    write!(out, "\nTimes\n  {}\n", readings(&policy.rules.utc_offsets))?;
    out.write_str("\nKeys that the policy vouches for\n")?;
    write_known(out, &policy.rules.known)?;
    out.write_str("\nRules\n")?;
    policy.rules.rules.iter().try_for_each(|rule| write_rule(out, rule, &policy.rules))?;
    out.write_str("\nProtected keys\n")?;
    write_protections(out, &policy.rules.protect, now)
}

fn write_account(out: &mut String, account: &Account) -> fmt::Result {
    let site = match account.site {
        Site::Intl => "international site",
        Site::Cn => "site for mainland China",
    };
    let zone = account.zone.as_ref().map_or("its zone is looked up".to_owned(), |zone| format!("zone {zone}"));
    let secret = match &account.secret {
        SecretSource::Env => "the process environment".to_owned(),
        SecretSource::Profile(name) => format!("section {name} of ~/.tencentcloud/credentials"),
        SecretSource::SecretsManager(arn) => format!("AWS Secrets Manager, {arn}"),
    };
    writeln!(out, "  {}: {site}; {zone}; the API secret comes from {secret}.", account.name)
}

fn readings(offsets: &Offsets) -> String {
    let offsets: Vec<String> = offsets.iter().map(UtcOffset::to_string).collect();
    match offsets.as_slice() {
        [only] => format!(
            "The cloud names no time zone. Its times are read at {only} alone: if its clock runs otherwise, rules act \
             too early or too late."
        ),
        several => format!(
            "The cloud names no time zone. Its times are read at {}: a rule acts only if it holds under each.",
            several.join(" and at ")
        ),
    }
}

fn write_known(out: &mut String, known: &[Known]) -> fmt::Result {
    if known.is_empty() {
        out.write_str("  None. So under `successor` vouched no key counts as the one that stays on.\n")?;
    }
    known.iter().try_for_each(|known| writeln!(out, "  {}: {}.", known.credential, known.note))
}

fn write_protections(out: &mut String, protections: &[Protection], now: Timestamp) -> fmt::Result {
    if protections.is_empty() {
        out.write_str("  None.\n")?;
    }
    protections.iter().try_for_each(|protection| {
        let Protection { credential, reason, until } = protection;
        if protection.holds_at(now) {
            writeln!(out, "  {credential}: left alone to the end of {until} UTC ({reason}).")
        } else {
            writeln!(out, "  {credential}: protected no longer, since that ended with {until} UTC ({reason}).")
        }
    })
}

fn write_rule(out: &mut String, rule: &Rule, rules: &Rules) -> fmt::Result {
    let which = Words { condition: &rule.when, successor: rule.successor, holds: true };
    match rule.then {
        Measure::Warn => writeln!(out, "  {}: warns of a key that {which}. It switches nothing off.", rule.id)?,
        Measure::Disable if rule.warn_before.is_empty() => {
            writeln!(out, "  {}: disables a key that {which}, at once, without a warning.", rule.id)?;
        }
        Measure::Disable => {
            let steps: Vec<String> = rule.warn_before.iter().map(ToString::to_string).collect();
            writeln!(
                out,
                "  {}: disables a key that {which}, after warnings {} before.",
                rule.id,
                steps.join(" and ")
            )?;
        }
    }
    consequences(rule, rules).iter().try_for_each(|line| writeln!(out, "    - {line}"))
}

/// What follows from a rule, and what it may stop.
fn consequences(rule: &Rule, rules: &Rules) -> Vec<String> {
    let mut lines = Vec::new();
    match rule.then {
        Measure::Warn if rule.waives.is_empty() => {}
        Measure::Warn => lines.push("What it waives has no effect as long as it only warns.".to_owned()),
        Measure::Disable => lines.extend(stops(rule, rules).into_iter().map(str::to_owned)),
    }
    if !rule.controls.is_empty() {
        lines.push(format!("Follows {}.", rule.controls.join(", ")));
    }
    lines
}

/// What a rule that disables may stop.
fn stops(rule: &Rule, rules: &Rules) -> Vec<&'static str> {
    let mut lines = Vec::new();
    if !rule.warn_before.is_empty() {
        lines.push("Without memory it only warns: no run can show that people were warned before.");
    }
    if selects_only_dead(&rule.when) {
        lines.push("Such a key works no longer, so to disable it stops nothing.");
    } else {
        lines.push(if rule.waives.contains(&Guard::KeepOne) {
            "waives keep_one: it may switch off the only good key, which stops provisioning for the whole company."
        } else if rule.successor == Successor::Vouched && rules.known.is_empty() {
            "It switches off no working key before `known` names the one that stays on: keep_one holds it."
        } else {
            "If no other good key stays on, keep_one holds it: the key stays on, and the report says so."
        });
        if rule.successor == Successor::Any {
            lines.push(
                "successor any: a key that nobody vouches for counts as the one that stays on, so a thief who creates \
                 a key can have yours switched off.",
            );
        }
    }
    if rule.waives.contains(&Guard::Protected) {
        lines.push("waives protected: it may switch off a key that the policy protects.");
    }
    lines
}

/// Does it surely hold only for keys that are expired or disabled?
fn selects_only_dead(condition: &Condition) -> bool {
    match condition {
        Condition::ExpiredFor(_) | Condition::Status(Status::Disabled) => true,
        Condition::All(parts) => parts.iter().any(selects_only_dead),
        Condition::Any(parts) => parts.iter().all(selects_only_dead),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// What is said of one rule.
    fn of_rule(rule: &Value) -> String {
        let account = json!({"name": "main", "site": "intl", "zone": "auto", "secret": "env"});
        let policy = json!({"version": 1, "mode": "report", "accounts": [account], "rules": [rule]});
        let policy = Policy::parse(policy.to_string().as_bytes()).unwrap();
        consequences(&policy.rules.rules[0], &policy.rules).join(" ")
    }

    fn of_condition(when: &Value) -> String {
        of_rule(&json!({"id": "r", "on": "schedule", "when": when, "then": "disable"}))
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
    fn a_rule_that_only_warns_stops_nothing_whatever_it_waives() {
        let rule = json!({
            "id": "r", "on": "schedule", "when": {"all": []}, "then": "warn", "successor": "any", "waives": ["keep_one"]
        });
        assert_eq!(of_rule(&rule), "What it waives has no effect as long as it only warns.");
    }
}
