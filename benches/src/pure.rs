//! Inputs for what computes and touches nothing: a policy, a zone and a memory of any size.

use std::error::Error;

use scim_key_lifecycle::cursor::{Cursor, Keys, VERSION};
use scim_key_lifecycle::memory::{Fact, Memory};
use scim_key_lifecycle::policy::{Policy, Rule};
use scim_key_lifecycle::time::{CloudTime, Timestamp};
use scim_key_lifecycle::zone::{AccountName, Credential, CredentialId, ReportedStatus, Snapshot, ZoneId};
use serde_json::{Value, json};

/// The zone of every input.
pub const ZONE: &str = "z-acme0demo001";

/// The instant at which every decision is made: 2026-11-24T06:00:00Z.
pub const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_500_000);

/// A policy with so many rules: half of them warn three times and then disable what is old, and half warn. None is through
/// with its warnings, so every rule is weighed to its end.
///
/// # Errors
/// If the policy is refused, as one with more than a hundred rules is.
pub fn policy(rules: usize) -> Result<Policy, Box<dyn Error>> {
    let rule = |number: usize| {
        let when = json!({ "all": [{ "status": "Enabled" }, { "older_than": format!("{}d", 30 + number) }] });
        if number.is_multiple_of(2) {
            let warn_before = ["30d", "7d", "1d"];
            json!({ "id": format!("rule-{number}"), "on": "schedule", "when": when, "then": "disable",
                    "successor": "any", "warn_before": warn_before })
        } else {
            json!({ "id": format!("rule-{number}"), "on": "schedule", "when": when, "then": "warn" })
        }
    };
    let document = json!({
        "version": 1, "mode": "enforce",
        "accounts": [{ "name": "acme", "site": "intl", "zone": ZONE, "secret": "env" }],
        "rules": (0..rules).map(rule).collect::<Vec<Value>>(),
    });
    Policy::parse(document.to_string().as_bytes()).map_err(|problems| format!("{problems:?}").into())
}

/// The id of one of the keys.
///
/// # Errors
/// If there are more than an id has room for.
pub fn key(number: usize) -> Result<CredentialId, Box<dyn Error>> {
    CredentialId::parse(&format!("scimcred-bench{number:07}")).map_err(|wrong| wrong.to_string().into())
}

/// A zone with so many keys, all of them on and old.
///
/// # Errors
/// If that is more keys than are looked at.
pub fn zone(keys: usize) -> Result<Snapshot, Box<dyn Error>> {
    let zone = ZoneId::parse(ZONE).map_err(|wrong| wrong.to_string())?;
    let time = |text: &str| CloudTime::parse(text).ok_or("a time");
    let credentials = (0..keys).map(|number| {
        Ok(Credential {
            id: key(number)?,
            zone: zone.clone(),
            status: ReportedStatus::read("Enabled"),
            kind: "Bearer".to_owned(),
            created: time(&format!("2026-01-0{} 12:00:00", 1 + number))?,
            expires: time(&format!("2027-01-0{} 12:00:00", 1 + number))?,
        })
    });
    let credentials: Vec<Credential> = credentials.collect::<Result<_, Box<dyn Error>>>()?;
    Ok(Snapshot::whole(zone, NOW, i64::try_from(keys)?, credentials).map_err(|wrong| wrong.to_string())?)
}

/// A memory with so many facts: warnings of each rule and each key, the newest of which are the policy's own.
///
/// # Errors
/// If there are more keys than ids.
pub fn memory(facts: usize, rules: &[Rule], keys: usize) -> Result<Memory, Box<dyn Error>> {
    let mut memory = Memory::default();
    for number in 0..facts {
        let rule = &rules[number % rules.len()];
        let at = NOW.minus(std::time::Duration::from_secs(600 * (number as u64 + 1)));
        let credential = key(number / rules.len() % keys)?;
        let step = u8::try_from(number % 3)?;
        let warned =
            Fact::Warned { credential, rule: rule.id.clone(), fingerprint: rule.fingerprint, step, looked: at };
        memory.learn(at, warned);
    }
    Ok(memory)
}

/// A cursor that holds this memory.
///
/// # Errors
/// None that a caller could cause.
pub fn cursor(facts: Memory) -> Result<Cursor, Box<dyn Error>> {
    let account = AccountName::parse("acme").map_err(|wrong| wrong.to_string())?;
    Ok(Cursor { version: VERSION, account, generation: 7, as_of: Some(NOW), facts, run: None })
}

/// A key for cursors that opens nothing else.
///
/// # Errors
/// None that a caller could cause.
pub fn cursor_keys() -> Result<Keys, Box<dyn Error>> {
    Ok(Keys::parse(&"made-up-key-of-a-bench-0123456789".into())?)
}
