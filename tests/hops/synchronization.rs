//! Containment that switches SCIM synchronisation of the whole zone off: at once, once, upheld, and taken back.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{self, Disabled, Enabled};
use scim_key_lifecycle::simulator::{Action, Fault};
use serde_json::{Value, json};

use crate::looped::{CONTAIN, DAY, Loop, QUIET, execution, incident, notices, schedule, statuses, topics};
use crate::restore::ways_back;
use crate::stage::{LIST, OLD, YOUNG};

pub const READ: Action = Action::GetScimSynchronizationStatus;
const WRITE: Action = Action::UpdateScimSynchronizationStatus;

/// A rule on incidents: synchronisation goes off if they name a key of the zone.
pub const STOP: &str = r#"{"id":"stop","on":"incident","when":{"implicated":true},"then":"disable_sync",
    "waives":["keep_one"]}"#;

impl Loop {
    pub fn synchronization(&self) -> SimStatus {
        self.stage.change(|account| account.sync)
    }

    /// A person switches it on or off.
    pub fn switch_synchronization(&self, status: SimStatus) {
        self.stage.change(|account| account.sync = status);
    }

    /// The states into which it was put so far.
    pub fn synchronization_writes(&self) -> Vec<String> {
        let calls = self.stage.simulator.calls().into_iter().filter(|call| call.action == WRITE.name());
        calls.map(|call| call.new_status.unwrap()).collect()
    }

    fn count(&self, action: Action) -> usize {
        self.stage.simulator.calls().iter().filter(|call| call.action == action.name()).count()
    }

    pub fn synchronization_facts(&self, kind: &str) -> usize {
        self.facts(kind).iter().filter(|fact| fact["credential"] == "scim_synchronization").count()
    }
}

fn restore(receipt: &str) -> Value {
    json!({ "source": "scim-key-lifecycle", "kind": "restore", "receipt": receipt })
}

/// The receipt for this subject that these answers hand to the caller.
fn receipt(answers: &[Value], subject: &str) -> String {
    let receipts = answers.iter().filter_map(|answer| answer["receipts"].as_array()).flatten();
    let mut its = receipts.filter(|receipt| receipt["credential"] == subject);
    its.next().unwrap()["token"].as_str().unwrap().to_owned()
}

/// It is off for an incident since yesterday.
pub async fn stopped() -> (Loop, Vec<Value>) {
    let mut this = Loop::remembering(STOP).await;
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    this.pass(DAY);
    (this, answers)
}

#[tokio::test]
async fn the_first_containment_reads_it_once_switches_it_off_and_reads_it_back() {
    let mut this = Loop::remembering(STOP).await;
    let before = this.stage.simulator.calls().len();
    let answer = this.hop(&mut execution("e", incident("INC-1", &[OLD])), true).await;
    let calls = this.stage.simulator.calls().split_off(before);
    let names: Vec<&str> = calls.iter().map(|call| call.action.as_str()).collect();
    let expected = [READ.name(), LIST.name(), WRITE.name(), READ.name(), LIST.name()];
    assert_eq!((names, this.synchronization()), (expected.to_vec(), Disabled));
    let report = &answer["report"]["synchronization"];
    assert_eq!((report["status"].as_str(), report["verdict"].as_str()), (Some("Enabled"), Some("disable")));
    assert_eq!((report["rule"].as_str(), report["outcome"]["state"].as_str()), (Some("stop"), Some("disabled")));
    assert_eq!(topics(&answer), ["disable"]);
    assert!(answer["report"]["speed"].is_object());
    for (kind, times) in [("seen", 2), ("disabled", 1), ("implicated", 1)] {
        assert_eq!(this.synchronization_facts(kind), times, "{kind}");
    }
    assert_eq!((this.facts("answered").len(), this.stage.status(OLD)), (1, Enabled), "the key itself stays on");
}

#[tokio::test]
async fn an_incident_that_names_no_key_of_the_zone_stops_nothing() {
    let mut this = Loop::remembering(STOP).await;
    let answers = this.run(incident("INC-1", &["scimcred-cccccccccccc"]), true).await;
    assert_eq!((statuses(&answers).last(), this.synchronization()), (Some(&"held"), Enabled));
    assert!(topics(&answers[0]).contains(&"no_subject"));
    assert_eq!(this.synchronization_writes().len(), 0);
}

#[tokio::test]
async fn a_second_delivery_writes_nothing() {
    let (mut this, _) = stopped().await;
    let again = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((statuses(&again), this.synchronization_writes().len()), (vec!["complete"], 1));
}

#[tokio::test]
async fn a_rule_that_comes_to_want_it_after_the_containment_is_told_of_and_stops_nothing() {
    let mut this = Loop::remembering(&format!("{STOP},{CONTAIN}")).await;
    this.rules = CONTAIN.to_owned();
    this.run(incident("INC-1", &[OLD]), true).await;
    this.rules = format!("{STOP},{CONTAIN}");
    let later = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((statuses(&later)[0], topics(&later[0])), ("held", vec!["held"]));
    let why = later[0]["why"].as_str().unwrap();
    assert!(why.contains("of which SCIM synchronisation was no part"), "{why}");
    assert_eq!((this.synchronization(), this.synchronization_writes().len()), (Enabled, 0));
}

#[tokio::test]
async fn what_is_off_already_is_held_off_without_a_write() {
    let mut this = Loop::remembering(STOP).await;
    this.switch_synchronization(Disabled);
    this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((this.synchronization_writes().len(), this.synchronization_facts("implicated")), (0, 1));
    this.pass(DAY);
    this.switch_synchronization(Enabled);
    this.run(schedule(), true).await;
    assert_eq!(this.synchronization(), Disabled);
}

#[tokio::test]
async fn it_is_read_only_where_something_can_come_of_it() {
    let mut this = Loop::remembering(&format!("{STOP},{CONTAIN},{QUIET}")).await;
    let answer = this.run(schedule(), true).await;
    assert_eq!((this.count(READ), &answer[0]["report"]["synchronization"]), (0, &Value::Null));
    assert_eq!(answer[0]["report"]["not_looked_at"][0]["what"], "SCIM synchronisation");
    let before = this.count(READ);
    this.rules = CONTAIN.to_owned();
    this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!(this.count(READ), before, "no rule that is asked acts on it");
    this.rules = STOP.to_owned();
    this.run(incident("INC-2", &[OLD]), true).await;
    this.pass(DAY);
    let before = this.count(READ);
    let answer = this.run(schedule(), true).await;
    assert_eq!((this.count(READ), statuses(&answer)), (before + 1, vec!["complete"]), "an incident holds it off");
}

#[tokio::test]
async fn report_mode_says_what_it_would_do_and_writes_nothing() {
    let mut this = Loop::remembering(STOP).await;
    this.mode = "report";
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((this.synchronization_writes().len(), this.synchronization()), (0, Enabled));
    assert_eq!(answers[0]["report"]["synchronization"]["outcome"]["state"], "report_only");
    assert!(topics(&answers[0]).contains(&"would_disable"));
    assert_eq!(this.synchronization_facts("implicated"), 0);
}

#[tokio::test]
async fn it_is_switched_off_again_under_an_intent_up_to_three_times() {
    let (mut this, _) = stopped().await;
    for time in 1..=5 {
        this.switch_synchronization(Enabled);
        let answers = this.run(schedule(), true).await;
        if time <= 3 {
            assert_eq!((this.synchronization(), this.synchronization_facts("intended")), (Disabled, time));
            assert!(answers.iter().any(|answer| topics(answer).contains(&"contested")), "{time}");
        } else {
            assert_eq!(statuses(&answers).last(), Some(&"held"), "{time}");
            assert_eq!(answers[0]["report"]["guards"][0]["guard"], "hold_ground", "{time}");
        }
        assert_eq!(this.synchronization_writes().len(), 1 + time.min(3), "{time}");
        this.pass(DAY);
    }
}

#[tokio::test]
async fn what_is_contested_is_meant_before_it_is_written() {
    let (mut this, _) = stopped().await;
    this.switch_synchronization(Enabled);
    let mut run = execution("e", schedule());
    this.hop(&mut run, true).await;
    assert_eq!((this.synchronization_writes().len(), this.synchronization_facts("intended")), (1, 1));
    this.hop(&mut run, true).await;
    assert_eq!((this.synchronization_writes().len(), this.synchronization()), (2, Disabled));
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_looked_at_and_not_sent_again() {
    let mut this = Loop::remembering(STOP).await;
    this.stage.simulator.inject(WRITE, 1, Fault::ResetAfter);
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((this.synchronization_writes().len(), this.synchronization()), (1, Disabled));
    assert_eq!(answers[0]["report"]["synchronization"]["outcome"]["state"], "disabled");
    assert_eq!(this.synchronization_facts("disabled"), 1);
}

#[tokio::test]
async fn a_write_that_was_lost_on_the_way_is_repeated_by_the_next_runs() {
    let mut this = Loop::remembering(STOP).await;
    this.stage.simulator.inject(WRITE, 1, Fault::ResetBefore);
    let first = this.hop(&mut execution("e", incident("INC-1", &[OLD])), true).await;
    assert_eq!(first["report"]["synchronization"]["outcome"]["state"], "unsettled");
    assert_eq!((this.synchronization_writes().len(), this.synchronization()), (1, Enabled));
    this.pass(DAY);
    this.run(schedule(), true).await;
    assert_eq!((this.synchronization_writes().len(), this.synchronization()), (2, Disabled));
}

#[tokio::test]
async fn what_is_done_about_a_key_asks_no_more_about_it() {
    let mut this = Loop::remembering(&format!("{STOP},{CONTAIN}")).await;
    this.hop(&mut execution("e", incident("INC-1", &[OLD])), true).await;
    assert_eq!((this.synchronization(), this.stage.status(OLD)), (Disabled, Disabled));
    assert_eq!(this.count(READ), 2, "before its write, and after it");
}

#[tokio::test]
async fn a_receipt_switches_it_on_again_under_an_intent_once_and_ends_the_incident() {
    let (mut this, answers) = stopped().await;
    let receipt = receipt(&answers, "scim_synchronization");
    let mut run = execution("e", restore(&receipt));
    this.hop(&mut run, true).await;
    assert_eq!((this.synchronization_writes().len(), this.synchronization_facts("intended")), (1, 1));
    let answer = this.hop(&mut run, true).await;
    assert_eq!(this.synchronization_writes(), ["Disabled", "Enabled"]);
    assert!(topics(&answer).contains(&"restore"));
    this.pass(DAY);
    this.run(schedule(), true).await;
    this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((this.synchronization(), this.synchronization_writes().len()), (Enabled, 2), "its hold has ended");
    this.switch_synchronization(Disabled);
    let again = this.run(restore(&receipt), false).await;
    assert_eq!(statuses(&again), ["failed"]);
    assert!(again[0]["why"].as_str().unwrap().contains("used already"));
    assert_eq!(this.synchronization_writes().len(), 2);
}

#[tokio::test]
async fn another_incident_holds_its_restore() {
    let (mut this, answers) = stopped().await;
    this.run(incident("INC-2", &[YOUNG]), true).await;
    let held = this.run(restore(&receipt(&answers, "scim_synchronization")), false).await;
    assert_eq!((statuses(&held), this.synchronization()), (vec!["held"], Disabled));
    assert_eq!(held[0]["report"]["guards"][0]["guard"], "implicated");
}

#[tokio::test]
async fn it_is_restored_before_the_keys_of_its_incident() {
    let mut this = Loop::remembering(&format!("{STOP},{CONTAIN}")).await;
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!(ways_back(&answers), ["scim_synchronization", OLD]);
    this.pass(DAY);
    let of_key = restore(&receipt(&answers, OLD));
    let held = this.run(of_key.clone(), false).await;
    assert_eq!((statuses(&held), this.stage.status(OLD)), (vec!["held"], Disabled));
    assert!(held[0]["why"].as_str().unwrap().contains("holds SCIM synchronisation off"));
    this.run(restore(&receipt(&answers, "scim_synchronization")), true).await;
    this.run(of_key, true).await;
    assert_eq!((this.synchronization(), this.stage.status(OLD)), (Enabled, Enabled));
}

#[tokio::test]
async fn people_hear_of_it_though_the_run_that_acted_was_lost() {
    let mut this = Loop::remembering(STOP).await;
    this.hop(&mut execution("lost", incident("INC-1", &[OLD])), false).await;
    this.pass(DAY);
    let answers = this.run(schedule(), true).await;
    assert_eq!(topics(&answers[0]), ["found"]);
    assert!(answers[0]["notices"][0]["text"].as_str().unwrap().starts_with("SCIM synchronisation of acme is off now"));
    this.pass(DAY);
    assert!(notices(&this.run(schedule(), true).await[0]).is_empty(), "once");
}

/// An incident's run hears late that its notice was accepted, and by then a lost restore has switched it on again.
#[tokio::test]
async fn people_hear_that_it_was_given_back_though_they_heard_last_that_it_is_off() {
    let mut this = Loop::remembering(STOP).await;
    let mut contains = execution("contains", incident("INC-1", &[OLD]));
    this.hop(&mut contains, true).await;
    let again = this.run(incident("INC-1", &[OLD]), false).await;
    this.pass(Duration::from_secs(1));
    let mut lost = execution("lost", restore(&receipt(&again, "scim_synchronization")));
    for _ in 0..2 {
        this.hop(&mut lost, false).await;
    }
    assert_eq!(this.synchronization(), Enabled);
    this.pass(Duration::from_secs(60));
    this.hop(&mut contains, true).await;
    this.pass(DAY);
    let answers = this.run(schedule(), true).await;
    assert_eq!(topics(&answers[0]), ["found"]);
    assert!(answers[0]["notices"][0]["text"].as_str().unwrap().starts_with("SCIM synchronisation of acme is on now"));
}

#[tokio::test]
async fn an_incident_that_has_nothing_to_do_with_it_is_not_kept_waiting_by_what_people_have_not_heard() {
    let mut this = Loop::remembering(STOP).await;
    this.hop(&mut execution("e", incident("INC-1", &[OLD])), true).await;
    let again = this.run(incident("INC-1", &[OLD]), false).await;
    this.pass(Duration::from_secs(1));
    let mut lost = execution("lost", restore(&receipt(&again, "scim_synchronization")));
    for _ in 0..2 {
        this.hop(&mut lost, false).await;
    }
    this.rules = CONTAIN.to_owned();
    let before = this.count(READ);
    this.run(incident("INC-2", &[YOUNG]), true).await;
    assert_eq!((this.count(READ), this.stage.status(YOUNG)), (before, Disabled));
    this.run(schedule(), true).await;
    assert!(this.count(READ) > before, "a scheduled run tells them");
}
