//! Security Hub by table: what each sample says, the states that reverse the meaning, and what a person decides.

use serde_json::{Value, json};

use super::super::testing::{sample, survives, told, with};
use super::is_own;

const IMPORTED: &str = "ours_securityhub_imported_guardduty";
const CUSTOM: &str = "securityhub_custom_action_iam_access_key";

#[test]
fn the_samples_say_what_happened() {
    let id = "arn:aws:securityhub:us-east-1:111111111111:subscription/aws-foundational-security-best-practices/v/1.0.0";
    let iam3 = format!(
        "aws.securityhub:{id}/IAM.3/finding/882c084c-8772-446e-9c3b-e926c4a1a8ef · IAM.3 · Medium · test-admin2 · - · \
         2022-01-24T14:16:38.468Z · Outsider"
    );
    let iam8 = format!(
        "aws.securityhub:{id}/IAM.8/finding/7a04a6d5-07ec-4430-ab8f-67c0119b5acd · IAM.8 · Medium · sharrtest · - · \
         2021-07-21T10:22:17.088Z · Outsider"
    );
    let cases = [
        ("securityhub_finding_fsbp_iam3_access_key_90d", iam3.as_str()),
        ("securityhub_finding_fsbp_iam8_unused_credentials", iam8.as_str()),
        (
            CUSTOM,
            "aws.securityhub:arn:aws:guardduty:us-east-1:644160558196:detector/06b01209ca77b0865dd973df0355fc1e/finding/4cb5a629e9757b650d102f683cdbcd7b@2019-07-11T17:52:40Z#5a · \
             Unusual Behaviors/User/UnauthorizedAccess:IAMUser-ConsoleLogin · Medium · kapil · 208.115.85.104 · \
             2019-07-11T17:52:40Z · Authenticated",
        ),
        (
            IMPORTED,
            "aws.securityhub:arn:aws:guardduty:us-east-1:111122223333:detector/d1/finding/0c1 · \
             TTPs/Initial Access/UnauthorizedAccess:IAMUser-TorIPCaller · Low · mara · 198.51.100.31 · \
             2026-11-24T05:55:00Z · Authenticated",
        ),
        (
            "ours_securityhub_v2_guardduty",
            "aws.securityhub:arn:aws:guardduty:us-east-1:111122223333:detector/d1/finding/0d1 · \
             UnauthorizedAccess:IAMUser/TorIPCaller · High · mara · 198.51.100.31 · 2026-11-24T05:55:00Z · Authenticated",
        ),
    ];
    for (name, said) in cases {
        assert_eq!(told(&sample(name)), said, "{name}");
    }
}

/// One of the samples with these values in its first finding.
fn changed(name: &str, changes: &[(&str, Value)]) -> String {
    let ways: Vec<(String, Value)> =
        changes.iter().map(|(way, value)| (format!("/detail/findings/0{way}"), value.clone())).collect();
    let ways: Vec<(&str, Value)> = ways.iter().map(|(way, value)| (way.as_str(), value.clone())).collect();
    told(&with(sample(name), &ways))
}

#[test]
fn a_settled_finding_clears_the_incident_that_it_was() {
    let id = "aws.securityhub:arn:aws:guardduty:us-east-1:111122223333:detector/d1/finding/0c1";
    for status in ["SUPPRESSED", "RESOLVED", "resolved"] {
        let said = changed(IMPORTED, &[("/Workflow", json!({ "Status": status }))]);
        assert_eq!(said, format!("all clear of {id} at 2026-11-24T06:00:00Z"));
        assert!(told(&sample(IMPORTED)).starts_with(id));
    }
    let older = [("/Workflow", json!(null)), ("/WorkflowState", json!("RESOLVED"))];
    assert!(changed(IMPORTED, &older).starts_with("all clear of "));
    let plain = [("/Workflow", json!("resolved")), ("/WorkflowState", json!("NEW"))];
    assert!(changed(IMPORTED, &plain).starts_with("all clear of "), "also as a text");
    let passed = [("/Workflow", json!({ "Status": "RESOLVED" })), ("/Compliance", json!({ "Status": "PASSED" }))];
    assert!(changed(IMPORTED, &passed).starts_with("all clear of "), "Security Hub resolves a check that passes");
    for verdict in ["FALSE_POSITIVE", "BENIGN_POSITIVE", "false_positive"] {
        let said = changed(IMPORTED, &[("/VerificationState", json!(verdict))]);
        assert_eq!(said, format!("all clear of {id} at 2026-11-24T06:00:00Z"), "{verdict}");
    }
    for open in ["TRUE_POSITIVE", "UNKNOWN", "NOT_FALSE_POSITIVE", ""] {
        assert!(changed(IMPORTED, &[("/VerificationState", json!(open))]).ends_with("Authenticated"), "{open}");
    }
    let nameless = [("/Workflow", json!({ "Status": "RESOLVED" })), ("/Id", json!("..."))];
    assert!(changed(IMPORTED, &nameless).starts_with("nothing: a Security Hub finding without an Id"));
}

#[test]
fn an_imported_finding_that_is_not_open_is_nothing() {
    let cases = [
        (
            ("/RecordState", json!("ARCHIVED")),
            "it is archived, which says that it is out of date, not that it was false",
        ),
        (("/Compliance", json!({ "Status": "PASSED" })), "its check has passed"),
        (("/Compliance", json!({ "Status": "WARNING" })), "its check could not tell"),
        (("/Compliance", json!("PASSED")), "its check has passed"),
        (("/Workflow", json!({ "Status": "NOTIFIED" })), "its workflow is NOTIFIED, a person has passed it on"),
        (("/Sample", json!(true)), "it is a sample, nothing has happened"),
        (("/Title", json!("[SAMPLE] An API was invoked")), "it is a sample, nothing has happened"),
    ];
    for (change, why) in cases {
        assert_eq!(
            changed(IMPORTED, std::slice::from_ref(&change)),
            format!("nothing: this Security Hub finding is not open: {why}")
        );
    }
    for mark in [
        json!({ "aws/guardduty/service/additionalInfo/sample": "true" }),
        json!({ "additionalInfo": "{\"sample\":true}" }),
        json!({ "aws/guardduty/service/additionalInfo/value": "{\"threatName\":\"x\",\"sample\":true}" }),
        json!({ "additionalInfo/value": "{\"sample\":\"true\"}" }),
    ] {
        assert!(changed(IMPORTED, &[("/ProductFields", mark)]).ends_with("nothing has happened"));
    }
    let info = "aws/guardduty/service/additionalInfo";
    let none = json!({ format!("{info}/value"): "{\"sample\":false}", format!("{info}/type"): "default" });
    assert!(changed(IMPORTED, &[("/ProductFields", none)]).starts_with("aws.securityhub:"), "nothing marks it");
}

#[test]
fn a_custom_action_is_a_decision_about_a_finding_that_is_open() {
    let anybody =
        [("/Types", json!(["TTPs/Discovery/Recon:EC2-PortProbeUnprotectedPort"])), ("/WorkflowState", json!(null))];
    assert!(changed(CUSTOM, &anybody).ends_with("2019-07-11T17:52:40Z · Authenticated"), "whatever caused it");
    let passed_on = [("/Workflow", json!({ "Status": "NOTIFIED" }))];
    assert!(changed(CUSTOM, &passed_on).ends_with("Authenticated"), "the one who was told has decided");
    for over in [
        ("/Compliance", json!({ "Status": "PASSED" })),
        ("/Workflow", json!({ "Status": "SUPPRESSED" })),
        ("/Workflow", json!({ "Status": "RESOLVED" })),
        ("/VerificationState", json!("FALSE_POSITIVE")),
        ("/VerificationState", json!("BENIGN_POSITIVE")),
        ("/RecordState", json!("ARCHIVED")),
        ("/Sample", json!("true")),
    ] {
        let said = changed(CUSTOM, std::slice::from_ref(&over));
        assert!(
            said.starts_with("nothing: somebody chose this finding for a custom action, but it does not say"),
            "{said}"
        );
        assert!(said.ends_with("choose an open finding, or send this tool's own incident event"), "{said}");
    }
}

#[test]
fn each_custom_action_is_an_incident_of_its_own_by_its_time_and_the_action() {
    let id = |changes: &[(&str, Value)]| told(&with(sample(CUSTOM), changes)).split(" · ").next().unwrap().to_owned();
    let at = |time: &str| id(&[("/time", json!(time))]);
    let of = |action: &str| id(&[("/resources", json!([action]))]);
    let named = |action: &str| id(&[("/resources", json!([])), ("/detail/actionName", json!(action))]);
    assert_eq!(at("2026-11-24T06:00:00Z"), at("2026-11-24T06:00:00Z"), "the same event again");
    assert_ne!(at("2026-11-24T06:00:00Z"), at("2026-11-24T06:00:01Z"));
    assert_ne!(
        of("arn:aws:securityhub:us-east-1:1:action/custom/kill"),
        of("arn:aws:securityhub:us-east-1:1:action/custom/stop")
    );
    assert_ne!(named("kill"), named("stop"), "where no resource names it");
    let time = json!("2026-11-24T06:00:00.123Z");
    let long = |length: usize| id(&[("/detail/findings/0/Id", json!("f".repeat(length))), ("/time", time.clone())]);
    assert_eq!(long(135).len(), 175, "it leaves room for a time: {}", long(135));
    assert!(long(136).starts_with("aws.securityhub:sha256-"), "{}", long(136));
}

#[test]
fn several_findings_say_several_things() {
    let finding = sample(CUSTOM)["detail"]["findings"][0].clone();
    let second = with(finding.clone(), &[("/Id", json!("second")), ("/Severity", json!({ "Label": "CRITICAL" }))]);
    let said = told(&with(sample(CUSTOM), &[("/detail/findings", json!([finding, second, "third"]))]));
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].contains("finding/4cb5") && lines[1].starts_with("aws.securityhub:second@2019-"), "{said}");
    assert_eq!(lines[2..], ["nothing: Security Hub sent a finding that is no object"]);
}

#[test]
fn the_label_goes_before_the_number_and_the_number_has_its_bands() {
    let severity = |value| changed(IMPORTED, &[("/Severity", value)]).split(" · ").nth(2).unwrap().to_owned();
    let cases = [
        (json!({ "Label": "LOW", "Normalized": 40 }), "Low"),
        (json!({ "Label": "Unknown", "Normalized": "40" }), "Medium"),
        (json!({ "Normalized": 0 }), "Informational"),
        (json!({ "Normalized": 39 }), "Low"),
        (json!({ "Normalized": 89.0 }), "High"),
        (json!({ "Normalized": 90 }), "Critical"),
        (json!({ "Normalized": 101 }), "-"),
        (json!({ "Product": 8 }), "-"),
        (json!("HIGH"), "High"),
        (json!(null), "-"),
    ];
    for (value, said) in cases {
        assert_eq!(severity(value.clone()), said, "{value}");
    }
}

#[test]
fn of_an_imported_finding_s_cause_only_what_is_known_is_said() {
    let evidence = |changes: &[(&str, Value)]| changed(IMPORTED, changes).rsplit_once(" · ").unwrap().1.to_owned();
    assert_eq!(evidence(&[("/Types", json!(["TTPs/Discovery/Recon:EC2-PortProbeUnprotectedPort"]))]), "Outsider");
    assert_eq!(evidence(&[("/Types", json!([]))]), "Outsider");
    let another = json!("arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default");
    assert_eq!(evidence(&[("/ProductArn", another)]), "Outsider");
    let prefix = "aws/guardduty/service/action/awsApiCallAction";
    let failed =
        json!({ format!("{prefix}/api"): "ConsoleLogin", format!("{prefix}/errorCode"): "Failed authentication" });
    assert_eq!(evidence(&[("/ProductFields", failed)]), "Outsider");
    let called = json!({ "ActionType": "AWS_API_CALL", "AwsApiCallAction": { "Api": "ListUsers" } });
    let unseen = ("/ProductFields", json!({}));
    assert_eq!(evidence(&[unseen.clone(), ("/Action", called.clone())]), "Authenticated");
    assert_eq!(evidence(std::slice::from_ref(&unseen)), "Outsider", "it may have been a login that failed");
    let login = with(json!({ "Action": called }), &[("/Action/AwsApiCallAction/Api", json!("ConsoleLogin"))]);
    let failed = json!({ format!("{prefix}/errorCode"): "Failure" });
    assert_eq!(evidence(&[("/ProductFields", failed), ("/Action", login["Action"].clone())]), "Outsider");
    let login = [unseen.clone(), ("/Action", login["Action"].clone())];
    assert_eq!(evidence(&login), "Outsider", "a login that failed may have no code");
    let let_in = ("/Types", json!(["TTPs/UnauthorizedAccess:IAMUser-ConsoleLoginSuccess.B"]));
    assert_eq!(evidence(&[unseen.clone(), let_in]), "Authenticated", "its type says so");
    for like_it in ["product/acme/guardduty", "product/1/default:product/aws/guardduty", "product/aws/guardduty/x"] {
        let arn = json!(format!("arn:aws:securityhub:us-east-1::{like_it}"));
        assert_eq!(evidence(&[("/ProductArn", arn)]), "Outsider", "{like_it}");
    }
}

#[test]
fn a_call_to_a_bucket_is_authenticated_if_a_user_of_this_account_made_it_with_a_key() {
    let s3 = ("/Types", json!(["TTPs/Discovery/UnauthorizedAccess:S3-TorIPCaller"]));
    let of = |kind: &str, id: &str, key: &str| {
        let details =
            json!({ "AwsIamAccessKey": { "PrincipalType": kind, "PrincipalName": "mara", "AccessKeyId": key } });
        let key = json!({ "Type": "AwsIamAccessKey", "Id": id, "Details": details });
        let resources = json!([{ "Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b" }, key]);
        changed(IMPORTED, &[s3.clone(), ("/Resources", resources)]).rsplit_once(" · ").unwrap().1.to_owned()
    };
    assert_eq!(of("IAMUser", "AWS::IAM::AccessKey:AKIAIOSFODNN7EXAMPLE", ""), "Authenticated");
    assert_eq!(of("AssumedRole", "AWS::IAM::AccessKey:null", "ASIAIOSFODNN7EXAMPLE"), "Authenticated");
    for (kind, id) in [
        ("AWSAccount", "AWS::IAM::AccessKey:AKIAIOSFODNN7EXAMPLE"),
        ("", "AWS::IAM::AccessKey:AKIAIOSFODNN7EXAMPLE"),
        ("IAMUser", "AWS::IAM::AccessKey:null"),
        ("IAMUser", "AWS::IAM::AccessKey:"),
        ("IAMUser", ""),
    ] {
        assert_eq!(of(kind, id, "null"), "Outsider", "{kind} {id}");
    }
}

#[test]
fn a_call_of_another_account_or_without_a_credential_is_what_anybody_can_cause() {
    let of = |kind: &str, id: &str| {
        let details = json!({ "AwsIamAccessKey": { "PrincipalType": kind, "PrincipalName": "mara" } });
        let key = json!({ "Type": "AwsIamAccessKey", "Id": id, "Details": details });
        changed(IMPORTED, &[("/Resources", json!([key]))]).rsplit_once(" · ").unwrap().1.to_owned()
    };
    let (key, none) = ("AWS::IAM::AccessKey:ASIAIOSFODNN7EXAMPLE", "AWS::IAM::AccessKey:null");
    for (kind, id) in [("AWSAccount", key), ("WebIdentityUser", none), ("Unknown", none), ("", none)] {
        assert_eq!(of(kind, id), "Outsider", "{kind} {id}");
    }
    for (kind, id) in [("AssumedRole", key), ("IAMUser", none), ("Root", none), ("", key)] {
        assert_eq!(of(kind, id), "Authenticated", "{kind} {id}");
    }
    let nobody = ("/Resources", json!([{ "Type": "AwsS3Bucket", "Id": "arn:aws:s3:::b" }]));
    assert!(changed(IMPORTED, &[nobody]).ends_with("Authenticated"), "nothing is told of a caller");
    let caller = |user: Value| {
        let evidences = json!([{ "actor": { "user": user }, "api": { "operation": "AssumeRole" } }]);
        changed("ours_securityhub_v2_guardduty", &[("/evidences", evidences)]).rsplit_once(" · ").unwrap().1.to_owned()
    };
    assert_eq!(caller(json!({ "type": "AWSAccount", "credential_uid": "ASIAEXAMPLE" })), "Outsider");
    assert_eq!(caller(json!({ "type": "Unknown", "credential_uid": "" })), "Outsider");
    assert_eq!(caller(json!({ "type": "AssumedRole", "credential_uid": "ASIAEXAMPLE" })), "Authenticated");
    assert_eq!(caller(json!({ "type": "User", "credential_uid": "ASIAEXAMPLE" })), "Authenticated");
}

#[test]
fn an_attack_sequence_takes_a_credential_in_either_format_as_in_guarddutys_own() {
    for (kind, user, said) in [
        ("EKS-CompromisedCluster", json!({ "Name": "web", "CredentialUid": "ASIAEXAMPLE" }), "Authenticated"),
        ("EC2-CompromisedInstanceGroup", json!({ "Name": "web", "CredentialUid": "" }), "Outsider"),
    ] {
        let types = ("/Types", json!([format!("TTPs/AttackSequence:{kind}")]));
        let first = [types, ("/Detection", json!({ "Sequence": { "Actors": [{ "User": user }] } }))];
        assert!(changed(IMPORTED, &first).ends_with(said), "{kind}");
        let user = json!({ "name": "web", "type": "AssumedRole", "credential_uid": user["CredentialUid"] });
        let kind = ("/finding_info/types", json!([format!("AttackSequence:{}", kind.replacen('-', "/", 1))]));
        let second = [kind, ("/evidences", json!([{ "actor": { "user": user } }]))];
        assert!(changed("ours_securityhub_v2_guardduty", &second).ends_with(said), "{second:?}");
    }
}

#[test]
fn whoever_imports_findings_writes_in_the_name_of_no_other_product() {
    let of = |product: &str| {
        let product = json!(format!("arn:aws:securityhub:us-east-1:{product}"));
        let first = changed(IMPORTED, &[("/ProductArn", product.clone())]);
        let settled = changed(IMPORTED, &[("/ProductArn", product), ("/Workflow", json!({ "Status": "RESOLVED" }))]);
        let id = first.split(" · ").next().unwrap().to_owned();
        assert!(settled.starts_with(&format!("all clear of {id} at ")), "{settled}");
        id
    };
    let id = "arn:aws:guardduty:us-east-1:111122223333:detector/d1/finding/0c1";
    assert_eq!(of(":product/aws/guardduty"), format!("aws.securityhub:{id}"));
    let own = "product/111122223333/default";
    assert_eq!(of(&format!("111122223333:{own}")), format!("aws.securityhub:111122223333/default/{id}"));
    assert_eq!(of(":product/acme/scanner"), format!("aws.securityhub:acme/scanner/{id}"));
    let second = |product: &str| {
        let product = json!({ "name": "x", "uid": format!("arn:aws:securityhub:us-east-1:{product}") });
        changed("ours_securityhub_v2_guardduty", &[("/metadata/product", product)])
    };
    assert!(second(":productv2/acme/scanner").starts_with("aws.securityhub:acme/scanner/arn:aws:guardduty:"));
    let without = changed("ours_securityhub_v2_guardduty", &[("/metadata/product/uid", json!(null))]);
    assert!(without.starts_with("aws.securityhub:unknown/arn:aws:guardduty:"), "not in AWS's own name: {without}");
}

#[test]
fn who_calls_a_product_of_his_own_guardduty_is_not_believed_as_guardduty_is() {
    let evidence = |product: Value| {
        let said = changed("ours_securityhub_v2_guardduty", &[("/metadata/product", product)]);
        said.rsplit_once(" · ").unwrap().1.to_owned()
    };
    let arn = |product: &str| format!("arn:aws:securityhub:us-east-1:{product}");
    let named = |name: &str, uid: &str| json!({ "name": name, "uid": uid, "vendor_name": "AWS" });
    assert_eq!(evidence(named("x", &arn(":productv2/aws/guardduty"))), "Authenticated");
    for uid in
        [&*arn("111122223333:productv2/111122223333/default"), &*arn(":productv2/acme/guardduty"), "guardduty", ""]
    {
        assert_eq!(evidence(named("GuardDuty", uid)), "Outsider", "{uid}");
    }
}

#[test]
fn a_custom_action_on_a_finding_of_the_second_version_is_a_decision_as_well() {
    let second = "ours_securityhub_v2_guardduty";
    let chosen = |changes: &[(&str, Value)]| {
        let action = json!("arn:aws:securityhub:us-east-1:111122223333:action/custom/contain");
        let click = [
            ("/detail-type", json!("Security Hub Findings - Custom Action")),
            ("/resources", json!([action])),
            ("/time", json!("2026-11-24T09:00:00Z")),
        ];
        told(&with(sample(second), &[&click[..], changes].concat()))
    };
    let scan = [("/detail/findings/0/finding_info/types", json!(["Recon:EC2/Portscan"]))];
    let said = chosen(&scan);
    assert!(said.starts_with(
        "aws.securityhub:arn:aws:guardduty:us-east-1:111122223333:detector/d1/finding/0d1@2026-11-24T09:00:00Z#"
    ));
    assert!(
        said.ends_with(" · 2026-11-24T09:00:00Z · Authenticated"),
        "whatever caused it, as old as the click: {said}"
    );
    for over in [
        ("/detail/findings/0/status_id", json!(4)),
        ("/detail/findings/0/status_id", json!(5)),
        ("/detail/findings/0/verdict_id", json!(1)),
        ("/detail/findings/0/finding_info/title", json!("[SAMPLE] x")),
        ("/detail/findings/0/class_uid", json!(2003)),
    ] {
        let said = chosen(std::slice::from_ref(&over));
        assert!(
            said.starts_with("nothing: somebody chose this finding for a custom action, but it does not say"),
            "{over:?}: {said}"
        );
    }
}

#[test]
fn insights_and_empty_events_are_nothing() {
    let insight = json!({ "source": "aws.securityhub", "detail-type": "Security Hub Insight Results", "detail": { "insightName": "x" } });
    assert_eq!(
        told(&insight),
        "nothing: Security Hub tells of something, but no finding is in the event: Security Hub Insight Results"
    );
    let empty = json!({ "source": "aws.securityhub", "detail-type": "Security Hub Findings - Imported", "detail": { "findings": [] } });
    assert!(told(&empty).starts_with("nothing: Security Hub tells of something, but no finding is in the event"));
}

#[test]
fn the_second_version_s_state_is_read_as_ocsf_has_it() {
    let id = "aws.securityhub:arn:aws:guardduty:us-east-1:111122223333:detector/d1/finding/0d1";
    let said = changed("ours_securityhub_v2_guardduty", &[("/status", json!("Suppressed")), ("/status_id", json!(3))]);
    assert_eq!(said, format!("all clear of {id} at 2026-11-24T05:59:00Z"));
}

#[test]
fn it_survives_tampered_events() {
    survives(is_own, &[], &[]);
}
