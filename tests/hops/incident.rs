//! Containment: at once, once, and upheld.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, When};
use scim_key_lifecycle::time::Timestamp;
use serde_json::json;

use crate::looped::{
    AGED, CONTAIN, DAY, HOPS, LADDER, Loop, QUIET, execution, incident, notices, off, payload, schedule, statuses,
    topics,
};
use crate::restore::{receipt, restore, ways_back};
use crate::stage::{LIST, OLD, UPDATE, YOUNG, key, switch};

#[tokio::test]
async fn the_first_containment_takes_one_list_and_one_write() {
    let mut this = Loop::remembering(CONTAIN).await;
    let before = this.stage.simulator.calls().len();
    let answer = this.hop(&mut execution("e", incident("INC-1", &[OLD])), true).await;
    let calls = this.stage.simulator.calls().split_off(before);
    let first_write = calls.iter().position(|call| call.is_write()).unwrap();
    assert_eq!(calls[..first_write].iter().filter(|call| call.action == LIST.name()).count(), 1);
    assert_eq!((this.writes(), answer["status"].as_str()), (vec![off(OLD)], Some("continue")));
    assert_eq!((this.facts("answered").len(), this.facts("implicated").len()), (1, 1));
    let run = payload(answer["cursor"].as_str().unwrap())["run"].take();
    assert!(
        run["look_at"].is_string() && run["written"].is_null(),
        "it need leave no good key, so nothing is judged: {run}"
    );
}

#[tokio::test]
async fn a_write_that_was_acknowledged_is_remembered_and_can_be_taken_back_though_every_list_after_it_is_stale() {
    let mut this = Loop::remembering(CONTAIN).await;
    for nth in 2..=4 {
        this.stage.simulator.inject(LIST, nth, Fault::StaleList(1));
    }
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!(answers[0]["report"]["credentials"][0]["outcome"]["state"], "unsettled");
    assert_eq!((this.facts("disabled").len(), ways_back(&answers)), (1, vec![OLD]));
}

#[tokio::test]
async fn a_second_delivery_of_an_incident_writes_nothing() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.run(incident("INC-1", &[OLD]), true).await;
    let again = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((statuses(&again).last(), this.writes()), (Some(&"complete"), vec![off(OLD)]));
}

#[tokio::test]
async fn an_incident_that_names_more_keys_when_it_is_sent_again_says_to_send_another_one() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.run(incident("INC-1", &[OLD]), true).await;
    let with_more = this.run(incident("INC-1", &[OLD, YOUNG]), true).await;
    let first = &with_more[0];
    assert_eq!((first["status"].as_str(), this.writes()), (Some("held"), vec![off(OLD)]));
    let guards: Vec<_> = first["report"]["guards"].as_array().unwrap().iter().map(|trip| &trip["guard"]).collect();
    assert_eq!((guards, topics(first)), (vec![&json!("answered")], vec!["held"]));
    for text in [&first["why"], &first["notices"][0]["text"]] {
        let text = text.as_str().unwrap();
        assert!(text.contains(YOUNG) && text.contains("INC-1 has had its containment"), "{text}");
        assert!(text.contains("own incident event, with another id, that names it, or has the \"time\""), "{text}");
    }
    this.run(incident("INC-1-more", &[YOUNG]), true).await;
    assert_eq!(this.writes(), [off(OLD), off(YOUNG)], "as it says");
}

#[tokio::test]
async fn an_incident_that_is_sent_again_says_nothing_of_keys_that_it_contained_or_does_not_name() {
    let mut this = Loop::remembering(CONTAIN).await;
    let contained = this.run(incident("INC-1", &[OLD]), true).await;
    this.run(restore(&receipt(&contained)), true).await;
    assert_eq!(this.stage.status(OLD), Enabled);
    let again = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((statuses(&again), topics(&again[0])), (vec!["complete"], vec![]), "what was restored was part of it");
    let of_none = this.run(incident("INC-1", &[]), true).await;
    assert_eq!((statuses(&of_none), topics(&of_none[0])), (vec!["complete"], vec![]));
    this.switch(YOUNG, Disabled);
    let off = this.run(incident("INC-1", &[YOUNG]), true).await;
    assert_eq!((statuses(&off), topics(&off[0])), (vec!["complete"], vec![]), "it is off already");
}

#[tokio::test]
async fn a_contained_key_that_is_found_on_is_disabled_again_under_an_intent_up_to_three_times() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.run(incident("INC-1", &[OLD]), true).await;
    for time in 1..=5 {
        this.pass(DAY);
        this.switch(OLD, Enabled);
        let answers = this.run(schedule(), true).await;
        if time <= 3 {
            assert_eq!(this.stage.status(OLD), Disabled, "{time}");
            assert_eq!(this.facts("intended").len(), time);
            assert!(answers.iter().any(|answer| topics(answer).contains(&"contested")), "{time}");
        } else {
            assert_eq!(statuses(&answers).last(), Some(&"held"), "{time}");
        }
        assert_eq!(this.writes().len(), 1 + time.min(3), "{time}");
    }
}

#[tokio::test]
async fn hygiene_leaves_an_implicated_key_alone() {
    let mut this = Loop::remembering(&format!("{CONTAIN},{AGED}")).await;
    this.guards = r#"{"hold_ground":0}"#;
    this.run(incident("INC-1", &[OLD]), true).await;
    this.switch(OLD, Enabled);
    this.run(schedule(), true).await;
    // By then hold_after_reenable lets it go.
    this.pass(DAY * 40);
    let answers = this.run(schedule(), true).await;
    let trips = answers[0]["report"]["guards"].as_array().unwrap();
    assert!(trips.iter().any(|trip| trip["guard"] == "implicated"), "{trips:?}");
    assert_eq!(this.writes(), [off(OLD)]);
}

/// The look that the write would rest on shows that the other key is off by now.
#[tokio::test]
async fn what_a_fresh_look_holds_is_neither_implicated_nor_contained() {
    let rule = r#"{"id":"select","on":"incident","when":{"older_than":"90d"},"then":"disable"}"#;
    let mut this = Loop::remembering(rule).await;
    this.stage.simulator.inject(LIST, 1, Fault::Slow(Duration::from_secs(3)));
    this.stage.simulator.on_call(LIST, 1, When::After, switch(YOUNG, Disabled));
    let answers = this.run(incident("INC-1", &[]), true).await;
    let outcome = &answers[0]["report"]["credentials"][0]["outcome"]["state"];
    assert_eq!((outcome, statuses(&answers).last(), this.writes()), (&json!("changed"), Some(&"held"), vec![]));
    assert_eq!(
        (this.facts("implicated"), this.facts("answered")),
        (vec![], vec![]),
        "it asks again when it is sent again"
    );
}

#[tokio::test]
async fn a_late_look_does_not_enable_again_what_an_incident_has_implicated_since() {
    let mut this = Loop::remembering(&format!("{CONTAIN},{AGED}")).await;
    let mut hygiene = execution("hygiene", schedule());
    this.hop(&mut hygiene, true).await;
    let written = this.hop(&mut hygiene, true).await;
    this.hop(&mut execution("containment", incident("INC-1", &[OLD])), true).await;
    assert_eq!((this.writes(), this.facts("implicated").len()), (vec![off(OLD)], 1));
    this.switch(YOUNG, Disabled);
    this.wait_for(&written);
    let late = this.hop(&mut hygiene, true).await;
    assert_eq!(
        (late["status"].as_str(), this.writes()),
        (Some("held"), vec![off(OLD)]),
        "a person is called: {late:#}"
    );
}

#[tokio::test]
async fn without_a_readable_register_a_containment_goes_on_and_settles_nothing() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.unreadable = Some("AccessDenied");
    let settled = this.register.len();
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    assert_eq!((this.writes(), this.register.len()), (vec![off(OLD)], settled));
    assert_eq!(statuses(&answers).last(), Some(&"failed"));
}

#[tokio::test]
async fn without_a_readable_register_a_containment_is_looked_at_once_more_whether_anybody_listens_or_not() {
    for listening in [false, true] {
        let mut this = Loop::remembering(CONTAIN).await;
        this.unreadable = Some("AccessDenied");
        let begun = this.now();
        let answers = this.run(incident("INC-1", &[OLD]), listening).await;
        assert_eq!(statuses(&answers)[..2], ["continue", "failed"], "listening: {listening}");
        let late = Timestamp::parse_rfc3339(answers[1]["report"]["looked_at"].as_str().unwrap()).unwrap();
        assert!(late.since(begun) >= Duration::from_secs(60), "{late}");
        // Whoever is told of that asks once more, and is answered from the record.
        let looks = answers.iter().filter(|answer| answer["report"]["looked_at"].is_string()).count();
        assert_eq!((looks, this.writes()), (2, vec![off(OLD)]));
    }
}

#[tokio::test]
async fn a_containment_whose_register_can_be_read_again_by_its_late_look_is_settled_after_all() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.unreadable = Some("AccessDenied");
    let mut execution = execution("e", incident("INC-1", &[OLD]));
    let contained = this.hop(&mut execution, false).await;
    assert_eq!((contained["status"].as_str(), contained["settle"].as_object()), (Some("continue"), None));
    this.unreadable = None;
    this.wait_for(&contained);
    let late = this.hop(&mut execution, false).await;
    assert_eq!((late["status"].as_str(), this.facts("answered").len()), (Some("continue"), 1));
    assert!(late["why"].as_str().unwrap().contains("must be settled before its way back"), "{late:#}");
    assert_eq!(this.hop(&mut execution, false).await["status"], "complete");
    assert_eq!(this.writes(), [off(OLD)]);
}

/// None of its hops knows of another, so each would contain anew.
#[tokio::test]
async fn without_a_key_for_cursors_a_containment_is_the_end() {
    let mut this = Loop::new(CONTAIN);
    this.keyless = true;
    let answers = this.run(incident("INC-1", &[OLD]), false).await;
    assert_eq!((statuses(&answers), this.writes()), (vec!["failed"], vec![off(OLD)]));
}

#[tokio::test]
async fn without_a_readable_register_a_schedule_writes_nothing_warns_of_nothing_and_fails() {
    for rules in [AGED, LADDER, QUIET] {
        let mut this = Loop::remembering(rules).await;
        this.unreadable = Some("AccessDenied");
        let settled = this.register.len();
        let answers = this.run(schedule(), false).await;
        assert_eq!(statuses(&answers), ["failed"], "{rules}");
        assert!(answers[0]["why"].as_str().unwrap().contains("AccessDenied"));
        assert_eq!((this.writes().len(), this.register.len()), (0, settled));
        assert_eq!(topics(&answers[0]), ["blind"], "{rules}");
        let told = answers[0]["notices"][0]["text"].as_str().unwrap();
        let undone = if rules == AGED { format!(" (so nothing was done about {OLD})") } else { String::new() };
        let said = format!("nothing is written but the first containment of an incident{undone}, because ");
        assert!(told.contains(&said), "{told}");
    }
}

#[tokio::test]
async fn a_containment_that_is_refused_tries_again_and_its_record_does_not_grow() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.stage.change(|account| account.denied.insert(UPDATE));
    let mut execution = execution("e", incident("INC-1", &[OLD]));
    for _ in 0..4 {
        let answer = this.hop(&mut execution, true).await;
        assert_eq!(answer["status"], "continue");
        let record = payload(answer["cursor"].as_str().unwrap())["run"].clone();
        assert_eq!(record["outcomes"].as_array().unwrap().len(), 1, "{record:#}");
        this.wait_for(&answer);
    }
    assert_eq!(this.facts("answered").len(), 0);
    this.stage.change(|account| account.denied.clear());
    let answer = this.hop(&mut execution, true).await;
    assert_eq!((this.stage.status(OLD), notices(&answer).len()), (Disabled, 1));
}

#[tokio::test]
async fn a_containment_that_stays_refused_is_tried_less_and_less_often_and_people_hear_of_it_twice() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.stage.change(|account| account.denied.insert(UPDATE));
    let began = this.now();
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    let tried: Vec<u64> = this
        .stage
        .simulator
        .calls()
        .iter()
        .filter(|call| call.is_write())
        .map(|call| call.at.since(began).as_secs() / 60)
        .collect();
    let (last, others) = tried.split_last().unwrap();
    assert_eq!((&others[..9], *last), (&[0, 1, 2, 4, 8, 16, 32, 64, 124][..], 24 * 60 - 1));
    assert!(others[7..].windows(2).all(|pair| pair[1] - pair[0] == 60), "{tried:?}");
    let told: Vec<String> = answers.iter().flat_map(notices).collect();
    assert!(
        matches!(&told[..], [begins, ends] if begins.ends_with("/disable/contain/failed") && ends.ends_with("/disable/contain/given_up")),
        "{told:?}"
    );
    let last = answers.last().unwrap();
    let why = last["why"].as_str().unwrap();
    assert!(
        why.starts_with("the run could not finish within 1d (after 23h 59m it would have to wait beyond that): scimcred-aaaaaaaaaaaa could not be disabled: "),
        "{why}"
    );
    assert!(why.contains("UnauthorizedOperation") && why.contains("give the secret's owner the actions"), "{why}");
    assert_eq!(
        (last["status"].as_str(), this.facts("answered").len(), this.facts("implicated").len()),
        (Some("failed"), 0, 1)
    );
}

#[tokio::test]
async fn a_cloud_that_is_away_is_asked_less_and_less_often_and_people_hear_of_it_soon_and_at_the_end() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.stage.simulator.draw_faults(|_| Some(Fault::RefusedConnection));
    let began = this.now();
    let answers = this.run(incident("INC-1", &[OLD]), true).await;
    let asked: Vec<u64> = answers
        .iter()
        .filter_map(|answer| answer["resume_at"].as_str())
        .map(|at| Timestamp::parse_rfc3339(at).unwrap().since(began).as_secs() / 60)
        .collect();
    assert_eq!((&asked[..6], asked.last()), (&[1, 2, 4, 8, 16, 31][..], Some(&(24 * 60 - 1))));
    assert!(asked.len() < HOPS * 2 / 3, "a loop stops after {HOPS} hops: {}", asked.len());
    let told: Vec<&str> = answers.iter().flat_map(topics).collect();
    assert_eq!((told, statuses(&answers).last()), (vec!["blind", "not_through"], Some(&"failed")));
}

#[tokio::test]
async fn a_first_containment_leaves_to_the_lease_what_another_incident_holds() {
    let mut this = Loop::remembering(CONTAIN).await;
    this.run(incident("INC-1", &[OLD]), true).await;
    this.switch(OLD, Enabled);
    let mut execution = execution("e", incident("INC-2", &[YOUNG]));
    this.hop(&mut execution, true).await;
    assert_eq!(this.writes(), [off(OLD), off(YOUNG)], "the old one needs an intent");
    this.run(incident("INC-2", &[YOUNG]), true).await;
    assert_eq!(this.writes(), [off(OLD), off(YOUNG), off(OLD)]);
    assert_eq!(this.facts("intended")[0]["purpose"], "contested");
}

/// Another one settled first; and when this one reads the register again to settle on that, it cannot.
#[tokio::test]
async fn a_run_that_is_through_and_cannot_be_settled_any_more_ends_failed() {
    let mut this = Loop::remembering(CONTAIN).await;
    let mut contains = execution("e", incident("INC-1", &[OLD]));
    let contained = this.hop(&mut contains, false).await;
    this.wait_for(&contained);
    let through = this.hop_unsettled(&mut contains).await;
    assert_eq!(through["status"], "complete");
    this.unreadable = Some("it cannot be listed");
    let answer = this.hop(&mut contains, false).await;
    assert_eq!(answer["status"], "failed");
    assert!(answer["why"].as_str().unwrap().contains("it cannot be listed"), "{answer}");
}

/// The thief's second key.
const SECOND: &str = "scimcred-cccccccccccc";

#[tokio::test]
async fn who_deletes_the_key_that_is_named_and_leaves_another_is_told_of_both() {
    for before in [true, false] {
        let mut this = Loop::remembering(CONTAIN).await;
        this.stage.change(|account| assert!(account.delete(YOUNG)));
        this.run(schedule(), true).await;
        let swap = |this: &Loop| {
            this.stage.change(|account| {
                assert!(account.delete(OLD));
                account.keys.push(key(SECOND, 0, 900));
            });
        };
        if before {
            swap(&this);
        }
        let mut execution = execution("e", incident("INC-1", &[OLD]));
        let mut answers = vec![this.hop(&mut execution, true).await];
        if !before {
            swap(&this);
        }
        while answers.last().unwrap()["status"] == "continue" {
            this.wait_for(answers.last().unwrap());
            answers.push(this.hop(&mut execution, true).await);
        }
        let told: Vec<&str> = answers.iter().flat_map(topics).collect();
        assert!(told.contains(&"unvouched_key"), "{told:?}");
        assert_eq!((told.contains(&"no_subject"), this.stage.status(SECOND)), (before, Enabled));
        let ends = if before { "held" } else { "complete" };
        assert_eq!(statuses(&answers).last(), Some(&ends), "{}", answers.last().unwrap()["why"]);
    }
}
