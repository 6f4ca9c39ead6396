//! Entra ID's events: the samples whole, then what each variation changes.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::testing::{any_changes, config, event, fixture, keys, line, read_anyway, tampered, told};
use super::*;

const FIXTURES: [(&str, &str); 7] = [
    fixture!("entra_graph_riskdetection"),
    fixture!("entra_graph_riskyuser"),
    fixture!("entra_high_risk_signin"),
    fixture!("entra_signin_risklevel_during_signin"),
    fixture!("unverified_entra_graph_list"),
    fixture!("unverified_entra_monitor_records"),
    fixture!("unverified_entra_riskyuser_confirmed"),
];

#[test]
fn each_sample_says_what_it_should() {
    insta::assert_snapshot!(told(&FIXTURES), @r#"
    entra_graph_riskdetection
      all clear entra:c0e94938cddbb849ef64dbb6a98189ab3d93cdec4c4f95923ac935a91486def2 at Some(2021-05-23T08:20:29.027Z)
    entra_graph_riskyuser
      incident entra:3fa9f28b-eb0e-463a-ba7b-8089fe9991e2 (Entra) "riskyUser: atRisk" Some(Medium) actor Some("jdoe@example.com") from None at Some(2021-07-21T17:56:28.958Z) names [] Outsider
    entra_high_risk_signin
      incident entra:sha256-f91382b44f3a1fb661527a74762c9d95 (Entra) "SignInLogs: unfamiliarFeatures, anonymizedIPAddress" Some(High) actor Some("john@justice.org") from Some(4.4.4.4) at Some(2025-01-15T14:23:10.123Z) names [] Authenticated
    entra_signin_risklevel_during_signin
      incident entra:36658c78-02d9-4d8f-84ee-5ca4a3fdefef (Entra) "ServicePrincipalSignInLogs" Some(High) actor Some("some-service-principal") from Some(12.12.12.12) at Some(2023-07-26T22:58:30.983Z) names [] Outsider
    unverified_entra_graph_list
      incident entra:6a5874ca-0000-4000-8000-000000000001 (Entra) "leakedCredentials" Some(High) actor Some("jane.doe@example.com") from None at Some(2026-11-24T06:00:00Z) names [] Authenticated
      incident entra:6a5874ca-0000-4000-8000-000000000002 (Entra) "passwordSpray" Some(Medium) actor Some("jane.doe@example.com") from Some(198.51.100.7) at Some(2026-11-24T06:00:00Z) names [] Outsider
      incident entra:6a5874ca-0000-4000-8000-000000000003 (Entra) "generic" None actor Some("jane.doe@example.com") from None at Some(2026-11-24T06:00:00Z) names [] Outsider
      incident entra:6a5874ca-0000-4000-8000-000000000004 (Entra) "unfamiliarFeatures" Some(High) actor Some("jane.doe@example.com") from None at Some(2026-11-24T09:00:00Z) names [] Authenticated
      nothing: a record of Entra ID with no risk
    unverified_entra_monitor_records
      all clear entra:6a5874ca-0000-4000-8000-000000000001 at Some(2026-11-24T08:00:00Z)
      all clear entra:3fa9f28b-0000-4000-8000-000000000001 at Some(2026-11-24T08:00:01Z)
      incident entra:99cdf5f1-0000-4000-8000-000000000001 (Entra) "SignInLogs" Some(Informational) actor Some("jane.doe@example.com") from Some(198.51.100.7) at Some(2026-11-24T05:59:58.123Z) names [] Outsider
    unverified_entra_riskyuser_confirmed
      incident entra:3fa9f28b-0000-4000-8000-000000000001 (Entra) "riskyUser: confirmedCompromised" Some(High) actor Some("jane.doe@example.com") from None at Some(2026-11-24T06:00:00Z) names [] Authenticated
    "#);
}

fn said(event: &Value) -> Said {
    assert!(claims(At::of(event)), "{event}");
    let mut said = read(At::of(event));
    assert_eq!(said.len(), 1, "{event}: {said:?}");
    said.remove(0)
}

fn seen(event: &Value) -> Incident {
    match said(event) {
        Said::Incident(incident) => incident,
        other => panic!("{event}: {other:?}"),
    }
}

fn with(mut event: Value, more: &Value) -> Value {
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn detection(more: &Value) -> Value {
    let plain = json!({
        "id": "d-1", "riskEventType": "unfamiliarFeatures", "riskState": "atRisk", "riskLevel": "high",
        "riskDetail": "none", "detectedDateTime": "2026-11-24T06:00:00Z", "userPrincipalName": "jane@example.com",
    });
    with(plain, more)
}

fn user(more: &Value) -> Value {
    with(
        json!({ "id": "u-1", "riskState": "atRisk", "riskLevel": "high", "riskDetail": "none", "isDeleted": false }),
        more,
    )
}

fn sign_in(more: &Value) -> Value {
    let properties =
        json!({ "id": "s-1", "status": { "errorCode": 0 }, "riskState": "atRisk", "riskLevelDuringSignIn": "high" });
    json!({ "category": "SignInLogs", "resultType": "0", "properties": with(properties, more) })
}

#[test]
fn a_risk_that_is_over_clears_its_own_incident_however_high_it_still_is() {
    for state in ["dismissed", "remediated", "confirmedSafe", "Dismissed", "CONFIRMEDSAFE"] {
        let over = json!({ "riskState": state });
        for (event, id) in [(detection(&over), "d-1"), (user(&over), "u-1"), (sign_in(&over), "s-1")] {
            let cleared = said(&event);
            let Said::AllClear { incident, .. } = &cleared else { panic!("{event}: {cleared:?}") };
            assert_eq!(incident.as_str(), format!("entra:{id}"));
            let risen = match id {
                "d-1" => seen(&detection(&json!({}))),
                "u-1" => seen(&user(&json!({}))),
                _ => seen(&sign_in(&json!({}))),
            };
            assert_eq!(risen.id, *incident, "the all-clear is of what was an incident");
        }
    }
    let nameless = said(&detection(&json!({ "riskState": "dismissed", "id": "..." })));
    assert_eq!(line(&nameless), "nothing: a risk of Entra ID that is over, and has no id");
}

#[test]
fn what_an_administrator_confirmed_is_somebodys_decision_and_as_old_as_that() {
    let confirmed = json!({ "riskState": "confirmedCompromised", "lastUpdatedDateTime": "2026-11-26T06:00:00Z" });
    let incident = seen(&detection(&confirmed));
    assert_eq!(incident.evidence, Evidence::Authenticated);
    assert_eq!(incident.at.map(|at| at.to_string()).as_deref(), Some("2026-11-26T06:00:00Z"));
    let failed = json!({ "riskState": "confirmedCompromised", "status": { "errorCode": 50126 } });
    for event in [user(&confirmed), sign_in(&failed), user(&json!({ "riskDetail": "adminConfirmedUserCompromised" }))] {
        assert_eq!(seen(&event).evidence, Evidence::Authenticated, "{event}");
    }
}

#[test]
fn a_kind_of_detection_tells_what_it_took() {
    for (kind, evidence) in [
        ("leakedCredentials", Evidence::Authenticated),
        ("anomalousToken", Evidence::Authenticated),
        ("attackerinTheMiddle", Evidence::Authenticated),
        ("userReportedSuspiciousActivity", Evidence::Authenticated),
        ("adminConfirmedUserCompromised", Evidence::Authenticated),
        ("passwordSpray", Evidence::Outsider),
        ("unfamiliarFeatures", Evidence::Outsider),
        ("unlikelyTravel", Evidence::Outsider),
        ("mcasImpossibleTravel", Evidence::Outsider),
        ("maliciousIPAddress", Evidence::Outsider),
        ("anonymizedIPAddress", Evidence::Outsider),
        ("investigationsThreatIntelligence", Evidence::Outsider),
        ("generic", Evidence::Outsider),
        ("unknownFutureValue", Evidence::Outsider),
    ] {
        assert_eq!(seen(&detection(&json!({ "riskEventType": kind }))).evidence, evidence, "{kind}");
        let only = json!({ "riskEventType": null, "riskType": kind });
        assert_eq!(seen(&detection(&only)).evidence, evidence, "{kind} as riskType");
    }
    assert_eq!(seen(&user(&json!({}))).evidence, Evidence::Outsider);
}

#[test]
fn only_a_sign_in_that_succeeded_took_a_credential() {
    let properties = |more: &Value| sign_in(more);
    for (event, evidence) in [
        (properties(&json!({})), Evidence::Authenticated),
        (properties(&json!({ "status": "{\"errorCode\":0}" })), Evidence::Authenticated),
        (properties(&json!({ "status": { "errorCode": "0" } })), Evidence::Authenticated),
        (properties(&json!({ "status": { "errorCode": 50126 } })), Evidence::Outsider),
        (properties(&json!({ "status": { "errorCode": "unknown" } })), Evidence::Outsider),
        (with(properties(&json!({})), &json!({ "resultType": 50074 })), Evidence::Outsider),
        (with(properties(&json!({ "status": null })), &json!({ "resultType": null })), Evidence::Outsider),
        (
            json!({ "ResultType": "0", "RiskLevelDuringSignIn": "high", "UserPrincipalName": "x" }),
            Evidence::Authenticated,
        ),
        (json!({ "id": "s", "riskLevelDuringSignIn": "high", "status": { "errorCode": 50053 } }), Evidence::Outsider),
    ] {
        assert_eq!(seen(&event).evidence, evidence, "{event}");
    }
}

#[test]
fn no_risk_is_nothing_and_a_hidden_one_has_no_severity() {
    for event in
        [detection(&json!({ "riskState": "none" })), user(&json!({ "riskState": "none", "riskLevel": "none" }))]
    {
        assert_eq!(line(&said(&event)), "nothing: a record of Entra ID with no risk");
    }
    for state in [json!(null), json!("unknownFutureValue"), json!(7)] {
        let settled = json!({ "riskState": state, "riskDetail": "adminDismissedAllRiskForUser" });
        assert!(matches!(said(&detection(&settled)), Said::Nothing(_)), "{state}");
        assert_eq!(seen(&detection(&json!({ "riskState": state }))).evidence, Evidence::Outsider, "{state}");
    }
    assert_eq!(seen(&detection(&json!({ "riskLevel": "hidden" }))).severity, None);
    assert_eq!(seen(&detection(&json!({ "riskLevel": "MEDIUM" }))).severity, Some(Severity::Medium));
    let aggregated = json!({ "riskLevelDuringSignIn": "none", "riskLevelAggregated": "high" });
    assert_eq!(seen(&sign_in(&aggregated)).severity, Some(Severity::High));
}

#[test]
fn a_record_is_found_in_each_wrapper_and_another_is_not_claimed() {
    let plain = detection(&json!({}));
    let expected = said(&plain);
    for event in [
        json!([plain]),
        json!({ "value": [plain] }),
        json!({ "records": [{ "category": "UserRiskEvents", "properties": plain }] }),
        json!({ "category": "UserRiskEvents", "properties": plain.to_string() }),
        json!({ "source": "my.forwarder", "detail-type": "risk", "detail": { "value": [plain] } }),
    ] {
        assert_eq!(said(&event), expected, "{event}");
    }
    for other in [
        json!({ "source": "aws.guardduty", "detail": plain }),
        json!({ "category": "AuditLogs", "properties": {} }),
        json!({ "type": "UnauthorizedAccess:IAMUser/ConsoleLogin", "severity": 5 }),
        json!({ "category": "risky business" }),
        json!({ "value": 1 }),
        json!([]),
    ] {
        assert!(!claims(At::of(&other)), "{other}");
    }
}

#[test]
fn times_are_read_in_each_form() {
    for time in ["2026-11-24 06:00:00.000000000", "11/24/2026 6:00:00 AM", "2026-11-24T06:00:00Z"] {
        let incident = seen(&detection(&json!({ "detectedDateTime": time })));
        assert_eq!(incident.at.map(|at| at.to_string()).as_deref(), Some("2026-11-24T06:00:00Z"), "{time}");
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_event_that_was_tampered_with_panics_or_implicates(fixture in 0..FIXTURES.len(), changes in any_changes()) {
        let tampered = tampered(event(FIXTURES[fixture].1), &changes);
        let said = read_anyway(read, &tampered);
        prop_assert_eq!(keys(&said), Vec::<&str>::new());
    }
}
