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

use super::fields::Fields;
use super::heard::{AllClear, Asked, Call, Heard, Vouched};
use super::refused::Declined;
use super::sources::{self, Change, Changed, Event, Said, Untold};
use super::{Incident, Refused, whose};
use crate::policy::{Concerned, On, Policy, RuleId};
use crate::time::Timestamp;
use crate::zone::AccountName;

pub(super) mod reasons;
#[cfg(test)]
mod tests;

use reasons::Reason;

/// The most records that one envelope may hold: each is matched with the envelope around it.
const MOST_IN_ONE: usize = 100;

/// One thing that was said, and to which accounts.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    says: Says,
    to: BTreeSet<AccountName>,
}

#[derive(Clone, Debug)]
enum Says {
    /// With the rules that are asked for each account.
    Incident(Incident, Option<Call>, Vec<(RuleId, BTreeSet<AccountName>)>),
    Vouched(Vouched),
    CalledOff(AllClear),
}

/// What this tool's own incident event says to the account that it is about; `None` if no rule of the policy is asked.
pub(super) fn own(incident: Incident, event: &Value, account: &AccountName, policy: &Policy) -> Option<Piece> {
    let on_incidents = policy.rules().rules.iter().filter(|rule| rule.on == On::Incident).map(|rule| rule.id.clone());
    let concerns = |to: &Result<BTreeSet<AccountName>, String>| to.as_ref().is_ok_and(|to| to.contains(account));
    let by_pattern = asked_by(event, policy).into_iter().filter(|(_, to)| concerns(to)).map(|(rule, _)| rule);
    let to = BTreeSet::from([account.clone()]);
    let rules: Vec<_> = on_incidents.chain(by_pattern).map(|rule| (rule, to.clone())).collect();
    (!rules.is_empty()).then_some(Piece { says: Says::Incident(incident, None, rules), to })
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
        Untold::Foreign => Declined::NotOurs(whose(event)),
        Untold::TooMany(count) => {
            let why = format!("{count} records stand in one envelope, and at most {MOST_IN_ONE} are read");
            Refused::unseen(event.place("detail"), why, "send them in parts, or without the envelope").into()
        }
    })?;
    let rest = (!reasons.is_empty()).then(|| reasons::in_words(&reasons));
    if pieces.is_empty() { Err(Declined::NotOurs(rest.unwrap_or_default())) } else { Ok((pieces, rest)) }
}

/// When the newest of what a body of another says happened.
pub(super) fn newest(event: &Fields<'_>) -> Option<Timestamp> {
    let mut newest = None;
    sources::each(&Value::Object(event.body().clone()), MOST_IN_ONE, &mut |said, _| newest = newest.max(said.at()))
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
        Said::AllClear { incident, at } => Ok(to_all(Says::CalledOff(AllClear { incident, at }), policy)),
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
            Ok(to_all(Says::Vouched(Vouched { credential, by, at: incident.at }), policy))
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
    for (rule, to) in asked_by(&event.alone(), policy) {
        match to {
            Ok(accounts) => rules.push((rule, accounts)),
            Err(why) => reasons.push(Reason::Other(format!("{told}: the rule {rule} is asked, but {why}"))),
        }
    }
    let to: BTreeSet<AccountName> = rules.iter().flat_map(|(_, to)| to.clone()).collect();
    match (to.is_empty(), reasons.is_empty()) {
        (false, _) => Ok(Piece { says: Says::Incident(incident, call, rules), to }),
        (true, false) => Err(reasons),
        (true, true) => Err(vec![Reason::Unasked(told)]),
    }
}

/// The rules that the event asks, each with the accounts that it concerns, or why it concerns none.
fn asked_by(event: &Value, policy: &Policy) -> Vec<(RuleId, Result<BTreeSet<AccountName>, String>)> {
    let asked = policy.rules().asked_by(event).into_iter();
    let to = |concerned| match concerned {
        Concerned::Accounts(accounts) => Ok(accounts.into_iter().cloned().collect()),
        Concerned::Nobody { why } => Err(why),
    };
    asked.map(|asked| (asked.rule.id.clone(), to(asked.concerned))).collect()
}

fn to_all(says: Says, policy: &Policy) -> Piece {
    Piece { says, to: policy.accounts().iter().map(|account| account.name.clone()).collect() }
}

impl Piece {
    /// Is it for this account?
    pub(super) fn is_for(&self, account: &AccountName) -> bool {
        self.to.contains(account)
    }

    /// What tells it from others.
    pub(super) fn key(&self) -> String {
        match &self.says {
            // What its source says anew is another event.
            Says::Incident(incident, ..) => {
                incident.dated().map_or(incident.id.clone(), |of| incident.id.again(of)).to_string()
            }
            Says::Vouched(vouched) => format!("vouched {}", vouched.credential),
            Says::CalledOff(clear) => format!("clear {}", clear.incident),
        }
    }
}

/// What these say to one account; `rest` is why nothing comes of what else the event says.
pub(super) fn heard_by(account: &AccountName, pieces: &[Piece], rest: Option<&str>) -> Heard {
    let mut heard = Heard { not_answered: rest.map(str::to_owned), ..Heard::default() };
    for piece in pieces.iter().filter(|piece| piece.is_for(account)) {
        match &piece.says {
            Says::Incident(incident, call, rules) => {
                let rules = rules.iter().filter(|(_, to)| to.contains(account)).map(|(rule, _)| rule.clone());
                let (incident, call) = (incident.clone(), call.clone());
                heard.incidents.push(Asked { incident, rules: rules.collect(), call });
            }
            Says::Vouched(vouched) => heard.vouched.push(vouched.clone()),
            Says::CalledOff(clear) => heard.called_off.push(clear.clone()),
        }
    }
    heard
}
