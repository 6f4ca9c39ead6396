//! What happened so far, for tests that ask about it afterwards.

use scim_key_lifecycle::notice::Notice;
use scim_key_lifecycle::report::Answer;
use scim_key_lifecycle::simulator::{SimKey, SimStatus};
use scim_key_lifecycle::time::Timestamp;

/// A write that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrote {
    pub at: Timestamp,
    pub key: String,
    pub on: bool,
    /// Was the key in that state already?
    pub already: bool,
    /// How many notices people had received before.
    pub heard: usize,
}

/// What happened so far. It makes no two worlds differ.
#[derive(Clone, Default)]
pub struct History {
    pub writes: Vec<Wrote>,
    /// What people received.
    pub heard: Vec<Notice>,
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("History")
    }
}

impl History {
    /// A write was sent, to a cloud with these keys.
    pub fn wrote(&mut self, key: &str, to: &str, keys: &[SimKey], at: Timestamp) {
        let on = to == "Enabled";
        let already = keys.iter().any(|other| other.id == key && (other.status == SimStatus::Enabled) == on);
        self.writes.push(Wrote { at, key: key.to_owned(), on, already, heard: self.heard.len() });
    }

    /// Somebody read this answer.
    pub fn read(&mut self, answer: &Answer) {
        self.heard.extend_from_slice(&answer.notices);
    }
}
