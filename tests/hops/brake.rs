//! The brake after a gap, and the hold after a person has enabled a key again.

use scim_key_lifecycle::simulator::SimStatus;
use serde_json::Value;

use crate::looped::{AGED, CONTAIN, DAY, LADDER, Loop, execution, incident, off, schedule, topics};
use crate::stage::OLD;

#[tokio::test]
async fn without_memory_and_after_a_gap_the_ladders_start_again() {
    let mut this = Loop::new(LADDER);
    this.run(schedule(), true).await;
    assert_eq!(this.facts("resumed").len(), 1, "there was no memory");
    this.pass(DAY * 3);
    let brakes = |answer: &Value| answer["report"]["memory"]["means"].as_str().unwrap().contains("guards.max_gap");
    let answers = this.run(schedule(), true).await;
    assert_eq!((topics(&answers[0]), brakes(&answers[0])), (vec![], false), "three days are no gap");
    this.pass(DAY * 4);
    let answers = this.run(schedule(), true).await;
    assert!(brakes(&answers[0]), "the report says so");
    assert_eq!((topics(&answers[0]), this.facts("resumed").len()), (vec!["warning"], 2));
    assert_eq!(this.facts("warned").len(), 2);
}

#[tokio::test]
async fn a_gap_between_scheduled_runs_is_one_though_incidents_came_within_it() {
    let mut this = Loop::new(&format!("{LADDER},{CONTAIN}"));
    this.run(schedule(), true).await;
    for id in ["INC-1", "INC-2"] {
        this.pass(DAY * 2);
        this.run(incident(id, &[]), true).await;
    }
    let answers = this.run(schedule(), true).await;
    assert_eq!((topics(&answers[0]), this.facts("resumed").len()), (vec!["warning"], 2), "the ladder starts again");
}

#[tokio::test]
async fn a_run_that_began_before_a_scheduled_one_and_ends_after_it_makes_no_gap() {
    let mut this = Loop::remembering(CONTAIN).await;
    let mut older = execution("older", incident("INC-1", &[OLD]));
    let contained = this.hop(&mut older, true).await;
    this.run(schedule(), false).await;
    this.wait_for(&contained);
    let settled = this.register.len();
    this.hop(&mut older, true).await;
    assert_eq!(this.register.len(), settled + 1, "that people heard of it");
    this.pass(DAY * 2);
    this.run(schedule(), true).await;
    assert_eq!(this.facts("resumed").len(), 1, "two days after a scheduled run, three after the one before");
}

#[tokio::test]
async fn a_key_that_a_person_enabled_again_is_left_alone_for_a_while() {
    let mut this = Loop::remembering(AGED).await;
    this.guards = r#"{"hold_after_reenable":"5d"}"#;
    this.run(schedule(), true).await;
    assert_eq!(this.writes(), [off(OLD)]);
    this.switch(OLD, SimStatus::Enabled);
    for day in 0..5 {
        this.pass(DAY);
        this.run(schedule(), true).await;
        assert_eq!(this.writes().len(), 1, "day {day}");
    }
    this.pass(DAY);
    this.run(schedule(), true).await;
    assert_eq!(this.writes(), [off(OLD), off(OLD)]);
}
