//! How an invocation ended.

use std::time::Duration;

use serde::Serialize;

use crate::act::{Deed, Outcome};
use crate::decide::{Plan, Verdict};
use crate::time::Timestamp;
use crate::zone::{AccountName, CredentialId};

/// The answer's `status`, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Ending {
    /// All was done that the policy wants done now.
    Complete,
    /// Work is left over: send the same event again at `resume_at`.
    Continue {
        /// When.
        resume_at: Timestamp,
    },
    /// A guard held something back, or no good key is left: a person is needed.
    Held {
        /// What for.
        why: String,
    },
    /// Somebody else's event.
    Ignored {
        /// How that was seen.
        why: String,
    },
    /// The zone could not be seen, or a disable cannot be done: a person is needed.
    Failed {
        /// What stood in the way.
        why: String,
    },
    /// The event concerns all of these accounts; send one for each.
    FanOut {
        /// The accounts.
        accounts: Vec<AccountName>,
    },
}

impl Ending {
    /// The status in one word, as answers and logs have it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Continue { .. } => "continue",
            Self::Held { .. } => "held",
            Self::Ignored { .. } => "ignored",
            Self::Failed { .. } => "failed",
            Self::FanOut { .. } => "fan_out",
        }
    }

    /// What belongs to the status, in words.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Complete => None,
            Self::Continue { resume_at } => Some(format!("send the same event again at {resume_at}")),
            Self::Held { why } | Self::Ignored { why } | Self::Failed { why } => Some(why.clone()),
            Self::FanOut { accounts } => {
                let names: Vec<&str> = accounts.iter().map(AccountName::as_str).collect();
                Some(format!("the event concerns {}: send one with \"account\" for each", names.join(", ")))
            }
        }
    }
}

/// How long the cloud is left alone before the rest is tried.
const RESUME_AFTER: Duration = Duration::from_secs(60);

/// The ending of a run. A zone without a good key comes first, because the next run would find nothing left to do and
/// call nobody. Then what is left over, because only sending the event again gets it done; notices say the rest at once.
pub(super) fn of(plan: &Plan, deeds: &[Deed], now: Timestamp) -> Ending {
    if let Some(deed) = deeds.iter().find(|deed| matches!(deed.outcome, Outcome::NoGoodKey { .. })) {
        return Ending::Held { why: format!("no good key is left beside {}, which is off", deed.credential) };
    }
    let left_over = |deed: &Deed| matches!(deed.outcome, Outcome::Deferred { .. } | Outcome::Unsettled { .. });
    if deeds.iter().any(left_over) {
        return Ending::Continue { resume_at: now.plus(RESUME_AFTER) };
    }
    for deed in deeds {
        if let Outcome::Failed { why } = &deed.outcome {
            return Ending::Failed { why: format!("{} could not be disabled: {why}", deed.credential) };
        }
    }
    if let Some(deed) = deeds.iter().find(|deed| deed.outcome == Outcome::Undone) {
        return Ending::Held { why: format!("disabling {} left no good key and was undone", deed.credential) };
    }
    match held(plan, deeds) {
        Some(credential) => Ending::Held { why: format!("guards hold the disable of {credential} back") },
        None => Ending::Complete,
    }
}

fn held_since(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Changed { to } if matches!(to.verdict, Verdict::Held(_)))
}

/// A key that guards hold back: when the run was planned, or when it was looked at again before the write.
fn held<'a>(plan: &'a Plan, deeds: &'a [Deed]) -> Option<&'a CredentialId> {
    let planned = plan.steps.iter().filter(|step| matches!(step.verdict, Verdict::Held(_)));
    let since = deeds.iter().filter(|deed| held_since(&deed.outcome));
    planned.map(|step| &step.credential.id).chain(since.map(|deed| &deed.credential)).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::Outcome::{Deferred, Disabled, Failed, Gone, NoGoodKey, Undone, Unsettled};
    use crate::policy::Policy;
    use crate::zone::CredentialId;

    fn ending(outcomes: &[Outcome]) -> &'static str {
        let policy = Policy::parse(include_bytes!("../../demo/policy.json")).unwrap();
        let deed = |outcome: &Outcome| Deed {
            credential: CredentialId::parse("scimcred-aaaaaaaaaaaa").unwrap(),
            rule: policy.rules().rules[0].id.clone(),
            outcome: outcome.clone(),
            request_ids: Vec::new(),
        };
        let deeds: Vec<Deed> = outcomes.iter().map(deed).collect();
        of(&Plan { steps: Vec::new() }, &deeds, Timestamp::from_unix_seconds(0)).word()
    }

    #[test]
    fn each_outcome_has_its_ending() {
        let why = String::new;
        let done = Disabled { settled: None };
        assert_eq!(ending(&[]), "complete");
        assert_eq!(ending(&[done, Gone]), "complete");
        assert_eq!(ending(&[Deferred { why: why() }]), "continue");
        assert_eq!(ending(&[Unsettled { why: why() }]), "continue");
        assert_eq!(ending(&[Failed { why: why() }]), "failed");
        assert_eq!(ending(&[Undone]), "held");
        assert_eq!(ending(&[NoGoodKey { why: why() }]), "held");
    }

    #[test]
    fn a_zone_without_a_good_key_comes_first_then_what_is_left_over_then_what_failed() {
        let no_good_key = NoGoodKey { why: String::new() };
        let deferred = Deferred { why: String::new() };
        let failed = Failed { why: String::new() };
        assert_eq!(ending(&[deferred.clone(), failed.clone(), no_good_key]), "held");
        assert_eq!(ending(&[failed.clone(), deferred]), "continue");
        assert_eq!(ending(&[Undone, failed]), "failed");
    }
}
