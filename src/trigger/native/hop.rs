//! One hop of an execution of the loop (`docs/protocol.md` §4).
//!
//! ```json
//! { "source": "scim-key-lifecycle", "kind": "hop", "account": "acme", "event": { "…": "the event, unchanged" },
//!   "execution": "unique name", "register": { "generation": 7, "cursor": "eyJ…" }, "ours": "eyJ…", "accepted": [],
//!   "until": "2026-11-24T06:30:00Z" }
//! ```
//!
//! `until` may be left out: by when the run must be through, if its caller waits for less than the run's own time.
//! `register` must be there: `null` says that there is none yet, which is not the same as to say nothing. The cursor
//! that the event itself may bring counts for nothing here. What the cursors hold, and whether they are ours, is not
//! judged in this room.

use serde_json::Value;

use crate::json;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::trigger::fields::Fields;
use crate::trigger::refused::Declined;
use crate::trigger::{Arrival, ExecutionName, Hop, Refused, Register, Trigger, happening};
use crate::zone::{AccountName, WrongShape};

const FIELDS: [&str; 9] = ["source", "kind", "account", "event", "execution", "register", "ours", "accepted", "until"];
/// The most notices that people can have been given since a settle last succeeded: far more than a run makes.
const MAX_ACCEPTED: usize = 1000;
/// The longest reason for an unreadable register that is kept, in characters.
const MAX_WHY: usize = 300;

const REGISTER: &str = "write null if there is none, {\"generation\": 7, \"cursor\": \"…\"} as the newest has it, or \
                        {\"unreadable\": \"why\"}";

/// Reads it. Its trigger is that of the event inside, for the account that the hop names.
pub(in crate::trigger) fn read(hop: &Fields<'_>, policy: &Policy, now: Timestamp) -> Result<Arrival, Declined> {
    const EXECUTION: &str = "give each execution, and each new try of a hop, a name of its own";
    const ACCEPTED: &str = "list the ids of the notices that were accepted, as the answers had them";
    hop.only(&FIELDS)?;
    let execution = hop.shaped("execution", "an execution's name", ExecutionName::parse, EXECUTION)?;
    let execution = hop.needed("execution", EXECUTION, execution)?;
    let account = hop.needed("account", "name the account that this hop is for", hop.account()?)?;
    let register = register(hop)?;
    let ours = hop.sealed("ours", "put in the `cursor` of this execution's last answer as it was, or null")?;
    let ours = ours.map(str::to_owned);
    let accepted = hop.texts("accepted", MAX_ACCEPTED, "a notice's id", notice_id, ACCEPTED)?.into_iter().collect();
    let until = hop.instant("until")?;
    let event = hop.event()?;
    let trigger = trigger(hop, &event, &account, policy, now)?;
    Ok(Arrival::Hop(Box::new(Hop { trigger, execution, register, ours, accepted, until })))
}

/// The trigger of the event inside.
fn trigger(
    hop: &Fields<'_>,
    event: &Fields<'_>,
    name: &AccountName,
    policy: &Policy,
    now: Timestamp,
) -> Result<Trigger, Declined> {
    let (happening, accounts) = happening(event, policy)?;
    if let Some(account) = accounts.iter().find(|account| account.name == *name) {
        return Ok(happening.trigger(account, now));
    }
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    let remedy = format!("name one that it concerns: {}", names.join(", "));
    let why = "the event does not concern this account";
    Err(Refused::new(hop.place("account"), &name.as_str().into(), why, remedy).into())
}

fn register(hop: &Fields<'_>) -> Result<Register, Refused> {
    if hop.present("register", REGISTER)?.is_null() {
        return Ok(Register::Absent);
    }
    let register = hop.object("register", REGISTER)?;
    if register.body().contains_key("unreadable") {
        register.only(&["unreadable"])?;
        let why = register.text("unreadable", REGISTER)?;
        let why = register.needed("unreadable", REGISTER, why)?;
        return Ok(Register::Unreadable(json::visible(why).take(MAX_WHY).collect()));
    }
    register.only(&["generation", "cursor"])?;
    let number = register.present("generation", REGISTER)?;
    let refused = |number: &Value| {
        Refused::new(register.place("generation"), number, "a generation is a whole number from 0", REGISTER)
    };
    let generation = number.as_u64().ok_or_else(|| refused(number))?;
    let cursor = register.needed("cursor", REGISTER, register.sealed("cursor", REGISTER)?)?.to_owned();
    Ok(Register::Newest { generation, cursor })
}

/// An id of a notice, which an earlier answer of ours made.
fn notice_id(text: &str) -> Result<String, WrongShape> {
    let fits = (1..=300).contains(&text.chars().count());
    fits.then(|| text.to_owned()).ok_or(WrongShape { expected: "1 to 300 characters" })
}

#[cfg(test)]
mod tests;
