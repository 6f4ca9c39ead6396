//! What was decided about each key, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::assessment::Assessment;
use super::guards::{Cleared, Trip};
use crate::policy::{Guard, RuleId, Span};
use crate::time::{Timestamp, Truth};
use crate::trigger::{IncidentId, RunId};
use crate::zone::{Credential, ReportedStatus, Status, Subject};

/// One step for each credential that was seen, oldest first, and one for SCIM synchronisation, if that was looked at; none
/// is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The actions that every guard let pass, in the order in which they are to be done: the most dangerous key first.
    pub fn cleared(&self) -> impl Iterator<Item = &Cleared> {
        let all = || self.steps.iter().filter_map(|step| step.verdict.cleared());
        all().filter(|cleared| cleared.implicated()).chain(all().filter(|cleared| !cleared.implicated()))
    }

    /// The step about this subject.
    pub fn step(&self, subject: &Subject) -> Option<&Step> {
        self.steps.iter().find(|step| step.subject == *subject)
    }
}

impl fmt::Display for Plan {
    /// One line a key: `scimcred-…: disable (expired)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{}: {}", step.subject, step.verdict)?;
        }
        Ok(())
    }
}

/// What was decided about one key, or about SCIM synchronisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub subject: Subject,
    /// Its state, as the look saw it.
    pub status: ReportedStatus,
    /// What else is known of it, if it is a key.
    pub key: Option<Key>,
    /// The decision: the strongest of the findings.
    pub verdict: Verdict,
    /// What each rule says of it, in the policy's order.
    pub findings: Vec<Finding>,
}

impl Step {
    /// The finding that led to the verdict, if one did.
    pub fn finding(&self) -> Option<&Finding> {
        let because = self.verdict.because()?;
        self.findings.iter().find(|finding| finding.because == *because)
    }

    /// Why no look tells whether what an incident wants off is on, and whether that will pass, if so it is.
    pub fn unseen(&self) -> Option<(&str, bool)> {
        self.findings.iter().find_map(|finding| match &finding.consequence {
            Consequence::Unseen { why, will_pass } => Some((why.as_str(), *will_pass)),
            _ => None,
        })
    }

    /// The guards that hold back what is wanted of it, if the verdict is that they do.
    pub fn held(&self) -> Option<&[Trip]> {
        match (&self.verdict, &self.finding()?.consequence) {
            (Verdict::Held(_), Consequence::Held(trips)) => Some(trips),
            _ => None,
        }
    }
}

/// A key that was decided about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The key, as the look saw it.
    pub credential: Credential,
    /// What the decision rests on.
    pub assessment: Assessment,
}

/// The decision about one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wanted of it.
    Keep,
    /// A rule may apply, or an incident's containment may have to be upheld, and what the cloud tells does not say whether
    /// that is so. The key is left alone.
    Unsure(Because),
    /// People were told; the key waits for its time.
    Wait(Because),
    /// People are to be told.
    Warn(Because),
    /// Something is wanted of it and guards hold that back; a person is needed.
    Held(Because),
    /// It is to be switched off.
    Disable(Cleared),
    /// It is to be switched on again.
    Enable(Cleared),
}

/// A verdict without what led to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each stands for the verdict of its name")]
pub enum VerdictKind {
    Keep,
    Unsure,
    Wait,
    Warn,
    Held,
    Disable,
    Enable,
}

impl VerdictKind {
    /// The word, as reports and logs have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Unsure => "unsure",
            Self::Wait => "wait",
            Self::Warn => "warn",
            Self::Held => "held",
            Self::Disable => "disable",
            Self::Enable => "enable",
        }
    }
}

impl Verdict {
    /// Which it is.
    pub fn kind(&self) -> VerdictKind {
        match self {
            Self::Keep => VerdictKind::Keep,
            Self::Unsure(_) => VerdictKind::Unsure,
            Self::Wait(_) => VerdictKind::Wait,
            Self::Warn(_) => VerdictKind::Warn,
            Self::Held(_) => VerdictKind::Held,
            Self::Disable(_) => VerdictKind::Disable,
            Self::Enable(_) => VerdictKind::Enable,
        }
    }

    /// It in one word, as reports and logs have it.
    pub fn word(&self) -> &'static str {
        self.kind().word()
    }

    /// What led to it.
    pub fn because(&self) -> Option<&Because> {
        match self {
            Self::Keep => None,
            Self::Unsure(because) | Self::Wait(because) | Self::Warn(because) | Self::Held(because) => Some(because),
            Self::Disable(cleared) | Self::Enable(cleared) => Some(cleared.because()),
        }
    }

    /// The rule that led to it, if one did.
    pub fn rule(&self) -> Option<&RuleId> {
        self.because().and_then(Because::rule)
    }

    /// The action that every guard let pass, if there is one.
    pub fn cleared(&self) -> Option<&Cleared> {
        match self {
            Self::Disable(cleared) | Self::Enable(cleared) => Some(cleared),
            _ => None,
        }
    }
}

/// What wants something of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// A rule of the policy.
    Rule(RuleId),
    /// The key is on, though this incident's containment switched it off or was to.
    Contested(IncidentId),
    /// A person gave back the receipt of this run's disable.
    Restore(RunId),
}

impl Because {
    /// The rule, if it is one.
    pub fn rule(&self) -> Option<&RuleId> {
        match self {
            Self::Rule(rule) => Some(rule),
            _ => None,
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => rule.fmt(f),
            Self::Contested(incident) => write!(f, "contested: {incident}"),
            Self::Restore(run) => write!(f, "restore: {run}"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.because() {
            Some(because) => write!(f, "{} ({because})", self.word()),
            None => f.write_str(self.word()),
        }
    }
}

/// What one rule says of one key, or a containment, or a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub because: Because,
    /// Does it apply?
    pub answer: Truth,
    /// What follows from it.
    pub consequence: Consequence,
    /// The incidents for which the key is, or is to be, off.
    pub incidents: Vec<IncidentId>,
    /// The incidents for which the rule wants something, whether guards hold it or not.
    pub wanted_for: Vec<IncidentId>,
}

/// What follows from a rule's answer for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing: the condition does not hold.
    Nothing,
    /// The rule wants it off, and it is off.
    AlreadyDisabled,
    /// The rule wants it off, for an incident that has had its containment or is over.
    LetBe {
        /// Which of that it is, for a person.
        why: String,
    },
    /// The rule wants it off, and it is off; for this incident it may not be held off.
    Unheld {
        /// Why not, for a person.
        why: String,
    },
    /// It cannot be told whether the rule applies.
    Unsure {
        /// Why not, for a person: which readings of the cloud's times would act, or what else is in doubt.
        why: String,
    },
    /// An incident wants it off, and no look tells whether it is on: a person has to look.
    Unseen {
        /// Why not, and what to do, for a person.
        why: String,
        /// Is it worth looking again a minute later?
        will_pass: bool,
    },
    /// Guards hold the disable back.
    Held(Vec<Trip>),
    /// People are told.
    Warn {
        /// The ladder's step; `None` if the rule only warns.
        step: Option<Rung>,
    },
    /// People were told, and the time that they were promised is not over.
    Wait {
        /// When the next step is due.
        until: Timestamp,
    },
    /// The receipt is not good, or no longer.
    Spent {
        /// Why.
        why: &'static str,
    },
    /// The key goes off.
    Disable(Cleared),
    /// The key goes on again.
    Enable(Cleared),
}

impl Consequence {
    /// These guards hold it back from what is in this state. What is off is held off for no incident that may not cause that:
    /// then nothing that is wanted is held back, and nobody is called.
    pub(super) fn held(trips: Vec<Trip>, status: &ReportedStatus) -> Self {
        let evidence = || trips.iter().find(|trip| trip.guard == Guard::Evidence);
        match evidence().filter(|_| status.is(Status::Disabled)) {
            Some(trip) => {
                Self::Unheld { why: format!("and it is off; this incident does not hold it off: {}", trip.why) }
            }
            None => Self::Held(trips),
        }
    }

    /// Does it switch the key off, or find it off as it should be?
    pub fn contains(&self) -> bool {
        matches!(self, Self::Disable(_) | Self::AlreadyDisabled)
    }

    /// Which of several counts: the greatest. What only a containment deals with comes after what holds that back.
    pub(super) fn strength(&self) -> u8 {
        match self {
            Self::Disable(_) | Self::Enable(_) => 8,
            Self::Held(trips) if trips.iter().any(|trip| trip.guard == Guard::Implicated) => 6,
            Self::Held(_) | Self::Unseen { .. } => 7,
            Self::Warn { .. } => 5,
            Self::Wait { .. } => 4,
            Self::Unsure { .. } => 3,
            Self::AlreadyDisabled => 2,
            Self::LetBe { .. } | Self::Unheld { .. } => 1,
            Self::Nothing | Self::Spent { .. } => 0,
        }
    }
}

/// One step of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Which, the first being 0.
    pub step: u8,
    /// How long before the disable it stands.
    pub before: Span,
}
