//! Our own scheduled event: what a schedule with its own input, a person on a laptop, or the fan-out of a caller sends.
//!
//! ```json
//! { "source": "scim-key-lifecycle", "kind": "schedule",
//!   "schedule": "arn:aws:scheduler:…", "time": "2026-11-24T06:00:00Z", "account": "acme" }
//! ```
//!
//! `source` and `kind` are needed. With `schedule` and `time` a redelivery has the same run id. `account` names one
//! of the policy's accounts. `cursor` is the memory of an account for which no loop keeps one.

use crate::trigger::fields::Fields;
use crate::trigger::{Happening, Refused, Schedule, scheduled};

const FIELDS: [&str; 6] = ["source", "kind", "schedule", "time", "account", "cursor"];

/// Reads it.
pub(super) fn read(event: &Fields<'_>) -> Result<Happening, Refused> {
    event.only(&FIELDS)?;
    let name = event.text("schedule", "give the schedule's name or ARN, or leave it out")?;
    let schedule = Schedule { name: name.map(str::to_owned), due: event.instant("time")? };
    let (account, cursor) = (event.account()?, event.cursor()?);
    let key = scheduled::key(&schedule, event);
    Ok(Happening::Schedule { schedule, account, key, cursor })
}
