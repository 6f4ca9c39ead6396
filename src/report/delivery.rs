//! What an earlier delivery of the same event did: it is the same run, and this one does not do it again. Pure.
//!
//! The facts tell it, and so it is told as long as they are remembered, whatever other runs have settled since. What a
//! delivery did that was lost before it could settle that is in none.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::About;
use crate::cursor::Record;
use crate::decide::Occasion;
use crate::memory::{Fact, Memory, SettledRestore};
use crate::policy::RuleId;
use crate::time::Timestamp;
use crate::trigger::{ExecutionName, IncidentId};
use crate::zone::Subject;

/// One thing that an earlier delivery of the same event did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum DeliveredBefore {
    /// An incident of the event has had its containment.
    Answered {
        /// Which.
        incident: IncidentId,
        /// When.
        at: Timestamp,
    },
    /// It switched this off.
    Disabled {
        /// The key, or SCIM synchronisation.
        #[serde(rename = "credential")]
        subject: Subject,
        /// When.
        at: Timestamp,
        /// The rule that wanted it; absent where a containment was upheld.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<RuleId>,
        /// As of when people know in which state it is, by the newest notice that they accepted of it, whatever that
        /// was about; absent if they have accepted none since this.
        #[serde(skip_serializing_if = "Option::is_none")]
        heard_as_of: Option<Timestamp>,
    },
    /// It meant to switch this on, as the receipt asks; that spends the receipt.
    MeantToEnable {
        /// The key, or SCIM synchronisation.
        #[serde(rename = "credential")]
        subject: Subject,
        /// When.
        at: Timestamp,
        /// Is it known that a request was sent, or that none was needed?
        sent: bool,
    },
}

/// All that memory tells, for the execution of this name with this record.
pub fn delivered_before(
    about: About<'_>,
    memory: &Memory,
    record: &Record,
    execution: Option<&ExecutionName>,
) -> Vec<DeliveredBefore> {
    let answered = answered(about.occasion, memory, record);
    let enabled = meant_to_enable(about.occasion, memory, record, execution);
    answered.chain(disabled(memory, record)).chain(enabled).collect()
}

/// Was it before this execution? What that does itself is in its record; another delivery may be under way beside it.
fn is_before(record: &Record, of: &Subject, at: Timestamp) -> bool {
    at < record.accepted || !record.may_have_switched(of)
}

fn answered<'a>(
    occasion: Occasion<'a>,
    memory: &'a Memory,
    record: &'a Record,
) -> impl Iterator<Item = DeliveredBefore> + use<'a> {
    let incidents = occasion.incidents().iter().map(|asked| &asked.incident.id);
    incidents.filter_map(|incident| {
        let at = memory.answered_at(incident).filter(|at| *at < record.accepted)?;
        Some(DeliveredBefore::Answered { incident: incident.clone(), at })
    })
}

/// Of each subject the last time.
fn disabled(memory: &Memory, record: &Record) -> impl Iterator<Item = DeliveredBefore> {
    let mut disabled = BTreeMap::new();
    for dated in memory.facts() {
        if let Fact::Disabled { subject, run, rule } = &dated.fact
            && *run == record.run
            && is_before(record, subject, dated.at)
        {
            disabled.insert(subject.clone(), (dated.at, rule.clone()));
        }
    }
    disabled.into_iter().map(|(subject, (at, rule))| {
        // In whichever state: of what people heard, only the newest is remembered.
        let heard_as_of = memory.heard(&subject).map(|(heard, _)| heard).filter(|heard| *heard >= at);
        DeliveredBefore::Disabled { subject, at, rule, heard_as_of }
    })
}

fn meant_to_enable(
    occasion: Occasion<'_>,
    memory: &Memory,
    record: &Record,
    execution: Option<&ExecutionName>,
) -> Option<DeliveredBefore> {
    let Occasion::Restore(receipt) = occasion else { return None };
    let restore = memory
        .restores(&receipt.subject, receipt.disabled)
        .find(|restore| Some(restore.execution) != execution && is_before(record, &receipt.subject, restore.at))?;
    let SettledRestore { at, sent, .. } = restore;
    Some(DeliveredBefore::MeantToEnable { subject: receipt.subject.clone(), at, sent })
}

/// For people.
impl fmt::Display for DeliveredBefore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered { incident, at } => write!(f, "the incident {incident} had its containment at {at}"),
            Self::Disabled { subject, at, rule, heard_as_of } => {
                write!(f, "an earlier delivery of this event disabled {subject} at {at}")?;
                rule.iter().try_for_each(|rule| write!(f, " (rule {rule})"))?;
                match heard_as_of {
                    Some(heard) => write!(f, "; people have heard in which state it was at {heard}"),
                    None => f.write_str("; no notice of its state has been accepted since"),
                }
            }
            Self::MeantToEnable { subject, at, sent } => {
                let sent = if *sent {
                    "the request was sent, or none was needed"
                } else {
                    "it is not known whether it was done"
                };
                write!(f, "an earlier delivery of this event meant to enable {subject} at {at}, and {sent}")
            }
        }
    }
}
