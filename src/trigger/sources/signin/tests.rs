//! Sign-ins by table: what each sample says, what makes the difference between a failure and a success, and who it was.

use serde_json::json;

use super::super::testing::{sample, survives, told, with};
use super::is_own;

#[test]
fn the_samples_say_what_happened() {
    let cases = [
        (
            "cloudtrail_consolelogin_no_mfa",
            "aws.signin:1 · ConsoleLogin · - · tester · 111.111.111.111 · 2019-01-01T00:00:00Z · Authenticated",
        ),
        (
            "eventbridge_console_signin_failure",
            "aws.signin:e0eba2e0-9319-4662-993b-35183a79e491 · ConsoleLogin · - · usernamehere · 124.169.26.213 · \
             2018-08-25T14:13:37Z · Outsider",
        ),
        (
            "ours_signin_root",
            "aws.signin:4217cbd2-0000-4000-8000-00000000b002 · ConsoleLogin · - · arn:aws:iam::111122223333:root · \
             2001:db8::7 · 2026-11-24T05:58:38Z · Authenticated",
        ),
        (
            "ours_signin_identity_center",
            "aws.signin:18522007-0000-4000-8000-000050baf504 · UserAuthentication · - · \
             f12bb510-0000-4000-8000-00000776dbc0 · 192.0.2.14 · 2026-11-24T05:58:39Z · Authenticated",
        ),
        (
            "ours_signin_log_file",
            "aws.signin:f1d94731-0000-4000-8000-000003f8b57b · ConsoleLogin · - · \
             arn:aws:sts::111122223333:assumed-role/Operators/ada@example.com · 198.51.100.20 · 2026-11-24T05:57:01Z · \
             Authenticated\n\
             aws.signin:9b1c3c5e-0000-4000-8000-0000fe1c9f0e · ConsoleLogin · - · - · 203.0.113.9 · 2026-11-24T05:58:02Z · \
             Outsider\n\
             nothing: CheckMfa is a step of a sign-in or its end; the sign-in itself is an event of its own",
        ),
        (
            "unverified_signin_federate",
            "aws.signin:6f2b7d90-0000-4000-8000-0000a3d5c812 · Federate · - · f12bb510-0000-4000-8000-00000776dbc0 · \
             192.0.2.14 · 2026-11-24T05:59:11Z · Authenticated",
        ),
    ];
    for (name, said) in cases {
        assert_eq!(told(&sample(name)), said, "{name}");
    }
}

#[test]
fn aws_writes_the_detail_type_in_two_ways_and_any_case() {
    let said = told(&sample("eventbridge_console_signin_failure"));
    for kind in ["AWS Console Signin via CloudTrail", "aws console sign-in via cloudtrail"] {
        let other = [("/detail-type", json!(kind)), ("/source", json!(null)), ("/detail/eventSource", json!(null))];
        assert_eq!(told(&with(sample("eventbridge_console_signin_failure"), &other)), said, "{kind}");
    }
}

#[test]
fn only_what_certainly_succeeded_is_authenticated() {
    let bare = sample("cloudtrail_consolelogin_no_mfa");
    let evidence = |changes: &[(&str, serde_json::Value)]| {
        told(&with(bare.clone(), changes)).rsplit_once(" · ").unwrap().1.to_owned()
    };
    let answer = "/responseElements";
    for success in [json!({ "consolelogin": "SUCCESS" }), json!("{\"ConsoleLogin\":\"Success\"}")] {
        assert_eq!(evidence(&[(answer, success.clone())]), "Authenticated", "{success}");
    }
    for unsure in
        [json!(null), json!({}), json!({ "ConsoleLogin": "Failure" }), json!({ "ConsoleLogin": true }), json!("{")]
    {
        assert_eq!(evidence(&[(answer, unsure.clone())]), "Outsider", "{unsure}");
    }
    assert_eq!(evidence(&[("/errorMessage", json!("Failed authentication"))]), "Outsider");
    assert_eq!(evidence(&[("/errorMessage", json!("null")), ("/errorCode", json!(""))]), "Authenticated");
    let asked = [
        ("/eventName", json!("PasswordRecoveryRequested")),
        (answer, json!({ "PasswordRecoveryRequested": "Success" })),
    ];
    assert_eq!(evidence(&asked), "Outsider", "anybody may ask for a new password");
}

#[test]
fn in_the_answer_of_lookup_events_the_record_itself_is_read() {
    let record = sample("cloudtrail_consolelogin_no_mfa");
    let answer = |held: serde_json::Value| {
        let around = json!({ "EventId": "1", "EventName": "ConsoleLogin", "EventSource": "signin.amazonaws.com", "EventTime": 1_795_500_000, "Username": "x" });
        told(&json!({ "Events": [with(around, &[("/CloudTrailEvent", held)])] }))
    };
    assert_eq!(answer(json!(record.to_string())), told(&record));
    let failed = with(record, &[("/responseElements", json!({ "ConsoleLogin": "Failure" }))]);
    assert_eq!(answer(json!(failed.to_string())), told(&failed));
    assert!(answer(json!("{\"eventName\":")).ends_with("Outsider"), "nothing is known of what cannot be read");
}

#[test]
fn a_token_for_a_tool_takes_a_session_if_it_was_given() {
    let granted = |name: &str, success: serde_json::Value, error: &str| {
        let changes = [("/eventName", json!(name)), ("/additionalEventData", json!({ "success": success }))];
        let record = with(sample("cloudtrail_consolelogin_no_mfa"), &changes);
        told(&with(record, &[("/responseElements", json!(null)), ("/errorCode", json!(error))]))
    };
    for name in ["AuthorizeOAuth2Access", "CreateOAuth2Token"] {
        assert!(granted(name, json!("true"), "").ends_with("Authenticated"), "{name}");
        for (success, error) in [(json!("false"), ""), (json!(null), ""), (json!("true"), "AccessDenied")] {
            assert!(granted(name, success.clone(), error).ends_with("Outsider"), "{name} {success} {error}");
        }
    }
    assert!(granted("ConsoleLogin", json!("true"), "").ends_with("Outsider"), "another record's word is another");
}

#[test]
fn a_password_that_was_checked_is_a_step_if_right_and_a_failure_if_wrong() {
    let checked = |outcome: &str| {
        let changes = [
            ("/detail/eventName", json!("CredentialVerification")),
            ("/detail/serviceEventDetails", json!({ "CredentialVerification": outcome })),
        ];
        told(&with(sample("ours_signin_identity_center"), &changes))
    };
    assert!(checked("Success").starts_with("nothing: CredentialVerification is a step"), "{}", checked("Success"));
    assert!(checked("Failure").ends_with("Outsider"), "{}", checked("Failure"));
}

#[test]
fn of_identity_centers_portal_taking_a_role_took_a_session_and_the_sign_in_is_told_by_another_record() {
    let portals = |name: &str, changes: &[(&str, serde_json::Value)]| {
        let named = with(sample("unverified_signin_federate"), &[("/detail/eventName", json!(name))]);
        told(&with(named, changes))
    };
    let federated = portals("Federate", &[]);
    assert!(federated.contains(" · Federate · ") && federated.ends_with("Authenticated"), "{federated}");
    assert!(portals("Federate", &[("/detail/errorCode", json!("AccessDenied"))]).ends_with("Outsider"));
    assert!(portals("Authenticate", &[]).starts_with("nothing: Authenticate is a step"));
    assert_eq!(portals("GetRoleCredentials", &[]), "not ours");
    // Of whichever other service: only the portal's record tells by its name alone.
    let others = [("/source", json!("aws.signin")), ("/detail/eventSource", json!("signin.amazonaws.com"))];
    assert!(portals("Federate", &others).ends_with("Outsider"));
}

#[test]
fn a_hidden_name_and_an_account_are_nobody() {
    let bare = |identity| told(&with(sample("cloudtrail_consolelogin_no_mfa"), &[("/userIdentity", identity)]));
    let actor = |identity| bare(identity).split(" · ").nth(3).unwrap().to_owned();
    assert_eq!(actor(json!({ "userName": "HIDDEN_DUE_TO_SECURITY_REASONS", "principalId": "AIDAEXAMPLE" })), "-");
    assert_eq!(actor(json!({ "principalId": 123456789012_i64, "accountId": "123456789012" })), "-");
    assert_eq!(actor(json!({ "principalId": "AIDAEXAMPLE", "accountId": "123456789012" })), "AIDAEXAMPLE");
    assert_eq!(actor(json!("somebody")), "-");
}

#[test]
fn a_user_of_identity_center_is_told_by_the_name_that_was_typed_or_else_by_an_id() {
    let event = sample("ours_signin_identity_center");
    let id = event["detail"]["userIdentity"]["onBehalfOf"]["userId"].as_str().unwrap().to_owned();
    for (typed, actor) in
        [(json!("jane"), "jane"), (json!("HIDDEN_DUE_TO_SECURITY_REASONS"), id.as_str()), (json!(""), id.as_str())]
    {
        let said = told(&with(event.clone(), &[("/detail/additionalEventData", json!({ "UserName": typed }))]));
        assert_eq!(said.split(" · ").nth(3), Some(actor), "{said}");
    }
}

#[test]
fn what_has_no_id_is_known_again_by_all_of_it() {
    let gone =
        [("/eventID", json!("00000000-0000-0000-0000-000000000000")), ("/sourceIPAddress", json!("AWS Internal"))];
    let said = told(&with(sample("cloudtrail_consolelogin_no_mfa"), &gone));
    assert!(said.starts_with("aws.signin:sha256-") && said.contains(" · - · 2019"), "{said}");
    assert_eq!(said, told(&with(sample("cloudtrail_consolelogin_no_mfa"), &gone)));
    let other = with(sample("cloudtrail_consolelogin_no_mfa"), &[gone[0].clone(), ("/userAgent", json!("other"))]);
    assert_ne!(said.split(' ').next(), told(&other).split(' ').next());
}

#[test]
fn a_record_never_stands_in_an_id_however_short_it_is() {
    let said = told(&json!({ "source": "aws.signin", "detail": { "eventName": "ConsoleLogin" } }));
    assert!(said.starts_with("aws.signin:sha256-"), "{said}");
}

#[test]
fn the_anomaly_alert_is_an_incident_of_unknown_cause() {
    let alert = json!({
        "source": "aws.signin", "detail-type": "Sign-in Anomaly Alert", "id": "7b1d", "time": "2026-11-24T06:00:00Z",
        "detail": { "anything": 1 }
    });
    assert_eq!(told(&alert), "aws.signin:7b1d · Sign-in Anomaly Alert · - · - · - · 2026-11-24T06:00:00Z · Outsider");
}

#[test]
fn it_survives_tampered_events() {
    survives(is_own, &[], &[]);
}
