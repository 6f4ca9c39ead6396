//! What an event turns out to be. Pure.

use std::collections::BTreeSet;

use super::{Cause, Kind, RunId};
use crate::policy::Account;
use crate::time::Timestamp;
use crate::zone::{AccountName, id};

/// What an event turns out to be.
#[derive(Debug)]
pub enum Arrival {
    /// One account's run, outside of a loop.
    Bare {
        /// What started it.
        trigger: Box<Trigger>,
        /// The sealed cursor that the event brought, not yet opened, at most 64 KiB.
        cursor: Option<String>,
    },
    /// One hop of an execution of the loop.
    Hop(Box<Hop>),
    /// The loop asks which accounts the event, of this kind, concerns; at least one.
    Resolve(Kind, Vec<AccountName>),
    /// It concerns all of these accounts; one invocation serves one, so the caller sends one event for each.
    FanOut(Kind, Vec<AccountName>),
    /// Somebody else's event.
    NotOurs {
        /// How that was seen.
        why: String,
    },
}

impl Arrival {
    /// Of which kind it is; somebody else's event is of none.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Bare { trigger, .. } => Some(trigger.cause.kind()),
            Self::Hop(hop) => Some(hop.trigger.cause.kind()),
            Self::Resolve(kind, _) | Self::FanOut(kind, _) => Some(*kind),
            Self::NotOurs { .. } => None,
        }
    }
}

/// What started a run.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The run's name in logs and reports.
    pub run: RunId,
    /// The account that it serves, as the policy has it.
    pub account: Account,
    /// When the event came in.
    pub accepted: Timestamp,
    /// What happened.
    pub cause: Cause,
}

/// One hop of an execution of the loop: what the loop read and kept for us (`docs/protocol.md` §4).
#[derive(Clone, Debug)]
pub struct Hop {
    /// What started the execution.
    pub trigger: Trigger,
    /// This execution, told apart from all others.
    pub execution: ExecutionName,
    /// The account's memory, as the loop read it just now.
    pub register: Register,
    /// The sealed cursor of this execution's own last answer, not yet opened, at most 64 KiB.
    pub ours: Option<String>,
    /// The notices that people were given since a settle last succeeded, by their ids.
    pub accepted: BTreeSet<String>,
    /// By when the run must be through, if that is before its own time is over.
    pub until: Option<Timestamp>,
}

/// The newest generation of an account's register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Register {
    /// There is none yet.
    Absent,
    /// The loop could not read it; the beginning of why, in its words.
    Unreadable(String),
    /// This one.
    Newest {
        /// Its number.
        generation: u64,
        /// What it holds, sealed, not yet opened, at most 64 KiB.
        cursor: String,
    },
}

id!(
    /// The unique name of one execution of the loop.
    ExecutionName,
    "1 to 200 visible ASCII characters",
    |text| (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
);
