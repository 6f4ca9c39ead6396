//! `scim-keys restore`: the way back from a disable. It finds the receipt in what the run printed, and plays the loop with
//! it, or prints the event that does.

use std::error::Error;
use std::process::ExitCode;

use scim_key_lifecycle::cursor::Type;
use scim_key_lifecycle::trigger::{IncidentId, Receipt, SOURCE};
use serde_json::{Deserializer, Value, json};

use super::cli::Restore;
use super::{cursor, invoke, print, register, run};

pub(super) async fn restore(asked: &Restore) -> Result<ExitCode, Box<dyn Error>> {
    let content = invoke::text(&asked.receipt)?;
    let Found { token, receipt } = the_one(found(&content)?, asked.credential.as_deref())?;
    let Receipt { account, subject, disabled, incidents, expires, .. } = receipt;
    let event = json!({ "source": SOURCE, "kind": "restore", "receipt": token, "account": account });
    let Some(kept) = &asked.register else {
        let incidents: Vec<&str> = incidents.iter().map(IncidentId::as_str).collect();
        let ends = if incidents.is_empty() { String::new() } else { format!(", ends {}", incidents.join(" and ")) };
        eprintln!(
            "scim-keys: this wants {subject} of {account} back, which was switched off at {disabled}{ends}, and is good until \
             {expires}. Start the state machine of the schedule (the stack's LoopArn) with it; whoever else has it can do so too."
        );
        print::out(&format!("{event}\n"))?;
        return Ok(ExitCode::SUCCESS);
    };
    register::check_used(kept)?;
    run::play(run::Purpose::Restore, &event, kept, &asked.place).await
}

/// A sealed receipt, and what it says. Whether it is good, the function asks.
struct Found {
    token: String,
    receipt: Receipt,
}

/// All receipts in a file: one alone, with what stands beside it in an answer or without, or those of the answers in it.
fn found(content: &str) -> Result<Vec<Found>, Box<dyn Error>> {
    let text = content.trim();
    let mut tokens = Vec::new();
    if text.starts_with(['{', '[']) {
        for answer in Deserializer::from_str(text).into_iter::<Value>() {
            let answer =
                answer.map_err(|error| format!("this is no answer: {error}; give the file as it was printed"))?;
            collect(&answer, &mut tokens);
        }
    } else {
        tokens.push(text.to_owned());
    }
    tokens.into_iter().map(read).collect()
}

/// Puts the receipts of every answer in a value there, however deep: an execution's history has one for each hop.
fn collect(value: &Value, tokens: &mut Vec<String>) {
    match value {
        Value::Object(fields) => match (fields.get("credential"), fields.get("token")) {
            (Some(_), Some(Value::String(token))) => tokens.push(token.clone()),
            _ => fields.values().for_each(|field| collect(field, tokens)),
        },
        Value::Array(items) => items.iter().for_each(|item| collect(item, tokens)),
        _ => {}
    }
}

fn read(token: String) -> Result<Found, Box<dyn Error>> {
    let (_, payload) = cursor::peek(&token, Type::Receipt, "receipt")?;
    // What serde says could quote the payload, which is anybody's text.
    let receipt =
        serde_json::from_slice(&payload).map_err(|_| "this is no receipt: its fields are not those of one")?;
    Ok(Found { token, receipt })
}

/// The receipt that is meant. Of several for one subject the newest: only the last disable can be taken back, and only with
/// a receipt that names every incident which has come since.
fn the_one(mut found: Vec<Found>, credential: Option<&str>) -> Result<Found, Box<dyn Error>> {
    const NONE: &str = "there is no receipt in it: only an answer of a loop that switched something off has one, since a \
                        disable that nobody remembers cannot be taken back: enable the key in the console";
    if found.is_empty() {
        return Err(NONE.into());
    }
    let mut keys: Vec<String> = found.iter().map(|one| one.receipt.subject.as_str().to_owned()).collect();
    keys.sort();
    keys.dedup();
    match credential {
        Some(id) => found.retain(|one| one.receipt.subject.as_str() == id),
        None if keys.len() > 1 => {
            return Err(format!("it has receipts for {}: name one with --credential", keys.join(" and ")).into());
        }
        None => {}
    }
    let newest = found.into_iter().max_by_key(|one| (one.receipt.disabled, one.receipt.expires));
    newest.ok_or_else(|| {
        let keys = keys.join(" and ");
        format!("it has no receipt for {}, but for {keys}", credential.unwrap_or_default()).into()
    })
}
