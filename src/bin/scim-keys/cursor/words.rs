//! Facts in plain words.

use std::collections::BTreeSet;

use scim_key_lifecycle::memory::{Fact, Purpose};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::IncidentId;

/// The fact in one line, without its time and its key.
pub(super) fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Seen { status, .. } => format!("was seen {}", status.as_str()),
        Fact::Warned { rule, step, looked, .. } => {
            let nth = u16::from(*step) + 1;
            format!("people accepted warning {nth} of the rule {rule}, made from the look of {looked}")
        }
        Fact::Intended { subject: _, purpose, incidents, disable, execution } => {
            format!("execution {execution} means to {}", meant(*purpose, incidents, *disable))
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
        Fact::Implicated { subject: _, incident, dated } => {
            format!("the incident {incident}{} implicates it", dated_words(*dated))
        }
        Fact::Answered { incident, dated } => {
            format!("the incident {incident}{} has had its containment", dated_words(*dated))
        }
        Fact::Vouched { by, .. } => format!("{by} created it, and vouches for it"),
        Fact::AllClear { incident, dated } => {
            let dated = dated.map(|at| format!(", which dates that {at}")).unwrap_or_default();
            format!("the incident {incident} was called off by its source{dated}")
        }
        Fact::Resumed => {
            "warnings from before count no more: nothing was remembered, or nobody had looked for too long".to_owned()
        }
        Fact::Told { about, .. } => format!("people were told: {about}"),
        Fact::Heard { status, .. } => format!("people heard that it was {}", status.as_str()),
    }
}

fn dated_words(dated: Option<Timestamp>) -> String {
    dated.map(|at| format!(" (its source dates it {at})")).unwrap_or_default()
}

fn meant(purpose: Purpose, incidents: &BTreeSet<IncidentId>, disable: Option<Timestamp>) -> String {
    let names = incidents.iter().map(IncidentId::as_str).collect::<Vec<_>>().join(", ");
    match purpose {
        Purpose::Hygiene => "disable it, as a rule says".to_owned(),
        Purpose::Contested => format!("disable it again, as an incident implicates it: {names}"),
        Purpose::Restore => {
            let back = disable.map(|at| format!(", which takes back the disable of {at}")).unwrap_or_default();
            let ends = if names.is_empty() { String::new() } else { format!(", and ends what holds it off: {names}") };
            format!("enable it, as a receipt asks{back}{ends}")
        }
    }
}
