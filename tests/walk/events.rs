//! What starts a run, and what does not.

use std::fmt::Write as _;

use scim_key_lifecycle::simulator::SimStatus::Disabled;
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::Kind;

use crate::stage::{EVENT, OLD, Stage};

#[tokio::test]
async fn every_shape_of_a_schedule_runs() {
    let events = [
        EVENT,
        include_str!("../../events/schedule.json"),
        include_str!("../../events/schedule-scheduler.json"),
        include_str!("../../events/schedule-native.json"),
    ];
    for event in events {
        let stage = Stage::expired();
        let played = stage.play_event(event).await.unwrap();
        assert_eq!((played.status(), stage.status(OLD)), ("complete", Disabled), "{event}");
        assert_eq!(played.answer["report"]["trigger"]["punctuality"], "on time", "{event}");
    }
}

#[tokio::test]
async fn somebody_elses_event_is_ignored_without_a_call() {
    let stage = Stage::expired();
    let others =
        [include_str!("../../events/someone-elses.json"), "{}", r#"{"source":7}"#, r#"{"source":"aws.events"}"#];
    for event in others {
        let played = stage.play_event(event).await.unwrap();
        assert_eq!((played.status(), played.calls.len()), ("ignored", 0), "{event}");
        assert!(!played.why().is_empty() && played.answer.get("report").is_none());
    }
}

/// An event alone, and as the loop sends it.
fn in_every_wrapper(event: &str) -> [String; 3] {
    let ours = r#""source":"scim-key-lifecycle","kind""#;
    [
        event.to_owned(),
        format!(r#"{{{ours}:"resolve","event":{event}}}"#),
        format!(r#"{{{ours}:"hop","account":"acme","execution":"e-1","register":null,"event":{event}}}"#),
    ]
}

const ON_INCIDENTS: &str = r#"{"id":"contain","on":"incident","when":{"implicated":true},"then":"disable"}"#;

#[tokio::test]
async fn a_function_takes_only_the_kinds_of_events_that_are_listed() {
    let events = [
        (Kind::Schedule, include_str!("../../events/schedule.json")),
        (Kind::Schedule, include_str!("../../events/schedule-native.json")),
        (Kind::Incident, include_str!("../../events/incident-native.json")),
        (Kind::Restore, include_str!("../../events/restore-native.json")),
    ];
    for accepted in Kind::ALL {
        for (kind, event) in events {
            for event in in_every_wrapper(event) {
                let stage = Stage::new(&[], &[], ON_INCIDENTS).accepting(accepted);
                let played = stage.play_event(&event).await;
                assert_eq!(played.is_ok(), kind == accepted, "{accepted:?}: {event}");
                let Err(refused) = played else { continue };
                let (kind, accepted) = (kind.as_str(), accepted.as_str());
                assert_eq!(
                    refused.to_string(),
                    format!(
                        "$: this function takes no event of this kind (SCIM_KEYS_ACCEPT is {accepted})\n  found: \"{kind}\"\n  \
                         remedy: send it to the state machine, or the function, that takes this kind (see README, Deploy)"
                    )
                );
                assert!(stage.simulator.calls().is_empty(), "{event}");
            }
        }
    }
}

/// Every event of others that we have, and what people are told of it. `UPDATE_GOLDEN=1` writes the list anew.
#[tokio::test]
async fn audit_events_and_findings_are_ignored_with_a_reason_that_names_them() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json") && !file.ends_with("INDEX.json"));
    files.sort();
    let mut told = String::new();
    for file in files {
        let event = std::fs::read_to_string(&file).unwrap();
        let played = Stage::expired().play_event(&event).await.unwrap();
        assert_eq!((played.status(), played.calls.len()), ("ignored", 0), "{}", file.display());
        writeln!(told, "{}: {}", file.file_name().unwrap().to_string_lossy(), played.why()).unwrap();
    }
    let golden = folder.join("REASONS.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(golden).unwrap());
}

#[tokio::test]
async fn a_late_schedule_still_runs_and_says_how_late_it_is() {
    let stage = Stage::expired();
    stage.clock.set(Timestamp::parse_rfc3339("2026-11-27T08:30:00Z").unwrap());
    let played = stage.play().await;
    assert_eq!((played.status(), stage.status(OLD)), ("complete", Disabled));
    let trigger = &played.answer["report"]["trigger"];
    assert_eq!((&trigger["punctuality"], &trigger["due"]), (&"3d 2h late".into(), &"2026-11-24T06:00:00Z".into()));
}

#[tokio::test]
async fn a_delivery_at_another_time_has_the_same_run_id() {
    let stage = Stage::expired();
    let first = stage.play().await;
    stage.clock.advance(std::time::Duration::from_secs(300));
    let second = stage.play().await;
    assert_eq!(first.answer["report"]["run"], second.answer["report"]["run"]);
    assert_ne!(first.answer["report"]["trigger"]["accepted"], second.answer["report"]["trigger"]["accepted"]);
}
