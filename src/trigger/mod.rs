//! From the bytes of an event to a [`Trigger`]: what started the run, for which account, and under which run id.
//!
//! One file per source. The raw event goes no further than this room. An event never names an endpoint, a zone or an
//! action; it may name an account, and only one that the policy already has. Somebody else's event is
//! [`Arrival::NotOurs`], a success; one that claims to be ours and is malformed is [`Refused`]. Pure.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::json;
use crate::policy::{Account, Policy, Problem};
use crate::time::Timestamp;
use crate::zone::{AccountName, CredentialId, id};

mod native;
mod scheduled;
#[cfg(test)]
mod tests;

/// The longest event that is read, in bytes. A scheduled event has under 1 KiB.
pub const MAX_EVENT: usize = 256 * 1024;

/// What an event turns out to be.
#[derive(Debug)]
pub enum Arrival {
    /// One account's run, outside of a loop.
    Bare {
        /// What started it.
        trigger: Trigger,
        /// The sealed cursor that the event brought.
        cursor: Option<String>,
    },
    /// One hop of an execution of the loop.
    Hop(Box<Hop>),
    /// The loop asks which accounts the event concerns; at least one.
    Resolve(Vec<AccountName>),
    /// It concerns all of these accounts; one invocation serves one, so the caller sends one event for each.
    FanOut(Vec<AccountName>),
    /// Somebody else's event.
    NotOurs {
        /// How that was seen.
        why: String,
    },
}

/// One hop of an execution of the loop: what the loop read and kept for us (`docs/protocol.md` §4).
#[derive(Clone, Debug)]
pub struct Hop {
    /// What started the execution.
    pub trigger: Trigger,
    /// This execution, told apart from all others.
    pub execution: Execution,
    /// The account's memory, as the loop read it just now.
    pub register: Register,
    /// The sealed cursor of this execution's own last answer.
    pub ours: Option<String>,
    /// The notices that people were given since a settle last succeeded, by their ids.
    pub accepted: BTreeSet<String>,
}

/// The newest generation of an account's register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Register {
    /// There is none yet.
    Absent,
    /// The loop could not read it.
    Unreadable(String),
    /// This one.
    Newest {
        /// Its number.
        generation: u64,
        /// What it holds, sealed.
        cursor: String,
    },
}

id!(
    /// The unique name of one execution of the loop.
    Execution,
    "1 to 200 visible ASCII characters",
    |text| (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
);

/// What started a run.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The run's name in logs and reports.
    pub run: RunId,
    /// The account that it serves, as the policy has it.
    pub account: Account,
    /// When the event came in.
    pub accepted: Timestamp,
    /// What happened.
    pub cause: Cause,
}

/// What happened that a run should start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A schedule's time has come.
    Schedule(Schedule),
    /// Something was seen that a key may have to go off for.
    Incident(Incident),
    /// A person wants a key back that a run switched off.
    Restore(Restore),
}

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Tells it from all others; a second report of the same thing has the same.
    pub id: IncidentId,
    /// When it happened, as far as is known.
    pub at: Option<Timestamp>,
    /// The keys that it names.
    pub implicated: BTreeSet<CredentialId>,
}

id!(
    /// The name of an incident.
    IncidentId,
    "1 to 200 visible ASCII characters",
    |text| (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
);

/// What a run leaves for every key that it switches off: the one thing that the key can be switched on again with, once.
/// Whoever holds it, sealed, may have the key back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The account.
    pub account: AccountName,
    /// The key.
    pub credential: CredentialId,
    /// The run that switched it off.
    pub run: RunId,
    /// The incident for which that was, if it was for one.
    pub incident: Option<IncidentId>,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// The wish to have a key back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// The sealed receipt of the disable.
    pub receipt: String,
}

/// A schedule's tick. It has no greatest age: a late one still runs, and the report says how late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The schedule's own name, usually an ARN.
    pub name: Option<String>,
    /// The time for which it was meant.
    pub due: Option<Timestamp>,
}

/// The name of a run: the same event for the same account gives the same one, so a redelivery can be recognised.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// A hash of what started the run, for which account, and of what tells this start from others.
    fn of(kind: &str, account: &AccountName, key: &str) -> Self {
        let digest = Sha256::digest(format!("{kind}\n{account}\n{key}"));
        Self(digest[..8].iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// 16 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An event that claims to be ours and cannot be read. Sending it again does not help.
///
/// Its text goes into logs, so it shows of the event the beginning of a value of a field that this tool knows, and the
/// beginnings of the keys on the way to what is wrong; nothing else.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub Problem);

impl Refused {
    fn new(path: impl Into<String>, value: &Value, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        let value = json::excerpt(value);
        Self(Problem { path: path.into(), value, why: why.into(), remedy: remedy.into() })
    }

    /// Without what was found.
    fn unseen(path: impl Into<String>, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self(Problem { path: path.into(), value: String::new(), why: why.into(), remedy: remedy.into() })
    }
}

/// What a source's reader makes of an event that is its own.
struct Tick {
    schedule: Schedule,
    account: Option<AccountName>,
}

/// Reads one event that came in at `now`.
pub fn read(event: &[u8], policy: &Policy, now: Timestamp) -> Result<Arrival, Refused> {
    let body = parse(event)?;
    let tick = if native::claims(&body) {
        native::read(&body)?
    } else if scheduled::claims(&body) {
        scheduled::read(&body)?
    } else {
        return Ok(Arrival::NotOurs { why: whose(&body) });
    };
    let account = match (tick.account, policy.accounts()) {
        (Some(named), _) => named_account(&named, policy)?,
        (None, [only]) => only,
        (None, several) => return Ok(Arrival::FanOut(several.iter().map(|account| account.name.clone()).collect())),
    };
    let key = match (&tick.schedule.name, tick.schedule.due) {
        (Some(name), Some(due)) => format!("{name}\n{due}"),
        _ => Value::Object(body).to_string(),
    };
    let run = RunId::of("schedule", &account.name, &key);
    let trigger = Trigger { run, account: account.clone(), accepted: now, cause: Cause::Schedule(tick.schedule) };
    Ok(Arrival::Bare { trigger, cursor: None })
}

fn parse(event: &[u8]) -> Result<Map<String, Value>, Refused> {
    const REMEDY: &str = "send one JSON object: a scheduled event, or this tool's own event (see README, Events)";
    if event.len() > MAX_EVENT {
        let size = Value::from(format!("{} bytes", event.len()));
        return Err(Refused::new("$", &size, format!("an event has at most {MAX_EVENT} bytes"), REMEDY));
    }
    match json::parse(event) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(Refused::unseen("$", "an event is a JSON object", REMEDY)),
        Err(malformed) => Err(Refused::unseen(malformed.path, malformed.why, REMEDY)),
    }
}

fn named_account<'a>(name: &AccountName, policy: &'a Policy) -> Result<&'a Account, Refused> {
    policy.account(name).ok_or_else(|| {
        let names: Vec<&str> = policy.accounts().iter().map(|account| account.name.as_str()).collect();
        let remedy = format!("name one that the policy has: {}", names.join(", "));
        Refused::new("$.account", &Value::from(name.as_str()), "the policy has no account of this name", remedy)
    })
}

fn whose(body: &Map<String, Value>) -> String {
    match (body.get("source"), body.get("detail-type")) {
        (None, _) => "the event has no \"source\"".to_owned(),
        (Some(_), None) if scheduled::is_from_a_scheduler(body) => "the event has no \"detail-type\"".to_owned(),
        (Some(_), Some(kind)) if scheduled::is_from_a_scheduler(body) => {
            format!("detail-type {} is not \"Scheduled Event\"", json::excerpt(kind))
        }
        (Some(source), _) => format!("source not supported: {}", json::excerpt(source)),
    }
}

/// The text at `key`; `Ok(None)` if there is none.
fn text<'a>(body: &'a Map<String, Value>, key: &str, remedy: &str) -> Result<Option<&'a str>, Refused> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Refused::new(json::member("$", key), other, "this must be a text", remedy)),
    }
}

/// The RFC 3339 time at `key`; `Ok(None)` if there is none.
fn instant(body: &Map<String, Value>, key: &str) -> Result<Option<Timestamp>, Refused> {
    const REMEDY: &str = "write it as RFC 3339 does: 2026-11-24T06:00:00Z";
    let Some(written) = text(body, key, REMEDY)? else { return Ok(None) };
    let read = Timestamp::parse_rfc3339(written);
    let refused = || Refused::new(json::member("$", key), &Value::from(written), "this is not a time", REMEDY);
    read.map(Some).ok_or_else(refused)
}
