//! The same event again: it is the same run, and its report says what an earlier delivery did.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, When};
use serde_json::{Value, json};

use crate::looped::{AGED, CONTAIN, DAY, Loop, QUIET, execution, incident, off, on, schedule};
use crate::restore::{receipt, restore, ways_back};
use crate::stage::{OLD, UPDATE, YOUNG, delete};

/// A schedule's event of one day: another day's is another run.
fn tick(day: u8) -> Value {
    let time = format!("2026-11-{day:02}T06:00:00Z");
    json!({ "source": "scim-key-lifecycle", "kind": "schedule", "schedule": "daily", "time": time })
}

/// What the report says of earlier deliveries.
fn before(answer: &Value) -> Vec<Value> {
    answer["report"]["delivered_before"].as_array().cloned().unwrap_or_default()
}

/// The same of a whole execution's answers: each says it, or none.
fn all_say(answers: &[Value]) -> Vec<Value> {
    let said = before(&answers[0]);
    answers.iter().for_each(|answer| assert_eq!(before(answer), said, "{answer:#}"));
    said
}

#[tokio::test]
async fn a_schedule_that_is_delivered_again_says_what_its_first_delivery_switched_off_and_what_people_heard() {
    let mut this = Loop::remembering(AGED).await;
    assert_eq!(all_say(&this.run(tick(24), true).await), [Value::Null; 0], "what a run does itself is no redelivery");
    let (disabled, heard) = (this.facts("disabled").remove(0), this.facts("heard").remove(0));
    let first = json!({ "did": "disabled", "credential": OLD, "at": disabled["at"], "rule": "aged", "heard_as_of": heard["at"] });
    assert_eq!(all_say(&this.run(tick(24), true).await), std::slice::from_ref(&first));
    this.pass(DAY);
    assert_eq!(all_say(&this.run(tick(25), true).await), [Value::Null; 0], "another day's run is another one");
    assert_eq!(all_say(&this.run(tick(24), true).await), [first], "others have settled since");
    assert_eq!(this.writes(), [off(OLD)]);
}

/// It is gone by the look after the write: this run switched it off all the same.
#[tokio::test]
async fn a_disable_of_a_key_that_is_deleted_at_once_is_no_earlier_deliverys() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.on_call(UPDATE, 1, When::After, delete(OLD));
    let answers = this.run(tick(24), true).await;
    assert_eq!((all_say(&answers), this.writes()), (vec![], vec![off(OLD)]));
    assert_eq!(all_say(&this.run(tick(24), true).await)[0]["did"], "disabled", "now it is");
}

#[tokio::test]
async fn what_nobody_was_told_of_the_first_delivery_says_so() {
    let mut this = Loop::remembering(AGED).await;
    this.run(tick(24), false).await;
    let again = this.run(tick(24), false).await;
    assert_eq!(all_say(&again)[0]["heard_as_of"], Value::Null);
}

#[tokio::test]
async fn of_two_deliveries_at_once_the_one_that_waited_says_what_the_other_did() {
    let mut this = Loop::remembering(AGED).await;
    let (mut first, mut second) = (execution("first", tick(24)), execution("second", tick(24)));
    this.hop(&mut first, true).await;
    let waits = this.hop(&mut second, true).await;
    assert_eq!((waits["status"].as_str(), before(&waits)), (Some("continue"), vec![]));
    this.hop(&mut first, true).await;
    this.wait_for(&waits);
    let through = this.hop(&mut second, true).await;
    assert_eq!(
        (before(&through)[0]["did"].as_str(), before(&through)[0]["rule"].as_str()),
        (Some("disabled"), Some("aged"))
    );
    this.pass(Duration::from_secs(60));
    assert_eq!(before(&this.hop(&mut first, true).await), [Value::Null; 0], "it did that itself");
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn an_incident_that_is_sent_again_says_that_it_was_answered_and_what_went_off_for_it() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.run(incident("INC-1", &[OLD]), true).await;
    let said = all_say(&this.run(incident("INC-1", &[OLD]), true).await);
    let did: Vec<_> = said.iter().map(|before| (before["did"].as_str(), before["rule"].as_str())).collect();
    assert_eq!(did, [(Some("answered"), None), (Some("disabled"), Some("contain"))]);
    assert_eq!((&said[0]["incident"], &said[1]["credential"]), (&json!("INC-1"), &json!(OLD)));
    this.pass(DAY);
    this.switch(OLD, Enabled);
    let upheld = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!(this.writes(), [off(OLD), off(OLD)]);
    let at = |said: &[Value]| said.iter().map(|before| before["at"].clone()).collect::<Vec<_>>();
    let last = before(upheld.last().unwrap());
    assert_eq!(at(&last), at(&said), "what this delivery does itself is none of the earlier one's");
}

/// The first delivery dies in the minute before its end, and what it had gathered for its caller is gone.
#[tokio::test]
async fn an_incident_that_is_sent_again_leaves_the_receipt_that_its_first_delivery_took_with_it() {
    for id in ["INC-1", "INC-2"] {
        let mut this = Loop::remembering(CONTAIN).await;
        this.run(incident("INC-1", &[OLD]), true).await;
        this.hop(&mut execution("dies", incident(id, &[OLD])), true).await;
        this.pass(DAY);
        let again = this.run(incident(id, &[OLD]), true).await;
        assert_eq!(ways_back(&again), [OLD], "{id}");
        this.run(restore(&receipt(&again)), true).await;
        assert_eq!(this.writes(), [off(OLD), on(OLD)], "{id}");
        assert_eq!(ways_back(&this.run(incident(id, &[OLD]), true).await), [""; 0], "it was used");
    }
}

#[tokio::test]
async fn a_schedule_that_is_delivered_again_leaves_the_receipt_of_what_its_first_delivery_switched_off() {
    let mut this = Loop::remembering(AGED).await;
    let mut dies = execution("dies", tick(24));
    for _ in 0..2 {
        assert_eq!(ways_back(&[this.hop(&mut dies, true).await]), [""; 0]);
    }
    assert_eq!(this.writes(), [off(OLD)]);
    this.pass(DAY);
    assert_eq!(ways_back(&this.run(tick(25), true).await), [""; 0], "another day's run did not do that");
    let again = this.run(tick(24), true).await;
    assert_eq!(ways_back(&again), [OLD]);
    this.run(restore(&receipt(&again)), true).await;
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
    assert_eq!(ways_back(&this.run(tick(24), true).await), [""; 0], "it was used");
}

/// What is remembered tells it: the later delivery has no look of its own.
#[tokio::test]
async fn a_delivery_that_cannot_look_leaves_no_receipt_of_what_every_look_before_showed_on() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.inject(UPDATE, 1, Fault::NoEffect);
    this.run(tick(24), true).await;
    this.stage.simulator.draw_faults(|_| Some(Fault::RefusedConnection));
    let mut again = execution("again", tick(24));
    again.until = Some(this.now().plus(Duration::from_secs(30)));
    let answer = this.hop(&mut again, true).await;
    assert_eq!((answer["status"].as_str(), answer.get("receipts")), (Some("failed"), None));
    assert_eq!(before(&answer)[0]["did"], "disabled", "it is known that the cloud acknowledged it");
}

#[tokio::test]
async fn each_way_back_is_left_at_the_end_of_an_execution_and_only_for_what_its_event_is_about() {
    let mut this = Loop::remembering(CONTAIN).await;
    assert_eq!(ways_back(&this.run(incident("INC-1", &[OLD]), true).await), [OLD], "it did that itself");
    assert_eq!(ways_back(&this.run(incident("INC-2", &[YOUNG]), true).await), [YOUNG], "the other is none of it");
    this.run(incident("INC-3", &[OLD, YOUNG]), true).await;
    this.pass(DAY);
    this.switch(YOUNG, Enabled);
    let upheld = this.run(incident("INC-3", &[OLD, YOUNG]), true).await;
    assert!(upheld.len() > 2, "it means that, writes it, and looks late");
    let mut goes_on = upheld.iter().filter(|answer| answer["status"] == "continue");
    assert!(goes_on.all(|answer| answer["receipts"].is_null()));
    assert_eq!(ways_back(&upheld), [OLD, YOUNG]);
}

#[tokio::test]
async fn a_receipt_that_is_given_back_twice_says_when_it_was_used() {
    let mut this = Loop::remembering(AGED).await;
    let answers = this.run(schedule(), true).await;
    let receipt = answers.iter().find_map(|answer| answer["receipts"][0]["token"].as_str()).unwrap().to_owned();
    this.rules = QUIET.to_owned();
    let restore = json!({ "source": "scim-key-lifecycle", "kind": "restore", "receipt": receipt });
    assert_eq!(all_say(&this.run(restore.clone(), true).await), [Value::Null; 0]);
    let meant = this.facts("intended").into_iter().find(|fact| fact["purpose"] == "restore").unwrap();
    let again = this.run(restore, true).await;
    let expected = json!({ "did": "meant_to_enable", "credential": OLD, "at": meant["at"], "sent": true });
    assert_eq!(all_say(&again), [expected]);
    assert!(again[0]["why"].as_str().unwrap().contains("was used already; it is on: nothing is left to give back"));
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
}

#[tokio::test]
async fn without_a_loop_the_events_cursor_tells_what_the_first_delivery_did() {
    let this = Loop::new(AGED);
    let mut event = tick(24);
    let first = this.invoke(&event).await;
    assert_eq!((before(&first), this.stage.status(OLD)), (vec![], Disabled));
    event["cursor"] = first["cursor"].clone();
    this.pass(DAY);
    let again = this.invoke(&event).await;
    assert_eq!((before(&again)[0]["did"].as_str(), this.writes()), (Some("disabled"), vec![off(OLD)]));
}

/// What such an answer says is over, done or meant is so of the other run.
#[tokio::test]
async fn a_last_answer_of_another_run_is_not_believed() {
    let mut this = Loop::new(QUIET);
    let mut another = execution("another", tick(24));
    this.hop(&mut another, true).await;
    this.rules = AGED.to_owned();
    this.pass(DAY);
    let mut next = execution("next", tick(25));
    next.ours = another.ours;
    let meant = this.hop(&mut next, true).await;
    assert_eq!((meant["status"].as_str(), this.facts("intended").len()), (Some("continue"), 1), "the other is over");
}
