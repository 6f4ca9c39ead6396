//! The ladder of a rule that warns first: which of its warnings is due.
//!
//! `warn_before: ["14d", "3d"]` promises a first warning at least fourteen days and a last one at least three days before
//! the disable. A warning's time runs from its acceptance, each is given once, and one that lapsed was never given.

use super::plan::Rung;
use crate::memory::Memory;
use crate::policy::Rule;
use crate::time::Timestamp;
use crate::zone::CredentialId;

/// Where a key stands on a rule's ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Footing {
    /// This warning is to be given now.
    Due(Rung),
    /// Every warning that is due has been given; nothing happens before then.
    Waits(Timestamp),
    /// Each has been given and has stood as long as it promised. So has a ladder without steps.
    Through,
}

/// Where does the key stand at `now`?
pub(super) fn footing(rule: &Rule, credential: &CredentialId, memory: &Memory, now: Timestamp) -> Footing {
    let mut through = now;
    for (step, before) in (0_u8..).zip(&rule.warn_before) {
        match memory.warned_since(credential, rule, usize::from(step)) {
            Some(since) => through = through.max(since.plus(before.duration())),
            None => {
                // With this step's warning given now, the disable would come so much later; the steps before it allow
                // for it as soon as they end no later than that.
                let due = through.minus(before.duration());
                return if due <= now { Footing::Due(Rung { step, before: *before }) } else { Footing::Waits(due) };
            }
        }
    }
    if through <= now { Footing::Through } else { Footing::Waits(through) }
}
