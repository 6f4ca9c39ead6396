//! Who may write, and until when. Pure.
//!
//! Outside of a loop a run writes at once what rules want: what rests on memory alone, contested keys and receipts, would
//! be done again with each repetition of the event. In a loop only the first containment of an incident does; everything else is
//! written on an intent of this very execution that stands in the register and is not old, and nothing is intended
//! while another execution holds the lease.

use std::time::Duration;

use super::work::{Standing, Work};
use crate::clock::Deadline;
use crate::decide::{Cleared, Plan};
use crate::memory::Purpose;
use crate::report::About;
use crate::time::Timestamp;
use crate::zone::Subject;

/// How long after a hop began what the loop had read for it may be written on without an intent.
const MEMORY_LASTS: Duration = Duration::from_secs(10);

/// What a hop may do about what it decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// Write.
    Write {
        /// What.
        what: What,
        /// No write is started after this.
        until: Timestamp,
    },
    /// Say what is meant; the next hop may write it.
    Intend,
    /// Another execution holds the lease.
    Wait {
        /// When it ends by itself.
        until: Timestamp,
    },
    /// Nothing.
    Nothing {
        /// Why not.
        why: String,
    },
}

/// What may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// What rules want.
    OfRules,
    /// The first containment of the incident.
    FirstContainment,
    /// What was meant, and for the purpose for which it was.
    Intended(Vec<(Subject, Purpose)>),
}

impl What {
    /// Is this among it?
    pub(super) fn covers(&self, cleared: &Cleared) -> bool {
        match self {
            Self::OfRules => matches!(cleared.purpose(), None | Some(Purpose::Hygiene)),
            Self::FirstContainment => cleared.purpose().is_none(),
            Self::Intended(intended) => {
                intended.iter().any(|(of, purpose)| of == cleared.subject() && Some(*purpose) == cleared.purpose())
            }
        }
    }
}

/// What this hop may do at `now`.
pub(super) fn of(about: About<'_>, work: &Work, plan: &Plan, now: Timestamp, by: Deadline) -> Leave {
    let execution = match (work.standing(), work.blind()) {
        (Standing::Bare, None) => return Leave::Write { what: What::OfRules, until: by.0 },
        _ if work.is_to_contain(about, plan) => {
            return Leave::Write { what: What::FirstContainment, until: work.began().plus(MEMORY_LASTS) };
        }
        (_, Some(blind)) => return Leave::Nothing { why: blind.why().to_owned() },
        (Standing::Loop { execution }, None) => execution,
    };
    // The oldest of them was formed with all the others.
    if let Some(oldest) = work.own_intents().next() {
        let intended = work.own_intents().map(|intent| (intent.subject.clone(), intent.purpose)).collect();
        return Leave::Write { what: What::Intended(intended), until: oldest.write_by() };
    }
    match work.settled().lease(now) {
        Some(lease) if lease.holder != execution => Leave::Wait { until: lease.until },
        _ => Leave::Intend,
    }
}
