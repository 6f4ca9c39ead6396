//! The ladder of a rule that warns first: which of its warnings is due.
//!
//! `warn_before: ["14d", "3d"]` promises a first warning at least fourteen days and a last one at least three days before
//! the disable, to within an hour. A warning's time runs from its acceptance, each is given once, and one that lapsed was never
//! given. What comes of them comes soon: a ladder whose end is long past, because the rule was another meanwhile, or did not
//! hold, or a guard held it, begins anew.

use std::collections::BTreeSet;
use std::time::Duration;

use super::plan::Rung;
use crate::memory::Memory;
use crate::policy::{Rule, Span};
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

/// A daily run comes at the same hour, give or take, and people accept a warning after its look: counted to the second, every
/// step of whole days would end with the run of the day after. So it may end this much early; a short one a part of itself.
const EARLY: Duration = Duration::from_secs(3_600);

fn early(before: Span) -> Duration {
    EARLY.min(before.duration() / 24)
}

/// Where does the key stand at `now`? A promise that has been due for longer than `max_gap` stands no more: whatever held the
/// disable back, people are warned anew.
pub(super) fn footing(
    rule: &Rule,
    credential: &CredentialId,
    memory: &Memory,
    max_gap: Span,
    now: Timestamp,
) -> Footing {
    let stands = |climb: &&Climb| now <= climb.end.plus(max_gap.duration());
    let climbs = climbs(rule, credential, memory, max_gap);
    let highest = climbs.iter().enumerate().rev().find_map(|(step, climbs)| {
        let end = climbs.iter().filter(stands).map(|climb| climb.end).min()?;
        Some((step + 1, end))
    });
    let (given, end) = highest.unwrap_or((0, now));
    match (0_u8..).zip(&rule.warn_before).nth(given) {
        Some((step, before)) => {
            // A warning given now is followed by the disable at `now + before`: it is due once that is no earlier than the steps
            // before it allow.
            let due = end.minus(before.duration() + early(*before));
            if due <= now { Footing::Due(Rung { step, before: *before }) } else { Footing::Waits(due) }
        }
        None => {
            let through = end.minus(rule.warn_before.last().copied().map_or(Duration::ZERO, early));
            if through <= now { Footing::Through } else { Footing::Waits(through) }
        }
    }
}

/// Warnings that people were given one after the other, from the first step on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Climb {
    /// Since when they have had the last of them.
    since: Timestamp,
    /// When all of them will have stood as long as they promised.
    end: Timestamp,
}

/// Every climb up to each step: of a step that was given twice, either may be part of one. Whoever remembers fewer warnings
/// finds no climb that others do not.
fn climbs(rule: &Rule, credential: &CredentialId, memory: &Memory, max_gap: Span) -> Vec<BTreeSet<Climb>> {
    let mut all: Vec<BTreeSet<Climb>> = Vec::new();
    for (step, before) in (0_u8..).zip(&rule.warn_before) {
        let given =
            memory.warned(credential, rule, step).map(|since| Climb { since, end: since.plus(before.duration()) });
        let higher = given.flat_map(|new| match all.last() {
            None => vec![new],
            Some(lower) => lower.iter().filter_map(|climb| climb.and(new, max_gap)).collect(),
        });
        let higher = higher.collect();
        all.push(higher);
    }
    all
}

impl Climb {
    /// With the next step; `None` if that was given before the last of these, or when they stood no more.
    fn and(self, next: Self, max_gap: Span) -> Option<Self> {
        let follows = self.since <= next.since && next.since <= self.end.plus(max_gap.duration());
        follows.then_some(Self { since: next.since, end: self.end.max(next.end) })
    }
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
        footing(&two_steps(), &key(), memory, max_gap(), day(now))
    }

    fn max_gap() -> Span {
        Span::parse("3d").unwrap()
    }

    fn due(step: u8, before: &str) -> Footing {
        Footing::Due(Rung { step, before: Span::parse(before).unwrap() })
    }

    /// Until this day, less what a step of days may be early.
    fn waits(number: i64) -> Footing {
        Footing::Waits(day(number).minus(Duration::from_secs(3_600)))
    }

    #[test]
    fn a_ladder_is_climbed_step_by_step_and_each_step_stands_as_long_as_it_promised() {
        assert_eq!(stands(&warned(&[]), 0), due(0, "14d"));
        for now in [0, 1, 10] {
            assert_eq!(stands(&warned(&[(0, 0)]), now), waits(11), "{now}");
        }
        assert_eq!(stands(&warned(&[(0, 0)]), 11), due(1, "3d"));
        for now in [11, 12, 13] {
            assert_eq!(stands(&warned(&[(0, 0), (1, 11)]), now), waits(14), "{now}");
        }
        assert_eq!(stands(&warned(&[(0, 0), (1, 11)]), 14), Footing::Through);
        assert_eq!(stands(&warned(&[(0, 0), (1, 5)]), 9), waits(14), "the first promised more");
    }

    #[test]
    fn a_run_of_every_day_gives_each_step_and_disables_on_its_day() {
        let rule = two_steps();
        let mut memory = Memory::default();
        let mut climb = |number, before: u64| {
            let look = day(number).minus(Duration::from_secs(before));
            let stands = footing(&rule, &key(), &memory, max_gap(), look);
            if let Footing::Due(Rung { step, .. }) = stands {
                let (rule, fingerprint) = (rule.id.clone(), rule.fingerprint);
                let warned = Fact::Warned { credential: key(), rule, fingerprint, step, looked: look };
                // People accept it a minute after the look.
                memory.learn(look.plus(Duration::from_secs(60)), warned);
            }
            stands
        };
        assert_eq!(climb(0, 0), due(0, "14d"));
        assert!(matches!(climb(10, 0), Footing::Waits(_)));
        assert_eq!(climb(11, 3_000), due(1, "3d"));
        assert!(matches!(climb(14, 3_600), Footing::Waits(_)), "more than an hour early");
        assert_eq!(climb(14, 3_500), Footing::Through);
    }

    #[test]
    fn a_short_step_is_early_by_a_part_of_itself_only() {
        let rule = rule(r#","warn_before":["24s"]"#);
        let mut memory = Memory::default();
        let (id, fingerprint) = (rule.id.clone(), rule.fingerprint);
        memory.learn(day(0), Fact::Warned { credential: key(), rule: id, fingerprint, step: 0, looked: day(0) });
        let after = |seconds| footing(&rule, &key(), &memory, max_gap(), day(0).plus(Duration::from_secs(seconds)));
        assert_eq!(after(22), Footing::Waits(day(0).plus(Duration::from_secs(23))));
        assert_eq!(after(23), Footing::Through);
    }

    #[test]
    fn a_step_that_was_given_late_makes_the_disable_late() {
        assert_eq!(stands(&warned(&[(0, 0)]), 16), due(1, "3d"));
        assert_eq!(stands(&warned(&[(0, 0), (1, 16)]), 18), waits(19));
        assert_eq!(stands(&warned(&[(0, 0), (1, 16)]), 19), Footing::Through);
    }

    #[test]
    fn a_ladder_whose_end_is_long_past_begins_anew_from_its_first_step() {
        let climbed = [(0, 0), (1, 11)];
        assert_eq!(stands(&warned(&climbed), 17), Footing::Through);
        assert_eq!(stands(&warned(&climbed), 18), due(0, "14d"));
        assert_eq!(stands(&warned(&[(0, 0)]), 18), due(0, "14d"), "the last step is too late");
        assert_eq!(stands(&warned(&[(0, 0), (1, 17)]), 20), Footing::Through);
        assert_eq!(stands(&warned(&[(0, 0), (1, 18)]), 21), due(0, "14d"), "people accepted the last step too late");
        let anew = [(0, 0), (1, 11), (0, 30)];
        assert_eq!(stands(&warned(&anew), 30), waits(41), "the old last step is no part of it");
        assert_eq!(stands(&warned(&anew), 41), due(1, "3d"));
        let again = [(0, 0), (1, 11), (0, 30), (1, 41)];
        assert_eq!(stands(&warned(&again), 43), waits(44));
        assert_eq!(stands(&warned(&again), 44), Footing::Through);
    }

    #[test]
    fn a_warning_that_was_given_twice_takes_nothing_away() {
        let twice = warned(&[(0, 0), (1, 11), (1, 16)]);
        assert_eq!(stands(&twice, 20), Footing::Through, "as the later one allows");
    }

    #[test]
    fn a_step_that_lapsed_is_given_again_and_so_are_those_after_it() {
        assert_eq!(stands(&warned(&[(1, 11)]), 20), due(0, "14d"), "the first one is missing");
        assert_eq!(stands(&warned(&[(1, 11), (0, 20)]), 31), due(1, "3d"));
        let mut memory = warned(&[(0, 0), (1, 11)]);
        memory.learn(day(12), Fact::Seen { subject: key().into(), status: Status::Disabled });
        assert_eq!(stands(&memory, 14), due(0, "14d"), "all have lapsed");
    }

    #[test]
    fn the_last_step_is_given_again_if_it_alone_has_lapsed() {
        let mut memory = warned(&[(0, 5), (1, 2)]);
        memory.learn(day(3), Fact::Resumed);
        assert_eq!(stands(&memory, 16), due(1, "3d"));
        assert_eq!(stands(&memory, 15), waits(16));
    }

    #[test]
    fn an_acceptance_that_lies_ahead_is_waited_for() {
        assert_eq!(stands(&warned(&[(0, 5), (1, 5)]), 0), waits(19));
    }

    #[test]
    fn a_rule_without_a_ladder_is_through_at_once() {
        assert_eq!(footing(&rule(""), &key(), &warned(&[]), max_gap(), day(0)), Footing::Through);
    }
}
