//! Entra ID's events: the samples whole, then what each variation changes.

use serde_json::{Value, json};

use super::super::testing::{all_told, is_claimed, line, said, sample, survives, told};
use super::*;

const FIXTURES: [&str; 7] = [
    "entra_graph_riskdetection",
    "entra_graph_riskyuser",
    "entra_high_risk_signin",
    "entra_signin_risklevel_during_signin",
    "unverified_entra_graph_list",
    "unverified_entra_monitor_records",
    "unverified_entra_riskyuser_confirmed",
];

#[test]
fn each_sample_says_what_it_should() {
    insta::assert_snapshot!(all_told(&FIXTURES), @"
    entra_graph_riskdetection
      all clear of entra:c0e94938cddbb849ef64dbb6a98189ab3d93cdec4c4f95923ac935a91486def2 at 2021-05-23T08:20:29.027Z
    entra_graph_riskyuser
      entra:3fa9f28b-eb0e-463a-ba7b-8089fe9991e2 · riskyUser: atRisk · Medium · jdoe@example.com · - · 2021-07-21T17:56:28.958Z · Outsider
    entra_high_risk_signin
      entra:sha256-f91382b44f3a1fb661527a74762c9d95 · SignInLogs: unfamiliarFeatures, anonymizedIPAddress · High · john@justice.org · 4.4.4.4 · 2025-01-15T14:23:10.123Z · Authenticated
    entra_signin_risklevel_during_signin
      entra:36658c78-02d9-4d8f-84ee-5ca4a3fdefef · ServicePrincipalSignInLogs · High · some-service-principal · 12.12.12.12 · 2023-07-26T22:58:30.983Z · Outsider
    unverified_entra_graph_list
      entra:6a5874ca-0000-4000-8000-000000000001 · leakedCredentials · High · jane.doe@example.com · - · 2026-11-24T06:00:00Z · Authenticated
      entra:6a5874ca-0000-4000-8000-000000000002 · passwordSpray · Medium · jane.doe@example.com · 198.51.100.7 · 2026-11-24T06:00:00Z · Outsider
      entra:6a5874ca-0000-4000-8000-000000000003 · generic · - · jane.doe@example.com · - · 2026-11-24T06:00:00Z · Outsider
      entra:6a5874ca-0000-4000-8000-000000000004 · unfamiliarFeatures · High · jane.doe@example.com · - · 2026-11-24T09:00:00Z · Authenticated
      nothing: a record of Entra ID with no risk
    unverified_entra_monitor_records
      all clear of entra:6a5874ca-0000-4000-8000-000000000001 at 2026-11-24T08:00:00Z
      all clear of entra:3fa9f28b-0000-4000-8000-000000000001 at 2026-11-24T08:00:01Z
      entra:99cdf5f1-0000-4000-8000-000000000001 · SignInLogs · Informational · jane.doe@example.com · 198.51.100.7 · 2026-11-24T05:59:58.123Z · Outsider
    unverified_entra_riskyuser_confirmed
      entra:3fa9f28b-0000-4000-8000-000000000001 · riskyUser: confirmedCompromised · High · jane.doe@example.com · - · 2026-11-24T06:00:00Z · Authenticated
    ");
}

fn seen(event: &Value) -> Incident {
    match said(event) {
        Said::Incident(incident) => incident,
        other => panic!("{event}: {other:?}"),
    }
}

fn joined(mut event: Value, more: &Value) -> Value {
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn detection(more: &Value) -> Value {
    let plain = json!({
        "id": "d-1", "riskEventType": "unfamiliarFeatures", "riskState": "atRisk", "riskLevel": "high",
        "riskDetail": "none", "detectedDateTime": "2026-11-24T06:00:00Z", "userPrincipalName": "jane@example.com",
    });
    joined(plain, more)
}

fn user(more: &Value) -> Value {
    joined(
        json!({ "id": "u-1", "riskState": "atRisk", "riskLevel": "high", "riskDetail": "none", "isDeleted": false }),
        more,
    )
}

fn sign_in(more: &Value) -> Value {
    let properties =
        json!({ "id": "s-1", "status": { "errorCode": 0 }, "riskState": "atRisk", "riskLevelDuringSignIn": "high" });
    json!({ "category": "SignInLogs", "resultType": "0", "properties": joined(properties, more) })
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
fn only_a_sign_in_that_succeeded_is_authenticated() {
    let properties = |more: &Value| sign_in(more);
    for (event, evidence) in [
        (properties(&json!({})), Evidence::Authenticated),
        (properties(&json!({ "status": "{\"errorCode\":0}" })), Evidence::Authenticated),
        (properties(&json!({ "status": { "errorCode": "0" } })), Evidence::Authenticated),
        (properties(&json!({ "status": { "errorCode": 50126 } })), Evidence::Outsider),
        (properties(&json!({ "status": { "errorCode": "unknown" } })), Evidence::Outsider),
        (joined(properties(&json!({})), &json!({ "resultType": 50074 })), Evidence::Outsider),
        (joined(properties(&json!({ "status": null })), &json!({ "resultType": null })), Evidence::Outsider),
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
        assert!(!is_claimed(is_own, &other), "{other}");
    }
}

#[test]
fn its_other_logs_are_told_as_such_and_another_s_record_is_not_taken_for_one() {
    let audit =
        json!({ "category": "AuditLogs", "operationName": "Add member to role", "properties": { "id": "a-1" } });
    let why = "nothing: an event of Microsoft Entra ID that is no sign-in and no risk";
    for detail in
        [audit.clone(), json!({ "Records": [audit] }), json!({ "id": "x", "serviceSource": "identityProtection" })]
    {
        assert_eq!(told(&json!({ "source": "entra", "detail-type": "x", "detail": detail })), why, "{detail}");
    }
    let okta = json!({ "source": "entra", "detail": sample("okta_system_api_token_create") });
    assert!(told(&okta).starts_with("nothing: a record of Okta's in an event whose source, \"entra\", sends none"));
    assert_eq!(told(&json!({ "source": "my.forwarder", "detail": audit })), "not ours");
}

#[test]
fn times_are_read_in_each_form() {
    for time in ["2026-11-24 06:00:00.000000000", "11/24/2026 6:00:00 AM", "2026-11-24T06:00:00Z"] {
        let incident = seen(&detection(&json!({ "detectedDateTime": time })));
        assert_eq!(incident.at.map(|at| at.to_string()).as_deref(), Some("2026-11-24T06:00:00Z"), "{time}");
    }
}

#[test]
fn what_a_record_does_not_tell_of_its_time_the_envelope_that_forwards_it_does() {
    let around = |detail: &Value| json!({ "source": "entra", "time": "2026-11-24T06:30:00Z", "detail": detail });
    let times = |event: &Value| {
        let Incident { at, changed, .. } = seen(event);
        [at, changed].map(|at| at.map(|at| at.to_string()).unwrap_or_default())
    };
    let envelopes = ["2026-11-24T06:30:00Z"; 2];
    for untold in [detection(&json!({ "detectedDateTime": null })), user(&json!({})), sign_in(&json!({}))] {
        assert_eq!(times(&around(&untold)), envelopes, "{untold}");
        assert_eq!(times(&around(&json!({ "value": [untold] }))), envelopes, "{untold}");
        assert_eq!(times(&untold), ["", ""], "{untold}");
        let mut exported = json!({ "category": "x", "time": "2026-11-20T06:00:00Z", "properties": untold });
        if untold["category"].is_string() {
            exported = joined(untold, &json!({ "time": "2026-11-20T06:00:00Z" }));
        }
        assert_eq!(times(&around(&exported)), ["2026-11-20T06:00:00Z"; 2], "as old as it says: {exported}");
    }
    let old = detection(&json!({ "detectedDateTime": "2026-11-20T06:00:00Z" }));
    assert_eq!(times(&around(&old)), ["2026-11-20T06:00:00Z"; 2], "it is as old as it says");
    let Said::AllClear { at, .. } = said(&around(&user(&json!({ "riskState": "dismissed" })))) else { panic!() };
    assert_eq!(at.map(|at| at.to_string()).as_deref(), Some("2026-11-24T06:30:00Z"));
}

#[test]
fn the_risks_of_agents_have_names_and_times_of_their_own() {
    let agent = json!({
        "@odata.type": "#microsoft.graph.riskyAgentIdentity", "id": "ag-1", "agentDisplayName": "Invoices", "isEnabled": true,
        "riskState": "confirmedCompromised", "riskLevel": "high", "riskDetail": "adminConfirmedAgentCompromised",
        "riskLastModifiedDateTime": "2026-11-24T06:00:00Z",
    });
    let found = json!({
        "@odata.type": "#microsoft.graph.agentRiskDetection", "id": "ad-1", "agentId": "ag-1", "riskLevel": "high",
        "riskEventType": "signInSpike", "riskState": "atRisk", "activityDateTime": "2026-11-24T00:50:00Z",
        "detectedDateTime": "2026-11-24T01:00:00Z", "lastModifiedDateTime": "2026-11-24T06:00:00Z",
    });
    let confirmed = joined(found.clone(), &json!({ "riskState": "confirmedCompromised" }));
    let dismissed = joined(agent.clone(), &json!({ "riskState": "dismissed" }));
    for (event, expected) in [
        (
            &agent,
            "entra:ag-1 · riskyUser: confirmedCompromised · High · Invoices · - · 2026-11-24T06:00:00Z · Authenticated",
        ),
        (&found, "entra:ad-1 · signInSpike · High · ag-1 · - · 2026-11-24T01:00:00Z · Outsider"),
        (&confirmed, "entra:ad-1 · signInSpike · High · ag-1 · - · 2026-11-24T06:00:00Z · Authenticated"),
        (&dismissed, "all clear of entra:ag-1 at 2026-11-24T06:00:00Z"),
    ] {
        assert_eq!(told(event), expected);
    }
    assert_eq!(seen(&found).changed.map(|at| at.to_string()).as_deref(), Some("2026-11-24T06:00:00Z"));
}

#[test]
fn it_survives_tampered_events() {
    survives(is_own, &[], &[]);
}
