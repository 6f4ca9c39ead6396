//! Our own event: what a schedule with its own input, a person on a laptop, or the fan-out of a caller sends.
//!
//! ```json
//! { "source": "scim-key-lifecycle", "kind": "schedule",
//!   "schedule": "arn:aws:scheduler:…", "time": "2026-11-24T06:00:00Z", "account": "acme" }
//! ```
//!
//! `source` and `kind` are needed. With `schedule` and `time` a redelivery has the same run id. `account` names one
//! of the policy's accounts.

use serde_json::{Map, Value};

use super::{Refused, Schedule, Tick, instant, text};
use crate::json;
use crate::zone::AccountName;

const SOURCE: &str = "scim-key-lifecycle";
const FIELDS: [&str; 5] = ["source", "kind", "schedule", "time", "account"];

/// Is this one of ours?
pub(super) fn claims(body: &Map<String, Value>) -> bool {
    body.get("source").and_then(Value::as_str) == Some(SOURCE)
}

/// Reads it; every field that it does not know is an error, so that a misspelt one is not silently without effect.
pub(super) fn read(body: &Map<String, Value>) -> Result<Tick, Refused> {
    if let Some(key) = body.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        let remedy = format!("leave it out; the fields are {}", FIELDS.join(", "));
        return Err(Refused::unseen(json::member("$", key), "this field is not known", remedy));
    }
    const KIND: &str = "say what the event is: \"kind\": \"schedule\"";
    match text(body, "kind", KIND)? {
        Some("schedule") => {}
        Some(other) => return Err(Refused::new("$.kind", &Value::from(other), "this kind is not known", KIND)),
        None => return Err(Refused::unseen("$.kind", "this is missing", KIND)),
    }
    let name = text(body, "schedule", "give the schedule's name or ARN, or leave it out")?;
    let schedule = Schedule { name: name.map(str::to_owned), due: instant(body, "time")? };
    Ok(Tick { schedule, account: account(body)? })
}

fn account(body: &Map<String, Value>) -> Result<Option<AccountName>, Refused> {
    const REMEDY: &str = "name one of the policy's accounts, or leave it out";
    let Some(name) = text(body, "account", REMEDY)? else { return Ok(None) };
    let refused =
        |shape| Refused::new("$.account", &Value::from(name), format!("an account's name is {shape}"), REMEDY);
    AccountName::parse(name).map(Some).map_err(|wrong| refused(wrong.expected))
}
