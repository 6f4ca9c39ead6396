//! The answer of an invocation: how it ended, what was seen and decided, and what people should be told. Pure.
//!
//! Every credential that was seen is in the report with its verdict, the rule, the evidence and the outcome; what was
//! not looked at is named with the reason. No secret can be in it: nothing here holds one.

mod account;
mod bounds;
mod credential;
mod decision;
mod delivery;
mod ending;
mod found;
mod claims;
mod notice;
mod remedy;
mod synchronization;

pub use account::{blind, blind_so_far, no_memory, no_subject, not_dealt_with, not_through};
pub use bounds::MAX_ANSWER;
pub use claims::{ClaimsReport, IncidentReport, SpeedReport};
pub use credential::{CredentialReport, TimeReport};
pub use decision::{DecisionReport, FindingReport, OutcomeReport, ReportedState, TripReport, why};
pub use delivery::{DeliveredBefore, delivered_before};
pub use ending::{RESUME_AFTER, at_the_end, ended_at_once, ended_without_good_key};
pub use found::found;
pub use notice::{given_up, in_vain, no_good_key, owed};
pub use remedy::remedy;
pub use synchronization::SynchronizationReport;

use serde::Serialize;

use crate::act::Deed;
use crate::cursor::{RecordedOutcome, Sealed};
use crate::decide::{Grounds, Occasion, Plan};
use crate::ending::Ending;
use crate::json;
use crate::memory::Memory;
use crate::notice::Notice;
use crate::policy::{Account, Mode, Policy};
use crate::time::{Timestamp, spoken};
use crate::trigger::{Cause, Claims, Kind, RunId, Trigger};
use crate::zone::{AccountName, Snapshot, Subject, ZoneId};

/// What an invocation answers.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// How it ended: the field `status`, and what belongs to it.
    #[serde(flatten)]
    pub ending: Ending,
    /// What one account's run saw, decided and did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// What people should be told, and no channel has accepted yet.
    pub notices: Vec<Notice>,
    /// What is to travel to the next hop, or to the next run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Sealed>,
    /// The generation in which the loop is to settle the cursor; absent if the register holds all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle: Option<Settle>,
    /// The ways back, for the caller alone; the report only describes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<SealedReceipt>,
}

/// Where a cursor is to be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Settle {
    /// The register's next generation.
    pub generation: u64,
}

/// One way back. It prints without its token, since whoever has that may use it.
#[derive(Clone, Serialize)]
pub struct SealedReceipt {
    /// The key, or SCIM synchronisation.
    #[serde(rename = "credential")]
    pub subject: Subject,
    /// The sealed receipt.
    pub token: Sealed,
}

impl std::fmt::Debug for SealedReceipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedReceipt({})", self.subject)
    }
}

impl Answer {
    /// An answer without a run.
    pub fn without_run(ending: Ending) -> Self {
        let (report, notices, cursor, settle, receipts) = (None, Vec::new(), None, None, Vec::new());
        Self { ending, report, notices, cursor, settle, receipts }
    }
}

/// What a run is about, before it looks.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// What started it.
    pub trigger: &'a Trigger,
    /// What a decision is asked for.
    pub occasion: Occasion<'a>,
    /// What the organisation wants.
    pub policy: &'a Policy,
}

impl<'a> About<'a> {
    /// The account that is served.
    pub fn account(self) -> &'a Account {
        &self.trigger.account
    }

    /// The same, of an event that says this, if it says something else.
    #[must_use]
    pub fn with_claims(self, claims: Option<&'a Claims>) -> Self {
        claims.map_or(self, |claims| Self { occasion: Occasion::Incident(claims), ..self })
    }

    /// What decisions rest on, with this memory.
    pub fn grounds(self, memory: &'a Memory) -> Grounds<'a> {
        Grounds { occasion: self.occasion, memory, rules: self.policy.rules() }
    }
}

/// What a hop saw, decided and did.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When the invocation began.
    pub began: Timestamp,
    /// When the look's answer was there.
    pub looked: Timestamp,
    /// The look from which it was decided.
    pub zone: Snapshot,
    /// What of the event it was decided about, if the event says more than one run deals with.
    pub claims: Option<Claims>,
    /// What was decided.
    pub plan: Plan,
    /// What was done, or tried.
    pub deeds: Vec<Deed>,
    /// What had come of the writes of the run's earlier hops, as this hop's late look found, if it took one.
    pub earlier: Vec<RecordedOutcome>,
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
    /// SCIM synchronisation, if it was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synchronization: Option<SynchronizationReport>,
    /// Every guard that held something back.
    pub guards: Vec<TripReport>,
    /// What came of the writes of the run's earlier hops, as this hop's late look found, if it took one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<RecordedOutcome>,
    /// What an earlier delivery of the same event did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delivered_before: Vec<DeliveredBefore>,
    /// How fast an incident was contained, if this hop did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<SpeedReport>,
    /// What was not looked at.
    pub not_looked_at: Vec<NotLookedAt>,
    /// What this report has no room for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

impl Report {
    /// The report of a hop that has not looked; `why` not.
    pub fn without_look(about: About<'_>, memory: MemoryReport, why: String) -> Self {
        let not_looked_at = vec![NotLookedAt { what: "the SCIM credentials", why }];
        Self {
            run: about.trigger.run.clone(),
            account: about.account().name.clone(),
            trigger: TriggerReport::of(about),
            mode: about.policy.mode(),
            memory,
            zone: None,
            looked_at: None,
            credentials: Vec::new(),
            synchronization: None,
            guards: Vec::new(),
            earlier: Vec::new(),
            delivered_before: Vec::new(),
            speed: None,
            not_looked_at,
            left_out: None,
        }
    }

    /// The report of a hop that has looked.
    pub fn of(about: About<'_>, memory: MemoryReport, seen: &Seen) -> Self {
        let Seen { zone, plan, deeds, .. } = seen;
        let sync = || NotLookedAt { what: "SCIM synchronisation", why: "no rule of this run can act on it".to_owned() };
        Self {
            zone: Some(zone.zone().clone()),
            looked_at: Some(zone.taken()),
            credentials: plan.steps.iter().filter_map(|step| CredentialReport::of(step, about.policy, deeds)).collect(),
            synchronization: plan
                .step(&Subject::Synchronization)
                .map(|step| SynchronizationReport::of(step, about.policy, deeds)),
            guards: plan.steps.iter().flat_map(|step| decision::trips(step, deeds)).collect(),
            earlier: seen.earlier.clone(),
            speed: about.occasion.claims().and_then(|claims| SpeedReport::of(claims, seen)),
            not_looked_at: zone.synchronization().is_none().then(sync).into_iter().collect(),
            ..Self::without_look(about, memory, String::new())
        }
    }
}

/// What started a run.
#[derive(Clone, Debug, Serialize)]
pub struct TriggerReport {
    /// `schedule`, `incident` or `restore`.
    pub kind: Kind,
    /// The schedule's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The time for which it was meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The incident; of several the worst.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// All that the event says.
    #[serde(flatten)]
    pub claims: ClaimsReport,
    /// When the event came in.
    pub accepted: Timestamp,
    /// How far that is from the time for which it was meant, in words; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub punctuality: Option<String>,
}

impl TriggerReport {
    /// Of what the event claims, what decisions rest on: the occasion has it, without what is too old and what is our own.
    fn of(about: About<'_>) -> Self {
        let About { trigger, occasion, .. } = about;
        let worst = occasion.incidents().first().map(|asked| &asked.incident);
        let (schedule, due) = match &trigger.cause {
            Cause::Schedule(schedule) => (schedule.name.as_deref().map(shown), schedule.due),
            Cause::Incident(_) | Cause::Restore(_) => (None, worst.and_then(|incident| incident.at)),
        };
        Self {
            kind: trigger.cause.kind(),
            schedule,
            due,
            incident: worst.map(|incident| incident.id.to_string()),
            claims: occasion.claims().map(ClaimsReport::of).unwrap_or_default(),
            accepted: trigger.accepted,
            punctuality: due.map(|due| punctuality(due, trigger.accepted)),
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
fn shown(text: &str) -> String {
    json::visible(text).take(256).collect()
}

/// What was believed of the past, and what that means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemoryReport {
    /// How much was believed.
    pub state: Believed,
    /// What follows, for a person.
    pub means: String,
    /// When a scheduled run last looked before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
}

/// How much of the past is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Believed {
    /// Nothing.
    None,
    /// What the event's cursor says; what this run learns may be lost.
    Event,
    /// What the register says.
    Register,
}

impl Believed {
    /// The same in one word.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Event => "event",
            Self::Register => "register",
        }
    }
}

/// Something that was not looked at.
#[derive(Clone, Debug, Serialize)]
pub struct NotLookedAt {
    /// What.
    pub what: &'static str,
    /// Why not.
    pub why: String,
}
