//! SCIM synchronisation: what switches it off, what holds that back, and what lets it on again.

use super::*;
use crate::trigger::RunId;
use crate::zone::Subject;

const SYNC: Subject = Subject::Synchronization;

fn stops(when: &str) -> String {
    format!(r#"{{"id":"r","on":"incident","when":{when},"then":"disable_sync","waives":["keep_one"]}}"#)
}

fn inc(id: &str) -> IncidentId {
    IncidentId::parse(id).unwrap()
}

fn at(hours_ago: u64) -> Timestamp {
    now().minus(std::time::Duration::from_hours(hours_ago))
}

fn run() -> RunId {
    serde_json::from_value("0123456789abcdef".into()).unwrap()
}

fn memory(facts: impl IntoIterator<Item = (u64, Fact)>) -> Memory {
    let mut memory = Memory::default();
    facts.into_iter().for_each(|(hours_ago, fact)| memory.learn(at(hours_ago), fact));
    memory
}

fn implicated(by: &str) -> Fact {
    Fact::Implicated { subject: SYNC, incident: inc(by), dated: None }
}

/// What is decided about it, where it is in this state, beside the zone's keys.
fn step(occasion: Occasion<'_>, policy: &Policy, memory: &Memory, status: ReportedStatus, keys: &[Credential]) -> Step {
    let zone = zone(keys).with_synchronization(status);
    let plan = decide(&zone, Grounds { occasion, ..grounds(policy, memory) }, now());
    assert_eq!(plan.steps.len(), keys.len() + 1);
    plan.step(&SYNC).unwrap().clone()
}

fn on() -> ReportedStatus {
    ReportedStatus::Known(Status::Enabled)
}

fn unread() -> ReportedStatus {
    ReportedStatus::Unread { why: "it was not answered".to_owned(), will_pass: true }
}

/// The decision for an incident that names the old key, where it is on.
fn at_an_incident(when: &str, memory: &Memory, keys: &[Credential]) -> &'static str {
    let policy = policy("", &stops(when));
    let incident = Incident::own(inc("INC-1"), None, [old().id].into());
    step(Occasion::Incident(&claims(&[&incident], &policy)), &policy, memory, on(), keys).verdict.word()
}

fn trips(step: &Step) -> Vec<Guard> {
    step.findings
        .iter()
        .flat_map(|finding| match &finding.consequence {
            Consequence::Held(trips) => trips.iter().map(|trip| trip.guard).collect(),
            _ => Vec::new(),
        })
        .collect()
}

#[test]
fn it_goes_off_if_the_condition_holds_for_any_key_or_may() {
    let none = Memory::default();
    assert_eq!(at_an_incident(r#"{"implicated":true}"#, &none, &[old(), young()]), "disable");
    assert_eq!(at_an_incident(r#"{"implicated":true}"#, &none, &[young()]), "keep");
    assert_eq!(at_an_incident(r#"{"all":[]}"#, &none, &[young()]), "disable");
    assert_eq!(at_an_incident(r#"{"all":[]}"#, &none, &[]), "keep", "where there is no key nothing provisions");
}

#[test]
fn an_incident_without_a_time_stops_nothing_for_what_was_created_since() {
    let since = r#"{"created_since_incident":"2h"}"#;
    assert_eq!(at_an_incident(since, &Memory::default(), &[old()]), "held");
    let either = format!(r#"{{"any":[{since},{{"implicated":true}}]}}"#);
    assert_eq!(at_an_incident(&either, &Memory::default(), &[young(), old()]), "disable", "one key is sure");
}

#[test]
fn the_rule_switches_no_key_off() {
    let policy = policy("", &stops(r#"{"all":[]}"#));
    let incident = Incident::own(inc("INC-1"), None, [old().id].into());
    let claims = claims(&[&incident], &policy);
    let memory = Memory::default();
    let grounds = Grounds { occasion: Occasion::Incident(&claims), ..grounds(&policy, &memory) };
    let plan = decide(&zone(&[old(), young()]).with_synchronization(on()), grounds, now());
    assert_eq!(plan.cleared().map(Cleared::subject).collect::<Vec<_>>(), [&SYNC]);
}

#[test]
fn an_incident_stops_provisioning_once() {
    let answered = memory([(1, Fact::Answered { incident: inc("INC-1"), dated: None })]);
    assert_eq!(
        at_an_incident(r#"{"all":[]}"#, &answered, &[old()]),
        "held",
        "it was no part of that, and must not go unheard"
    );
    assert_eq!(at_an_incident(r#"{"ids":["scimcred-cccccccccccc"]}"#, &answered, &[old()]), "keep");
    let execution = crate::trigger::ExecutionName::parse("e").unwrap();
    let (purpose, incidents, disable) = (Purpose::Restore, [inc("INC-1")].into(), Some(at(3)));
    let restored = Fact::Intended { subject: SYNC, purpose, incidents, disable, execution };
    let restored = memory([(3, implicated("INC-1")), (2, restored)]);
    assert_eq!(at_an_incident(r#"{"all":[]}"#, &restored, &[old()]), "keep", "though something of it was held");
}

#[test]
fn what_anybody_can_cause_stops_nothing() {
    let policy = policy("", &stops(r#"{"all":[]}"#));
    let incident = Incident { evidence: Evidence::Outsider, ..Incident::own(inc("INC-1"), None, [].into()) };
    let claims = claims(&[&incident], &policy);
    let held = step(Occasion::Incident(&claims), &policy, &Memory::default(), on(), &[old()]);
    assert_eq!((held.verdict.word(), trips(&held)), ("held", vec![Guard::Evidence]));
}

#[test]
fn it_is_contested_as_long_as_the_incident_stands_and_ground_is_left() {
    let policy = policy(r#""guards":{"hold_ground":1},"#, &stops(r#"{"all":[]}"#));
    let contested = |memory: &Memory, status| step(Occasion::Schedule, &policy, memory, status, &[old()]);
    let held_off = memory([(3, implicated("INC-1"))]);
    for (status, expected) in
        [(on(), "disable"), (unread(), "unsure"), (ReportedStatus::Known(Status::Disabled), "keep")]
    {
        assert_eq!(contested(&held_off, status.clone()).verdict.word(), expected, "{status}");
    }
    let called_off = (1, Fact::AllClear { incident: inc("INC-1"), dated: None });
    assert_eq!(contested(&memory([(3, implicated("INC-1")), called_off]), on()).verdict.word(), "keep");
    let execution = crate::trigger::ExecutionName::parse("e").unwrap();
    let (purpose, incidents) = (Purpose::Contested, [inc("INC-1")].into());
    let again = Fact::Intended { subject: SYNC, purpose, incidents, disable: None, execution };
    let step = contested(&memory([(3, implicated("INC-1")), (2, again)]), on());
    assert_eq!((step.verdict.word(), trips(&step)), ("held", vec![Guard::HoldGround]));
}

/// Whatever the cloud may say of something but that it is on.
#[test]
fn what_no_look_shows_on_is_not_contested() {
    let policy = policy(r#""guards":{"hold_ground":0},"#, &stops(r#"{"all":[]}"#));
    let unheard_of = ReportedStatus::read("Suspended");
    for (status, why) in [(unread(), "could not be read: it was not answered"), (unheard_of.clone(), "\"Suspended\"")] {
        let step = step(Occasion::Schedule, &policy, &memory([(3, implicated("INC-1"))]), status, &[old()]);
        assert_eq!((step.verdict.word(), trips(&step)), ("unsure", vec![]), "no ground is lost");
        assert!(step.unseen().unwrap().0.contains(why), "{step:?}");
    }
    let key = Credential { status: unheard_of, ..old() };
    let by_incident = Fact::Implicated { subject: key.id.clone().into(), incident: inc("INC-1"), dated: None };
    let memory = memory([(3, by_incident)]);
    let decided = decide(&zone(&[key]), grounds(&policy, &memory), now());
    assert_eq!((decided.steps[0].verdict.word(), decided.steps[0].unseen().unwrap().1), ("unsure", false), "nor a key");
}

#[test]
fn a_first_containment_does_not_wait_until_it_can_be_read() {
    let policy = policy("", &stops(r#"{"implicated":true}"#));
    let incident = Incident::own(inc("INC-1"), None, [old().id].into());
    let claims = claims(&[&incident], &policy);
    let of = |memory: &Memory| step(Occasion::Incident(&claims), &policy, memory, unread(), &[old()]).verdict.word();
    assert_eq!(of(&Memory::default()), "disable");
    let refused = (1, implicated("INC-1"));
    assert_eq!(of(&memory([refused.clone()])), "disable", "nothing has had any effect yet");
    assert_eq!(of(&memory([refused, (1, Fact::Answered { incident: inc("INC-1"), dated: None })])), "unsure", "once");
}

fn receipt(subject: Subject) -> Receipt {
    let account = crate::zone::AccountName::parse("a").unwrap();
    let (incidents, expires) = ([inc("INC-1")].into(), now().plus(std::time::Duration::from_hours(24)));
    Receipt { account, subject, run: run(), disabled: at(3), incidents, expires }
}

#[test]
fn a_receipt_lets_it_on_again_unless_another_incident_holds_it() {
    let policy = policy("", &stops(r#"{"all":[]}"#));
    let receipt = receipt(SYNC);
    let off = ReportedStatus::Known(Status::Disabled);
    let facts = || [(3, Fact::Disabled { subject: SYNC, run: run(), rule: None }), (3, implicated("INC-1"))];
    let restored = step(Occasion::Restore(&receipt), &policy, &memory(facts()), off.clone(), &[old()]);
    assert_eq!(restored.verdict.word(), "enable");
    let with_another = memory(facts().into_iter().chain([(2, implicated("INC-2"))]));
    let held = step(Occasion::Restore(&receipt), &policy, &with_another, off, &[old()]);
    assert_eq!((held.verdict.word(), trips(&held)), ("held", vec![Guard::Implicated]));
}

#[test]
fn a_key_comes_back_only_after_it() {
    let policy = policy("", &stops(r#"{"all":[]}"#));
    let receipt = receipt(old().id.into());
    let key = Credential { status: ReportedStatus::Known(Status::Disabled), ..old() };
    let verdict = |memory: &Memory| {
        let grounds = Grounds { occasion: Occasion::Restore(&receipt), ..grounds(&policy, memory) };
        decide(&zone(std::slice::from_ref(&key)), grounds, now()).steps[0].verdict.word()
    };
    let disabled = (3, Fact::Disabled { subject: old().id.into(), run: run(), rule: None });
    let stopped = (3, Fact::Disabled { subject: SYNC, run: run(), rule: None });
    let held = |by| memory([disabled.clone(), stopped.clone(), (3, implicated(by))]);
    assert_eq!(verdict(&held("INC-1")), "held");
    assert_eq!(verdict(&held("INC-2")), "enable", "that is another story");
    let found_off = memory([disabled.clone(), (3, implicated("INC-1"))]);
    assert_eq!(verdict(&found_off), "enable", "what no run switched off has no receipt");
    let called_off = (1, Fact::AllClear { incident: inc("INC-1"), dated: None });
    assert_eq!(verdict(&memory([disabled.clone(), stopped.clone(), (3, implicated("INC-1")), called_off])), "enable");
}

#[test]
fn it_is_looked_at_where_something_may_come_of_it_or_people_must_still_hear() {
    fn looked_at(policy: &Policy, occasion: Occasion<'_>, memory: &Memory) -> bool {
        may_act_on_synchronization(Grounds { occasion, ..grounds(policy, memory) }, now())
    }
    let policy = policy("", &stops(r#"{"all":[]}"#));
    let none = Memory::default();
    let incident = Incident::own(inc("INC-1"), None, [].into());
    let mut claims = claims(&[&incident], &policy);
    assert!(looked_at(&policy, Occasion::Incident(&claims), &none));
    let answered = (1, Fact::Answered { incident: inc("INC-1"), dated: None });
    assert!(looked_at(&policy, Occasion::Incident(&claims), &memory([answered.clone()])), "it may want it too late");
    let over = (1, Fact::AllClear { incident: inc("INC-1"), dated: None });
    assert!(!looked_at(&policy, Occasion::Incident(&claims), &memory([answered, over])));
    claims.incidents[0].rules.clear();
    assert!(!looked_at(&policy, Occasion::Incident(&claims), &none));
    assert!(looked_at(&policy, Occasion::Restore(&receipt(SYNC)), &none));
    assert!(!looked_at(&policy, Occasion::Restore(&receipt(old().id.into())), &none));
    assert!(!looked_at(&policy, Occasion::Schedule, &none));
    let told = (1, Fact::Heard { subject: SYNC, status: Status::Disabled });
    let ended = || [(3, implicated("INC-1")), (2, Fact::AllClear { incident: inc("INC-1"), dated: None })];
    assert!(
        looked_at(&policy, Occasion::Schedule, &memory([(3, implicated("INC-1")), told.clone()])),
        "it is held off"
    );
    assert!(looked_at(&policy, Occasion::Schedule, &memory(ended())), "nobody has heard");
    assert!(!looked_at(&policy, Occasion::Schedule, &memory(ended().into_iter().chain([told]))));
}
