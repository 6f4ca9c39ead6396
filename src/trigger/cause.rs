//! What happened that a run should start: a schedule's time, an incident, the wish to have a key back. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::RunId;
use crate::time::Timestamp;
use crate::zone::{AccountName, CredentialId, id};

/// What happened that a run should start.
#[derive(Clone, Debug)]
pub enum Cause {
    /// A schedule's time has come.
    Schedule(Schedule),
    /// Something was seen that a key may have to go off for.
    Incident(Incident),
    /// A person wants a key back that a run switched off.
    Restore(Restore),
}

impl Cause {
    /// The word for it, in events, reports and run ids: `schedule`, `incident` or `restore`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Schedule(_) => "schedule",
            Self::Incident(_) => "incident",
            Self::Restore(_) => "restore",
        }
    }
}

/// A schedule's tick. It has no greatest age: a late one still runs, and the report says how late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The schedule's own name, usually an ARN.
    pub name: Option<String>,
    /// The time for which it was meant.
    pub due: Option<Timestamp>,
}

/// Something that was seen, and may mean that somebody else holds a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Tells it from all others; a second report of the same thing has the same.
    pub id: IncidentId,
    /// When it happened, as far as is known.
    pub at: Option<Timestamp>,
    /// The keys that it names; it may name none, and keys that the zone does not have.
    pub implicated: BTreeSet<CredentialId>,
}

id!(
    /// The name of an incident.
    IncidentId,
    "1 to 200 visible ASCII characters",
    |text| (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
);

/// What a run leaves for every key that it switches off: the one thing that the key can be switched on again with, once.
/// Whoever holds it, sealed, may have the key back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The account.
    pub account: AccountName,
    /// The key.
    pub credential: CredentialId,
    /// The run that switched it off.
    pub run: RunId,
    /// When: a run that is started again may switch it off a second time, and each has its own receipt.
    pub disabled: Timestamp,
    /// The incident for which that was, if it was for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// Until when it is good.
    pub expires: Timestamp,
}

impl Receipt {
    /// How long a receipt is good.
    pub const LASTS: Duration = Duration::from_hours(30 * 24);
}

/// The wish to have a key back.
#[derive(Clone, Debug)]
pub struct Restore {
    /// The sealed receipt of the disable. Whoever has it may have the key back, so it prints nowhere.
    pub receipt: SecretString,
}
