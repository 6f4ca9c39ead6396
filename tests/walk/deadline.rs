//! Near the end of the invocation nothing is started that could not finish. The promise itself, that no call may end
//! after the deadline, is checked in every run that is played.

use std::time::Duration;

use scim_key_lifecycle::simulator::Fault;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};

use crate::stage::{LIST, OLD, Stage};

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
async fn ten_seconds_are_enough_for_a_write_and_its_look() {
    let stage = Stage::expired().with_time(seconds(10));
    assert_eq!(stage.play().await.outcome(OLD), "disabled");
    assert_eq!(stage.statuses(), [Disabled, Enabled]);
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
