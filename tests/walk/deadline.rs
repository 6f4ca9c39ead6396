//! Near the end of the invocation nothing is started that could not finish. The promise itself, that no call may end
//! after the deadline, is checked in every run that is played.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, When};

use crate::stage::{EVENT, LIST, OLD, Stage, UPDATE, YOUNG, key, switch};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn with_under_five_seconds_left_nothing_is_called() {
    for millis in [0, 1, 4_999] {
        let stage = Stage::expired().with_time(Duration::from_millis(millis));
        let played = stage.play().await;
        assert_eq!((played.status(), played.calls.len()), ("failed", 0));
        assert_eq!(played.why(), "DescribeIdentityCenter was not started: too little time is left");
    }
}

#[tokio::test]
async fn with_under_ten_seconds_left_the_zone_is_seen_and_nothing_is_written() {
    for millis in [5_000, 7_000, 9_999] {
        let stage = Stage::expired().with_time(Duration::from_millis(millis));
        let played = stage.play().await;
        assert_eq!((played.status(), played.outcome(OLD), played.writes().len()), ("continue", "deferred", 0));
        assert!(played.outcome_why(OLD).contains("too little time"), "{}", played.outcome_why(OLD));
        assert_eq!(stage.statuses(), [Enabled, Enabled]);
    }
}

#[tokio::test]
async fn what_may_have_to_be_undone_is_not_written_without_the_time_for_that() {
    for (millis, outcome, writes) in [(10_000, "deferred", 0), (19_999, "deferred", 0), (20_000, "disabled", 1)] {
        let played = Stage::aged().with_time(Duration::from_millis(millis)).play().await;
        assert_eq!((played.outcome(OLD), played.writes().len()), (outcome, writes), "{millis}");
    }
}

#[tokio::test]
async fn ten_seconds_are_enough_for_a_write_and_its_look() {
    let stage = Stage::expired().with_time(seconds(10));
    assert_eq!(stage.play().await.outcome(OLD), "disabled");
    assert_eq!(stage.statuses(), [Disabled, Enabled]);
}

#[tokio::test]
async fn a_write_and_a_look_that_both_take_all_their_time_leave_no_time_to_wait_for_another() {
    let stage = Stage::expired().with_time(seconds(10));
    stage.simulator.inject(UPDATE, 1, Fault::Slow(seconds(30)));
    stage.simulator.inject(LIST, 2, Fault::Slow(seconds(30)));
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD)), ("continue", "unsettled"));
    assert_eq!(played.ended, played.by);
}

#[tokio::test]
async fn a_list_that_never_comes_is_waited_for_as_long_as_there_is_time() {
    for time in [5, 8, 12, 23, 60] {
        let stage = Stage::expired().with_time(seconds(time));
        stage.simulator.draw_faults(|action| (action == LIST).then(|| Fault::Slow(seconds(30))));
        let played = stage.play().await;
        assert_eq!((played.status(), played.writes().len()), ("failed", 0), "{time}");
        let attempts = usize::try_from(time / 5).unwrap().min(4);
        assert!((1..=attempts).contains(&played.count(LIST)), "{time}");
    }
}

#[tokio::test]
async fn no_good_key_is_never_hidden_behind_work_that_is_left_over() {
    let rule = r#"{"id":"aged","on":"schedule","when":{"ids":["scimcred-aaaaaaaaaaaa"]},"then":"disable"},
        {"id":"third","on":"schedule","when":{"ids":["scimcred-cccccccccccc"]},"then":"disable","waives":["keep_one"]}"#;
    let keys = [key(OLD, 200, 365), key(YOUNG, 100, 365), key("scimcred-cccccccccccc", 50, 365)];
    let stage = Stage::new(&keys, &[OLD, YOUNG], rule);
    // The write's answer is lost and a person switches the good key off; the write after it is throttled to the end.
    stage.simulator.inject(UPDATE, 1, Fault::ResetAfter);
    stage.simulator.on_call(UPDATE, 1, When::After, switch(YOUNG, Disabled));
    for nth in 2..=5 {
        stage.simulator.inject(UPDATE, nth, Fault::Throttle);
    }
    let played = stage.play().await;
    assert_eq!((played.outcome(OLD), played.outcome("scimcred-cccccccccccc")), ("no_good_key", "deferred"));
    assert_eq!(played.status(), "held");
}

#[tokio::test]
async fn no_wait_before_a_repeat_outlasts_the_invocation() {
    for schedule in 0..20 {
        let stage = Stage::aged().with_time(seconds(20));
        stage.simulator.on_call(UPDATE, 1, When::Before, switch(YOUNG, Disabled));
        // The write, the look back and the undo take five seconds each, and the undo is then throttled.
        stage.simulator.inject(UPDATE, 1, Fault::Slow(Duration::from_millis(4_999)));
        stage.simulator.inject(LIST, 2, Fault::Slow(Duration::from_millis(4_999)));
        stage.simulator.inject(UPDATE, 2, Fault::Throttle);
        let clock = stage.clock.clone();
        stage.simulator.on_call(UPDATE, 2, When::After, move |_| clock.advance(Duration::from_millis(4_999)));
        // Each schedule has a run id of its own, and so a wait of its own.
        let event = EVENT.replace("daily", &format!("daily-{schedule}"));
        let played = stage.play_event(&event).await.unwrap();
        assert_eq!((played.outcome(OLD), played.writes().len()), ("no_good_key", 2), "{schedule}");
    }
}
