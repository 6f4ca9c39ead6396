//! What is remembered of an account: a set of dated facts. Pure.
//!
//! Two memories merge by union, so it does not matter in which order, how often or through which hands facts arrive.
//! Nothing is counted or switched over in a memory: whether a warning still stands, whether a key was enabled again,
//! who holds the lease, all that is asked of the facts when it is needed.
//!
//! Some facts permit a write and the others restrain; losing any of the first kind, or gaining any of the second, never
//! lets hygiene do more. `docs/protocol.md` §2 has the table.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::policy::{Fingerprint, RuleId};
use crate::time::Timestamp;
use crate::trigger::{ExecutionName, IncidentId, RunId, Text};
use crate::zone::{CredentialId, Status, Subject};

mod incidents;
mod prune;
mod questions;
#[cfg(test)]
mod tests;

pub use questions::{Disable, Intent, Lease, SettledRestore, UnseenOff};

/// Something that was true, and when. Facts are ordered by their time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dated {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub fact: Fact,
}

/// One thing that is remembered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A look saw it in this state, and the look before saw it in another, or this is the first that shows it on after it
    /// was, or may have been, switched off. A Disabled one restrains.
    Seen {
        /// Which key, or SCIM synchronisation.
        #[serde(rename = "credential")]
        subject: Subject,
        /// Its state.
        status: Status,
    },
    /// People were given this warning: it is dated by its acceptance. It permits.
    Warned {
        /// The key.
        credential: CredentialId,
        /// The rule that warned.
        rule: RuleId,
        /// What the rule said then.
        fingerprint: Fingerprint,
        /// Which of the rule's warnings it was, the first being 0.
        step: u8,
        /// The look from which it was decided to warn.
        looked: Timestamp,
    },
    /// An execution means to write. One to disable restrains; one to enable ends its incidents' hold on the key.
    Intended {
        /// Which key, or SCIM synchronisation.
        #[serde(rename = "credential")]
        subject: Subject,
        /// What for.
        purpose: Purpose,
        /// The incident that is upheld, or those that the restore ends for this key.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        incidents: BTreeSet<IncidentId>,
        /// The disable that the restore takes back, by its time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disable: Option<Timestamp>,
        /// Who.
        execution: ExecutionName,
    },
    /// An execution is through with its intent.
    Done {
        /// Which key, or SCIM synchronisation.
        #[serde(rename = "credential")]
        subject: Subject,
        /// Who.
        execution: ExecutionName,
        /// When that intent was formed.
        formed: Timestamp,
        /// Was a request sent, or none needed, since it was so already? If not, the intent counts for nothing.
        sent: bool,
    },
    /// A run switched the key off: the cloud acknowledged it, or it may have been sent and the key was seen off. It
    /// restrains, and it is what a receipt refers to.
    Disabled {
        /// Which key, or SCIM synchronisation.
        #[serde(rename = "credential")]
        subject: Subject,
        /// Which run.
        run: RunId,
        /// The rule that wanted it; `None` where a containment was upheld.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<RuleId>,
    },
    /// The incident names the key or led to its choice, and the guards let its containment pass. It restrains hygiene.
    Implicated {
        /// Which key, or SCIM synchronisation.
        #[serde(rename = "credential")]
        subject: Subject,
        /// By which incident.
        incident: IncidentId,
        /// Of when that was, as its source dates it: no older all-clear ends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dated: Option<Timestamp>,
    },
    /// The incident has had its containment. It restrains.
    Answered {
        /// Which.
        incident: IncidentId,
        /// Of when that was, as its source dates it: no older all-clear ends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dated: Option<Timestamp>,
    },
    /// A voucher created the key: it may count as the successor of another. Dated by the creation. It permits.
    Vouched {
        /// The key.
        credential: CredentialId,
        /// Who, by the id that the policy names.
        by: Text,
    },
    /// The source of the incident says that it was a false alarm, or is settled. It ends the incident's hold on every key;
    /// by itself it enables none. It permits.
    AllClear {
        /// Which.
        incident: IncidentId,
        /// Of when that is, as its source dates it: a report that is no later is not the incident come again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dated: Option<Timestamp>,
    },
    /// A scheduled run found no memory, or a gap: the ladders start again. It restrains.
    Resumed,
    /// People were told this of the key. It keeps a notice from being given again every day.
    Told {
        /// Which key, or SCIM synchronisation.
        #[serde(rename = "credential")]
        subject: Subject,
        /// What about: the notice's topic, what led to it, and behind a `#` a hash of the incidents and the guards.
        about: String,
    },
    /// A channel accepted a notice that says in which state the key is now. It keeps a later run from telling that again.
    Heard {
        /// Which key, or SCIM synchronisation.
        #[serde(rename = "credential")]
        subject: Subject,
        /// Its state.
        status: Status,
    },
}

/// What an intent is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Disable, because a rule that is asked on a schedule says so.
    Hygiene,
    /// Disable again, because the key is contained and was found on.
    Contested,
    /// Enable, because a person gave back the receipt of the disable.
    Restore,
}

impl Purpose {
    /// The state into which the key is to be put.
    pub fn to(self) -> Status {
        match self {
            Self::Hygiene | Self::Contested => Status::Disabled,
            Self::Restore => Status::Enabled,
        }
    }
}

/// What people were told about, without which news of it that was: behind the last `#` is a hash of that.
fn topic_of(about: &str) -> &str {
    about.rsplit_once('#').map_or(about, |(topic, _)| topic)
}

impl Fact {
    /// What it is about; `None` if it is about the account.
    pub fn subject(&self) -> Option<Subject> {
        match self {
            Self::Seen { subject, .. }
            | Self::Intended { subject, .. }
            | Self::Done { subject, .. }
            | Self::Disabled { subject, .. }
            | Self::Implicated { subject, .. }
            | Self::Told { subject, .. }
            | Self::Heard { subject, .. } => Some(subject.clone()),
            Self::Warned { credential, .. } | Self::Vouched { credential, .. } => {
                Some(Subject::Key(credential.clone()))
            }
            Self::Answered { .. } | Self::AllClear { .. } | Self::Resumed => None,
        }
    }

    /// The state in which it says that a look saw this.
    fn seen(&self, of: &impl PartialEq<Subject>) -> Option<Status> {
        match self {
            Self::Seen { subject, status } if of == subject => Some(*status),
            _ => None,
        }
    }

    /// Is it about this incident?
    fn is_about(&self, of: &IncidentId) -> bool {
        match self {
            Self::Implicated { incident, .. } | Self::Answered { incident, .. } | Self::AllClear { incident, .. } => {
                incident == of
            }
            Self::Intended { incidents, .. } => incidents.contains(of),
            _ => false,
        }
    }

    /// The incident that it says to have had its containment, and of when that is, as its source dates it.
    fn answered(&self) -> Option<(&IncidentId, Option<Timestamp>)> {
        match self {
            Self::Answered { incident, dated } => Some((incident, *dated)),
            _ => None,
        }
    }

    /// Is it the end of this intent?
    fn closes(&self, intent: &Dated) -> bool {
        match (self, &intent.fact) {
            (Self::Done { subject, execution, formed, .. }, Self::Intended { subject: of, execution: by, .. }) => {
                subject == of && execution == by && *formed == intent.at
            }
            _ => false,
        }
    }
}

/// All that is remembered of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory {
    facts: BTreeSet<Dated>,
}

impl Memory {
    /// Both memories' facts.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.facts.extend(other.facts);
        self
    }

    /// Takes one more fact in.
    pub fn learn(&mut self, at: Timestamp, fact: Fact) {
        self.facts.insert(Dated { at, fact });
    }

    /// Every fact, oldest first.
    pub fn facts(&self) -> impl DoubleEndedIterator<Item = &Dated> {
        self.facts.iter()
    }

    /// Does this memory hold something that `other` does not?
    pub fn adds_to(&self, other: &Self) -> bool {
        !self.facts.is_subset(&other.facts)
    }

    /// The facts for which `keep` holds.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(&Dated) -> bool) -> Self {
        self.facts.retain(keep);
        self
    }
}
