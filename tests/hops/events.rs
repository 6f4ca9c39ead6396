//! Audit events and findings of others, from the event to what becomes of the keys.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Fault, SimKey};
use scim_key_lifecycle::time::Timestamp;
use serde_json::{Value, json};

use crate::looped::{CONTAIN, DAY, Loop, execution, incident, notices, off, on, schedule, statuses, topics};
use crate::restore::{receipt, restore, ways_back};
use crate::stage::{OLD, UPDATE, YOUNG, key, secret_id};

/// On a finding of GuardDuty, the younger key of a stage.
const FINDING: &str = r#"{"id":"finding","on":{"source":["aws.guardduty"],"detail":{"type":[{"prefix":"UnauthorizedAccess"}]}},
    "when":{"created_since_incident":"20d"},"then":"disable"}"#;

/// On a sign-in to AWS, whether it succeeded or not, the younger key of a stage.
const SIGN_IN: &str =
    r#"{"id":"sign-in","on":{"source":["aws.signin"]},"when":{"created_since_incident":"20d"},"then":"disable"}"#;

/// On a change of a key, the one that was changed.
pub const CHANGE: &str =
    r#"{"id":"change","on":{"source":["organization.cloud.tencent"]},"when":{"implicated":true},"then":"disable"}"#;

/// On a risk that Okta detects, the younger key of a stage.
pub const RISK: &str = r#"{"id":"risk","on":{"source":[{"prefix":"aws.partner/okta.com/"}],"detail":{"eventType":["user.risk.detect"]}},
    "when":{"created_since_incident":"20d"},"then":"disable"}"#;

fn finding(id: &str, at: Timestamp) -> Value {
    json!({
        "source": "aws.guardduty", "detail-type": "GuardDuty Finding", "time": at.to_string(),
        "detail": {
            "schemaVersion": "2.0", "id": id, "type": "UnauthorizedAccess:IAMUser/TorIPCaller", "severity": 5,
            "createdAt": at.to_string(), "updatedAt": at.to_string(),
            "resource": { "accessKeyDetails": { "userName": "jane" } },
            "service": { "archived": false, "eventLastSeen": at.to_string(), "action": { "awsApiCallAction": { "api": "ListUsers" } } },
        }
    })
}

fn sign_in(id: &str, at: Timestamp, result: &str) -> Value {
    json!({
        "source": "aws.signin", "detail-type": "AWS Console Sign In via CloudTrail", "time": at.to_string(),
        "detail": {
            "eventVersion": "1.08", "eventID": id, "eventTime": at.to_string(), "eventName": "ConsoleLogin",
            "eventSource": "signin.amazonaws.com", "sourceIPAddress": "203.0.113.9",
            "userIdentity": { "type": "IAMUser", "principalId": "AIDAEXAMPLE", "userName": "jane" },
            "responseElements": { "ConsoleLogin": result },
        }
    })
}

/// CloudAudit's record of a key that this user created, or switched on, with the API secret of that id.
pub fn changed(action: &str, key: &str, user: &str, secret: &str, at: Timestamp) -> Value {
    json!({
        "specversion": "1.0", "id": "e", "source": "organization.cloud.tencent",
        "type": "organization:CloudEvent:ApiCall", "time": at.unix_millis(),
        "data": {
            "eventID": format!("{action}-{key}"), "eventName": action, "eventTime": at.unix_millis() / 1000,
            "requestID": "b835edd6-0000-4000-8000-000000000001", "errorCode": 0, "apiErrorCode": 0, "actionType": "Write",
            "userIdentity": { "principalId": user, "accountId": "100000000001", "secretId": secret },
            "requestParameters": { "ZoneId": "z-vft38p2hq8tq", "CredentialId": key, "NewStatus": "Enabled" },
            "responseElements": { "CredentialId": key, "CredentialSecret": "planted-secret-never-to-be-seen" },
        }
    })
}

fn okta(at: Timestamp, uuid: &str, kind: &str, detail: &Value) -> Value {
    let mut event = json!({
        "source": "aws.partner/okta.com/example/scim", "detail-type": "SystemLog", "time": at.to_string(),
        "detail": { "uuid": uuid, "published": at.to_string(), "eventType": kind, "outcome": { "result": "SUCCESS" } },
    });
    event["detail"].as_object_mut().unwrap().extend(detail.as_object().unwrap().clone());
    event
}

pub fn risk(at: Timestamp) -> Value {
    let risk = "{previousLevel=LOW, level=HIGH, detectionName=Session Influenced User Risk, issuer=OKTA}";
    let detail = json!({
        "actor": { "id": "okta", "type": "SystemPrincipal" },
        "target": [{ "id": "00u1", "type": "User", "alternateId": "jane.doe@example.com" }],
        "debugContext": { "debugData": { "Risk": risk } },
    });
    okta(at, "risk-1", "user.risk.detect", &detail)
}

fn false_positive(at: Timestamp) -> Value {
    false_positive_of("risk-1", at)
}

fn false_positive_of(risk: &str, at: Timestamp) -> Value {
    let detail = json!({
        "actor": { "id": "00u1", "type": "User" },
        "debugContext": { "debugData": { "EventUuid": risk, "Label": "false_positive" } },
    });
    okta(at, "feedback-1", "analytics.feedback.provide", &detail)
}

fn guards(answer: &Value) -> Vec<&str> {
    let trips = answer["report"]["guards"].as_array().unwrap();
    trips.iter().map(|trip| trip["guard"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_event_that_a_rule_matches_is_contained_and_the_report_says_what_it_is_and_how_long_it_took() {
    let mut this = Loop::remembering(FINDING).await;
    let answer = this.hop(&mut execution("e", finding("f-1", this.now())), true).await;
    assert_eq!((answer["status"].as_str(), this.writes()), (Some("continue"), vec![off(YOUNG)]));
    let trigger = &answer["report"]["trigger"];
    let said = &trigger["incidents"][0];
    assert_eq!((&trigger["kind"], &trigger["incident"]), (&json!("incident"), &said["incident"]));
    assert_eq!((&said["source"], &said["evidence"]), (&json!("aws.guardduty"), &json!("authenticated")), "{said}");
    assert_eq!((&said["severity"], &said["actor"]), (&json!("medium"), &json!("jane")), "{said}");
    assert_eq!(
        (&said["kind"], &said["rules"]),
        (&json!("UnauthorizedAccess:IAMUser/TorIPCaller"), &json!(["finding"]))
    );
    let speed = &answer["report"]["speed"];
    for part in
        ["ms_since_the_event", "ms_since_the_invocation", "ms_before_the_look", "ms_for_the_look", "ms_for_the_writes"]
    {
        assert!(speed[part].is_u64(), "{part}: {speed}");
    }
    assert_eq!((this.facts("answered").len(), this.facts("implicated").len()), (1, 1));
}

#[tokio::test]
async fn the_same_finding_acts_once() {
    let mut this = Loop::remembering(FINDING).await;
    this.run(finding("f-1", this.now()), true).await;
    let again = this.run(finding("f-1", this.now()), true).await;
    assert_eq!((statuses(&again), this.writes()), (vec!["complete"], vec![off(YOUNG)]));
}

#[tokio::test]
async fn a_finding_without_a_time_acts_once_and_never_on_what_was_created_since() {
    let mut finding = finding("f-1", Timestamp::from_unix_seconds(0));
    finding["time"] = json!("soon");
    for (rule, writes, guard) in [
        (FINDING.to_owned(), vec![], Some("evidence")),
        (
            FINDING.replace(r#"{"created_since_incident":"20d"}"#, &format!(r#"{{"ids":["{YOUNG}"]}}"#)),
            vec![off(YOUNG)],
            None,
        ),
    ] {
        let mut this = Loop::remembering(&rule).await;
        let answers = this.run(finding.clone(), true).await;
        assert_eq!(guards(&answers[0]).first().copied(), guard, "{}", answers[0]);
        assert_eq!(statuses(&answers).last().copied(), Some(if guard.is_some() { "held" } else { "complete" }));
        for _ in 0..2 {
            this.pass(Duration::from_secs(500 * 86_400 / 2));
            this.run(finding.clone(), true).await;
        }
        assert_eq!(this.writes(), writes);
    }
}

#[tokio::test]
async fn what_a_guard_held_back_of_a_finding_is_contained_when_it_is_sent_again_and_the_guard_is_content() {
    let mut this = Loop::remembering(FINDING).await;
    this.switch(OLD, Disabled);
    let held = this.run(finding("f-1", this.now()), true).await;
    assert_eq!((statuses(&held).last(), guards(&held[0]), this.writes()), (Some(&"held"), vec!["keep_one"], vec![]));
    assert_eq!((this.facts("answered"), this.facts("implicated")), (vec![], vec![]));
    let again = this.run(finding("f-1", this.now()), true).await;
    assert_eq!((statuses(&again).last(), this.writes()), (Some(&"held"), vec![]), "it is no success");
    this.switch(OLD, Enabled);
    this.run(finding("f-1", this.now()), true).await;
    assert_eq!((this.writes(), this.facts("answered").len()), (vec![off(YOUNG)], 1));
}

#[tokio::test]
async fn a_key_that_was_restored_is_not_contained_again_though_the_finding_never_had_all_that_it_wants() {
    let all = FINDING.replace(r#"{"created_since_incident":"20d"}"#, r#"{"all":[]}"#);
    let mut this = Loop::remembering(&all).await;
    let held = this.run(finding("f-1", this.now()), true).await;
    assert_eq!(
        (statuses(&held).last(), this.writes(), this.facts("answered")),
        (Some(&"held"), vec![off(OLD)], vec![])
    );
    this.run(restore(&receipt(&held)), true).await;
    assert_eq!(this.stage.status(OLD), Enabled);
    this.run(finding("f-1", this.now()), true).await;
    assert_eq!(this.stage.status(OLD), Enabled, "{:?}", this.writes());
}

#[tokio::test]
async fn why_what_a_rule_wants_is_let_be_is_said() {
    let why = |answers: &[Value], key: &str| {
        let credentials = answers[0]["report"]["credentials"].as_array().unwrap();
        let decision = credentials.iter().find(|credential| credential["credential"] == key).unwrap();
        (decision["verdict"].as_str().unwrap().to_owned(), decision["why"].as_str().unwrap().to_owned())
    };
    let kept = |why: &str| ("keep".to_owned(), why.to_owned());
    let mut this = Loop::remembering(&format!("{FINDING},{RISK}")).await;
    let (found, risky) = (finding("f-1", this.now()), risk(this.now()));
    let token = receipt(&this.run(found.clone(), true).await);
    let again = this.run(found.clone(), true).await;
    let off = "a rule wants it off, and the incident aws.guardduty:f-1 has had its containment";
    assert_eq!(why(&again, YOUNG), kept(off));
    assert_eq!(why(&again, OLD), kept("no rule applies"));

    this.run(restore(&token), true).await;
    let (verdict, given_back) = why(&this.run(found, true).await, YOUNG);
    let from = "a rule wants it off, but it was given back from the incident aws.guardduty:f-1 at 2026-11-25T06:";
    assert!(verdict == "keep" && given_back.starts_with(from), "{given_back}");

    this.run(risky.clone(), true).await;
    this.pass(Duration::from_secs(60));
    let at = this.now();
    this.run(false_positive(at), true).await;
    let over = format!("a rule wants it off, but the incident okta:risk-1 was called off at {at}");
    assert_eq!(why(&this.run(risky, true).await, YOUNG), kept(&over));
}

#[tokio::test]
async fn a_contained_key_is_fought_over_no_longer_because_something_else_of_the_incident_is_held() {
    let all = FINDING.replace(r#"{"created_since_incident":"20d"}"#, r#"{"all":[]}"#);
    let mut this = Loop::remembering(&all).await;
    this.run(finding("f-1", this.now()), true).await;
    for held in 1..=4 {
        this.switch(OLD, Enabled);
        this.run(finding("f-1", this.now()), true).await;
        assert_eq!(this.writes().len(), 1 + held.min(3), "up to three times: {:?}", this.writes());
    }
    assert_eq!(this.stage.status(OLD), Enabled);
}

#[tokio::test]
async fn an_event_that_no_rule_matches_costs_no_call() {
    let mut this = Loop::remembering(FINDING).await;
    let before = this.stage.simulator.calls().len();
    let mut other = finding("f-1", this.now());
    other["detail"]["type"] = json!("Recon:IAMUser/MaliciousIPCaller");
    let answers = this.run(other, true).await;
    assert_eq!((statuses(&answers), this.stage.simulator.calls().len()), (vec!["ignored"], before));
    let why = answers[0]["why"].as_str().unwrap();
    assert!(why.contains("aws.guardduty reports Recon:IAMUser/MaliciousIPCaller: no rule of the policy"), "{why}");
}

#[tokio::test]
async fn what_anybody_can_cause_disables_nothing_unless_the_rule_says_so() {
    let mut this = Loop::remembering(SIGN_IN).await;
    let held = this.run(sign_in("s-1", this.now(), "Failure"), true).await;
    assert_eq!((statuses(&held)[0], guards(&held[0]), this.writes()), ("held", vec!["evidence"], vec![]));
    assert_eq!((topics(&held[0]), this.facts("implicated"), this.facts("answered")), (vec!["held"], vec![], vec![]));
    this.run(sign_in("s-2", this.now(), "Success"), true).await;
    assert_eq!(this.writes(), [off(YOUNG)], "whoever signed in had a password");

    let mut this = Loop::remembering(&SIGN_IN.replace(r#""then""#, r#""outsider_may_trigger":true,"then""#)).await;
    this.run(sign_in("s-1", this.now(), "Failure"), true).await;
    assert_eq!(this.writes(), [off(YOUNG)]);
}

#[tokio::test]
async fn what_anybody_can_cause_calls_nobody_about_a_key_that_is_off() {
    let mut this = Loop::remembering(SIGN_IN).await;
    this.switch(YOUNG, Disabled);
    let answers = this.run(sign_in("s-1", this.now(), "Failure"), true).await;
    assert_eq!((statuses(&answers), guards(&answers[0]), topics(&answers[0])), (vec!["complete"], vec![], vec![]));
    let why = answers[0]["report"]["credentials"][1]["why"].as_str().unwrap();
    assert!(
        why.starts_with("a rule wants it off, and it is off; this incident does not hold it off: anybody"),
        "{why}"
    );
    assert_eq!((this.facts("implicated"), this.facts("answered")), (vec![], vec![]));
    this.switch(YOUNG, Enabled);
    let on = this.run(sign_in("s-1", this.now(), "Failure"), true).await;
    assert_eq!((statuses(&on).last(), guards(&on[0]), this.writes()), (Some(&"held"), vec!["evidence"], vec![]));
    // Somebody guesses, and is let in.
    let log = json!({ "Records": [sign_in("s-2", this.now(), "Failure"), sign_in("s-3", this.now(), "Success")] });
    for ends in ["contains", "contained before"] {
        let answers = this.run(log.clone(), true).await;
        assert_eq!((statuses(&answers).last(), this.writes()), (Some(&"complete"), vec![off(YOUNG)]), "{ends}");
        assert!(answers.iter().all(|answer| !topics(answer).contains(&"held")), "{ends}");
    }
}

#[tokio::test]
async fn a_rule_that_selects_no_key_is_held_and_never_means_all() {
    let mut this = Loop::remembering(&FINDING.replace("20d", "2h")).await;
    let answers = this.run(finding("f-1", this.now()), true).await;
    assert_eq!((answers[0]["notices"][0]["topic"].as_str(), this.writes()), (Some("no_subject"), vec![]));
    let last = answers.last().unwrap();
    assert!(last["status"] == "held" && last["why"].as_str().unwrap().starts_with("no_subject"), "{last}");
}

/// Whoever wrote it may have meant another.
#[tokio::test]
async fn a_key_that_is_named_beside_others_and_is_not_there_is_told_of() {
    let mut this = Loop::remembering(CONTAIN).await;
    let answers = this.run(incident("INC-1", &[YOUNG, "scimcred-mistyped0001"]), true).await;
    assert_eq!((this.writes(), statuses(&answers).last()), (vec![off(YOUNG)], Some(&"held")));
    let told = answers[0]["notices"].as_array().unwrap().iter().find(|told| told["topic"] == "no_subject").unwrap();
    let text = told["text"].as_str().unwrap();
    assert!(text.contains("named, and not in the zone: scimcred-mistyped0001. "), "{text}");
    assert!(!text.contains("selected"), "{text}");
    let again = this.run(incident("INC-1", &[YOUNG, "scimcred-mistyped0001"]), true).await;
    assert!(again.iter().all(|answer| topics(answer).is_empty()), "it was told");
    this.stage.simulator.draw_faults(|action| (action == UPDATE).then_some(Fault::Throttle));
    let tried = this.run(incident("INC-2", &[OLD, "scimcred-mistyped0001"]), true).await;
    let told = tried.iter().flat_map(topics).filter(|topic| *topic == "no_subject");
    assert_eq!((told.count(), tried.len() > 9), (1, true), "once in all its tries");
}

#[tokio::test]
async fn of_a_batch_the_incident_that_selects_no_key_is_told_of_and_the_other_is_contained() {
    let mut this = Loop::remembering(&format!("{CHANGE},{}", FINDING.replace("20d", "2h"))).await;
    let now = this.now();
    let batch = json!({ "Records": [
        finding("f-1", now), changed("CreateSCIMCredential", YOUNG, "100000000003", "AKIDmallory", now),
    ]});
    let answers = this.run(batch, true).await;
    assert_eq!((this.writes(), statuses(&answers).last()), (vec![off(YOUNG)], Some(&"held")));
    let all = notices(&answers[0]);
    assert!(all.iter().any(|id| id.ends_with("no_subject")), "{all:?}");
    let text = answers[0]["notices"].as_array().unwrap().iter().find(|told| told["topic"] == "no_subject").unwrap();
    let text = text["text"].as_str().unwrap();
    assert!(text.contains("f-1") && !text.contains("cloudaudit"), "{text}");
}

#[tokio::test]
async fn an_event_that_is_too_old_or_of_the_future_is_held_without_a_call() {
    let mut this = Loop::remembering(FINDING).await;
    let before = this.stage.simulator.calls().len();
    for (at, why) in [
        (
            this.now().minus(Duration::from_secs(3_601)),
            "and when it came in that was more than guards.max_event_age (1h) ago",
        ),
        (this.now().plus(Duration::from_secs(400)), "ahead of this clock"),
    ] {
        let answers = this.run(finding("f-1", at), true).await;
        assert_eq!((statuses(&answers)[0], topics(&answers[0])), ("held", vec!["not_believed"]));
        assert!(answers[0]["why"].as_str().unwrap().contains(why), "{}", answers[0]["why"]);
        this.pass(Duration::from_secs(1));
    }
    assert_eq!(this.stage.simulator.calls().len(), before);
    this.guards = r#"{"max_event_age":"2h"}"#;
    this.run(finding("f-1", this.now().minus(Duration::from_secs(3_700))), true).await;
    assert_eq!(this.writes(), [off(YOUNG)]);
}

#[tokio::test]
async fn how_old_an_event_is_is_judged_once_when_it_comes_in() {
    let mut this = Loop::remembering(FINDING).await;
    this.stage.simulator.inject(UPDATE, 1, Fault::Code("UnauthorizedOperation".to_owned()));
    let mut execution = execution("e", finding("f-1", this.now()));
    this.hop(&mut execution, true).await;
    this.pass(Duration::from_secs(7_200));
    this.hop(&mut execution, true).await;
    assert_eq!(this.writes(), [off(YOUNG), off(YOUNG)], "the first was refused");
}

#[tokio::test]
async fn a_key_that_a_voucher_created_is_vouched_for_and_anybody_elses_goes_off() {
    let mut this = Loop::remembering(CHANGE).await;
    this.vouchers = r#"["100000000002"]"#;
    let by_voucher = changed("CreateSCIMCredential", YOUNG, "100000000002", "AKIDjane", this.now());
    let answers = this.run(by_voucher, true).await;
    assert_eq!((statuses(&answers), this.writes()), (vec!["complete"], vec![]));
    let vouched = this.facts("vouched");
    assert_eq!(
        (vouched.len(), &vouched[0]["credential"], &vouched[0]["by"]),
        (1, &json!(YOUNG), &json!("100000000002"))
    );
    let by_voucher = changed("UpdateSCIMCredentialStatus", YOUNG, "100000000002", "AKIDjane", this.now());
    assert_eq!(statuses(&this.run(by_voucher, true).await), ["ignored"]);

    let by_another = changed("CreateSCIMCredential", OLD, "100000000003", "AKIDmallory", this.now());
    this.run(by_another, true).await;
    assert_eq!(this.writes(), [off(OLD)]);
    assert!(!format!("{:?}", this.register).contains("planted"));
}

#[tokio::test]
async fn a_key_that_another_account_has_is_remembered_by_nobody() {
    let mut this = Loop::remembering(CHANGE).await;
    this.vouchers = r#"["100000000002"]"#;
    let elsewhere = changed("CreateSCIMCredential", "scimcred-zzzzzzzzzzzz", "100000000002", "AKIDjane", this.now());
    assert_eq!(statuses(&this.run(elsewhere, true).await), ["complete"]);
    assert!(this.facts("vouched").is_empty());
}

/// It would be the newest about its key for minutes, and people would count as told of later.
#[tokio::test]
async fn a_clock_that_is_ahead_dates_no_vouching_and_no_all_clear_into_the_future() {
    let mut this = Loop::remembering(&format!("{CHANGE},{RISK}")).await;
    this.vouchers = r#"["100000000002"]"#;
    let ahead = this.now().plus(Duration::from_secs(200));
    this.run(changed("CreateSCIMCredential", OLD, "100000000002", "AKIDjane", ahead), true).await;
    let before = this.now();
    this.run(risk(before), true).await;
    this.run(false_positive(this.now().plus(Duration::from_secs(200))), true).await;
    for (kind, by) in [("vouched", before), ("all_clear", this.now())] {
        let facts = this.facts(kind);
        let at = Timestamp::parse_rfc3339(facts[0]["at"].as_str().unwrap()).unwrap();
        assert!(facts.len() == 1 && at <= by, "{kind}: {facts:?} by {by}");
    }
}

#[tokio::test]
async fn our_own_calls_are_no_incident() {
    let mut this = Loop::remembering(CHANGE).await;
    let before = this.stage.simulator.calls().len();
    let ours = changed("UpdateSCIMCredentialStatus", OLD, "100000000009", &secret_id("acme"), this.now());
    let answers = this.run(ours, true).await;
    assert_eq!((statuses(&answers), this.stage.simulator.calls().len()), (vec!["ignored"], before));
    let own = format!("tencent.cloudaudit:UpdateSCIMCredentialStatus-{OLD}: a call of this program's own");
    assert_eq!(answers[0]["why"], own);
    let trigger = &answers[0]["report"]["trigger"];
    assert_eq!((&trigger["incidents"], &trigger["not_answered"]), (&Value::Null, &json!(own)), "{trigger}");
}

/// The API secret was changed since, so it does not tell: the register's record of the run that made the call does.
#[tokio::test]
async fn a_call_of_another_run_is_known_by_its_request_though_another_secret_signed_it() {
    let mut this = Loop::remembering(&format!("{CONTAIN},{CHANGE}")).await;
    let way_back = receipt(&this.run(incident("INC-1", &[OLD]), true).await);
    this.pass(Duration::from_secs(60));
    let restored = this.run(restore(&way_back), true).await;
    let request = &restored.last().unwrap()["report"]["earlier"][0]["request_ids"][0];
    let of = |request: &Value| {
        let mut call = changed("UpdateSCIMCredentialStatus", OLD, "100000000009", "AKIDbefore", this.now());
        call["data"]["requestID"] = request.clone();
        call
    };
    let (ours, others) = (of(request), of(&json!("b835edd6-0000-4000-8000-000000000001")));
    assert_eq!(statuses(&this.run(ours, true).await), ["ignored"]);
    assert_eq!(this.writes(), [off(OLD), on(OLD)]);
    this.run(others, true).await;
    assert_eq!(this.writes(), [off(OLD), on(OLD), off(OLD)]);
}

#[tokio::test]
async fn a_key_that_was_created_with_our_own_secret_is_no_call_of_ours() {
    let mut this = Loop::remembering(CHANGE).await;
    let stolen = changed("CreateSCIMCredential", OLD, "100000000009", &secret_id("acme"), this.now());
    this.run(stolen, true).await;
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn of_a_batch_our_own_calls_ask_nobody_and_are_told_as_such_and_a_strangers_is_answered() {
    let mut this = Loop::remembering(CHANGE).await;
    let (now, hour_ago) = (this.now(), this.now().minus(Duration::from_secs(3_600)));
    let batch = json!({ "Records": [
        changed("UpdateSCIMCredentialStatus", YOUNG, "100000000009", &secret_id("acme"), hour_ago),
        changed("CreateSCIMCredential", OLD, "100000000003", "AKIDmallory", now),
    ]});
    let answer = this.hop(&mut execution("e", batch), true).await;
    assert_eq!(this.writes(), [off(OLD)]);
    let trigger = &answer["report"]["trigger"];
    let incidents: Vec<&Value> =
        trigger["incidents"].as_array().unwrap().iter().map(|incident| &incident["incident"]).collect();
    let strangers = json!(format!("tencent.cloudaudit:CreateSCIMCredential-{OLD}"));
    assert_eq!((incidents, &trigger["incident"]), (vec![&strangers], &strangers));
    let own = format!("tencent.cloudaudit:UpdateSCIMCredentialStatus-{YOUNG}: a call of this program's own");
    assert_eq!(trigger["not_answered"], own);
    let ms = answer["report"]["speed"]["ms_since_the_event"].as_u64().unwrap();
    assert!(ms < 3_600_000, "counted from the stranger's call: {ms}");
}

#[tokio::test]
async fn who_breaks_the_record_of_a_call_is_told_of() {
    let mut this = Loop::remembering(CHANGE).await;
    let mut broken = changed("UpdateSCIMCredentialStatus", OLD, "100000000003", "AKIDmallory", this.now());
    broken["data"]["requestParameters"] = json!("{\"NewStatus\":\"Enabled\",\"NewStatus\":\"Enabled\"}");
    let answers = this.run(broken.clone(), true).await;
    assert_eq!((statuses(&answers).last(), this.writes()), (Some(&"held"), vec![]), "{}", answers[0]["why"]);
    assert!(!topics(&answers[0]).is_empty(), "{}", answers[0]);
    let mut unread = broken.clone();
    unread["data"] = json!(broken["data"].to_string().replace('}', ""));
    let answers = this.run(unread, true).await;
    assert_eq!((statuses(&answers).last(), this.writes()), (Some(&"held"), vec![]), "{}", answers[0]["why"]);
    assert!(!topics(&answers[0]).is_empty(), "{}", answers[0]);
    broken["data"]["userIdentity"]["secretId"] = json!(secret_id("acme"));
    let own = this.run(broken, true).await;
    assert_eq!((statuses(&own), topics(&own[0])), (vec!["ignored"], vec![]), "it is a call of our own");
}

#[tokio::test]
async fn a_creation_without_an_answer_implicates_nobody_and_is_told_of() {
    let unanswered = |at: Timestamp| {
        let mut record = changed("CreateSCIMCredential", OLD, "100000000003", "AKIDmallory", at);
        record["data"]["responseElements"] = Value::Null;
        record["data"]["resourceName"] = json!(OLD);
        record
    };
    let mut this = Loop::remembering(CHANGE).await;
    let answers = this.run(unanswered(this.now()), true).await;
    assert_eq!((topics(&answers[0]), this.writes()), (vec!["no_subject"], vec![]));
    assert_eq!(statuses(&answers).last(), Some(&"held"));
    let mut this =
        Loop::remembering(&CHANGE.replace(r#"{"implicated":true}"#, r#"{"created_since_incident":"20d"}"#)).await;
    this.run(unanswered(this.now()), true).await;
    assert_eq!(this.writes(), [off(YOUNG)], "what was created since goes all the same");
}

#[tokio::test]
async fn calls_of_our_own_are_not_among_what_is_left_alone() {
    let mut this = Loop::remembering(CHANGE).await;
    let record = |place: usize| {
        let secret = if place < 10 { secret_id("acme") } else { "AKIDmallory".to_owned() };
        changed("UpdateSCIMCredentialStatus", &format!("scimcred-{place:012}"), "100000000009", &secret, this.now())
    };
    let batch = json!({ "EventList": (0..25).map(record).collect::<Vec<_>>() });
    let answers = this.run(batch, true).await;
    assert!(
        answers.iter().all(|answer| !topics(answer).contains(&"not_believed")),
        "fifteen are dealt with: {answers:?}"
    );
}

#[tokio::test]
async fn where_nothing_is_looked_for_what_may_be_a_call_of_our_own_is_told_as_such() {
    let mut this = Loop::remembering(CHANGE).await;
    let now = this.now();
    let batch = json!({ "Records": [
        changed("UpdateSCIMCredentialStatus", YOUNG, "100000000009", &secret_id("acme"), now),
        changed("CreateSCIMCredential", OLD, "100000000003", "AKIDmallory", now),
    ]});
    let mut execution = execution("e", batch);
    this.hop(&mut execution, true).await;
    this.pass(Duration::from_secs(1));
    let answer = this.hop(&mut execution, true).await;
    assert_eq!(
        (answer["status"].as_str(), answer["why"].as_str()),
        (Some("continue"), Some("the late look is to come"))
    );
    let incidents = answer["report"]["trigger"]["incidents"].as_array().unwrap();
    let told: Vec<_> =
        incidents.iter().map(|told| (told["incident"].as_str().unwrap(), told["maybe_own"] == true)).collect();
    assert_eq!(
        told,
        [
            (format!("tencent.cloudaudit:UpdateSCIMCredentialStatus-{YOUNG}").as_str(), true),
            (format!("tencent.cloudaudit:CreateSCIMCredential-{OLD}").as_str(), false),
        ]
    );
}

#[tokio::test]
async fn beside_a_call_of_our_own_what_is_too_old_holds_the_run_as_it_would_alone() {
    let mut this = Loop::remembering(CHANGE).await;
    let (now, long_ago) = (this.now(), this.now().minus(Duration::from_secs(30 * 86_400)));
    let batch = json!({ "Records": [
        changed("UpdateSCIMCredentialStatus", YOUNG, "100000000009", &secret_id("acme"), now),
        changed("CreateSCIMCredential", OLD, "100000000003", "AKIDmallory", long_ago),
    ]});
    let answer = this.hop(&mut execution("e", batch), true).await;
    assert_eq!((answer["status"].as_str(), topics(&answer)), (Some("held"), vec!["not_believed"]), "{answer}");
}

#[tokio::test]
async fn each_of_two_false_alarms_about_one_key_is_told() {
    let mut this = Loop::remembering(RISK).await;
    this.run(risk(this.now()), true).await;
    let mut second = risk(this.now());
    second["detail"]["uuid"] = json!("risk-2");
    this.run(second, true).await;
    let mut told = Vec::new();
    for id in ["risk-1", "risk-1", "risk-2"] {
        this.pass(Duration::from_secs(600));
        let answer = &this.run(false_positive_of(id, this.now()), true).await[0];
        let text = answer["notices"][0]["text"].as_str().unwrap_or_default();
        let which = ["risk-1 was called off", "risk-2 was called off"].map(|which| text.contains(which));
        told.push((which, text.contains("but okta:risk-2 still wants it off")));
    }
    assert_eq!(told, [([true, false], true), ([false, false], false), ([false, true], false)]);
}

#[tokio::test]
async fn a_false_alarm_gives_nothing_back_by_itself_and_nobody_fights_over_the_key_any_more() {
    let mut this = Loop::remembering(RISK).await;
    this.run(risk(this.now()), true).await;
    this.pass(Duration::from_secs(600));
    let called_off = this.run(false_positive(this.now()), true).await;
    let told = called_off[0]["notices"][0]["text"].as_str().unwrap();
    assert!(topics(&called_off[0]) == ["all_clear"] && told.contains("okta:risk-1 was called off"), "{told}");
    assert_eq!((this.writes(), this.facts("all_clear").len()), (vec![off(YOUNG)], 1));
    this.switch(YOUNG, Enabled);
    this.pass(Duration::from_secs(600));
    this.run(schedule(), true).await;
    assert_eq!(this.writes(), [off(YOUNG)], "a person may enable it");
}

/// On a finding of Security Hub, or on what Entra ID says of a user, the younger key of a stage.
const CHANGING: &str = r#"{"id":"hub","on":{"source":["aws.securityhub"]},"when":{"created_since_incident":"20d"},"then":"disable"},
    {"id":"entra","on":{"riskState":[{"exists":true}]},"when":{"created_since_incident":"20d"},"then":"disable"}"#;

/// As Security Hub tells of one that was last observed a moment after it was last updated.
fn hub(updated: Timestamp, workflow: &str) -> Value {
    let observed = updated.plus(Duration::from_secs(5)).to_string();
    json!({
        "source": "aws.securityhub", "detail-type": "Security Hub Findings - Imported", "time": observed,
        "detail": { "findings": [{
            "Id": "f-1", "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/guardduty",
            "Types": ["TTPs/UnauthorizedAccess:IAMUser-TorIPCaller"],
            "Action": { "ActionType": "AWS_API_CALL", "AwsApiCallAction": { "Api": "ListUsers" } },
            "UpdatedAt": updated.to_string(), "LastObservedAt": observed, "Workflow": { "Status": workflow } }] }
    })
}

fn risky_user(updated: Timestamp, state: &str) -> Value {
    json!({
        "id": "u-1", "userPrincipalName": "jane@example.com", "riskState": state, "riskLevel": "high",
        "riskDetail": "adminConfirmedUserCompromised", "riskLastUpdatedDateTime": updated.to_string(),
    })
}

#[tokio::test]
async fn an_all_clear_that_is_older_than_its_incident_ends_nothing_and_people_are_told() {
    type Says = fn(Timestamp) -> Value;
    let hub: (&str, Says, Says) = ("aws.securityhub:f-1", |at| hub(at, "NEW"), |at| hub(at, "RESOLVED"));
    let entra: (&str, Says, Says) =
        ("entra:u-1", |at| risky_user(at, "confirmedCompromised"), |at| risky_user(at, "dismissed"));
    for (id, bad, over) in [hub, entra] {
        let mut this = Loop::remembering(CHANGING).await;
        // It takes a minute to come in: by then it was observed again.
        let reported = this.now().minus(Duration::from_secs(60));
        this.run(bad(reported), true).await;
        this.pass(Duration::from_secs(600));
        let older = this.run(over(reported.minus(Duration::from_secs(1_800))), true).await;
        assert_eq!((statuses(&older)[0], topics(&older[0])), ("held", vec!["not_believed"]), "{}", older[0]["why"]);
        let told = older[0]["notices"][0]["text"].as_str().unwrap();
        let what = format!("that {id} was called off is not believed: it is of ");
        assert!(told.contains(&what) && told.contains("an all-clear that is older ends none"), "{told}");
        assert_eq!(older[0]["report"]["trigger"].get("called_off"), None, "{}", older[0]["report"]["trigger"]);
        this.switch(YOUNG, Enabled);
        this.pass(Duration::from_secs(600));
        this.run(schedule(), true).await;
        assert_eq!((this.writes(), this.facts("all_clear").len()), (vec![off(YOUNG), off(YOUNG)], 0), "{id}");
        let same = this.run(over(reported), true).await;
        assert_eq!((topics(&same[0]), this.facts("all_clear").len()), (vec!["all_clear"], 1), "it is dated the same");
    }
}

/// It is not over, so it has not come again: it is the incident from which the key was given back.
#[tokio::test]
async fn what_is_told_beside_an_all_clear_that_is_older_than_its_incident_is_that_incident() {
    let mut this = Loop::remembering(CHANGING).await;
    let before = this.now();
    this.pass(Duration::from_secs(600));
    let reported = hub(this.now(), "NEW");
    let receipt = receipt(&this.run(reported, true).await);
    this.run(restore(&receipt), true).await;
    this.pass(Duration::from_secs(600));
    let (mut both, over) = (hub(this.now(), "NEW"), hub(before, "RESOLVED"));
    both["detail"]["findings"].as_array_mut().unwrap().push(over["detail"]["findings"][0].clone());
    let answers = this.run(both, true).await;
    assert_eq!((statuses(&answers)[0], guards(&answers[0])), ("held", vec!["answered"]), "{}", answers[0]["why"]);
    assert_eq!(this.writes(), [off(YOUNG), on(YOUNG)]);
}

#[tokio::test]
async fn a_finding_is_as_old_as_its_sources_latest_word_on_it() {
    let mut this = Loop::remembering(CHANGING).await;
    let hours_ago = this.now().minus(Duration::from_secs(3 * 3_600));
    let mut late = hub(this.now(), "NEW");
    late["detail"]["findings"][0]["LastObservedAt"] = json!(hours_ago.to_string());
    this.run(late.clone(), true).await;
    assert_eq!(this.writes(), [off(YOUNG)], "it happened a while ago, and is told now");
    late["detail"]["findings"][0]["UpdatedAt"] = json!(hours_ago.to_string());
    late["detail"]["findings"][0]["Id"] = json!("f-2");
    let answers = this.run(late, true).await;
    assert_eq!(topics(&answers[0]), ["not_believed"], "that was told a while ago as well");
}

/// GuardDuty sends what it has seen of a finding since as one notification, every six hours unless it is set otherwise.
#[tokio::test]
async fn a_finding_of_guarddutys_is_as_old_as_its_notification() {
    let mut this = Loop::remembering(
        r#"{"id":"key","on":{"source":["aws.guardduty"]},"when":{"created_since_incident":"20d"},"then":"disable"}"#,
    )
    .await;
    let hours_ago = this.now().minus(Duration::from_secs(5 * 3_600)).to_string();
    let finding = |id: &str, sent: &str| {
        json!({
            "source": "aws.guardduty", "detail-type": "GuardDuty Finding", "time": sent,
            "detail": {
                "id": id, "type": "CredentialAccess:IAMUser/AnomalousBehavior", "severity": 8, "updatedAt": hours_ago,
                "service": {
                    "serviceName": "guardduty", "eventLastSeen": hours_ago, "count": 7,
                    "action": { "actionType": "AWS_API_CALL", "awsApiCallAction": { "api": "ListUsers" } }
                }
            }
        })
    };
    let replayed = this.run(finding("f-1", &hours_ago), true).await;
    assert_eq!(topics(&replayed[0]), ["not_believed"]);
    let now = this.now().to_string();
    this.run(finding("f-1", &now), true).await;
    assert_eq!(this.writes(), [off(YOUNG)]);
}

#[tokio::test]
async fn an_own_incident_of_the_future_is_not_believed_and_counts_for_nothing() {
    let mut this = Loop::remembering(CONTAIN).await;
    let at = |time: Timestamp| {
        let mut named = incident("INC-1", &[YOUNG]);
        named["time"] = json!(time.to_string());
        named
    };
    let answers = this.run(at(this.now().plus(DAY * 365)), true).await;
    assert_eq!((statuses(&answers)[0], topics(&answers[0])), ("held", vec!["not_believed"]));
    this.run(at(this.now().minus(DAY * 365)), true).await;
    assert_eq!(this.writes(), [off(YOUNG)], "it has no greatest age");
}

#[tokio::test]
async fn an_own_incident_whose_time_was_wrong_is_corrected_under_another_id_as_the_notices_say() {
    let since = CONTAIN.replace(r#"{"implicated":true}"#, r#"{"created_since_incident":"2h"}"#);
    let mut this = Loop::remembering(&since).await;
    let own = |id: &str, time: Timestamp| {
        let mut own = incident(id, &[]);
        own["time"] = json!(time.to_string());
        own
    };
    let (wrong, right) = (this.now(), this.now().minus(DAY * 12));
    let answers = this.run(own("INC-1", wrong), true).await;
    let says = "with another id, that names it, or has the right \"time\" for a rule that asks when it happened";
    let told = &answers[0]["notices"][0];
    assert!(told["topic"] == "no_subject" && told["text"].as_str().unwrap().ends_with(says), "{told}");
    let again = this.run(own("INC-1", right), true).await;
    assert_eq!((guards(&again[0]).first(), this.writes()), (Some(&"answered"), vec![]), "it has had its containment");
    let says = "with another id, that names it, or has the \"time\" for a rule that asks when it happened";
    assert!(again[0]["why"].as_str().unwrap().ends_with(says), "{}", again[0]["why"]);
    this.run(own("INC-1-again", right), true).await;
    assert_eq!(this.writes(), [off(YOUNG)]);
}

#[tokio::test]
async fn what_a_source_says_of_one_incident_is_put_in_order_by_its_own_clock_whatever_ours_says() {
    let mut this = Loop::remembering(CHANGING).await;
    let [first, between, again] = [180, 200, 220].map(|ahead| this.now().plus(Duration::from_secs(ahead)));
    let receipt = receipt(&this.run(hub(first, "NEW"), true).await);
    this.run(hub(between, "RESOLVED"), true).await;
    this.run(restore(&receipt), true).await;
    this.run(hub(first, "NEW"), true).await;
    assert_eq!(this.writes(), [off(YOUNG), on(YOUNG)], "it is of before its all-clear, though both are ahead of us");

    for reports in [vec![again], vec![first, again]] {
        let mut this = Loop::remembering(CHANGING).await;
        for reported in reports {
            this.run(hub(reported, "NEW"), true).await;
        }
        let older = this.run(hub(between, "RESOLVED"), true).await;
        assert_eq!((topics(&older[0]), this.facts("all_clear").len()), (vec!["not_believed"], 0), "it is older");
    }
}

#[tokio::test]
async fn an_all_clear_of_between_two_reports_of_one_incident_ends_nothing_in_whichever_order_they_come() {
    for late in [false, true] {
        let mut this = Loop::remembering(CHANGING).await;
        let first = this.now();
        this.run(hub(first, "NEW"), true).await;
        let (over, again) = (first.plus(Duration::from_secs(600)), first.plus(Duration::from_secs(1_200)));
        let (over, again) = (hub(over, "RESOLVED"), hub(again, "NEW"));
        this.pass(Duration::from_secs(1_800));
        for event in if late { [again.clone(), over.clone()] } else { [over.clone(), again.clone()] } {
            this.run(event, true).await;
        }
        this.run(again, true).await;
        assert_eq!(this.facts("answered").len(), 2, "what is told as before is nothing new");
        let before = this.writes().len();
        this.switch(YOUNG, Enabled);
        this.run(schedule(), true).await;
        assert_eq!(this.writes().len(), before + 1, "it holds the key off, late: {late}");
    }
}

#[tokio::test]
async fn what_comes_after_its_all_clear_is_another_incident_if_its_source_has_changed_it_since() {
    let mut this = Loop::remembering(CHANGING).await;
    let reported = this.now().minus(Duration::from_secs(60));
    let first = hub(reported, "NEW");
    this.run(first.clone(), true).await;
    this.run(hub(reported, "RESOLVED"), true).await;
    this.switch(YOUNG, Enabled);
    this.run(first.clone(), true).await;
    assert_eq!(this.writes(), [off(YOUNG)], "that it was observed after it was last changed is no news");

    let mut reopened = hub(reported.plus(Duration::from_secs(30)), "NEW");
    reopened["detail"]["findings"][0]["LastObservedAt"] = json!(reported.minus(Duration::from_secs(5)).to_string());
    let answers = this.run(reopened, true).await;
    assert_eq!(
        this.writes(),
        [off(YOUNG), off(YOUNG)],
        "whenever it happened, its source says now that it is not over"
    );
    assert_eq!(answers[0]["report"].get("delivered_before"), None, "it is another event");

    this.run(restore(&receipt(&answers)), true).await;
    this.run(hub(reported.plus(Duration::from_secs(45)), "NEW"), true).await;
    assert_eq!(this.writes(), [off(YOUNG), off(YOUNG), on(YOUNG)], "what was restored is of the same incident");
    this.run(hub(reported.plus(Duration::from_secs(50)), "RESOLVED"), true).await;
    this.run(hub(reported.plus(Duration::from_secs(55)), "NEW"), true).await;
    assert_eq!(this.writes().len(), 4, "and after the next all-clear it is another one again");
}

/// On what a person decides about a finding of Security Hub: every key.
const DECIDED: &str = r#"{"id":"imported","on":{"detail-type":["Security Hub Findings - Imported"]},"when":{"created_since_incident":"20d"},"then":"disable"},
    {"id":"decided","on":{"detail-type":["Security Hub Findings - Custom Action"]},"when":{"all":[]},"then":"disable",
     "waives":["keep_one"]}"#;

/// A person sends the finding on by a custom action.
fn sent_on(finding: &Value, at: Timestamp, action: &str) -> Value {
    let mut event = finding.clone();
    event["detail-type"] = json!("Security Hub Findings - Custom Action");
    (event["time"], event["detail"]["actionName"]) = (json!(at.to_string()), json!(action));
    event
}

#[tokio::test]
async fn a_custom_action_on_a_finding_that_was_contained_is_a_decision_of_its_own_and_ends_with_the_finding() {
    let mut this = Loop::remembering(DECIDED).await;
    let (finding, over) = (hub(this.now(), "NEW"), hub(this.now(), "RESOLVED"));
    this.run(finding.clone(), true).await;
    assert_eq!(this.writes(), [off(YOUNG)]);
    this.pass(Duration::from_secs(60));
    let sent = sent_on(&finding, this.now(), "kill");
    let decided = this.run(sent.clone(), true).await;
    assert_eq!((statuses(&decided)[0], this.writes()), ("continue", vec![off(YOUNG), off(OLD)]));
    let id = decided[0]["report"]["trigger"]["incident"].as_str().unwrap();
    assert!(id.starts_with("aws.securityhub:f-1@2026-11-25T06:0"), "{id}");
    let facts = this.facts("answered").len() + this.facts("implicated").len();
    this.run(sent, true).await;
    assert_eq!(
        (this.writes().len(), this.facts("answered").len() + this.facts("implicated").len()),
        (2, facts),
        "again"
    );

    assert_eq!(ways_back(&decided), [OLD, YOUNG]);
    this.run(restore(&receipt(&decided)), true).await;
    assert_eq!(this.stage.status(OLD), Enabled);
    this.run(sent_on(&finding, this.now(), "kill"), true).await;
    assert_eq!(this.writes().last(), Some(&off(OLD)), "a person has decided once more");

    let called_off = this.run(over, true).await;
    assert_eq!(topics(&called_off[0]).iter().filter(|topic| **topic == "all_clear").count(), 2, "{}", called_off[0]);
    for key in [OLD, YOUNG] {
        this.switch(key, Enabled);
    }
    let before = this.writes().len();
    this.run(schedule(), true).await;
    assert_eq!(this.writes().len(), before, "what was decided about the finding is over with it");
}

/// Else it would have had its containment already.
#[tokio::test]
async fn a_finding_that_comes_again_after_its_all_clear_is_not_what_a_person_decided_about_it() {
    let mut this = Loop::remembering(DECIDED).await;
    this.run(hub(this.now(), "NEW"), true).await;
    this.pass(Duration::from_secs(60));
    this.run(hub(this.now(), "RESOLVED"), true).await;
    this.pass(Duration::from_secs(60));
    this.run(sent_on(&hub(this.now(), "NEW"), this.now(), "kill"), true).await;
    let answered = this.facts("answered").len();
    this.pass(Duration::from_secs(60));
    let again = this.run(hub(this.now(), "NEW"), true).await;
    let id = again[0]["report"]["trigger"]["incident"].as_str().unwrap();
    assert!(id.starts_with("aws.securityhub:f-1@") && !id.contains('#'), "{id}");
    assert_eq!(this.facts("answered").len(), answered + 1, "{:#}", again[0]);
}

#[tokio::test]
async fn what_a_later_event_wants_of_an_answered_incident_is_said_whenever_it_comes_and_a_redelivery_is_silent() {
    let severe = FINDING.replace("finding", "severe").replace(
        r#""prefix":"UnauthorizedAccess"}]"#,
        r#""prefix":"UnauthorizedAccess"}],"severity":[{"numeric":[">=",8]}]"#,
    );
    let severe = severe.replace(r#"{"created_since_incident":"20d"},"#, r#"{"all":[]},"waives":["keep_one"],"#);
    let mut this = Loop::remembering(&format!("{FINDING},{severe}")).await;
    let first = finding("f-1", this.now());
    this.run(first.clone(), true).await;
    let mut worse = first.clone();
    worse["detail"]["severity"] = json!(8);
    for event in [&worse, &worse] {
        let answers = this.run(event.clone(), true).await;
        assert_eq!((statuses(&answers)[0], guards(&answers[0])), ("held", vec!["answered"]), "{}", answers[0]);
        let why = answers[0]["why"].as_str().unwrap();
        assert!(why.contains(OLD) && why.contains("of which this key was no part"), "{why}");
    }
    let before = this.register.len();
    let again = this.run(first, true).await;
    assert_eq!((statuses(&again), topics(&again[0]), this.register.len()), (vec!["complete"], vec![], before));
    assert_eq!(this.writes(), [off(YOUNG)]);
}

#[tokio::test]
async fn a_key_that_was_created_after_the_containment_and_that_its_rule_wants_is_told_of() {
    let mut this = Loop::remembering(FINDING).await;
    let event = finding("f-1", this.now());
    this.run(event.clone(), true).await;
    let new = "scimcred-cccccccccccc";
    this.stage.change(|account| {
        assert!(account.delete(YOUNG));
        account.keys.push(key(new, 0, 900));
    });
    let answers = this.run(event, true).await;
    assert_eq!(
        (statuses(&answers)[0], guards(&answers[0]), topics(&answers[0])[0]),
        ("held", vec!["answered"], "held")
    );
    assert_eq!((this.writes().len(), this.writes()), (1, vec![off(YOUNG)]));
}

#[tokio::test]
async fn an_incident_that_selected_no_key_has_had_its_containment_and_a_key_of_later_stays_on_and_is_told_of() {
    let mut this = Loop::remembering(&FINDING.replace("20d", "2h")).await;
    this.run(finding("f-1", this.now()), true).await;
    assert_eq!(this.facts("answered").len(), 1);
    this.pass(Duration::from_secs(3_600));
    let (new, created) = ("scimcred-cccccccccccc", this.now());
    this.stage.change(move |account| {
        assert!(account.delete(YOUNG));
        account.keys.push(SimKey { created, ..key(new, 0, 900) });
    });
    let answers = this.run(finding("f-1", this.now()), true).await;
    assert_eq!((statuses(&answers)[0], guards(&answers[0]), this.writes()), ("held", vec!["answered"], vec![]));
    let text = answers[0]["notices"][0]["text"].as_str().unwrap();
    assert!(text.contains(new) && text.contains("another id"), "{text}");
    this.run(finding("f-2", this.now()), true).await;
    assert_eq!(this.writes(), [off(new)], "another finding has a containment of its own");
}

#[tokio::test]
async fn what_its_source_calls_off_and_reports_again_is_the_next_incident_of_that_name() {
    let mut this = Loop::remembering(RISK).await;
    let first = risk(this.now());
    let receipt = receipt(&this.run(first.clone(), true).await);
    this.pass(Duration::from_secs(600));
    this.run(false_positive(this.now()), true).await;
    this.run(restore(&receipt), true).await;
    this.pass(Duration::from_secs(600));
    this.run(first, true).await;
    assert_eq!(this.writes(), [off(YOUNG), on(YOUNG)], "what comes late is of before");

    let again = risk(this.now());
    let answers = this.run(again.clone(), true).await;
    assert_eq!(this.writes(), [off(YOUNG), on(YOUNG), off(YOUNG)]);
    let named = answers[0]["report"]["trigger"]["incident"].as_str().unwrap();
    assert!(named.starts_with("okta:risk-1@2026-"), "{named}");
    assert_eq!(answers[0]["report"].get("delivered_before"), None, "it is another event");
    this.run(again, true).await;
    this.switch(YOUNG, Enabled);
    this.pass(Duration::from_secs(600));
    this.run(schedule(), true).await;
    assert_eq!(this.writes().len(), 4, "it holds the key off, as the first did");
    this.run(false_positive(this.now()), true).await;
    this.switch(YOUNG, Enabled);
    this.pass(Duration::from_secs(600));
    this.run(schedule(), true).await;
    assert_eq!(this.writes().len(), 4, "and is over as the first was");
}

#[tokio::test]
async fn an_event_of_later_than_its_incidents_containment_says_which_keys_that_leaves_on() {
    let mut this = Loop::remembering(RISK).await;
    let first = risk(this.now());
    let receipt = receipt(&this.run(first.clone(), true).await);
    this.pass(Duration::from_secs(600));
    let second = risk(this.now());
    assert_eq!(statuses(&this.run(second.clone(), true).await), ["complete"], "it is off");
    this.pass(Duration::from_secs(1));
    let late = risk(this.now());
    this.pass(Duration::from_secs(1));
    this.run(restore(&receipt), true).await;
    for known in [first, second, late] {
        let answers = this.run(known, true).await;
        assert_eq!(
            (statuses(&answers), topics(&answers[0])),
            (vec!["complete"], vec![]),
            "of before it was given back"
        );
    }

    let anew = this.now();
    let answers = this.run(risk(anew), true).await;
    assert_eq!(
        (statuses(&answers)[0], topics(&answers[0]), guards(&answers[0])),
        ("held", vec!["held"], vec!["answered"])
    );
    let (why, text) = (answers[0]["why"].as_str().unwrap(), answers[0]["notices"][0]["text"].as_str().unwrap());
    for says in [why, text] {
        let given_back = "okta:risk-1 has had its containment, from which this key was given back at 2026-11-25T06:";
        assert!(says.contains(given_back) && says.contains(&format!("reported anew, as of {anew}")), "{says}");
        assert!(says.contains("switch it off in the console") && says.contains("another id, that names it"), "{says}");
    }
    assert_eq!(this.writes(), [off(YOUNG), on(YOUNG)]);
}

#[tokio::test]
async fn what_is_reported_anew_after_a_restore_calls_people_once_for_each_report_that_they_have_heard() {
    let mut this = Loop::remembering(RISK).await;
    let receipt = receipt(&this.run(risk(this.now()), true).await);
    this.run(restore(&receipt), true).await;
    let anew = risk(this.now());
    for (listening, told) in [(false, vec!["held"]), (true, vec!["held"]), (true, vec![])] {
        let answers = this.run(anew.clone(), listening).await;
        assert_eq!((statuses(&answers)[0], topics(&answers[0])), ("held", told), "{listening}");
        this.pass(Duration::from_secs(1));
    }
    let later = risk(this.now());
    for told in [vec!["held"], vec![]] {
        let answers = this.run(later.clone(), true).await;
        assert_eq!((statuses(&answers)[0], topics(&answers[0])), ("held", told), "another report is other news");
    }
    let answers = this.run(anew, true).await;
    assert_eq!(
        (statuses(&answers), topics(&answers[0])),
        (vec!["complete"], vec![]),
        "it is older than what came since"
    );
    assert_eq!(this.writes(), [off(YOUNG), on(YOUNG)]);
}

#[tokio::test]
async fn a_report_of_a_source_whose_clock_is_ahead_is_no_news_when_it_comes_again_after_a_restore() {
    let mut this = Loop::remembering(RISK).await;
    let ahead = this.now().plus(Duration::from_secs(280));
    let receipt = receipt(&this.run(risk(ahead), true).await);
    this.run(restore(&receipt), true).await;
    assert!(this.now() < ahead);
    let again = this.run(risk(ahead), true).await;
    assert_eq!((statuses(&again), topics(&again[0])), (vec!["complete"], vec![]));
    let anew = this.run(risk(ahead.plus(Duration::from_secs(1))), true).await;
    assert_eq!((statuses(&anew)[0], topics(&anew[0])), ("held", vec!["held"]));
}

#[tokio::test]
async fn a_false_alarm_of_nothing_that_is_remembered_is_ignored_and_looks_at_nothing() {
    let mut this = Loop::remembering(RISK).await;
    let before = this.stage.simulator.calls().len();
    for at in [this.now(), this.now().minus(Duration::from_secs(86_400))] {
        let answers = this.run(false_positive(at), true).await;
        assert_eq!((statuses(&answers), topics(&answers[0])), (vec!["ignored"], vec![]));
    }
    assert_eq!(this.stage.simulator.calls().len(), before);
}

#[tokio::test]
async fn a_false_alarm_of_nothing_that_is_remembered_does_not_disarm_what_comes_later() {
    let mut this = Loop::remembering(&format!("{RISK},{}", FINDING.replace("20d", "1d"))).await;
    let beside = json!({ "Records": [false_positive(this.now()), finding("f-1", this.now())] });
    this.run(beside, true).await;
    assert_eq!((this.facts("answered").len(), this.facts("all_clear").len()), (1, 0), "of the finding, and of nothing");
    this.run(risk(this.now()), true).await;
    assert_eq!(this.writes(), [off(YOUNG)]);
}

#[tokio::test]
async fn what_no_rule_answers_is_told_beside_what_is_answered_and_beside_an_all_clear_of_nothing() {
    let mut this = Loop::remembering(RISK).await;
    let now = this.now();
    let beside = |other: Value| json!({ "Records": [other, finding("f-1", now)] });
    let unasked = "aws.guardduty reports UnauthorizedAccess:IAMUser/TorIPCaller: no rule of the policy matches it";
    let ignored = &this.run(beside(false_positive(now)), true).await[0];
    let why = ignored["why"].as_str().unwrap();
    assert!(why.contains("nothing is remembered of the incident okta:risk-1") && why.contains(unasked), "{ignored}");
    for other in [risk(now), false_positive(now)] {
        let answer = this.hop(&mut execution("e", beside(other)), true).await;
        let told = answer["report"]["trigger"]["not_answered"].as_str().unwrap_or_default();
        assert!(told.starts_with(unasked), "{answer}");
    }
    assert_eq!(this.writes(), [off(YOUNG)]);
}

#[tokio::test]
async fn of_a_batch_each_record_asks_the_rules_that_it_would_ask_alone() {
    let rules = format!("{FINDING},{SIGN_IN},{CHANGE}");
    let mut this = Loop::remembering(&rules).await;
    let now = this.now();
    let batch = json!({ "Records": [
        sign_in("s-1", now, "Failure"),
        finding("f-1", now),
        changed("CreateSCIMCredential", OLD, "100000000003", "AKIDmallory", now),
    ]});
    let answer = this.hop(&mut execution("e", batch), true).await;
    let incidents = answer["report"]["trigger"]["incidents"].as_array().unwrap();
    let rules: Vec<&Value> = incidents.iter().map(|incident| &incident["rules"][0]).collect();
    assert_eq!(rules, ["change", "finding", "sign-in"], "the worst first");
    // The finding selects the younger key, which is the last good one: the older goes off for its own incident.
    assert_eq!((this.writes(), guards(&answer)), (vec![off(OLD)], vec!["keep_one", "keep_one", "evidence"]));
    assert_eq!((this.facts("answered").len(), this.facts("implicated").len()), (1, 1), "what is held is not answered");
    assert!(notices(&answer).iter().any(|id| id.contains("held")), "{answer}");
}

#[tokio::test]
async fn our_own_incident_asks_the_rules_of_patterns_that_match_it() {
    let own = r#"{"id":"own","on":{"source":["scim-key-lifecycle"],"id":[{"prefix":"PAGE-"}]},"when":{"implicated":true},
        "then":"disable","waives":["keep_one"]}"#;
    let mut this = Loop::remembering(own).await;
    this.run(incident("PAGE-1", &[OLD]), true).await;
    assert_eq!(this.writes(), [off(OLD)]);
}

#[tokio::test]
async fn an_event_that_says_more_than_fits_is_cut_in_the_report_and_what_is_left_out_is_told() {
    let rule = |number: usize| SIGN_IN.replace("sign-in", &format!("sign-in-{}-{number:02}", "x".repeat(40)));
    let rules: Vec<String> = (0..100).map(rule).collect();
    let mut this = Loop::remembering(&rules.join(",")).await;
    let now = this.now();
    let sign_ins: Vec<Value> = (0..25).map(|n| sign_in(&format!("{n}-{}", "i".repeat(100)), now, "Success")).collect();
    let answer = this.hop(&mut execution("e", json!({ "Records": sign_ins })), true).await;
    assert!(answer.to_string().len() <= 128 * 1024);
    let left_out = answer["report"]["left_out"].as_str().unwrap();
    assert!(
        left_out.starts_with("what each rule says of each key, the guards and the controls; all that the event says: ")
    );
    let told = answer["notices"].as_array().unwrap().iter().find(|notice| notice["topic"] == "not_believed").unwrap();
    assert!(told["text"].as_str().unwrap().contains("5 more incidents that ask a rule are left alone"), "{told}");
    assert_eq!((this.writes(), this.facts("answered").len()), (vec![off(YOUNG)], 20));
}

#[tokio::test]
async fn what_is_too_old_hides_nothing_that_is_fresh() {
    let mut this = Loop::remembering(FINDING).await;
    let now = this.now();
    let old = (0..20).map(|n| finding(&format!("old-{n}"), now.minus(Duration::from_hours(24))));
    let event = json!({ "Records": old.chain([finding("fresh", now)]).collect::<Vec<_>>() });
    this.run(event, true).await;
    assert_eq!(this.writes(), [off(YOUNG)]);
}

#[tokio::test]
async fn a_run_that_leaves_out_what_asks_a_rule_is_held_and_a_call_again_and_again_hides_no_other() {
    let mut this = Loop::remembering(CHANGE).await;
    let now = this.now();
    let enabled = |n: usize, key: &str| {
        let mut record = changed("UpdateSCIMCredentialStatus", key, "100000000003", "AKIDmallory", now);
        record["data"]["eventID"] = json!(format!("e2c8694c-0000-4000-8000-{n:012}"));
        record
    };
    let flood = (0..25).map(|n| enabled(n, "scimcred-zzzz0zzz0001"));
    let event = json!({ "EventList": flood.chain([enabled(99, OLD)]).collect::<Vec<_>>() });
    let answers = this.run(event, true).await;
    let last = answers.last().unwrap();
    assert_eq!((last["status"].as_str(), this.writes()), (Some("held"), vec![off(OLD)]));
    assert!(last["why"].as_str().unwrap().starts_with("left_out: 6 more incidents"), "{last}");
}

#[tokio::test]
async fn keys_that_are_gone_hide_none_that_is_still_there_whichever_was_made_first() {
    for place in [0, 12, 29] {
        let mut this = Loop::remembering(CHANGE).await;
        let now = this.now();
        let created = |n: usize| {
            let key = if n == place { OLD.to_owned() } else { format!("scimcred-zzzz0zzz{n:04}") };
            changed("CreateSCIMCredential", &key, "100000000003", "AKIDmallory", now)
        };
        let event = json!({ "EventList": (0..30).map(created).collect::<Vec<_>>() });
        let answers = this.run(event, true).await;
        let last = answers.last().unwrap();
        assert_eq!((last["status"].as_str(), this.writes()), (Some("held"), vec![off(OLD)]), "{place}");
        assert!(last["why"].as_str().unwrap().starts_with("left_out: 10 more incidents"), "{last}");
        for answer in &answers {
            let told = &answer["report"]["trigger"];
            assert_eq!((told["incidents"].as_array().unwrap().len(), &told["left_out"]), (20, &json!(10)), "{place}");
        }
        assert_eq!(this.facts("answered").len(), 20, "no more find their way into a cursor");
    }
}

#[tokio::test]
async fn who_vouches_and_what_is_called_off_is_heard_however_much_else_is_said() {
    let mut this = Loop::remembering(&format!("{CHANGE},{RISK}")).await;
    this.vouchers = r#"["100000000002"]"#;
    this.run(risk(this.now()), true).await;
    let now = this.now();
    let created = |key: &str| changed("CreateSCIMCredential", key, "100000000002", "AKIDjane", now);
    let feedback = |n: usize| {
        let mut other = false_positive(now);
        other["detail"]["uuid"] = json!(format!("feedback-{n}"));
        other["detail"]["debugContext"]["debugData"]["EventUuid"] = json!(format!("risk-{n}"));
        other
    };
    let others = (0..25).map(|n| created(&format!("scimcred-zzzz0zzz{n:04}"))).chain((2..27).map(feedback));
    let body: Vec<Value> = others.chain([created(OLD), false_positive(now)]).collect();
    let answers = this.run(json!({ "Records": body }), true).await;
    assert_eq!(statuses(&answers).last(), Some(&"complete"), "{}", answers.last().unwrap()["why"]);
    assert_eq!((this.facts("vouched").len(), this.facts("all_clear").len()), (1, 1));
}

/// On a risk that Entra calls certain, a key that the zone has not; on one that it does not, all keys.
const RISKS: &str = r#"
    {"id":"certain","on":{"riskState":["confirmedCompromised"]},"when":{"ids":["scimcred-zzzz0zzz0001"]},"then":"disable"},
    {"id":"maybe","on":{"riskState":["atRisk"]},"when":{"all":[]},"then":"disable","waives":["keep_one"]}"#;

#[tokio::test]
async fn a_record_does_not_borrow_the_evidence_of_another_of_the_same_incident() {
    let spray = |state: &str, at: Timestamp| {
        json!({ "id": "d-1", "riskEventType": "passwordSpray", "riskState": state, "riskLevel": "high",
                "detectedDateTime": at.to_string(), "userPrincipalName": "jane@example.com" })
    };
    for states in [["atRisk", "confirmedCompromised"], ["confirmedCompromised", "atRisk"]] {
        let mut this = Loop::remembering(RISKS).await;
        let event = json!({ "value": states.map(|state| spray(state, this.now())) });
        let answers = this.run(event, true).await;
        let last = answers.last().unwrap();
        assert_eq!((last["status"].as_str(), this.writes()), (Some("held"), vec![]), "{states:?}");
        assert!(guards(&answers[0]).contains(&"evidence"), "{}", answers[0]);
        // Of a rule that both ask, the stronger is asked.
        let both = RISKS.replace(r#""atRisk""#, r#""atRisk","confirmedCompromised""#);
        let mut this = Loop::remembering(&both).await;
        let event = json!({ "value": states.map(|state| spray(state, this.now())) });
        this.run(event, true).await;
        assert_eq!(this.writes().len(), 2, "{states:?}");
    }
}

#[tokio::test]
async fn how_long_it_took_since_an_event_of_the_future_is_not_said() {
    for (ahead, said) in [(0, true), (200, false)] {
        let mut this = Loop::remembering(FINDING).await;
        let at = this.now().plus(Duration::from_secs(ahead));
        let answer = this.hop(&mut execution("e", finding("f-1", at)), true).await;
        let speed = &answer["report"]["speed"];
        assert_eq!((speed["ms_since_the_event"].is_u64(), speed["ms_since_the_invocation"].is_u64()), (said, true));
    }
}
