//! What people hear of a key that a lost run, or a person, left in another state than they were told.

use std::time::Duration;

use scim_key_lifecycle::simulator::Fault;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use serde_json::Value;

use crate::looped::{AGED, CONTAIN, DAY, Loop, QUIET, execution, incident, notices, off, schedule, statuses, topics};
use crate::restore::{receipt, restore};
use crate::stage::{OLD, UPDATE, YOUNG};

/// The texts of what was found, in these answers.
fn found(answers: &[Value]) -> Vec<&str> {
    let notices = answers.iter().flat_map(|answer| answer["notices"].as_array().unwrap());
    notices.filter(|notice| notice["topic"] == "found").map(|notice| notice["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_a_lost_run_wrote_is_told_once_by_the_next_one() {
    let mut this = Loop::remembering(AGED).await;
    let mut lost = execution("lost", schedule());
    this.hop(&mut lost, true).await;
    // It writes, and dies before it can settle that or tell anybody.
    this.hop_unsettled(&mut lost).await;
    assert_eq!(this.stage.status(OLD), Disabled);
    this.pass(DAY);
    let next = this.run(schedule(), true).await;
    let told = found(&next);
    assert_eq!(told.len(), 1);
    assert!(told[0].contains(&format!("{OLD} is off now: a run meant to switch it off at 2026-11-25")), "{told:?}");
    assert!(told[0].ends_with(", and no notice of what came of that has been accepted"), "{told:?}");
    assert_eq!((statuses(&next).last(), this.writes().len()), (Some(&"complete"), 1));
    this.pass(DAY);
    assert_eq!(found(&this.run(schedule(), true).await), [""; 0], "people have heard it");
}

/// What they heard before that tells nothing of it.
#[tokio::test]
async fn people_hear_again_that_a_key_is_off_if_a_lost_run_switched_it_off_since_they_heard_it() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.run(incident("INC-1", &[OLD]), true).await;
    this.pass(DAY);
    this.switch(OLD, Enabled);
    let mut lost = execution("lost", schedule());
    this.hop(&mut lost, false).await;
    this.hop_unsettled(&mut lost).await;
    assert_eq!(this.writes(), [off(OLD), off(OLD)]);
    this.pass(DAY);
    let next = this.run(schedule(), true).await;
    assert_eq!(found(&next).len(), 1, "{next:#?}");
}

#[tokio::test]
async fn what_nobody_accepts_is_told_again() {
    let mut this = Loop::remembering(AGED).await;
    this.run(schedule(), false).await;
    for _ in 0..2 {
        this.pass(DAY);
        let told = this.run(schedule(), false).await;
        let text = found(&told)[0];
        assert!(text.contains(" switched it off at 2026-11-25") && text.contains("(rule aged)"), "{text}");
        assert!(text.ends_with(", and no notice of that has been accepted"), "it was not lost: {text}");
    }
}

#[tokio::test]
async fn a_run_that_tells_what_it_did_leaves_nothing_to_be_found() {
    let mut this = Loop::remembering(AGED).await;
    assert_eq!(found(&this.run(schedule(), true).await), [""; 0]);
    this.pass(DAY);
    assert_eq!(found(&this.run(schedule(), true).await), [""; 0]);
}

#[tokio::test]
async fn a_lease_that_is_still_open_is_no_lost_run() {
    let mut this = Loop::remembering(QUIET).await;
    this.rules = format!("{AGED},{CONTAIN}");
    this.hop(&mut execution("alive", schedule()), true).await;
    this.switch(OLD, Disabled);
    this.pass(Duration::from_secs(599));
    // The run of an incident does not wait for the lease.
    let mut does_not_wait = execution("does-not-wait", incident("INC-1", &[]));
    let at_once = this.hop(&mut does_not_wait, true).await;
    assert_eq!(topics(&at_once), ["no_subject"]);
    this.wait_for(&at_once);
    assert_eq!(topics(&this.hop(&mut does_not_wait, true).await), ["found"]);
}

/// The incident is delivered again, and its run cannot read the register, so it does not know that the key is meant to go on.
#[tokio::test]
async fn what_is_told_between_an_intent_and_its_write_tells_nothing_of_a_write_that_was_lost() {
    let mut this = Loop::remembering(CONTAIN).await;
    let receipt = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.pass(DAY);
    let mut lost = execution("lost", restore(&receipt));
    this.hop(&mut lost, true).await;
    this.pass(Duration::from_secs(1));
    this.unreadable = Some("it is busy");
    let mut again = execution("again", incident("INC-1", &[OLD]));
    let told = this.hop(&mut again, true).await;
    assert!(found(&[told])[0].contains(" is off now: the incident INC-1 wants it off"), "people hear that it is off");
    this.unreadable = None;
    this.pass(Duration::from_secs(1));
    this.stage.simulator.inject(UPDATE, 1, Fault::NoEffect);
    this.hop_unsettled(&mut lost).await;
    this.hop(&mut again, true).await;
    this.pass(DAY);
    let told = this.run(schedule(), true).await;
    let [text] = found(&told)[..] else { panic!("{told:#?}") };
    assert!(text.contains("a run meant to switch it on at "), "{text}");
    this.pass(DAY);
    assert_eq!(found(&this.run(schedule(), true).await), [""; 0], "people have heard it");
}

/// The other one has written, and takes its late look in a minute: it lives, and what it did is told by whoever comes first.
#[tokio::test]
async fn nothing_is_called_lost_whose_execution_may_be_alive() {
    let mut this = Loop::remembering(AGED).await;
    let mut alive = execution("alive", schedule());
    this.hop(&mut alive, true).await;
    let mut beside = execution("beside", schedule());
    let waits = this.hop(&mut beside, true).await;
    this.hop(&mut alive, true).await;
    this.wait_for(&waits);
    let settled = this.hop(&mut beside, true).await;
    let told = found(std::slice::from_ref(&settled));
    assert!(told[0].contains("(rule aged)") && !told[0].contains("lost"), "{told:?}");
}

#[tokio::test]
async fn a_first_containment_that_overtakes_calls_nobody_lost() {
    let mut this = Loop::remembering(QUIET).await;
    this.rules = format!("{AGED},{CONTAIN}");
    let mut alive = execution("alive", schedule());
    this.hop(&mut alive, true).await;
    this.hop(&mut alive, true).await;
    let mut overtakes = execution("overtakes", incident("INC-1", &[YOUNG]));
    let at_once = this.hop(&mut overtakes, true).await;
    assert_eq!(this.writes(), [off(OLD), off(YOUNG)]);
    let texts: Vec<_> =
        at_once["notices"].as_array().unwrap().iter().map(|notice| notice["text"].as_str().unwrap()).collect();
    assert!(texts.iter().all(|text| !text.contains("lost")), "{texts:?}");
}

#[tokio::test]
async fn a_key_that_somebody_enabled_again_is_told_once_though_no_rule_wants_it_off() {
    let mut this = Loop::remembering(AGED).await;
    this.run(schedule(), true).await;
    this.rules = QUIET.to_owned();
    this.pass(DAY);
    this.switch(OLD, Enabled);
    let next = this.run(schedule(), true).await;
    let text = format!(
        "{OLD} is on now: it was switched off when people last heard of it; a person changed that, or a run that has not \
         said so"
    );
    assert_eq!(found(&next), [text]);
    this.pass(DAY);
    assert_eq!(found(&this.run(schedule(), true).await), [""; 0]);
}

#[tokio::test]
async fn a_containment_that_finds_its_key_off_says_so() {
    let mut this = Loop::remembering(CONTAIN).await;
    // The first delivery writes, and its whole loop dies before it settles.
    this.hop_unsettled(&mut execution("lost", incident("INC-1", &[OLD]))).await;
    let again = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!(found(&again), [format!("{OLD} is off now: the incident INC-1 wants it off")]);
    assert_eq!(this.writes().len(), 1);
}

/// That the disable was accepted must not stand for the undo as well.
#[tokio::test]
async fn a_disable_and_its_undo_are_two_notices() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    let written = this.hop(&mut execution, true).await;
    this.switch(YOUNG, Disabled);
    this.pass(Duration::from_secs(60));
    let undone = this.hop(&mut execution, true).await;
    let has = |answer: &Value, id: &str| notices(answer).iter().any(|other| other.ends_with(id));
    assert!(has(&written, "/disable/aged/disabled"), "{:?}", notices(&written));
    assert!(has(&undone, "/disable/aged/undone"), "{:?}", notices(&undone));
}

/// That it is held was told a week ago at most; but since then people heard that it is off.
#[tokio::test]
async fn that_a_key_is_held_and_on_is_told_again_once_people_have_heard_that_it_is_off() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.guards = r#"{"hold_ground":0}"#;
    let mut held = Vec::new();
    for id in ["INC-1", "INC-2"] {
        this.run(incident(id, &[OLD]), true).await;
        this.switch(OLD, Enabled);
        for _ in 0..2 {
            this.pass(DAY);
            held.push(topics(&this.run(schedule(), true).await[0]).contains(&"held"));
        }
    }
    assert_eq!(held, [true, false, true, false]);
}

#[tokio::test]
async fn that_a_key_is_held_is_told_again_for_another_incident_or_by_another_guard_and_not_daily() {
    let held = |answers: &[Value]| topics(&answers[0]).contains(&"held");
    let rule = r#"{"id":"select","on":"incident","when":{"older_than":"90d"},"then":"disable"}"#;
    for mode in ["enforce", "report"] {
        let mut this = Loop::remembering(rule).await;
        (this.mode, _) = (mode, this.switch(YOUNG, Disabled));
        let mut told = Vec::new();
        for id in ["INC-1", "INC-1", "INC-2", "INC-2"] {
            this.pass(DAY);
            told.push(held(&this.run(incident(id, &[]), true).await));
        }
        assert_eq!(told, [true, false, true, false], "{mode}");
    }

    let mut this = Loop::remembering(AGED).await;
    (this.guards, _) = (r#"{"hold_after_reenable":"5d"}"#, this.switch(YOUNG, Disabled));
    let mut told = Vec::new();
    for day in 0..6 {
        match day {
            2 => this.switch(OLD, Disabled),
            3 => this.switch(OLD, Enabled),
            _ => {}
        }
        told.push(held(&this.run(schedule(), true).await));
        this.pass(DAY);
    }
    assert_eq!(told, [true, false, false, true, false, false], "it was enabled again, which holds it as well");
}

#[tokio::test]
async fn a_second_incident_is_told_in_report_mode_as_well() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.mode = "report";
    let mut told = Vec::new();
    for id in ["INC-1", "INC-1", "INC-2"] {
        told.push(topics(&this.run(incident(id, &[OLD]), true).await[0]).contains(&"would_disable"));
    }
    assert_eq!(told, [true, false, true]);
}

#[tokio::test]
async fn who_was_told_that_a_key_is_held_and_on_knows_it_when_the_hold_ends() {
    let mut this = Loop::remembering(AGED).await;
    this.guards = r#"{"hold_after_reenable":"3d"}"#;
    this.run(schedule(), true).await;
    this.switch(OLD, Enabled);
    this.pass(DAY);
    assert!(topics(&this.run(schedule(), true).await[0]).contains(&"held"));
    this.rules = QUIET.to_owned();
    this.pass(DAY * 4);
    assert_eq!(found(&this.run(schedule(), true).await), [""; 0]);
}

#[tokio::test]
async fn where_a_rule_counts_any_key_as_good_nobody_is_called_for_one_that_nobody_vouches_for() {
    let any = AGED.replace(r#""then""#, r#""successor":"any","then""#);
    let mut this = Loop::remembering(&any).await;
    this.known = &[];
    for _ in 0..2 {
        let answers = this.run(schedule(), true).await;
        let calls = answers.iter().any(|answer| topics(answer).contains(&"no_good_key"));
        assert_eq!((statuses(&answers).last(), calls), (Some(&"complete"), false));
        this.pass(DAY);
    }
    assert_eq!(this.writes(), [off(OLD)]);
}
