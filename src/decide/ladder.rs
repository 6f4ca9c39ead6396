//! The ladder of a rule that warns first: which of its warnings is due.
//!
//! `warn_before: ["14d", "3d"]` promises a first warning at least fourteen days and a last one at least three days before
//! the disable. A warning's time runs from its acceptance, each is given once, and one that lapsed was never given.

use super::plan::Rung;
use crate::memory::Memory;
use crate::policy::Rule;
use crate::time::Timestamp;
use crate::zone::CredentialId;

/// Where a key stands on a rule's ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Footing {
    /// This warning is to be given now.
    Due(Rung),
    /// Every warning that is due has been given; nothing happens before then.
    Waits(Timestamp),
    /// Each has been given and has stood as long as it promised. So has a ladder without steps.
    Through,
}

/// Where does the key stand at `now`?
pub(super) fn footing(rule: &Rule, credential: &CredentialId, memory: &Memory, now: Timestamp) -> Footing {
    let mut through = now;
    for (step, before) in (0_u8..).zip(&rule.warn_before) {
        match memory.warned_since(credential, rule, step) {
            Some(since) => through = through.max(since.plus(before.duration())),
            None => {
                // With this step's warning given now, the disable would come so much later; the steps before it allow
                // for it as soon as they end no later than that.
                let due = through.minus(before.duration());
                return if due <= now { Footing::Due(Rung { step, before: *before }) } else { Footing::Waits(due) };
            }
        }
    }
    if through <= now { Footing::Through } else { Footing::Waits(through) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Fact;
    use crate::policy::{Policy, Span};
    use crate::zone::Status;

    fn key() -> CredentialId {
        CredentialId::parse("scimcred-aaaaaaaaaaaa").unwrap()
    }

    /// A rule with this ladder, e.g. `,"warn_before":["14d","3d"]`.
    fn rule(ladder: &str) -> Rule {
        let text = format!(
            r#"{{"version":1,"mode":"enforce","accounts":[{{"name":"a","site":"intl","zone":"auto","secret":"env"}}],
                "rules":[{{"id":"r","on":"schedule","when":{{"older_than":"90d"}},"then":"disable"{ladder}}}]}}"#
        );
        Policy::parse(text.as_bytes()).unwrap().rules().rules[0].clone()
    }

    fn two_steps() -> Rule {
        rule(r#","warn_before":["14d","3d"]"#)
    }

    fn day(number: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_790_000_000 + number * 86_400)
    }

    /// A memory in which people were given these steps on these days.
    fn warned(steps: &[(u8, i64)]) -> Memory {
        let rule = two_steps();
        let mut memory = Memory::default();
        for &(step, number) in steps {
            let (rule, fingerprint, looked) = (rule.id.clone(), rule.fingerprint, day(number));
            memory.learn(day(number), Fact::Warned { credential: key(), rule, fingerprint, step, looked });
        }
        memory
    }

    fn stands(memory: &Memory, now: i64) -> Footing {
        footing(&two_steps(), &key(), memory, day(now))
    }

    fn due(step: u8, before: &str) -> Footing {
        Footing::Due(Rung { step, before: Span::parse(before).unwrap() })
    }

    #[test]
    fn a_ladder_is_climbed_step_by_step_and_each_step_stands_as_long_as_it_promised() {
        assert_eq!(stands(&warned(&[]), 0), due(0, "14d"));
        for now in [0, 1, 10] {
            assert_eq!(stands(&warned(&[(0, 0)]), now), Footing::Waits(day(11)), "{now}");
        }
        assert_eq!(stands(&warned(&[(0, 0)]), 11), due(1, "3d"));
        for now in [11, 12, 13] {
            assert_eq!(stands(&warned(&[(0, 0), (1, 11)]), now), Footing::Waits(day(14)), "{now}");
        }
        assert_eq!(stands(&warned(&[(0, 0), (1, 11)]), 14), Footing::Through);
    }

    #[test]
    fn a_step_that_was_given_late_makes_the_disable_late() {
        assert_eq!(stands(&warned(&[(0, 0)]), 20), due(1, "3d"));
        assert_eq!(stands(&warned(&[(0, 0), (1, 20)]), 22), Footing::Waits(day(23)));
        assert_eq!(stands(&warned(&[(0, 0), (1, 20)]), 23), Footing::Through);
    }

    #[test]
    fn a_step_that_lapsed_is_given_again_and_the_others_stand() {
        assert_eq!(stands(&warned(&[(1, 11)]), 20), due(0, "14d"), "the first one is missing");
        assert_eq!(stands(&warned(&[(1, 11), (0, 20)]), 33), Footing::Waits(day(34)));
        assert_eq!(stands(&warned(&[(1, 11), (0, 20)]), 34), Footing::Through);
        let mut memory = warned(&[(0, 0), (1, 11)]);
        memory.learn(day(12), Fact::Seen { subject: key().into(), status: Status::Disabled });
        assert_eq!(stands(&memory, 14), due(0, "14d"), "all have lapsed");
    }

    #[test]
    fn the_last_step_is_given_again_if_it_alone_has_lapsed() {
        let mut memory = warned(&[(0, 5), (1, 2)]);
        memory.learn(day(3), Fact::Resumed);
        assert_eq!(stands(&memory, 16), due(1, "3d"));
        assert_eq!(stands(&memory, 15), Footing::Waits(day(16)));
    }

    #[test]
    fn an_acceptance_that_lies_ahead_is_waited_for() {
        assert_eq!(stands(&warned(&[(0, 5), (1, 5)]), 0), Footing::Waits(day(19)));
    }

    #[test]
    fn a_rule_without_a_ladder_is_through_at_once() {
        assert_eq!(footing(&rule(""), &key(), &warned(&[]), day(0)), Footing::Through);
    }
}
