//! The way back of what somebody has enabled already: nothing is written, and its incidents hold it off no more.

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, When};
use serde_json::Value;

use crate::looped::{AGED, CONTAIN, DAY, LADDER, Loop, execution, incident, off, on, schedule, statuses, topics};
use crate::restore::{receipt, restore};
use crate::stage::{LIST, OLD, switch};

/// A containment that is never repeated, its receipt, and somebody who has enabled the key since.
async fn enabled() -> (Loop, String) {
    let mut this = Loop::remembering(CONTAIN).await;
    this.guards = r#"{"hold_ground":0}"#;
    let receipt = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.pass(DAY);
    this.switch(OLD, Enabled);
    (this, receipt)
}

fn texts(answer: &Value) -> Vec<String> {
    let notices = answer["notices"].as_array().unwrap().iter();
    notices.map(|notice| notice["text"].as_str().unwrap().to_owned()).collect()
}

fn end(answers: &[Value]) -> &str {
    statuses(answers).last().unwrap()
}

fn why(answers: &[Value]) -> &str {
    answers.last().unwrap()["why"].as_str().unwrap()
}

#[tokio::test]
async fn it_is_freed_of_its_incidents_once_and_nothing_is_written() {
    let (mut this, receipt) = enabled().await;
    assert_eq!(end(&this.run(schedule(), true).await), "held", "it is on, and contained");
    this.pass(DAY);
    let freed = this.run(restore(&receipt), true).await;
    assert_eq!(end(&freed), "complete");
    let told: Vec<String> = freed.iter().flat_map(texts).collect();
    assert!(told[0].contains("is on, and no incident holds it off any more: the receipt"), "{told:?}");
    assert_eq!(freed.last().unwrap()["report"]["earlier"][0]["state"], "freed");
    this.pass(DAY);
    let later = this.run(schedule(), true).await;
    assert_eq!((end(&later), this.writes()), ("complete", vec![off(OLD)]));
    let again = this.run(restore(&receipt), true).await;
    assert!(why(&again).contains("used already; it is on: nothing is left to give back"), "{again:?}");
}

#[tokio::test]
async fn report_mode_says_that_it_would_be_given_back() {
    let (mut this, receipt) = enabled().await;
    this.mode = "report";
    let answer = this.run(restore(&receipt), true).await.remove(0);
    assert_eq!((topics(&answer), this.writes()), (vec!["would_restore"], vec![off(OLD)]));
    assert!(texts(&answer)[0].contains("would be given back"), "{answer:#}");
    this.mode = "enforce";
    assert_eq!(end(&this.run(schedule(), true).await), "held", "it was only said");
}

/// A rule of the schedule selects the key as well: it is held for the incident, and says so, but not what is to be done.
#[tokio::test]
async fn who_keeps_enabling_a_key_is_named_whatever_else_wants_it_off() {
    for rules in [format!("{AGED},{CONTAIN}"), format!("{LADDER},{CONTAIN}")] {
        let (mut this, _) = enabled().await;
        this.guards = r#"{"hold_ground":1}"#;
        this.rules = rules;
        this.run(schedule(), true).await;
        this.pass(DAY);
        this.switch(OLD, Enabled);
        let held = this.run(schedule(), true).await.remove(0);
        let text = texts(&held).into_iter().find(|text| text.contains("stays on")).unwrap();
        assert!(text.contains("disabled again 1 time(s) already, and somebody keeps enabling it"), "{text}");
        assert!(!text.contains("left alone until"), "{text}");
    }
}

#[tokio::test]
async fn what_was_held_for_as_long_as_the_policy_says_is_freed_by_its_newest_receipt() {
    let (mut this, first) = enabled().await;
    this.guards = r#"{"hold_ground":1}"#;
    let newest = receipt(&this.run(schedule(), true).await);
    this.pass(DAY);
    this.switch(OLD, Enabled);
    let held = this.run(schedule(), true).await;
    let trip = &held[0]["report"]["guards"][0];
    assert!(
        trip["why"].as_str().unwrap().contains("if it is to stay on, give back its newest receipt; if that"),
        "{trip}"
    );
    this.guards = r#"{"hold_ground":0}"#;
    let never = this.run(schedule(), true).await;
    let trip = &never[0]["report"]["guards"][0];
    assert!(
        trip["why"].as_str().unwrap().starts_with("guards.hold_ground is 0, so it is not disabled again;"),
        "{trip}"
    );
    this.guards = r#"{"hold_ground":1}"#;
    let old = this.run(restore(&first), true).await;
    assert!(why(&old).contains("disabled again since; it is on, and the incident INC-1 wants it off"), "{old:?}");
    this.run(restore(&newest), true).await;
    this.pass(DAY);
    assert_eq!(end(&this.run(schedule(), true).await), "complete");
    assert_eq!(this.writes(), [off(OLD), off(OLD)]);
}

#[tokio::test]
async fn a_receipt_that_was_lost_comes_with_the_event_that_is_sent_again() {
    let (mut this, _) = enabled().await;
    this.run(schedule(), true).await;
    let found = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.run(restore(&found), true).await;
    this.pass(DAY);
    assert_eq!(end(&this.run(schedule(), true).await), "complete");
}

#[tokio::test]
async fn a_list_that_is_out_of_date_frees_nothing() {
    let mut this = Loop::remembering(CONTAIN).await;
    let receipt = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    let mut execution = execution("e", restore(&receipt));
    this.hop(&mut execution, true).await;
    this.stage.simulator.inject(LIST, 1, Fault::StaleList(1));
    let hop = this.hop(&mut execution, true).await;
    let told = texts(&hop);
    assert!(told[0].contains("was not enabled (a fresh look led to keep)"), "{told:?}");
    this.switch(OLD, Enabled);
    assert_eq!(end(&this.run(restore(&receipt), true).await), "complete", "the receipt was not used");
    this.pass(DAY);
    assert_eq!((end(&this.run(schedule(), true).await), this.writes()), ("complete", vec![off(OLD)]));
}

#[tokio::test]
async fn what_is_off_at_the_late_look_calls_a_person() {
    let (mut this, receipt) = enabled().await;
    let mut execution = execution("e", restore(&receipt));
    let answers = [this.hop(&mut execution, true).await, this.hop(&mut execution, true).await];
    assert!(answers[1]["why"].as_str().unwrap().contains("the late look"), "{:#}", answers[1]);
    this.switch(OLD, Disabled);
    this.wait_for(&answers[1]);
    let last = this.hop(&mut execution, true).await;
    assert!(last["why"].as_str().unwrap().starts_with(&format!("{OLD} was to be enabled, and is off: ")), "{last:#}");
}

#[tokio::test]
async fn what_no_run_of_ours_switched_off_has_another_remedy_which_works() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.guards = r#"{"hold_ground":0}"#;
    this.switch(OLD, Disabled);
    this.run(incident("INC-1", &[OLD]), true).await;
    this.switch(OLD, Enabled);
    let held = this.run(schedule(), true).await;
    let trip = &held[0]["report"]["guards"][0];
    assert!(trip["why"].as_str().unwrap().contains("let it be disabled once, with a greater hold_ground"), "{trip}");
    this.guards = r#"{"hold_ground":1}"#;
    let newest = receipt(&this.run(schedule(), true).await);
    this.run(restore(&newest), true).await;
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
}

#[tokio::test]
async fn what_was_switched_off_once_more_is_not_switched_on() {
    let (mut this, receipt) = enabled().await;
    this.run(schedule(), true).await;
    this.switch(OLD, Disabled);
    let answers = this.run(restore(&receipt), true).await;
    let wanted = "seen on since; it is off, and the incident INC-1 wants it off: enable it in the console, and then";
    assert!(why(&answers).contains(wanted), "{answers:?}");
    assert_eq!((this.writes(), this.stage.status(OLD)), (vec![off(OLD)], Disabled));
    this.switch(OLD, Enabled);
    assert_eq!(end(&this.run(restore(&receipt), true).await), "complete", "that remedy");
}

#[tokio::test]
async fn what_is_switched_off_before_it_is_freed_stays_off_and_contained() {
    let (mut this, receipt) = enabled().await;
    let mut execution = execution("e", restore(&receipt));
    this.hop(&mut execution, true).await;
    this.stage.simulator.on_call(LIST, 1, When::Before, switch(OLD, Disabled));
    this.hop(&mut execution, true).await;
    this.switch(OLD, Enabled);
    this.pass(DAY);
    assert_eq!(end(&this.run(schedule(), true).await), "held", "the incident wants it off as before");
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn another_incident_holds_it() {
    let (mut this, receipt) = enabled().await;
    this.switch(OLD, Disabled);
    this.run(incident("INC-2", &[OLD]), true).await;
    this.switch(OLD, Enabled);
    this.guards = r#"{"hold_ground":3}"#;
    let writes = this.writes();
    let answers = this.run(restore(&receipt), true).await;
    assert_eq!((end(&answers), this.writes()), ("held", writes), "it starts no fight over it either");
    assert_eq!(answers[0]["report"]["guards"][0]["guard"], "implicated");
}
