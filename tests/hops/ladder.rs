//! Quiet runs, and a ladder over days.

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};

use crate::looped::{AGED, DAY, LADDER, Loop, QUIET, execution, off, payload, schedule, statuses, topics};
use crate::stage::OLD;

#[tokio::test]
async fn a_quiet_run_ends_in_one_hop_and_settles_once() {
    let mut this = Loop::new(QUIET);
    let mut execution = execution("e", schedule());
    let first = this.hop(&mut execution, true).await;
    assert_eq!((first["status"].as_str(), first["notices"].as_array().unwrap().len()), (Some("complete"), 0));
    assert_eq!(this.register.len(), 1);
    let calls = this.stage.simulator.calls().len();
    let second = this.hop(&mut execution, true).await;
    assert_eq!((&second["status"], &second["settle"]), (&first["status"], &serde_json::Value::Null));
    assert_eq!(this.stage.simulator.calls().len(), calls, "a run that is over does not look");
}

#[tokio::test]
async fn a_key_is_disabled_only_after_both_warnings_have_stood_their_time() {
    let mut this = Loop::new(LADDER);
    this.guards = r#"{"max_gap":"3d"}"#;
    let mut told = Vec::new();
    for day in 0..14 {
        let answers = this.run(schedule(), true).await;
        told.extend(topics(&answers[0]).iter().map(|topic| (day, (*topic).to_owned())));
        assert_eq!((statuses(&answers).last(), this.writes().len()), (Some(&"complete"), 0), "day {day}");
        this.pass(DAY);
    }
    // The second warning is due three days before the first one's time is over.
    assert_eq!(told, [0, 11].map(|day| (day, "warning".to_owned())));
    let answers = this.run(schedule(), true).await;
    assert_eq!((this.writes(), statuses(&answers).last()), (vec![off(OLD)], Some(&"complete")));
}

#[tokio::test]
async fn a_warning_that_nobody_accepts_is_given_again_and_does_not_count() {
    let mut this = Loop::new(LADDER);
    for _ in 0..2 {
        let answers = this.run(schedule(), false).await;
        assert_eq!(topics(&answers[0]), ["warning"]);
        assert_eq!(this.facts("warned").len(), 0);
        this.pass(DAY);
    }
    this.run(schedule(), true).await;
    assert_eq!(this.facts("warned").len(), 1);
    this.pass(DAY);
    assert_eq!(topics(&this.run(schedule(), true).await[0]), [""; 0], "people were told");
}

#[tokio::test]
async fn a_rule_that_was_changed_warns_anew_and_another_rules_warnings_stand() {
    let other = LADDER.replace("\"ladder\"", "\"other\"");
    let mut this = Loop::new(&format!("{LADDER},{other}"));
    this.run(schedule(), true).await;
    assert_eq!(this.facts("warned").len(), 2);
    this.pass(DAY);
    this.rules = format!("{LADDER},{}", other.replace("14d", "15d"));
    let answers = this.run(schedule(), true).await;
    let rules: Vec<_> = answers[0]["notices"].as_array().unwrap().iter().map(|notice| &notice["rule"]).collect();
    assert_eq!(rules, ["other"]);
}

#[tokio::test]
async fn what_held_a_disable_back_for_longer_than_max_gap_has_people_warned_anew() {
    let mut this = Loop::new(LADDER);
    this.guards = r#"{"max_gap":"3d"}"#;
    for day in 0..13 {
        this.run(schedule(), true).await;
        // Somebody asks for time, and the rule is another for a while.
        this.rules = if day < 12 { LADDER.to_owned() } else { LADDER.replace("90d", "400d") };
        this.pass(DAY);
    }
    for _ in 13..18 {
        this.run(schedule(), true).await;
        this.pass(DAY);
    }
    this.rules = LADDER.to_owned();
    let answers = this.run(schedule(), true).await;
    assert_eq!((topics(&answers[0]), this.writes().len()), (vec!["warning"], 0));
}

#[tokio::test]
async fn a_disable_is_meant_first_then_written_once_and_looked_at_once_more_a_minute_later() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    let meant = this.hop(&mut execution, true).await;
    assert_eq!((meant["status"].as_str(), this.writes().len()), (Some("continue"), 0));
    assert_eq!(this.facts("intended").len(), 1);
    let written = this.hop(&mut execution, true).await;
    assert_eq!((written["status"].as_str(), this.writes()), (Some("continue"), vec![off(OLD)]));
    assert_eq!((this.facts("done")[0]["sent"].as_bool(), this.facts("disabled").len()), (Some(true), 1));
    assert_eq!(
        payload(written["cursor"].as_str().unwrap())["run"]["written"][0]["credential"],
        OLD,
        "it must leave one"
    );
    let early = this.hop(&mut execution, true).await;
    assert_eq!(early["resume_at"], written["resume_at"], "too early a hop only waits");
    this.pass(std::time::Duration::from_secs(60));
    let late = this.hop(&mut execution, true).await;
    assert_eq!((late["status"].as_str(), this.writes().len()), (Some("complete"), 1));
}

/// A rule that is no ladder: it tells of keys that are on.
const OLD_AND_ON: &str =
    r#"{"id":"on","on":"schedule","when":{"all":[{"status":"Enabled"},{"older_than":"90d"}]},"then":"warn"}"#;

#[tokio::test]
async fn a_rule_that_only_warns_is_told_weekly_and_at_once_of_a_key_that_was_off_and_when_it_was_changed() {
    let mut this = Loop::remembering(OLD_AND_ON).await;
    let mut told = Vec::new();
    for day in 0..=20 {
        match day {
            3 => this.switch(OLD, Disabled),
            4 => this.switch(OLD, Enabled),
            15 => this.rules = OLD_AND_ON.replace("90d", "150d"),
            _ => {}
        }
        let answers = this.run(schedule(), true).await;
        told.extend(topics(&answers[0]).contains(&"warning").then_some(day));
        this.pass(DAY);
    }
    // It was enabled again on day 4, and the rule is another from day 15 on.
    assert_eq!(told, [0, 4, 11, 15]);
}
