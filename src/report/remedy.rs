//! What a person should do where no good key is left. Pure.

use crate::decide::{Key, Plan};
use crate::memory::Memory;
use crate::time::Truth;
use crate::zone::Subject;

/// What should be done now, where `off` is a key that went off. A key that an incident implicates may be a thief's, so it is
/// never one to enable; one that may work and that nobody vouches for may be the owner's own.
pub fn remedy(plan: &Plan, memory: &Memory, off: &Subject) -> String {
    let is_implicated =
        |key: &&Key| key.assessment.implicated || memory.implicated_by(&key.credential.id).next().is_some();
    let keys = || plan.steps.iter().filter_map(|step| step.key.as_ref());
    let implicated = named(keys().filter(is_implicated));
    let unvouched = named(keys().filter(|key| may_be_good(key) && !is_implicated(key) && *off != key.credential.id));
    let vouch = unvouched.map(|keys| {
        format!("nobody vouches for {keys}, which may work: if it is yours, add it to the policy's \"known\"; if not, ")
    });
    let enable = match implicated {
        Some(keys) => format!("enable or create one now, but not {keys}, which an incident implicates"),
        None => "enable one now".to_owned(),
    };
    vouch.unwrap_or_default() + &enable
}

/// Would it be a good key, if somebody vouched for it?
fn may_be_good(Key { assessment, .. }: &Key) -> bool {
    assessment.works != Truth::No && assessment.vouched_by.is_none()
}

fn named<'a>(keys: impl Iterator<Item = &'a Key>) -> Option<String> {
    let ids: Vec<&str> = keys.map(|key| key.credential.id.as_str()).collect();
    (!ids.is_empty()).then(|| ids.join(" and "))
}
