//! What leads back, in words, where a receipt is not good or not at hand: each way is one that works where it is told. Pure.

use super::Grounds;
use super::guards::is_ground_left;
use crate::time::Timestamp;
use crate::zone::{ReportedStatus, Status, Subject};

/// Where an incident wants it off and a receipt is good: whoever has lost that gets another.
const NEWEST: &str = "give back its newest receipt; if that is lost or has expired, send the incident's event again, or, \
                      if that is too old to be believed, this tool's own incident event, with another id, that wants it off as \
                      well: the answer has one";

/// Where none is good, since no run of ours is known to have switched it off, or its receipt was used.
const LEAVES_ONE: &str = "the next scheduled run switches it off again, and leaves a receipt";

/// What is left to do where the receipt of what is in this state is not good.
pub fn way_back(of: &Subject, status: &ReportedStatus, grounds: Grounds<'_>, now: Timestamp) -> String {
    let memory = grounds.memory;
    let Some(status) = status.known() else { return "look in the console whether it is on".to_owned() };
    match (status, memory.implicated_by(of).next()) {
        (Status::Enabled, None) => "it is on: nothing is left to give back".to_owned(),
        (Status::Disabled, None) if memory.has_way_back(of, status) => {
            "it is off: give back its newest receipt, or enable it in the console".to_owned()
        }
        (Status::Disabled, None) => "it is off: enable it in the console".to_owned(),
        (Status::Enabled, Some(incident)) => {
            format!("it is on, and the incident {incident} wants it off: {}", from_on(of, grounds, now))
        }
        (Status::Disabled, Some(incident)) => {
            format!("it is off, and the incident {incident} wants it off: {}", from_off(of, grounds, now))
        }
    }
}

/// What ends the hold on what is on and is not switched off again any more. What was never switched off by a run of ours, but
/// by a person, has no receipt.
pub(super) fn to_stay_on(of: &Subject, grounds: Grounds<'_>) -> &'static str {
    if grounds.memory.has_way_back(of, Status::Enabled) {
        return NEWEST;
    }
    "let it be disabled once, with a greater hold_ground, and give back the receipt which that leaves"
}

fn from_on(of: &Subject, grounds: Grounds<'_>, now: Timestamp) -> String {
    if grounds.memory.has_way_back(of, Status::Enabled) {
        return NEWEST.to_owned();
    }
    format!("{}{LEAVES_ONE}", first(of, grounds, now))
}

/// Whoever switched off what was enabled since our disable was no run of ours: then that one's receipt is good as soon as it
/// is on.
fn from_off(of: &Subject, grounds: Grounds<'_>, now: Timestamp) -> String {
    let is_good = |status| grounds.memory.has_way_back(of, status);
    if is_good(Status::Disabled) {
        NEWEST.to_owned()
    } else if is_good(Status::Enabled) {
        format!("enable it in the console, and then {NEWEST}")
    } else {
        format!("{}enable it in the console: {LEAVES_ONE}", first(of, grounds, now))
    }
}

/// What has to be changed first, so that a run switches off again what an incident wants off.
fn first(of: &Subject, grounds: Grounds<'_>, now: Timestamp) -> String {
    let ground = (!is_ground_left(of, grounds)).then_some("give the policy a greater guards.hold_ground, and then ");
    let protected = of.key().and_then(|key| grounds.rules.protection(key, now));
    let protected = protected.map(|_| "take it out of guards.protect, and then ");
    ground.into_iter().chain(protected).collect()
}
