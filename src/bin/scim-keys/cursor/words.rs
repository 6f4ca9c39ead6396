//! Facts in plain words.

use scim_key_lifecycle::memory::{Fact, Purpose};

/// The fact in one line, without its time and its key.
pub(super) fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Seen { status, .. } => format!("was seen {}", status.as_str()),
        Fact::Warned { rule, step, looked, .. } => {
            let nth = u16::from(*step) + 1;
            format!("people accepted warning {nth} of the rule {rule}, made from the look of {looked}")
        }
        Fact::Intended { purpose, execution, .. } => {
            format!("execution {execution} means to {}", purpose_words(*purpose))
        }
        Fact::Done { execution, formed, sent, .. } => {
            let sent = if *sent {
                "a write was sent, or none was needed"
            } else {
                "nothing was sent, so it counts for nothing"
            };
            format!("execution {execution} is through with what it meant at {formed}: {sent}")
        }
        Fact::Disabled { run, rule, .. } => {
            let rule = rule.as_ref().map(|rule| format!(", as the rule {rule} says")).unwrap_or_default();
            format!("the run {run} switched it off{rule}")
        }
        Fact::Implicated { incident, .. } => format!("the incident {incident} implicates it"),
        Fact::Answered { incident, .. } => format!("the incident {incident} has had its containment"),
        Fact::Vouched { by, .. } => format!("{by} created it, and vouches for it"),
        Fact::AllClear { incident, .. } => format!("the incident {incident} was called off by its source"),
        Fact::Resumed => {
            "warnings from before count no more: nothing was remembered, or nobody had looked for too long".to_owned()
        }
        Fact::Told { about, .. } => format!("people were told: {about}"),
        Fact::Heard { status, .. } => format!("people heard that it was {}", status.as_str()),
    }
}

fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Hygiene => "disable it, as a rule says",
        Purpose::Contested => "disable it again, as an incident implicates it",
        Purpose::Restore => "enable it, as a receipt asks",
    }
}
