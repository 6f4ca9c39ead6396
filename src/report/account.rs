//! What people should hear of an account as a whole. Pure.

use std::collections::BTreeSet;

use super::About;
use super::notice::Told;
use crate::cursor::Outstanding;
use crate::notice::Topic;
use crate::time::Timestamp;
use crate::trigger::{IncidentId, Stale};
use crate::zone::{CredentialId, Subject};

/// The zone could not be seen.
pub fn blind(about: About<'_>, why: &str) -> Outstanding {
    let text = format!("nothing was decided, because {why}");
    of_account(about, Topic::Blind, &text, None)
}

/// The zone could not be seen for some time, and the run goes on.
pub fn blind_so_far(about: About<'_>, why: &str, until: Timestamp) -> Outstanding {
    let text = format!("nothing was decided so far, because {why}; it is tried until {until}");
    of_account(about, Topic::Blind, &text, Some("so_far"))
}

/// What is remembered cannot be used, so next to nothing is done: not what was wanted of these.
pub fn no_memory(about: About<'_>, why: &str, wanted: &[&Subject]) -> Outstanding {
    let undone: Vec<&str> = wanted.iter().map(|subject| subject.as_str()).collect();
    let undone =
        if undone.is_empty() { String::new() } else { format!(" (so nothing was done about {})", undone.join(", ")) };
    let text = format!("nothing is written but the first containment of an incident{undone}, because {why}");
    let mut notice = of_account(about, Topic::Blind, &text, None);
    notice.notice.credentials = wanted.iter().filter_map(|subject| subject.key().cloned()).collect();
    notice
}

/// The run ends before it is through.
pub fn not_through(about: About<'_>, why: &str) -> Outstanding {
    of_account(about, Topic::NotThrough, why, None)
}

/// These incidents ask rules that select no key of the zone, and these keys are named that it does not have.
pub fn no_subject(about: About<'_>, asked: &BTreeSet<&IncidentId>, gone: &BTreeSet<&CredentialId>) -> Outstanding {
    let asked: Vec<&str> = asked.iter().map(|incident| incident.as_str()).collect();
    let gone: Vec<&str> = gone.iter().map(|key| key.as_str()).collect();
    let nothing = (!asked.is_empty())
        .then(|| format!("no key of the zone is selected for {}, so nothing was done", asked.join(", ")));
    let missing = (!gone.is_empty()).then(|| format!("named, and not in the zone: {}", gone.join(", ")));
    let which: Vec<String> = nothing.into_iter().chain(missing).collect();
    let text = format!(
        "{}. Look which key it is about, and send this tool's own incident event, with another id, that names it, or has \
         the right \"time\" for a rule that asks when it happened",
        which.join("; ")
    );
    of_account(about, Topic::NoSubject, &text, None)
}

/// What of an event is not dealt with, in one notice, if there is any.
pub fn not_dealt_with(about: About<'_>, stale: &[&Stale], left_out: usize) -> Option<Outstanding> {
    const SHOWN: usize = 5;
    let shown = stale.iter().take(SHOWN).map(|stale| format!("{} is not believed: {}", stale.what, stale.why));
    let more = stale.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("{more} more are not believed for their age"));
    let left_out =
        (left_out > 0).then(|| format!("{left_out} more incidents that ask a rule are left alone: send it in parts"));
    let parts: Vec<String> = shown.chain(more).chain(left_out).collect();
    (!parts.is_empty()).then(|| of_account(about, Topic::NotBelieved, &parts.join("; "), None))
}

/// Every time that it happens; `detail` tells it from what else a run may say of the same.
fn of_account(about: About<'_>, topic: Topic, said: &str, detail: Option<&str>) -> Outstanding {
    let text = format!("account {}: {said}", about.account().name);
    Told { topic, subjects: Vec::new(), because: None, text }.outstanding(about.trigger, None, detail)
}
