//! What earlier runs left for this one. Pure.
//!
//! Memory holds permissions (a warning that people received) and restraints; it travels in the event's cursor. This
//! version carries no cursor, so there is one kind: none. The questions that decisions ask of it stand here already,
//! and without memory each has the answer that lets fewer things happen.

use serde::Serialize;

use crate::policy::Rule;
use crate::zone::CredentialId;

/// What may be believed of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Memory {
    /// Nothing.
    None,
}

impl Memory {
    /// How many of the rule's warnings about this key were given, are old enough and still stand.
    pub fn warnings(self, _credential: &CredentialId, _rule: &Rule) -> usize {
        match self {
            Self::None => 0,
        }
    }

    /// What having this memory means for the run, for the report.
    pub fn means(self) -> &'static str {
        match self {
            Self::None => {
                "no earlier run is remembered, so rules that warn first only warn, and a key that a person enabled \
                 again may be disabled again"
            }
        }
    }
}
