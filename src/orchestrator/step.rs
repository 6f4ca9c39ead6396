//! Where an execution stands.

use serde_json::Value;

use crate::ending::Ending;
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
    },
    /// Tell people.
    Notify,
    /// Wait, then read.
    Wait(Timestamp),
    /// It is over.
    Ended(Ending),
}
