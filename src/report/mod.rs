//! The answer of an invocation: how it ended, what was seen and decided, and what people should be told. Pure.
//!
//! Every credential that was seen is in the report with its verdict, the rule, the evidence and the outcome; what was
//! not looked at is named with the reason. No secret can be in it: nothing here holds one.

mod credential;
mod ending;
mod notice;

pub use credential::{CredentialReport, FindingReport, OutcomeReport, TimeReport, TripReport, why};
pub use ending::Ending;
pub use notice::{Notice, Topic};

use serde::Serialize;

use crate::act::Deed;
use crate::decide::Plan;
use crate::memory::Memory;
use crate::policy::{Mode, Policy};
use crate::time::{Timestamp, spoken};
use crate::trigger::{Cause, RunId, Trigger};
use crate::zone::{AccountName, Snapshot, ZoneId};

/// What an invocation answers.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// How it ended: the field `status`, and what belongs to it.
    #[serde(flatten)]
    pub ending: Ending,
    /// What one account's run saw, decided and did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// What people should be told.
    pub notices: Vec<Notice>,
}

impl Answer {
    /// An answer without a run.
    pub fn without_run(ending: Ending) -> Self {
        Self { ending, report: None, notices: Vec::new() }
    }

    /// The answer of a run that could not see the zone.
    pub fn unobserved(trigger: &Trigger, policy: &Policy, memory: Memory, why: String) -> Self {
        let mut report = Report::opened(trigger, policy, memory);
        report.not_looked_at.push(NotLookedAt { what: "the SCIM credentials", why: why.clone() });
        let notices = vec![Notice::blind(trigger, &why)];
        Self { ending: Ending::Failed { why }, report: Some(report), notices }
    }

    /// The answer of a run that saw `zone`, decided `plan` from it, and did `deeds`; `now` is the end of the run.
    pub fn of(about: &About<'_>, zone: &Snapshot, plan: &Plan, deeds: &[Deed], now: Timestamp) -> Self {
        let mut report = Report::opened(about.trigger, about.policy, about.memory);
        report.zone = Some(zone.zone().clone());
        report.looked_at = Some(zone.taken());
        report.credentials = plan.steps.iter().map(|step| CredentialReport::of(step, about.policy, deeds)).collect();
        report.guards = plan.steps.iter().flat_map(|step| credential::trips(step, deeds)).collect();
        let why = "no rule of this policy can act on it".to_owned();
        report.not_looked_at.push(NotLookedAt { what: "SCIM synchronisation", why });
        let notices = notice::all(about.trigger, about.policy, plan, deeds);
        Self { ending: ending::of(plan, deeds, now), report: Some(report), notices }
    }
}

/// What a run was about, before it looked.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// What started it.
    pub trigger: &'a Trigger,
    /// What the organisation wants.
    pub policy: &'a Policy,
    /// What it could believe of the past.
    pub memory: Memory,
}

/// What one account's run saw, decided and did.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The run's id.
    pub run: RunId,
    /// The account.
    pub account: AccountName,
    /// What started the run.
    pub trigger: TriggerReport,
    /// What the policy lets the program do.
    pub mode: Mode,
    /// What was believed of the past.
    pub memory: MemoryReport,
    /// The zone, if it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneId>,
    /// When the look began from which everything was first decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<Timestamp>,
    /// Every credential that was seen, oldest first.
    pub credentials: Vec<CredentialReport>,
    /// Every guard that held something back.
    pub guards: Vec<TripReport>,
    /// What was not looked at.
    pub not_looked_at: Vec<NotLookedAt>,
}

impl Report {
    fn opened(trigger: &Trigger, policy: &Policy, memory: Memory) -> Self {
        Self {
            run: trigger.run.clone(),
            account: trigger.account.name.clone(),
            trigger: TriggerReport::of(trigger),
            mode: policy.mode(),
            memory: MemoryReport { state: memory, means: memory.means() },
            zone: None,
            looked_at: None,
            credentials: Vec::new(),
            guards: Vec::new(),
            not_looked_at: Vec::new(),
        }
    }
}

/// What started a run.
#[derive(Clone, Debug, Serialize)]
pub struct TriggerReport {
    /// `schedule`.
    pub kind: &'static str,
    /// The schedule's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The time for which it was meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When the event came in.
    pub accepted: Timestamp,
    /// How far that is from the time for which it was meant, in words; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub punctuality: Option<String>,
}

impl TriggerReport {
    fn of(trigger: &Trigger) -> Self {
        let Cause::Schedule(schedule) = &trigger.cause else { todo!() };
        Self {
            kind: "schedule",
            schedule: schedule.name.as_deref().map(visible),
            due: schedule.due,
            accepted: trigger.accepted,
            punctuality: schedule.due.map(|due| punctuality(due, trigger.accepted)),
        }
    }
}

fn punctuality(due: Timestamp, accepted: Timestamp) -> String {
    match (accepted.since(due).as_secs(), due.since(accepted).as_secs()) {
        (0, 0) => "on time".to_owned(),
        (0, _) => format!("{} early", spoken(due.since(accepted))),
        _ => format!("{} late", spoken(accepted.since(due))),
    }
}

/// A text from an event as it may stand in a report: visible characters, and not for ever.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}

/// What was believed of the past, and what that means.
#[derive(Clone, Debug, Serialize)]
pub struct MemoryReport {
    /// How much was believed.
    pub state: Memory,
    /// What follows, for a person.
    pub means: &'static str,
}

/// Something that was not looked at.
#[derive(Clone, Debug, Serialize)]
pub struct NotLookedAt {
    /// What.
    pub what: &'static str,
    /// Why not.
    pub why: String,
}
