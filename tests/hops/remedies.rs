//! What a refused receipt, or a guard, says is left to do: each test does so, to the letter, and has its key back.

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use serde_json::{Value, json};

use crate::events::{CHANGE, RISK, changed, risk};
use crate::looped::{CONTAIN, DAY, Loop, execution, incident, off, on, schedule, statuses};
use crate::restore::{receipt, restore};
use crate::stage::{OLD, YOUNG};
use crate::synchronization::{STOP, stopped};

const OVER_AND_OVER: &str = "give back its newest receipt; if that is lost or has expired, send the incident's event again, \
                             or, if that is too old to be believed, this tool's own incident event, with another id, that \
                             wants it off as well: the answer has one";

/// A containment, and its receipt.
async fn contained() -> (Loop, String) {
    let mut this = Loop::remembering(CONTAIN).await;
    let receipt = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.pass(DAY);
    (this, receipt)
}

impl Loop {
    /// Why this receipt is refused, and what then.
    async fn refusal(&mut self, receipt: &str) -> String {
        let answers = self.run(restore(receipt), true).await;
        assert_eq!(statuses(&answers).last(), Some(&"failed"));
        answers.last().unwrap()["why"].as_str().unwrap().to_owned()
    }

    /// The key is given back for good.
    async fn is_back(&mut self, receipt: &str) {
        let answers = self.run(restore(receipt), true).await;
        assert_eq!((statuses(&answers).last(), self.stage.status(OLD)), (Some(&"complete"), Enabled), "{answers:?}");
        self.pass(DAY);
        let later = self.run(schedule(), true).await;
        assert_eq!((statuses(&later).last(), self.stage.status(OLD)), (Some(&"complete"), Enabled), "{later:?}");
    }
}

/// The register was reset, or an older copy of it was put back.
#[tokio::test]
async fn what_memory_lost_is_enabled_in_the_console_and_leaves_a_receipt() {
    let (mut this, lost) = contained().await;
    this.register.clear();
    let why = this.refusal(&lost).await;
    assert!(why.ends_with("no disable of it is remembered; it is off: enable it in the console"), "{why}");
    this.run(incident("INC-1", &[OLD]), true).await;
    let why = this.refusal(&lost).await;
    let remedy = "it is off, and the incident INC-1 wants it off: enable it in the console: the next scheduled run switches \
                  it off again, and leaves a receipt";
    assert!(why.ends_with(remedy), "{why}");
    this.switch(OLD, Enabled);
    let newest = receipt(&this.run(schedule(), true).await);
    this.is_back(&newest).await;
}

#[tokio::test]
async fn what_keeps_a_run_from_switching_off_again_is_named_first() {
    for guards in [r#"{"hold_ground":0}"#, r#"{"protect":[{"credential":"ID","reason":"r","until":"2036-01-01"}]}"#] {
        let (mut this, lost) = contained().await;
        this.register.clear();
        this.run(incident("INC-1", &[OLD]), true).await;
        let guards = guards.replace("ID", OLD);
        this.guards = guards.leak();
        let why = this.refusal(&lost).await;
        let named = [
            "give the policy a greater guards.hold_ground, and then enable it in the console: the next",
            "take it out of guards.protect, and then enable it in the console: the next",
        ];
        assert!(named.iter().any(|named| why.contains(named)), "{why}");
        this.switch(OLD, Enabled);
        assert_eq!(statuses(&this.run(schedule(), true).await).last(), Some(&"held"), "not before that");
        let why = this.refusal(&lost).await;
        assert!(
            why.contains("it is on, and the incident INC-1 wants it off: ") && why.contains(", and then the next"),
            "{why}"
        );
        this.guards = "{}";
        let newest = receipt(&this.run(schedule(), true).await);
        this.is_back(&newest).await;
    }
}

/// A run that upheld the containment was killed between its write and its settle.
#[tokio::test]
async fn what_a_lost_run_upheld_is_enabled_in_the_console_before_its_receipt_is_good() {
    let (mut this, first) = contained().await;
    this.switch(OLD, Enabled);
    let mut lost = execution("lost", schedule());
    this.hop(&mut lost, true).await;
    this.hop_unsettled(&mut lost).await;
    assert_eq!(this.writes(), [off(OLD), off(OLD)]);
    this.pass(DAY);
    this.run(schedule(), true).await;
    let why = this.refusal(&first).await;
    assert!(why.ends_with(&format!("enable it in the console, and then {OVER_AND_OVER}")), "{why}");
    this.switch(OLD, Enabled);
    let newest = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.is_back(&newest).await;
}

#[tokio::test]
async fn what_has_expired_comes_anew_with_the_event() {
    let (mut this, expired) = contained().await;
    this.pass(DAY * 30);
    let why = this.refusal(&expired).await;
    assert!(why.contains("has expired; it is off") && why.ends_with(OVER_AND_OVER), "{why}");
    let newest = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.is_back(&newest).await;
}

/// Sent again, what others told long ago is not believed.
#[tokio::test]
async fn a_receipt_for_what_an_old_event_of_others_has_contained_comes_with_an_incident_of_our_own() {
    let mut this = Loop::remembering(&format!("{CHANGE},{CONTAIN}")).await;
    let event = changed("CreateSCIMCredential", OLD, "100000000009", "AKIDthief", this.now());
    let first = receipt(&this.run(event.clone(), true).await);
    this.pass(DAY);
    this.switch(OLD, Enabled);
    this.run(schedule(), true).await;
    let why = this.refusal(&first).await;
    assert!(why.contains("disabled again since; it is off") && why.ends_with(OVER_AND_OVER), "{why}");
    let again = this.run(event, true).await;
    assert!(again.iter().all(|answer| answer.get("receipts").is_none()), "it is too old: {again:?}");
    let newest = receipt(&this.run(incident("INC-2", &[OLD]), true).await);
    this.is_back(&newest).await;
}

/// The receipt was used, a person has switched the key off since, and another incident holds it off.
#[tokio::test]
async fn what_has_been_given_back_before_is_enabled_in_the_console_and_leaves_another_receipt() {
    let (mut this, used) = contained().await;
    this.is_back(&used).await;
    this.switch(OLD, Disabled);
    let why = this.refusal(&used).await;
    assert!(why.ends_with("used already; it is off: enable it in the console"), "{why}");
    this.run(incident("INC-2", &[OLD]), true).await;
    let why = this.refusal(&used).await;
    assert!(why.contains("INC-2 wants it off: enable it in the console: the next scheduled run"), "{why}");
    this.switch(OLD, Enabled);
    this.guards = r#"{"hold_ground":0}"#;
    let held = this.run(schedule(), true).await;
    let why = held[0]["report"]["guards"][0]["why"].as_str().unwrap();
    assert!(why.contains("let it be disabled once, with a greater hold_ground, and give back the receipt"), "{why}");
    this.guards = "{}";
    let newest = receipt(&this.run(schedule(), true).await);
    this.is_back(&newest).await;
    assert_eq!(this.writes(), [off(OLD), on(OLD), off(OLD), on(OLD)]);
}

/// A restore of SCIM synchronisation was killed between its intent and its act.
#[tokio::test]
async fn what_a_lost_restore_left_off_is_enabled_in_the_console() {
    let (mut this, answers) = stopped().await;
    let spent = receipt(&answers);
    this.hop(&mut execution("lost", restore(&spent)), true).await;
    this.pass(DAY);
    let why = this.refusal(&spent).await;
    assert!(why.ends_with("used already; it is off: enable it in the console"), "{why}");
    this.switch_synchronization(Enabled);
    let later = this.run(schedule(), true).await;
    assert_eq!((statuses(&later).last(), this.synchronization()), (Some(&"complete"), Enabled));
}

const ANEW: &str = "if it is to go off again, send this tool's own incident event, with another id, that ";
const BY_HAND: &str = " (or switch it off in the console, but then no run sees to it that it stays off)";

/// A risk for which a key went off, from which that was given back, and which its source reports again; and what then holds
/// the key on.
async fn reported_anew(own: &str) -> (Loop, Value) {
    let mut this = Loop::remembering(&format!("{RISK},{own}")).await;
    let receipt = receipt(&this.run(risk(this.now()), true).await);
    this.run(restore(&receipt), true).await;
    let anew = risk(this.now());
    let answers = this.run(anew.clone(), true).await;
    let remedy = format!("{ANEW}names it, or has the \"time\" for a rule that asks when it happened{BY_HAND}");
    let why = answers[0]["why"].as_str().unwrap();
    assert!(why.ends_with(&remedy) && this.stage.status(YOUNG) == Enabled, "{why}");
    (this, anew)
}

#[tokio::test]
async fn what_was_given_back_and_is_reported_anew_stays_off_once_it_is_switched_off_in_the_console() {
    let (mut this, anew) = reported_anew(CONTAIN).await;
    this.switch(YOUNG, Disabled);
    for event in [anew, schedule()] {
        assert_eq!(statuses(&this.run(event, true).await).last(), Some(&"complete"));
        assert_eq!((this.stage.status(YOUNG), this.writes()), (Disabled, vec![off(YOUNG), on(YOUNG)]));
    }
}

#[tokio::test]
async fn what_was_given_back_and_is_reported_anew_goes_off_by_an_incident_of_our_own() {
    let since = CONTAIN.replace(r#"{"implicated":true}"#, r#"{"created_since_incident":"20d"}"#);
    for (rule, names) in [(CONTAIN, true), (&since, false)] {
        let (mut this, _) = reported_anew(rule).await;
        let mut own = incident("INC-2", if names { &[YOUNG] } else { &[] });
        own["time"] = json!(this.now().to_string());
        let answers = this.run(own, true).await;
        assert_eq!(statuses(&answers).last(), Some(&"complete"), "{answers:?}");
        assert_eq!(this.writes(), [off(YOUNG), on(YOUNG), off(YOUNG)], "{rule}");
    }
}

#[tokio::test]
async fn synchronization_that_was_given_back_and_whose_incident_is_reported_anew_goes_off_as_the_notice_says() {
    for in_the_console in [true, false] {
        let mut this = Loop::remembering(STOP).await;
        let own = |id: &str, this: &Loop| {
            let mut own = incident(id, &[OLD]);
            own["time"] = json!(this.now().to_string());
            own
        };
        let receipt = receipt(&this.run(own("INC-1", &this), true).await);
        this.run(restore(&receipt), true).await;
        let anew = own("INC-1", &this);
        let answers = this.run(anew.clone(), true).await;
        let why = answers[0]["why"].as_str().unwrap();
        assert!(why.contains("SCIM synchronisation was given back at ") && why.contains(ANEW), "{why}");
        assert!(
            why.ends_with(&format!("that asks a rule which switches it off{BY_HAND}"))
                && this.synchronization() == Enabled,
            "{why}"
        );
        let next = if in_the_console {
            this.switch_synchronization(Disabled);
            anew
        } else {
            own("INC-2", &this)
        };
        assert_eq!(statuses(&this.run(next, true).await).last(), Some(&"complete"));
        assert_eq!(this.synchronization(), Disabled);
    }
}
