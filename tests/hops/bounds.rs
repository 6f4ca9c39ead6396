//! The bounds of an answer (128 KiB) and of a cursor (48 KiB), at the extremes that a policy and an event may go to.

use std::collections::BTreeSet;
use std::time::Duration;

use scim_key_lifecycle::cursor::{MAX_CURSOR, may_be_full};
use scim_key_lifecycle::report::MAX_ANSWER;
use scim_key_lifecycle::simulator::Fault;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use serde_json::{Value, json};

use crate::looped::{CONTAIN, DAY, Loop, execution, incident, notices, off, schedule, statuses, topics};
use crate::restore::{receipt, restore, ways_back};
use crate::stage::{OLD, UPDATE, YOUNG};

/// The longest name that an incident or an execution may have.
const LONG: &str = "long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-\
                    long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-";

/// A condition of some 150 KiB that is `yes` of every key, as a policy may have one.
fn endless() -> String {
    let ids: Vec<String> = (0..95).map(|number| format!(r#""scimcred-{number:012}""#)).collect();
    let one = format!(r#"{{"ids":[{}]}}"#, ids.join(","));
    format!(r#"{{"any":[{{"older_than":"1d"}},{}]}}"#, vec![one; 70].join(","))
}

/// So many rules, each with a name of its own.
fn rules(count: usize, rest: &str) -> String {
    let rule = |number| format!(r#"{{"id":"{number:064}",{rest}}}"#);
    (0..count).map(rule).collect::<Vec<_>>().join(",")
}

fn assert_within_bounds(answer: &Value) {
    let length = answer.to_string().len();
    assert!(length <= MAX_ANSWER, "an answer has {length} bytes");
    let cursor = answer["cursor"].as_str().map_or(0, str::len);
    assert!(cursor <= MAX_CURSOR, "a cursor has {cursor} bytes");
}

#[tokio::test]
async fn what_a_containment_did_is_remembered_however_long_the_names_and_the_rule_are() {
    let when = endless();
    let mut this = Loop::remembering(&format!(
        r#"{{"id":"{LONG:.64}","on":"incident","when":{when},"then":"disable","waives":["keep_one"]}}"#
    ))
    .await;
    let mut execution = execution(LONG, incident(LONG, &[OLD, YOUNG]));
    let answer = this.hop(&mut execution, true).await;
    assert_within_bounds(&answer);
    assert_eq!((this.writes(), answer["status"].as_str()), (vec![off(OLD), off(YOUNG)], Some("continue")));
    assert_eq!((this.facts("answered").len(), this.facts("implicated").len(), this.facts("disabled").len()), (1, 2, 2));
    assert_eq!(
        (&answer["report"]["left_out"], answer["report"]["credentials"].as_array().unwrap().len()),
        (&Value::Null, 2)
    );
    assert_eq!(topics(&answer), ["disable", "disable"]);
    let texts: Vec<&str> =
        answer["notices"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert!(texts.iter().all(|text| text.contains("was disabled: older_than 1d or ids scimcred-")), "{texts:?}");
    this.wait_for(&answer);
    let ended = [this.hop(&mut execution, true).await];
    assert_within_bounds(&ended[0]);
    assert_eq!((statuses(&ended), ways_back(&ended).len()), (vec!["held"], 2));
}

/// What does not fit is told by a later run: until then it counts as not told.
#[tokio::test]
async fn more_warnings_than_a_cursor_has_room_for_are_given_in_several_runs() {
    let rest = r#""on":"schedule","when":{"older_than":"1d"},"then":"disable","warn_before":["9d"]"#;
    let mut this = Loop::new(&rules(40, rest));
    let mut told = BTreeSet::new();
    for day in 0..3 {
        for answer in this.run(schedule(), true).await {
            assert_within_bounds(&answer);
            assert!(
                answer["settle"].is_object() || notices(&answer).is_empty(),
                "day {day}: nothing is told unremembered"
            );
            told.extend(
                answer["notices"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|it| (it["rule"].to_string(), it["credentials"].to_string())),
            );
        }
        this.pass(DAY);
    }
    assert_eq!((told.len(), this.facts("warned").len(), this.writes().len()), (80, 80, 0));
}

/// A memory that is full restrains: nothing is written on it but a first containment.
#[tokio::test]
async fn a_run_that_could_not_remember_its_write_does_not_send_it_and_calls_a_person() {
    let aged = r#"{"id":"aged","on":"schedule","when":{"older_than":"90d"},"then":"disable"}"#;
    let warned = r#""on":"schedule","when":{"older_than":"1d"},"then":"disable","warn_before":["9d"]"#;
    let mut this = Loop::remembering(&rules(100, warned)).await;
    let mut days = 0;
    while statuses(&this.run(schedule(), true).await).last() != Some(&"failed") {
        (days, _) = (days + 1, this.pass(DAY));
        assert!(days < 30, "its memory is never full");
    }
    this.rules = format!("{aged},{CONTAIN}");
    this.pass(DAY);
    let full = this.run(schedule(), true).await;
    assert_eq!((statuses(&full).last(), this.writes().len()), (Some(&"failed"), 0), "{full:#?}");
    assert_eq!((topics(&full[0]), full.len()), (vec!["blind"], 2), "people are told once");
    assert_eq!(full[0]["notices"][0]["credentials"], json!([OLD]), "and of which key nothing came");
    assert!(full[0]["why"].as_str().unwrap().contains("bytes"), "{}", full[0]["why"]);
    this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((this.writes(), this.stage.status(OLD)), (vec![off(OLD)], Disabled));
}

/// A loop whose memory is filled by incidents, and its newest cursor.
async fn full_of_incidents() -> (Loop, String) {
    let mut this = Loop::remembering(CONTAIN).await;
    for number in 0..400 {
        let event = incident(&format!("{LONG:.100}-{number}"), &[OLD]);
        if statuses(&this.run(event, true).await).last() == Some(&"failed") {
            let cursor = this.register.last().unwrap().1.clone();
            return (this, cursor);
        }
    }
    panic!("its memory is never full")
}

#[tokio::test]
async fn when_incidents_fill_the_memory_each_run_says_so_once_and_what_to_do() {
    let (mut this, _) = full_of_incidents().await;
    for event in [incident("INC-1", &[YOUNG]), schedule()] {
        let answers = this.run(event, true).await;
        let told = answers.iter().filter(|answer| topics(answer).contains(&"not_through")).count();
        if statuses(&answers).last() == Some(&"failed") {
            assert_eq!(told, 1, "{answers:#?}");
        }
    }
    assert_eq!(this.stage.status(YOUNG), Disabled, "it is contained all the same");
}

/// The longest ids on one key: what a restore adds is nowhere more, next to what is remembered already. It is asked for after
/// each incident, until there is no room to name them all once more.
#[tokio::test]
async fn a_restore_for_whose_intent_there_is_no_room_leaves_none_and_its_remedy_is_at_hand() {
    let mut this = Loop::remembering(CONTAIN).await;
    let (answers, bytes) = loop {
        let number = this.register.len();
        let newest = receipt(&this.run(incident(&format!("{LONG:.190}-{number}"), &[OLD]), true).await);
        let register = this.register.clone();
        let answers = this.run(restore(&newest), true).await;
        if statuses(&answers).last() == Some(&"failed") {
            break (answers, register.last().unwrap().1.len());
        }
        // As if nobody had asked.
        this.register = register;
        this.switch(OLD, Disabled);
    };
    assert!(may_be_full(bytes), "{bytes} bytes");
    assert!(answers[0]["why"].as_str().unwrap().contains("its memory is full"), "{}", answers[0]["why"]);
    assert!(this.facts("intended").is_empty(), "what cannot be done is not meant");
    assert_eq!(answers[0]["notices"][0]["credentials"], json!([OLD]));
}

/// Each try has an intent that names all incidents, and is kept for a while.
#[tokio::test]
async fn a_restore_of_what_many_incidents_hold_off_outlasts_a_cloud_that_is_too_busy() {
    let mut this = Loop::remembering(CONTAIN).await;
    let mut newest = String::new();
    for number in 0..40 {
        newest = receipt(&this.run(incident(&format!("INC-{number}"), &[OLD, YOUNG]), true).await);
    }
    let busy_until = this.now().plus(Duration::from_secs(15 * 60));
    let mut execution = execution("e", restore(&newest));
    this.stage.simulator.draw_faults(|action| (action == UPDATE).then_some(Fault::Throttle));
    let ended = loop {
        let answer = this.hop(&mut execution, true).await;
        if answer["status"] != "continue" {
            break answer;
        }
        this.wait_for(&answer);
        if this.now() > busy_until {
            this.stage.simulator.draw_faults(|_| None);
        }
    };
    assert_eq!((ended["status"].as_str(), this.stage.status(OLD)), (Some("complete"), Enabled), "{ended:#}");
}

/// Three dozen incidents hold both keys, and somebody switches these on again.
#[tokio::test]
async fn three_dozen_incidents_leave_room_to_hold_their_ground() {
    let mut this = Loop::remembering(CONTAIN).await;
    for number in 0..36 {
        this.run(incident(&format!("{LONG:.130}-{number}"), &[OLD, YOUNG]), true).await;
    }
    for key in [OLD, YOUNG] {
        this.switch(key, Enabled);
    }
    this.pass(DAY);
    this.run(schedule(), true).await;
    assert_eq!([OLD, YOUNG].map(|key| this.stage.status(key)), [Disabled, Disabled]);
}

#[tokio::test]
async fn a_bare_event_whose_cursor_has_no_room_left_writes_no_more_than_a_containment() {
    let (mut this, cursor) = full_of_incidents().await;
    this.rules = r#"{"id":"aged","on":"schedule","when":{"older_than":"5d"},"then":"disable",
        "waives":["keep_one"]}"#
        .to_owned();
    let before = this.writes().len();
    let mut event = schedule();
    event["cursor"] = cursor.into();
    let answer = this.invoke(&event).await;
    assert_eq!(this.writes().len(), before, "{answer:#}");
}

/// A cursor with the run's record alone would be believed if it were sent back, and would take every restraint away.
#[tokio::test]
async fn a_bare_containment_that_its_cursor_has_no_room_for_is_written_and_answers_without_a_cursor() {
    let (this, cursor) = full_of_incidents().await;
    let mut event = incident(LONG, &[YOUNG]);
    event["cursor"] = cursor.into();
    let answer = this.invoke(&event).await;
    assert_eq!((this.stage.status(YOUNG), answer["status"].as_str()), (Disabled, Some("failed")));
    assert_eq!(answer["cursor"], Value::Null);
    assert!(answer["why"].as_str().unwrap().contains("so the answer has none"), "{}", answer["why"]);
    assert!(topics(&answer).contains(&"not_through"), "{answer:#}");
}

#[tokio::test]
async fn a_report_that_would_be_too_long_leaves_out_what_each_rule_says_and_says_so() {
    let reason = "\u{1F511}".repeat(200);
    let protect = |key| json!({ "credential": key, "reason": reason, "until": "2027-11-24" });
    let rest = format!(r#""on":"schedule","when":{{"older_than":"1d"}},"then":"disable","controls":["{reason}"]"#);
    let mut this = Loop::new(&rules(100, &rest));
    this.guards = json!({ "protect": [protect(OLD), protect(YOUNG)] }).to_string().leak();
    for event in [schedule(), json!({ "source": "scim-key-lifecycle", "kind": "schedule", "cursor": null })] {
        let answer = this.invoke(&event).await;
        assert_within_bounds(&answer);
        let report = &answer["report"];
        assert!(report["left_out"].as_str().unwrap().contains("what each rule says"), "{report}");
        for (credential, key) in report["credentials"].as_array().unwrap().iter().zip([OLD, YOUNG]) {
            assert_eq!((&credential["credential"], &credential["verdict"]), (&json!(key), &json!("held")));
            assert!(credential["why"].as_str().unwrap().contains("protects it until"), "{credential}");
        }
    }
}
