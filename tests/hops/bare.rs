//! An event that comes without the loop and brings a cursor: an answer is defined, and little is gained by bringing one.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::Enabled;
use serde_json::{Value, json};

use crate::events::{CHANGE, changed};
use crate::looped::{AGED, CONTAIN, DAY, LADDER, Loop, execution, incident, off, schedule};
use crate::restore::{receipt, restore};
use crate::stage::{OLD, YOUNG};

fn with(event: &Value, cursor: &str) -> Value {
    let mut event = event.clone();
    event["cursor"] = cursor.into();
    event
}

/// A loop that has warned, until one more run would disable, and its newest cursor.
async fn warned() -> (Loop, String) {
    let mut this = Loop::new(LADDER);
    for _ in 0..14 {
        this.run(schedule(), true).await;
        this.pass(DAY);
    }
    assert_eq!(this.writes().len(), 0);
    let cursor = this.register.last().unwrap().1.clone();
    (this, cursor)
}

#[tokio::test]
async fn warnings_in_a_fresh_cursor_count_and_the_same_cursor_again_does_nothing_more() {
    let (this, cursor) = warned().await;
    for _ in 0..2 {
        let answer = this.invoke(&with(&schedule(), &cursor)).await;
        assert_eq!((answer["status"].as_str(), this.writes()), (Some("complete"), vec![off(OLD)]));
        assert_eq!((&answer["report"]["memory"]["state"], &answer["settle"]), (&json!("event"), &Value::Null));
    }
}

#[tokio::test]
async fn an_old_cursor_brakes() {
    let (this, cursor) = warned().await;
    this.pass(DAY * 3);
    let answer = this.invoke(&with(&schedule(), &cursor)).await;
    assert_eq!((answer["status"].as_str(), this.writes().len()), (Some("complete"), 0));
    assert_eq!(answer["notices"][0]["topic"], "warning");
}

/// A loop that has heard that a voucher created the younger key, so that the older one may go; and its newest cursor.
async fn vouched() -> (Loop, String) {
    let mut this = Loop::remembering(&format!("{AGED},{CHANGE}")).await;
    (this.known, this.vouchers) = (&[], r#"["100000000002"]"#);
    let created = changed("CreateSCIMCredential", YOUNG, "100000000002", "AKIDjane", this.now());
    this.run(created, true).await;
    let cursor = this.register.last().unwrap().1.clone();
    (this, cursor)
}

#[tokio::test]
async fn vouching_in_a_fresh_cursor_counts_and_in_an_old_one_does_not() {
    let (this, cursor) = vouched().await;
    this.invoke(&with(&schedule(), &cursor)).await;
    assert_eq!(this.writes(), [off(OLD)]);

    let (this, cursor) = vouched().await;
    this.pass(DAY * 3);
    let answer = this.invoke(&with(&schedule(), &cursor)).await;
    assert_eq!((answer["status"].as_str(), this.writes().len()), (Some("held"), 0));
    let means = answer["report"]["memory"]["means"].as_str().unwrap();
    assert!(means.contains("the vouching that it remembers count no more"), "{means}");
}

#[tokio::test]
async fn whoever_is_no_voucher_any_more_vouches_for_nothing() {
    let (mut this, cursor) = vouched().await;
    this.vouchers = r#"["100000000003"]"#;
    let answer = this.invoke(&with(&schedule(), &cursor)).await;
    assert_eq!((answer["status"].as_str(), this.writes().len()), (Some("held"), 0));
    this.run(schedule(), true).await;
    assert_eq!(this.writes().len(), 0, "nor in a loop");
}

#[tokio::test]
async fn a_cursor_from_under_another_policy_warns_anew() {
    let (mut this, cursor) = warned().await;
    this.rules = LADDER.replace("90d", "91d");
    this.invoke(&with(&schedule(), &cursor)).await;
    assert_eq!(this.writes().len(), 0);
}

#[tokio::test]
async fn what_another_execution_means_to_write_is_waited_for_but_by_no_containment() {
    let mut this = Loop::remembering(&format!("{AGED},{CONTAIN}")).await;
    this.hop(&mut execution("e", schedule()), true).await;
    let cursor = this.register.last().unwrap().1.clone();
    let waits = this.invoke(&with(&schedule(), &cursor)).await;
    assert_eq!((waits["status"].as_str(), waits["notices"].as_array().unwrap().len()), (Some("continue"), 0));
    assert!(waits["why"].as_str().unwrap().starts_with("another execution is writing for this account, since "));
    let contains = this.invoke(&with(&incident("INC-1", &[OLD]), &cursor)).await;
    assert_eq!((contains["status"].as_str(), this.writes()), (Some("complete"), vec![off(OLD)]));

    this.switch(OLD, Enabled);
    this.pass(Duration::from_mins(10));
    let goes_on = this.invoke(&with(&schedule(), &cursor)).await;
    assert_eq!((goes_on["status"].as_str(), this.writes().len()), (Some("complete"), 1), "{goes_on:#}");
}

/// Both writes would be repeated with each repetition of the event.
#[tokio::test]
async fn an_events_cursor_neither_contests_nor_restores() {
    let mut this = Loop::remembering(CONTAIN).await;
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    let cursor = this.register.last().unwrap().1.clone();
    let answer = this.invoke(&restore(&receipt(&answers))).await;
    assert_eq!((answer["status"].as_str(), this.writes().len()), (Some("failed"), 1));
    this.switch(OLD, Enabled);
    let answer = this.invoke(&with(&schedule(), &cursor)).await;
    assert_eq!((answer["status"].as_str(), this.writes().len()), (Some("failed"), 1));
}
