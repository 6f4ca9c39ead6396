//! Events by table: scheduled ones, and what is common to all. Our other events are tested beside their readers.

use super::*;
use crate::policy::Problem;

pub(super) const NOW: &str = "2026-11-24T06:00:05Z";

fn policy(accounts: &[&str]) -> Policy {
    let accounts: Vec<String> = accounts
        .iter()
        .map(|name| format!(r#"{{"name":"{name}","site":"intl","zone":"auto","secret":"profile:{name}"}}"#))
        .collect();
    let text = format!(
        r#"{{"version":1,"mode":"report","accounts":[{}],
            "rules":[{{"id":"r","on":"schedule","when":{{"expired_for":"7d"}},"then":"disable"}},
                {{"id":"i","on":"incident","when":{{"implicated":true}},"then":"disable"}}]}}"#,
        accounts.join(",")
    );
    Policy::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

pub(super) fn arrives(event: &str, accounts: &[&str]) -> Result<Arrival, Refused> {
    read(event.as_bytes(), &policy(accounts), Timestamp::parse_rfc3339(NOW).unwrap())
}

/// The run that an event starts where the policy has the one account `acme`.
pub(super) fn run(event: &str) -> Trigger {
    match arrives(event, &["acme"]) {
        Ok(Arrival::Bare { trigger, .. }) => *trigger,
        other => panic!("{event}: {other:?}"),
    }
}

pub(super) fn refused(event: &str) -> Problem {
    arrives(event, &["acme"]).expect_err(event).0
}

/// Each event is refused at its place, for a reason that says this, and with a remedy.
pub(super) fn all_refused(cases: &[(String, &str, &str)]) {
    for (event, path, why) in cases {
        let problem = refused(event);
        assert_eq!(problem.path, *path, "{event}: {problem}");
        assert!(problem.why.contains(why) && !problem.remedy.is_empty(), "{event}: {problem}");
    }
}

fn native(rest: &str) -> String {
    format!(r#"{{"source":"scim-key-lifecycle","kind":"schedule"{rest}}}"#)
}

/// The cursor that comes to the handler with an event.
pub(super) fn cursor(event: &str) -> Option<String> {
    match arrives(event, &["acme"]) {
        Ok(Arrival::Bare { cursor, .. }) => cursor,
        other => panic!("{event}: {other:?}"),
    }
}

fn schedule(trigger: &Trigger) -> (Option<&str>, Option<String>) {
    let Cause::Schedule(schedule) = &trigger.cause else { panic!("{trigger:?}") };
    (schedule.name.as_deref(), schedule.due.map(|due| due.to_string()))
}

const DUE: &str = "2026-11-24T06:00:00Z";

#[test]
fn the_sample_schedules_give_their_name_and_time() {
    let rule = "arn:aws:events:us-east-1:123456789012:rule/scim-keys-daily";
    let scheduler = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/scim-keys-daily";
    let samples = [
        (include_str!("../../events/schedule.json"), rule),
        (include_str!("../../events/schedule-scheduler.json"), scheduler),
        (include_str!("../../events/schedule-native.json"), scheduler),
    ];
    for (event, name) in samples {
        let trigger = run(event);
        assert_eq!(schedule(&trigger), (Some(name), Some(DUE.to_owned())));
        assert_eq!((trigger.account.name.as_str(), trigger.accepted.to_string().as_str()), ("acme", NOW));
    }
}

#[test]
fn what_a_scheduled_event_has_in_its_detail_is_not_read() {
    for detail in ["{}", r#""{}""#, "null", r#""not json""#, r#"{"account":"globex","zone":"z-000000000000"}"#] {
        let event = format!(r#"{{"source":"aws.scheduler","detail-type":"Scheduled Event","detail":{detail}}}"#);
        assert_eq!(run(&event).account.name.as_str(), "acme", "{detail}");
    }
}

#[test]
fn our_own_event_needs_no_more_than_its_kind() {
    let trigger = run(&native(""));
    assert_eq!(schedule(&trigger), (None, None));
    assert_eq!(schedule(&run(&native(r#","schedule":null,"time":null,"account":null,"cursor":null"#))), (None, None));
}

#[test]
fn a_run_id_is_that_of_the_schedule_and_its_time() {
    let id = |rest: &str| run(&native(rest)).run;
    let daily = id(r#","schedule":"daily","time":"2026-11-24T06:00:00Z""#);
    assert_eq!(daily.as_str().len(), 16);
    assert_eq!(daily, id(r#","time":"2026-11-24T07:00:00+01:00","account":"acme","schedule":"daily""#));
    assert_ne!(daily, id(r#","schedule":"weekly","time":"2026-11-24T06:00:00Z""#));
    assert_ne!(daily, id(r#","schedule":"daily","time":"2026-11-25T06:00:00Z""#));
}

#[test]
fn without_a_schedule_and_a_time_the_whole_event_is_the_key() {
    let id = |rest: &str| run(&native(rest)).run;
    assert_eq!(id(r#","schedule":"a","account":"acme""#), id(r#" , "account":"acme", "schedule":"a""#));
    assert_ne!(id(r#","schedule":"a""#), id(r#","schedule":"b""#));
    assert_ne!(id(""), id(r#","time":"2026-11-24T06:00:00Z""#));
}

#[test]
fn several_accounts_and_no_name_are_a_fan_out_and_a_name_is_a_run_of_its_own() {
    let both = ["acme", "globex"];
    let Ok(Arrival::FanOut(_, accounts)) = arrives(&native(""), &both) else { panic!("no fan-out") };
    assert_eq!(accounts.iter().map(AccountName::as_str).collect::<Vec<_>>(), both);
    let id = |name: &str| match arrives(&native(&format!(r#","account":"{name}""#)), &both) {
        Ok(Arrival::Bare { trigger, .. }) => (trigger.account.name.to_string(), trigger.run),
        other => panic!("{other:?}"),
    };
    assert_eq!((id("acme").0, id("globex").0), ("acme".to_owned(), "globex".to_owned()));
    assert_ne!(id("acme").1, id("globex").1);
}

#[test]
fn somebody_elses_event_is_no_error() {
    let others = [
        (include_str!("../../events/someone-elses.json"), r#"source not supported: "aws.ec2""#),
        (
            r#"{"source":"aws.events","detail-type":"Something Else"}"#,
            r#"detail-type "Something Else" is not "Scheduled Event""#,
        ),
        (r#"{"source":"aws.scheduler"}"#, r#"the event has no "detail-type""#),
        (r#"{"source":["scim-key-lifecycle"]}"#, r#"source not supported: ["scim-key-lifecycle"]"#),
        (r#"{"kind":"schedule"}"#, r#"the event has no "source""#),
        ("{}", r#"the event has no "source""#),
    ];
    for (event, why) in others {
        let Ok(Arrival::NotOurs { why: said }) = arrives(event, &["acme"]) else { panic!("{event}") };
        assert_eq!(said, why);
    }
}

/// AWS's scheduled event with these resources.
fn scheduled(resources: &str) -> String {
    format!(r#"{{"source":"aws.events","detail-type":"Scheduled Event","resources":{resources}}}"#)
}

#[test]
fn a_malformed_event_is_refused_by_the_place_and_with_a_remedy() {
    let cases = [
        ("", "$", "not JSON"),
        ("[]", "$", "an event is a JSON object"),
        ("\"scheduled\"", "$", "an event is a JSON object"),
        (r#"{"source":"x","source":"x"}"#, "$.source", "twice"),
        (&native(r#","time":1700000000"#), "$.time", "this must be a text"),
        (&native(r#","time":"yesterday""#), "$.time", "this is not a time"),
        (&native(r#","time":"2026-11-24 06:00:00""#), "$.time", "this is not a time"),
        (&native(r#","account":7"#), "$.account", "this must be a text"),
        (&native(r#","account":"a b""#), "$.account", "an account's name is 1 to 64"),
        (&native(r#","account":"globex""#), "$.account", "the policy has no account of this name"),
        (&native(r#","schedule":{}"#), "$.schedule", "this must be a text"),
        (&native(r#","cursor":{}"#), "$.cursor", "this must be a text"),
        (&native(r#","endpoint":"http://x""#), "$.endpoint", "this field is not known"),
        (&native(r#","a b":1"#), r#"$["a b"]"#, "this field is not known"),
        (r#"{"source":"scim-key-lifecycle"}"#, "$.kind", "this is missing"),
        (r#"{"source":"scim-key-lifecycle","kind":7}"#, "$.kind", "this must be a text"),
        (r#"{"source":"scim-key-lifecycle","kind":"hygiene"}"#, "$.kind", "this kind is not known"),
        (&scheduled(r#""x""#), "$.resources", "this must be a list"),
        (&scheduled("[5]"), "$.resources[0]", "this must be a text"),
        (r#"{"source":"aws.events","detail-type":"Scheduled Event","time":7}"#, "$.time", "this must be a text"),
    ];
    all_refused(&cases.map(|(event, path, why)| (event.to_owned(), path, why)));
}

#[test]
fn a_cursor_comes_with_the_event_and_takes_no_part_in_the_run_id() {
    let with = |cursor: &str| native(&format!(r#","cursor":{cursor}"#));
    assert_eq!(cursor(&with(r#""eyJ.x""#)), Some("eyJ.x".to_owned()));
    for none in [native(""), with("null")] {
        assert_eq!(cursor(&none), None);
    }
    assert_eq!(run(&with(r#""eyJ.x""#)).run, run(&native("")).run);
    assert_eq!(run(&with(r#""eyJ.x""#)).run, run(&with(r#""eyJ.y""#)).run);
}

#[test]
fn a_cursor_is_taken_up_to_its_greatest_length_and_never_shown() {
    let long = |bytes: usize| native(&format!(r#","cursor":"{}""#, "q".repeat(bytes)));
    assert_eq!(cursor(&long(65_536)).map(|text| text.len()), Some(65_536));
    let problem = refused(&long(65_537));
    assert_eq!((problem.path.as_str(), problem.why.as_str()), ("$.cursor", "this has more than 65536 bytes"));
    assert!(!problem.to_string().contains("qq"), "{problem}");
}

#[test]
fn an_event_is_read_up_to_its_greatest_length_and_no_further() {
    let padded = |length: usize| format!("{}{}", native(""), " ".repeat(length - native("").len()));
    assert!(arrives(&padded(MAX_EVENT), &["acme"]).is_ok());
    let problem = refused(&padded(MAX_EVENT + 1));
    assert_eq!((problem.path.as_str(), problem.value.as_str()), ("$", "\"262145 bytes\""));
}

/// An event in what the loop sends around it: `resolve`, and a hop with two cursors of the greatest length.
fn in_the_loop(event: &str) -> [String; 2] {
    let sealed = "q".repeat(65_536);
    [
        format!(r#"{{"source":"scim-key-lifecycle","kind":"resolve","event":{event}}}"#),
        format!(
            r#"{{"source":"scim-key-lifecycle","kind":"hop","account":"acme","execution":"e",
                "register":{{"generation":7,"cursor":"{sealed}"}},"ours":"{sealed}","event":{event}}}"#
        ),
    ]
}

#[test]
fn what_the_loop_sends_around_an_event_counts_against_none_of_its_bounds() {
    let long = |bytes: usize| format!(r#"{{"source":"{}"}}"#, "x".repeat(bytes - 13));
    let deep = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    for longest in [long(MAX_EVENT), deep(64)] {
        for event in [longest.clone()].iter().chain(&in_the_loop(&longest)) {
            assert!(matches!(arrives(event, &["acme"]), Ok(Arrival::NotOurs { .. })), "{}", event.len());
        }
    }
    for (beyond, why) in [(long(MAX_EVENT + 1), "at most 262144 bytes"), (deep(65), "nested deeper than 64")] {
        assert!(refused(&beyond).why.contains(why), "{}", beyond.len());
        for event in in_the_loop(&beyond) {
            let problem = refused(&event);
            assert!(problem.why.contains(why) && problem.path.starts_with("$.event"), "{problem}");
        }
    }
}

#[test]
fn what_is_too_long_with_what_is_around_it_is_refused_unread() {
    let [resolve, _] = in_the_loop(&format!("{{}}{}", " ".repeat(2 * MAX_EVENT)));
    assert_eq!(refused(&resolve).path, "$");
}

#[test]
fn what_an_error_shows_of_an_event_is_short() {
    let long = "x".repeat(100_000);
    for event in [native(&format!(r#","time":"{long}""#)), native(&format!(r#","account":"{long}""#)), long.clone()] {
        assert!(refused(&event).to_string().len() < 600, "{}", refused(&event).to_string().len());
    }
    let Ok(Arrival::NotOurs { why }) = arrives(&format!(r#"{{"source":"{long}"}}"#), &["acme"]) else { panic!() };
    assert!(why.len() < 200);
}

#[test]
fn of_a_key_that_is_not_known_or_stands_twice_only_the_beginning_is_shown() {
    let (key, kept) = ("k".repeat(1000), "k".repeat(40));
    let unknown = refused(&native(&format!(r#","{key}":1"#)));
    assert_eq!((unknown.path, unknown.value.as_str()), (format!("$.{kept}…"), ""));
    let twice = refused(&native(&format!(r#","{key}":1,"{key}":2"#)));
    assert_eq!((twice.path, twice.why.as_str()), (format!("$.{kept}…"), "this key stands twice in one object"));
}
