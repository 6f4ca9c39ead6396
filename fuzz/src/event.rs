//! An event: whatever comes in, as the handler reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use scim_key_lifecycle::json;
use scim_key_lifecycle::policy::{On, Policy};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::{
    self, Arrival, Cause, Claims, Incident, IncidentId, Kind, Refused, Register, Source, Text, Trigger,
};
use scim_key_lifecycle::zone::AccountName;
use serde_json::{Value, json};

use super::text::{assert_plain, assert_told, depth, rewritten, settled};

/// Two accounts, and rules that are asked by events of every source.
static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::parse(DOCUMENT).expect("a good policy"));

const DOCUMENT: &[u8] = include_bytes!("event.json");

/// The same for each of the accounts, as if there were no other: without what is said of others, and with the rules that
/// are asked for it.
static ALONE: LazyLock<BTreeMap<AccountName, Policy>> = LazyLock::new(|| {
    let only = |name: &AccountName| {
        let mut document = json::parse(DOCUMENT).expect("JSON");
        let is_it = |told: &Value| *told == name.as_str();
        document["accounts"].as_array_mut().unwrap().retain(|account| is_it(&account["name"]));
        let rules = document["rules"].as_array_mut().unwrap();
        rules.retain(|rule| rule.get("account").is_none_or(|account| account.is_object() || is_it(account)));
        let maps = rules.iter_mut().filter_map(|rule| rule.get_mut("account")?.get_mut("map")?.as_object_mut());
        maps.for_each(|map| map.retain(|_, account| is_it(account)));
        Policy::parse(document.to_string().as_bytes()).expect("a good policy")
    };
    POLICY.accounts().iter().map(|account| (account.name.clone(), only(&account.name))).collect()
});

/// The time of the samples.
const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_500_000);

/// The longest text of others that is quoted whole, in characters.
const TEXT: usize = 200;
/// The longest sealed text, in bytes.
const SEALED: usize = 64 * 1024;
/// The most incidents that one run deals with.
const MOST: usize = 20;

/// Reads it once more, written in another way, and as the loop sends it.
pub fn check(bytes: &[u8]) {
    let arrival = read(bytes);
    assert_eq!(format!("{arrival:?}"), format!("{:?}", read(bytes)), "read twice");
    match &arrival {
        Ok(arrival) => assert_the_policys(arrival),
        Err(Refused(problem)) => assert_told(problem),
    }
    let Some(event) = json::parse(bytes).ok().as_ref().and_then(settled) else { return };
    assert_same_however_written(&event);
    assert_same_in_the_loop(&event);
}

fn read(bytes: &[u8]) -> Result<Arrival, Refused> {
    trigger::read(bytes, &POLICY, NOW)
}

/// An event names nothing that the policy does not.
fn assert_the_policys(arrival: &Arrival) {
    match arrival {
        Arrival::NotOurs { why } => assert_plain(why),
        Arrival::Resolve(_, accounts) => assert_accounts(accounts, 1),
        Arrival::FanOut(_, accounts) => assert_accounts(accounts, 2),
        Arrival::Bare { trigger, cursor } => {
            assert!(cursor.as_ref().is_none_or(|sealed| sealed.len() <= SEALED));
            assert_trigger(trigger);
        }
        Arrival::Hop(hop) => {
            assert!(hop.ours.as_ref().is_none_or(|sealed| sealed.len() <= SEALED));
            match &hop.register {
                Register::Absent => {}
                Register::Unreadable(why) => assert_plain(why),
                Register::Newest { cursor, .. } => assert!(cursor.len() <= SEALED),
            }
            assert!(hop.accepted.len() <= 1_000 && hop.accepted.iter().all(|id| id.chars().count() <= 300));
            assert_trigger(&hop.trigger);
        }
    }
}

/// They are at least so many, each once, and the policy's.
fn assert_accounts(accounts: &[AccountName], at_least: usize) {
    let once: BTreeSet<&AccountName> = accounts.iter().collect();
    assert!(once.len() == accounts.len() && once.len() >= at_least, "{accounts:?}");
    assert!(accounts.iter().all(|name| POLICY.account(name).is_some()), "{accounts:?}");
}

fn assert_trigger(trigger: &Trigger) {
    assert_eq!(Some(&trigger.account), POLICY.account(&trigger.account.name));
    assert_eq!(trigger.accepted, NOW);
    assert_eq!(trigger.run.as_str().len(), 16);
    match &trigger.cause {
        Cause::Incident(claims) => assert_claims(claims),
        Cause::Schedule(_) | Cause::Restore(_) => {}
    }
}

fn assert_claims(claims: &Claims) {
    let Claims { incidents, vouched, stale, .. } = claims;
    assert!(!claims.is_empty() && stale.is_empty());
    for asked in incidents {
        let Incident { source, kind, actor, implicated, .. } = &asked.incident;
        [Some(kind), actor.as_ref()].into_iter().flatten().for_each(assert_text);
        assert!(implicated.is_empty() || matches!(source, Source::Own | Source::CloudAudit), "{source:?} names keys");
        let on = asked.rules.iter().map(|rule| &POLICY.rules().rule(rule).expect("a rule of the policy").on);
        assert!(on.clone().all(|on| *on != On::Schedule && (*on != On::Incident || *source == Source::Own)));
        assert!(on.count() > 0, "a rule is asked");
    }
    assert!(vouched.iter().all(|vouched| POLICY.rules().vouchers.contains(vouched.by.as_str())), "{vouched:?}");
    // Nothing gets lost by its age, nothing is added, and what one run cannot deal with is cut.
    let fresh = claims.clone().fresh(NOW, POLICY.rules().max_event_age.duration());
    let count =
        |claims: &Claims| claims.incidents.len() + claims.vouched.len() + claims.called_off.len() + claims.stale.len();
    assert!(count(&fresh) <= count(claims));
    assert!(fresh.the_most(None).unwrap_or_else(|| fresh.clone()).incidents.len() <= MOST);
    let is_told = |id: &IncidentId| {
        fresh.incidents.iter().any(|asked| asked.incident.id == *id)
            || fresh.stale.iter().any(|stale| stale.what == id.as_str())
    };
    assert!(incidents.iter().all(|asked| is_told(&asked.incident.id)));
    for stale in &fresh.stale {
        assert_plain(&stale.what);
        assert_plain(&stale.why);
    }
}

fn assert_text(text: &Text) {
    assert_plain(text.as_str());
    assert!((1..=TEXT).contains(&text.as_str().chars().count()));
}

/// The order of keys and the blanks between them say nothing.
fn assert_same_however_written(event: &Value) {
    let (plain, otherwise) = (event.to_string(), rewritten(event));
    if otherwise.len() <= trigger::MAX_EVENT {
        assert_eq!(format!("{:?}", read(plain.as_bytes())), format!("{:?}", read(otherwise.as_bytes())), "{plain}");
    }
}

/// The loop is told of the same accounts and runs as whoever sends the event without it.
fn assert_same_in_the_loop(event: &Value) {
    let plain = event.to_string();
    let is_wrapper = event.get("source").is_some_and(|source| source == "scim-key-lifecycle")
        && event.get("kind").is_some_and(|kind| kind == "resolve" || kind == "hop");
    if is_wrapper || !event.is_object() || depth(event) >= json::MAX_DEPTH || plain.len() + 1_000 > trigger::MAX_EVENT {
        return;
    }
    let wrapped = |kind: &str, rest: Value| {
        let mut wrapper = json!({ "source": "scim-key-lifecycle", "kind": kind, "event": event });
        wrapper.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        read(wrapper.to_string().as_bytes())
    };
    let resolved = wrapped("resolve", json!({}));
    let hop =
        |account: &AccountName| wrapped("hop", json!({ "account": account, "execution": "fuzz", "register": null }));
    match (read(plain.as_bytes()), resolved) {
        (Err(_), Err(_)) => {}
        (Ok(Arrival::NotOurs { why }), Ok(Arrival::NotOurs { why: other })) => assert_eq!(why, other),
        (Ok(Arrival::FanOut(_, accounts)), Ok(Arrival::Resolve(_, others))) => {
            assert_eq!(accounts, others);
            let mut runs = BTreeSet::new();
            for account in &accounts {
                let Ok(Arrival::Hop(hop)) = hop(account) else { panic!("no hop for {account}: {plain}") };
                assert_eq!(hop.trigger.account.name, *account);
                assert_trigger(&hop.trigger);
                assert_as_alone(&hop.trigger, &plain);
                assert!(runs.insert(hop.trigger.run.as_str().to_owned()), "two accounts have one run: {plain}");
            }
        }
        (Ok(Arrival::Bare { trigger, .. }), Ok(Arrival::Resolve(_, accounts))) => {
            assert_eq!(accounts, std::slice::from_ref(&trigger.account.name));
            let Ok(Arrival::Hop(hop)) = hop(&trigger.account.name) else { panic!("no hop: {plain}") };
            assert_eq!(format!("{:?}", hop.trigger), format!("{trigger:?}"));
        }
        (alone, resolved) => panic!("alone {alone:?}, and in the loop {resolved:?}"),
    }
}

/// What an event that concerns several accounts says to one of them is what it says where there is no other.
fn assert_as_alone(trigger: &Trigger, plain: &str) {
    let account = &trigger.account.name;
    let Ok(Arrival::Bare { trigger: alone, .. }) = trigger::read(plain.as_bytes(), &ALONE[account], NOW) else {
        panic!("it says nothing to {account} alone: {plain}")
    };
    match (&trigger.cause, &alone.cause) {
        // A run's id is made of all that its event says to anybody, and so is the word on what nobody answers.
        (Cause::Incident(claims), Cause::Incident(other)) => {
            let of_all = claims.not_answered.clone();
            assert_eq!(*claims, Claims { not_answered: of_all, ..other.clone() }, "to {account}: {plain}");
        }
        _ => {
            assert_eq!(trigger.cause.kind(), Kind::Schedule, "only a schedule concerns all: {plain}");
            assert_eq!(format!("{trigger:?}"), format!("{alone:?}"), "to {account}: {plain}");
        }
    }
}
