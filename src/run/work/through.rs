//! When a run is through, when it goes on, and when it gives up. Pure.

use std::time::Duration;

use super::Work;
use crate::cursor::{self, OutcomeState};
use crate::decide::{Occasion, Plan};
use crate::ending::Ending;
use crate::report::{self, About, RESUME_AFTER};
use crate::run::patience;
use crate::time::{Timestamp, spoken};

impl Work {
    /// The answer of a hop that has nothing to look for; `None` if it has.
    pub fn idle(&mut self, about: About<'_>, now: Timestamp) -> Option<Ending> {
        if let Some(ended) = &self.record.ended {
            // If its last facts are not settled, nobody remembers what it did.
            return Some(match &self.no_memory {
                Some(no_memory) if *ended == Ending::Complete => Ending::Failed { why: no_memory.why().to_owned() },
                _ => ended.clone(),
            });
        }
        if now > self.record.until {
            return Some(self.give_up(about, None, now));
        }
        // Whoever writes closes its intents: none is open as long as its late look is to come.
        let look_at = self.late_look_to_come(now)?;
        Some(Ending::Continue { resume_at: look_at, why: "the late look is to come".to_owned() })
    }

    /// The run goes on, or ends so; but if it wants to go on when its time is over, it does so just before, or gives up.
    pub fn within_its_time(&mut self, about: About<'_>, ending: Ending, now: Timestamp) -> Ending {
        let last = self.record.until.minus(RESUME_AFTER);
        let ending = match ending {
            Ending::Continue { resume_at, why } if resume_at > self.record.until && last > now => {
                Ending::Continue { resume_at: last, why }
            }
            Ending::Continue { resume_at, why } if resume_at > self.record.until => {
                self.give_up(about, Some(&why), now)
            }
            other => other,
        };
        self.end(about, ending)
    }

    /// The run ends before it is through, and says what is left. `why` it would wait beyond its time, if that is not over yet.
    fn give_up(&mut self, about: About<'_>, why: Option<&str>, now: Timestamp) -> Ending {
        // To the nearest second: an event takes a few milliseconds to come in.
        let longest = spoken(self.record.until.since(self.record.accepted) + Duration::from_millis(500));
        let left: Vec<_> = self.record.outcomes.iter().filter(|outcome| outcome.state.is_not_done()).collect();
        let reasons: Vec<String> = left.iter().map(|outcome| report::in_vain(outcome)).collect();
        let mut owed: Vec<_> = left.into_iter().map(|outcome| report::given_up(about, outcome)).collect();
        let reasons = if reasons.is_empty() { why.unwrap_or_default().to_owned() } else { reasons.join("; ") };
        let colon = if reasons.is_empty() { "" } else { ": " };
        let next = match about.occasion {
            Occasion::Schedule => "the next scheduled run begins anew",
            // A receipt that was used is not good again.
            Occasion::Restore(_) if self.gave_back() => {
                "what the receipt gives back is on, and the next scheduled run takes the last look"
            }
            Occasion::Incident(_) | Occasion::Restore(_) => "send the same event again",
        };
        let early = match why {
            Some(_) => {
                format!(" (after {} it would have to wait beyond that)", spoken(now.since(self.record.accepted)))
            }
            None => String::new(),
        };
        let why = format!("the run could not finish within {longest}{early}{colon}{reasons}; {next}");
        if owed.is_empty() {
            owed.push(report::not_through(about, &why));
        }
        self.owe(owed);
        Ending::Failed { why }
    }

    /// Did the restore do what it was for?
    fn gave_back(&self) -> bool {
        let is_on = |state| matches!(state, OutcomeState::Enabled | OutcomeState::Freed);
        self.record.outcomes.iter().any(|outcome| is_on(outcome.state))
    }

    /// When to try again what was left over, if anything was. What was refused is tried again for a containment only.
    pub(in super::super) fn tries_again(&self, about: About<'_>, now: Timestamp) -> Option<Timestamp> {
        let contains = self.to_be_answered(about).next().is_some();
        let again = |outcome: &cursor::RecordedOutcome| {
            let longest = match outcome.state {
                OutcomeState::Deferred => patience::FOR_THE_CLOUD,
                OutcomeState::Failed if contains => patience::AFTER_A_REFUSAL,
                _ => return None,
            };
            Some(patience::again(outcome.since.unwrap_or(now), now, longest))
        };
        self.record.outcomes.iter().filter_map(again).min()
    }

    /// The run looks again for what the cloud may tell a minute later: whether what an incident wants off is on. It has a last
    /// look just before its time is over; after that a person is called.
    pub(in super::super) fn looks_again(&self, plan: &Plan, now: Timestamp) -> Option<Ending> {
        let last = self.record.until.minus(RESUME_AFTER);
        if !self.settles() || now >= last {
            return None;
        }
        let why = plan.steps.iter().find_map(|step| step.unseen().filter(|(_, will_pass)| *will_pass));
        let resume_at = patience::again(self.record.accepted, now, patience::FOR_THE_CLOUD).min(last);
        why.map(|(why, _)| Ending::Continue { resume_at, why: why.to_owned() })
    }

    /// Has the run been at it for so long that people should hear what stands in the way, though that may pass?
    pub(in super::super) fn has_tried_for_long(&self, now: Timestamp) -> bool {
        patience::is_long(self.record.accepted, now)
    }

    /// The zone cannot be seen. In a loop that settles that may pass, or the run's own end comes; elsewhere a person is called.
    pub fn cannot_see(&mut self, about: About<'_>, why: String, will_pass: bool, now: Timestamp) -> Ending {
        if self.settles() && will_pass {
            if self.has_tried_for_long(now) && !self.record.told_blind {
                self.record.told_blind = true;
                self.owe([report::blind_so_far(about, &why, self.record.until)]);
            }
            let resume_at = patience::again(self.record.accepted, now, patience::FOR_THE_CLOUD);
            return Ending::Continue { resume_at, why };
        }
        self.owe([report::blind(about, &why)]);
        Ending::Failed { why }
    }

    /// What does not go on ends the run, for all its later hops. What it still means to do it will not: nothing was sent on
    /// that, and others need not wait.
    pub(in super::super) fn end(&mut self, about: About<'_>, ending: Ending) -> Ending {
        if matches!(ending, Ending::Continue { .. }) {
            return ending;
        }
        let unsent: Vec<_> = self.own_intents().map(|intent| intent.done(false)).collect();
        for done in unsent {
            self.memory.learn(self.began, done);
        }
        let ending = self.judged(about, ending);
        self.record.ended = Some(ending.clone());
        ending
    }

    /// What is complete is held if a rule selected no key, a key was named that the zone does not have, or more incidents ask
    /// a rule than one run deals with.
    fn judged(&self, about: About<'_>, ending: Ending) -> Ending {
        let left_out = about.occasion.claims().map_or(0, |claims| claims.left_out);
        match ending {
            Ending::Complete | Ending::Ignored { .. } if left_out > 0 => {
                let why = format!("left_out: {left_out} more incidents of this event ask a rule: send it in parts");
                Ending::Held { why }
            }
            Ending::Complete if self.record.no_subject => Ending::Held {
                why: "no_subject: a rule selects no key of the zone, or a key is named that it does not have"
                    .to_owned(),
            },
            other => other,
        }
    }
}
