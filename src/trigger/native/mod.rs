//! Our own events, told by `"source": "scim-key-lifecycle"`; `kind` says which it is.
//!
//! `schedule`, `incident` and `restore` start a run, with the loop or without it. `resolve` and `hop` are what the loop
//! sends: each carries one of the others, or an event of another source, and nothing carries a second one of them.

use serde_json::Value;

use super::fields::Fields;
use super::{Happening, Refused};
use crate::policy::Policy;

pub(super) mod hop;
mod incident;
pub(super) mod resolve;
mod restore;
mod schedule;

/// The `source` of our own events.
pub const SOURCE: &str = "scim-key-lifecycle";
const KIND: &str = "say what the event is: \"kind\": \"schedule\", \"incident\" or \"restore\"";

/// Is this one of ours?
pub(super) fn is_native(event: &Fields<'_>) -> bool {
    event.body().get("source").and_then(Value::as_str) == Some(SOURCE)
}

/// What the loop sends around an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrapper {
    /// It asks which accounts the event concerns.
    Resolve,
    /// It sends one hop of the event's execution for one account.
    Hop,
}

impl Wrapper {
    /// The wrapper that this event is, if it is one.
    pub(super) fn of(event: &Fields<'_>) -> Option<Self> {
        match event.body().get("kind").and_then(Value::as_str).filter(|_| is_native(event)) {
            Some("resolve") => Some(Self::Resolve),
            Some("hop") => Some(Self::Hop),
            _ => None,
        }
    }
}

/// Reads one that starts a run.
pub(super) fn read(event: &Fields<'_>, policy: &Policy) -> Result<Happening, Refused> {
    if Wrapper::of(event).is_some() {
        let why = "an event that the loop sends cannot stand inside another";
        return Err(Refused::unseen(event.place("kind"), why, "put in the event that started the execution"));
    }
    match event.needed("kind", KIND, event.text("kind", KIND)?)? {
        "schedule" => schedule::read(event),
        "incident" => incident::read(event, policy),
        "restore" => restore::read(event),
        other => Err(Refused::new(event.place("kind"), &Value::from(other), "this kind is not known", KIND)),
    }
}
