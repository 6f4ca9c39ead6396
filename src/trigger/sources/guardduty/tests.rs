//! GuardDuty by table: what each sample says, the bands of severity, and which types an outsider can cause.

use serde_json::{Value, json};

use super::super::testing::{sample, survives, told, with};
use super::is_own;

#[test]
fn the_samples_say_what_happened() {
    let cases = [
        (
            "eventbridge_guardduty_iamuser_toripcaller",
            "nothing: this is one of GuardDuty's sample findings: nothing has happened",
        ),
        (
            "guardduty_finding_bare_high_severity",
            "aws.guardduty:eeb88ab56556eb7771b266670dddee5a · PrivilegeEscalation:IAMUser/AdministrativePermissions · \
             High · - · - · 2020-02-14T17:59:17Z · Authenticated",
        ),
        (
            "ours_guardduty_attack_sequence",
            "aws.guardduty:4cc9b1e07a9c4d6f8a2e0b7d5c3f1a99 · AttackSequence:IAM/CompromisedCredentials · Critical · john · \
             198.51.100.4 · 2026-11-24T05:58:00Z · Authenticated",
        ),
        (
            "ours_guardduty_answer_of_get_findings",
            "aws.guardduty:0b1 · UnauthorizedAccess:EC2/SSHBruteForce · Low · i-0123456789abcdef0 · 203.0.113.77 · \
             2026-11-24T05:31:00Z · Outsider\n\
             nothing: this is one of GuardDuty's sample findings: nothing has happened\n\
             nothing: this GuardDuty finding is archived: a person or a suppression rule has put it away",
        ),
    ];
    for (name, said) in cases {
        assert_eq!(told(&sample(name)), said, "{name}");
    }
}

/// The Tor sample as it would be if it were true.
fn tor() -> Value {
    with(sample("eventbridge_guardduty_iamuser_toripcaller"), &[("/detail/service/additionalInfo/sample", json!(null))])
}

#[test]
fn one_that_is_no_sample_names_user_and_address() {
    assert_eq!(
        told(&tor()),
        "aws.guardduty:36b01b60fc22bb4edb19d62d9899e953 · UnauthorizedAccess:IAMUser/TorIPCaller · Medium · \
         GeneratedFindingUserName · 198.51.100.0 · 2017-12-08T15:32:49Z · Authenticated"
    );
}

#[test]
fn a_later_telling_is_the_same_incident() {
    let later =
        [("/detail/updatedAt", json!("2017-12-09T00:00:00Z")), ("/detail/severity", json!(8)), ("/id", json!("other"))];
    let id = |event: &Value| told(event).split(' ').next().unwrap().to_owned();
    assert_eq!(id(&with(tor(), &later)), id(&tor()));
}

#[test]
fn samples_are_told_wherever_they_are_marked() {
    for info in [
        json!({ "sample": "true" }),
        json!("{\"sample\":true}"),
        json!({ "type": "default", "value": "{\"sample\":true}" }),
    ] {
        let event = with(tor(), &[("/detail/service/additionalInfo", info.clone())]);
        assert!(told(&event).contains("sample findings"), "{info}");
    }
    let titled = with(tor(), &[("/detail/title", json!("[SAMPLE] API GeneratedFindingAPIName was invoked"))]);
    assert!(told(&titled).contains("sample findings"));
    let named = with(tor(), &[("/detail/resource/accessKeyDetails/userName", json!("[SAMPLE] mara"))]);
    assert!(told(&named).contains("[SAMPLE] mara"), "a user's name makes no sample of a finding");
}

#[test]
fn severities_are_read_by_the_documented_bands() {
    let cases = [
        (json!(8), "High"),
        (json!(8.9), "High"),
        (json!("7"), "High"),
        (json!(9), "Critical"),
        (json!(10.0), "Critical"),
        (json!(6.9), "Medium"),
        (json!(4), "Medium"),
        (json!(3.9), "Low"),
        (json!(0.1), "Low"),
        (json!("MEDIUM"), "Medium"),
        (json!(0), "-"),
        (json!(-3), "-"),
        (json!(11), "-"),
        (json!(1e300), "-"),
        (json!("Unknown"), "-"),
        (json!(null), "-"),
    ];
    for (severity, said) in cases {
        let told = told(&with(tor(), &[("/detail/severity", severity.clone())]));
        assert_eq!(told.split(" · ").nth(2), Some(said), "{severity}");
    }
}

/// What the finding says of evidence if it is of this type and has these values besides.
fn evidence(kind: &str, changes: &[(&str, Value)]) -> String {
    let event = with(with(tor(), &[("/detail/type", json!(kind))]), changes);
    told(&event).rsplit_once(" · ").unwrap().1.to_owned()
}

#[test]
fn types_that_take_a_credential_are_told_from_those_that_anybody_can_cause() {
    let credential = [
        "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B",
        "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
        "CredentialAccess:IAMUser/CompromisedCredentials",
        "Policy:IAMUser/RootCredentialUsage",
        "Stealth:S3/ServerAccessLoggingDisabled",
        "Policy:S3/BucketPublicAccessGranted",
        "CredentialAccess:RDS/AnomalousBehavior.SuccessfulBruteForce",
        "AttackSequence:S3/CompromisedData",
    ];
    let anybody = [
        "Recon:EC2/PortProbeUnprotectedPort",
        "UnauthorizedAccess:EC2/RDPBruteForce",
        "Impact:EC2/PortSweep",
        "CryptoCurrency:EC2/BitcoinTool.B!DNS",
        "Execution:Runtime/NewBinaryExecuted",
        "Object:S3/MaliciousFile",
        "CredentialAccess:RDS/AnomalousBehavior.FailedLogin",
        "Discovery:Kubernetes/SuccessfulAnonymousAccess",
        "AttackSequence:EC2/CompromisedInstanceGroup",
        "Something:New/OfNextYear",
        "IAMUser",
    ];
    let of = |caller: Value| [("/detail/resource/accessKeyDetails", caller)];
    let own = of(json!({ "userType": "IAMUser", "accessKeyId": "AKIAEXAMPLE" }));
    let stranger = of(json!({ "userType": "AWSAccount", "accessKeyId": "AKIAEXAMPLE" }));
    for kind in credential {
        assert_eq!(evidence(kind, &own), "Authenticated", "{kind}");
    }
    for kind in credential.iter().filter(|kind| !kind.contains(":IAMUser/")) {
        assert_eq!(evidence(kind, &stranger), "Authenticated", "{kind}");
    }
    for kind in anybody {
        assert_eq!(evidence(kind, &stranger), "Outsider", "{kind}");
    }
}

#[test]
fn a_call_of_another_account_or_without_a_credential_is_what_anybody_can_cause() {
    let of = |caller: Value, api: &str, error: &str| {
        let call = json!({ "awsApiCallAction": { "api": api, "errorCode": error } });
        let changes = [("/detail/resource/accessKeyDetails", caller), ("/detail/service/action", call)];
        evidence("UnauthorizedAccess:IAMUser/TorIPCaller", &changes)
    };
    let caller = |kind: &str, key: &str| json!({ "userType": kind, "accessKeyId": key, "userName": "mara" });
    for (kind, key, api, error) in [
        ("AWSAccount", "ASIAEXAMPLE", "AssumeRole", "AccessDenied"),
        ("AWSAccount", "", "AssumeRole", ""),
        ("AWSService", "ASIAEXAMPLE", "AssumeRole", ""),
        ("WebIdentityUser", "", "AssumeRoleWithWebIdentity", "AccessDenied"),
        ("SAMLUser", "", "AssumeRoleWithSAML", "AccessDenied"),
        ("Unknown", "", "GetId", ""),
        ("", "", "GetId", ""),
    ] {
        assert_eq!(of(caller(kind, key), api, error), "Outsider", "{kind} {api}");
    }
    for (kind, key) in [
        ("IAMUser", "AKIAEXAMPLE"),
        ("AssumedRole", "ASIAEXAMPLE"),
        ("AssumedRole", ""),
        ("Role", ""),
        ("FederatedUser", "ASIAEXAMPLE"),
        ("Root", ""),
        ("IdentityCenterUser", "ASIAEXAMPLE"),
        ("", "ASIAEXAMPLE"),
    ] {
        assert_eq!(of(caller(kind, key), "ListUsers", "AccessDenied"), "Authenticated", "{kind}");
    }
    assert_eq!(of(json!(null), "ListUsers", ""), "Authenticated", "nothing is told of the caller, as in the sample");
}

#[test]
fn a_console_login_is_authenticated_only_where_the_type_says_that_somebody_was_let_in() {
    let of_type = |kind: &str, api: &str, error: Value| {
        let call = json!({ "awsApiCallAction": { "api": api, "errorCode": error } });
        evidence(kind, &[("/detail/service/action", call)])
    };
    let call = |api: &str, error: Value| of_type("UnauthorizedAccess:IAMUser/TorIPCaller", api, error);
    assert_eq!(call("ConsoleLogin", json!("Failed authentication")), "Outsider");
    for unsaid in [json!(""), json!(null)] {
        assert_eq!(call("ConsoleLogin", unsaid.clone()), "Outsider", "a login that failed may have no code");
        assert_eq!(call("", unsaid.clone()), "Outsider", "it may have been a login");
        assert_eq!(call("ListUsers", unsaid.clone()), "Authenticated");
        for kind in ["UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B", "UnauthorizedAccess:IAMUser/ConsoleLogin"] {
            assert_eq!(of_type(kind, "ConsoleLogin", unsaid.clone()), "Authenticated", "{kind}");
            assert_eq!(of_type(kind, "ConsoleLogin", json!("Failed authentication")), "Outsider", "{kind}");
        }
    }
    assert_eq!(
        call("DeleteUser", json!("AccessDenied")),
        "Authenticated",
        "the credential was good, its rights were not"
    );
}

#[test]
fn buckets_and_clusters_are_judged_by_who_called() {
    let key = |kind: &str, key: &str| {
        [("/detail/resource/accessKeyDetails", json!({ "userType": kind, "accessKeyId": key }))]
    };
    let bucket = "Discovery:S3/TorIPCaller";
    assert_eq!(evidence(bucket, &key("IAMUser", "AKIAEXAMPLE")), "Authenticated");
    assert_eq!(evidence(bucket, &key("IAMUser", "")), "Outsider");
    assert_eq!(evidence(bucket, &key("AWSAccount", "AKIAEXAMPLE")), "Outsider");
    let user =
        |name: &str| [("/detail/resource/kubernetesDetails", json!({ "kubernetesUserDetails": { "username": name } }))];
    let cluster = "CredentialAccess:Kubernetes/MaliciousIPCaller";
    assert_eq!(evidence(cluster, &user("deployer")), "Authenticated");
    assert_eq!(evidence(cluster, &user("system:anonymous")), "Outsider");
    let actors = json!({ "sequence": { "actors": [{ "user": { "name": "web", "credentialUid": "ASIAEXAMPLE" } }] } });
    assert_eq!(
        evidence("AttackSequence:EKS/CompromisedCluster", &[("/detail/service/detection", actors)]),
        "Authenticated"
    );
}

#[test]
fn the_far_end_of_an_outgoing_connection_is_not_where_it_came_from() {
    let action = |direction: &str| json!({ "networkConnectionAction": { "connectionDirection": direction, "remoteIpDetails": { "ipAddressV4": "203.0.113.9" } } });
    let address =
        |action| told(&with(tor(), &[("/detail/service/action", action)])).split(" · ").nth(4).unwrap().to_owned();
    assert_eq!(address(action("INBOUND")), "203.0.113.9");
    assert_eq!(address(action("OUTBOUND")), "-");
    let probe = json!({ "portProbeAction": { "portProbeDetails": [{ "remoteIpDetails": { "ipAddressV4": "0.0.0.0", "ipAddressV6": "2001:db8::9" } }] } });
    assert_eq!(address(probe), "2001:db8::9");
}

#[test]
fn other_events_of_the_service_are_nothing() {
    let other = json!({ "source": "aws.guardduty", "detail-type": "AWS API Call via CloudTrail", "detail": { "eventName": "CreateFilter" } });
    assert_eq!(told(&other), "nothing: GuardDuty tells of something else than a finding: AWS API Call via CloudTrail");
    let empty = json!({ "source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": "{not json" });
    assert_eq!(told(&empty), "nothing: no GuardDuty finding is in the event");
}

#[test]
fn a_call_of_put_events_is_read_too() {
    let detail = serde_json::to_string(&tor()["detail"]).unwrap();
    let call =
        json!({ "Entries": [{ "Source": "aws.guardduty", "DetailType": "GuardDuty Finding", "Detail": detail }] });
    assert_eq!(told(&call), told(&tor()));
}

#[test]
fn it_survives_tampered_events() {
    survives(is_own, &[], &[]);
}
