//! The way back: a receipt, once.

use std::time::Duration;

use scim_key_lifecycle::cursor::{Type, jws};
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, When};
use serde_json::{Value, json};

use crate::looped::{AGED, CONTAIN, DAY, Loop, execution, incident, off, on, payload, schedule, statuses, topics};
use crate::stage::{LIST, OLD, UPDATE, YOUNG, delete, key, switch};

pub fn restore(receipt: &str) -> Value {
    json!({ "source": "scim-key-lifecycle", "kind": "restore", "receipt": receipt })
}

/// The receipt that these answers hand to the caller.
pub fn receipt(answers: &[Value]) -> String {
    let receipts = answers.iter().filter_map(|answer| answer["receipts"].as_array()).flatten();
    receipts.map(|receipt| receipt["token"].as_str().unwrap().to_owned()).next().unwrap()
}

/// What the receipts of an execution with these answers lead back from: the last has all.
pub fn ways_back(answers: &[Value]) -> Vec<&str> {
    let receipts = answers.last().and_then(|answer| answer["receipts"].as_array()).into_iter().flatten();
    receipts.map(|receipt| receipt["credential"].as_str().unwrap()).collect()
}

async fn contained() -> (Loop, String) {
    let mut this = Loop::remembering(CONTAIN).await;
    let receipt = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.pass(DAY);
    (this, receipt)
}

fn leaves_no_receipt(answers: &[Value]) {
    assert!(answers.iter().all(|answer| answer.get("receipts").is_none()), "{answers:?}");
}

fn refused(answers: &[Value], why: &str) {
    assert_eq!(statuses(answers), ["failed"]);
    assert!(answers[0]["why"].as_str().unwrap().contains(why));
}

#[tokio::test]
async fn a_receipt_that_is_given_back_twice_at_once_waits_and_is_refused_when_it_was_used() {
    let (mut this, receipt) = contained().await;
    let (mut first, mut second) = (execution("first", restore(&receipt)), execution("second", restore(&receipt)));
    this.hop(&mut first, true).await;
    let waits = this.hop(&mut second, true).await;
    assert_eq!(waits["status"], "continue", "whether the receipt is used is not known yet: {waits:#}");
    this.hop(&mut first, true).await;
    this.wait_for(&waits);
    refused(&[this.hop(&mut second, true).await], "used already");
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
}

#[tokio::test]
async fn a_receipt_enables_its_key_under_an_intent_and_ends_the_incident() {
    let (mut this, receipt) = contained().await;
    let mut execution = execution("e", restore(&receipt));
    this.hop(&mut execution, true).await;
    assert_eq!((this.writes().len(), this.facts("intended").len()), (1, 1));
    this.hop(&mut execution, true).await;
    assert_eq!((this.writes(), this.stage.status(OLD)), (vec![off(OLD), on(OLD)], Enabled));
    this.pass(DAY);
    this.run(schedule(), true).await;
    this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!(this.writes().len(), 2, "the incident's hold on the key has ended");
}

#[tokio::test]
async fn who_waits_for_no_late_look_is_not_asked_to_send_a_used_receipt_again() {
    let (mut this, receipt) = contained().await;
    let mut execution = execution("e", restore(&receipt));
    execution.until = Some(this.now().plus(Duration::from_secs(10)));
    this.hop(&mut execution, true).await;
    let done = this.hop(&mut execution, true).await;
    this.wait_for(&done);
    let last = this.hop(&mut execution, true).await;
    assert_eq!((last["status"].as_str(), this.stage.status(OLD)), (Some("failed"), Enabled));
    let why = last["why"].as_str().unwrap();
    assert!(why.starts_with("the run could not finish within 10s"), "{why}");
    assert!(
        why.ends_with("; what the receipt gives back is on, and the next scheduled run takes the last look"),
        "{why}"
    );
}

#[tokio::test]
async fn report_mode_says_that_it_would_give_back_and_writes_nothing() {
    let (mut this, receipt) = contained().await;
    this.mode = "report";
    let answer = this.run(restore(&receipt), true).await.remove(0);
    assert_eq!((topics(&answer), this.writes()), (vec!["would_restore"], vec![off(OLD)]));
    let text = answer["notices"][0]["text"].as_str().unwrap();
    assert!(text.starts_with(&format!("{OLD} would be given back: the receipt")), "{text}");
}

/// A receipt of what no register knows of would be refused.
#[tokio::test]
async fn a_run_leaves_its_receipt_once_the_register_knows_of_the_disable() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.unreadable = Some("AccessDenied");
    let never = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((statuses(&never).last(), this.writes()), (Some(&"failed"), vec![off(OLD)]));
    leaves_no_receipt(&never);

    let mut later = Loop::remembering(CONTAIN).await;
    later.unreadable = Some("AccessDenied");
    let mut execution = execution("e", incident("INC-1", &[OLD]));
    let contains = later.hop(&mut execution, true).await;
    later.wait_for(&contains);
    later.unreadable = None;
    let mut answers = vec![contains, later.hop(&mut execution, true).await, later.hop(&mut execution, true).await];
    assert_eq!((statuses(&answers), later.facts("disabled").len()), (vec!["continue", "continue", "complete"], 1));
    let ended = answers.split_off(2);
    leaves_no_receipt(&answers);
    later.run(restore(&receipt(&ended)), true).await;
    assert_eq!(later.writes(), [off(OLD), on(OLD)]);
}

#[tokio::test]
async fn a_receipt_is_spent_once_it_was_used() {
    let (mut this, receipt) = contained().await;
    this.run(restore(&receipt), true).await;
    this.switch(OLD, Disabled);
    this.pass(DAY);
    refused(&this.run(restore(&receipt), false).await, "used already");
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
}

#[tokio::test]
async fn an_enable_without_effect_calls_a_person() {
    for fault in [Fault::NoEffect, Fault::ResetBefore] {
        let (mut this, receipt) = contained().await;
        this.stage.simulator.inject(UPDATE, 1, fault);
        let answers = this.run(restore(&receipt), true).await;
        let last = answers.last().unwrap();
        let why = last["why"].as_str().unwrap_or_default();
        assert!(why.starts_with(&format!("{OLD} was to be enabled, and is off: ")), "{last:#}");
        assert_eq!(last["status"], "held");
    }
}

#[tokio::test]
async fn another_incident_holds_a_restore() {
    let (mut this, receipt) = contained().await;
    this.run(incident("INC-2", &[OLD]), true).await;
    let answers = this.run(restore(&receipt), false).await;
    assert_eq!((statuses(&answers), this.writes()), (vec!["held"], vec![off(OLD)]));
    assert_eq!(answers[0]["report"]["guards"][0]["guard"], "implicated");
}

#[tokio::test]
async fn an_incident_that_finds_a_contained_key_off_leaves_a_receipt_that_ends_both() {
    let (mut this, first) = contained().await;
    let newest = receipt(&this.run(incident("INC-2", &[OLD]), true).await);
    this.run(restore(&first), true).await;
    assert_eq!(this.writes(), [off(OLD)], "the first names one of the two");
    this.pass(DAY);
    this.run(restore(&newest), true).await;
    this.pass(DAY);
    let later = this.run(schedule(), true).await;
    assert_eq!((this.writes(), statuses(&later)), (vec![off(OLD), on(OLD)], vec!["complete"]), "both have ended");
    this.switch(OLD, Disabled);
    refused(&this.run(restore(&first), false).await, "used already");
}

#[tokio::test]
async fn an_incident_that_finds_off_what_hygiene_disabled_leaves_a_receipt() {
    let mut this = Loop::remembering(&format!("{AGED},{CONTAIN}")).await;
    let of_hygiene = receipt(&this.run(schedule(), true).await);
    let newest = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    let held = this.run(restore(&of_hygiene), true).await;
    let why = held[0]["report"]["guards"][0]["why"].as_str().unwrap();
    assert_eq!((statuses(&held).last(), this.stage.status(OLD)), (Some(&"held"), Disabled));
    assert!(why.contains("INC-1; the newest receipt, which the answer to that has, names every one"), "{why}");
    this.run(restore(&newest), true).await;
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
}

#[tokio::test]
async fn what_a_person_switched_off_has_no_receipt_before_a_run_switches_it_off() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.switch(OLD, Disabled);
    for id in ["INC-1", "INC-2"] {
        let found_off = this.run(incident(id, &[OLD]), true).await;
        leaves_no_receipt(&found_off);
    }
    this.switch(OLD, Enabled);
    let upheld = receipt(&this.run(schedule(), true).await);
    assert_eq!(this.writes(), [off(OLD)], "contested");
    this.pass(DAY);
    this.run(restore(&upheld), true).await;
    this.pass(DAY);
    this.run(schedule(), true).await;
    assert_eq!(this.writes(), [off(OLD), on(OLD)], "it ends all incidents that held it off");
}

#[tokio::test]
async fn what_was_given_back_and_is_found_off_again_has_no_second_receipt() {
    let (mut this, first) = contained().await;
    this.run(restore(&first), true).await;
    this.switch(OLD, Disabled);
    this.pass(DAY);
    let found_off = this.run(incident("INC-2", &[OLD]), true).await;
    leaves_no_receipt(&found_off);
}

#[tokio::test]
async fn what_a_person_enables_while_the_look_ages_is_not_enabled_by_a_receipt() {
    let mut this = Loop::remembering(AGED).await;
    let receipt = receipt(&this.run(schedule(), true).await);
    let mut execution = execution("e", restore(&receipt));
    this.hop(&mut execution, true).await;
    this.stage.simulator.inject(LIST, 1, Fault::Slow(Duration::from_secs(3)));
    this.stage.simulator.on_call(LIST, 1, When::After, switch(OLD, Enabled));
    this.hop(&mut execution, true).await;
    assert_eq!((this.writes(), this.stage.status(OLD)), (vec![off(OLD)], Enabled));
}

#[tokio::test]
async fn a_restore_on_which_nothing_was_sent_ends_none_of_its_incidents_and_spends_no_receipt() {
    let (mut this, _) = contained().await;
    let newest = receipt(&this.run(incident("INC-2", &[OLD]), true).await);
    this.stage.change(|account| account.denied.insert(UPDATE));
    let refused = this.run(restore(&newest), true).await;
    assert_eq!(refused.last().unwrap()["status"], "failed", "{refused:#?}");
    this.stage.change(|account| account.denied.clear());
    // Long enough that what came to nothing is forgotten by the next run.
    this.pass(DAY);
    this.run(schedule(), true).await;
    let enabled = this.run(restore(&newest), true).await;
    assert_eq!(enabled.last().unwrap()["status"], "complete", "{enabled:#?}");
    assert_eq!(this.stage.status(OLD), Enabled);
}

#[tokio::test]
async fn a_key_that_was_deleted_has_no_way_back() {
    let (mut this, _) = contained().await;
    this.stage.change(|account| assert!(account.delete(OLD)));
    leaves_no_receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    let mut at_once = Loop::remembering(AGED).await;
    at_once.stage.simulator.on_call(UPDATE, 1, When::After, delete(OLD));
    leaves_no_receipt(&at_once.run(schedule(), true).await);
}

/// The look that follows is the first that is surely of later than the disable, and there may be none.
#[tokio::test]
async fn what_was_undone_at_once_has_no_way_back_though_no_look_follows() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.on_call(UPDATE, 1, When::After, switch(YOUNG, Disabled));
    let mut execution = execution("e", schedule());
    execution.until = Some(this.now().plus(Duration::from_secs(180)));
    this.hop(&mut execution, true).await;
    this.hop(&mut execution, true).await;
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
    this.pass(Duration::from_secs(181));
    let last = this.hop(&mut execution, true).await;
    assert_eq!((last["status"].as_str(), last.get("receipts")), (Some("failed"), None), "it is on");
}

/// The execution ends with a hop that takes no look: people have accepted what the last look has to tell.
#[tokio::test]
async fn what_the_last_look_showed_to_be_gone_has_no_way_back_in_a_hop_without_a_look() {
    let (mut this, _) = contained().await;
    this.stage.change(|account| assert!(account.delete(OLD)));
    this.stage.change(|account| account.keys.push(key("scimcred-cccccccccccc", 0, 900)));
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    let [looked, ended] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!((topics(looked), &ended["report"]["looked_at"]), (vec!["unvouched_key"], &Value::Null));
    leaves_no_receipt(&answers);
}

#[tokio::test]
async fn without_memory_a_receipt_is_refused() {
    let (mut this, receipt) = contained().await;
    this.register.clear();
    refused(&this.run(restore(&receipt), false).await, "no disable of it is remembered");
    this.unreadable = Some("AccessDenied");
    refused(&this.run(restore(&receipt), false).await, "AccessDenied");
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn a_receipt_is_refused_once_it_has_expired() {
    let (mut this, receipt) = contained().await;
    this.pass(DAY * 30);
    refused(
        &this.run(restore(&receipt), false).await,
        "the receipt has expired; it is off, and the incident INC-1 wants it off: give back its newest receipt",
    );
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn a_forged_receipt_is_refused() {
    let (mut this, receipt) = contained().await;
    let end = if receipt.ends_with('A') { "E" } else { "A" };
    let forged = format!("{}{end}", &receipt[..receipt.len() - 1]);
    refused(&this.run(restore(&forged), false).await, "the receipt is not good");
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn a_receipt_of_another_account_is_refused() {
    let (mut this, receipt) = contained().await;
    let mut theirs = payload(&receipt);
    theirs["account"] = "globex".into();
    let theirs = jws::seal(Type::Receipt, theirs.to_string().as_bytes(), &Loop::keys()).to_string();
    refused(&this.run(restore(&theirs), false).await, "it is for another account than acme");
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn the_receipt_of_hygiene_is_good_as_well_and_the_hold_follows() {
    let mut this = Loop::remembering(AGED).await;
    let receipt = receipt(&this.run(schedule(), true).await);
    this.run(restore(&receipt), true).await;
    this.pass(DAY);
    this.run(schedule(), true).await;
    assert_eq!((this.writes(), this.stage.status(OLD)), (vec![off(OLD), on(OLD)], Enabled));
}

#[tokio::test]
async fn a_disable_whose_answer_was_lost_and_that_is_seen_leaves_a_receipt_that_is_good() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.stage.simulator.inject(UPDATE, 1, Fault::ResetAfter);
    let receipt = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.run(restore(&receipt), true).await;
    assert_eq!((this.writes(), this.stage.status(OLD)), (vec![off(OLD), on(OLD)], Enabled));
}

#[tokio::test]
async fn outside_of_a_loop_no_receipt_is_left_that_would_be_refused() {
    let this = Loop::remembering(CONTAIN).await;
    let mut event = incident("INC-1", &[OLD]);
    let first = this.invoke(&event).await;
    event["cursor"] = first["cursor"].clone();
    let again = this.invoke(&event).await;
    assert_eq!(this.writes(), [off(OLD)]);
    leaves_no_receipt(&[first, again]);
}
