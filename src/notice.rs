//! What people should be told. Pure.

use serde::{Deserialize, Serialize};

use crate::policy::RuleId;
use crate::zone::{AccountName, CredentialId};

/// The longest that is said of one thing, in bytes: of what came of a write, of a rule's condition.
pub const REASON: usize = 500;

/// The text, or its beginning if it has more than so many bytes. Room is kept for the longest, so it is counted in what
/// room is counted in.
pub fn brief(text: &str, most: usize) -> String {
    if text.len() <= most { text.to_owned() } else { format!("{}…", &text[..text.floor_char_boundary(most)]) }
}

/// One thing that people should be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Names it: the run, what it is about, and the topic.
    pub id: String,
    /// What kind of thing it is.
    pub topic: Topic,
    /// The credentials that it is about.
    pub credentials: Vec<CredentialId>,
    /// The rule, where one is concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// The message.
    pub text: String,
}

/// A notice with the account that it is of, for whoever hears of several.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Addressed<'a> {
    /// The account.
    pub account: &'a AccountName,
    /// The notice.
    #[serde(flatten)]
    pub notice: &'a Notice,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A rule warns.
    Warning,
    /// Something would have been disabled, were the mode not report.
    WouldDisable,
    /// Something would have been given back, were the mode not report.
    WouldRestore,
    /// A disable was tried; the text says what came of it.
    Disable,
    /// A restore was tried; the text says what came of it.
    Restore,
    /// A key was found in a state that people have not been told of: a run was lost, or somebody acted.
    Found,
    /// Guards hold something back.
    Held,
    /// It cannot be told whether a rule applies.
    Unsure,
    /// A younger key for which nobody vouches.
    UnvouchedKey,
    /// A contained key was found on.
    Contested,
    /// No good key is left.
    NoGoodKey,
    /// The zone could not be seen, or memory not be used.
    Blind,
    /// The run ended before it was through.
    NotThrough,
    /// A rule is asked by an incident, and selects no key.
    NoSubject,
    /// An event is too old, or of the future, or says more than a run deals with.
    NotBelieved,
    /// An incident was called off, and a key is off for it.
    AllClear,
}

impl Topic {
    /// The topic in one word, as answers and logs have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::WouldDisable => "would_disable",
            Self::WouldRestore => "would_restore",
            Self::Disable => "disable",
            Self::Restore => "restore",
            Self::Found => "found",
            Self::Held => "held",
            Self::Unsure => "unsure",
            Self::UnvouchedKey => "unvouched_key",
            Self::Contested => "contested",
            Self::NoGoodKey => "no_good_key",
            Self::Blind => "blind",
            Self::NotThrough => "not_through",
            Self::NoSubject => "no_subject",
            Self::NotBelieved => "not_believed",
            Self::AllClear => "all_clear",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        assert_eq!(brief("ééé", 6), "ééé");
        assert_eq!(brief("éééé", 7), "ééé…");
    }
}
