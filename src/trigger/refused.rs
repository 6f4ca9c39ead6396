//! The one error of this room. Pure.

use serde_json::Value;

use crate::json;
use crate::policy::Problem;

/// An event that claims to be ours and cannot be read, or that the policy has no answer to although a person sent it.
/// Sending it again does not help.
///
/// Its text goes into logs, so it shows of the event the beginning of a value of a field that this tool knows, and the
/// beginnings of the keys on the way to what is wrong; nothing else. What should be sealed (a cursor, a receipt) is
/// not shown at all.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub Problem);

/// Why an event starts no run.
#[derive(Debug)]
pub(super) enum Declined {
    /// It is somebody else's, or nothing that the policy answers: how that was seen.
    NotOurs(String),
    /// It is ours, and wrong.
    Refused(Refused),
}

impl From<Refused> for Declined {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl Refused {
    pub(super) fn new(
        path: impl Into<String>,
        value: &Value,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let value = json::excerpt(value);
        Self(Problem { path: path.into(), value, why: why.into(), remedy: remedy.into() })
    }

    /// Without what was found.
    pub(super) fn unseen(path: impl Into<String>, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self(Problem { path: path.into(), value: String::new(), why: why.into(), remedy: remedy.into() })
    }
}
