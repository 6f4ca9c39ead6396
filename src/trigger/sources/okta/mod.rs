//! Okta's System Log: alone, as a log stream hands it to an EventBridge partner bus, or as an event hook sends it.
//!
//! What is known of it: the `LogEvent` object and its event types
//! (<https://developer.okta.com/docs/api/openapi/okta-management/management/tag/SystemLog/>,
//! <https://developer.okta.com/docs/reference/api/event-types/>), those of Identity Threat Protection
//! (<https://developer.okta.com/docs/reference/api/itp-et/>), of ThreatInsight
//! (<https://help.okta.com/oie/en-us/Content/Topics/Security/threat-insight/configure-threatinsight-system-log.htm>), event
//! hooks (<https://developer.okta.com/docs/concepts/event-hooks/>). A partner bus has `source`
//! `aws.partner/okta.com/…` and the log event as `detail`; its `detail-type` differs between what people have seen, and is
//! not looked at. Keys may have lost their case on the way, and times their zone: Okta's are UTC.
//!
//! A log stream sends the whole log. So nearly every event becomes an incident that waits for a rule to name it; what
//! matters here is what it takes to cause it ([`evidence`]), and the few that say the opposite of an alarm.

use super::lenient::{At, when};
use super::records::Event;
use super::{Said, identity};
use crate::trigger::IncidentId;
use crate::trigger::cause::{Evidence, Incident, Source, Text};
use risk::Risk;

mod evidence;
mod risk;
#[cfg(test)]
mod tests;
mod who;

/// Event types that end something. They give nobody anything, and no key is worse for them.
const ENDS: [&str; 9] = [
    "security.attack.end",
    "system.api_token.revoke",
    "user.authentication.slo",
    "user.authentication.universal_logout",
    "user.session.clear",
    "user.session.end",
    "user.session.expire",
    "user.session.impersonation.end",
    "user.session.impersonation.revoke",
];

/// Is it Okta's?
pub(super) fn is_own(event: Event<'_>) -> bool {
    let record = event.record();
    let is_hook = record.get("eventType").str().is_some_and(|text| text.to_ascii_lowercase().starts_with("com.okta."));
    event.is_from_one_of("aws.partner/okta.com") || is_hook || (!event.looks_like_amazons() && is_log_event(record))
}

/// A type, an id or a time, and what else only such an event has.
fn is_log_event(record: At<'_>) -> bool {
    let any = |keys: &[&str]| keys.iter().any(|key| record.get(key).is_there());
    let besides = ["actor", "outcome", "debugContext", "legacyEventType", "displayMessage"];
    event_type(record).is_some() && any(&["uuid", "published"]) && any(&besides)
}

/// The type of a log event: words with dots between them. An event hook's own is none.
fn event_type(record: At<'_>) -> Option<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let kind = record.get("eventType").str()?.to_ascii_lowercase();
    (kind.contains('.') && kind.chars().all(word) && !kind.starts_with("com.okta.")).then_some(kind)
}

/// What a log event says.
pub(super) fn said(event: Event<'_>) -> Said {
    let record = event.record();
    let Some(kind) = event_type(record) else {
        return Said::Nothing("an Okta event whose eventType cannot be read".to_owned());
    };
    if kind == "analytics.feedback.provide" {
        return feedback(event);
    }
    if ENDS.contains(&kind.as_str()) {
        return Said::Nothing(format!("Okta's {kind} ends something, and gives nobody anything"));
    }
    let risk = Risk::of(record);
    if risk.fell() {
        return Said::Nothing(format!("Okta's {kind} says that the risk has fallen"));
    }
    let evidence = evidence::of(&kind, record, &risk);
    let id = identity::of(Source::Okta, [record.get("uuid")], record);
    Said::Incident(incident(id, &kind, event, evidence, &risk))
}

fn incident(id: IncidentId, kind: &str, event: Event<'_>, evidence: Evidence, risk: &Risk) -> Incident {
    let record = event.record();
    // At times the reason is the only sign of what happened: INFO, a plain type, and "declined phishing attempt".
    let reason = record.way("outcome.reason").behind_colon();
    let told = Text::of(&format!("{kind}{reason}")).unwrap_or_else(|| Text::ours("Okta event"));
    Incident {
        severity: record.get("severity").severity_word().max(risk.level()),
        actor: who::actor(record),
        address: who::address(record, kind),
        at: when([record.get("published"), event.time()]),
        ..Incident::of(Source::Okta, id, told, evidence)
    }
}

/// An administrator's word on a detection, which `EventUuid` names. A false positive is the all-clear of exactly that one;
/// a true positive is that same incident once more, and now somebody has decided that it is one.
fn feedback(event: Event<'_>) -> Said {
    let record = event.record();
    let given = record.way("debugContext.debugData");
    let label: String =
        given.get("Label").str().unwrap_or_default().chars().filter(char::is_ascii_alphabetic).collect();
    if !evidence::succeeded(record) {
        return Said::Nothing("an Okta feedback that was not taken".to_owned());
    }
    let about = identity::named(Source::Okta, [given.get("EventUuid")]);
    match (label.to_ascii_lowercase().as_str(), about) {
        ("falsepositive", Some(incident)) => Said::AllClear { incident, at: record.get("published").time() },
        ("falsepositive", None) => Said::Nothing("an Okta feedback that does not name its event".to_owned()),
        ("truepositive", about) => {
            let id = about.unwrap_or_else(|| identity::of(Source::Okta, [record.get("uuid")], record));
            let kind = "analytics.feedback.provide";
            Said::Incident(incident(id, kind, event, Evidence::Authenticated, &Risk::of(record)))
        }
        _ => Said::Nothing("an Okta feedback with no verdict".to_owned()),
    }
}
