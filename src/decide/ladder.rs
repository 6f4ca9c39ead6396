//! The ladder of a rule that warns first: which of its warnings is due.

use crate::memory::Memory;
use crate::policy::{Rule, Span};
use crate::zone::CredentialId;

/// The warning that people must be given next, by how long before the disable it stands; `None` once each has been
/// given and has stood long enough, or if the rule needs none. Memory counts those that were.
pub(super) fn warning_due(rule: &Rule, credential: &CredentialId, memory: Memory) -> Option<Span> {
    rule.warn_before.get(memory.warnings(credential, rule)).copied()
}
