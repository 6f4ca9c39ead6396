//! What a hop wrote, as facts and in the run's record. Pure.

use std::collections::BTreeSet;

use super::{LATE, Work};
use crate::act::{Deed, Outcome};
use crate::cursor::{self, OutcomeState, Written};
use crate::decide::{Because, Consequence, Plan, Step, Trip, may_answer};
use crate::memory::Fact;
use crate::notice::{REASON, brief};
use crate::report::About;
use crate::time::Timestamp;
use crate::trigger::{Asked, IncidentId};
use crate::zone::{Snapshot, Status, Subject};

impl Work {
    /// What was written, as facts. `zone` is the last look.
    pub(in super::super) fn wrote(
        &mut self,
        about: About<'_>,
        plan: &Plan,
        deeds: &[Deed],
        zone: &Snapshot,
        now: Timestamp,
    ) {
        let counts = |of: &Subject| deeds.iter().any(|deed| deed.subject == *of && deed.counts());
        let done: Vec<Fact> = self.own_intents().map(|intent| intent.done(counts(intent.subject))).collect();
        let off: Vec<(Timestamp, Fact)> = deeds.iter().flat_map(|deed| self.off(deed, now)).collect();
        let not_done = deeds.iter().any(|deed| deed.outcome.state().is_not_done());
        let through = !not_done && self.to_be_answered(about).next().is_some();
        // Every containment is looked at once more, whether it found something to do or not: others may be acting.
        let look_late = (through && !self.has_held()) || deeds.iter().any(Deed::counts);
        // What a fresh look led to instead counts, and not what was to be done before it.
        let steps: Vec<&Step> = plan.steps.iter().map(|step| changed(step, deeds)).collect();
        let contained = self.contained(about, &steps, through);
        let facts = done.into_iter().chain(contained).map(|fact| (now, fact)).chain(off);
        facts.for_each(|(at, fact)| self.memory.learn(at, fact));
        self.looked(zone);
        let outcomes: Vec<_> = deeds.iter().map(|deed| self.outcome(deed, now)).collect();
        self.forget_vain_tries(deeds);
        if through {
            self.record.outcomes.retain(|outcome| !outcome.state.is_not_done() && !is_held(outcome));
            self.record.outcomes.extend(steps.iter().filter_map(|step| held(step)));
        }
        self.record.outcomes.extend(outcomes);
        self.record.written.extend(deeds.iter().filter(|deed| deed.sent).filter_map(written));
        if look_late {
            self.record.look_at = Some(now.plus(LATE));
        }
    }

    /// That it was switched off, if it was, dated now: the looks before may be out of date. What was undone is on by now, so it
    /// is dated when the cloud acknowledged it, with the look that saw it off.
    fn off(&self, deed: &Deed, now: Timestamp) -> Vec<(Timestamp, Fact)> {
        if !deed.switched_off() {
            return Vec::new();
        }
        let (subject, rule) = (deed.subject.clone(), deed.because.rule().cloned());
        let seen = Fact::Seen { subject: subject.clone(), status: Status::Disabled };
        let disabled = Fact::Disabled { subject, run: self.record.run.clone(), rule };
        match deed.acknowledged_at.filter(|_| deed.outcome == Outcome::Undone) {
            Some(at) => vec![(at, seen), (at, disabled)],
            None => vec![(now, disabled)],
        }
    }

    /// What was tried again has a newer outcome; otherwise a write that is tried every minute would fill the cursor.
    fn forget_vain_tries(&mut self, deeds: &[Deed]) {
        self.record.outcomes.retain(|earlier| {
            let again = |deed: &Deed| {
                let (of, state) = ((&deed.subject, &deed.because), deed.outcome.state());
                of == (&earlier.subject, &earlier.because) && (state == earlier.state || !state.is_in_vain())
            };
            !(earlier.state.is_in_vain() && deeds.iter().any(again))
        });
    }

    /// What came of it, and since when it comes to nothing.
    fn outcome(&self, deed: &Deed, now: Timestamp) -> cursor::RecordedOutcome {
        let (subject, because, state) = (deed.subject.clone(), deed.because.clone(), deed.outcome.state());
        let earlier = self.record.outcomes.iter().find(|earlier| earlier.is_again(&subject, &because, state));
        let since = state.is_in_vain().then(|| earlier.and_then(|earlier| earlier.since).unwrap_or(now));
        let why = deed.outcome.why().map(|why| brief(&why, REASON));
        let request_ids = deed.request_ids.clone();
        cursor::RecordedOutcome { subject, because, state, why, request_ids, since }
    }

    /// The late look was taken, and this came of it: it is one outcome with that of the write itself.
    pub(in super::super) fn looked_late(&mut self, deeds: &[Deed], zone: &Snapshot) {
        for deed in deeds {
            let mut outcome = self.outcome(deed, zone.taken());
            let written = |earlier: &mut cursor::RecordedOutcome| earlier.is_of_the_write(&deed.subject, &deed.because);
            let written = self.record.outcomes.extract_if(.., written);
            let request_ids = written.flat_map(|written| written.request_ids);
            outcome.request_ids = request_ids.chain(outcome.request_ids).collect();
            self.record.outcomes.push(outcome);
        }
        self.record.written.clear();
        self.record.look_at = None;
        self.looked(zone);
    }

    /// Did guards hold back what the rules wanted for an incident?
    pub(in super::super) fn has_held(&self) -> bool {
        self.record.outcomes.iter().any(is_held)
    }

    /// What a containment leaves: these keys are the incident's, and it has had its containment if that is through and no
    /// guard holds any of it back. What a guard holds is asked for again when the incident is sent again: a thief may
    /// have seen to it that his key was the last that worked.
    fn contained(&self, about: About<'_>, steps: &[&Step], through: bool) -> Vec<Fact> {
        let by_rules = |step: &Step| -> BTreeSet<IncidentId> {
            let findings = step.findings.iter().filter(|finding| matches!(finding.because, Because::Rule(_)));
            findings.flat_map(|finding| finding.incidents.iter().cloned()).collect()
        };
        let dated = |incident: &IncidentId| {
            let mut asked = about.occasion.incidents().iter().map(|asked| &asked.incident);
            asked.find(|asked| asked.id == *incident)?.dated()
        };
        let implicated = steps.iter().flat_map(|step| {
            let subject = &step.subject;
            // Once for each subject, however often it is tried.
            let new = by_rules(step).into_iter().filter(|incident| !self.memory.has_implicated(incident, subject));
            new.map(|incident| Fact::Implicated { subject: subject.clone(), dated: dated(&incident), incident })
                .collect::<Vec<_>>()
        });
        let held = |incident: &IncidentId| {
            let on = steps.iter().filter(|step| step.verdict.cleared().is_none());
            let mut findings = on.flat_map(|step| &step.findings);
            findings.any(|finding| {
                matches!(finding.consequence, Consequence::Held(_)) && finding.wanted_for.contains(incident)
            })
        };
        let open = self.to_be_answered(about).map(|asked| &asked.incident.id);
        let answered = open.filter(|incident| through && !held(incident));
        let answered = answered.map(|incident| Fact::Answered { incident: incident.clone(), dated: dated(incident) });
        implicated.chain(answered).collect()
    }

    /// The incidents that have yet to have their containment. What an outsider can cause, and no rule may answer, never
    /// has: should its source come to call it certain, it must still be contained.
    pub(in super::super) fn to_be_answered<'a>(&'a self, about: About<'a>) -> impl Iterator<Item = &'a Asked> {
        let rules = about.policy.rules();
        let may_be = |asked: &&Asked| {
            asked.rules.iter().filter_map(|id| rules.rule(id)).any(|rule| may_answer(rule, &asked.incident))
        };
        about.occasion.unanswered(&self.memory).filter(may_be)
    }
}

/// Did a guard hold back what a rule wanted?
fn is_held(outcome: &cursor::RecordedOutcome) -> bool {
    outcome.state == OutcomeState::Held && matches!(outcome.because, Because::Rule(_))
}

/// The step, or what a fresh look before its write led to instead.
fn changed<'a>(step: &'a Step, deeds: &'a [Deed]) -> &'a Step {
    let deed = deeds.iter().find(|deed| deed.subject == step.subject);
    match deed.map(|deed| &deed.outcome) {
        Some(Outcome::Changed { to }) => to,
        _ => step,
    }
}

fn held(step: &Step) -> Option<cursor::RecordedOutcome> {
    let (why, because) = (brief(&Trip::reasons(step.held()?), REASON), step.verdict.because()?.clone());
    let (subject, why, request_ids) = (step.subject.clone(), Some(why), Vec::new());
    Some(cursor::RecordedOutcome { subject, because, state: OutcomeState::Held, why, request_ids, since: None })
}

/// What the late look judges: whether a key that is off leaves a good one, if it must. Whoever has switched off since what
/// was undone at once, it was not this run.
fn written(deed: &Deed) -> Option<Written> {
    let must_stay = deed.must_stay.filter(|_| deed.outcome != Outcome::Undone)?;
    let (credential, because) = (deed.subject.key()?.clone(), deed.because.clone());
    Some(Written { credential, because, must_stay, undoable: deed.may_be_undone && deed.acknowledged() })
}
