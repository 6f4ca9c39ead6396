//! What is wrong with a policy, said so that a person can mend it.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong with a policy.
///
/// A policy may hold by mistake what it must never hold, an API secret. So `value` never shows the inside of an
/// object or a list, nor what stands where a secret's source should; of a longer text it shows the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where, as a JSON path: `$.rules[2].when`.
    pub path: String,
    /// What stands there, as JSON on one line; empty if there is nothing to show.
    pub value: String,
    /// Why it is wrong.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Problem {
    /// Two or three lines: place and reason, what was found if there is something to show, remedy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.path, self.why)?;
        if !self.value.is_empty() {
            writeln!(f, "  found: {}", self.value)?;
        }
        write!(f, "  remedy: {}", self.remedy)
    }
}
