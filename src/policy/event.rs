//! When a rule is asked: on a schedule, on incidents, or on events, and then on which and for whom.
//!
//! An event selects among the accounts that the policy names, and adds none.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::document::{ByFieldDocument, RuleDocument};
use super::pattern::read as pattern;
use super::problems::Problems;
use super::{Pattern, Rule, Rules, island, shape};
use crate::json::{excerpt, member};
use crate::zone::AccountName;

/// What to write where a rule's account should stand.
pub(super) const ACCOUNT_REMEDY: &str = r#"write an account's name, or how a field of the event tells it, as in {"field": "detail.accountId", "map": {"111122223333": "main"}}"#;

/// When a rule is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// On every scheduled run: it is hygiene.
    Schedule,
    /// On every incident that this tool's own event reports: it is containment, and disables at once.
    Incident,
    /// On every event that its pattern matches: it is containment as well.
    Event(Box<EventRule>),
}

impl On {
    /// What it says of events, if it is asked on events.
    pub fn event(&self) -> Option<&EventRule> {
        match self {
            Self::Event(rule) => Some(rule),
            Self::Schedule | Self::Incident => None,
        }
    }
}

/// When a rule on events is asked, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRule {
    /// The events that ask it.
    pub pattern: Pattern,
    /// Whom they concern.
    pub(super) whom: Whom,
    /// May it disable for what an outsider can cause at will?
    pub outsider_may_trigger: bool,
}

/// The accounts that a rule's events concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    /// This one, whatever the event says.
    One(AccountName),
    /// All of the policy's.
    All(Vec<AccountName>),
    /// The account to which the rule maps what stands at a place in the event.
    ByField {
        /// The keys that lead there.
        field: Vec<String>,
        /// What may stand there.
        map: BTreeMap<String, AccountName>,
    },
}

/// A rule whose pattern an event matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The accounts that the event concerns under it, at least one, each once and all of them the policy's; or, for a person,
    /// why it concerns none: the rule maps a field of the event to accounts, and has no entry for this one.
    pub accounts: Result<Vec<&'a AccountName>, String>,
}

impl Rules {
    /// The rules whose pattern this raw event matches, in the policy's order.
    pub fn matching(&self, event: &Value) -> Vec<Match<'_>> {
        let of_events = self.rules.iter().filter_map(|rule| Some((rule, rule.on.event()?)));
        let matching = of_events.filter(|(_, on)| on.pattern.matches(event));
        matching.map(|(rule, on)| Match { rule, accounts: on.concerned(event) }).collect()
    }
}

impl EventRule {
    /// The accounts that one of its events concerns, or why it concerns none.
    fn concerned(&self, event: &Value) -> Result<Vec<&AccountName>, String> {
        match &self.whom {
            Whom::One(account) => Ok(vec![account]),
            Whom::All(accounts) => Ok(accounts.iter().collect()),
            Whom::ByField { field, map } => by_field(field, map, event),
        }
    }
}

/// Every value at the field counts, if it is a list; those that the map does not have add nothing.
fn by_field<'a>(
    field: &[String],
    map: &'a BTreeMap<String, AccountName>,
    event: &Value,
) -> Result<Vec<&'a AccountName>, String> {
    let mut values = Vec::new();
    values_at(event, field, &mut values);
    let mut accounts: Vec<&AccountName> = Vec::new();
    for account in values.iter().filter_map(|value| map.get(&text(value))) {
        if !accounts.contains(&account) {
            accounts.push(account);
        }
    }
    if !accounts.is_empty() {
        return Ok(accounts);
    }
    let field = field.join(".");
    Err(match values.as_slice() {
        [] => format!("the event has no {field}, and the rule's account is found by it"),
        [first, ..] => format!("the event's {field} is {}, and the rule's map has no entry for it", excerpt(first)),
    })
}

/// Account ids come as texts and as numbers.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn values_at<'v>(here: &'v Value, path: &[String], into: &mut Vec<&'v Value>) {
    match (here, path) {
        (Value::Array(items), _) => items.iter().for_each(|item| values_at(item, path, into)),
        (Value::Object(object), [key, rest @ ..]) => {
            if let Some(inner) = object.get(key) {
                values_at(inner, rest, into);
            }
        }
        (Value::String(_) | Value::Number(_), []) => into.push(here),
        _ => {}
    }
}

/// Reads what the rule at `path` says of its events; `accounts` are those that the policy names.
pub(super) fn read(
    path: &str,
    object: &Map<String, Value>,
    rule: &RuleDocument,
    accounts: &[AccountName],
    found: &mut Problems,
) -> Option<EventRule> {
    let pattern = pattern::read(&member(path, "on"), object, found);
    let whom = whom(path, rule, accounts, found);
    Some(EventRule { pattern: pattern?, whom: whom?, outsider_may_trigger: rule.outsider_may_trigger })
}

/// The accounts that the rule names; left out, the policy's only one.
fn whom(path: &str, rule: &RuleDocument, accounts: &[AccountName], found: &mut Problems) -> Option<Whom> {
    let path = member(path, "account");
    match (&rule.account, accounts) {
        (Some(_), _) if rule.all_accounts => {
            let why = "the rule says all_accounts, and names some as well";
            found.add_unseen(&path, why, "take one of the two out");
            None
        }
        (Some(Value::String(name)), _) => configured(&path, name, accounts, found).map(Whom::One),
        (Some(by_field @ Value::Object(_)), _) => mapping(&path, by_field, accounts, found),
        (Some(other), _) => {
            found.add(&path, other, "this does not belong here", ACCOUNT_REMEDY);
            None
        }
        (None, _) if rule.all_accounts => Some(Whom::All(accounts.to_vec())),
        (None, [only]) => Some(Whom::One(only.clone())),
        // That is told already.
        (None, []) => None,
        (None, _) => {
            let why = "the policy has several accounts, and the rule does not say which of them an event concerns";
            let remedy = format!(r#"{ACCOUNT_REMEDY}; or say "all_accounts": true. The accounts: {}"#, named(accounts));
            found.add_unseen(&path, why, remedy);
            None
        }
    }
}

fn mapping(path: &str, value: &Value, accounts: &[AccountName], found: &mut Problems) -> Option<Whom> {
    let document: ByFieldDocument = island::read(path, value, found)?;
    let field = found.shaped(&member(path, "field"), &document.field, shape::FIELD, shape::field);
    // A map that is missing, or is none, is told already; what `island` puts in its place is not of this policy.
    value.get("map").filter(|map| map.is_object())?;
    let path = member(path, "map");
    found.count(&path, document.map.len(), &(1..=200));
    let mut map = BTreeMap::new();
    for (key, name) in document.map {
        let path = member(&path, &key);
        match name.as_str() {
            Some(name) => map.extend(configured(&path, name, accounts, found).map(|account| (key, account))),
            None => found.add(&path, &name, "this must be the name of an account", known(accounts)),
        }
    }
    Some(Whom::ByField { field: field?, map })
}

/// The account of this name.
fn configured(path: &str, name: &str, accounts: &[AccountName], found: &mut Problems) -> Option<AccountName> {
    let account = accounts.iter().find(|account| account.as_str() == name);
    if account.is_none() && !accounts.is_empty() {
        found.add(path, &name.into(), "the policy has no account of this name", known(accounts));
    }
    account.cloned()
}

fn known(accounts: &[AccountName]) -> String {
    format!("write one that stands under accounts: {}", named(accounts))
}

fn named(accounts: &[AccountName]) -> String {
    let mut names: Vec<&str> = accounts.iter().take(5).map(AccountName::as_str).collect();
    if accounts.len() > names.len() {
        names.push("…");
    }
    names.join(", ")
}
