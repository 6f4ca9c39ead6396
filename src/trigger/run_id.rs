//! The name of a run. Pure.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::hex;
use crate::zone::AccountName;

/// The name of a run: the same event for the same account gives the same one, so a redelivery can be recognised.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// A hash of what started the run, for which account, and of what tells this start from others.
    pub(super) fn of(kind: &str, account: &AccountName, key: &str) -> Self {
        Self(hex::name_of(&format!("{kind}\n{account}\n{key}"), 8))
    }

    /// 16 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
