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
         nothing: this OCSF event is neither a sign-in (3002) nor a detection (2004, 2001) (Compliance Finding)"
    );
}

#[test]
fn lists_and_wrappers_are_read_alike() {
    let one = sample(SIGN_IN);
    let said = told(&one);
    for event in [json!([one]), json!({ "value": [one] }), json!({ "Records": [one] }), json!({ "detail": one })] {
        assert_eq!(told(&event), said, "{event}");
    }
    for event in [
        json!({ "source": "custom.siem", "detail-type": "Alert", "detail": one }),
        json!({ "source": "custom.siem", "detail": { "data": { "events": [one] } } }),
        json!({ "source": "custom.siem", "detail": serde_json::to_string(&one).unwrap() }),
    ] {
        assert_eq!(told(&event), said.replace("ocsf:", "ocsf:custom.siem/"), "{event}");
    }
}

#[test]
fn no_sender_of_ocsf_writes_in_the_name_of_another_whatever_product_and_id_it_names() {
    let sent = |account: Value, source: &str, product: &str, id: &str| {
        let finding = json!({ "class_uid": 2004, "status_id": 4, "metadata": { "product": { "uid": product } },
                              "finding_info": { "uid": id } });
        let told =
            told(&json!({ "account": account, "source": source, "detail": { "data": { "events": [finding] } } }));
        told.strip_prefix("all clear of ").unwrap().split(" at ").next().unwrap().to_owned()
    };
    let (one, other) = (json!("111122223333"), json!("444455556666"));
    let own = sent(one.clone(), "ocsf.an-edr", "An EDR", "f");
    assert_eq!(own, "ocsf:111122223333/ocsf.an-edr/An-EDR/f");
    assert_eq!(sent(json!(111_122_223_333_u64), "ocsf.an-edr", "An EDR", "f"), own, "the account as a number");
    for (account, source, product, id) in [
        (&other, "ocsf.an-edr", "An EDR", "f"),
        (&one, "ocsf", "An EDR", "f"),
        (&one, "ocsf", "ocsf.an-edr/An EDR", "f"),
        (&one, "ocsf", "", "ocsf.an-edr/An-EDR/f"),
        (&one, "ocsf.an-edr/An-EDR", "", "f"),
        (&one, "ocsf.an-edr%2FAn-EDR", "", "f"),
        (&Value::Null, "ocsf", "111122223333/ocsf.an-edr/An EDR", "f"),
        (&Value::Null, "ocsf.an-edr", "An EDR", "f"),
    ] {
        assert_ne!(sent(account.clone(), source, product, id), own, "{account} {source} {product} {id}");
    }
    let (a, b) = (sent(one.clone(), "ocsf.a/b", "c", "f"), sent(one, "ocsf.a", "b/c", "f"));
    assert_ne!(a, b, "what is a source's, and what a product's");
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
fn only_what_certainly_succeeded_is_authenticated() {
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
        (json!(1), json!("Denied")),
    ] {
        assert_eq!(status(id.clone(), word.clone()), "Outsider", "{id} {word}");
    }
}

#[test]
fn a_success_that_the_sources_own_code_or_words_contradict_is_none() {
    let evidence = |key: &str, value: &Value| {
        let mut event = sample(SIGN_IN);
        event[key] = value.clone();
        told(&event).rsplit_once(" · ").unwrap().1.to_owned()
    };
    let codes = [json!(0), json!("0"), json!("0x0"), json!("0x00000000"), json!("200"), json!("SUCCESS"), json!("ok")];
    let nothing = [json!(null), json!(""), json!("-"), json!("N/A")];
    for code in codes.iter().chain(&nothing) {
        assert_eq!(evidence("status_code", code), "Authenticated", "{code}");
    }
    for code in [json!(50126), json!("50126"), json!("0xC000006D"), json!("401"), json!("FAILURE"), json!({})] {
        assert_eq!(evidence("status_code", &code), "Outsider", "{code}");
    }
    for detail in [json!("MFA requirement satisfied by claim in the token"), json!("Other."), json!(null)] {
        assert_eq!(evidence("status_detail", &detail), "Authenticated", "{detail}");
    }
    let documented =
        ["USER_DOES_NOT_EXIST", "INVALID_CREDENTIALS", "ACCOUNT_DISABLED", "ACCOUNT_LOCKED_OUT", "PASSWORD_EXPIRED"];
    for detail in documented.into_iter().chain(["Failed authentication", "invalid credentials"]) {
        assert_eq!(evidence("status_detail", &json!(detail)), "Outsider", "{detail}");
    }
    for (key, value, said) in [
        ("action_id", json!(1), "Authenticated"),
        ("action_id", json!(2), "Outsider"),
        ("action", json!("Allowed"), "Authenticated"),
        ("action", json!("Denied"), "Outsider"),
        ("disposition_id", json!(1), "Authenticated"),
        ("disposition_id", json!(17), "Authenticated"),
        ("disposition_id", json!(2), "Outsider"),
        ("disposition_id", json!("6"), "Outsider"),
        ("disposition_id", json!(23), "Outsider"),
        ("disposition", json!("Logged"), "Authenticated"),
        ("disposition", json!("Blocked"), "Outsider"),
    ] {
        assert_eq!(evidence(key, &value), said, "{key} {value}");
    }
}

#[test]
fn a_session_without_a_credential_is_what_anybody_can_have() {
    let evidence =
        |user: Value| told(&with(sample(SIGN_IN), &[("/user", user)])).rsplit_once(" · ").unwrap().1.to_owned();
    for nobody in [
        json!({ "name": "ANONYMOUS LOGON" }),
        json!({ "name": "NT AUTHORITY\\Anonymous Logon", "uid": "x" }),
        json!({ "name": "NT-AUTORITÄT\\ANONYMOUS-ANMELDUNG", "uid": "S-1-5-7" }),
        json!({ "name": "system:anonymous" }),
    ] {
        assert_eq!(evidence(nobody.clone()), "Outsider", "{nobody}");
    }
    assert_eq!(evidence(json!({ "name": "anonymous.jane", "uid": "S-1-5-71" })), "Authenticated");
}

#[test]
fn a_sign_in_is_judged_as_awss_own_record_of_it_is() {
    let signed_in = |changes: &[(&str, Value)]| told(&with(sample(SIGN_IN), changes));
    for outsiders in [
        ("/api/operation", json!("PasswordRecoveryRequested")),
        ("/api/response/error", json!("Failed authentication")),
        ("/activity_id", json!(6)),
        ("/activity_name", json!("Preauth")),
    ] {
        assert!(signed_in(std::slice::from_ref(&outsiders)).ends_with(" · Outsider"), "{outsiders:?}");
    }
    assert!(signed_in(&[("/api/operation", json!("UserAuthentication"))]).ends_with(" · Authenticated"));
    let step = signed_in(&[("/api/operation", json!("CheckMfa"))]);
    assert_eq!(step, "nothing: this OCSF event is a step of a sign-in or its end, not a sign-in: CheckMfa");
}

/// A detection, with these values in it.
fn detection(changes: &[(&str, Value)]) -> String {
    let event = json!({
        "class_uid": 2004, "activity_id": 1, "activity_name": "Create", "status_id": 1, "status": "New", "severity_id": 4,
        "time": 1_795_500_000_000_i64, "metadata": { "uid": "event-1", "product": { "name": "An EDR" } },
        "finding_info": { "uid": "alert-9", "title": "Stolen session", "types": ["Credential Access"] },
        "evidences": [{ "actor": { "user": { "email_addr": "ada@example.com" } }, "src_endpoint": { "ip": "203.0.113.5" },
                        "api": { "operation": "ListUsers" } }],
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
fn a_detection_without_an_id_is_known_by_its_record_and_nobody_calls_it_off() {
    let none = [("/finding_info/uid", json!(null)), ("/metadata/uid", json!(null))];
    let id = |changes: &[(&str, Value)]| {
        let said = detection(&[&none[..], changes].concat());
        said.split(" · ").next().unwrap().to_owned()
    };
    assert!(id(&[]).starts_with("ocsf:sha256-"), "{}", id(&[]));
    assert_eq!(id(&[]), id(&[]), "a second delivery is the same incident");
    assert_ne!(id(&[]), id(&[("/severity_id", json!(5))]), "what is told otherwise is another");
    let over = id(&[("/status_id", json!(3)), ("/status", json!("Suppressed"))]);
    assert!(over.starts_with("nothing: an OCSF detection was settled, but it has no finding_info.uid"), "{over}");
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
    let theirs = kind("UnauthorizedAccess:IAMUser/TorIPCaller");
    let arn = |end: &str| json!({ "name": "x", "uid": format!("arn:aws:securityhub:us-east-1::{end}") });
    for (named, evidence) in [
        (json!({ "name": "guardduty" }), "Authenticated"),
        (arn("productv2/aws/guardduty"), "Authenticated"),
        (arn("productv2/acme/guardduty"), "Outsider"),
        (json!({ "name": "GuardDuty", "uid": "guardduty" }), "Authenticated"),
        (json!({ "name": "GuardDuty", "uid": "arn:aws:securityhub:us-east-1:1:productv2/1/default" }), "Outsider"),
        (json!({ "name": "NotGuardDuty" }), "Outsider"),
        (json!({ "name": "My GuardDuty" }), "Outsider"),
    ] {
        assert!(detection(&[("/metadata/product", named.clone()), theirs.clone()]).ends_with(evidence), "{named}");
    }
    let failed = json!([{ "api": { "operation": "ConsoleLogin", "response": { "error": "Failed authentication" } } }]);
    assert!(
        detection(&[product.clone(), kind("UnauthorizedAccess:IAMUser/TorIPCaller"), ("/evidences", failed)])
            .ends_with("Outsider")
    );
    let unseen = ("/evidences", json!([{ "actor": { "user": { "name": "ada" } } }]));
    assert!(detection(&[product.clone(), theirs, unseen]).ends_with("Outsider"), "it may have been a login");
    let login = ("/evidences", json!([{ "api": { "operation": "ConsoleLogin" } }]));
    for (of, evidence) in [("TorIPCaller", "Outsider"), ("ConsoleLoginSuccess.B", "Authenticated")] {
        let said = detection(&[product.clone(), kind(&format!("UnauthorizedAccess:IAMUser/{of}")), login.clone()]);
        assert!(said.ends_with(evidence), "{said}");
    }
}

#[test]
fn a_detection_that_was_closed_or_settled_is_an_all_clear_of_itself() {
    for settled in [
        [("/activity_id", json!("3")), ("/status", json!("New"))],
        [("/activity_id", json!(null)), ("/activity_name", json!("close"))],
        [("/status_id", json!(3)), ("/status", json!(null))],
        [("/status_id", json!(null)), ("/status", json!("Resolved"))],
        [("/status_id", json!(99)), ("/status", json!("False positive"))],
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
    for (id, word) in [(json!(5), json!("Archived")), (json!(6), json!(null)), (json!(99), json!("Dismissed"))] {
        let said = detection(&[("/status_id", id), ("/status", word)]);
        assert!(said.starts_with("nothing: this OCSF detection was archived, deleted, dismissed"), "{said}");
    }
    for sample in
        [("/finding_info/title", json!("[SAMPLE] Stolen session")), ("/unmapped", json!({ "sample": "true" }))]
    {
        assert_eq!(detection(&[sample]), "nothing: this OCSF detection is a sample: nothing has happened");
    }
}

#[test]
fn a_verdict_ends_a_detection_only_where_it_was_none() {
    let of = |id: Value, word: Value| detection(&[("/verdict_id", id), ("/verdict", word)]);
    for (id, word) in [
        (json!(1), json!("x")),
        (json!("3"), json!("Disregard")),
        (json!(5), json!("x")),
        (json!(6), json!("Test")),
        (json!(99), json!("false positive")),
        (json!([]), json!("Benign")),
    ] {
        assert_eq!(of(id, word), "all clear of ocsf:An-EDR/alert-9 at 2026-11-24T06:00:00Z");
    }
    for (id, word) in [
        (json!(0), json!("Unknown")),
        (json!(2), json!("False Positive")),
        (json!(4), json!("Suspicious")),
        (json!(7), json!("Insufficient Data")),
        (json!(8), json!("Security Risk")),
        (json!(9), json!("Managed Externally")),
        (json!(99), json!("Escalated")),
    ] {
        assert_eq!(of(id.clone(), word), detection(&[]), "{id}");
    }
    let duplicate = detection(&[("/verdict_id", json!(10)), ("/activity_id", json!(3))]);
    assert!(duplicate.starts_with("nothing: this OCSF detection was archived, deleted, dismissed or told twice"));
}

#[test]
fn an_activity_that_is_missing_is_in_the_type() {
    let missing = |way: &'static str, name: &'static str, kind: i64| {
        [(way, json!(null)), (name, json!(null)), ("/type_uid", json!(kind))]
    };
    let of = |kind: i64| detection(&missing("/activity_id", "/activity_name", kind));
    assert_eq!(of(200_403), "all clear of ocsf:An-EDR/alert-9 at 2026-11-24T06:00:00Z");
    assert_eq!(of(200_401), detection(&[]));
    let sign_in = told(&with(sample(SIGN_IN), &missing("/activity_id", "/activity_name", 300_202)));
    assert_eq!(sign_in, "nothing: this OCSF event is the end of a session, not a sign-in");
}

/// A finding of the older class, as Security Lake has those of Security Hub, with these values in it.
fn older(changes: &[(&str, Value)]) -> String {
    let event = json!({
        "class_uid": 2001, "class_name": "Security Finding", "activity_id": 2, "type_uid": 200_102, "severity_id": 4,
        "status_id": 1, "state_id": 1, "state": "New", "time": 1_795_500_000_000_i64,
        "metadata": { "product": { "name": "GuardDuty", "vendor_name": "Amazon" } },
        "finding": {
            "uid": "arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/f", "title": "An API was invoked",
            "types": ["TTPs/Initial Access/UnauthorizedAccess:IAMUser-TorIPCaller"],
            "modified_time": 1_795_500_060_000_i64, "last_seen_time": 1_795_499_940_000_i64
        },
        "resources": [{ "type": "AwsIamAccessKey", "uid": "AWS::IAM::AccessKey:AKIA" }],
        "compliance": {}, "unmapped": { "RecordState": "ACTIVE" }
    });
    told(&with(event, changes))
}

#[test]
fn the_older_class_of_findings_is_read_as_well() {
    const ID: &str = "ocsf:GuardDuty/arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/f";
    let open = format!(
        "{ID} · TTPs/Initial Access/UnauthorizedAccess:IAMUser-TorIPCaller · High · AWS::IAM::AccessKey:AKIA · - · \
         2026-11-24T05:59:00Z · Outsider"
    );
    assert_eq!(older(&[]), open, "nothing shows that the call did not fail");
    assert_eq!(older(&[("/compliance/status", json!("FAILED"))]), open);
    for settled in [("/state_id", json!(3)), ("/state_id", json!("4")), ("/activity_id", json!(3))] {
        assert_eq!(older(&[settled]), format!("all clear of {ID} at 2026-11-24T06:01:00Z"));
    }
    assert!(older(&[("/state", json!("Resolved")), ("/state_id", json!(null))]).starts_with("all clear of "));
    let passed = older(&[("/compliance/status", json!("PASSED"))]);
    assert_eq!(passed, "nothing: this OCSF finding is a check that did not fail");
    let archived = older(&[("/unmapped/RecordState", json!("ARCHIVED"))]);
    assert!(archived.starts_with("nothing: this OCSF detection was archived"), "{archived}");
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
