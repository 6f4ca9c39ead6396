//! `RequestLimitExceeded`: nothing was done, so it is sent again, later and slower, and not for ever.

use scim_key_lifecycle::simulator::Fault;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};

use crate::stage::{LIST, OLD, Stage, UPDATE};

#[tokio::test]
async fn a_throttled_write_is_sent_again_and_done() {
    let stage = Stage::expired();
    stage.simulator.inject(UPDATE, 1, Fault::Throttle);
    stage.simulator.inject(UPDATE, 2, Fault::Code("RequestLimitExceeded.UinLimitExceeded".to_owned()));
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD)), ("complete", "disabled"));
    assert_eq!((played.writes().len(), stage.statuses()), (3, [Disabled, Enabled]));
    assert!(played.calls.windows(2).all(|pair| pair[0].at <= pair[1].at));
}

#[tokio::test]
async fn a_write_to_which_no_connection_came_about_is_sent_again_and_done() {
    let stage = Stage::expired();
    stage.simulator.inject(UPDATE, 1, Fault::RefusedConnection);
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), played.writes().len()), ("complete", "disabled", 2));
}

#[tokio::test]
async fn a_throttled_list_is_sent_again_and_done() {
    let stage = Stage::expired();
    for nth in [1, 2, 4] {
        stage.simulator.inject(LIST, nth, Fault::Throttle);
    }
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), played.count(LIST)), ("complete", "disabled", 5));
}

#[tokio::test]
async fn a_write_that_is_throttled_every_time_is_deferred_and_done_when_the_event_comes_again() {
    let stage = Stage::expired();
    for nth in 1..=4 {
        stage.simulator.inject(UPDATE, nth, Fault::Throttle);
    }
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), played.writes().len()), ("continue", "deferred", 4));
    assert!(played.outcome_why(OLD).contains("RequestLimitExceeded"));
    assert_eq!(played.answer["resume_at"], played.ended.plus(std::time::Duration::from_secs(60)).to_string());
    assert_eq!(stage.statuses(), [Enabled, Enabled]);
    assert_eq!(stage.play().await.outcome(OLD), "disabled");
}

#[tokio::test]
async fn a_list_that_is_throttled_for_ever_fails_the_run_after_four_attempts() {
    let stage = Stage::expired();
    stage.simulator.draw_faults(|action| (action == LIST).then_some(Fault::Throttle));
    let played = stage.play().await;
    assert_eq!((played.status(), played.count(LIST), played.writes().len()), ("failed", 4, 0));
    assert!(played.why().contains("ListSCIMCredentials was answered with RequestLimitExceeded"), "{}", played.why());
}

#[tokio::test]
async fn sixty_runs_in_a_row_never_meet_the_limit() {
    let stage = Stage::expired().reporting();
    for _ in 0..60 {
        assert_eq!(stage.play().await.status(), "complete");
    }
    let calls = stage.simulator.calls();
    assert_eq!(calls.len(), 61, "the zone is asked for once");
    assert!(calls.iter().all(|call| call.answer == "ok"), "the pace outlives the run");
}
