//! One key's failure is data: it is reported, and stops no other.

use scim_key_lifecycle::simulator::Fault;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};

use crate::stage::{EXPIRED, OLD, Stage, UPDATE, YOUNG, key};

fn two_expired() -> Stage {
    Stage::new(&[key(OLD, 500, 365), key(YOUNG, 400, 365)], &[], EXPIRED)
}

#[tokio::test]
async fn a_write_that_is_refused_for_good_fails_and_the_next_key_is_still_disabled() {
    for code in ["UnauthorizedOperation", "InvalidParameter", "AuthFailure.SignatureFailure", "LimitExceeded"] {
        let stage = two_expired();
        stage.simulator.inject(UPDATE, 1, Fault::Code(code.to_owned()));
        let played = stage.play().await;
        assert_eq!(stage.statuses(), [Enabled, Disabled], "{code}");
        assert_eq!(played.writes(), [(OLD, "Disabled", code), (YOUNG, "Disabled", "ok")]);
        assert_eq!((played.outcome(OLD), played.outcome(YOUNG)), ("failed", "disabled"));
        assert_eq!(played.status(), "failed");
        assert!(played.why().contains(OLD) && played.why().contains(code), "{}", played.why());
        assert!(played.outcome_why(OLD).contains("[request "), "{}", played.outcome_why(OLD));
    }
}

#[tokio::test]
async fn what_is_left_over_asks_for_the_event_again_and_the_failure_is_told_at_once() {
    let stage = two_expired();
    stage.simulator.inject(UPDATE, 1, Fault::Code("UnauthorizedOperation".to_owned()));
    stage.simulator.inject(UPDATE, 2, Fault::ResetBefore);
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), played.outcome(YOUNG)), ("continue", "failed", "unsettled"));
    let told: Vec<&str> =
        played.answer["notices"].as_array().unwrap().iter().map(|notice| notice["text"].as_str().unwrap()).collect();
    assert!(told.iter().any(|text| text.contains(OLD) && text.contains("UnauthorizedOperation")), "{told:?}");
}
