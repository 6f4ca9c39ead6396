//! Audit events and findings of others: each source's own file reads its events into what they say. Pure.
//!
//! These events are written by many hands, and one body differs from the next: keys change their case, a number comes as
//! a text, a time without a zone. So a reader is lenient about form and strict about meaning: it takes what it can read,
//! leaves out what it cannot, and never guesses what would implicate a key, or clear one.
//!
//! The raw record goes no further than this room: it may hold session tokens, and even the secret of a key that was just
//! created.

use std::collections::BTreeSet;

use serde_json::Value;

use super::IncidentId;
use super::cause::{Evidence, Incident, Text};
use crate::json;
use crate::time::Timestamp;
use crate::zone::CredentialId;
use lenient::At;
pub(super) use records::Event;
use sender::Family;

mod cloudaudit;
mod entra;
mod guardduty;
mod health;
mod identity;
mod lenient;
mod ocsf;
mod okta;
mod records;
mod securityhub;
mod sender;
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

impl Said {
    /// The time by which its age is judged, as far as it is known.
    pub(super) fn latest(&self) -> Option<Timestamp> {
        match self {
            Self::Incident(incident) | Self::Changed(Change { incident, .. }) => incident.latest(),
            Self::AllClear { at, .. } => *at,
            Self::Nothing(_) => None,
        }
    }
}

/// A change of a key that the cloud's own audit records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// What the record makes of it if nobody vouches: it implicates the key, if it names one.
    pub(super) incident: Incident,
    /// What happened to it.
    pub(super) what: Changed,
    /// Who did it.
    pub(super) by: Actor,
    /// The cloud's id of the request.
    pub(super) request: Option<Text>,
}

impl Change {
    /// The key, where the record names it.
    pub(super) fn key(&self) -> Option<&CredentialId> {
        self.incident.implicated.first()
    }

    /// What happened, for a person.
    pub(super) fn in_words(&self) -> String {
        let key = self.key().map_or("a key".to_owned(), |key| format!("the key {key}"));
        let what = match self.what {
            Changed::Created => "created",
            Changed::Enabled => "switched on",
        };
        let was = if self.incident.evidence == Evidence::Outsider { "may have been" } else { "was" };
        format!("{key} {was} {what}")
    }
}

/// Who made a change, as far as the record tells. Only the first two are worth anything as a proof of who it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Actor {
    /// The user, or the role's session: the cloud gives the id.
    pub(super) principal: Option<Text>,
    /// The id of the API secret that signed the call.
    pub(super) secret: Option<Text>,
    /// The account: that of everybody in it.
    pub(super) account: Option<Text>,
    /// A name, which an administrator of the account chose, and may be that of another account's user.
    pub(super) name: Option<Text>,
}

impl Actor {
    /// Which of these it is, by the user's or the secret's own id. A name or an account never is one.
    pub(super) fn voucher(&self, ids: &BTreeSet<String>) -> Option<Text> {
        [&self.principal, &self.secret].into_iter().flatten().find(|id| ids.contains(id.as_str())).cloned()
    }
}

/// What happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// It was created.
    Created,
    /// It was switched on.
    Enabled,
}

/// Why nothing is told of a body.
pub(super) enum Untold {
    /// None of its records is of a source.
    Foreign,
    /// So many of them stand in one envelope, and that is too many.
    TooMany(usize),
}

/// Reads the records of one source.
struct Reader {
    /// Whose they are; `None` for what is only told not to be supported.
    of: Option<Family>,
    /// Is it of this source?
    is_own: for<'a> fn(Event<'a>) -> bool,
    /// What it says then.
    said: for<'a> fn(Event<'a>) -> Said,
}

const READERS: [Reader; 9] = [
    Reader { of: Some(Family::Amazons), is_own: signin::is_own, said: signin::said },
    Reader { of: Some(Family::Amazons), is_own: guardduty::is_own, said: guardduty::said },
    Reader { of: Some(Family::Amazons), is_own: health::is_own, said: health::said },
    Reader { of: Some(Family::Amazons), is_own: securityhub::is_own, said: securityhub::said },
    Reader { of: Some(Family::Ocsf), is_own: ocsf::is_own, said: ocsf::said },
    Reader { of: Some(Family::Okta), is_own: okta::is_own, said: okta::said },
    Reader { of: Some(Family::Entra), is_own: entra::is_own, said: entra::said },
    Reader { of: Some(Family::CloudAudit), is_own: cloudaudit::is_own, said: cloudaudit::said },
    Reader { of: None, is_own: unsupported::is_own, said: unsupported::said },
];

/// Hands over what the records of a body say, one after the other, each with the event that it is; at most so many of an
/// envelope. Records of nobody that stand beside others are left out.
pub(super) fn each(body: &Value, most: usize, then: &mut dyn FnMut(Said, Event<'_>)) -> Result<(), Untold> {
    let (mut all, mut in_envelopes) = (0_usize, 0);
    records::each(At::of(body), &mut |event| {
        let Some(said) = said(event) else { return };
        all += 1;
        in_envelopes += usize::from(event.is_one_of_an_envelope());
        if in_envelopes <= most {
            then(said, event);
        }
    });
    match all {
        0 => Err(Untold::Foreign),
        _ if in_envelopes > most => Err(Untold::TooMany(in_envelopes)),
        _ => Ok(()),
    }
}

/// What a record says to the first of its readers whose records its envelope may hold; `None` if it is nobody's.
fn said(event: Event<'_>) -> Option<Said> {
    let mut not_held = None;
    for reader in READERS.iter().filter(|reader| (reader.is_own)(event)) {
        match reader.of {
            Some(family) if !event.may_be_of(family) => not_held = not_held.or(Some(family)),
            _ => return Some((reader.said)(event)),
        }
    }
    not_held.map(|family| not_sent(family, event)).or_else(|| unknown(event))
}

/// What a record says that no reader knows, where its source's other records are read: why nothing comes of it.
fn unknown(event: Event<'_>) -> Option<Said> {
    let from_ocsf = event.is_from("ocsf") || event.is_from_one_of("ocsf.");
    let said = from_ocsf.then(|| ocsf::said(event));
    said.or_else(|| event.is_from("entra").then(|| entra::said(event)))
}

/// A record that its envelope cannot hold, which somebody may have made up.
fn not_sent(family: Family, event: Event<'_>) -> Said {
    let whose = match family {
        Family::Amazons => "of Amazon's",
        Family::Ocsf => "of OCSF",
        Family::Okta => "of Okta's",
        Family::Entra => "of Entra ID's",
        Family::CloudAudit => "of CloudAudit's",
    };
    let source = event.sender().map(json::excerpt).unwrap_or_default();
    Said::Nothing(format!(
        "a record {whose} in an event whose source, {source}, sends none: it is not believed; forward \
         each record in an event of its own source (see README, Deploy)"
    ))
}
