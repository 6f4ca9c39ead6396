//! How a run ends, by what was decided and what came of it.

use std::time::Duration;

use super::notice::in_vain;
use crate::cursor::{OutcomeState, RecordedOutcome};
use crate::decide::{Because, Plan, Step, Trip};
use crate::ending::Ending;
use crate::memory::{Memory, UnseenOff};
use crate::policy::Guard;
use crate::time::Timestamp;
use crate::zone::{Status, Subject};

/// How long the cloud is left alone before the rest is tried.
pub const RESUME_AFTER: Duration = Duration::from_mins(1);

/// The ending of a run that does all at once, if that is clear from what came of its writes alone. What is left over goes
/// before what failed, because only sending the event again gets it done; notices say the rest at once.
pub fn ended_at_once(outcomes: &[RecordedOutcome], now: Timestamp) -> Option<Ending> {
    let to_be_sent_again =
        |outcome: &RecordedOutcome| matches!(outcome.state, OutcomeState::Deferred | OutcomeState::Unsettled);
    let is_left_over = || outcomes.iter().any(to_be_sent_again);
    let again = || Ending::Continue { resume_at: now.plus(RESUME_AFTER), why: "work is left over".to_owned() };
    ended_without_good_key(outcomes).or_else(|| is_left_over().then(again))
}

/// The ending of a run whose last look led to `plan`, by what is remembered, if a good key is left or none must be.
pub fn at_the_end(plan: &Plan, memory: &Memory, outcomes: &[RecordedOutcome]) -> Ending {
    let ended = |state| outcomes.iter().find(|outcome| outcome.state == state);
    if let Some(failed) = ended(OutcomeState::Failed) {
        return Ending::Failed { why: in_vain(failed) };
    }
    if let Some(undone) = ended(OutcomeState::Undone) {
        return Ending::Held { why: format!("disabling {} left no good key and was undone", undone.subject) };
    }
    if let Some(held) = ended(OutcomeState::Held) {
        return held_back(&held.subject, held.why.as_deref().unwrap_or_default());
    }
    if let Some((subject, why)) = plan.steps.iter().find_map(|step| needs_a_person(step, memory)) {
        return held_back(subject, &why);
    }
    if let Some((subject, why)) = plan.steps.iter().find_map(|step| Some((&step.subject, step.unseen()?.0))) {
        return Ending::Held { why: format!("{subject} is left alone: {why}") };
    }
    let without_effect = outcomes.iter().find_map(|outcome| Some((outcome, shown_instead(outcome, plan)?)));
    match without_effect {
        Some((RecordedOutcome { subject, because, why, .. }, shown)) => {
            let wanted = if gives_back(because) { "enabled" } else { "disabled" };
            let why = why.as_deref().unwrap_or_default();
            Ending::Held { why: format!("{subject} was to be {wanted}, and {shown}: {why}") }
        }
        None => Ending::Complete,
    }
}

/// What the last look shows of what was sent to disable or to give back something, if not that it is so. If the cloud did not
/// acknowledge it, no later run knows that anything is wrong.
fn shown_instead(outcome: &RecordedOutcome, plan: &Plan) -> Option<&'static str> {
    if !matches!(outcome.state, OutcomeState::Unsettled | OutcomeState::Freed) {
        return None;
    }
    match plan.step(&outcome.subject)?.status.known() {
        Some(Status::Enabled) => (!gives_back(&outcome.because)).then_some("is on"),
        Some(Status::Disabled) => gives_back(&outcome.because).then_some("is off"),
        None => Some("no look shows whether it is"),
    }
}

fn gives_back(because: &Because) -> bool {
    matches!(because, Because::Restore(_))
}

fn held_back(subject: &Subject, why: &str) -> Ending {
    Ending::Held { why: format!("guards hold back what is wanted of {subject}: {why}") }
}

/// The ending of a run that has left no good key. It comes first, because the next run would find nothing left to do and call
/// nobody.
pub fn ended_without_good_key(outcomes: &[RecordedOutcome]) -> Option<Ending> {
    let left = outcomes.iter().find(|outcome| outcome.state == OutcomeState::NoGoodKey)?;
    Some(Ending::Held { why: format!("no good key is left: {} is off", left.subject) })
}

/// A key of which something is held back that a person must decide about, and why. A key that a person enabled again has
/// been decided about; but nobody may have decided anything of one whose disable the cloud acknowledged, and no look saw.
fn needs_a_person<'a>(step: &'a Step, memory: &Memory) -> Option<(&'a Subject, String)> {
    let trips = step.held()?;
    let no_effect = matches!(memory.unseen_off(&step.subject), Some(UnseenOff::Written(_)));
    let decides = trips.iter().any(|trip| trip.guard != Guard::HoldAfterReenable || no_effect);
    decides.then(|| (&step.subject, Trip::reasons(trips)))
}

#[cfg(test)]
mod tests {
    use super::OutcomeState::{Deferred, Disabled, Failed, Gone, NoGoodKey, Undone, Unsettled};
    use super::*;
    use crate::policy::RuleId;
    use crate::zone::CredentialId;

    fn ending(states: &[OutcomeState]) -> &'static str {
        let outcome = |state: &OutcomeState| RecordedOutcome {
            subject: CredentialId::parse("scimcred-aaaaaaaaaaaa").unwrap().into(),
            because: Because::Rule(RuleId::parse("r").unwrap()),
            state: *state,
            why: None,
            request_ids: Vec::new(),
            since: None,
        };
        let outcomes: Vec<RecordedOutcome> = states.iter().map(outcome).collect();
        let at_once = ended_at_once(&outcomes, Timestamp::from_unix_seconds(0));
        at_once.unwrap_or_else(|| at_the_end(&Plan { steps: Vec::new() }, &Memory::default(), &outcomes)).word()
    }

    #[test]
    fn each_outcome_has_its_ending() {
        assert_eq!(ending(&[]), "complete");
        assert_eq!(ending(&[Disabled, Gone]), "complete");
        assert_eq!(ending(&[Deferred]), "continue");
        assert_eq!(ending(&[Unsettled]), "continue");
        assert_eq!(ending(&[Failed]), "failed");
        assert_eq!(ending(&[Undone]), "held");
        assert_eq!(ending(&[NoGoodKey]), "held");
    }

    #[test]
    fn a_zone_without_a_good_key_comes_first_then_what_is_left_over_then_what_failed() {
        assert_eq!(ending(&[Deferred, Failed, NoGoodKey]), "held");
        assert_eq!(ending(&[Failed, Deferred]), "continue");
        assert_eq!(ending(&[Undone, Failed]), "failed");
    }
}
