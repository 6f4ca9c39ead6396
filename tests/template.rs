//! template.yaml against the program: which events its rules let through, by the sample events and the program's own
//! matcher, and which kinds of events its two functions take.
//!
//! The rules' patterns stand in the YAML as JSON, so that no parser of YAML is needed to read them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::{self, Kind};
use serde_json::{Value, json};

const TEMPLATE: &str = include_str!("../template.yaml");
const README: &str = include_str!("../README.md");

/// The resources of one type, by their names, each as it is written.
fn resources(kind: &str) -> BTreeMap<&'static str, &'static str> {
    let of_resources = TEMPLATE.split("\nResources:\n").nth(1).unwrap().split("\nOutputs:\n").next().unwrap();
    let mut found = BTreeMap::new();
    let mut starts: Vec<usize> = of_resources.match_indices("\n    Type: ").map(|(at, _)| at).collect();
    starts.push(of_resources.len());
    for pair in starts.windows(2) {
        let name = of_resources[..pair[0]].rsplit('\n').next().unwrap().trim().trim_end_matches(':');
        let body = &of_resources[pair[0]..pair[1]];
        if body.trim_start().lines().next() == Some(&format!("Type: {kind}")) {
            found.insert(name, body);
        }
    }
    found
}

/// The pattern of each rule, by the rule's name.
fn patterns() -> BTreeMap<&'static str, Value> {
    let pattern = |body: &str| {
        let text = body.split("EventPattern:").nth(1).unwrap();
        serde_json::Deserializer::from_str(text).into_iter().next().unwrap().unwrap()
    };
    resources("AWS::Events::Rule").into_iter().map(|(name, body)| (name, pattern(body))).collect()
}

/// A policy that has a rule for each rule of the template, with its pattern.
fn as_policy(patterns: &BTreeMap<&str, Value>) -> Policy {
    let rules: Vec<Value> = patterns
        .iter()
        .map(|(name, pattern)| {
            json!({ "id": name.to_lowercase(), "on": pattern, "when": { "created_since_incident": "2h" }, "then": "disable" })
        })
        .collect();
    let policy = json!({
        "version": 1, "mode": "report", "rules": rules,
        "accounts": [{ "name": "acme", "site": "intl", "zone": "auto", "secret": "env" }],
    });
    Policy::parse(policy.to_string().as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn sample(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events").join(file);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A record as the bus has it.
fn on_the_bus(source: &str, kind: &str, detail: Value) -> Value {
    json!({ "version": "0", "id": "0", "source": source, "detail-type": kind, "account": "111122223333",
            "time": "2026-11-24T06:00:00Z", "region": "us-east-1", "resources": [], "detail": detail })
}

/// The samples that come, or would come, through a rule; those that are bare as their source puts them on the bus.
fn coming_through() -> Vec<(&'static str, &'static str, Value)> {
    let as_it_is = |rule, file| (rule, file, sample(file));
    let sign_in = "AWS Console Sign In via CloudTrail";
    let imported = "Security Hub Findings - Imported";
    let wrapped = |rule, file, source, kind, detail: fn(Value) -> Value| {
        (rule, file, on_the_bus(source, kind, detail(sample(file))))
    };
    let record = |record| record;
    let finding = |finding| json!({ "findings": [finding] });
    let forwarded = |file, source| wrapped("Forwarded", file, source, "Record", record);
    let okta = |file| wrapped("Okta", file, "aws.partner/okta.com/example/scim", "SystemLog", record);
    vec![
        as_it_is("SignIn", "eventbridge_console_signin_failure.json"),
        as_it_is("SignIn", "ours_signin_identity_center.json"),
        as_it_is("SignIn", "ours_signin_root.json"),
        as_it_is("SignIn", "unverified_signin_federate.json"),
        wrapped("SignIn", "cloudtrail_consolelogin_no_mfa.json", "aws.signin", sign_in, record),
        as_it_is("GuardDuty", "eventbridge_guardduty_iamuser_toripcaller.json"),
        as_it_is("GuardDuty", "ours_guardduty_attack_sequence.json"),
        as_it_is("Health", "eventbridge_awshealth_risk_credentials_exposed.json"),
        as_it_is("SecurityHub", "ours_securityhub_imported_guardduty.json"),
        as_it_is("SecurityHub", "ours_securityhub_v2_guardduty.json"),
        wrapped(
            "SecurityHub",
            "securityhub_finding_fsbp_iam3_access_key_90d.json",
            "aws.securityhub",
            imported,
            finding,
        ),
        wrapped(
            "SecurityHub",
            "securityhub_finding_fsbp_iam8_unused_credentials.json",
            "aws.securityhub",
            imported,
            finding,
        ),
        as_it_is("SecurityHubAction", "securityhub_custom_action_iam_access_key.json"),
        as_it_is("Okta", "unverified_okta_eventbridge_risk.json"),
        okta("okta_system_api_token_create.json"),
        okta("unverified_okta_feedback_false_positive.json"),
        forwarded("entra_graph_riskdetection.json", "entra"),
        forwarded("entra_graph_riskyuser.json", "entra"),
        forwarded("entra_high_risk_signin.json", "entra"),
        forwarded("entra_signin_risklevel_during_signin.json", "entra"),
        forwarded("unverified_entra_riskyuser_confirmed.json", "entra"),
        forwarded("ocsf_authentication_3002_cloudtrail.json", "ocsf"),
        forwarded("ocsf_authentication_3002_cloudtrail.json", "ocsf.an-edr"),
        forwarded("unverified_cloudaudit_create_scim_credential.json", "organization.cloud.tencent"),
    ]
}

/// The rules that let an event through.
fn let_through(policy: &Policy, event: &Value) -> Vec<String> {
    policy.rules().matching(event).into_iter().map(|found| found.rule.id.to_string()).collect()
}

#[test]
fn every_sample_of_a_source_comes_through_its_rule_and_through_no_other() {
    let patterns = patterns();
    let policy = as_policy(&patterns);
    let mut tried = BTreeSet::new();
    for (rule, file, event) in coming_through() {
        assert_eq!(let_through(&policy, &event), [rule.to_lowercase()], "{file}");
        tried.insert(rule);
    }
    assert_eq!(tried, patterns.keys().copied().collect(), "a rule has no sample");
}

#[test]
fn what_comes_through_is_read_as_an_incident_or_as_an_all_clear() {
    let policy = as_policy(&patterns());
    let now = Timestamp::parse_rfc3339("2026-11-24T06:00:05Z").unwrap();
    for (_, file, event) in coming_through() {
        let kind = trigger::read(event.to_string().as_bytes(), &policy, now).unwrap().kind();
        // The one that says so itself is a sample finding: nothing has happened.
        let is_sample = file == "eventbridge_guardduty_iamuser_toripcaller.json";
        assert_eq!(kind, (!is_sample).then_some(Kind::Incident), "{file}");
    }
}

/// CloudAudit's record of this action in each form in which it may come: as it is sent, and as it may be forwarded; also as
/// a text, and one that cannot be read.
fn forms_of_a_record(action: &str) -> Vec<Value> {
    let mut sent = sample("unverified_cloudaudit_create_scim_credential.json");
    sent["data"]["eventName"] = json!(action);
    let record = sent["data"].clone();
    let of_the_api = json!({ "EventId": "1", "EventName": action, "EventTime": "1795500000", "ErrorCode": 0,
                             "CloudAuditEvent": record.to_string() });
    let with = |data: String| {
        let mut event = sent.clone();
        event["data"] = data.into();
        event
    };
    let (text, broken) = (with(record.to_string()), with(record.to_string().replace('}', "")));
    let forwarded = |detail: &Value| on_the_bus("organization.cloud.tencent", "Record", detail.clone());
    let forwarded = [&sent, &text, &broken, &record, &of_the_api].map(forwarded);
    [sent, text, broken].into_iter().chain(forwarded).collect()
}

#[test]
fn the_presets_rule_on_new_keys_asks_for_a_record_in_each_form_that_the_stack_lets_through_and_the_program_reads() {
    let now = Timestamp::parse_rfc3339("2026-11-24T06:00:05Z").unwrap();
    let (patterns, presets) = (patterns(), ["policies/contain.json", "demo/incident-policy.json"]);
    let stack = as_policy(&patterns);
    let mut coming = Vec::new();
    for event in ["CreateSCIMCredential", "UpdateSCIMCredentialStatus"].into_iter().flat_map(forms_of_a_record) {
        for preset in presets {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(preset);
            let policy = Policy::parse(&fs::read(path).unwrap()).unwrap_or_else(|problems| panic!("{problems:?}"));
            assert_eq!(let_through(&policy, &event), ["new-key"], "{preset}: {event}");
            let kind = trigger::read(event.to_string().as_bytes(), &policy, now).unwrap().kind();
            assert_eq!(kind, Some(Kind::Incident), "{preset}: {event}");
        }
        if event.get("detail").is_some() {
            assert_eq!(let_through(&stack, &event), ["forwarded"], "{event}");
            coming.push(event);
        }
    }
    // Each alternative that the stack has for CloudAudit is one of these forms: a new one has to be tried here as well.
    let senders = patterns["Forwarded"]["$or"].as_array().unwrap();
    let audit = senders.iter().find(|sender| sender["source"][0]["suffix"] == ".cloud.tencent").unwrap();
    let alternatives = audit["detail"]["$or"].as_array().unwrap();
    for alternative in alternatives {
        let only = json!({ "source": audit["source"], "detail": alternative });
        let policy = as_policy(&BTreeMap::from([("only", only)]));
        assert!(coming.iter().any(|event| !let_through(&policy, event).is_empty()), "{alternative}");
    }
}

#[test]
fn of_other_records_the_presets_rule_on_new_keys_asks_for_those_that_cannot_be_read() {
    let preset = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/contain.json")).unwrap();
    let policy = Policy::parse(&preset).unwrap_or_else(|problems| panic!("{problems:?}"));
    let now = Timestamp::parse_rfc3339("2026-11-24T06:00:05Z").unwrap();
    let mut sent = sample("unverified_cloudaudit_create_scim_credential.json");
    sent["data"] = json!("{\"a\": \"b\" \"c\"}");
    let cut = [sent.clone(), on_the_bus("organization.cloud.tencent", "Record", sent)];
    for event in forms_of_a_record("ConsoleLogin").into_iter().chain(cut) {
        let inside = event.get("detail").unwrap_or(&event);
        let text = inside["data"].as_str();
        let is_broken = text.is_some_and(|text| serde_json::from_str::<Value>(text).is_err());
        let kind = trigger::read(event.to_string().as_bytes(), &policy, now).unwrap().kind();
        assert_eq!(kind == Some(Kind::Incident), is_broken, "{event}");
    }
}

/// One of Okta's log, by its type.
fn okta_event(kind: &'static str, debug_context: Value) -> (&'static str, &'static str, &'static str, Value) {
    let detail = json!({ "eventType": kind, "debugContext": debug_context });
    (kind, "aws.partner/okta.com/example/scim", "SystemLog", detail)
}

#[test]
fn of_oktas_logins_all_come_through_but_those_whose_risk_is_low() {
    let policy = as_policy(&patterns());
    for (risk, comes) in [
        (json!({ "risk": "{reasons=New Device, previousLevel=LOW, level=HIGH}" }), true),
        (json!({ "risk": "{level=MEDIUM}" }), true),
        (json!({ "risk": "{reasons=level=LOW, level=HIGH}" }), true),
        (json!({ "risk": "{level=LOW, reasons=New Device}" }), false),
        (json!({}), true),
        (json!({ "risk": "{reasons=Anomalous Location, level=LOW}" }), false),
    ] {
        let (_, source, kind, detail) = okta_event("user.session.start", json!({ "debugData": risk }));
        let through = let_through(&policy, &on_the_bus(source, kind, detail));
        assert_eq!(through, if comes { vec!["okta"] } else { vec![] }, "{risk}");
        let lower = json!({ "eventtype": "user.session.start", "debugcontext": { "debugData": risk } });
        let through = let_through(&policy, &on_the_bus(source, kind, lower));
        assert_eq!(through, if comes { vec!["okta"] } else { vec![] }, "{risk}, in small letters");
    }
}

/// Forms in which a record may come beside that of the samples, as `said` reads them all.
fn other_forms() -> Vec<(&'static str, Value)> {
    let at = "2026-11-24T06:00:00Z";
    let okta = |detail| ("Okta", on_the_bus("aws.partner/okta.com/example/scim", "SystemLog", detail));
    let entra = |detail| ("Forwarded", on_the_bus("entra", "Record", detail));
    let ocsf = |detail| ("Forwarded", on_the_bus("ocsf", "Record", detail));
    let audit = |detail| ("Forwarded", on_the_bus("organization.cloud.tencent", "Record", detail));
    let without = |file: &str, key: &str| {
        let mut record = sample(file);
        record.as_object_mut().unwrap().remove(key).unwrap();
        record
    };
    let with = |mut record: Value, key: &str, value: Value| {
        record[key] = value;
        record
    };
    let lower: serde_json::Map<String, Value> = sample("okta_system_api_token_create.json")
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| (key.to_lowercase(), value.clone()))
        .collect();
    let record = &sample("unverified_cloudaudit_create_scim_credential.json")["data"];
    let sign_in = "ocsf_authentication_3002_cloudtrail.json";
    let finding = |kind: &str, resource: &str| {
        let mut event = sample("ours_securityhub_imported_guardduty.json");
        event["detail"]["findings"][0]["Types"] = json!([kind]);
        event["detail"]["findings"][0]["Resources"] = json!([{ "Type": resource, "Id": "x" }]);
        ("SecurityHub", event)
    };
    let root = |name: &str| {
        let mut event = sample("ours_signin_root.json");
        event["detail"]["eventName"] = json!(name);
        event["detail"]["responseElements"] = json!({ name: "Success" });
        ("SignIn", event)
    };
    let mut chosen = sample("ours_securityhub_v2_guardduty.json");
    chosen["detail-type"] = json!("Security Hub Findings - Custom Action");
    let mut of_account = sample("ours_securityhub_v2_guardduty.json");
    of_account["detail"]["findings"][0]["resources"] = json!([{ "type": "AWS::::Account", "uid": "1" }]);
    vec![
        okta(Value::Object(lower)),
        entra(
            json!({ "Category": "UserRiskEvents", "Id": "d", "RiskEventType": "anomalousToken", "RiskState": "atRisk",
                      "RiskLevel": "high", "DetectedDateTime": at }),
        ),
        entra(json!({ "Category": "SignInLogs", "Id": "s", "ResultType": "0", "RiskState": "none",
                      "RiskLevelDuringSignIn": "high", "CreatedDateTime": at })),
        entra(
            json!({ "id": "s", "riskLevelDuringSignIn": "high", "createdDateTime": at, "status": { "errorCode": 0 } }),
        ),
        ocsf(with(sample(sign_in), "class_uid", json!("3002"))),
        ocsf(without(sign_in, "class_uid")),
        ocsf(with(without(sign_in, "class_uid"), "type_uid", json!("300201"))),
        audit(record.clone()),
        audit(json!({ "EventId": "1", "EventName": "CreateSCIMCredential", "EventTime": "1795500000",
                      "CloudAuditEvent": record.to_string() })),
        finding("TTPs/Initial Access/UnauthorizedAccess:IAMUser-TorIPCaller", "AwsIamRole"),
        finding("TTPs/Policy/Policy:IAMUser-RootCredentialUsage", "AwsAccount"),
        finding("TTPs/AttackSequence:IAM-CompromisedCredentials", "Other"),
        ("SecurityHub", of_account),
        ("SecurityHubAction", chosen),
        root("EmailUpdated"),
        root("PasswordRecoveryCompleted"),
        root("PasswordUpdated"),
        ("SignIn", on_the_bus("aws.signin", "Sign-in Anomaly Alert", json!({ "anything": 1 }))),
    ]
}

#[test]
fn a_record_comes_through_in_each_form_in_which_it_is_read() {
    let policy = as_policy(&patterns());
    let now = Timestamp::parse_rfc3339("2026-11-24T06:00:05Z").unwrap();
    for (rule, event) in other_forms() {
        assert_eq!(let_through(&policy, &event), [rule.to_lowercase()], "{event}");
        let kind = trigger::read(event.to_string().as_bytes(), &policy, now).unwrap().kind();
        assert_eq!(kind, Some(Kind::Incident), "{event}");
    }
}

/// States in which Security Hub may have a finding, in both of its formats.
fn states_of_a_finding() -> Vec<(&'static str, Value)> {
    let (first, second) = ("ours_securityhub_imported_guardduty.json", "ours_securityhub_v2_guardduty.json");
    let workflow = |word: &str| (first, json!({ "Workflow": { "Status": word } }));
    let check = |word: &str, workflow: &str| {
        (first, json!({ "Compliance": { "Status": word }, "Workflow": { "Status": workflow } }))
    };
    let archived = |more: Value| {
        let mut state = json!({ "RecordState": "ARCHIVED" });
        state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        (first, state)
    };
    vec![
        workflow("NEW"),
        workflow("NOTIFIED"),
        workflow("RESOLVED"),
        workflow("SUPPRESSED"),
        (first, json!({ "Workflow": {} })),
        (first, json!({ "VerificationState": "FALSE_POSITIVE" })),
        (first, json!({ "VerificationState": "BENIGN_POSITIVE", "Workflow": { "Status": "NOTIFIED" } })),
        (first, json!({ "VerificationState": "TRUE_POSITIVE" })),
        archived(json!({})),
        archived(json!({ "Workflow": { "Status": "SUPPRESSED" } })),
        archived(json!({ "VerificationState": "FALSE_POSITIVE" })),
        check("FAILED", "NEW"),
        check("PASSED", "NEW"),
        check("PASSED", "RESOLVED"),
        check("WARNING", "NEW"),
        check("NOT_AVAILABLE", "NEW"),
        (second, json!({ "status_id": 2, "status": "In Progress" })),
        (second, json!({ "status_id": 3, "status": "Suppressed" })),
        (second, json!({ "status_id": 4, "status": "Resolved" })),
        (second, json!({ "status_id": 5, "status": "Archived" })),
        (second, json!({ "status_id": 6, "status": "Deleted" })),
        (second, json!({ "status_id": 5, "verdict_id": 1 })),
        (second, json!({ "status_id": 5, "activity_id": 3 })),
    ]
}

/// A finding in this state, about a user: by its resource alone, or by its type alone.
fn finding_in(file: &str, state: &Value, by_resource: bool) -> Value {
    let mut event = sample(file);
    let finding = event["detail"]["findings"][0].as_object_mut().unwrap();
    let is_second = finding.contains_key("class_uid");
    finding.extend(state.as_object().unwrap().clone());
    match (by_resource, is_second) {
        (true, false) => {
            finding["Resources"] = json!([{ "Type": "AwsIamUser", "Id": "x" }]);
            finding["Types"] = json!(["Software and Configuration Checks"]);
        }
        (true, true) => {
            finding["resources"] = json!([{ "type": "AWS::IAM::User", "uid": "x" }]);
            finding["finding_info"]["types"] = json!(["Exposure"]);
        }
        (false, false) => finding["Resources"] = json!([{ "Type": "Other", "Id": "x" }]),
        (false, true) => finding["resources"] = json!([{ "type": "Other", "uid": "x" }]),
    }
    event
}

#[test]
fn of_security_hubs_findings_those_come_through_of_which_something_may_come() {
    let policy = as_policy(&patterns());
    let all = as_policy(&BTreeMap::from([("all", json!({ "source": ["aws.securityhub"] }))]));
    let now = Timestamp::parse_rfc3339("2026-11-24T06:00:05Z").unwrap();
    let mut kept_out = 0;
    for (file, state) in states_of_a_finding() {
        for by_resource in [true, false] {
            let event = finding_in(file, &state, by_resource);
            let read = trigger::read(event.to_string().as_bytes(), &all, now).unwrap().kind();
            let through = let_through(&policy, &event);
            assert_eq!(through == ["securityhub"], read == Some(Kind::Incident), "{state} {by_resource}");
            kept_out += usize::from(through.is_empty());
        }
    }
    assert_eq!(kept_out, 2 * 7, "put away, passed on, or a check that did not fail");
}

/// EventBridge takes no longer pattern: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>.
#[test]
fn no_pattern_is_longer_than_the_bus_takes() {
    for (rule, body) in resources("AWS::Events::Rule") {
        let pattern = patterns()[rule].to_string();
        assert!(pattern.len() <= 2048, "{rule} has {}: {body}", pattern.len());
    }
}

#[test]
fn the_preset_s_rule_on_a_high_risk_asks_wherever_the_level_stands() {
    let preset = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/contain.json")).unwrap();
    let policy = Policy::parse(&preset).unwrap_or_else(|problems| panic!("{problems:?}"));
    for (risk, asks) in [
        ("{level=HIGH, reasons=New Device}", true),
        ("{level=HIGH}", true),
        ("{reasons=New Device, previousLevel=LOW, level=HIGH, issuer=OKTA}", true),
        ("{level=LOW, previousLevel=HIGH}", false),
    ] {
        let (_, source, kind, detail) = okta_event("user.risk.detect", json!({ "debugData": { "Risk": risk } }));
        let asked = let_through(&policy, &on_the_bus(source, kind, detail));
        assert_eq!(asked == ["okta-account-taken"], asks, "{risk}");
    }
}

#[test]
fn what_is_of_no_source_and_what_a_rule_is_not_for_comes_through_none() {
    let policy = as_policy(&patterns());
    let folder = |name: &str| fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let as_they_are: BTreeSet<_> = coming_through().into_iter().map(|(_, file, _)| file.to_owned()).collect();
    let mut others = Vec::new();
    for entry in folder("tests/fixtures/events").map(|entry| entry.unwrap()) {
        let file = entry.file_name().into_string().unwrap();
        if file.ends_with(".json") && !as_they_are.contains(&file) && file != "INDEX.json" {
            others.push((file.clone(), sample(&file)));
        }
    }
    assert!(others.len() > 10, "the samples are not found");
    for file in ["schedule.json", "schedule-native.json", "incident-native.json", "someone-elses.json"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("events").join(file)).unwrap();
        others.push((file.to_owned(), serde_json::from_str(&text).unwrap()));
    }
    for (told, source, kind, detail) in [
        ("a step of a sign-in", "aws.signin", "AWS Service Event via CloudTrail", json!({ "eventName": "CheckMfa" })),
        ("a user's portal", "aws.sso", "AWS Service Event via CloudTrail", json!({ "eventName": "Authenticate" })),
        ("a call of its API", "aws.sso", "AWS API Call via CloudTrail", json!({ "eventName": "CreatePermissionSet" })),
        (
            "a finding about a machine",
            "aws.guardduty",
            "GuardDuty Finding",
            json!({ "type": "UnauthorizedAccess:EC2/SSHBruteForce", "service": { "archived": false } }),
        ),
        (
            "an archived finding",
            "aws.guardduty",
            "GuardDuty Finding",
            json!({ "type": "UnauthorizedAccess:IAMUser/TorIPCaller", "service": { "archived": true } }),
        ),
        (
            "a fault of a service",
            "aws.health",
            "AWS Health Event",
            json!({ "service": "EC2", "eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE" }),
        ),
        (
            "a finding about a bucket",
            "aws.securityhub",
            "Security Hub Findings - Imported",
            json!({ "findings": [{ "Resources": [{ "Type": "AwsS3Bucket" }] }] }),
        ),
        (
            "a change of a group",
            "aws.partner/okta.com/example/scim",
            "SystemLog",
            json!({ "eventType": "group.update" }),
        ),
        okta_event("security.attack.end", json!({})),
        okta_event("security.request.blocked", json!({})),
        okta_event("user.session.end", json!({})),
        okta_event("user.session.start", json!({ "debugData": { "risk": "{reasons=New Device, level=LOW}" } })),
        (
            "a finding that somebody made up",
            "acme.test",
            "GuardDuty Finding",
            json!({ "type": "UnauthorizedAccess:IAMUser/TorIPCaller", "service": { "archived": false } }),
        ),
        (
            "a call that only reads",
            "organization.cloud.tencent",
            "Record",
            json!({ "source": "organization.cloud.tencent", "data": { "eventName": "ListSCIMCredentials" } }),
        ),
    ] {
        others.push((told.to_owned(), on_the_bus(source, kind, detail)));
    }
    for (told, event) in others {
        assert_eq!(let_through(&policy, &event), [""; 0], "{told}");
    }
}

#[test]
fn every_rule_has_its_own_queue_which_takes_from_it_alone_and_an_alarm() {
    let (queues, policies) = (resources("AWS::SQS::Queue"), resources("AWS::SQS::QueuePolicy"));
    let alarms = resources("AWS::CloudWatch::Alarm");
    for (rule, body) in resources("AWS::Events::Rule") {
        let queue = format!("Lost{rule}");
        assert!(body.contains(&format!("DeadLetterConfig: {{ Arn: !GetAtt {queue}.Arn }}")), "{rule}");
        assert!(body.contains("Arn: !Ref IncidentLoop\n") && queues.contains_key(&*queue), "{rule}");
        let policy = policies[&*format!("{queue}Policy")];
        assert!(policy.contains(&format!("Queues: [!Ref {queue}]")), "{rule}");
        assert!(policy.contains(&format!("\"aws:SourceArn\": !GetAtt {rule}.Arn")), "{rule}");
        assert!(alarms[&*format!("{rule}Lost")].contains(&format!("Value: !GetAtt {queue}.QueueName")), "{rule}");
    }
}

/// The rules retry for as long as the program believes an event, unless a policy says otherwise.
#[test]
fn an_event_is_delivered_for_no_longer_than_it_would_be_believed() {
    let seconds = as_policy(&patterns()).rules().max_event_age.duration().as_secs();
    for (rule, body) in resources("AWS::Events::Rule") {
        assert!(body.contains(&format!("MaximumEventAgeInSeconds: {seconds},")), "{rule}");
    }
}

#[test]
fn the_two_functions_take_what_the_readme_says_and_every_kind_is_taken_by_one() {
    let functions = resources("AWS::Serverless::Function");
    let mut taken = Vec::new();
    for (machine, function) in [("Loop", "Function"), ("IncidentLoop", "IncidentFunction")] {
        let accepts = functions[function].split("SCIM_KEYS_ACCEPT: ").nth(1).unwrap().lines().next().unwrap();
        let kinds: Vec<Kind> = accepts.split(',').map(|word| Kind::parse(word).expect(word)).collect();
        let row = README.lines().find(|line| line.starts_with(&format!("| `{machine}` |"))).unwrap();
        let told: Vec<Kind> = row
            .split('|')
            .nth(3)
            .unwrap()
            .split('`')
            .skip(1)
            .step_by(2)
            .map(|word| Kind::parse(word).expect(word))
            .collect();
        assert_eq!(kinds, told, "{row}");
        let of_machine = resources("AWS::Serverless::StateMachine")[machine];
        assert!(of_machine.contains(&format!("FunctionArn: !GetAtt {function}.Arn")), "{machine}");
        taken.extend(kinds);
    }
    taken.sort();
    assert_eq!(taken, Kind::ALL);
}
