//! SCIM synchronisation whose state cannot be read: what is contained at once all the same, and what is left alone.

use std::time::Duration;

use scim_key_lifecycle::clock::Clock;
use scim_key_lifecycle::simulator::Fault;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};

use serde_json::Value;

use crate::looped::{CONTAIN, DAY, Loop, execution, incident, schedule, statuses, topics};
use crate::restore::{receipt, restore, ways_back};
use crate::stage::OLD;
use crate::synchronization::{READ, STOP, stopped};

impl Loop {
    /// From now on it cannot be read in which state it is, for this reason.
    fn cannot_be_read(&self, fault: &Fault) {
        let fault = fault.clone();
        self.stage.simulator.draw_faults(move |action| (action == READ).then(|| fault.clone()));
    }

    /// From now on it can.
    fn can_be_read(&self) {
        self.stage.simulator.draw_faults(|_| None);
    }
}

fn denied() -> Fault {
    Fault::Code("UnauthorizedOperation".to_owned())
}

/// It is told after a look is over.
const TOO_SLOW: Fault = Fault::Slow(Duration::from_secs(60));

#[tokio::test]
async fn that_it_cannot_be_read_keeps_neither_it_nor_a_key_on() {
    let mut this = Loop::remembering(&format!("{STOP},{CONTAIN}")).await;
    this.cannot_be_read(&denied());
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((this.synchronization(), this.stage.status(OLD)), (Disabled, Disabled));
    let report = &answers[0]["report"]["synchronization"];
    assert_eq!((report["status"].as_str(), report["outcome"]["state"].as_str()), (Some("unread"), Some("unsettled")));
}

#[tokio::test]
async fn that_it_is_not_told_in_time_keeps_no_key_on() {
    let mut this = Loop::remembering(&format!("{STOP},{CONTAIN}")).await;
    this.cannot_be_read(&TOO_SLOW);
    this.hop(&mut execution("e", incident("INC-1", &[OLD])), true).await;
    assert_eq!((this.synchronization(), this.stage.status(OLD)), (Disabled, Disabled), "in the first hop");
}

#[tokio::test]
async fn what_was_seen_off_and_cannot_be_read_is_not_written_and_a_thief_is_still_contested_afterwards() {
    let (mut this, _) = stopped().await;
    this.cannot_be_read(&denied());
    for day in 1..=5 {
        let answers = this.run(schedule(), true).await;
        assert_eq!((statuses(&answers)[0], this.synchronization_writes().len()), ("held", 1), "day {day}");
        let why = answers[0]["why"].as_str().unwrap();
        let expected = "SCIM synchronisation is left alone: the incident INC-1 wants it off, and whether it is on could not be \
                        read: GetSCIMSynchronizationStatus was answered with UnauthorizedOperation (give the secret's owner \
                        the actions of the README's CAM policy)";
        assert!(why.starts_with(expected), "{why}");
        let report = &answers[0]["report"]["synchronization"];
        assert_eq!((report["status"].as_str(), report["verdict"].as_str()), (Some("unread"), Some("unsure")));
        assert_eq!(topics(&answers[0]), if day == 1 { vec!["unsure"] } else { vec![] }, "day {day}");
        this.pass(DAY);
    }
    assert_eq!(this.synchronization_facts("intended"), 0, "no ground is lost");
    this.can_be_read();
    this.switch_synchronization(Enabled);
    let answers = this.run(schedule(), true).await;
    assert_eq!((statuses(&answers).last(), this.synchronization()), (Some(&"complete"), Disabled));
}

#[tokio::test]
async fn what_cannot_be_read_for_a_while_is_looked_at_again_in_the_same_run() {
    let (mut this, _) = stopped().await;
    for nth in 1..=2 {
        this.stage.simulator.inject(READ, nth, TOO_SLOW);
    }
    let answers = this.run(schedule(), true).await;
    assert_eq!(statuses(&answers), ["continue", "continue", "complete"]);
    assert!(answers.iter().all(|answer| topics(answer).is_empty()), "it has passed before anybody must know");
    assert_eq!((this.synchronization_writes().len(), this.synchronization_facts("intended")), (1, 0));
}

#[tokio::test]
async fn what_cannot_be_read_as_long_as_a_run_lasts_is_for_a_person() {
    let (mut this, _) = stopped().await;
    this.cannot_be_read(&TOO_SLOW);
    let mut run = execution("e", schedule());
    run.until = Some(this.now().plus(Duration::from_mins(10)));
    let mut answer = this.hop(&mut run, true).await;
    while answer["status"] == "continue" {
        this.wait_for(&answer);
        answer = this.hop(&mut run, true).await;
    }
    assert_eq!((answer["status"].as_str(), topics(&answer)), (Some("held"), vec!["unsure"]));
    assert!(answer["why"].as_str().unwrap().contains("whether it is on could not be read: GetSCIM"), "{answer:#}");
    assert_eq!((this.synchronization_writes().len(), this.synchronization_facts("intended")), (1, 0));
}

#[tokio::test]
async fn what_a_first_containment_has_written_unread_is_not_written_again_until_it_is_seen_on() {
    let mut this = Loop::remembering(STOP).await;
    this.cannot_be_read(&denied());
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    let outcome = &answers[0]["report"]["synchronization"]["outcome"];
    assert_eq!(outcome["state"], "unsettled");
    let why = outcome["why"].as_str().unwrap();
    assert!(why.starts_with("the write was acknowledged, but it could not be read back: GetSCIM"), "{why}");
    assert_eq!((statuses(&answers).last(), ways_back(&answers)), (Some(&"held"), vec!["scim_synchronization"]));
    this.run(incident("INC-1", &[OLD]), true).await;
    this.pass(DAY);
    this.run(schedule(), true).await;
    assert_eq!((this.synchronization_writes().len(), this.synchronization_facts("intended")), (1, 0));
    this.pass(DAY);
    this.can_be_read();
    this.switch_synchronization(Enabled);
    this.run(schedule(), true).await;
    assert_eq!((this.synchronization_writes().len(), this.synchronization_facts("intended")), (2, 1));
}

/// It is seen on, and then not: what was meant is not done, and no ground is lost.
#[tokio::test]
async fn what_is_meant_and_cannot_be_read_any_more_is_not_done() {
    let (mut this, _) = stopped().await;
    this.switch_synchronization(Enabled);
    let mut run = execution("e", schedule());
    this.hop(&mut run, true).await;
    this.stage.simulator.inject(READ, 1, denied());
    let answer = this.hop(&mut run, true).await;
    assert_eq!(
        (answer["report"]["synchronization"]["verdict"].as_str(), this.synchronization()),
        (Some("unsure"), Enabled)
    );
    assert_eq!(this.synchronization_writes().len(), 1);
    this.wait_for(&answer);
    for _ in 0..2 {
        let answer = this.hop(&mut run, true).await;
        this.wait_for(&answer);
    }
    assert_eq!((this.synchronization_writes().len(), this.synchronization()), (2, Disabled));
}

#[tokio::test]
async fn what_was_given_back_and_no_look_shows_is_for_a_person() {
    let mut this = Loop::remembering(STOP).await;
    let receipt = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.pass(DAY);
    this.cannot_be_read(&denied());
    let answers = this.run(restore(&receipt), true).await;
    assert_eq!(this.synchronization(), Enabled);
    let ended = answers.last().unwrap();
    let why = ended["why"].as_str().unwrap();
    assert_eq!(ended["status"], "held", "{ended:#}");
    assert!(why.contains("was to be enabled, and no look shows whether it is"), "{why}");
}

/// What these notices of a run say, of one topic, and after how many minutes.
async fn heard(this: &mut Loop, event: Value, topic: &str) -> Vec<(u64, String)> {
    let (began, mut execution, mut heard) = (this.now(), execution("e", event), Vec::new());
    loop {
        let after = this.now().since(began).as_secs() / 60;
        let answer = this.hop(&mut execution, true).await;
        let told = answer["notices"].as_array().unwrap().iter().filter(|notice| notice["topic"] == topic);
        heard.extend(told.map(|notice| (after, notice["text"].as_str().unwrap().to_owned())));
        if answer["status"] != "continue" {
            return heard;
        }
        this.wait_for(&answer);
    }
}

#[tokio::test]
async fn people_hear_within_minutes_of_a_cloud_that_shows_nothing() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.stage.simulator.draw_faults(|_| Some(Fault::RefusedConnection));
    let heard = heard(&mut this, incident("INC-1", &[OLD]), "blind").await;
    let [(soon, so_far)] = heard.as_slice() else { panic!("{heard:?}") };
    assert!((10..20).contains(soon) && so_far.contains("nothing was decided so far, because "), "{soon}: {so_far}");
    assert!(so_far.ends_with("; it is tried until 2026-11-26T06:00:00Z"), "{so_far}");
}

#[tokio::test]
async fn a_cloud_that_shows_nothing_for_a_few_minutes_calls_nobody() {
    let mut this = Loop::remembering(CONTAIN).await;
    let until = this.now().plus(Duration::from_secs(6 * 60));
    let clock = this.stage.clock.clone();
    this.stage.simulator.draw_faults(move |_| (clock.now() < until).then_some(Fault::RefusedConnection));
    assert!(heard(&mut this, incident("INC-1", &[OLD]), "blind").await.is_empty());
    assert_eq!(this.stage.status(OLD), Disabled);
}

#[tokio::test]
async fn people_hear_within_minutes_that_what_should_be_off_cannot_be_read() {
    let (mut this, _) = stopped().await;
    this.cannot_be_read(&TOO_SLOW);
    let heard = heard(&mut this, schedule(), "unsure").await;
    let [(soon, text)] = heard.as_slice() else { panic!("{heard:?}") };
    assert!((10..20).contains(soon) && text.contains("SCIM synchronisation of acme is left alone"), "{soon}: {text}");
}
