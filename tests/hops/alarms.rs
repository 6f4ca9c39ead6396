//! When a person must be called: no good key is left, or the run does not come to its end.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, When};
use serde_json::{Value, json};

use crate::looped::{AGED, CONTAIN, DAY, HOPS, Loop, QUIET, execution, incident, off, on, schedule, statuses, topics};
use crate::stage::{OLD, Stage, UPDATE, YOUNG, key, switch};

#[tokio::test]
async fn the_late_look_enables_the_key_again_if_it_left_no_good_one() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    this.hop(&mut execution, true).await;
    this.switch(YOUNG, Disabled);
    this.pass(Duration::from_secs(60));
    let late = this.hop(&mut execution, true).await;
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
    assert_eq!((late["status"].as_str(), this.stage.status(OLD)), (Some("held"), Enabled));
}

/// Whoever holds the lease may have died: until that is over nobody would be provisioned.
#[tokio::test]
async fn the_late_look_takes_back_while_another_execution_holds_the_lease() {
    const THIRD: &str = "scimcred-cccccccccccc";
    let mut this = Loop::remembering(&format!("{AGED},{CONTAIN}")).await;
    this.stage.change(|account| account.keys.push(key(THIRD, 0, 900)));
    this.run(incident("INC-1", &[THIRD]), true).await;
    let mut first = execution("e", schedule());
    this.hop(&mut first, true).await;
    this.hop(&mut first, true).await;
    this.switch(THIRD, Enabled);
    let meant = this.hop(&mut execution("lost", incident("INC-1", &[THIRD])), true).await;
    assert_eq!(meant["why"], "what is meant must be settled before it is done");
    this.switch(YOUNG, Disabled);
    this.pass(Duration::from_secs(60));
    let late = this.hop(&mut first, true).await;
    assert_eq!(this.writes(), [off(THIRD), off(OLD), on(OLD)]);
    assert!(late["why"].as_str().unwrap().starts_with("another execution is writing"), "{late:#}");
}

/// One outcome: who reads the last report that tells of a look is not to take the key for one that is off.
/// Its time is one that will not come for hours.
#[tokio::test]
async fn the_late_look_is_taken_though_the_clock_was_set_back_before_it() {
    for (back, due) in [(60, false), (301, true), (8 * 3_600, true)] {
        let mut this = Loop::remembering(CONTAIN).await;
        let mut execution = execution("e", incident("INC-1", &[OLD]));
        this.hop(&mut execution, true).await;
        this.stage.clock.set(this.now().minus(Duration::from_secs(back)));
        let next = this.hop(&mut execution, true).await;
        assert_eq!((next["status"] == "complete", next["receipts"][0].is_object()), (due, due), "{back}: {next:#}");
    }
}

#[tokio::test]
async fn what_the_late_look_undid_is_told_as_one_disable_that_was_undone_and_has_no_way_back() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    let wrote = this.hop(&mut execution, true).await;
    let disabled = ids(&outcome_of(&wrote, OLD)["request_ids"]);
    this.switch(YOUNG, Disabled);
    this.pass(Duration::from_secs(60));
    let late = this.hop(&mut execution, true).await;
    let last = this.hop(&mut execution, true).await;
    for answer in [&late, &last] {
        let earlier = answer["report"]["earlier"].as_array().unwrap();
        let [undone] = &earlier[..] else { panic!("{earlier:?}") };
        let requests = ids(&undone["request_ids"]);
        assert_eq!((&undone["credential"], &undone["state"]), (&json!(OLD), &json!("undone")));
        assert_eq!((requests.len(), &requests[..1]), (2, &disabled[..]));
        assert_eq!(answer.get("receipts"), None, "it is on");
    }
    assert_eq!(last["status"], "held");
}

fn outcome_of<'a>(answer: &'a Value, key: &str) -> &'a Value {
    let keys = answer["report"]["credentials"].as_array().unwrap();
    &keys.iter().find(|it| it["credential"] == key).unwrap()["outcome"]
}

fn ids(requests: &Value) -> Vec<String> {
    requests.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_late_look_does_not_undo_what_somebody_else_has_disabled_since() {
    let mut this = Loop::remembering(AGED).await;
    let mut first = execution("e", schedule());
    this.hop(&mut first, true).await;
    this.hop(&mut first, true).await;
    this.pass(Duration::from_secs(10));
    this.switch(OLD, Enabled);
    this.run(schedule(), true).await;
    // Such as a containment of which nothing could be settled.
    this.switch(OLD, Disabled);
    this.switch(YOUNG, Disabled);
    this.pass(Duration::from_secs(50));
    let late = this.hop(&mut first, true).await;
    assert_eq!(this.writes(), [off(OLD)]);
    assert_eq!((late["status"].as_str(), topics(&late)), (Some("held"), vec!["no_good_key"]));
}

/// Nobody vouches for it, so no good key is left; but it is on, and that is not this run's doing any more.
#[tokio::test]
async fn the_late_look_judges_no_key_that_somebody_has_enabled_since() {
    let mut this = Loop::remembering(AGED).await;
    this.known = &[YOUNG];
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    this.hop(&mut execution, true).await;
    this.switch(OLD, Enabled);
    this.switch(YOUNG, Disabled);
    this.pass(Duration::from_secs(60));
    let late = this.hop(&mut execution, true).await;
    assert_eq!((this.writes(), topics(&late)), (vec![off(OLD)], vec!["held"]));
}

#[tokio::test]
async fn the_late_look_does_not_undo_what_nobody_acknowledged_but_calls_a_person() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    this.stage.simulator.inject(UPDATE, 1, Fault::ResetAfter);
    this.hop(&mut execution, true).await;
    this.switch(YOUNG, Disabled);
    this.pass(Duration::from_secs(60));
    let late = this.hop(&mut execution, true).await;
    assert_eq!(this.writes(), [off(OLD)]);
    assert_eq!((late["status"].as_str(), topics(&late)), (Some("held"), vec!["no_good_key"]));
}

/// It chose a key that surely worked, and no incident implicates: its rule had to leave a good one.
#[tokio::test]
async fn a_containment_that_leaves_no_good_key_stands_and_the_alarm_says_so() {
    let rule = r#"{"id":"select","on":"incident","when":{"older_than":"90d"},"then":"disable"}"#;
    let mut this = Loop::remembering(rule).await;
    this.stage.simulator.on_call(UPDATE, 1, When::After, switch(YOUNG, Disabled));
    let answers = this.run(incident("INC-1", &[]), true).await;
    let told = answers[0]["notices"][0]["text"].as_str().unwrap();
    assert!(told.contains("NO GOOD KEY IS LEFT (a containment is never taken back)"), "{told}");
    assert_eq!((this.writes(), statuses(&answers).last()), (vec![off(OLD)], Some(&"held")));
    let calls = answers.iter().flat_map(topics).filter(|topic| *topic == "no_good_key");
    assert_eq!(calls.count(), 1, "the late look finds the same");
}

#[tokio::test]
async fn what_a_disable_has_left_is_told_once_though_the_late_look_finds_it_again() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.inject(UPDATE, 1, Fault::ResetAfter);
    this.stage.simulator.on_call(UPDATE, 1, When::After, switch(YOUNG, Disabled));
    let answers = this.run(schedule(), true).await;
    assert_eq!((this.writes(), statuses(&answers).last()), (vec![off(OLD)], Some(&"held")));
    let calls = answers.iter().flat_map(topics).filter(|topic| *topic == "no_good_key");
    assert_eq!(calls.count(), 1);
}

#[tokio::test]
async fn no_good_key_after_a_run_that_was_lost_calls_a_person() {
    let mut this = Loop::remembering(AGED).await;
    this.hop(&mut execution("lost", schedule()), true).await;
    this.switch(OLD, Disabled);
    this.switch(YOUNG, Disabled);
    this.pass(DAY);
    let answers = this.run(schedule(), false).await;
    assert_eq!(statuses(&answers), ["held"]);
    assert!(topics(&answers[0]).contains(&"no_good_key"));
    assert_eq!(this.writes().len(), 0, "nobody enables what nobody knows to have disabled");
}

/// A containment found it off, and keeps it so: no run of ours has switched it off.
#[tokio::test]
async fn no_good_key_beside_one_that_an_incident_found_off_calls_a_person() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.switch(OLD, Disabled);
    let contained = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((statuses(&contained).last(), this.writes()), (Some(&"complete"), vec![]));
    this.switch(YOUNG, Disabled);
    this.pass(DAY);
    let answers = this.run(schedule(), true).await;
    let why = answers.last().unwrap()["why"].as_str().unwrap();
    assert!(why.contains(&format!("{OLD} is off (an incident holds it off): ")), "{why}");
    assert_eq!(statuses(&answers).last(), Some(&"held"));
}

/// What the alarm of no good key tells people to do, and why the run ends, each after its reason in brackets.
fn remedies(answer: &Value) -> [String; 2] {
    let notices = answer["notices"].as_array().unwrap();
    let alarm = notices.iter().find(|notice| notice["topic"] == "no_good_key").expect("somebody is called");
    [&alarm["text"], &answer["why"]].map(|text| text.as_str().unwrap().split_once("): ").unwrap().1.to_owned())
}

/// The owner's key works, and the only one that is off is the thief's.
#[tokio::test]
async fn nobody_is_told_to_enable_what_an_incident_implicates_and_the_key_that_works_is_named() {
    let but_not = format!("enable or create one now, but not {YOUNG}, which an incident implicates");
    let vouch = format!(
        "nobody vouches for {OLD}, which may work: if it is yours, add it to the policy's \"known\"; if not, {but_not}"
    );
    let mut this = Loop::remembering(CONTAIN).await;
    this.known = &[];
    for event in [incident("INC-1", &[YOUNG]), schedule()] {
        let answers = this.run(event, false).await;
        let last = answers.last().unwrap();
        assert_eq!((&last["status"], remedies(last)), (&json!("held"), [vouch.clone(), vouch.clone()]));
        this.pass(DAY);
    }
    this.switch(OLD, Disabled);
    assert_eq!(remedies(&this.run(schedule(), false).await[0]), [but_not.clone(), but_not], "it does not work");
    assert_eq!(this.writes(), [off(YOUNG)]);
}

#[tokio::test]
async fn what_an_incident_implicates_is_not_named_as_a_key_to_vouch_for() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.known = &[];
    this.guards = r#"{"hold_ground":0}"#;
    this.run(incident("INC-1", &[OLD]), true).await;
    this.run(incident("INC-2", &[YOUNG]), true).await;
    this.switch(YOUNG, Enabled);
    this.pass(DAY);
    let but_not = format!("enable or create one now, but not {OLD} and {YOUNG}, which an incident implicates");
    assert_eq!(remedies(&this.run(schedule(), false).await[0]), [but_not.clone(), but_not]);
}

/// Its rule counts any key as good; under another name nobody knows that.
#[tokio::test]
async fn where_the_rule_of_a_disable_is_renamed_the_key_that_works_is_named() {
    let mut this = Loop::remembering(&AGED.replace(r#""then""#, r#""successor":"any","then""#)).await;
    this.known = &[];
    this.run(schedule(), true).await;
    this.rules = QUIET.to_owned();
    this.pass(DAY);
    let vouch = format!(
        "nobody vouches for {YOUNG}, which may work: if it is yours, add it to the policy's \"known\"; if not, enable one now"
    );
    assert_eq!(remedies(&this.run(schedule(), false).await[0]), [vouch.clone(), vouch]);
}

#[tokio::test]
async fn a_containment_that_has_just_left_no_good_key_does_not_say_that_its_key_is_to_be_enabled() {
    let rule = r#"{"id":"select","on":"incident","when":{"older_than":"90d"},"then":"disable"}"#;
    let mut this = Loop::remembering(rule).await;
    this.stage.simulator.on_call(UPDATE, 1, When::After, switch(YOUNG, Disabled));
    let answer = this.hop(&mut execution("e", incident("INC-1", &[])), true).await;
    let told = answer["notices"][0]["text"].as_str().unwrap();
    assert!(told.contains(&format!("but not {OLD}, which an incident implicates")), "{told}");
}

#[tokio::test]
async fn a_key_that_has_just_gone_off_is_none_to_vouch_for() {
    let mut this = Loop::remembering(AGED).await;
    this.known = &[YOUNG];
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    this.stage.simulator.inject(UPDATE, 1, Fault::ResetAfter);
    this.stage.simulator.on_call(UPDATE, 1, When::After, switch(YOUNG, Disabled));
    let written = this.hop(&mut execution, true).await;
    let told = written["notices"][0]["text"].as_str().unwrap();
    assert!(told.contains("NO GOOD KEY IS LEFT (whether this run switched it off is unclear"), "{told}");
    assert!(told.contains("): enable one now: "), "{told}");
}

/// Whether its time is over depends on how the cloud's times are read.
#[tokio::test]
async fn a_key_that_may_work_and_is_vouched_for_is_none_to_vouch_for() {
    let mut this = Loop::new(AGED);
    this.stage = Stage::new(&[key(OLD, 200, 900), key(YOUNG, 10, 11)], &[], "");
    this.run(schedule(), true).await;
    this.rules = QUIET.to_owned();
    this.pass(Duration::from_secs(28 * 3600));
    let last = this.run(schedule(), true).await.remove(0);
    let young =
        last["report"]["credentials"].as_array().unwrap().iter().find(|key| key["credential"] == YOUNG).unwrap();
    assert_eq!((&young["works"], remedies(&last)), (&json!("unknown"), ["enable one now"; 2].map(str::to_owned)));
}

/// Report mode remembers nothing of an incident.
#[tokio::test]
async fn nobody_is_told_to_enable_what_the_event_at_hand_implicates() {
    let mut this = Loop::remembering(AGED).await;
    this.run(schedule(), true).await;
    this.switch(YOUNG, Disabled);
    (this.mode, this.rules) = ("report", CONTAIN.to_owned());
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    let but_not = format!("enable or create one now, but not {OLD}, which an incident implicates");
    assert_eq!(remedies(&answers[0]), [but_not.clone(), but_not]);
}

#[tokio::test]
async fn a_disable_on_a_schedule_that_is_refused_is_tried_once_in_its_run_and_again_in_the_next() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.change(|account| account.denied.insert(UPDATE));
    for tries in 1..=2 {
        let began = this.now();
        let answers = this.run(schedule(), true).await;
        assert_eq!((statuses(&answers).last(), this.writes().len()), (Some(&"failed"), tries));
        assert!(this.now().since(began) < Duration::from_secs(10), "it waits for no other try");
        this.pass(DAY);
    }
}

#[tokio::test]
async fn a_run_that_would_wait_beyond_its_time_gives_up_at_once_and_says_why() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.draw_faults(|_| Some(Fault::RefusedConnection));
    let mut execution = execution("e", schedule());
    execution.until = Some(this.now().plus(Duration::from_secs(180)));
    let first = this.hop(&mut execution, true).await;
    assert_eq!((first["status"].as_str(), topics(&first)), (Some("continue"), vec![]));
    this.wait_for(&first);
    let second = this.hop(&mut execution, true).await;
    assert_eq!(second["status"], "continue");
    this.wait_for(&second);
    // It would have to wait until the fourth minute.
    let third = this.hop(&mut execution, true).await;
    let why = third["why"].as_str().unwrap();
    assert_eq!((third["status"].as_str(), topics(&third)), (Some("failed"), vec!["not_through"]));
    assert!(why.starts_with("the run could not finish within 3m (after 2m "), "{why}");
    assert!(why.contains(" it would have to wait beyond that): ListSCIMCredentials was not sent"), "{why}");
    assert!(why.ends_with("; the next scheduled run begins anew"), "{why}");
    assert!(third["notices"][0]["text"].as_str().unwrap().contains(why));
}

#[tokio::test]
async fn a_run_that_another_keeps_waiting_beyond_its_time_says_since_when_and_how_long_it_was_given() {
    let mut this = Loop::remembering(AGED).await;
    let meant = this.now();
    this.hop(&mut execution("other", schedule()), true).await;
    this.pass(Duration::from_secs(5));
    let mut execution = execution("e", schedule());
    execution.until = Some(this.now().plus(Duration::from_secs(25)));
    let waits = this.hop(&mut execution, true).await;
    this.wait_for(&waits);
    let given_up = this.hop(&mut execution, true).await;
    assert_eq!((waits["status"].as_str(), given_up["status"].as_str()), (Some("continue"), Some("failed")));
    let why = format!(
        "the run could not finish within 25s (after 15s it would have to wait beyond that): another execution is writing for \
         this account, since {meant} and until {} at most; the next scheduled run begins anew",
        meant.plus(Duration::from_secs(600))
    );
    assert_eq!(given_up["why"], why);
}

#[tokio::test]
async fn nobody_can_give_a_run_more_than_its_own_time() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    execution.until = Some(this.now().plus(DAY));
    this.hop(&mut execution, true).await;
    this.pass(Duration::from_secs(24 * 3600 + 1));
    assert_eq!(this.hop(&mut execution, true).await["status"], "failed");
}

#[tokio::test]
async fn a_run_that_is_not_through_after_a_day_fails() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, true).await;
    this.pass(Duration::from_secs(24 * 3600 + 1));
    let answer = this.hop(&mut execution, true).await;
    assert_eq!((answer["status"].as_str(), this.writes().len()), (Some("failed"), 0));
    assert_eq!(answer["why"], "the run could not finish within 1d; the next scheduled run begins anew");
    assert_eq!(topics(&answer), ["not_through"]);
}

#[tokio::test]
async fn a_cloud_that_is_never_reached_calls_a_person_long_before_a_loop_gives_up() {
    let mut this = Loop::remembering(AGED).await;
    this.stage.simulator.draw_faults(|_| Some(Fault::Throttle));
    let answers = this.run(schedule(), true).await;
    let [.., failed, heard] = &answers[..] else { panic!("{} hops", answers.len()) };
    assert_eq!((failed["status"].as_str(), topics(failed)), (Some("failed"), vec!["not_through"]));
    assert_eq!((heard["status"].as_str(), topics(heard).len()), (Some("failed"), 0));
    assert!(answers.len() < HOPS / 2, "{} hops", answers.len());
}
