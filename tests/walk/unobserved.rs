//! The zone cannot be seen whole: the run knows nothing, does nothing, and says why.

use scim_key_lifecycle::simulator::SimStatus::Enabled;
use scim_key_lifecycle::simulator::{Action, Fault, SimStatus};

use crate::stage::{EXPIRED, LIST, OLD, Played, Stage, YOUNG, ZONE, key};

const DESCRIBE: Action = Action::DescribeIdentityCenter;

/// The run failed for this reason, wrote nothing, and its report says what was not looked at.
fn assert_blind(stage: &Stage, played: &Played, reason: &str) {
    assert_eq!(played.status(), "failed", "{reason}");
    assert!(played.why().contains(reason), "{reason}: {}", played.why());
    assert_eq!(stage.statuses(), [Enabled, Enabled]);
    assert_eq!(played.writes(), []);
    let report = &played.answer["report"];
    assert_eq!(report["credentials"], serde_json::json!([]));
    assert_eq!(report["not_looked_at"][0]["what"], "the SCIM credentials");
    assert_eq!(report["not_looked_at"][0]["why"], played.why());
    assert_eq!(played.answer["notices"][0]["topic"], "blind");
}

/// A list of one key whose field has this value; the zone counts `count` keys.
fn listing(count: i64, field: &str, value: &str) -> String {
    let entry = serde_json::json!({ "ZoneId": ZONE, "Status": "Enabled", "CredentialId": OLD,
        "CredentialType": "BearerToken", "CreateTime": "2025-01-01 00:00:00", "ExpireTime": "2025-06-01 00:00:00" });
    let mut answer = serde_json::json!({ "Response": {
        "TotalCounts": count, "SCIMCredentials": [entry], "RequestId": "60ebab32-73ff-4d3d-abdf-af9b1e866add" } });
    if !field.is_empty() {
        answer["Response"]["SCIMCredentials"][0][field] = value.into();
    }
    answer.to_string()
}

#[tokio::test]
async fn a_refused_call_says_which_and_why() {
    for action in [DESCRIBE, LIST] {
        let stage = Stage::expired();
        stage.change(|account| account.denied.insert(action));
        let played = stage.play().await;
        assert_blind(&stage, &played, &format!("{} was answered with UnauthorizedOperation", action.name()));
        assert_eq!(played.count(action), 1, "a refusal is not asked again");
    }
}

#[tokio::test]
async fn a_service_that_is_not_open_says_so() {
    let stage = Stage::expired();
    stage.change(|account| account.service = SimStatus::Disabled);
    assert_blind(&stage, &stage.play().await, "FailedOperation.IdentityCenterNotOpen");
    let stage = Stage::expired();
    let answer = format!(r#"{{"Response":{{"ZoneId":"{ZONE}","ServiceStatus":"Disabled","RequestId":"r"}}}}"#);
    stage.simulator.inject(DESCRIBE, 1, Fault::Instead(answer));
    assert_blind(&stage, &stage.play().await, "not activated for this account (its service status is Disabled)");
}

#[tokio::test]
async fn a_zone_that_does_not_exist_says_so() {
    let stage = Stage::expired().in_zone("z-000000000000");
    let played = stage.play().await;
    assert_blind(&stage, &played, "FailedOperation.ZoneIdNotExist");
    assert_eq!(played.count(DESCRIBE), 0, "the policy names the zone");
}

#[tokio::test]
async fn a_list_that_contradicts_itself_or_the_documentation_is_no_look() {
    let cases = [
        (listing(2, "", ""), "the cloud counts 2 credentials but lists 1"),
        (listing(1, "ZoneId", "z-000000000000"), "says that it belongs to zone z-000000000000"),
        (listing(1, "CreateTime", "2025-01-01T00:00:00Z"), "CreateTime is \"2025-01-01T00:00:00Z\", not a time"),
        (listing(1, "ExpireTime", ""), "ExpireTime is \"\", not a time"),
        (listing(1, "CredentialId", "cred-1"), "CredentialId is \"cred-1\", not 'scimcred-'"),
        (listing(1, "ZoneId", "zone 7"), "ZoneId is \"zone 7\", not 'z-'"),
        (r#"{"Response":{"TotalCounts":0,"RequestId":"r"}}"#.to_owned(), "missing field `SCIMCredentials`"),
        ("<html>".to_owned(), "ListSCIMCredentials got an answer that cannot be read"),
    ];
    for (answer, reason) in cases {
        let stage = Stage::expired();
        let always = answer.clone();
        stage.simulator.draw_faults(move |action| (action == LIST).then(|| Fault::Instead(always.clone())));
        assert_blind(&stage, &stage.play().await, reason);
    }
}

#[tokio::test]
async fn one_unreadable_answer_is_asked_for_again() {
    let stage = Stage::expired();
    stage.simulator.inject(LIST, 1, Fault::Garbage);
    assert_eq!(stage.play().await.status(), "complete");
}

#[tokio::test]
async fn an_answer_is_quoted_in_no_more_than_a_few_words() {
    let stage = Stage::expired();
    let long = format!(r#"{{"Response":"{}"}}"#, "secret ".repeat(10_000));
    stage.simulator.draw_faults(move |_| Some(Fault::Instead(long.clone())));
    let played = stage.play().await;
    assert_blind(&stage, &played, "DescribeIdentityCenter got an answer that cannot be read");
    assert!(!played.why().contains("secret"), "{}", played.why());
    assert!(played.answer.to_string().len() < 4_096);
}

#[tokio::test]
async fn a_status_that_nobody_documents_leaves_the_key_alone() {
    let stage = Stage::expired();
    stage.simulator.inject(LIST, 1, Fault::Instead(listing(1, "Status", "Suspended")));
    let played = stage.play().await;
    assert_eq!((played.status(), played.writes().len()), ("complete", 0));
    assert_eq!(played.credential(OLD)["verdict"], "unsure");
    assert_eq!(played.answer["notices"][0]["topic"], "unsure");
}

#[tokio::test]
async fn without_a_secret_nothing_is_called() {
    let mut stage = Stage::expired();
    stage.lose_secret(|_| None);
    let played = stage.play().await;
    assert_blind(&stage, &played, "no secret from `env`: neither TENCENTCLOUD_SECRET_ID");
    assert_eq!(played.calls, []);
}

#[tokio::test]
async fn a_clock_ten_minutes_off_says_how_far_and_which_way() {
    for (ahead, way) in [(600_000, "behind the cloud's"), (-600_000, "ahead of the cloud's")] {
        let stage = Stage::ahead_by(ahead, &[key(OLD, 379, 365), key(YOUNG, 30, 365)], &[YOUNG], EXPIRED);
        let played = stage.play().await;
        assert_blind(&stage, &played, "AuthFailure.SignatureExpire (this machine's clock is ");
        assert!(played.why().contains(way), "{}", played.why());
        // An answer's date has whole seconds.
        assert!(["is 10m", "is 9m 59s"].iter().any(|by| played.why().contains(by)), "{}", played.why());
    }
}
