//! From the bytes of an event to an [`Arrival`]: what started the run, for which account, and under which run id; and
//! what the loop sends along.
//!
//! One file per source, and for our own events one per kind. The raw event goes no further than this room. An event
//! never names an endpoint, a zone or an action; it may name an account, and only one that the policy already has.
//! Somebody else's event, and one that nothing in the policy answers, is [`Arrival::NotOurs`], a success; one that claims
//! to be ours and is malformed is [`Refused`].
//!
//! Audit events and findings of others (`sources`) say several things at once. `hearing` asks the policy about each, and
//! sorts out what each account has to answer ([`Claims`]); that is one run for each account. How old it may be is judged
//! by the caller, who knows when the run was accepted. Pure.
//!
//! What one thing is called on its way from an event to a decision:
//!
//! ```text
//! record ──sources──▶ Said      what it says, of which the policy knows nothing yet
//!        ──hearing──▶ Piece     the same with the rules that it asks, and for which accounts
//!                     Happening all pieces of an event, and why nothing comes of the rest; or a schedule, or a restore
//!        ──account──▶ Asked     an incident and the rules of one account, in its Claims; that is the Cause of its run
//!        ──handler──▶ Occasion  the same (decide): without what was too old when the run was accepted; as memory has it
//!                                (what has come again, an all-clear that is outlived); without what this program did itself
//!                                (asked of whoever signs); and no more of it than one run deals with (once it has looked)
//! ```

use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use crate::json;
use crate::policy::{Account, Policy};
use crate::time::Timestamp;
use crate::zone::AccountName;
use fields::Fields;
use hearing::Piece;
use native::Wrapper;

mod arrival;
mod carrier;
mod cause;
mod fields;
mod claims;
mod hearing;
mod incident_id;
mod kind;
mod native;
mod refused;
mod run_id;
mod scheduled;
mod sources;
#[cfg(test)]
mod tests;

pub use arrival::{Arrival, ExecutionName, Hop, Register, Trigger};
pub use cause::{Cause, Evidence, Incident, Receipt, Restore, Schedule, Severity, Source, Text};
pub use claims::{AllClear, Asked, Call, Claims, Stale, Vouched, Whose};
pub use incident_id::IncidentId;
pub use kind::Kind;
pub use native::SOURCE;
use refused::Declined;
pub use refused::Refused;
pub use run_id::RunId;

/// The longest event that is read, in bytes. A scheduled event alone has under 1 KiB.
pub const MAX_EVENT: usize = 256 * 1024;

/// The most that the loop may send around an event, in bytes: two cursors, and the ids of notices.
const MAX_AROUND: usize = 256 * 1024;

/// Reads one event that came in at `now`.
pub fn read(event: &[u8], policy: &Policy, now: Timestamp) -> Result<Arrival, Refused> {
    let body = parse(event)?;
    let event = Fields::of(&body);
    let arrival = match Wrapper::of(&event) {
        Some(Wrapper::Resolve) => native::resolve::read(&event, policy),
        Some(Wrapper::Hop) => native::hop::read(&event, policy, now),
        None => bare(&event, policy, now),
    };
    arrival.or_else(|declined| match declined {
        Declined::NotOurs(why) => Ok(Arrival::NotOurs { why }),
        Declined::Refused(refused) => Err(refused),
    })
}

/// The newest of the times by which the age of what an event says is judged, as far as it tells, whether a rule asks about
/// it or not.
pub fn newest_time(event: &[u8]) -> Option<Timestamp> {
    let body = parse(event).ok()?;
    let outer = Fields::of(&body);
    let event = if Wrapper::of(&outer).is_some() { outer.event().ok()? } else { outer };
    if native::is_native(&event) || scheduled::is_scheduled(&event) {
        event.instant("time").ok()?
    } else {
        hearing::newest(&event)
    }
}

/// The object that these bytes are. What the loop sends around an event counts against neither of the event's bounds, its
/// length and its depth: what is read without the loop is read with it.
fn parse(event: &[u8]) -> Result<Map<String, Value>, Refused> {
    const REMEDY: &str = "send one JSON object: an event of a source or of this tool's own (see README, Events)";
    if event.len() > MAX_EVENT + MAX_AROUND {
        return Err(too_long("$", event.len()));
    }
    let body = match json::parse(event).or_else(|malformed| wrapped(event).ok_or(malformed)) {
        Ok(Value::Object(body)) => body,
        Ok(other) => return Err(carrier::no_object("$", &other, REMEDY)),
        Err(malformed) => return Err(Refused::unseen(malformed.path, malformed.why, REMEDY)),
    };
    if event.len() > MAX_EVENT {
        bounded(&body, event.len())?;
    }
    Ok(body)
}

/// An event in what the loop sends around it, and so one deeper.
fn wrapped(event: &[u8]) -> Option<Value> {
    let body = json::parse_to(event, json::MAX_DEPTH + 1).ok()?;
    Wrapper::of(&Fields::of(body.as_object()?)).map(|_| body)
}

/// Is it the loop that makes this so long? An event inside is as long as the loop writes it.
fn bounded(body: &Map<String, Value>, bytes: usize) -> Result<(), Refused> {
    let event = Wrapper::of(&Fields::of(body)).and_then(|_| body.get("event"));
    let (path, bytes) = event.map_or(("$", bytes), |event| ("$.event", event.to_string().len()));
    if bytes > MAX_EVENT { Err(too_long(path, bytes)) } else { Ok(()) }
}

fn too_long(path: &str, bytes: usize) -> Refused {
    let size = Value::from(format!("{bytes} bytes"));
    let why = format!("an event has at most {MAX_EVENT} bytes; nothing in it was acted on");
    let remedy = "send a batch in parts, each of its records as an event of its own; if a key may be in somebody else's \
                  hands, send this tool's own incident event now";
    Refused::new(path, &size, why, remedy)
}

/// An event that comes without the loop.
fn bare(event: &Fields<'_>, policy: &Policy, now: Timestamp) -> Result<Arrival, Declined> {
    let (happening, accounts) = happening(event, policy)?;
    Ok(match accounts.as_slice() {
        [only] => Arrival::Bare { trigger: Box::new(happening.trigger(only, now)), cursor: happening.cursor() },
        several => Arrival::FanOut(happening.kind(), names(several)),
    })
}

fn names(accounts: &[&Account]) -> Vec<AccountName> {
    accounts.iter().map(|account| account.name.clone()).collect()
}

/// What a source's reader makes of an event that is its own. A cursor that the event brings takes no part in the run id.
enum Happening {
    /// A schedule's tick. `account` is the one that it names, and `key` tells it from other ticks.
    Schedule { schedule: Schedule, account: Option<AccountName>, key: String, cursor: Option<String> },
    /// The wish to have something back.
    Restore { restore: Restore, account: Option<AccountName> },
    /// What differs from account to account. `rest` is why nothing comes of what else the event says.
    Said { pieces: Vec<Piece>, rest: Option<String>, cursor: Option<String> },
}

impl Happening {
    /// The run that it starts for one account.
    fn trigger(&self, account: &Account, now: Timestamp) -> Trigger {
        let (cause, key) = match self {
            Self::Schedule { schedule, key, .. } => (Cause::Schedule(schedule.clone()), key.clone()),
            Self::Restore { restore, .. } => {
                (Cause::Restore(restore.clone()), restore.receipt.expose_secret().to_owned())
            }
            Self::Said { pieces, rest, .. } => {
                let key = pieces.iter().map(Piece::key).collect::<Vec<_>>().join("\n");
                (Cause::Incident(hearing::claims_on(&account.name, pieces, rest.as_deref())), key)
            }
        };
        let run = RunId::of(self.kind().as_str(), &account.name, &key);
        Trigger { run, account: account.clone(), accepted: now, cause }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Schedule { .. } => Kind::Schedule,
            Self::Restore { .. } => Kind::Restore,
            Self::Said { .. } => Kind::Incident,
        }
    }

    /// The sealed cursor that the event brings.
    fn cursor(self) -> Option<String> {
        match self {
            Self::Schedule { cursor, .. } | Self::Said { cursor, .. } => cursor,
            Self::Restore { .. } => None,
        }
    }

    /// The accounts that it concerns, at least one: those to which it says something; else the one that it names, or the
    /// policy's only one. A schedule that names none concerns all.
    fn concerned<'p>(&self, event: &Fields<'_>, policy: &'p Policy) -> Result<Vec<&'p Account>, Refused> {
        let all = || policy.accounts().iter();
        match self {
            Self::Said { pieces, .. } => {
                Ok(all().filter(|account| pieces.iter().any(|piece| piece.is_for(&account.name))).collect())
            }
            Self::Schedule { account: None, .. } => Ok(all().collect()),
            Self::Schedule { account, .. } | Self::Restore { account, .. } => {
                Ok(vec![named_or_only(event, account.as_ref(), self.kind(), policy)?])
            }
        }
    }
}

/// Reads an event that starts runs, whether it came alone or inside one of the loop's; and the accounts that it concerns.
fn happening<'p>(event: &Fields<'_>, policy: &'p Policy) -> Result<(Happening, Vec<&'p Account>), Declined> {
    let happening = if native::is_native(event) {
        native::read(event, policy)?
    } else if scheduled::is_scheduled(event) {
        scheduled::read(event)?
    } else {
        carrier::refuse(event)?;
        let (pieces, rest) = hearing::hear(event, policy)?;
        Happening::Said { pieces, rest, cursor: None }
    };
    let accounts = happening.concerned(event, policy)?;
    Ok((happening, accounts))
}

/// The one account that one of our own events concerns: the one that it names, or the policy's only one. Nothing but a
/// schedule comes to all of them by saying nothing.
fn named_or_only<'p>(
    event: &Fields<'_>,
    name: Option<&AccountName>,
    kind: Kind,
    policy: &'p Policy,
) -> Result<&'p Account, Refused> {
    let names = || policy.accounts().iter().map(|account| account.name.as_str()).collect::<Vec<_>>().join(", ");
    let remedy = || format!("name one that the policy has: {}", names());
    let place = event.place("account");
    match (name, policy.accounts()) {
        (Some(name), _) => {
            let why = "the policy has no account of this name";
            policy.account(name).ok_or_else(|| Refused::new(place, &Value::from(name.as_str()), why, remedy()))
        }
        (None, [only]) => Ok(only),
        (None, _) => {
            let why = format!("the policy has several accounts, and this {} names none", kind.as_str());
            Err(Refused::unseen(place, why, remedy()))
        }
    }
}

/// Why it is not ours.
fn why_not_ours(event: &Fields<'_>) -> String {
    match (event.body().get("source"), event.body().get("detail-type")) {
        (None, _) => "the event has no \"source\"".to_owned(),
        (Some(_), None) if scheduled::is_from_a_scheduler(event) => "the event has no \"detail-type\"".to_owned(),
        (Some(_), Some(kind)) if scheduled::is_from_a_scheduler(event) => {
            format!("detail-type {} is not \"Scheduled Event\"", json::excerpt(kind))
        }
        (Some(source), _) => format!("source not supported: {}", json::excerpt(source)),
    }
}
