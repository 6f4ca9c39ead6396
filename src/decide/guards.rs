//! What holds an action back. Guards never add one, and no mode switches them off.
//!
//! This room alone makes a [`Cleared`] action, and nothing else may be carried out.

use serde::Serialize;

use super::keys::View;
use super::rules::{Superseding, holds};
use crate::policy::{Guard, Rule, RuleId, Successor};
use crate::time::Truth;
use crate::zone::{Credential, CredentialId};

/// A disable that every guard let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared {
    credential: CredentialId,
    rule: RuleId,
    must_stay: Option<Successor>,
    worked: Truth,
}

impl Cleared {
    /// The key to switch off.
    pub fn credential(&self) -> &CredentialId {
        &self.credential
    }

    /// The rule that wants it.
    pub fn rule(&self) -> &RuleId {
        &self.rule
    }

    /// Which keys may count as the one that must stay on; `None` if the rule waives that.
    pub fn must_stay(&self) -> Option<Successor> {
        self.must_stay
    }

    /// Did the key work when this was decided?
    pub fn worked(&self) -> Truth {
        self.worked
    }

    /// Is it to be switched on again, should it turn out to have been the last good key? Only a key that surely worked.
    pub fn may_be_undone(&self) -> bool {
        self.must_stay.is_some() && self.worked == Truth::Yes
    }
}

/// One guard that holds an action back, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trip {
    /// Which guard.
    pub guard: Guard,
    /// Why, for a person.
    pub why: String,
}

/// Asks every guard whether `rule` may switch `key` off while the keys in `gone` are going off as well.
pub(super) fn clear(
    rule: &Rule,
    key: &Credential,
    view: View<'_>,
    gone: &[&CredentialId],
) -> Result<Cleared, Vec<Trip>> {
    let trips: Vec<Trip> = [protected(rule, key, view), vouched(rule, key, view), keep_one(rule, key, view, gone)]
        .into_iter()
        .flatten()
        .collect();
    if !trips.is_empty() {
        return Err(trips);
    }
    Ok(Cleared {
        credential: key.id.clone(),
        rule: rule.id.clone(),
        must_stay: (!rule.waives.contains(&Guard::KeepOne)).then_some(rule.successor),
        worked: view.works(key),
    })
}

fn protected(rule: &Rule, key: &Credential, view: View<'_>) -> Option<Trip> {
    if rule.waives.contains(&Guard::Protected) {
        return None;
    }
    let entry = view.rules.protect.iter().find(|entry| entry.credential == key.id && entry.holds_at(view.now))?;
    let why = format!("the policy protects it until the end of {} (UTC): {}", entry.until, entry.reason);
    Some(Trip { guard: Guard::Protected, why })
}

fn vouched(rule: &Rule, key: &Credential, view: View<'_>) -> Option<Trip> {
    if rule.successor == Successor::Any || holds(&rule.when, key, view, Superseding::Vouched) == Truth::Yes {
        return None;
    }
    let younger: Vec<&str> =
        view.younger(key).filter(|other| !view.vouched(other)).map(|other| other.id.as_str()).collect();
    let why = format!("nobody vouches for its successor {}: it may be a thief's", younger.join(", "));
    Some(Trip { guard: Guard::Vouched, why })
}

fn keep_one(rule: &Rule, key: &Credential, view: View<'_>, gone: &[&CredentialId]) -> Option<Trip> {
    let waived = rule.waives.contains(&Guard::KeepOne);
    if waived || view.works(key) == Truth::No {
        return None;
    }
    let mut going = gone.to_vec();
    going.push(&key.id);
    if view.good_key_beside(rule.successor, &going) {
        return None;
    }
    let others: Vec<String> = view
        .zone
        .credentials()
        .iter()
        .filter(|other| other.id != key.id)
        .map(|other| format!("{} {}", other.id, unfit(other, view, gone)))
        .collect();
    let others = if others.is_empty() { "it is the only key".to_owned() } else { others.join(", ") };
    Some(Trip { guard: Guard::KeepOne, why: format!("it may be working and no good key would stay on: {others}") })
}

/// Why this key does not count as the good one that stays on.
fn unfit(key: &Credential, view: View<'_>, gone: &[&CredentialId]) -> &'static str {
    match view.works(key) {
        _ if gone.contains(&&key.id) => "goes off as well",
        Truth::No => "does not work",
        Truth::Unknown => "may not work",
        Truth::Yes => "is vouched for by nobody",
    }
}
