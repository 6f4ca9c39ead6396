//! From what the sources' readers make of a body to what each account has to answer. Pure.
//!
//! Each incident is matched by rules as the event that it would have come in alone: of a batch, the one record; of a list
//! inside an envelope, the envelope around that one. So a pattern that was written for the bus means the same here, and a
//! rule that one record asks is not asked by its neighbours.
//!
//! A key that a voucher created is vouched for, for every account: only the one whose zone has the key remembers it. An
//! all-clear is for whoever remembers its incident.

use std::collections::BTreeSet;

use serde_json::Value;

use super::claims::{AllClear, Asked, Call, Claims, Vouched};
use super::fields::Fields;
use super::refused::Declined;
use super::sources::{self, Change, Changed, Event, Said, Untold};
use super::{Incident, Refused, why_not_ours};
use crate::policy::{Match, On, Policy, RuleId};
use crate::time::Timestamp;
use crate::zone::AccountName;

pub(super) mod reasons;
#[cfg(test)]
mod tests;

use reasons::Reason;

/// The most records that one envelope may hold: each is matched with the envelope around it.
const MOST_IN_ONE: usize = 100;

/// One thing that was said.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// It is for the accounts for which it asks a rule, at least one.
    Incident {
        incident: Incident,
        call: Option<Call>,
        /// Each with the accounts for which it is asked, at least one.
        rules: Vec<(RuleId, BTreeSet<AccountName>)>,
    },
    /// It is for every account.
    Vouched(Vouched),
    /// It is for every account.
    CalledOff(AllClear),
}

/// What this tool's own incident event says to the account that it is about; `None` if no rule of the policy is asked.
pub(super) fn own(incident: Incident, event: &Value, account: &AccountName, policy: &Policy) -> Option<Piece> {
    let on_incidents = policy.rules().rules.iter().filter(|rule| rule.on == On::Incident).map(|rule| rule.id.clone());
    let concerns = |found: &Match<'_>| found.accounts.as_ref().is_ok_and(|to| to.contains(&account));
    let by_pattern = policy.rules().matching(event).into_iter().filter(concerns).map(|found| found.rule.id.clone());
    let to = BTreeSet::from([account.clone()]);
    let rules: Vec<_> = on_incidents.chain(by_pattern).map(|rule| (rule, to.clone())).collect();
    (!rules.is_empty()).then_some(Piece::Incident { incident, call: None, rules })
}

/// What a body of another says, at least one thing, and why nothing comes of the rest, if there is any.
pub(super) fn hear(event: &Fields<'_>, policy: &Policy) -> Result<(Vec<Piece>, Option<String>), Declined> {
    let body = Value::Object(event.body().clone());
    let (mut pieces, mut reasons) = (Vec::new(), Vec::new());
    let told = sources::each(&body, MOST_IN_ONE, &mut |said, event| match piece(said, event, policy) {
        Ok(piece) => pieces.push(piece),
        Err(why) => reasons.extend(why),
    });
    told.map_err(|untold| match untold {
        Untold::Foreign => Declined::NotOurs(why_not_ours(event)),
        Untold::TooMany(count) => {
            let why = format!("{count} records stand in one envelope, and at most {MOST_IN_ONE} are read");
            Refused::unseen(event.place("detail"), why, "send them in parts, or without the envelope").into()
        }
    })?;
    let rest = (!reasons.is_empty()).then(|| reasons::in_words(&reasons));
    if pieces.is_empty() { Err(Declined::NotOurs(rest.unwrap_or_default())) } else { Ok((pieces, rest)) }
}

/// The newest of the times by which the age of what a body of another says is judged.
pub(super) fn newest(event: &Fields<'_>) -> Option<Timestamp> {
    let mut newest = None;
    sources::each(&Value::Object(event.body().clone()), MOST_IN_ONE, &mut |said, _| newest = newest.max(said.latest()))
        .ok()?;
    newest
}

fn piece(said: Said, event: Event<'_>, policy: &Policy) -> Result<Piece, Vec<Reason>> {
    match said {
        Said::Nothing(why) => Err(vec![Reason::Other(why)]),
        Said::Incident(incident) => {
            let told = format!("{} reports {}", incident.source.as_str(), incident.kind);
            asking(incident, None, told, event, policy)
        }
        Said::AllClear { incident, at } => Ok(Piece::CalledOff(AllClear { incident, at })),
        Said::Changed(change) => changed(change, event, policy),
    }
}

/// A key was created, or switched on: by a voucher, or by somebody else.
fn changed(change: Change, event: Event<'_>, policy: &Policy) -> Result<Piece, Vec<Reason>> {
    let told = change.in_words();
    let other = |why: String| Err(vec![Reason::Other(why)]);
    let key = change.key().cloned();
    let Change { incident, what, by, request } = change;
    match (by.voucher(&policy.rules().vouchers), what, key) {
        (Some(by), Changed::Created, Some(credential)) => {
            Ok(Piece::Vouched(Vouched { credential, by, at: incident.at }))
        }
        (Some(_), Changed::Created, None) => {
            other(format!("{told} by a voucher, but the record does not name the key"))
        }
        (Some(_), Changed::Enabled, _) => other(format!("{told} by a voucher")),
        // This program creates none: if its own API secret has, somebody else has the secret.
        (None, Changed::Created, _) => asking(incident, None, told, event, policy),
        (None, Changed::Enabled, _) => asking(incident, Some(Call { request, secret: by.secret }), told, event, policy),
    }
}

/// It is for the accounts whose rules it asks.
fn asking(
    incident: Incident,
    call: Option<Call>,
    told: String,
    event: Event<'_>,
    policy: &Policy,
) -> Result<Piece, Vec<Reason>> {
    let (mut rules, mut reasons) = (Vec::new(), Vec::new());
    let event = event.alone();
    for Match { rule, accounts } in policy.rules().matching(&event) {
        let rule = rule.id.clone();
        match accounts {
            Ok(accounts) => rules.push((rule, accounts.into_iter().cloned().collect())),
            Err(why) => reasons.push(Reason::Other(format!("{told}: the rule {rule} is asked, but {why}"))),
        }
    }
    match (rules.is_empty(), reasons.is_empty()) {
        (false, _) => Ok(Piece::Incident { incident, call, rules }),
        (true, false) => Err(reasons),
        (true, true) => Err(vec![Reason::Unasked(told)]),
    }
}

impl Piece {
    /// Is it for this account?
    pub(super) fn is_for(&self, account: &AccountName) -> bool {
        match self {
            Self::Incident { rules, .. } => rules.iter().any(|(_, to)| to.contains(account)),
            Self::Vouched(_) | Self::CalledOff(_) => true,
        }
    }

    /// What tells it from others.
    pub(super) fn key(&self) -> String {
        match self {
            // What its source says anew is another event.
            Self::Incident { incident, .. } => {
                incident.dated().map_or(incident.id.clone(), |of| incident.id.again(of)).to_string()
            }
            Self::Vouched(vouched) => format!("vouched {}", vouched.credential),
            Self::CalledOff(clear) => format!("clear {}", clear.incident),
        }
    }
}

/// What these say to one account; `rest` is why nothing comes of what else the event says.
pub(super) fn claims_on(account: &AccountName, pieces: &[Piece], rest: Option<&str>) -> Claims {
    let mut claims = Claims { not_answered: rest.map(str::to_owned), ..Claims::default() };
    for piece in pieces.iter().filter(|piece| piece.is_for(account)) {
        match piece {
            Piece::Incident { incident, call, rules } => {
                let rules = rules.iter().filter(|(_, to)| to.contains(account)).map(|(rule, _)| rule.clone());
                let (incident, call) = (incident.clone(), call.clone());
                claims.incidents.push(Asked { incident, rules: rules.collect(), call });
            }
            Piece::Vouched(vouched) => claims.vouched.push(vouched.clone()),
            Piece::CalledOff(clear) => claims.called_off.push(clear.clone()),
        }
    }
    claims
}
