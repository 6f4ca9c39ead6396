//! Okta's events: the samples whole, then what each variation changes.

use serde_json::{Value, json};

use super::super::testing::{all_told, is_claimed, line, said, sample, survives, told, with};
use super::*;
use crate::trigger::cause::Severity;

const FIXTURES: [&str; 8] = [
    "okta_anonymizing_vpn_login",
    "okta_security_threat_detected",
    "okta_system_api_token_create",
    "okta_system_api_token_revoke",
    "okta_user_report_suspicious_activity",
    "unverified_okta_event_hook",
    "unverified_okta_eventbridge_risk",
    "unverified_okta_feedback_false_positive",
];

#[test]
fn each_sample_says_what_it_should() {
    insta::assert_snapshot!(all_told(&FIXTURES), @"
    okta_anonymizing_vpn_login
      okta:AbC-123-XyZ · user.session.start: FastPass declined phishing attempt · Informational · homer.simpson@duff.com · 1.3.2.4 · 2022-06-22T18:18:29.015Z · Outsider
    okta_security_threat_detected
      okta:asdfa-1234-asdfdas · security.threat.detected: Password Spray, Login failures with high unknown users count, Login Failures · Medium · - · 1.2.3.4 · 2022-12-14T19:16:32.015Z · Outsider
    okta_system_api_token_create
      okta:2a992f80-d1ad-4f62-900e-8c68bb72a21b · system.api_token.create · Informational · user@example.com · - · 2021-01-08T21:28:34.875Z · Authenticated
    okta_system_api_token_revoke
      nothing: Okta's system.api_token.revoke ends something, and gives nobody anything
    okta_user_report_suspicious_activity
      okta:ABC1234 · user.account.report_suspicious_activity_by_enduser · Medium · homer.simpson@duff.com · 9.8.7.6 · 2022-12-14T15:58:58.851Z · Authenticated
    unverified_okta_event_hook
      okta:11111111-0000-4000-8000-000000000001 · user.account.lock · Informational · jane.doe@example.com · - · 2026-11-24T06:00:00.123Z · Outsider
      okta:11111111-0000-4000-8000-000000000002 · user.session.start · High · jane.doe@example.com · 198.51.100.7 · 2026-11-24T06:00:00.123Z · Authenticated
      okta:11111111-0000-4000-8000-000000000003 · user.session.start: INVALID_CREDENTIALS · Informational · jane.doe@example.com · 198.51.100.7 · 2026-11-24T06:00:00.123Z · Outsider
    unverified_okta_eventbridge_risk
      okta:721b1961-f0a6-11ee-bfa6-c1c3bad80111 · user.risk.detect · High · jane.doe@example.com · - · 2026-11-24T06:00:00.123Z · Authenticated
    unverified_okta_feedback_false_positive
      all clear of okta:721b1961-f0a6-11ee-bfa6-c1c3bad80111 at 2026-11-24T06:00:00.123Z
    ");
}

/// A log event of this type that succeeded, with these fields besides.
fn log(kind: &str, more: &Value) -> Value {
    let mut event = json!({
        "uuid": "u-1", "published": "2026-11-24T06:00:00Z", "eventType": kind, "severity": "INFO",
        "actor": { "id": "00u1", "type": "User", "alternateId": "jane@example.com" },
        "client": { "ipAddress": "198.51.100.7" }, "outcome": { "result": "SUCCESS" },
    });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn seen(kind: &str, more: &Value) -> Incident {
    match said(&log(kind, more)) {
        Said::Incident(incident) => incident,
        other => panic!("{kind} {more}: {other:?}"),
    }
}

#[test]
fn an_outsider_can_cause_what_needs_no_session() {
    let failed = json!({ "outcome": { "result": "FAILURE", "reason": "INVALID_CREDENTIALS" } });
    let allowed = json!({ "outcome": { "result": "ALLOW" } });
    for (kind, more) in [
        ("user.session.start", &failed),
        ("user.authentication.auth_via_mfa", &failed),
        ("system.api_token.create", &failed),
        ("user.session.start", &json!({ "outcome": { "result": "CHALLENGE" } })),
        ("user.session.start", &json!({ "outcome": {} })),
        ("user.session.start", &json!({ "outcome": null })),
        ("security.threat.detected", &allowed),
        ("security.attack.start", &json!({})),
        ("user.account.lock", &json!({})),
        ("user.account.lock.limit", &json!({})),
        ("user.account.unlock_token", &json!({})),
        ("system.sms.send_password_reset_message", &json!({})),
        ("system.org.rate_limit.violation", &json!({})),
        ("app.oauth2.client_id_rate_limit_warning", &json!({})),
        ("app.generic.unauth_app_access_attempt", &json!({})),
        ("something.that.is_new", &json!({})),
        // Whoever registers himself.
        ("user.lifecycle.create", &json!({})),
        ("user.lifecycle.activate", &json!({})),
        ("group.user_membership.add", &json!({})),
        ("application.provision.user.push", &json!({})),
        // Whoever is no administrator.
        ("user.lifecycle.suspend", &json!({ "outcome": { "result": "FAILURE" } })),
    ] {
        assert_eq!(seen(kind, more).evidence, Evidence::Outsider, "{kind} {more}");
    }
}

#[test]
fn a_session_a_token_and_a_report_are_authenticated() {
    let failed = json!({ "outcome": { "result": "FAILURE" } });
    for (kind, more) in [
        ("user.session.start", &json!({ "securityContext": { "isProxy": true } })),
        ("user.authentication.sso", &json!({})),
        ("user.session.impersonation.initiate", &json!({})),
        ("system.api_token.create", &json!({})),
        ("user.account.report_suspicious_activity_by_enduser", &json!({})),
        ("user.account.privilege.grant", &json!({ "outcome": { "result": "allow" } })),
        ("user.session.context.change", &failed),
        ("policy.auth_reevaluate.fail", &failed),
    ] {
        assert_eq!(seen(kind, more).evidence, Evidence::Authenticated, "{kind} {more}");
    }
}

#[test]
fn what_an_administrator_did_is_authenticated() {
    for kind in [
        "security.threat.configuration.update",
        "security.authenticator.lifecycle.deactivate",
        "security.trusted_origin.create",
        "group.lifecycle.delete",
        "user.lifecycle.suspend",
        "user.lifecycle.unsuspend",
        "user.lifecycle.deactivate",
        "user.lifecycle.delete.initiated",
        "application.provision.user.deactivate",
    ] {
        assert_eq!(seen(kind, &json!({})).evidence, Evidence::Authenticated, "{kind}");
    }
}

#[test]
fn a_risk_is_as_good_as_what_detected_it() {
    let risk = |name: &str| json!({ "debugContext": { "debugData": { "Risk": format!("{{level=HIGH, detectionName={name}, issuer=OKTA}}") } } });
    for (name, evidence) in [
        ("Session Influenced User Risk", Evidence::Authenticated),
        ("Admin Reported User Risk", Evidence::Authenticated),
        ("Suspected Brute Force Attack", Evidence::Outsider),
        ("Okta Threat Intelligence", Evidence::Outsider),
        ("Security Events Provider Reported Risk", Evidence::Outsider),
        ("", Evidence::Outsider),
    ] {
        for kind in ["user.risk.detect", "user.risk.change", "policy.entity_risk.action"] {
            let incident = seen(kind, &risk(name));
            assert_eq!((incident.evidence, incident.severity), (evidence, Some(Severity::High)), "{kind} {name}");
        }
    }
    let fell = json!({ "debugContext": { "debugData": { "risk": "{previousLevel=HIGH, level=LOW}" } } });
    assert_eq!(
        line(&said(&log("user.risk.detect", &fell))),
        "nothing: Okta's user.risk.detect says that the risk has fallen"
    );
}

#[test]
fn an_address_is_nobody_and_the_victim_may_be_the_target() {
    let address = json!({ "id": "198.51.100.9", "type": "IP address", "displayName": "198.51.100.9" });
    let system = json!({ "id": "sys", "type": "SystemPrincipal", "alternateId": "system@okta.com" });
    let target =
        json!([{ "type": "Token", "alternateId": "t" }, { "type": "User", "alternateId": "victim@example.com" }]);
    let mut untyped = address.clone();
    untyped.as_object_mut().unwrap().remove("type");
    let who = |actor: &Value, target: &Value| {
        let incident = seen("security.threat.detected", &json!({ "actor": actor, "target": target, "client": {} }));
        (incident.actor.map(|actor| actor.to_string()), incident.address.map(|address| address.to_string()))
    };
    let from = Some("198.51.100.9".to_owned());
    assert_eq!(who(&address, &Value::Null), (None, from.clone()));
    assert_eq!(who(&untyped, &Value::Null), (None, from.clone()));
    assert_eq!(who(&address, &target), (Some("victim@example.com".to_owned()), from));
    assert_eq!(who(&system, &target).0.as_deref(), Some("victim@example.com"));
    assert_eq!(who(&system, &json!(target[1])).0.as_deref(), Some("victim@example.com"));
    assert_eq!(
        who(&json!({ "type": "User", "alternateId": "unknown", "id": "00u7" }), &target).0.as_deref(),
        Some("00u7")
    );
}

#[test]
fn an_address_is_looked_for_along_the_request() {
    let chain = json!([{ "ip": "-" }, { "geographicalContext": { "ip": "203.0.113.1" } }, { "ip": "203.0.113.2" }]);
    let from = |more: &Value| seen("user.session.start", more).address.map(|address| address.to_string());
    assert_eq!(from(&json!({ "client": {}, "request": { "ipChain": chain } })).as_deref(), Some("203.0.113.1"));
    assert_eq!(from(&json!({ "client": { "ipAddress": "0.0.0.0" } })), None);
}

#[test]
fn feedback_clears_only_the_event_that_it_names() {
    let feedback = |data: Value, result: &str| {
        let more = json!({ "debugContext": { "debugData": data }, "outcome": { "result": result } });
        line(&said(&log("analytics.feedback.provide", &more)))
    };
    let about = |label: &str| json!({ "EventUuid": "e-7", "Label": label });
    for label in ["false_positive", "FALSE_POSITIVE", "false positive", "falsePositive"] {
        assert_eq!(feedback(about(label), "SUCCESS"), "all clear of okta:e-7 at 2026-11-24T06:00:00Z", "{label}");
    }
    for (data, result, why) in [
        (json!({ "Label": "false_positive" }), "SUCCESS", "does not name its event"),
        (json!({ "Label": "false_positive", "EventUuid": "..." }), "SUCCESS", "does not name its event"),
        (about("false_positive"), "FAILURE", "was not taken"),
        (about("not_a_false_positive"), "SUCCESS", "no verdict"),
        (json!({ "EventUuid": "e-7" }), "SUCCESS", "no verdict"),
    ] {
        let said = feedback(data, result);
        assert!(said.starts_with("nothing: ") && said.contains(why), "{said}");
    }
    let confirmed = feedback(about("true_positive"), "SUCCESS");
    assert!(confirmed.starts_with("okta:e-7 ") && confirmed.ends_with("Authenticated"), "{confirmed}");
}

#[test]
fn an_event_is_found_in_each_wrapper_and_another_is_not_claimed() {
    let plain = log("system.api_token.create", &json!({}));
    let expected = said(&plain);
    for event in [
        json!([plain]),
        json!({ "Source": "aws.partner/okta.com/acme/x", "DetailType": "SystemLog", "Detail": plain.to_string() }),
        json!({ "source": "aws.partner/okta.com", "detail": plain, "id": "another" }),
        json!({ "source": "my.forwarder", "detail": plain }),
        json!({ "eventType": "com.okta.event_hook", "data": { "events": [plain] } }),
    ] {
        assert_eq!(said(&event), expected, "{event}");
    }
    let mut lower: serde_json::Map<String, Value> = serde_json::Map::new();
    lower.extend(plain.as_object().unwrap().iter().map(|(key, value)| (key.to_ascii_lowercase(), value.clone())));
    assert_eq!(said(&Value::Object(lower)), expected);
    for other in [
        json!({ "source": "aws.signin", "detail": plain }),
        json!({ "eventType": "AwsConsoleSignIn", "eventName": "ConsoleLogin", "uuid": "u" }),
        json!({ "eventType": "user.session.start", "uuid": "u-1" }),
        json!({ "source": "my.shop", "detail": { "eventType": "order.created", "uuid": "u-1" } }),
        json!({ "detail": "{" }),
        json!("okta"),
    ] {
        assert!(!is_claimed(is_own, &other), "{other}");
    }
    for empty in [
        json!({ "eventType": "com.okta.event_hook", "data": { "events": [] } }),
        json!({ "source": "aws.partner/okta.com/x" }),
    ] {
        assert!(matches!(said(&empty), Said::Nothing(_)), "{empty}");
    }
}

#[test]
fn without_a_uuid_or_a_time_an_event_is_still_told_from_others() {
    let (one, other) =
        (json!({ "uuid": "...", "published": null }), json!({ "uuid": "0-0", "published": null, "version": "1" }));
    let [one, other] = [one, other].map(|more| log("user.session.start", &more));
    let id = |event: &Value| match said(event) {
        Said::Incident(incident) => (incident.id, incident.at.map(|at| at.to_string())),
        other => panic!("{other:?}"),
    };
    let wrapped = json!({ "source": "aws.partner/okta.com/x", "time": "2026-11-24T06:00:09Z", "detail": one });
    assert_ne!(id(&one), id(&other));
    assert_eq!(id(&wrapped), (id(&one).0, Some("2026-11-24T06:00:09Z".to_owned())));
}

#[test]
fn it_survives_tampered_events() {
    survives(is_own, &[], &[]);
}

#[test]
fn what_ends_a_session_is_no_incident_and_what_begins_one_in_anothers_name_is() {
    let kind = |kind: &str| told(&with(sample("okta_system_api_token_create"), &[("/eventType", json!(kind))]));
    for ends in [
        "user.session.end",
        "user.session.clear",
        "user.session.expire",
        "user.session.impersonation.end",
        "user.session.impersonation.revoke",
        "user.authentication.slo",
        "user.authentication.universal_logout",
    ] {
        assert!(kind(ends).starts_with("nothing: Okta's"), "{}", kind(ends));
    }
    for begins in ["user.session.start", "user.session.impersonation.initiate", "user.session.impersonation.grant"] {
        assert!(kind(begins).ends_with("Authenticated"), "{}", kind(begins));
    }
}
