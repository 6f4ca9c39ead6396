//! AWS Health by table: the sample, the codes, and the states in which an event is nothing to act on.

use serde_json::{Value, json};

use super::super::testing::{sample, survives, told, with};
use super::is_own;

const SAMPLE: &str = "eventbridge_awshealth_risk_credentials_exposed";
const SAID: &str = "aws.health:arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/AWS_RISK_CREDENTIALS_EXPOSED-DVNePcpQ2o · \
                    AWS_RISK_CREDENTIALS_EXPOSED · - · test-1 · - · 2025-02-12T00:37:55Z · Authenticated";

fn changed(changes: &[(&str, Value)]) -> String {
    told(&with(sample(SAMPLE), changes))
}

#[test]
fn the_sample_says_what_happened() {
    assert_eq!(told(&sample(SAMPLE)), SAID);
}

#[test]
fn only_codes_about_credentials_are_incidents_and_a_suspicion_is_no_certainty() {
    let cases = [
        ("AWS_RISK_CREDENTIALS_COMPROMISED", "Authenticated"),
        ("AWS_RISK_ACCOUNT_CONSOLE_COMPROMISE", "Authenticated"),
        ("aws_risk_iam_quarantine", "Authenticated"),
        ("AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED", "Outsider"),
        ("AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED", "Outsider"),
        ("AWS_RISK_CREDENTIALS_OF_NEXT_YEAR", "Outsider"),
    ];
    for (code, evidence) in cases {
        let said = changed(&[("/detail/eventTypeCode", json!(code))]);
        assert!(said.contains(&format!(" · {code} · ")) && said.ends_with(evidence), "{said}");
    }
    assert_eq!(
        changed(&[("/detail/eventTypeCode", json!("AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED"))]),
        "nothing: AWS Health tells of AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED, which is not about an exposed or misused credential"
    );
    assert!(
        changed(&[("/detail/eventTypeCode", json!(null))])
            .starts_with("nothing: AWS Health tells of something without")
    );
}

#[test]
fn one_that_is_closed_announced_or_public_is_nothing() {
    let cases = [
        ("/detail/statusCode", "closed", "its time is over, which does not say that the credential is safe"),
        ("/detail/statusCode", "upcoming", "AWS Health only announces this event"),
        ("/detail/eventScopeCode", "PUBLIC", "it is about AWS, not about this account"),
    ];
    for (way, value, why) in cases {
        let said = changed(&[(way, json!(value))]);
        assert!(said.starts_with("nothing: ") && said.ends_with(why), "{said}");
    }
}

#[test]
fn the_day_of_the_week_is_not_believed_and_the_envelope_s_time_comes_last() {
    let at = |changes: &[(&str, Value)]| changed(changes).split(" · ").nth(5).unwrap().to_owned();
    assert_eq!(at(&[("/detail/lastUpdatedTime", json!("Mon, 2 Feb 2025 00:37:55 GMT"))]), "2025-02-02T00:37:55Z");
    assert_eq!(at(&[("/detail/lastUpdatedTime", json!("2025-02-12T00:40:00Z"))]), "2025-02-12T00:40:00Z");
    assert_eq!(at(&[("/detail/lastUpdatedTime", json!("soon"))]), "2025-02-12T00:37:54Z");
    let neither = [("/detail/lastUpdatedTime", json!(null)), ("/detail/startTime", json!(null))];
    assert_eq!(at(&neither), "2025-02-12T00:38:36Z");
    let unset = [neither[0].clone(), neither[1].clone(), ("/time", json!("1970-01-01T00:00:00Z"))];
    assert_eq!(at(&unset), "-");
}

#[test]
fn the_key_is_named_where_no_user_is() {
    let actor = |changes: &[(&str, Value)]| changed(changes).split(" · ").nth(3).unwrap().to_owned();
    assert_eq!(actor(&[("/detail/eventMetadata", json!(null))]), "AKIAXXXXXXXXXX");
    let entities = json!([{}, { "entityValue": "-" }, { "entityValue": "arn:aws:iam::123456789012:user/ada" }]);
    assert_eq!(
        actor(&[("/detail/eventMetadata", json!(null)), ("/detail/affectedEntities", entities)]),
        "arn:aws:iam::123456789012:user/ada"
    );
}

#[test]
fn a_bare_event_is_read_too() {
    assert_eq!(told(&sample(SAMPLE)["detail"]), SAID);
}

#[test]
fn it_survives_tampered_events() {
    survives(is_own, &[], &[]);
}
