//! OCSF by table: what each sample says, sign-ins that succeeded or not, and detections that are no longer open.

use serde_json::{Value, json};

use super::super::testing::{sample, survives, told, with};
use super::is_own;

const SIGN_IN: &str = "ocsf_authentication_3002_cloudtrail";

#[test]
fn the_samples_say_what_happened() {
    assert_eq!(
        told(&sample(SIGN_IN)),
        "ocsf:CloudTrail/fed06f42-cb12-4764-8c69-example · Authentication: Logon · Informational · anaya · 192.0.2.0 · \
         2023-11-10T16:24:34Z · Authenticated"
    );
    assert_eq!(
        told(&sample("ours_ocsf_export")),
        "ocsf:An-identity-provider/11111111-aaaa-4000-8000-000000000001 · Authentication: Logon · Informational · ada@example.com · 203.0.113.5 · \
         2026-11-24T06:00:00Z · Outsider\n\
         nothing: this OCSF event is the end of a session, not a sign-in\n\
         all clear of ocsf:alert-77 at 2026-11-24T06:00:00Z\n\
         nothing: this OCSF event is neither a sign-in (3002) nor a detection (2004) (Compliance Finding)"
    );
}

#[test]
fn lists_and_wrappers_are_read_alike() {
    let one = sample(SIGN_IN);
    let said = told(&one);
    let wrapped = [
        json!([one]),
        json!({ "value": [one] }),
        json!({ "Records": [one] }),
        json!({ "source": "custom.siem", "detail-type": "Alert", "detail": one }),
        json!({ "source": "custom.siem", "detail": { "data": { "events": [one] } } }),
        json!({ "source": "custom.siem", "detail": serde_json::to_string(&one).unwrap() }),
    ];
    for event in wrapped {
        assert_eq!(told(&event), said, "{event}");
    }
}

#[test]
fn the_class_is_told_by_either_number_as_number_or_text() {
    let class = |class_uid: Value, type_uid: Value| {
        told(&with(sample(SIGN_IN), &[("/class_uid", class_uid), ("/type_uid", type_uid)]))
    };
    let said = told(&sample(SIGN_IN));
    for (class_uid, type_uid) in
        [(json!("3002"), json!(null)), (json!(3002.0), json!(1)), (json!(null), json!("300201"))]
    {
        assert_eq!(class(class_uid, type_uid), said);
    }
    for (class_uid, type_uid) in [(json!(3001), json!(300101)), (json!(-3002), json!(null)), (json!(1e14), json!(null))]
    {
        assert!(class(class_uid, type_uid).starts_with("nothing: this OCSF event is neither"));
    }
    assert_eq!(class(json!(null), json!(null)), "not ours");
    assert_eq!(class(json!(3002.5), json!(null)), "not ours");
}

#[test]
fn only_what_certainly_succeeded_took_a_credential() {
    let status = |id: Value, word: Value| {
        let said = told(&with(sample(SIGN_IN), &[("/status_id", id), ("/status", word)]));
        said.rsplit_once(" · ").unwrap().1.to_owned()
    };
    assert_eq!(status(json!("1"), json!(null)), "Authenticated");
    assert_eq!(status(json!(null), json!("success")), "Authenticated");
    for (id, word) in [
        (json!(2), json!("Failure")),
        (json!(1), json!("Failure")),
        (json!(2), json!("Success")),
        (json!(99), json!("Success")),
        (json!(0), json!(null)),
        (json!(null), json!(null)),
    ] {
        assert_eq!(status(id.clone(), word.clone()), "Outsider", "{id} {word}");
    }
}

/// A detection, with these values in it.
fn detection(changes: &[(&str, Value)]) -> String {
    let event = json!({
        "class_uid": 2004, "activity_id": 1, "activity_name": "Create", "status_id": 1, "status": "New", "severity_id": 4,
        "time": 1_795_500_000_000_i64, "metadata": { "uid": "event-1", "product": { "name": "An EDR" } },
        "finding_info": { "uid": "alert-9", "title": "Stolen session", "types": ["Credential Access"] },
        "evidences": [{ "actor": { "user": { "email_addr": "ada@example.com" } }, "src_endpoint": { "ip": "203.0.113.5" } }],
        "resources": [{ "uid": "laptop-4" }]
    });
    told(&with(event, changes))
}

#[test]
fn a_detection_names_who_and_from_where_and_nobody_can_tell_who_caused_it() {
    assert_eq!(
        detection(&[]),
        "ocsf:An-EDR/alert-9 · Credential Access · High · ada@example.com · 203.0.113.5 · 2026-11-24T06:00:00Z · Outsider"
    );
    assert!(detection(&[("/evidences", json!(null))]).contains(" · laptop-4 · - · "));
    assert!(detection(&[("/finding_info/uid", json!(null))]).starts_with("ocsf:An-EDR/event-1 · "));
}

#[test]
fn a_guardduty_detection_is_judged_as_guardduty_s_own_events_are() {
    let product = ("/metadata/product", json!({ "name": "Amazon GuardDuty" }));
    let kind = |kind: &str| ("/finding_info/types", json!(["Other", kind]));
    assert!(detection(&[product.clone(), kind("UnauthorizedAccess:IAMUser/TorIPCaller")]).ends_with("Authenticated"));
    assert!(detection(&[product.clone(), kind("Recon:EC2/Portscan")]).ends_with("Outsider"));
    assert!(
        detection(&[kind("UnauthorizedAccess:IAMUser/TorIPCaller")]).ends_with("Outsider"),
        "anybody may write such a type"
    );
    let failed = json!([{ "api": { "operation": "ConsoleLogin", "response": { "error": "Failed authentication" } } }]);
    assert!(
        detection(&[product, kind("UnauthorizedAccess:IAMUser/TorIPCaller"), ("/evidences", failed)])
            .ends_with("Outsider")
    );
}

#[test]
fn a_detection_that_was_closed_or_settled_is_an_all_clear_of_itself() {
    for settled in [
        [("/activity_id", json!("3")), ("/status", json!("New"))],
        [("/activity_id", json!(null)), ("/activity_name", json!("close"))],
        [("/status_id", json!(3)), ("/status", json!(null))],
        [("/status_id", json!(null)), ("/status", json!("Resolved"))],
    ] {
        assert_eq!(detection(&settled), "all clear of ocsf:An-EDR/alert-9 at 2026-11-24T06:00:00Z");
    }
    let nameless = [("/status_id", json!(4)), ("/finding_info", json!({ "uid": "0000" })), ("/metadata", json!({}))];
    assert_eq!(
        detection(&nameless),
        "nothing: an OCSF detection was settled, but it has no finding_info.uid, so nobody can tell which it is"
    );
}

#[test]
fn a_detection_that_was_put_away_or_is_a_sample_is_nothing() {
    for (id, word) in [(json!(5), json!("Archived")), (json!(6), json!(null)), (json!(99), json!("False Positive"))] {
        let said = detection(&[("/status_id", id), ("/status", word)]);
        assert!(said.starts_with("nothing: this OCSF detection was archived, deleted or dismissed"), "{said}");
    }
    for sample in
        [("/finding_info/title", json!("[SAMPLE] Stolen session")), ("/unmapped", json!({ "sample": "true" }))]
    {
        assert_eq!(detection(&[sample]), "nothing: this OCSF detection is a sample: nothing has happened");
    }
}

#[test]
fn severities_go_by_number_and_else_by_word() {
    let severity = |id: Value, word: Value| {
        detection(&[("/severity_id", id), ("/severity", word)]).split(" · ").nth(2).unwrap().to_owned()
    };
    assert_eq!(severity(json!("3"), json!("High")), "Medium");
    assert_eq!(severity(json!(6), json!("x")), "Critical");
    assert_eq!(severity(json!(99), json!("Fatal")), "Critical");
    assert_eq!(severity(json!(0), json!("Unknown")), "-");
}

#[test]
fn it_survives_tampered_events() {
    survives(is_own, &[], &[]);
}
