//! A run in which nothing goes wrong.

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};

use crate::stage::{AGED, EXPIRED, LIST, OLD, Stage, YOUNG, key};

#[tokio::test]
async fn a_stale_key_is_disabled_read_back_and_reported_with_its_request_id() {
    let stage = Stage::expired();
    let played = stage.play().await;
    assert_eq!(stage.statuses(), [Disabled, Enabled]);
    assert_eq!(played.writes(), [(OLD, "Disabled", "ok")]);
    let actions: Vec<&str> = played.calls.iter().map(|call| call.action.as_str()).collect();
    let read_back =
        ["DescribeIdentityCenter", "ListSCIMCredentials", "UpdateSCIMCredentialStatus", "ListSCIMCredentials"];
    assert_eq!(actions, read_back);
    assert_eq!((played.status(), played.outcome(OLD), played.outcome_why(OLD)), ("complete", "disabled", ""));
    let request_ids = played.credential(OLD)["outcome"]["request_ids"].as_array().unwrap();
    assert!(matches!(request_ids.as_slice(), [id] if id.as_str().unwrap().len() == 36), "{request_ids:?}");
    assert_eq!(played.credential(YOUNG)["verdict"], "keep");
    let notices = played.answer["notices"].as_array().unwrap();
    assert_eq!(notices.len(), 1);
    assert_eq!((&notices[0]["topic"], &notices[0]["credentials"][0]), (&"disable".into(), &OLD.into()));
}

#[tokio::test]
async fn the_same_event_again_finds_the_key_off_and_writes_nothing() {
    let stage = Stage::expired();
    let first = stage.play().await;
    let second = stage.play().await;
    assert_eq!(second.writes(), []);
    assert_eq!((second.status(), second.outcome(OLD)), ("complete", ""));
    assert_eq!(second.credential(OLD)["why"], "a rule wants it off, and it is off");
    assert_eq!(second.answer["notices"].as_array().unwrap().len(), 0);
    assert_eq!(first.answer["report"]["run"], second.answer["report"]["run"]);
}

#[tokio::test]
async fn of_two_old_keys_only_the_older_goes_and_a_guard_keeps_the_other() {
    let stage = Stage::aged();
    let played = stage.play().await;
    assert_eq!(stage.statuses(), [Disabled, Enabled]);
    assert_eq!(played.writes(), [(OLD, "Disabled", "ok")]);
    assert_eq!((played.status(), played.outcome(OLD)), ("held", "disabled"));
    assert_eq!(played.credential(YOUNG)["verdict"], "held");
    assert_eq!(played.answer["report"]["guards"][0]["guard"], "keep_one");
}

#[tokio::test]
async fn two_expired_keys_both_go_each_by_one_write() {
    let stage = Stage::new(&[key(OLD, 500, 365), key(YOUNG, 400, 365)], &[], EXPIRED);
    let played = stage.play().await;
    assert_eq!(stage.statuses(), [Disabled, Disabled]);
    assert_eq!(played.writes(), [(OLD, "Disabled", "ok"), (YOUNG, "Disabled", "ok")]);
    assert_eq!(played.status(), "complete");
}

#[tokio::test]
async fn an_unvouched_younger_key_keeps_the_old_one_on_and_is_pointed_out() {
    let stage = Stage::new(&[key(OLD, 200, 365), key(YOUNG, 1, 365)], &[OLD], AGED);
    let played = stage.play().await;
    assert_eq!((stage.statuses(), played.writes().len()), ([Enabled, Enabled], 0));
    assert_eq!((played.status(), played.count(LIST)), ("held", 1));
    let notices = played.answer["notices"].as_array().unwrap();
    let stranger = notices.iter().find(|notice| notice["topic"] == "unvouched_key").unwrap();
    assert_eq!(stranger["credentials"], serde_json::json!([YOUNG, OLD]));
}

#[tokio::test]
async fn a_zone_without_keys_is_complete() {
    let stage = Stage::new(&[], &[], EXPIRED);
    let played = stage.play().await;
    assert_eq!((played.status(), played.calls.len()), ("complete", 2));
    assert_eq!(played.answer["report"]["credentials"], serde_json::json!([]));
}
