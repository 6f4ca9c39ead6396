//! Answers that do not say whether the write had its effect: looking settles it, and it is not sent twice in a run.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, SameStatus, When};

use crate::stage::{LIST, OLD, Played, Stage, UPDATE, delete, switch};

/// Plays a run whose write meets this fault.
async fn write_meets(fault: &Fault) -> (Stage, Played) {
    let stage = Stage::expired();
    stage.simulator.inject(UPDATE, 1, fault.clone());
    let played = stage.play().await;
    assert_eq!(played.writes().len(), 1, "{fault:?}");
    (stage, played)
}

#[tokio::test]
async fn a_lost_answer_to_a_write_that_took_effect_is_settled_by_looking() {
    let lost = [
        Fault::ResetAfter,
        Fault::Garbage,
        Fault::Instead("{}".to_owned()),
        Fault::Instead(r#"{"Response":{"RequestId":7}}"#.to_owned()),
        Fault::Slow(Duration::from_secs(6)),
    ];
    for fault in lost {
        let (stage, played) = write_meets(&fault).await;
        assert_eq!(stage.statuses(), [Disabled, Enabled]);
        assert_eq!((played.status(), played.outcome(OLD)), ("complete", "disabled"), "{fault:?}");
        let why = played.outcome_why(OLD);
        assert!(why.starts_with("it is seen to be off, though UpdateSCIMCredentialStatus got"), "{fault:?}: {why}");
        assert_eq!(played.credential(OLD)["outcome"]["request_ids"], serde_json::json!([]), "{fault:?}");
    }
}

#[tokio::test]
async fn a_write_that_seems_lost_without_effect_is_unsettled_and_the_event_sent_again_finishes_it() {
    let lost = [
        Fault::ResetBefore,
        Fault::Gateway(502),
        Fault::Gateway(504),
        Fault::NoEffect,
        Fault::Code("InternalError".to_owned()),
        Fault::Code("FailedOperation.DBOperationError".to_owned()),
    ];
    for fault in lost {
        let (stage, played) = write_meets(&fault).await;
        assert_eq!(stage.statuses(), [Enabled, Enabled]);
        assert_eq!((played.status(), played.outcome(OLD)), ("continue", "unsettled"), "{fault:?}");
        assert!(played.answer["resume_at"].is_string());
        let again = stage.play().await;
        assert_eq!(again.writes().len(), 1, "{fault:?}");
        assert_eq!((again.status(), again.outcome(OLD)), ("complete", "disabled"), "{fault:?}");
        assert_eq!(stage.statuses(), [Disabled, Enabled]);
    }
}

#[tokio::test]
async fn a_write_that_the_service_refuses_while_the_key_stays_on_is_a_failure_and_is_not_repeated() {
    for code in ["InvalidParameter.UserScimCredentialStatusError", "FailedOperation.NobodyDocumentsThis"] {
        let (stage, played) = write_meets(&Fault::Code(code.to_owned())).await;
        assert_eq!((played.status(), played.outcome(OLD)), ("failed", "failed"), "{code}");
        assert!(played.why().contains(code) && played.why().contains("still shows it Enabled"), "{}", played.why());
        assert_eq!((stage.statuses(), played.writes().len()), ([Enabled, Enabled], 1));
    }
}

#[tokio::test]
async fn a_key_that_somebody_disabled_first_is_settled_whatever_the_cloud_says_to_the_second_disable() {
    for same_status in [SameStatus::Accepted, SameStatus::Refused] {
        let stage = Stage::expired();
        stage.change(|account| account.same_status = same_status);
        stage.simulator.on_call(UPDATE, 1, When::Before, switch(OLD, Disabled));
        let played = stage.play().await;
        assert_eq!((played.writes().len(), played.calls.iter().filter(|call| call.changed).count()), (1, 0));
        assert_eq!((played.status(), played.outcome(OLD)), ("complete", "disabled"), "{same_status:?}");
    }
}

#[tokio::test]
async fn a_stale_list_after_the_write_is_looked_at_again() {
    let stage = Stage::expired();
    stage.simulator.inject(LIST, 2, Fault::StaleList(1));
    stage.simulator.inject(LIST, 3, Fault::StaleList(1));
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD)), ("complete", "disabled"));
    assert_eq!((played.writes().len(), played.count(LIST)), (1, 4));
}

#[tokio::test]
async fn lists_that_stay_stale_leave_it_unsettled_and_the_next_run_sees_that_it_is_off() {
    let stage = Stage::expired();
    for look in 2..=4 {
        stage.simulator.inject(LIST, look, Fault::StaleList(1));
    }
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD)), ("continue", "unsettled"));
    assert!(played.outcome_why(OLD).contains("acknowledged, but the cloud still shows it Enabled"));
    assert_eq!(stage.play().await.writes(), []);
    assert_eq!(stage.statuses(), [Disabled, Enabled]);
}

#[tokio::test]
async fn a_key_that_is_deleted_before_or_after_the_write_is_gone() {
    for when in [When::Before, When::After] {
        let stage = Stage::expired();
        stage.simulator.on_call(UPDATE, 1, when, delete(OLD));
        let played = stage.play().await;
        assert_eq!((played.status(), played.outcome(OLD)), ("complete", "gone"), "{when:?}");
        assert_eq!(played.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_zone_that_cannot_be_read_back_leaves_it_unsettled() {
    let stage = Stage::expired();
    stage.simulator.on_call(UPDATE, 1, When::After, |world| {
        world.account_mut(&crate::stage::secret_id("acme")).unwrap().denied.insert(LIST);
    });
    let played = stage.play().await;
    assert_eq!((played.status(), played.outcome(OLD), played.writes().len()), ("continue", "unsettled", 1));
    assert!(played.outcome_why(OLD).contains("UnauthorizedOperation"), "{}", played.outcome_why(OLD));
}
