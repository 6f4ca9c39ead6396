//! Somebody else switches the good key off while we switch the old one off.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, When};

use crate::stage::{EXPIRED, LIST, OLD, Stage, UPDATE, YOUNG, delete, key, switch};

const WRITTEN_AND_UNDONE: [(&str, &str, &str); 2] = [(OLD, "Disabled", "ok"), (OLD, "Enabled", "ok")];

#[tokio::test]
async fn a_disable_that_left_no_good_key_is_undone() {
    for when in [When::Before, When::After] {
        let stage = Stage::aged();
        stage.simulator.on_call(UPDATE, 1, when, switch(YOUNG, Disabled));
        let played = stage.play().await;
        assert_eq!(stage.statuses(), [Enabled, Disabled], "{when:?}");
        assert_eq!(played.writes(), WRITTEN_AND_UNDONE);
        assert_eq!((played.status(), played.outcome(OLD)), ("held", "undone"));
        assert_eq!(played.credential(OLD)["outcome"]["request_ids"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_good_key_that_was_deleted_leaves_none_either() {
    let stage = Stage::aged();
    stage.simulator.on_call(UPDATE, 1, When::After, delete(YOUNG));
    let played = stage.play().await;
    assert_eq!((played.outcome(OLD), stage.status(OLD)), ("undone", Enabled));
}

#[tokio::test]
async fn a_disable_that_nobody_acknowledged_is_not_undone_but_a_person_is_called() {
    for fault in [Fault::ResetAfter, Fault::Garbage, Fault::Slow(Duration::from_secs(9))] {
        let stage = Stage::aged();
        stage.simulator.inject(UPDATE, 1, fault.clone());
        stage.simulator.on_call(UPDATE, 1, When::After, switch(YOUNG, Disabled));
        let played = stage.play().await;
        assert_eq!((played.writes().len(), stage.statuses()), (1, [Disabled, Disabled]), "{fault:?}");
        assert_eq!((played.status(), played.outcome(OLD)), ("held", "no_good_key"));
        let told = played.answer["notices"][0]["text"].as_str().unwrap();
        assert!(told.contains("NO GOOD KEY IS LEFT"), "{told}");
    }
}

#[tokio::test]
async fn a_throttled_undo_is_sent_again() {
    let stage = Stage::aged();
    stage.simulator.on_call(UPDATE, 1, When::Before, switch(YOUNG, Disabled));
    stage.simulator.inject(UPDATE, 2, Fault::Throttle);
    stage.simulator.inject(UPDATE, 3, Fault::RefusedConnection);
    let played = stage.play().await;
    assert_eq!((played.outcome(OLD), stage.status(OLD), played.writes().len()), ("undone", Enabled, 4));
}

#[tokio::test]
async fn an_undo_whose_answer_is_lost_is_settled_by_looking() {
    let stage = Stage::aged();
    stage.simulator.on_call(UPDATE, 1, When::Before, switch(YOUNG, Disabled));
    stage.simulator.inject(UPDATE, 2, Fault::ResetAfter);
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), stage.status(OLD)), ("held", "undone", Enabled));
    assert_eq!(played.writes().len(), 2);
}

#[tokio::test]
async fn an_undo_that_is_refused_calls_a_person() {
    let stage = Stage::aged();
    stage.simulator.on_call(UPDATE, 1, When::Before, switch(YOUNG, Disabled));
    stage.simulator.inject(UPDATE, 2, Fault::Code("UnauthorizedOperation".to_owned()));
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD)), ("held", "no_good_key"));
    assert!(played.outcome_why(OLD).contains("UnauthorizedOperation"), "{}", played.outcome_why(OLD));
    assert_eq!(stage.statuses(), [Disabled, Disabled]);
}

#[tokio::test]
async fn an_expired_key_is_never_switched_on_again() {
    let stage = Stage::new(&[key(OLD, 379, 365)], &[OLD], EXPIRED);
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD)), ("complete", "disabled"));
    assert_eq!((stage.status(OLD), played.writes().len()), (Disabled, 1));
    let stage = Stage::expired();
    stage.simulator.on_call(UPDATE, 1, When::Before, switch(YOUNG, Disabled));
    assert_eq!(stage.play().await.outcome(OLD), "disabled");
    assert_eq!(stage.statuses(), [Disabled, Disabled]);
}

#[tokio::test]
async fn a_rule_that_waives_keep_one_is_not_undone_and_a_person_is_called() {
    let rule = r#"{"id":"any","on":"schedule","when":{"older_than":"90d"},"then":"disable","waives":["keep_one"]}"#;
    let stage = Stage::new(&[key(OLD, 200, 365)], &[OLD], rule);
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), stage.status(OLD)), ("held", "disabled", Disabled));
    assert!(played.answer["why"].as_str().unwrap().starts_with("no good key is left"), "{:#}", played.answer);
}

#[tokio::test]
async fn what_a_person_did_before_the_write_is_seen_if_the_look_has_aged() {
    let rule = r#"{"id":"one","on":"schedule","when":{"ids":["scimcred-aaaaaaaaaaaa"]},"then":"disable"}"#;
    let stage = Stage::new(&[key(OLD, 200, 365), key(YOUNG, 100, 365)], &[OLD, YOUNG], rule);
    // The look's answer takes three seconds; meanwhile the good key goes off.
    stage.simulator.inject(LIST, 1, Fault::Slow(Duration::from_secs(3)));
    stage.simulator.on_call(LIST, 1, When::After, switch(YOUNG, Disabled));
    let played = stage.play().await;
    assert_eq!((played.outcome(OLD), played.writes().len()), ("changed", 0));
    assert!(played.outcome_why(OLD).contains("led to held"), "{}", played.outcome_why(OLD));
    assert_eq!((played.status(), stage.status(OLD)), ("held", Enabled));
    let guards = played.answer["report"]["guards"].as_array().unwrap();
    assert!(guards.iter().any(|trip| trip["credential"] == OLD && trip["guard"] == "keep_one"), "{guards:?}");
}

#[tokio::test]
async fn a_key_that_was_deleted_after_its_disable_can_leave_no_good_key() {
    let stage = Stage::aged();
    stage.simulator.on_call(UPDATE, 1, When::After, |world| {
        delete(OLD)(world);
        switch(YOUNG, Disabled)(world);
    });
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), played.writes().len()), ("held", "no_good_key", 1));
    assert_eq!(played.outcome_why(OLD), "it was deleted meanwhile");
}

#[tokio::test]
async fn a_key_of_which_it_is_unclear_whether_it_worked_is_not_switched_on_again_but_a_person_is_called() {
    let rule = r#"{"id":"one","on":"schedule","when":{"ids":["scimcred-aaaaaaaaaaaa"]},"then":"disable"}"#;
    // Its expiry is printed in the cloud's zone: read as +08:00 it has passed, read as +00:00 it has not.
    let stage = Stage::new(&[key(OLD, 365, 365), key(YOUNG, 100, 365)], &[OLD, YOUNG], rule);
    stage.simulator.on_call(UPDATE, 1, When::After, switch(YOUNG, Disabled));
    let played = stage.play().await;
    assert_eq!(played.credential(OLD)["works"], "unknown");
    assert_eq!((played.status(), played.outcome(OLD), played.writes().len()), ("held", "no_good_key", 1));
    let why = "whether it worked before is unclear, so it is not switched on again";
    assert_eq!(played.outcome_why(OLD), why);
}
