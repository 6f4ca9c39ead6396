//! Intents and the lease: who may write, and who waits.

use std::time::Duration;

use scim_key_lifecycle::simulator::{Fault, SimStatus, When};
use serde_json::{Value, json};

use crate::looped::{
    AGED, CONTAIN, DAY, HOPS, Loop, execution, incident, off, on, payload, schedule, statuses, topics,
};
use crate::restore::ways_back;
use crate::stage::{OLD, UPDATE, YOUNG, switch};

const SECOND: Duration = Duration::from_secs(1);

/// Why a guard held something back, in the first of these answers that says so.
fn held(answers: &[Value]) -> &str {
    answers.iter().find_map(|answer| answer["report"]["guards"][0]["why"].as_str()).unwrap()
}

#[tokio::test]
async fn an_intent_whose_settle_was_lost_is_none() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    this.hop_unsettled(&mut execution).await;
    let again = this.hop(&mut execution, true).await;
    assert_eq!((again["status"].as_str(), this.writes().len()), (Some("continue"), 0), "it is meant anew");
    this.hop(&mut execution, true).await;
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn another_executions_open_intent_makes_a_run_wait_and_later_restrains_it() {
    let mut this = Loop::remembering(AGED).await;
    let mut lost = execution("lost", schedule());
    this.hop(&mut lost, true).await;
    this.pass(SECOND * 5);
    let mut next = execution("next", schedule());
    let waiting = this.hop(&mut next, true).await;
    assert_eq!((waiting["status"].as_str(), this.writes().len()), (Some("continue"), 0));
    assert!(waiting["why"].as_str().unwrap().contains("another execution"), "{waiting:#}");
    assert_eq!(topics(&waiting), [""; 0], "nobody has enabled the key again: it was never off");
    this.pass(SECOND * 600);
    let held = this.hop(&mut next, true).await;
    assert_eq!((held["status"].as_str(), this.writes().len()), (Some("complete"), 0));
    assert_eq!(topics(&held), ["held"]);
    assert_eq!(held["report"]["guards"][0]["guard"], "hold_after_reenable");
    let meant = this.facts("intended")[0]["at"].as_str().unwrap().to_owned();
    let known =
        format!("a run meant to switch it off at {meant}, and may have done so; it is on: it is left alone until ");
    for text in [&held["report"]["guards"][0]["why"], &held["notices"][0]["text"]] {
        let text = text.as_str().unwrap();
        assert!(text.contains(&known) && !text.contains("on again"), "nobody knows that it was off: {text}");
    }
}

/// The answer is lost, and the look after it shows the key on: that it was off is not known.
#[tokio::test]
async fn a_write_without_effect_whose_answer_was_lost_is_no_reason_to_say_that_it_was_off() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.inject(UPDATE, 1, Fault::ResetBefore);
    let answers = this.run(schedule(), true).await;
    let why = held(&answers);
    assert!(why.starts_with("a run meant to switch it off at ") && !why.contains("on again"), "{why}");
    let last = answers.last().unwrap();
    assert!(last["why"].as_str().unwrap().starts_with(&format!("{OLD} was to be disabled, and is on: ")), "{last:#}");
}

/// Nobody may have enabled it, so each later run as well ends held, as long as the hold lasts; people hear of it weekly.
#[tokio::test]
async fn an_acknowledged_disable_without_effect_calls_a_person_and_says_that_nobody_saw_it_off() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.inject(UPDATE, 1, Fault::NoEffect);
    let answers = this.run(schedule(), true).await;
    let last = answers.last().unwrap();
    assert_eq!((&last["status"], this.writes()), (&json!("held"), vec![off(OLD)]));
    assert!(last["why"].as_str().unwrap().contains("no look saw it off; it is on: "), "{last:#}");
    let why = held(&answers);
    assert!(why.starts_with("the cloud acknowledged at ") && why.contains(" no look saw it off; it is on: "), "{why}");
    assert_eq!(ways_back(&answers), [""; 0], "it is on");
    let mut told = Vec::new();
    for day in 1..30 {
        this.pass(DAY);
        let later = this.run(schedule(), true).await;
        assert_eq!(later.last().unwrap()["status"], "held", "day {day}");
        told.extend(later.iter().any(|answer| topics(answer) == ["held"]).then_some(day));
    }
    assert_eq!((this.writes(), told), (vec![off(OLD)], vec![7, 14, 21, 28]));
    this.pass(DAY);
    this.run(schedule(), true).await;
    assert_eq!((this.writes().len(), this.stage.status(OLD)), (2, SimStatus::Disabled), "the hold is over");
}

/// A look saw it off, before it was undone: whoever has made another good key since has not to decide about it.
#[tokio::test]
async fn a_disable_that_was_undone_at_once_was_seen_off() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.on_call(UPDATE, 1, When::After, switch(YOUNG, SimStatus::Disabled));
    this.run(schedule(), true).await;
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
    this.switch(YOUNG, SimStatus::Enabled);
    this.pass(DAY);
    let answers = this.run(schedule(), true).await;
    let why = held(&answers);
    assert!(why.starts_with("it was off and is on again since "), "{why}");
    assert_eq!(statuses(&answers).last(), Some(&"complete"));
}

#[tokio::test]
async fn a_containment_that_is_acknowledged_without_effect_blames_nobody() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.stage.simulator.draw_faults(|action| (action == UPDATE).then_some(Fault::NoEffect));
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    let last = answers.last().unwrap();
    let why = last["why"].as_str().unwrap();
    assert!(why.contains("it was disabled again 3 time(s) already, and no look saw it off after the last: "), "{why}");
    assert_eq!((last["status"].as_str(), ways_back(&answers)), (Some("held"), vec![OLD]), "it would be freed of it");
}

#[tokio::test]
async fn a_key_that_was_seen_off_since_the_run_that_meant_it_was_off_and_is_on_again() {
    let mut this = Loop::remembering(AGED).await;
    this.run(schedule(), true).await;
    this.switch(OLD, SimStatus::Enabled);
    let answers = this.run(schedule(), true).await;
    let why = held(&answers);
    assert!(why.starts_with("it was off and is on again since "), "{why}");
}

/// It may have been switched off, and a person may have switched it on again: that is respected, but not for ever.
#[tokio::test]
async fn the_hold_after_a_lost_run_ends() {
    let mut this = Loop::remembering(AGED).await;
    this.guards = r#"{"hold_after_reenable":"5d"}"#;
    this.hop(&mut execution("lost", schedule()), true).await;
    for day in 1..=5 {
        this.pass(DAY);
        this.run(schedule(), true).await;
        assert_eq!(this.writes().len(), 0, "day {day}");
    }
    this.pass(DAY);
    this.run(schedule(), true).await;
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn an_intent_older_than_a_minute_is_not_acted_on_and_is_closed_as_unsent() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    this.pass(SECOND * 61);
    let answer = this.hop(&mut execution, true).await;
    assert_eq!((answer["status"].as_str(), this.writes().len()), (Some("continue"), 0));
    assert_eq!(this.facts("done")[0]["sent"], false);
    this.pass(SECOND * 60);
    this.hop(&mut execution, true).await;
    this.hop(&mut execution, true).await;
    assert_eq!(this.writes(), [off(OLD)], "it was meant anew");
}

#[tokio::test]
async fn a_hop_that_is_tried_again_under_a_new_name_does_not_write_on_the_old_ones_intent() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e/0", schedule());
    this.hop(&mut execution, true).await;
    "e/1".clone_into(&mut execution.name);
    let again = this.hop(&mut execution, true).await;
    assert_eq!((again["status"].as_str(), this.writes().len()), (Some("continue"), 0));
    assert!(again["why"].as_str().unwrap().contains("another execution"));
}

#[tokio::test]
async fn what_changed_since_it_was_meant_is_not_done() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    this.switch(OLD, SimStatus::Disabled);
    this.hop(&mut execution, true).await;
    assert_eq!((this.writes().len(), this.facts("done")[0]["sent"].as_bool()), (0, Some(false)));
}

#[tokio::test]
async fn what_was_meant_for_one_purpose_is_not_done_for_another() {
    let mut this = Loop::remembering(&format!("{AGED},{CONTAIN}")).await;
    let mut hygiene = execution("e", schedule());
    this.hop(&mut hygiene, true).await;
    this.hop(&mut execution("containment", incident("INC-1", &[OLD])), true).await;
    this.switch(OLD, SimStatus::Enabled);
    let contested = this.hop(&mut hygiene, true).await;
    assert_eq!((contested["status"].as_str(), this.writes()), (Some("continue"), vec![off(OLD)]), "of the containment");
    assert_eq!(this.facts("done")[0]["sent"], false);
    this.pass(SECOND);
    this.hop(&mut hygiene, true).await;
    this.hop(&mut hygiene, true).await;
    assert_eq!((this.writes(), this.facts("intended").len()), (vec![off(OLD), off(OLD)], 2), "it was meant anew");
}

#[tokio::test]
async fn what_was_meant_for_one_key_is_not_done_to_another() {
    let off_are = |keys: &[&str]| {
        let when = json!({ "ids": keys });
        json!({ "id": "named", "on": "schedule", "when": when, "then": "disable", "waives": ["keep_one"] }).to_string()
    };
    let mut this = Loop::remembering(&off_are(&[OLD])).await;
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    this.rules = off_are(&[OLD, YOUNG]);
    this.hop(&mut execution, true).await;
    assert_eq!(this.writes(), [off(OLD)]);
    this.pass(Duration::from_secs(60));
    this.hop(&mut execution, true).await;
    assert_eq!((this.writes().len(), this.facts("intended").len()), (1, 2), "now it is meant");
    this.hop(&mut execution, true).await;
    assert_eq!(this.writes(), [off(OLD), off(YOUNG)]);
}

#[tokio::test]
async fn the_second_run_of_a_trigger_that_has_settled_writes_nothing() {
    let mut this = Loop::remembering(AGED).await;
    this.run(schedule(), true).await;
    let answers = this.run(schedule(), true).await;
    assert_eq!((statuses(&answers).last(), this.writes()), (Some(&"complete"), vec![off(OLD)]));
    let cursor = &this.register.last().unwrap().1;
    assert_eq!(payload(cursor)["account"], "acme");
}

/// Something that ends a run.
type End = fn(&mut Loop);

#[tokio::test]
async fn a_run_that_ends_without_writing_lets_go_of_what_it_meant() {
    let ends: [(&str, End); 2] = [
        ("the policy came to say report", |this| this.mode = "report"),
        ("there is no secret any more", |this| this.stage.lose_secret(|_| None)),
    ];
    for (how, ends) in ends {
        let mut this = Loop::remembering(AGED).await;
        let mut execution = execution("e", schedule());
        this.hop(&mut execution, true).await;
        assert_eq!(this.facts("intended").len(), 1, "{how}");
        ends(&mut this);
        let end = this.hop(&mut execution, true).await;
        assert_ne!(end["status"], "continue", "{how}: {end:#}");
        assert_eq!((this.writes().len(), this.facts("done")[0]["sent"].as_bool()), (0, Some(false)), "{how}");
    }
}

#[tokio::test]
async fn a_run_whose_time_is_over_lets_go_of_what_it_meant() {
    let mut this = Loop::remembering(AGED).await;
    let mut late = execution("e", schedule());
    late.until = Some(this.now().plus(SECOND * 30));
    this.hop(&mut late, true).await;
    this.pass(SECOND * 31);
    assert_eq!(this.hop(&mut late, true).await["status"], "failed");
    this.pass(SECOND);
    let answers = this.run(schedule(), true).await;
    assert_eq!((statuses(&answers).last(), this.writes()), (Some(&"complete"), vec![off(OLD)]));
}

#[tokio::test]
async fn a_secret_that_is_not_there_yet_is_waited_for_as_the_cloud_is() {
    let mut this = Loop::remembering(AGED).await;
    this.secret = "secretsmanager:arn:aws:secretsmanager:eu-central-1:123456789012:secret:scim-AbCdEf";
    this.stage.lose_secret(|name| match name {
        "AWS_SESSION_TOKEN" => Some("made-up-token".into()),
        // Nobody listens there.
        "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT" => Some("1".into()),
        _ => None,
    });
    let mut execution = execution("e", schedule());
    let blind = this.hop(&mut execution, true).await;
    assert_eq!((blind["status"].as_str(), topics(&blind)), (Some("continue"), vec![]));
    assert!(blind["why"].as_str().unwrap().contains("was not ready after 5 attempts"), "{blind:#}");
}

#[tokio::test]
async fn a_write_that_comes_to_nothing_for_days_leaves_room_for_it_when_it_can_be_done() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.draw_faults(|action| (action == UPDATE).then_some(Fault::Throttle));
    for _ in 0..2 {
        let answers = this.run(schedule(), true).await;
        let why = answers.last().unwrap()["why"].as_str().unwrap();
        assert!(why.contains("could not finish within 1d"), "{why}");
        // It may also have to wait for another's lease, which takes forty.
        assert!(answers.len() < HOPS * 3 / 4, "a loop stops after {HOPS} hops: {}", answers.len());
        this.pass(Duration::from_secs(3_600));
    }
    this.stage.simulator.draw_faults(|_| None);
    this.run(schedule(), true).await;
    assert_eq!(this.stage.status(OLD), SimStatus::Disabled);
}
