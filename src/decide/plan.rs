//! What was decided about each key, and why.

use std::fmt;

use super::evidence::Evidence;
use super::guards::{Cleared, Trip};
use crate::policy::{RuleId, Span};
use crate::time::Truth;
use crate::zone::{Credential, CredentialId};

/// One step for each credential that was seen, oldest first; none is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The disables that every guard let pass, in the order in which they are to be done.
    pub fn cleared(&self) -> impl Iterator<Item = &Cleared> {
        self.steps.iter().filter_map(|step| match &step.verdict {
            Verdict::Disable(cleared) => Some(cleared),
            _ => None,
        })
    }

    /// The step about this key.
    pub fn step(&self, credential: &CredentialId) -> Option<&Step> {
        self.steps.iter().find(|step| step.credential.id == *credential)
    }
}

impl fmt::Display for Plan {
    /// One line a key: `scimcred-…: disable (expired)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{}: {}", step.credential.id, step.verdict)?;
        }
        Ok(())
    }
}

/// What was decided about one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The key, as the look saw it.
    pub credential: Credential,
    /// The decision: the strongest of the findings.
    pub verdict: Verdict,
    /// What each rule says of it, in the policy's order.
    pub findings: Vec<Finding>,
    /// What the decision rests on.
    pub evidence: Evidence,
}

/// The decision about one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No rule wants anything of it.
    Keep,
    /// A rule may apply, and what the cloud tells does not say whether it does. The key is left alone.
    Unsure(RuleId),
    /// People are to be told.
    Warn(RuleId),
    /// A rule wants it off and guards hold that back; a person is needed.
    Held(RuleId),
    /// It is to be switched off.
    Disable(Cleared),
}

impl Verdict {
    /// The decision in one word, as reports and logs have it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Unsure(_) => "unsure",
            Self::Warn(_) => "warn",
            Self::Held(_) => "held",
            Self::Disable(_) => "disable",
        }
    }

    /// The rule that led to it.
    pub fn rule(&self) -> Option<&RuleId> {
        match self {
            Self::Keep => None,
            Self::Unsure(rule) | Self::Warn(rule) | Self::Held(rule) => Some(rule),
            Self::Disable(cleared) => Some(cleared.rule()),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule() {
            Some(rule) => write!(f, "{} ({rule})", self.word()),
            None => f.write_str(self.word()),
        }
    }
}

/// What one rule says of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// Its condition's answer.
    pub answer: Truth,
    /// What follows from it.
    pub consequence: Consequence,
}

/// What follows from a rule's answer for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing: the condition does not hold.
    Nothing,
    /// The rule wants it off, and it is off.
    AlreadyDisabled,
    /// It cannot be told whether the rule applies.
    Unsure {
        /// Why not, for a person: which readings of the cloud's times would act, or what else is in doubt.
        why: String,
    },
    /// Guards hold the disable back.
    Held(Vec<Trip>),
    /// People are told; `before` is how long before the disable, where one follows.
    Warn {
        /// The ladder's step; `None` if the rule only warns.
        before: Option<Span>,
    },
    /// The key goes off.
    Disable(Cleared),
}
