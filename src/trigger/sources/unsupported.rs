//! Events that are recognised, so that their sender is told why nothing came of them.
//!
//! A CAEP security event token (<https://openid.net/specs/openid-caep-1_0.html>), decoded or in a poll's answer, is
//! only worth what its signature is, and that is not looked at here. A GitHub secret scanning alert
//! (<https://docs.github.com/en/webhooks/webhook-events-and-payloads#secret_scanning_alert>) names no key of a zone. A step
//! of a Secrets Manager rotation
//! (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>) wants work that
//! this program does not do.

use super::Said;
use super::lenient::At;
use super::records::Event;

/// Is it one of them?
pub(super) fn is_own(event: Event<'_>) -> bool {
    whose(event.record()).is_some()
}

/// That it is not supported, and whose it is.
pub(super) fn said(event: Event<'_>) -> Said {
    let whose = whose(event.record()).unwrap_or("unknown");
    Said::Nothing(format!("source not supported: {whose}"))
}

fn whose(event: At<'_>) -> Option<&'static str> {
    if is_security_event_token(event) {
        Some("a security event token (CAEP)")
    } else if event.way("alert.secret_type").is_there() && event.get("action").is_there() {
        Some("GitHub secret scanning")
    } else if ["Step", "SecretId", "ClientRequestToken"].iter().all(|key| event.get(key).is_there()) {
        Some("a rotation step of AWS Secrets Manager")
    } else {
        None
    }
}

/// A token's `events` are named by URIs, and a poll's `sets` are the tokens themselves (RFC 8417, RFC 8936).
fn is_security_event_token(event: At<'_>) -> bool {
    let object = |key| event.get(key).value().and_then(serde_json::Value::as_object);
    let named_by_uri = object("events").is_some_and(|events| events.keys().any(|key| key.contains("/secevent/")));
    let polled = object("sets").is_some_and(|sets| sets.values().all(serde_json::Value::is_string));
    named_by_uri || (polled && event.get("source").str().is_none())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{all_told, is_claimed};
    use super::*;

    #[test]
    fn each_is_recognised_and_told_why() {
        let fixtures = [
            "caep_credential_change",
            "caep_risk_level_change",
            "caep_session_revoked",
            "github_secret_scanning_alert",
            "secretsmanager_rotation_event",
        ];
        insta::assert_snapshot!(all_told(&fixtures), @"
        caep_credential_change
          nothing: source not supported: a security event token (CAEP)
        caep_risk_level_change
          nothing: source not supported: a security event token (CAEP)
        caep_session_revoked
          nothing: source not supported: a security event token (CAEP)
        github_secret_scanning_alert
          nothing: source not supported: GitHub secret scanning
        secretsmanager_rotation_event
          nothing: source not supported: a rotation step of AWS Secrets Manager
        ");
        assert!(is_claimed(is_own, &json!({ "sets": { "jti": "eyJ…" }, "moreAvailable": false })));
    }

    #[test]
    fn what_only_looks_a_little_like_it_is_not_recognised() {
        for other in
            [json!({ "events": {} }), json!({ "alert": {} }), json!({ "Step": "createSecret" }), json!({ "sets": [1] })]
        {
            assert!(!is_claimed(is_own, &other), "{other}");
        }
    }
}
