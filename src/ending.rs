//! How an invocation ends: the answer's `status`, and what belongs to it. Pure.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use crate::zone::AccountName;

/// The answer's `status`, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Ending {
    /// All was done that the policy wants done now.
    Complete,
    /// Work is left over: the next hop, not before `resume_at`; without a loop, the same event again.
    Continue {
        /// When.
        resume_at: Timestamp,
        /// What for.
        why: String,
    },
    /// A guard held something back, or no good key is left: a person is needed.
    Held {
        /// What for.
        why: String,
    },
    /// Nothing in the event is for this program: it is somebody else's, a call of our own, or news of nothing that is
    /// remembered.
    Ignored {
        /// How that was seen.
        why: String,
    },
    /// The zone could not be seen, or something cannot be done: a person is needed.
    Failed {
        /// What stood in the way.
        why: String,
    },
    /// The event concerns all of these accounts; each is served by itself.
    FanOut {
        /// The accounts.
        accounts: Vec<ConcernedAccount>,
    },
}

/// An account that an event concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConcernedAccount {
    /// The account.
    pub account: AccountName,
    /// The prefix of the names of its register's generations.
    pub register: String,
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
            Self::Continue { resume_at, why } => Some(format!("{why}: go on at {resume_at}")),
            Self::Held { why } | Self::Ignored { why } | Self::Failed { why } => Some(why.clone()),
            Self::FanOut { accounts } => {
                let names: Vec<&str> = accounts.iter().map(|concerned| concerned.account.as_str()).collect();
                Some(format!(
                    "the event concerns {}: a loop (the state machine, or scim-keys run) serves each; without one nothing is \
                     done, and each needs an event of this tool's own, with its \"account\"",
                    names.join(", ")
                ))
            }
        }
    }
}
