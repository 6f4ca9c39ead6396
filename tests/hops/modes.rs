//! Report mode: nothing is written, meant or answered, and no warning counts.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::Disabled;
use serde_json::Value;

use crate::looped::{AGED, CONTAIN, DAY, LADDER, Loop, execution, incident, off, schedule, statuses, topics};
use crate::stage::{OLD, YOUNG};

#[tokio::test]
async fn report_mode_writes_nothing_means_nothing_and_remembers_only_looks() {
    let mut this = Loop::new(&format!("{AGED},{LADDER},{CONTAIN}"));
    this.mode = "report";
    for _ in 0..3 {
        for event in [schedule(), incident("INC-1", &[OLD])] {
            let answers = this.run(event, true).await;
            assert!(statuses(&answers).iter().all(|status| *status == "complete"), "{answers:#?}");
        }
        this.pass(DAY);
    }
    assert_eq!(this.writes().len(), 0);
    for kind in ["intended", "done", "disabled", "implicated", "answered", "warned"] {
        assert_eq!(this.facts(kind), [] as [Value; 0], "{kind}");
    }
    assert!(!this.facts("seen").is_empty());
}

#[tokio::test]
async fn a_warning_of_report_mode_does_not_say_that_the_key_is_to_be_disabled() {
    for (mode, says) in
        [("report", "were the mode enforce, it would be disabled 14d"), ("enforce", "it is to be disabled 14d")]
    {
        let mut this = Loop::new(LADDER);
        this.mode = mode;
        let answer = this.run(schedule(), true).await.remove(0);
        let credential = &answer["report"]["credentials"][0];
        for text in [&answer["notices"][0]["text"], &credential["why"]] {
            assert!(text.as_str().unwrap_or_default().contains(says), "{mode}: {credential}");
        }
    }
}

#[tokio::test]
async fn what_report_mode_warned_of_does_not_count_once_the_policy_enforces() {
    let mut this = Loop::new(LADDER);
    this.mode = "report";
    for _ in 0..16 {
        this.run(schedule(), true).await;
        this.pass(DAY);
    }
    this.mode = "enforce";
    this.run(schedule(), true).await;
    assert_eq!((this.writes().len(), this.facts("warned").len()), (0, 1));
}

#[tokio::test]
async fn report_mode_as_well_waits_for_another_executions_lease_and_tells_what_it_sees_afterwards() {
    let mut this = Loop::remembering(AGED).await;
    this.hop(&mut execution("lost", schedule()), true).await;
    this.mode = "report";
    this.pass(Duration::from_secs(5));
    let mut next = execution("next", schedule());
    let waits = this.hop(&mut next, true).await;
    assert_eq!((waits["status"].as_str(), topics(&waits)), (Some("continue"), vec![]));
    this.pass(Duration::from_secs(600));
    let through = this.hop(&mut next, true).await;
    assert_eq!((through["status"].as_str(), topics(&through)), (Some("complete"), vec!["held"]));
    assert_eq!(this.writes().len(), 0);
}

#[tokio::test]
async fn report_mode_fails_as_well_where_the_register_cannot_be_read() {
    let mut this = Loop::remembering(AGED).await;
    (this.mode, this.unreadable) = ("report", Some("AccessDenied"));
    assert_eq!(statuses(&this.run(schedule(), false).await), ["failed"]);
}

/// Does it end held, and call a person because no good key is left?
fn calls_for_a_key(answer: &Value) -> bool {
    answer["status"] == "held" && topics(answer).contains(&"no_good_key")
}

#[tokio::test]
async fn outside_of_a_loop_both_modes_call_a_person_while_a_key_that_we_switched_off_leaves_no_good_one() {
    let mut this = Loop::remembering(AGED).await;
    this.run(schedule(), true).await;
    this.switch(YOUNG, Disabled);
    let mut event = schedule();
    event["cursor"] = this.register.last().unwrap().1.clone().into();
    for mode in ["enforce", "report"] {
        this.mode = mode;
        let answer = this.invoke(&event).await;
        assert!(calls_for_a_key(&answer), "{mode}: {answer:#}");
    }
}

#[tokio::test]
async fn report_mode_as_well_calls_a_person_while_a_key_that_we_switched_off_leaves_no_good_one() {
    let mut this = Loop::remembering(AGED).await;
    this.run(schedule(), true).await;
    assert_eq!(this.writes(), [off(OLD)]);
    this.switch(YOUNG, Disabled);
    for mode in ["enforce", "report"] {
        (this.mode, _) = (mode, this.pass(DAY));
        let answer = &this.run(schedule(), true).await[0];
        assert!(calls_for_a_key(answer), "{mode}: {answer:#}");
    }
    assert_eq!(this.writes(), [off(OLD)]);
}
