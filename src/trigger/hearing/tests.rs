//! Which rules and accounts an event comes to, and what every sample says when all of it matters.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::policy::Policy;
use crate::time::Timestamp;
use crate::trigger::{Arrival, Cause, Claims, Evidence, Refused, Severity, newest_time, read};

/// Rules on everything that is sent.
const ALL: &str = r#"{"id":"all","on":{"source":[{"exists":true},{"exists":false}]},"all_accounts":true,"when":{"all":[]},"then":"disable"}"#;

/// One rule for what happens in AWS accounts that are mapped, and one for each account's own users.
const MAPPED: &str = r#"
    {"id":"mapped","on":{"source":["aws.guardduty"]},
     "account":{"field":"detail.accountId","map":{"111111111111":"acme","222222222222":"globex"}},
     "when":{"created_since_incident":"2h"},"then":"disable"},
    {"id":"janes","on":{"detail":{"resource":{"accessKeyDetails":{"userName":["jane"]}}}},"account":"acme",
     "when":{"created_since_incident":"2h"},"then":"disable"}"#;

fn policy(rules: &str) -> Policy {
    let account = |name: &str| format!(r#"{{"name":"{name}","site":"intl","zone":"auto","secret":"profile:{name}"}}"#);
    let text = format!(
        r#"{{"version":1,"mode":"report","accounts":[{},{}],"vouchers":["100000000007"],"rules":[{rules}]}}"#,
        account("acme"),
        account("globex")
    );
    Policy::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn arrives(event: &Value, rules: &str) -> Result<Arrival, Refused> {
    let now = Timestamp::parse_rfc3339("2026-11-24T06:00:05Z").unwrap();
    read(event.to_string().as_bytes(), &policy(rules), now)
}

/// The accounts that an event concerns, or why none; of a single one the rules that it asks, too.
fn concerned(event: &Value) -> String {
    match arrives(event, MAPPED).unwrap() {
        Arrival::FanOut(_, accounts) => accounts.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" "),
        Arrival::Bare { trigger, .. } => {
            let Cause::Incident(claims) = trigger.cause else { panic!("no incident") };
            let rules = claims.incidents.iter().flat_map(|asked| &asked.rules).map(ToString::to_string);
            format!("{}: {}", trigger.account.name, rules.collect::<Vec<_>>().join(" "))
        }
        Arrival::NotOurs { why } => why,
        other => panic!("{other:?}"),
    }
}

fn finding(account: &str, user: &str) -> Value {
    json!({
        "source": "aws.guardduty", "detail-type": "GuardDuty Finding",
        "detail": {
            "schemaVersion": "2.0", "id": format!("{account}-{user}"), "accountId": account,
            "type": "UnauthorizedAccess:IAMUser/TorIPCaller", "severity": 5, "service": { "archived": false },
            "resource": { "accessKeyDetails": { "userName": user } },
        }
    })
}

#[test]
fn an_event_comes_to_the_accounts_that_its_rules_say_and_asks_each_only_its_own() {
    assert_eq!(concerned(&finding("111111111111", "john")), "acme: mapped");
    assert_eq!(concerned(&finding("111111111111", "jane")), "acme: janes mapped");
    assert_eq!(concerned(&finding("222222222222", "john")), "globex: mapped");
    assert_eq!(concerned(&finding("222222222222", "jane")), "acme globex");
    assert_eq!(concerned(&finding("333333333333", "jane")), "acme: janes");
    let nobody = concerned(&finding("333333333333", "john"));
    let why = "aws.guardduty reports UnauthorizedAccess:IAMUser/TorIPCaller: the rule mapped is asked, but the event's \
               detail.accountId is \"333333333333\", and the rule's map has no entry for it";
    assert_eq!(nobody, why);
}

/// Beside each pattern an event that it matches, and of these the one that looks most as if somebody had been let in.
#[test]
fn what_a_policy_is_told_that_anybody_can_cause_is_an_outsiders_and_of_the_rest_some_is_not() {
    let guardduty = |kind: &str| {
        let by = json!({ "userType": "Root", "userName": "root", "accessKeyId": "AKIA" });
        let sequence = json!({ "actors": [{ "user": { "credentialUid": "AKIA" } }] });
        let resource = json!({ "accessKeyDetails": by });
        let service = json!({ "archived": false, "detection": { "sequence": sequence } });
        json!({ "schemaVersion": "2.0", "id": "f", "type": kind, "resource": resource, "service": service })
    };
    let okta = |kind: &str, result: &str| {
        let risk = json!({ "risk": "{level=HIGH, detectionName=Admin Reported User Risk}" });
        json!({ "uuid": "u", "eventType": kind, "outcome": { "result": result }, "debugContext": { "debugData": risk } })
    };
    let entra = |kind: &str| json!({ "id": "r", "riskEventType": kind, "riskState": "atRisk", "riskLevel": "high" });
    let failed = |kind: Value| json!({ "eventType": [kind], "outcome": { "result": ["FAILURE", "DENY"] } });
    let login = json!({ "eventName": "ConsoleLogin", "eventType": "AwsConsoleSignIn", "eventID": "1",
        "responseElements": { "ConsoleLogin": "Failure" }, "additionalEventData": { "MFAUsed": "Yes" } });
    let of = |detail: Value, source: &str| json!({ "source": source, "detail": detail });
    let (aws, okta_bus) = ("aws.guardduty", "aws.partner/okta.com/x");
    let anybodys = [
        (json!({ "type": [{ "prefix": "Recon:EC2/" }] }), of(guardduty("Recon:EC2/PortProbe"), aws)),
        (json!({ "type": ["Execution:Runtime/NewBinary"] }), of(guardduty("Execution:Runtime/NewBinary"), aws)),
        (json!({ "type": [{ "prefix": "Trojan:Lambda/" }] }), of(guardduty("Trojan:Lambda/x"), aws)),
        (json!({ "responseElements": { "ConsoleLogin": ["Failure"] } }), of(login, "aws.signin")),
        (json!({ "eventType": ["security.threat.detected"] }), of(okta("security.threat.detected", "ALLOW"), okta_bus)),
        (
            json!({ "eventType": [{ "prefix": "security.attack." }] }),
            of(okta("security.attack.start", "SUCCESS"), okta_bus),
        ),
        (
            json!({ "eventType": ["security.request.blocked"] }),
            of(okta("security.request.blocked", "SUCCESS"), okta_bus),
        ),
        (json!({ "eventType": ["user.account.lock"] }), of(okta("user.account.lock", "SUCCESS"), okta_bus)),
        (failed(json!("user.session.start")), of(okta("user.session.start", "FAILURE"), okta_bus)),
        (failed(json!({ "prefix": "iam." })), of(okta("iam.role.create", "DENY"), okta_bus)),
        (json!({ "riskEventType": ["passwordSpray"] }), of(entra("passwordSpray"), "entra")),
        (json!({ "riskEventType": ["maliciousIPAddress"] }), of(entra("maliciousIPAddress"), "entra")),
        (json!({ "riskEventType": ["anonymizedIPAddress"] }), of(entra("anonymizedIPAddress"), "entra")),
        (json!({ "riskEventType": ["unlikelyTravel"] }), of(entra("unlikelyTravel"), "entra")),
        (json!({ "riskEventType": ["unfamiliarFeatures"] }), of(entra("unfamiliarFeatures"), "entra")),
    ];
    let some_others = [
        (json!({ "type": [{ "prefix": "AttackSequence:EC2/" }] }), of(guardduty("AttackSequence:EC2/Group"), aws)),
        (failed(json!("policy.auth_reevaluate.fail")), of(okta("policy.auth_reevaluate.fail", "FAILURE"), okta_bus)),
        (failed(json!({ "prefix": "policy." })), of(okta("policy.continuous_access.evaluate", "DENY"), okta_bus)),
        (failed(json!("User.Session.Context.Change")), of(okta("User.Session.Context.Change", "DENY"), okta_bus)),
        (failed(json!("user.risk.detect")), of(okta("user.risk.detect", "FAILURE"), okta_bus)),
        (failed(json!("policy.entity_risk.evaluate")), of(okta("policy.entity_risk.evaluate", "DENY"), okta_bus)),
        (json!({ "outcome": { "result": ["FAILURE"] } }), of(okta("policy.auth_reevaluate.fail", "FAILURE"), okta_bus)),
    ];
    let told = [(anybodys.to_vec(), true, Evidence::Outsider), (some_others.to_vec(), false, Evidence::Authenticated)];
    for (cases, is_anybodys, evidence) in told {
        for (detail, event) in cases {
            let on = json!({ "detail": detail });
            let rule =
                json!({"id": "r", "on": on, "all_accounts": true, "when": {"all": []}, "then": "disable"}).to_string();
            let told = policy(&rule).explain(Timestamp::from_unix_seconds(0));
            assert_eq!(told.contains("Anybody can cause what its pattern asks for"), is_anybodys, "{on}: {told}");
            assert!(matches!(arrives(&event, &rule), Ok(Arrival::FanOut(..))), "{on}: {event}");
            let incidents = claims(&event).incidents;
            assert!(incidents.iter().all(|asked| asked.incident.evidence == evidence), "{on}: {incidents:?}");
        }
    }
}

#[test]
fn more_records_than_an_envelope_may_hold_are_refused() {
    let detail = |count: usize| vec![finding("111111111111", "john")["detail"].clone(); count];
    let event = |count: usize| json!({ "source": "aws.guardduty", "detail": { "findings": detail(count) } });
    assert!(arrives(&json!({ "source": "aws.guardduty", "detail": detail(100) }), MAPPED).is_ok());
    let refused = arrives(&json!({ "source": "aws.guardduty", "detail": detail(101) }), MAPPED).unwrap_err().0;
    assert_eq!(
        (refused.path.as_str(), refused.why.starts_with("101 records stand in one envelope")),
        ("$.detail", true)
    );
    assert!(arrives(&event(1), MAPPED).is_ok());
}

#[test]
fn a_record_that_its_event_holds_as_a_text_is_matched_as_it_is_read() {
    let key = "scimcred-aaaaaaaaaaaa";
    let record = json!({
        "eventID": "1", "eventName": "CreateSCIMCredential", "errorCode": 0, "apiErrorCode": 0, "actionType": "Write",
        "userIdentity": { "principalId": "1" }, "responseElements": json!({ "CredentialId": key }).to_string(),
    });
    let cloud_event = |data: Value| json!({ "source": "organization.cloud.tencent", "data": data });
    let of_api = |record: Value| json!({ "CloudAuditEvent": record });
    let envelope = |detail: Value| json!({ "source": "my.forwarder", "detail": detail });
    let asks = |event: &Value, path: &[&str]| {
        let named = json!(["CreateSCIMCredential"]);
        let on = path.iter().rev().fold(named, |inside, key| json!({ *key: inside }));
        let rule = json!({"id": "r", "on": on, "account": "acme", "when": {"implicated": true}, "then": "disable"});
        matches!(arrives(event, &rule.to_string()).unwrap(), Arrival::Bare { .. })
    };
    for record in [record.clone(), Value::from(record.to_string())] {
        assert!(asks(&cloud_event(record.clone()), &["data", "eventName"]), "{record}");
        assert!(asks(&json!({ "EventList": [cloud_event(record.clone())] }), &["data", "eventName"]), "{record}");
        assert!(asks(&envelope(cloud_event(record.clone())), &["detail", "data", "eventName"]), "{record}");
        assert!(asks(&of_api(record.clone()), &["CloudAuditEvent", "eventName"]), "{record}");
    }
    let broken = cloud_event(json!("{\"eventName\":\"CreateSCIMCredential\""));
    assert!(!asks(&broken, &["data", "eventName"]), "what cannot be read is matched as it stands");
}

#[test]
fn of_a_pattern_that_cannot_name_keys_no_event_does_whatever_forwards_a_record() {
    let record = json!({
        "eventID": "1", "eventName": "CreateSCIMCredential", "errorCode": 0, "apiErrorCode": 0, "actionType": "Write",
        "userIdentity": { "principalId": "1" }, "responseElements": { "CredentialId": "scimcred-aaaaaaaaaaaa" },
    });
    let rule = |source: &Value, word: &Value| {
        let on = json!({ "source": source });
        json!({"id": "r", "on": on, "account": "acme", "when": word, "then": "disable"}).to_string()
    };
    let may_ask = |source: &Value| {
        let account = r#"{"name":"acme","site":"intl","zone":"auto","secret":"env"}"#;
        let rule = rule(source, &json!({"implicated": true}));
        Policy::parse(format!(r#"{{"version":1,"mode":"report","accounts":[{account}],"rules":[{rule}]}}"#).as_bytes())
            .is_ok()
    };
    let named = |event: &Value, source: &Value| match arrives(event, &rule(source, &json!({"all": []}))).unwrap() {
        Arrival::Bare { trigger, .. } => {
            let Cause::Incident(claims) = trigger.cause else { panic!("no incident") };
            claims.incidents.iter().any(|asked| !asked.incident.implicated.is_empty())
        }
        _ => false,
    };
    let sources = [json!("organization.cloud.tencent"), json!("my.forwarder"), json!("awsome"), json!("aws.mine")];
    let others =
        ["AWS.mine", "entra", "Entra ", "entra.mine", "ocsf", "ocsf.mine", " OCSF.mine", "ocsfmine"].map(Value::from);
    let lists = [json!(["aws.mine"]), json!(["entra"]), json!(["my.forwarder", "ocsf.mine"]), Value::Null];
    let sources = sources.iter().chain(&others).chain(&lists);
    let prefixes = ["aws.", "ocsf", "ocsf.", "entra"].map(|prefix| json!([{ "prefix": prefix }]));
    let bare = |source: &Value| {
        let mut bare = record.clone();
        bare["source"] = source.clone();
        bare
    };
    for (source, event) in
        sources.flat_map(|source| [(source, json!({ "source": source, "detail": record })), (source, bare(source))])
    {
        let asked = [json!([source]), json!([{ "suffix": "mine" }]), json!(["aws.mine"]), json!(["entra"])];
        for asks in asked.into_iter().chain(prefixes.clone()) {
            if source.is_array() && asks == json!([source]) {
                continue;
            }
            assert!(may_ask(&asks) || !named(&event, &asks), "{asks}: {event}");
        }
    }
    let forwarded = json!({ "source": "my.forwarder", "detail": record });
    assert!(may_ask(&json!(["my.forwarder"])) && named(&forwarded, &json!(["my.forwarder"])));
}

#[test]
fn the_newest_time_of_an_event_is_that_by_which_its_age_is_judged_in_whatever_shape_and_wrapper() {
    let time = |event: &Value| newest_time(event.to_string().as_bytes()).map(|at| at.to_string()).unwrap_or_default();
    let record =
        |time: Value| json!({ "eventName": "ConsoleLogin", "apiErrorCode": 0, "errorCode": 0, "eventTime": time });
    let batch = |times: &[Value]| json!({ "EventList": times.iter().cloned().map(record).collect::<Vec<_>>() });
    let expected = "2026-11-24T06:00:00Z";
    for event in [
        record(json!(1_795_500_000)),
        record(json!("2026-11-24 14:00:00")),
        batch(&[json!("1795499000"), json!(1_795_500_000_000_i64), json!("soon")]),
        json!({ "source": "scim-key-lifecycle", "kind": "incident", "id": "I", "account": "acme", "time": expected }),
        json!({ "source": "aws.scheduler", "detail-type": "Scheduled Event", "time": expected }),
    ] {
        let wrapped = json!({ "source": "scim-key-lifecycle", "kind": "resolve", "event": event });
        assert_eq!((time(&event).as_str(), time(&wrapped).as_str()), (expected, expected), "{event}");
    }
    for none in [record(json!("soon")), json!({ "source": "aws.ec2", "time": expected }), json!([])] {
        assert_eq!(time(&none), "", "{none}");
    }
}

/// What each sample says if a rule asks for everything. `UPDATE_GOLDEN=1` writes the list anew.
#[test]
fn every_sample_says_what_it_should_where_a_rule_asks_for_everything() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json") && !file.ends_with("INDEX.json"));
    files.sort();
    let mut told = String::new();
    for file in files {
        let event: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        writeln!(told, "{}", file.file_name().unwrap().to_string_lossy()).unwrap();
        match arrives(&json!({ "source": "scim-key-lifecycle", "kind": "resolve", "event": event }), ALL).unwrap() {
            Arrival::NotOurs { why } => writeln!(told, "  {why}").unwrap(),
            Arrival::Resolve(_, accounts) => {
                assert_eq!(accounts.len(), 2, "{}", file.display());
                told.push_str(&all(&claims(&event)));
            }
            other => panic!("{other:?}"),
        }
    }
    let golden = folder.join("HEARD.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(golden).unwrap());
}

/// What the event says to one account.
fn claims(event: &Value) -> Claims {
    let hop = json!({
        "source": "scim-key-lifecycle", "kind": "hop", "account": "acme", "event": event, "execution": "e",
        "register": null,
    });
    match arrives(&hop, ALL).unwrap() {
        Arrival::Hop(hop) => match hop.trigger.cause {
            // Long after all of the samples.
            Cause::Incident(claims) => claims.fresh(Timestamp::from_unix_seconds(4_000_000_000), Duration::MAX),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn all(claims: &Claims) -> String {
    let mut told = String::new();
    for asked in &claims.incidents {
        let incident = &asked.incident;
        let by = incident.evidence.as_str();
        let severity = incident.severity.map_or("no severity", Severity::as_str);
        let keys: Vec<&str> = incident.implicated.iter().map(|key| key.as_str()).collect();
        let keys = if keys.is_empty() { String::new() } else { format!(", names {}", keys.join(" ")) };
        let (id, kind) = (&incident.id, &incident.kind);
        writeln!(told, "  incident {id}: {kind}, {severity}, {by}{keys}").unwrap();
    }
    for vouched in &claims.vouched {
        writeln!(told, "  vouched {} by {}", vouched.credential, vouched.by).unwrap();
    }
    for clear in &claims.called_off {
        writeln!(told, "  called off {}", clear.incident).unwrap();
    }
    told
}

/// The policy's list of what is read of AWS's own follows the readers: each of these is an event of its kind, as AWS sends it.
#[test]
fn what_a_policy_is_told_of_which_nothing_is_read_says_nothing_and_of_the_rest_something_does() {
    let guardduty =
        json!({ "id": "f", "type": "UnauthorizedAccess:IAMUser/TorIPCaller", "service": { "archived": false } });
    let asff = json!({ "findings": [{ "Id": "f", "ProductArn": "arn:x:product/aws/guardduty", "Types": ["a:b"] }] });
    let ocsf = json!({ "findings": [{ "class_uid": 2004, "metadata": {}, "finding_info": { "uid": "f" } }] });
    let health =
        json!({ "eventArn": "arn:aws:health:x", "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "service": "RISK" });
    let sign_in =
        json!({ "eventID": "1", "eventName": "ConsoleLogin", "responseElements": { "ConsoleLogin": "Success" } });
    let federate = json!({ "eventID": "1", "eventSource": "sso.amazonaws.com", "eventName": "Federate" });
    let call = json!({ "eventID": "1", "eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey" });
    for (source, kind, detail, is_read) in [
        ("aws.guardduty", "GuardDuty Finding", &guardduty, true),
        (
            "aws.guardduty",
            "GuardDuty Malware Protection Object Scan Result",
            &json!({ "scanStatus": "COMPLETED" }),
            false,
        ),
        ("aws.health", "AWS Health Event", &health, true),
        ("aws.health", "AWS Health Abuse Event", &health, true),
        ("aws.securityhub", "Security Hub Findings - Imported", &asff, true),
        ("aws.securityhub", "Security Hub Findings - Custom Action", &asff, true),
        ("aws.securityhub", "Security Findings - Custom Action", &asff, true),
        ("aws.securityhub", "Findings Imported V2", &ocsf, true),
        ("aws.securityhub", "Security Hub Insight Results", &json!({ "insightName": "x" }), false),
        ("aws.signin", "AWS Console Sign In via CloudTrail", &sign_in, true),
        ("aws.signin", "Sign-in Anomaly Alert", &json!({}), true),
        ("aws.sso", "AWS Service Event via CloudTrail", &federate, true),
        (
            "aws.sso",
            "AWS API Call via CloudTrail",
            &json!({ "eventSource": "sso.amazonaws.com", "eventName": "ListUsers" }),
            false,
        ),
        ("aws.iam", "AWS API Call via CloudTrail", &call, false),
        ("aws.ec2", "EC2 Instance State-change Notification", &json!({ "state": "running" }), false),
    ] {
        let on = json!({ "source": [source], "detail-type": [kind] });
        let rule =
            json!({"id": "r", "on": on, "all_accounts": true, "when": {"all": []}, "then": "disable"}).to_string();
        let event = json!({ "source": source, "detail-type": kind, "id": "e", "detail": detail });
        let told = policy(&rule).explain(Timestamp::from_unix_seconds(0));
        assert_eq!(told.to_lowercase().contains("nothing is read whose"), !is_read, "{on}: {told}");
        assert_eq!(matches!(arrives(&event, &rule), Ok(Arrival::FanOut(..))), is_read, "{event}");
    }
}
