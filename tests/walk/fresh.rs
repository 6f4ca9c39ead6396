//! A disable rests on a look at most two seconds old, however slow and throttled the looks are. The promise itself is
//! checked in every run that is played; here are the ways to break it.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, When};

use crate::stage::{LIST, OLD, Stage, UPDATE, switch};

const SLOW: Fault = Fault::Slow(Duration::from_secs(3));

#[tokio::test]
async fn a_look_that_aged_before_its_answer_came_is_taken_again() {
    let stage = Stage::expired();
    stage.simulator.inject(LIST, 1, SLOW);
    stage.simulator.inject(LIST, 2, SLOW);
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), played.count(LIST)), ("complete", "disabled", 4));
    assert_eq!(stage.statuses(), [Disabled, Enabled]);
}

#[tokio::test]
async fn looks_that_are_always_too_old_defer_the_disable() {
    let stage = Stage::expired();
    stage.simulator.draw_faults(|action| (action == LIST).then_some(SLOW));
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), played.writes().len()), ("continue", "deferred", 0));
    assert!(played.outcome_why(OLD).contains("older than 2s"), "{}", played.outcome_why(OLD));
}

#[tokio::test]
async fn a_throttled_look_counts_from_the_attempt_that_was_answered() {
    let stage = Stage::expired();
    for nth in 1..=3 {
        stage.simulator.inject(LIST, nth, Fault::Throttle);
    }
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD)), ("complete", "disabled"));
    let looked_at = played.answer["report"]["looked_at"].as_str().unwrap();
    let answered = played.calls.iter().find(|call| call.action == LIST.name() && call.answer == "ok").unwrap();
    assert_eq!(looked_at, answered.at.to_string());
}

#[tokio::test]
async fn a_key_that_changes_while_the_write_is_throttled_is_decided_about_anew() {
    let stage = Stage::expired();
    stage.simulator.inject(UPDATE, 1, Fault::Throttle);
    let clock = stage.clock.clone();
    stage.simulator.on_call(UPDATE, 1, When::After, move |_| clock.advance(Duration::from_secs(3)));
    stage.simulator.on_call(UPDATE, 1, When::After, switch(OLD, Disabled));
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), played.writes().len()), ("complete", "changed", 1));
    assert_eq!(stage.statuses(), [Disabled, Enabled]);
}
