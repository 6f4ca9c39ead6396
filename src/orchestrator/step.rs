//! Where an execution stands.

use std::rc::Rc;

use serde_json::Value;

use crate::ending::Ending;
use crate::notice::Notice;
use crate::time::Timestamp;

/// The next step of an execution.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Read the newest generation of the register.
    Read,
    /// Invoke the function.
    Invoke {
        /// What was read, as the hop's event has it.
        register: Value,
    },
    /// Create the next generation.
    Settle {
        /// Its number.
        generation: u64,
        /// What it is to hold.
        cursor: String,
        /// What comes after it.
        then: Rc<Tell>,
    },
    /// Tell people.
    Notify(Rc<Tell>),
    /// Wait, then read.
    Wait(Timestamp),
    /// Delete what was replaced long ago; this is how the run ended.
    Sweep(Ending),
    /// It is over.
    Ended(Ending),
}

/// What an answer leaves to be done once its cursor is settled. Receipts are no part of it: they are for the
/// caller alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Tell {
    /// What people are told.
    pub notices: Vec<Notice>,
    /// Whether it goes on then, and when.
    pub ending: Ending,
    /// Would another hop know of an acceptance? It would not where nothing is sealed, or nothing can be settled.
    pub remembered: bool,
}
