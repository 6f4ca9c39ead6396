//! Who may write, and until when. Pure.
//!
//! Outside of a loop a run writes at once what rules want, and nothing else: contested keys and receipts rest on memory
//! alone, and would be acted on each time the event comes. In a loop only the first containment of an incident does;
//! everything else is written on an intent of this very execution that stands in the register and is not old, and nothing
//! comes of it while another execution holds the lease, in whichever mode. The late look asks for no leave: see there.

use std::time::Duration;

use super::work::{Standing, Work};
use crate::clock::Deadline;
use crate::decide::{Cleared, Consequence, Occasion, Plan, way_back};
use crate::memory::{Lease, Purpose};
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
        /// When that was formed.
        since: Timestamp,
        /// When it ends by itself.
        until: Timestamp,
    },
    /// Nothing: the receipt is not good.
    Refused {
        /// Why not.
        why: String,
    },
    /// Nothing: memory cannot be used.
    NoMemory {
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
            Self::OfRules => cleared.is_first_containment() || cleared.purpose() == Some(Purpose::Hygiene),
            Self::FirstContainment => cleared.is_first_containment(),
            Self::Intended(intended) => {
                intended.iter().any(|(of, purpose)| of == cleared.subject() && Some(*purpose) == cleared.purpose())
            }
        }
    }
}

/// What this hop may do at `now`.
pub(super) fn of(about: About<'_>, work: &Work, plan: &Plan, now: Timestamp, by: Deadline) -> Leave {
    let at_once = *work.standing() == Standing::Bare && work.no_memory().is_none();
    let contains = work.is_to_contain(about, plan);
    if contains && !at_once {
        return Leave::Write { what: What::FirstContainment, until: work.began().plus(MEMORY_LASTS) };
    }
    if let Some(no_memory) = work.no_memory() {
        return Leave::NoMemory { why: no_memory.why().to_owned() };
    }
    // The oldest of them was formed with all the others.
    if let Some(oldest) = work.own_intents().next() {
        let intended = work.own_intents().map(|intent| (intent.subject.clone(), intent.purpose)).collect();
        return Leave::Write { what: What::Intended(intended), until: oldest.write_by() };
    }
    // Whatever is wanted: what that execution does may hold it back, leave no good key, or spend the receipt.
    // Outside of a loop it is all others', as the event's cursor tells; only a containment, which may wait for nobody, is
    // written there with all the rest.
    let others = |lease: &Lease<'_>| !contains && work.standing().execution() != Some(lease.holder);
    if let Some(lease) = work.settled().lease(now).filter(others) {
        return Leave::Wait { since: lease.since(), until: lease.until };
    }
    match refused(about, work, plan, now) {
        Some(why) => Leave::Refused { why },
        None if at_once => Leave::Write { what: What::OfRules, until: by.0 },
        None => Leave::Intend,
    }
}

/// Why a receipt leads to nothing, before anything was done or meant about it.
fn refused(about: About<'_>, work: &Work, plan: &Plan, now: Timestamp) -> Option<String> {
    let Occasion::Restore(receipt) = about.occasion else { return None };
    if !work.record().outcomes.is_empty() {
        return None;
    }
    let Some(step) = plan.step(&receipt.subject) else {
        return Some("the receipt's key no longer exists".to_owned());
    };
    step.findings.iter().find_map(|finding| match finding.consequence {
        Consequence::Spent { why } => Some(format!(
            "the receipt is not good: {why}; {}",
            way_back(&receipt.subject, &step.status, about.grounds(work.memory()), now)
        )),
        _ => None,
    })
}
