//! What only a containment asks.

use super::*;

/// What `created_since_incident` answers of a key that was created then, at an incident at 05:00 UTC.
fn answer(created: &str, at: Option<&str>, offsets: &str) -> (Truth, String) {
    let rule =
        r#"{"id":"r","on":"incident","when":{"created_since_incident":"2h"},"then":"disable","waives":["keep_one"]}"#;
    let policy = policy(&format!(r#""utc_offsets":[{offsets}],"#), rule);
    let at = at.map(|at| Timestamp::parse_rfc3339(at).unwrap());
    let incident = Incident::own(IncidentId::parse("INC-1").unwrap(), at, [].into());
    let memory = Memory::default();
    let claims = claims(&[&incident], &policy);
    let grounds = Grounds { occasion: Occasion::Incident(&claims), ..grounds(&policy, &memory) };
    let key = key(OLD, "Enabled", created, "2027-05-08 12:00:00");
    let plan = decide(&zone(&[key]), grounds, now());
    (plan.steps[0].findings[0].answer, plan.steps[0].verdict.word().to_owned())
}

#[test]
fn a_key_is_created_since_an_incident_if_it_is_no_older_than_the_span_before_it() {
    for (created, expected) in [
        ("2026-11-24 02:59:59", Truth::No),
        ("2026-11-24 03:00:00", Truth::Yes),
        ("2026-11-24 05:00:00", Truth::Yes),
        ("2026-11-24 05:59:59", Truth::Yes),
        ("2026-05-08 12:00:00", Truth::No),
    ] {
        let (answer, verdict) = answer(created, Some("2026-11-24T05:00:00Z"), r#""+00:00""#);
        assert_eq!(answer, expected, "{created}");
        assert_eq!(verdict, if expected == Truth::Yes { "disable" } else { "keep" }, "{created}");
    }
    let a_moment_later = answer("2026-11-24 03:00:00", Some("2026-11-24T05:00:00.001Z"), r#""+00:00""#);
    assert_eq!(a_moment_later.0, Truth::No);
}

#[test]
fn what_cannot_be_told_of_the_times_is_unknown_and_a_containment_acts_on_it() {
    let both = r#""+08:00","+00:00""#;
    let unknown = (Truth::Unknown, "disable".to_owned());
    assert_eq!(answer("2026-11-24 10:59:59", Some("2026-11-24T05:00:00Z"), both), unknown);
    assert_eq!(answer("2026-11-24 11:00:00", Some("2026-11-24T05:00:00Z"), both).0, Truth::Yes);
}

#[test]
fn an_incident_without_a_time_disables_no_key_that_was_created_since_and_says_what_to_do() {
    let decided = |when: &str, keys: &[Credential]| {
        let rule = format!(r#"{{"id":"r","on":"incident","when":{when},"then":"disable","waives":["keep_one"]}}"#);
        let policy = policy("", &rule);
        let incident = Incident::own(IncidentId::parse("INC-1").unwrap(), None, [old().id].into());
        let (memory, claims) = (Memory::default(), claims(&[&incident], &policy));
        let grounds = Grounds { occasion: Occasion::Incident(&claims), ..grounds(&policy, &memory) };
        decide(&zone(keys), grounds, now()).steps.remove(0)
    };
    let since = r#"{"created_since_incident":"2h"}"#;
    let words = |when: &str| decided(when, &[old()]).verdict.word().to_owned();
    let held = decided(since, &[old()]);
    let Consequence::Held(trips) = &held.findings[0].consequence else { panic!("{held:?}") };
    assert_eq!((held.verdict.word(), trips[0].guard, trips.len()), ("held", Guard::Evidence, 1));
    assert!(trips[0].why.contains("INC-1 does not say when it happened"), "{}", trips[0].why);
    assert!(trips[0].why.ends_with("send this tool's own incident event, with its \"time\""), "{}", trips[0].why);
    assert_eq!(words(&format!(r#"{{"not":{since}}}"#)), "held");
    assert_eq!(words(&format!(r#"{{"all":[{since},{{"implicated":true}}]}}"#)), "held");
    assert_eq!(words(&format!(r#"{{"any":[{since},{{"implicated":true}}]}}"#)), "disable", "it goes either way");
    assert_eq!(words(&format!(r#"{{"all":[{since},{{"status":"Disabled"}}]}}"#)), "keep", "it stays either way");
    assert_eq!(words(r#"{"implicated":true}"#), "disable", "no rule asks when it happened");
}

#[test]
fn what_anybody_can_cause_and_what_has_no_time_calls_nobody_about_a_key_that_is_off_and_holds_none_off() {
    let own = Incident::own(IncidentId::parse("INC-1").unwrap(), None, [old().id].into());
    let outsiders = Incident { evidence: Evidence::Outsider, ..own.clone() };
    for (incident, when) in [(outsiders, r#"{"implicated":true}"#), (own, r#"{"created_since_incident":"2h"}"#)] {
        let rule = format!(r#"{{"id":"r","on":"incident","when":{when},"then":"disable","waives":["keep_one"]}}"#);
        let of_it = rule.replace(r#""r""#, r#""s""#).replace(r#""disable""#, r#""disable_sync""#);
        let policy = policy("", &format!("{rule},{of_it}"));
        let (memory, claims) = (Memory::default(), claims(&[&incident], &policy));
        let grounds = Grounds { occasion: Occasion::Incident(&claims), ..grounds(&policy, &memory) };
        let decided = |status: &str| {
            let key = key(OLD, status, "2026-05-08 12:00:00", "2027-05-08 12:00:00");
            let is = ReportedStatus::read(status);
            decide(&zone(&[key]).with_synchronization(is), grounds, now()).steps
        };
        for (on, off) in decided("Enabled").iter().zip(decided("Disabled")) {
            assert_eq!((on.verdict.word(), off.verdict.word()), ("held", "keep"), "{when}");
            let finding = &off.findings[0];
            assert!(matches!(finding.consequence, Consequence::Unheld { .. }), "{finding:?}");
            assert!(finding.incidents.is_empty(), "it is not the incident's");
            assert_eq!(finding.wanted_for, std::slice::from_ref(&incident.id), "the rule selects it");
        }
    }
}
