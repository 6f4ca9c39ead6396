//! What the cloud tells of a zone: ids, states, SCIM credentials, and a whole look at them.
//!
//! An organization account has one zone, and a zone has at most two SCIM credentials
//! (<https://www.tencentcloud.com/document/product/1031/66366>). Pure.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::{CloudTime, Timestamp};

mod status;

pub use status::{ReportedStatus, SeenOn, Status};

/// A text that does not have the shape of the id that it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expected}")]
pub struct WrongShape {
    /// What the shape is, for a person.
    pub expected: &'static str,
}

/// Declares an id: a text of a known shape.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $shape:expr, $fits:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// What a text must look like to be one.
            pub const SHAPE: &str = $shape;

            /// Takes a text of the right shape.
            pub fn parse(text: &str) -> Result<Self, $crate::zone::WrongShape> {
                let fits: fn(&str) -> bool = $fits;
                fits(text).then(|| Self(text.to_owned())).ok_or($crate::zone::WrongShape { expected: Self::SHAPE })
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use id;

/// What a name that somebody gives must look like.
pub(crate) const NAME: &str = "1 to 64 letters, digits, '-', '_' or '.'";

/// Does it look like [`NAME`]?
pub(crate) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

id!(
    /// The policy's own name for a cloud account.
    AccountName,
    NAME,
    is_name
);

id!(
    /// A zone (the console says *space*).
    ZoneId,
    "'z-' and 12 digits or lower-case letters, as in z-vft38p2hq8tq",
    |text| text.strip_prefix("z-").is_some_and(twelve_random)
);

id!(
    /// A SCIM credential.
    CredentialId,
    "'scimcred-' and 12 digits or lower-case letters, as in scimcred-un1tgbnt0s9j",
    |text| text.strip_prefix("scimcred-").is_some_and(twelve_random)
);

/// What a run may switch off and on again: one of the zone's keys, or its SCIM synchronisation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A key.
    Key(CredentialId),
    /// SCIM synchronisation: while it is off, no key provisions anything.
    Synchronization,
}

impl Subject {
    /// The word for SCIM synchronisation where the id of a key could stand. No key has such an id.
    const SYNCHRONIZATION: &str = "scim_synchronization";

    /// The key's id, or the word for SCIM synchronisation: as cursors, receipts and reports have it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Key(id) => id.as_str(),
            Self::Synchronization => Self::SYNCHRONIZATION,
        }
    }

    /// The key, if it is one.
    pub fn key(&self) -> Option<&CredentialId> {
        match self {
            Self::Key(id) => Some(id),
            Self::Synchronization => None,
        }
    }
}

impl From<CredentialId> for Subject {
    fn from(id: CredentialId) -> Self {
        Self::Key(id)
    }
}

impl PartialEq<CredentialId> for Subject {
    fn eq(&self, id: &CredentialId) -> bool {
        self.key() == Some(id)
    }
}

/// So that memory can be asked of a key by its id alone.
impl PartialEq<Subject> for CredentialId {
    fn eq(&self, subject: &Subject) -> bool {
        subject == self
    }
}

impl fmt::Display for Subject {
    /// As a sentence has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => id.fmt(f),
            Self::Synchronization => f.write_str("SCIM synchronisation"),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        match text.as_ref() {
            Self::SYNCHRONIZATION => Ok(Self::Synchronization),
            id => CredentialId::parse(id).map(Self::Key).map_err(serde::de::Error::custom),
        }
    }
}

fn twelve_random(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
}

/// A SCIM credential, as `ListSCIMCredentials` shows it. The cloud tells nothing else of one: no last use, no name,
/// no creator (<https://www.tencentcloud.com/document/product/1031/66421>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// The zone that the cloud says it belongs to.
    pub zone: ZoneId,
    /// On or off.
    pub status: ReportedStatus,
    /// The cloud's `CredentialType`, e.g. `BearerToken`.
    pub kind: String,
    /// When it was made.
    pub created: CloudTime,
    /// When it stops working by itself.
    pub expires: CloudTime,
}

/// The most credentials that a zone is taken to have: twice as many as the cloud allows. What answers and cursors hold
/// is bounded by it.
pub const MAX_CREDENTIALS: usize = 4;

/// Why a list of credentials cannot be the whole truth about one zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// `TotalCounts` and the list disagree.
    #[error("the cloud counts {counted} credentials but lists {listed}")]
    Count {
        /// The cloud's `TotalCounts`.
        counted: i64,
        /// How many the list holds.
        listed: usize,
    },
    /// A zone cannot have so many.
    #[error("the cloud lists {0} credentials, and a zone has two: more than {MAX_CREDENTIALS} are not looked at")]
    TooMany(usize),
    /// One id stands twice in the list.
    #[error("credential {0} is listed twice")]
    Twice(CredentialId),
    /// A credential says that it belongs to another zone.
    #[error("credential {credential} says that it belongs to zone {zone}")]
    OtherZone {
        /// The credential.
        credential: CredentialId,
        /// The zone it names.
        zone: ZoneId,
    },
}

/// One zone, seen whole at one moment. There is no other way to make one than [`Snapshot::whole`], so a partial or
/// contradictory look never becomes a basis for decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    zone: ZoneId,
    taken: Timestamp,
    credentials: Vec<Credential>,
    synchronization: Option<ReportedStatus>,
}

impl Snapshot {
    /// Takes a complete list, oldest credential first; refuses one that contradicts itself.
    ///
    /// `taken` is the time *before* the list was asked for: whatever changed later may be missing from it.
    pub fn whole(
        zone: ZoneId,
        taken: Timestamp,
        counted: i64,
        mut credentials: Vec<Credential>,
    ) -> Result<Self, Contradiction> {
        if usize::try_from(counted) != Ok(credentials.len()) {
            return Err(Contradiction::Count { counted, listed: credentials.len() });
        }
        if credentials.len() > MAX_CREDENTIALS {
            return Err(Contradiction::TooMany(credentials.len()));
        }
        if let Some(stray) = credentials.iter().find(|c| c.zone != zone) {
            return Err(Contradiction::OtherZone { credential: stray.id.clone(), zone: stray.zone.clone() });
        }
        credentials.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        for (i, credential) in credentials.iter().enumerate() {
            if credentials[..i].iter().any(|earlier| earlier.id == credential.id) {
                return Err(Contradiction::Twice(credential.id.clone()));
            }
        }
        Ok(Self { zone, taken, credentials, synchronization: None })
    }

    /// The same look, which saw SCIM synchronisation in this state, too.
    #[must_use]
    pub fn with_synchronization(self, status: ReportedStatus) -> Self {
        Self { synchronization: Some(status), ..self }
    }

    /// The zone.
    pub fn zone(&self) -> &ZoneId {
        &self.zone
    }

    /// When the look began.
    pub fn taken(&self) -> Timestamp {
        self.taken
    }

    /// Every credential of the zone, oldest first.
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// The credential of this id, if the zone has it.
    pub fn credential(&self, id: &CredentialId) -> Option<&Credential> {
        self.credentials.iter().find(|c| c.id == *id)
    }

    /// The state of SCIM synchronisation, if it was looked at.
    pub fn synchronization(&self) -> Option<&ReportedStatus> {
        self.synchronization.as_ref()
    }

    /// The state of this subject; `None` if the zone has no such key, or if it was not looked at.
    pub fn status(&self, subject: &Subject) -> Option<&ReportedStatus> {
        match subject {
            Subject::Key(id) => self.credential(id).map(|key| &key.status),
            Subject::Synchronization => self.synchronization(),
        }
    }

    /// All that was looked at, the keys first.
    pub fn subjects(&self) -> impl Iterator<Item = (Subject, &ReportedStatus)> {
        let keys = self.credentials.iter().map(|key| (Subject::Key(key.id.clone()), &key.status));
        keys.chain(self.synchronization().map(|status| (Subject::Synchronization, status)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(id: &str, created: &str) -> Credential {
        Credential {
            id: CredentialId::parse(id).unwrap(),
            zone: ZoneId::parse("z-vft38p2hq8tq").unwrap(),
            status: ReportedStatus::read("Enabled"),
            kind: "BearerToken".to_owned(),
            created: CloudTime::parse(created).unwrap(),
            expires: CloudTime::parse("2027-01-01 00:00:00").unwrap(),
        }
    }

    fn look(counted: i64, credentials: Vec<Credential>) -> Result<Snapshot, Contradiction> {
        let zone = ZoneId::parse("z-vft38p2hq8tq").unwrap();
        Snapshot::whole(zone, Timestamp::from_unix_seconds(0), counted, credentials)
    }

    #[test]
    fn ids_of_the_wrong_shape_are_refused() {
        for text in ["", "z-", "z-VFT38P2HQ8TQ", "z-vft38p2hq8t", "z-vft38p2hq8tqq", "x-vft38p2hq8tq", "z-vft38p2hq8t "]
        {
            assert!(ZoneId::parse(text).is_err(), "{text}");
        }
        assert!(CredentialId::parse("scimcred-un1tgbnt0s9j").is_ok());
        assert!(CredentialId::parse("z-vft38p2hq8tq").is_err());
        assert!(AccountName::parse("").is_err() && AccountName::parse("a b").is_err());
    }

    #[test]
    fn a_subject_is_written_as_the_id_of_a_key_or_as_the_one_word_that_is_none() {
        let key = Subject::Key(CredentialId::parse("scimcred-un1tgbnt0s9j").unwrap());
        for (subject, text) in [(&key, "scimcred-un1tgbnt0s9j"), (&Subject::Synchronization, "scim_synchronization")] {
            assert_eq!(serde_json::to_value(subject).unwrap(), text);
            assert_eq!(&serde_json::from_value::<Subject>(text.into()).unwrap(), subject);
        }
        assert!(serde_json::from_value::<Subject>("synchronization".into()).is_err());
        assert!(CredentialId::parse("scim_synchronization").is_err());
    }

    #[test]
    fn a_look_that_contradicts_itself_is_no_snapshot() {
        let a = credential("scimcred-aaaaaaaaaaaa", "2024-05-31 15:04:53");
        let mut stray = credential("scimcred-bbbbbbbbbbbb", "2024-05-31 15:04:53");
        stray.zone = ZoneId::parse("z-000000000000").unwrap();
        assert!(matches!(look(2, vec![a.clone()]), Err(Contradiction::Count { counted: 2, listed: 1 })));
        assert!(matches!(look(-1, vec![]), Err(Contradiction::Count { .. })));
        assert!(matches!(look(2, vec![a.clone(), a.clone()]), Err(Contradiction::Twice(_))));
        assert!(matches!(look(2, vec![a, stray]), Err(Contradiction::OtherZone { .. })));
        let many = (0..5).map(|number| credential(&format!("scimcred-{number:012}"), "2024-05-31 15:04:53"));
        assert_eq!(look(5, many.clone().collect()), Err(Contradiction::TooMany(5)));
        assert!(look(4, many.take(4).collect()).is_ok());
    }

    #[test]
    fn a_snapshot_lists_the_oldest_first() {
        let young = credential("scimcred-aaaaaaaaaaaa", "2025-01-01 00:00:00");
        let old = credential("scimcred-bbbbbbbbbbbb", "2024-01-01 00:00:00");
        let snapshot = look(2, vec![young.clone(), old.clone()]).unwrap();
        assert_eq!(snapshot.credentials(), [old, young]);
    }
}
