//! Says what earlier runs change: when warnings count, and for how long a key is held.

use std::fmt::{self, Write};

use crate::policy::{Measure, On, Rules};

/// A section, where the policy has a rule that memory matters to.
pub(super) fn write(out: &mut String, rules: &Rules) -> fmt::Result {
    let lines = lines(rules);
    if lines.is_empty() {
        return Ok(());
    }
    out.write_str(
        "\nFrom run to run\n  All this holds under the loop, which keeps the memory. A run without it knows of earlier ones \
         nothing, or what the cursor in its event tells.\n",
    )?;
    lines.iter().try_for_each(|line| writeln!(out, "  {line}"))
}

fn lines(rules: &Rules) -> Vec<String> {
    let Rules { max_gap, hold_after_reenable, hold_ground, .. } = rules;
    let mut lines = Vec::new();
    if rules.rules.iter().any(|rule| !rule.warn_before.is_empty()) {
        lines.push(
            "A warning counts from the moment at which a channel accepted it, as long as its rule stays the same and \
             the key stays on."
                .to_owned(),
        );
        lines.push(format!(
            "After more than {max_gap} between two scheduled runs (max_gap) people are warned anew, from the first \
             warning on. So max_gap must be longer than the schedule's period: else no rule that warns first ever \
             disables."
        ));
        lines.push(format!(
            "If the disable has not come {max_gap} after the time that the warnings named, because a guard held it, or the \
             rule did not hold or was another one, people are warned anew as well."
        ));
    }
    if rules.rules.iter().any(|rule| rule.on == On::Schedule && rule.then == Measure::Disable) {
        lines.push(format!(
            "A key that was enabled again, whoever did it, is left alone by the rules on a schedule for \
             {hold_after_reenable} (hold_after_reenable)."
        ));
    }
    if rules.rules.iter().any(|rule| rule.on != On::Schedule) {
        lines.push(ground(*hold_ground));
    }
    if rules.rules.iter().any(|rule| rule.then == Measure::DisableSync) {
        lines.push(
            "SCIM synchronisation that an incident holds off, and that is found on, is treated alike.".to_owned(),
        );
    }
    lines
}

/// What becomes of a contained key that is found enabled.
fn ground(times: u32) -> String {
    let found = "A key that an incident implicates and that is found enabled again";
    match times {
        0 => format!("{found} is not disabled again: each time there is an alarm (hold_ground)."),
        1 => format!("{found} is disabled again once, with an alarm; after that there are only alarms (hold_ground)."),
        _ => format!(
            "{found} is disabled again up to {times} times, with an alarm each; after that there are only alarms \
             (hold_ground)."
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::Policy;

    /// What is said of a policy with this rule and these guards.
    fn said(rule: &Value, guards: &Value) -> String {
        let account = json!({"name": "main", "site": "intl", "zone": "auto", "secret": "env"});
        let policy = json!({"version": 1, "mode": "report", "accounts": [account], "rules": [rule], "guards": guards});
        let policy = Policy::parse(policy.to_string().as_bytes()).unwrap();
        let mut text = String::new();
        write(&mut text, policy.rules()).unwrap();
        text
    }

    #[test]
    fn each_guard_of_memory_is_told_where_a_rule_feels_it() {
        let warns = json!({"id": "r", "on": "schedule", "when": {"all": []}, "then": "warn"});
        let disables = json!({"id": "r", "on": "schedule", "when": {"expired_for": "7d"}, "then": "disable"});
        let mut ladder = disables.clone();
        ladder["warn_before"] = json!(["7d"]);
        let contains = json!({"id": "r", "on": "incident", "when": {"implicated": true}, "then": "disable"});
        let guards = json!({"max_gap": "8d", "hold_after_reenable": "60d", "hold_ground": 5});
        assert_eq!(said(&warns, &guards), "");
        let gap = "more than 8d between two scheduled runs (max_gap)";
        let hold = "for 60d (hold_after_reenable)";
        let ground = "up to 5 times, with an alarm each; after that there are only alarms (hold_ground)";
        for (rule, told) in [(&disables, &[hold][..]), (&ladder, &[gap, hold]), (&contains, &[ground])] {
            let said = said(rule, &guards);
            for part in [gap, hold, ground] {
                assert_eq!(said.contains(part), told.contains(&part), "{part}: {said}");
            }
        }
    }

    #[test]
    fn how_often_ground_is_held_is_said_in_words() {
        assert!(ground(0).contains("is not disabled again"), "{}", ground(0));
        assert!(ground(1).contains("is disabled again once, with an alarm"), "{}", ground(1));
        assert!(ground(2).contains("up to 2 times, with an alarm each"), "{}", ground(2));
    }
}
