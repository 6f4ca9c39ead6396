//! CloudAudit's events: the samples whole, then what each variation changes.

use serde_json::{Value, json};

use super::super::Actor;
use super::super::testing::{PLANTED, PUT, all_told, is_claimed, line, read, said, sample, survives};
use super::*;

const FIXTURES: [&str; 6] = [
    "tencent_eventbridge_cloudaudit_SHAPE_ONLY",
    "cloudaudit_describe_events_2023",
    "cloudaudit_lookup_events_2019",
    "unverified_cloudaudit_create_scim_credential",
    "unverified_cloudaudit_event_list",
    "unverified_cloudaudit_console_login",
];

#[test]
fn each_sample_says_what_it_should() {
    insta::assert_snapshot!(all_told(&FIXTURES), @r#"
    tencent_eventbridge_cloudaudit_SHAPE_ONLY
      nothing: a CloudAudit event that names no action
    cloudaudit_describe_events_2023
      tencent.cloudaudit:008ef803-4549-41fe-a7e6-433122273683 · CreateAuditTrack · - · root · 111.111.111.111 · 2023-04-03T09:23:29Z · Authenticated
    cloudaudit_lookup_events_2019
      nothing: LookupEvents changes nothing
    unverified_cloudaudit_create_scim_credential
      Created scimcred-un1tgbnt0s9j by principal 100000000002, secret AKIDexampleexample, account 100000000001, name jane with b835edd6-0000-4000-8000-000000000001: tencent.cloudaudit:e2c8694c-0000-4000-8000-000000000001 · CreateSCIMCredential · - · jane · 198.51.100.7 · 2026-11-24T06:00:00Z · Authenticated · names scimcred-un1tgbnt0s9j
    unverified_cloudaudit_event_list
      Created scimcred-un1tgbnt0s9j by principal 100000000002, secret AKIDexampleexample, account 100000000001, name root with b835edd6-0000-4000-8000-000000000001: tencent.cloudaudit:e2c8694c-0000-4000-8000-000000000002 · CreateSCIMCredential · - · root · 203.0.113.9 · 2026-11-24T06:00:00Z · Authenticated · names scimcred-un1tgbnt0s9j
      Enabled scimcred-un1tgbnt0s9j by principal 100000000002, secret AKIDexampleexample, account 100000000001, name jane with b835edd6-0000-4000-8000-000000000001: tencent.cloudaudit:e2c8694c-0000-4000-8000-000000000003 · UpdateSCIMCredentialStatus · - · jane · 198.51.100.7 · 2026-11-24T06:00:00Z · Authenticated · names scimcred-un1tgbnt0s9j
      nothing: UpdateSCIMCredentialStatus switched a key off
      nothing: UpdateSCIMCredentialStatus did not succeed
      nothing: CreateSCIMCredential did not succeed
      tencent.cloudaudit:e2c8694c-0000-4000-8000-000000000007 · DeleteSCIMCredential · - · jane · 198.51.100.7 · 2026-11-24T06:00:00Z · Authenticated
      nothing: UpdateSCIMSynchronizationStatus concerns no single key, and may be this program's own
      nothing: ListSCIMCredentials changes nothing
      tencent.cloudaudit:e2c8694c-0000-4000-8000-000000000010 · AddUserToGroup · - · jane · 198.51.100.7 · 2026-11-24T06:00:00Z · Authenticated
    unverified_cloudaudit_console_login
      tencent.cloudaudit:e2c8694c-0000-4000-8000-000000000011 · ConsoleLogin · - · jane · 198.51.100.7 · 2026-11-24T06:00:00Z · Authenticated
      tencent.cloudaudit:e2c8694c-0000-4000-8000-000000000012 · ConsoleLogin · - · jane · 198.51.100.7 · 2026-11-24T06:00:00Z · Outsider
    "#);
}

const KEY: &str = "scimcred-un1tgbnt0s9j";

fn change(event: &Value) -> Change {
    match said(event) {
        Said::Changed(change) => change,
        other => panic!("{event}: {other:?}"),
    }
}

fn seen(event: &Value) -> Incident {
    match said(event) {
        Said::Incident(incident) => incident,
        Said::Changed(change) => change.incident,
        other => panic!("{event}: {other:?}"),
    }
}

/// A CloudEvent around a record of this action that succeeded, with these fields besides.
fn audit(action: &str, more: &Value) -> Value {
    let mut record = json!({
        "userIdentity": { "principalId": "2", "accountId": "1", "secretId": "AKID", "userName": "jane" },
        "errorCode": 0, "apiErrorCode": 0, "requestID": "r-1", "eventID": "e-1", "actionType": "Write",
        "eventTime": 1_795_500_000, "eventName": action, "sourceIPAddress": "198.51.100.7",
        // None of these is a place in which a record names a key.
        "userAgent": "scimcred-decoy0000001", "errorMessage": "scimcred-decoy0000002", "tags": ["scimcred-decoy0000003"],
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({
        "specversion": "1.0", "id": "ce-1", "source": "organization.cloud.tencent",
        "type": "organization:CloudEvent:ApiCall", "subject": "uin/2", "dataschema": "scimcred-decoy0000004", "time": 1_795_500_001_000_i64,
        "data": record,
    })
}

fn created(more: &Value) -> Value {
    audit("CreateSCIMCredential", more)
}

fn updated(status: &str, more: &Value) -> Value {
    let mut fields = json!({ "requestParameters": { "ZoneId": "z", "CredentialId": KEY, "NewStatus": status } });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    audit("UpdateSCIMCredentialStatus", &fields)
}

#[test]
fn no_secret_of_a_record_is_seen_in_what_is_said() {
    for name in FIXTURES {
        let said = format!("{:?}", read(&sample(name)));
        assert!(PLANTED.iter().all(|planted| !said.contains(planted)), "{name}: {said}");
    }
    assert!(PLANTED.iter().all(|planted| sample(FIXTURES[3]).to_string().contains(planted)), "they are planted");
}

#[test]
fn a_created_key_is_named_by_the_answer_alone() {
    let answer = json!({ "CredentialId": KEY, "CredentialSecret": PLANTED[0] });
    for more in [
        json!({ "responseElements": answer }),
        json!({ "responseElements": answer.to_string() }),
        json!({ "responseElements": { "Response": answer } }),
        json!({ "requestElements": answer }),
    ] {
        let change = change(&created(&more));
        assert_eq!(change.incident.implicated.iter().map(|key| key.as_str()).collect::<Vec<_>>(), [KEY], "{more}");
        assert_eq!((change.what, change.incident.evidence), (Changed::Created, Evidence::Authenticated));
    }
    for more in [
        json!({}),
        json!({ "responseElements": "" }),
        json!({ "responseElements": { "CredentialId": "scimcred-short" } }),
        json!({ "responseElements": { "CredentialSecret": KEY } }),
        json!({ "requestParameters": { "CredentialId": KEY } }),
        json!({ "resources": [format!("qcs::organization::uin/1:scim/{KEY}")], "resourceSet": [KEY], "resourceName": KEY }),
        json!({ "responseElements": "{\"CredentialId\":", "resourceName": KEY }),
    ] {
        let mut event = created(&more);
        (event["subject"], event["resource"]) = (json!(KEY), json!([KEY]));
        let change = change(&event);
        assert_eq!(change.key(), None, "{more}");
        assert_eq!((change.what, change.incident.evidence), (Changed::Created, Evidence::Authenticated));
    }
}

/// An update whose request names no key, and that has these fields besides.
fn unnamed(more: &Value) -> Value {
    let mut event = updated("Enabled", more);
    event["data"]["requestParameters"] = json!({ "NewStatus": "Enabled" });
    event
}

#[test]
fn a_key_that_was_switched_on_is_named_by_the_request_or_by_the_only_resource() {
    let named = |event: &Value| change(event).key().map(ToString::to_string);
    for more in [
        json!({ "resources": format!("[\"qcs::organization::uin/1:scim/{KEY}\"]") }),
        json!({ "resources": [format!("qcs::organization::uin/1:scim/{KEY}")] }),
        json!({ "resourceName": KEY, "resources": "[\"*\"]" }),
        json!({ "resourceSet": [KEY, KEY] }),
    ] {
        assert_eq!(named(&unnamed(&more)).as_deref(), Some(KEY), "{more}");
    }
    for more in [
        json!({}),
        json!({ "resources": [KEY, "scimcred-un1tgbnt0s9k"] }),
        json!({ "resources": [format!("x{KEY}x")] }),
        json!({ "responseElements": { "CredentialId": KEY } }),
    ] {
        assert_eq!(named(&unnamed(&more)), None, "{more}");
    }
}

#[test]
fn only_a_switch_to_enabled_is_a_change() {
    for event in [updated("Enabled", &json!({})), updated("enabled", &json!({ "apiErrorCode": "" }))] {
        let change = change(&event);
        assert_eq!((change.what, change.key().unwrap().as_str()), (Changed::Enabled, KEY));
    }
    for (event, why) in [
        (updated("Disabled", &json!({})), "switched a key off"),
        (updated("Enabled", &json!({ "errorCode": 4102 })), "did not succeed"),
        (updated("Enabled", &json!({ "errorCode": "AuthFailure.UnauthorizedOperation" })), "did not succeed"),
        (updated("Enabled", &json!({ "apiErrorCode": "FailedOperation.DBOperationError" })), "did not succeed"),
        (updated("Paused", &json!({ "apiErrorCode": "FailedOperation" })), "did not succeed"),
        (updated("Disabled", &json!({ "errorCode": "" })), "does not say whether it succeeded"),
    ] {
        let said = line(&said(&event));
        assert!(said.starts_with("nothing: ") && said.contains(why), "{said}");
    }
}

#[test]
fn whoever_makes_a_record_unreadable_hides_nothing_with_it_and_implicates_nobody() {
    let sent = |text: &str| json!({ "requestParameters": text });
    let twice = format!(r#"{{"NewStatus":"Enabled","NewStatus":"Enabled","CredentialId":"{KEY}"}}"#);
    let deep =
        format!(r#"{{"CredentialId":"{KEY}","NewStatus":"Enabled","x":{}{}}}"#, "[".repeat(999), "]".repeat(999));
    let updates = [sent(r#"{"NewStatus":"Enabled""#), sent(&twice), sent(&deep), json!({ "requestParameters": null })];
    for event in updates.iter().map(|more| updated("Enabled", more)).chain([updated("Paused", &json!({}))]) {
        let Change { incident, what, request, .. } = change(&event);
        assert_eq!((what, incident.evidence), (Changed::Enabled, Evidence::Outsider), "{event}");
        assert!(incident.implicated.is_empty() && request.is_some(), "it may be this program's own");
    }
    let broken = json!({
        "source": "organization.cloud.tencent", "id": "ce-1", "time": 1_795_500_000_000_i64,
        "data": "{\"eventName\":\"CreateSCIMCredential\",\"userAgent\":\"\"}\"",
    });
    let told = "tencent.cloudaudit:ce-1 · unreadable · - · - · - · 2026-11-24T06:00:00Z · Outsider";
    assert_eq!(line(&said(&broken)), told);
}

#[test]
fn nobody_names_the_key_that_he_created_in_what_he_asked_for() {
    let mut asked = json!({ "responseElements": { "RequestId": "r" }, "requestElements": { "CredentialId": KEY } });
    assert_eq!(change(&created(&asked)).key(), None);
    asked["responseElements"] = json!(null);
    assert_eq!(change(&created(&asked)).key().map(|key| key.as_str()), Some(KEY), "as the table has it");
}

#[test]
fn a_call_that_did_not_succeed_or_changes_nothing_says_nothing() {
    for event in [
        created(&json!({ "apiErrorCode": "LimitExceeded.ScimCredentialLimitExceeded" })),
        audit("AddUserToGroup", &json!({ "errorCode": "4102" })),
        audit("ListSCIMCredentials", &json!({ "actionType": null })),
        audit("DescribeIdentityCenter", &json!({})),
        audit("AnythingElse", &json!({ "actionType": "Read" })),
        audit("UpdateSCIMSynchronizationStatus", &json!({})),
        audit("UpdateSCIMSynchronizationStatus", &json!({ "apiErrorCode": null })),
    ] {
        assert!(matches!(said(&event), Said::Nothing(_)), "{event}");
    }
}

#[test]
fn a_creation_of_which_nobody_can_tell_the_end_names_no_key() {
    let untold = json!({ "apiErrorCode": null, "responseElements": { "CredentialId": KEY } });
    let incident = match said(&created(&untold)) {
        Said::Incident(incident) => incident,
        other => panic!("{other:?}"),
    };
    assert_eq!((incident.evidence, incident.implicated.len()), (Evidence::Outsider, 0));
}

#[test]
fn nor_does_a_key_s_being_switched_on_of_which_nobody_can_tell_the_end() {
    for untold in [json!({ "apiErrorCode": null }), json!({ "errorCode": "" }), json!({ "errorCode": null })] {
        let Change { incident, what, request, .. } = change(&updated("Enabled", &untold));
        assert_eq!((incident.evidence, incident.implicated.len()), (Evidence::Outsider, 0));
        // It may be this program's own call.
        assert_eq!((what, request.is_some()), (Changed::Enabled, true), "{untold}");
    }
}

#[test]
fn a_key_that_was_switched_on_is_named_by_what_the_event_is_about_if_that_is_one_alone() {
    let named = |subject: &str, resource: Value, own: &Value| {
        let mut event = unnamed(own);
        event["subject"] = json!(subject);
        event["resource"] = resource;
        change(&event).key().map(ToString::to_string)
    };
    let (arn, other) = (format!("qcs::organization::uin/1:scim/{KEY}"), "scimcred-un1tgbnt0s9k");
    assert_eq!(named(&arn, json!(null), &json!({})).as_deref(), Some(KEY));
    assert_eq!(named("uin/1", json!([arn]), &json!({ "resources": [KEY] })).as_deref(), Some(KEY));
    for (subject, resource, own) in [
        (arn.as_str(), json!([other]), json!({})),
        (arn.as_str(), json!(null), json!({ "resources": [other] })),
        ("scimcred-short", json!("x"), json!({})),
    ] {
        assert_eq!(named(subject, resource.clone(), &own), None, "{subject} {resource} {own}");
    }
}

#[test]
fn a_sign_in_is_an_incident_and_a_failed_one_an_outsiders() {
    for (code, evidence) in [
        (json!(0), Evidence::Authenticated),
        (json!("0"), Evidence::Authenticated),
        (json!(1), Evidence::Outsider),
        (json!("PasswordError"), Evidence::Outsider),
        (json!(null), Evidence::Outsider),
    ] {
        let login = audit("ConsoleLogin", &json!({ "errorCode": code, "actionType": "Read" }));
        assert_eq!(seen(&login).evidence, evidence, "{code}");
    }
}

#[test]
fn a_broken_record_falls_back_to_what_stands_around_it() {
    let around = json!({
        "CloudAuditEvent": "{\"eventName\":\"CreateSCIMCredential\",\"requestParameters\":\"{\"Action\":1}\"}",
        "EventName": "CreateSCIMCredential", "EventId": "e-9", "EventTime": "1795500000", "ErrorCode": 0,
        "RequestID": "r-9", "AccountID": 100_000_000_001_i64, "SecretId": "AKID", "Username": "jane",
        "SourceIPAddress": "198.51.100.7", "Resources": { "ResourceName": KEY, "ResourceType": "organization" },
    });
    let incident = seen(&json!({ "Response": { "Events": [around] } }));
    let expected = "tencent.cloudaudit:e-9 · CreateSCIMCredential · - · jane · 198.51.100.7 · 2026-11-24T06:00:00Z · \
        Outsider";
    assert_eq!(line(&Said::Incident(incident)), expected);
    let unreadable = json!({ "source": "organization.cloud.tencent", "data": "{\"eventName\":" });
    assert!(line(&said(&unreadable)).contains(" · unreadable · "));
    let unnamed = json!({ "source": "organization.cloud.tencent", "data": "{}" });
    assert_eq!(line(&said(&unnamed)), "nothing: a CloudAudit event that names no action");
}

#[test]
fn who_made_a_change_is_told_by_each_id_of_its_own() {
    let numbers = json!({ "userIdentity": { "principalId": 100_000_000_002_i64, "accountId": 100_000_000_001_i64, "userName": "" } });
    let told = |more: &Value| {
        let Actor { principal, secret, account, name } = change(&created(more)).by;
        [principal, secret, account, name].map(|id| id.map_or("-".to_owned(), |id| id.to_string()))
    };
    for (more, who) in [
        (numbers.clone(), ["100000000002", "-", "100000000001", "-"]),
        (json!({ "userIdentity": numbers["userIdentity"].to_string() }), ["100000000002", "-", "100000000001", "-"]),
        (json!({}), ["2", "AKID", "1", "jane"]),
        (json!({ "userIdentity": null }), ["-"; 4]),
    ] {
        assert_eq!(told(&more), who, "{more}");
    }
}

#[test]
fn nobody_is_known_by_a_name_or_an_account() {
    let by = change(&created(&json!({}))).by;
    for (id, known) in [("2", true), ("AKID", true), ("1", false), ("jane", false), ("", false)] {
        let voucher = by.voucher(&[id.to_owned()].into());
        assert_eq!(voucher.as_ref().map(Text::as_str), known.then_some(id), "{id}");
    }
    let known = |kind: &str| {
        let identity = json!({ "principalId": "1", "accountId": 1, "type": kind });
        change(&created(&json!({ "userIdentity": identity }))).by.voucher(&["1".to_owned()].into()).is_some()
    };
    assert_eq!(["Root", "root", "AssumedRole", "user", ""].map(known), [true, true, false, false, false]);
    for like in ["2\u{200b}", " 2", "2\n"] {
        let by = change(&created(&json!({ "userIdentity": { "principalId": like, "secretId": like } }))).by;
        assert_eq!(by.voucher(&["2".to_owned(), like.to_owned()].into()), None, "{like:?}");
    }
    assert_eq!((by.voucher(&[].into()), Actor::default().voucher(&["2".to_owned()].into())), (None, None));
}

#[test]
fn a_time_without_a_zone_is_beijings_and_the_earlier_of_two_counts() {
    let six = Some("2026-11-24T06:00:00Z");
    for (told, around, expected) in [
        (json!(1_795_500_000), json!(1_795_500_060_000_i64), six),
        (json!("1795500000"), json!("1795500000999"), six),
        (json!("2026-11-24 14:00:00"), json!(1_795_500_000), six),
        (json!("2026-11-24 14:00:00"), json!(0), six),
        (json!("2026-11-24T06:00:00Z"), json!(null), six),
        (json!("2026-11-24T14:00:00+08:00"), json!(null), six),
        (json!("0000-00-00 00:00:00"), json!("1795500000000"), six),
        (json!(1_795_500_060), json!(1_795_500_000_000_i64), six),
        // Were it UTC after all, the event seems older, and never younger.
        (json!("2026-11-24 06:00:00"), json!(1_795_500_000_000_i64), Some("2026-11-23T22:00:00Z")),
        // An old record that was put on the bus again is as old as it says.
        (json!("2026-11-20 14:00:00"), json!(1_795_500_000_000_i64), Some("2026-11-20T06:00:00Z")),
        (json!("soon"), json!("later"), None),
    ] {
        let mut event = created(&json!({ "eventTime": told }));
        event["time"] = around.clone();
        assert_eq!(seen(&event).at.map(|at| at.to_string()).as_deref(), expected, "{told} in {around}");
    }
}

#[test]
fn what_a_record_does_not_tell_of_its_time_the_envelope_that_forwards_it_does() {
    let at = |event: &Value| seen(event).at.map(|at| at.to_string()).unwrap_or_default();
    let around = |detail: &Value| json!({ "source": "my.forwarder", "time": "2026-11-24T06:30:00Z", "detail": detail });
    for untold in [json!(null), json!("soon"), json!(0)] {
        let mut event = created(&json!({ "eventTime": untold }));
        event["time"] = untold;
        assert_eq!(at(&around(&event)), "2026-11-24T06:30:00Z", "{event}");
        assert_eq!(at(&around(&event["data"])), "2026-11-24T06:30:00Z", "{event}");
        assert_eq!(at(&event), "", "{event}");
    }
    let old = created(&json!({ "eventTime": "2026-11-20 14:00:00" }));
    assert_eq!((at(&around(&old)), at(&around(&old["data"]))), (at(&old), at(&old)), "it is as old as it says");
    let nameless = json!({ "eventID": null, "requestID": null, "eventTime": null });
    let bare = created(&nameless)["data"].clone();
    assert_eq!(seen(&around(&bare)).id, seen(&bare).id, "what forwards a record makes no other incident of it");
}

#[test]
fn an_address_that_is_masked_gives_way_to_the_sessions() {
    let session = json!({ "userIp": "203.0.113.9", "token": PLANTED[1] });
    for identity in [json!({ "sessionContext": session }), json!({ "sessionContext": session.to_string() })] {
        let event = created(&json!({ "sourceIPAddress": "113.*.*.*", "userIdentity": identity }));
        assert_eq!(seen(&event).address.map(|address| address.to_string()).as_deref(), Some("203.0.113.9"));
    }
    let broken = created(&json!({ "sourceIPAddress": "-", "userIdentity": { "sessionContext": "{" } }));
    assert_eq!(seen(&broken).address, None);
}

#[test]
fn without_an_event_id_the_request_the_envelope_or_the_deed_tells_it_from_others() {
    let id = |more: &Value| seen(&created(more)).id.as_str().to_owned();
    assert_eq!(id(&json!({ "eventID": "..." })), "tencent.cloudaudit:r-1");
    assert_eq!(id(&json!({ "eventID": "", "requestID": null })), "tencent.cloudaudit:ce-1");
    let bare = |time: i64| {
        let mut record = created(&json!({ "eventID": null, "requestID": null, "eventTime": time }))["data"].clone();
        record["responseElements"] = json!({ "CredentialSecret": PLANTED[0] });
        seen(&record).id
    };
    // Registers hold it: no other version may make another id of the same record.
    assert_eq!(bare(1_795_500_000).as_str(), "tencent.cloudaudit:sha256-b1a4b7b60694a4d069b1bc846cc7e961");
    assert_ne!(bare(1_795_500_000), bare(1_795_500_001));
    let enabled = |key: &str| {
        let request = json!({ "CredentialId": key, "NewStatus": "Enabled" });
        let mut event = updated("Enabled", &json!({ "eventID": "", "requestID": "...", "requestParameters": request }));
        event["id"] = json!("");
        seen(&event).id
    };
    assert_ne!(enabled(KEY), enabled("scimcred-un1tgbnt0s9k"), "each key has an incident of its own");
    assert_eq!(enabled(KEY), enabled(KEY));
}

#[test]
fn a_record_is_found_in_each_wrapper_and_cloud_trails_is_not_claimed() {
    let event = created(&json!({}));
    let expected = said(&event);
    let mut as_text = event.clone();
    as_text["data"] = Value::from(event["data"].to_string());
    for wrapped in [
        as_text,
        json!({ "EventList": [event] }),
        json!({ "EventList": [event.to_string()] }),
        json!({ "source": "my.forwarder", "detail": event }),
        json!({ "Events": [{ "CloudAuditEvent": event["data"].to_string(), "EventTime": "1795500001" }] }),
        event["data"].clone(),
    ] {
        assert_eq!(said(&wrapped), expected, "{wrapped}");
    }
    for other in [
        json!({ "eventName": "ConsoleLogin", "awsRegion": "us-east-1", "eventSource": "signin.amazonaws.com", "errorCode": "x" }),
        json!({ "eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com", "userIdentity": {} }),
        json!({ "source": "aws.signin", "detail": event }),
        json!({ "EventList": [] }),
        json!({ "events": {} }),
    ] {
        assert!(!is_claimed(is_own, &other), "{other}");
    }
}

#[test]
fn it_survives_tampered_events() {
    let answer = json!({ "responseElements": { "CredentialId": KEY, "CredentialSecret": PLANTED[0] } });
    let with_decoys = [created(&answer), updated("Enabled", &json!({})), updated("Disabled", &answer)];
    survives(is_own, &with_decoys, &[KEY, PUT]);
}
