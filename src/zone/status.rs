//! Is it on? What the cloud says of a SCIM credential, or of SCIM synchronisation. Pure.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// The two states that a SCIM credential, or SCIM synchronisation, can be put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Status {
    /// It works until it expires.
    Enabled,
    /// Requests that bear it fail.
    Disabled,
}

impl Status {
    /// The cloud's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The state that the cloud reports, which may be a word that its documentation does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportedStatus {
    /// A documented word.
    Known(Status),
    /// Any other word: we cannot tell whether the key works.
    Unrecognised(String),
    /// None: the call that asks for it failed.
    Unread {
        /// Why.
        why: String,
        /// Is it worth asking again a minute later?
        will_pass: bool,
    },
}

/// That a look saw it on. Nothing else makes one: what nobody has seen on is not contested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenOn(());

impl ReportedStatus {
    /// Reads the cloud's word.
    pub fn read(word: &str) -> Self {
        match word {
            "Enabled" => Self::Known(Status::Enabled),
            "Disabled" => Self::Known(Status::Disabled),
            other => Self::Unrecognised(other.chars().take(64).collect()),
        }
    }

    /// It, if it is a documented one.
    pub fn known(&self) -> Option<Status> {
        match self {
            Self::Known(status) => Some(*status),
            Self::Unrecognised(_) | Self::Unread { .. } => None,
        }
    }

    /// That it is on, if a look showed that.
    pub fn seen_on(&self) -> Option<SeenOn> {
        self.is(Status::Enabled).then_some(SeenOn(()))
    }

    /// Is it surely this one?
    pub fn is(&self, status: Status) -> bool {
        *self == Self::Known(status)
    }
}

impl fmt::Display for ReportedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(status) => status.fmt(f),
            Self::Unrecognised(word) => write!(f, "{word:?}"),
            Self::Unread { .. } => f.write_str("unread"),
        }
    }
}

impl Serialize for ReportedStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(status) => status.serialize(serializer),
            Self::Unrecognised(word) => serializer.serialize_str(word),
            Self::Unread { .. } => serializer.serialize_str("unread"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undocumented_status_is_kept_and_is_neither_on_nor_off() {
        let status = ReportedStatus::read("Suspended");
        assert!(!status.is(Status::Enabled) && !status.is(Status::Disabled));
        assert_eq!(status.to_string(), "\"Suspended\"");
    }
}
