//! What people must hear though this run did nothing about it: a key that was acted on is in a state that nobody told
//! them of. The run that acted was lost, or lives and is still to say so, or no channel has taken it; or somebody has
//! switched the key since. Which of these it is cannot be known, so it is not said.

use super::notice::{Told, called};
use super::{About, Seen};
use crate::cursor::Outstanding;
use crate::decide::{Step, Verdict};
use crate::memory::{Dated, Fact, Memory};
use crate::notice::Topic;
use crate::time::Timestamp;
use crate::zone::{Status, Subject};

/// A notice for each such key, but for those of which this run speaks already.
pub fn found(about: About<'_>, seen: &Seen, memory: &Memory, speaks_of: impl Fn(&Subject) -> bool) -> Vec<Outstanding> {
    let silent = |step: &&Step| {
        let told = matches!(step.verdict, Verdict::Held(_) | Verdict::Disable(_) | Verdict::Enable(_));
        !told && !speaks_of(&step.subject)
    };
    let now = seen.zone.taken();
    seen.plan.steps.iter().filter(silent).filter_map(|step| of_step(about, step, memory, now)).collect()
}

fn of_step(about: About<'_>, step: &Step, memory: &Memory, now: Timestamp) -> Option<Outstanding> {
    let status = step.status.known()?;
    let subject = &step.subject;
    let (deed, heard) = memory.unheard(subject, Some(status), now)?;
    let text = format!("{} is {} now: {}", called(about, subject), word(status), how(deed, heard));
    let told = Told { topic: Topic::Found, subjects: vec![subject.clone()], because: None, text };
    // The deed is part of the notice's id: that one was accepted in the same run says nothing of what was done since.
    Some(told.of_state(about.trigger, &format!("{}/{}", word(status), deed.at), Some(status)))
}

/// How it may have come to that, as far as is known.
fn how(deed: &Dated, heard: Option<Status>) -> String {
    match (&deed.fact, heard) {
        (_, Some(status)) => {
            format!(
                "it was switched {} when people last heard of it; a person changed that, or a run that has not said so",
                word(status)
            )
        }
        (Fact::Intended { purpose, .. }, None) => {
            let to = word(purpose.to());
            let at = deed.at;
            format!("a run meant to switch it {to} at {at}, and no notice of what came of that has been accepted")
        }
        (Fact::Implicated { incident, .. }, None) => format!("the incident {incident} wants it off"),
        (fact, None) => {
            let rule = match fact {
                Fact::Disabled { rule: Some(rule), .. } => format!(" (rule {rule})"),
                _ => String::new(),
            };
            format!("a run switched it off at {}{rule}, and no notice of that has been accepted", deed.at)
        }
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Enabled => "on",
        Status::Disabled => "off",
    }
}
