//! What a decision rests on, kept for people: ages in every reading, and what follows the key.

use std::time::Duration;

use super::keys::View;
use crate::time::{CloudTime, Timestamp, Truth, UtcOffset};
use crate::zone::{Credential, CredentialId};

/// What was known about one key when it was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Does it work?
    pub works: Truth,
    /// Is its time over?
    pub expired: Truth,
    /// Who vouches for it: the policy's note, or a voucher.
    pub vouched_by: Option<String>,
    /// Does an incident implicate it, one that is remembered or one of this occasion?
    pub implicated: bool,
    /// Its creation, in each reading.
    pub created: Vec<When>,
    /// Its expiry, in each reading.
    pub expires: Vec<When>,
    /// The youngest key that was created after it.
    pub successor: Option<SuccessorSeen>,
}

/// One reading of one of the cloud's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The offset that this reading assumes.
    pub offset: UtcOffset,
    /// The instant that follows.
    pub at: Timestamp,
    /// How far that lies from now.
    pub distance: Distance,
}

/// On which side of now, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// So long ago.
    Ago(Duration),
    /// So long from now.
    Ahead(Duration),
}

/// A younger key, and whether it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuccessorSeen {
    /// The younger key.
    pub credential: CredentialId,
    /// Does it count as one that may take over?
    pub counts: bool,
    /// Why it does or does not.
    pub why: &'static str,
}

/// Gathers what is known of `key`.
pub(super) fn gather(key: &Credential, view: View<'_>) -> Assessment {
    Assessment {
        works: view.works(key),
        expired: view.expires(key).at_or_before(view.now),
        vouched_by: vouched_by(key, view),
        implicated: view.implicated(key),
        created: readings(key.created, view),
        expires: readings(key.expires, view),
        successor: view.younger(key).last().map(|younger| successor(younger, view)),
    }
}

/// The policy's note, or else who has vouched according to the cloud's audit.
fn vouched_by(key: &Credential, view: View<'_>) -> Option<String> {
    let known = view.grounds.rules.known(&key.id).map(|known| known.note.clone());
    let heard = || view.voucher(key).map(|(since, by)| format!("voucher {by}, who created it at {since}"));
    known.or_else(heard)
}

fn readings(time: CloudTime, view: View<'_>) -> Vec<When> {
    let read = |&offset: &UtcOffset| {
        let at = time.at(offset);
        let ago = at <= view.now;
        let distance = if ago { Distance::Ago(view.now.since(at)) } else { Distance::Ahead(at.since(view.now)) };
        When { offset, at, distance }
    };
    view.grounds.rules.utc_offsets.iter().map(read).collect()
}

fn successor(younger: &Credential, view: View<'_>) -> SuccessorSeen {
    let (counts, why) = match (view.works(younger), view.vouched(younger)) {
        _ if view.implicated(younger) => (false, "an incident implicates it"),
        (Truth::No, _) => (false, "it does not work"),
        (Truth::Unknown, _) => (false, "it may not work"),
        (Truth::Yes, false) => (false, "nobody vouches for it"),
        (Truth::Yes, true) => (true, "it works and is vouched for"),
    };
    SuccessorSeen { credential: younger.id.clone(), counts, why }
}
