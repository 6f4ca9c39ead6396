//! Hops by table: what the loop sends, and the ways in which it can be wrong.

use super::*;
use crate::trigger::Kind;
use crate::trigger::tests::{NOW, all_refused, arrives, refused, run};

const TICK: &str =
    r#"{"source":"scim-key-lifecycle","kind":"schedule","schedule":"daily","time":"2026-11-24T06:00:00Z"}"#;

/// A hop as it should be, with some fields put in the place of its own.
fn event(fields: &[(&str, &str)]) -> String {
    let mut hop = vec![
        ("source", r#""scim-key-lifecycle""#),
        ("kind", r#""hop""#),
        ("account", r#""acme""#),
        ("event", TICK),
        ("execution", r#""daily-1""#),
        ("register", "null"),
        ("ours", "null"),
        ("accepted", "[]"),
    ];
    hop.retain(|(key, _)| fields.iter().all(|(other, _)| other != key));
    let written = hop.iter().chain(fields).filter(|(_, value)| !value.is_empty());
    let written: Vec<String> = written.map(|(key, value)| format!(r#""{key}":{value}"#)).collect();
    format!("{{{}}}", written.join(","))
}

fn hop(event: &str) -> Hop {
    match arrives(event, &["acme", "globex"]) {
        Ok(Arrival::Hop(hop)) => *hop,
        other => panic!("{event}: {other:?}"),
    }
}

#[test]
fn the_first_hop_finds_no_memory() {
    let hop = hop(include_str!("../../../../events/hop-first.json"));
    assert_eq!(hop.trigger.account.name.as_str(), "acme");
    assert_eq!(hop.trigger.accepted.to_string(), NOW);
    assert_eq!(hop.trigger.cause.kind(), Kind::Schedule);
    assert_eq!(hop.execution.as_str(), "scim-keys-daily-2026-11-24-acme-1");
    assert_eq!((hop.register, hop.ours, hop.accepted.len()), (Register::Absent, None, 0));
}

#[test]
fn a_later_hop_brings_the_register_its_own_cursor_and_what_was_accepted() {
    let register = r#"{"generation":7,"cursor":"eyJ.register"}"#;
    let hop = hop(&event(&[
        ("register", register),
        ("ours", r#""eyJ.ours""#),
        ("accepted", r#"["run/zone/failed","run/key/warning","run/key/warning"]"#),
    ]));
    assert_eq!(hop.register, Register::Newest { generation: 7, cursor: "eyJ.register".to_owned() });
    assert_eq!(hop.ours.as_deref(), Some("eyJ.ours"));
    assert_eq!(Vec::from_iter(&hop.accepted), ["run/key/warning", "run/zone/failed"]);
}

#[test]
fn the_loop_may_say_by_when_the_run_must_be_through() {
    let until = hop(&event(&[("until", r#""2026-11-24T06:30:00Z""#)])).until;
    assert_eq!(until.map(|until| until.to_string()).as_deref(), Some("2026-11-24T06:30:00Z"));
    all_refused(&[(event(&[("until", r#""soon""#)]), "$.until", "this is not a time")]);
}

#[test]
fn a_loop_that_could_not_read_the_register_says_why_at_any_length_and_with_any_letters() {
    let unreadable = |why: &str| hop(&event(&[("register", &format!(r#"{{"unreadable":"{why}"}}"#))])).register;
    assert_eq!(unreadable("AccessDenied"), Register::Unreadable("AccessDenied".to_owned()));
    assert_eq!(unreadable(&"é".repeat(10_000)), Register::Unreadable("é".repeat(300)));
    assert_eq!(unreadable(r"Access\n\u001b\u202eDenied"), Register::Unreadable("AccessDenied".to_owned()));
}

#[test]
fn what_the_loop_has_nothing_to_say_of_it_may_leave_out_but_for_the_register() {
    for nothing in ["", "null"] {
        let hop = hop(&event(&[("ours", nothing), ("accepted", nothing), ("until", nothing)]));
        assert!(hop.ours.is_none() && hop.accepted.is_empty() && hop.until.is_none());
    }
    assert_eq!(refused(&event(&[("register", "")])).path, "$.register");
}

#[test]
fn the_run_is_the_one_that_the_event_starts_alone() {
    let with_cursor = TICK.replace("}", r#","cursor":"eyJ.carried"}"#);
    let incident = r#"{"source":"scim-key-lifecycle","kind":"incident","id":"INC-1","account":"acme"}"#;
    let restore = r#"{"source":"scim-key-lifecycle","kind":"restore","receipt":"eyJ","account":"acme"}"#;
    for inner in [TICK, &with_cursor, incident, restore, include_str!("../../../../events/schedule-scheduler.json")] {
        let hop = hop(&event(&[("event", inner)]));
        assert_eq!(hop.trigger.run, run(inner).run, "{inner}");
        assert_eq!(hop.ours, None, "a cursor in the event is none of the hop's");
    }
    let other = hop(&event(&[("account", r#""globex""#)]));
    assert_ne!(other.trigger.run, run(TICK).run);
}

#[test]
fn a_hop_is_for_an_account_that_its_event_concerns() {
    let named = TICK.replace("}", r#","account":"globex"}"#);
    let named = [("event", named.as_str())];
    let other = arrives(&event(&named), &["acme", "globex"]).unwrap_err().0;
    assert_eq!((other.path.as_str(), other.why.as_str()), ("$.account", "the event does not concern this account"));
    assert_eq!(other.remedy, "name one that it concerns: globex");
    all_refused(&[
        (event(&[("account", r#""globex""#)]), "$.account", "the event does not concern this account"),
        (event(&named), "$.event.account", "the policy has no account of this name"),
    ]);
    let incident = r#"{"source":"scim-key-lifecycle","kind":"incident","id":"INC-1"}"#;
    let silent = arrives(&event(&[("event", incident)]), &["acme", "globex"]).unwrap_err().0;
    assert_eq!(silent.path, "$.event.account", "the hop's account does not speak for the incident");
}

#[test]
fn a_hop_of_somebody_elses_event_is_ignored() {
    let foreign = event(&[("event", include_str!("../../../../events/someone-elses.json"))]);
    let Ok(Arrival::NotOurs { why }) = arrives(&foreign, &["acme"]) else { panic!("not ignored") };
    assert_eq!(why, r#"source not supported: "aws.ec2""#);
}

#[test]
fn a_malformed_hop_is_refused_by_the_place() {
    let with = |key: &str, value: &str| event(&[(key, value)]);
    let too_many = format!("[{}]", vec![r#""n""#; 1001].join(","));
    all_refused(&[
        (with("account", ""), "$.account", "this is missing"),
        (with("account", "null"), "$.account", "this is missing"),
        (with("account", r#""a b""#), "$.account", "an account's name is"),
        (with("execution", ""), "$.execution", "this is missing"),
        (with("execution", "7"), "$.execution", "this must be a text"),
        (with("execution", r#""two words""#), "$.execution", "an execution's name is 1 to 200 visible"),
        (with("event", ""), "$.event", "this is missing"),
        (with("event", "[]"), "$.event", "this is a list of 0"),
        (with("event", &event(&[])), "$.event.kind", "cannot stand inside another"),
        (with("event", r#"{"source":"scim-key-lifecycle","kind":"schedule","time":7}"#), "$.event.time", "text"),
        (with("ours", "{}"), "$.ours", "this must be a text"),
        (with("accepted", r#""n""#), "$.accepted", "this must be a list"),
        (with("accepted", "[7]"), "$.accepted[0]", "this must be a text"),
        (with("accepted", r#"["n",""]"#), "$.accepted[1]", "a notice's id is 1 to 300 characters"),
        (with("accepted", &too_many), "$.accepted", "1001 entries stand here, and at most 1000"),
        (with("attempt", "1"), "$.attempt", "this field is not known"),
    ]);
}

#[test]
fn a_malformed_register_is_refused_by_the_place() {
    let with = |register: &str| event(&[("register", register)]);
    all_refused(&[
        (with("7"), "$.register", "this must be an object"),
        (with("{}"), "$.register.generation", "this is missing"),
        (with(r#"{"generation":7}"#), "$.register.cursor", "this is missing"),
        (with(r#"{"cursor":"eyJ"}"#), "$.register.generation", "this is missing"),
        (with(r#"{"generation":null,"cursor":"eyJ"}"#), "$.register.generation", "a whole number"),
        (with(r#"{"generation":-1,"cursor":"eyJ"}"#), "$.register.generation", "a whole number"),
        (with(r#"{"generation":"7","cursor":"eyJ"}"#), "$.register.generation", "a whole number"),
        (with(r#"{"generation":7.5,"cursor":"eyJ"}"#), "$.register.generation", "a whole number"),
        (with(r#"{"generation":7,"cursor":{}}"#), "$.register.cursor", "this must be a text"),
        (with(r#"{"generation":7,"cursor":"eyJ","account":"acme"}"#), "$.register.account", "not known"),
        (with(r#"{"unreadable":null}"#), "$.register.unreadable", "this is missing"),
        (with(r#"{"unreadable":"why","generation":7}"#), "$.register.generation", "not known"),
    ]);
}

#[test]
fn each_cursor_is_taken_up_to_its_greatest_length() {
    for bytes in [65_536, 65_537] {
        let sealed = format!(r#""{}""#, "q".repeat(bytes));
        let register = format!(r#"{{"generation":7,"cursor":{sealed}}}"#);
        for (key, value, place) in [("ours", &sealed, "$.ours"), ("register", &register, "$.register.cursor")] {
            let sent = event(&[(key, value)]);
            if bytes == 65_536 {
                hop(&sent);
            } else {
                let problem = refused(&sent);
                assert_eq!((problem.path.as_str(), problem.value.as_str()), (place, ""), "a cursor is not shown");
            }
        }
    }
}
