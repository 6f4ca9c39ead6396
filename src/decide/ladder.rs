//! Which step of a rule is due: a warning, or the disable itself.

use crate::memory::Memory;
use crate::policy::{Measure, Rule, Span};
use crate::zone::CredentialId;

/// What is to happen now that a rule's condition holds and no guard holds it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Tell people, and nothing else: the rule only warns.
    Warning,
    /// Tell people that the key goes this long from now.
    WarningBefore(Span),
    /// Switch it off.
    Disable,
}

/// The step that is due. A disable is due once each of the rule's warnings has been given and has stood long enough;
/// memory counts those.
pub(super) fn due(rule: &Rule, credential: &CredentialId, memory: Memory) -> Due {
    match rule.then {
        Measure::Warn => Due::Warning,
        Measure::Disable => match rule.warn_before.get(memory.warnings(credential, rule)) {
            Some(before) => Due::WarningBefore(*before),
            None => Due::Disable,
        },
    }
}
