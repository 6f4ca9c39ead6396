//! Audit events and findings of others: each source's own file reads its events into what they say. Pure.
//!
//! These events are written by many hands, and one body differs from the next: keys change their case, a number comes as
//! a text, a time without a zone. So a reader is lenient about form and strict about meaning: it takes what it can read,
//! leaves out what it cannot, and never guesses what would implicate a key, or clear one.
//!
//! The raw record goes no further than this room: it may hold session tokens, and even the secret of a key that was just
//! created.

use serde_json::Value;

use super::cause::{Incident, IncidentId, Text};
use crate::time::Timestamp;
use crate::zone::CredentialId;
use lenient::At;

mod cloudaudit;
mod entra;
mod eventbridge;
mod guardduty;
mod health;
mod identity;
mod lenient;
mod ocsf;
mod okta;
mod records;
#[cfg(test)]
mod samples;
mod securityhub;
mod signin;
#[cfg(test)]
mod testing;
mod unsupported;

/// What an audit event or finding says. One body may say several things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Something happened that a rule may want to answer.
    Incident(Incident),
    /// An earlier incident of this source was a false alarm, or is settled there.
    AllClear {
        /// That incident, by the id that its own event has.
        incident: IncidentId,
        /// When, as far as is known.
        at: Option<Timestamp>,
    },
    /// Somebody created a key, or switched one on. Whether that vouches for the key or implicates it, the policy says.
    Changed(Change),
    /// Nothing that could matter: why, for a person.
    Nothing(String),
}

/// A change of a key that the cloud's own audit records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// What the record makes of it if nobody vouches: it implicates the key, if it names one.
    pub(super) incident: Incident,
    /// The key, where the record names it.
    pub(super) credential: Option<CredentialId>,
    /// What happened to it.
    pub(super) what: Changed,
    /// Who did it, by every id that the record has: the user's own, the account's, the API secret's.
    pub(super) actors: Vec<Text>,
    /// The cloud's id of the request.
    pub(super) request: Option<Text>,
}

/// What happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// It was created.
    Created,
    /// It was switched on.
    Enabled,
}

/// Reads an event of one of the sources; nothing if it is of none.
pub(super) fn read(event: &Value) -> Option<Vec<Said>> {
    /// Is it of this source, and what does it say then?
    type Reader = (for<'a> fn(At<'a>) -> bool, for<'a> fn(At<'a>) -> Vec<Said>);
    const READERS: &[Reader] = &[
        (signin::claims, signin::read),
        (guardduty::claims, guardduty::read),
        (health::claims, health::read),
        (securityhub::claims, securityhub::read),
        (ocsf::claims, ocsf::read),
        (okta::claims, okta::read),
        (entra::claims, entra::read),
        (cloudaudit::claims, cloudaudit::read),
        (unsupported::claims, unsupported::read),
    ];
    let event = At::of(event);
    READERS.iter().find(|(claims, _)| claims(event)).map(|(_, read)| read(event))
}
