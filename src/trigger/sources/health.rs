//! AWS Health: that AWS saw a credential of the account exposed or misused.
//!
//! The event's ARN is the incident's id. Everything else that Health tells, of disks, networks and dates, is nothing here.
//!
//! Sources: <https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html>,
//! <https://repost.aws/articles/ARoBXj63rWSt2Ww7XKlVV72g/how-aws-responds-to-exposed-credentials-and-how-you-can-protect-your-account>.
//! AWS publishes no list of its codes of risk; these are the ones that its articles and public responders name.

use super::lenient::{At, when, who};
use super::records::Event;
use super::{Incident, Said, Text, identity};
use crate::trigger::cause::{Evidence, Source};

#[cfg(test)]
mod tests;

/// The codes by which AWS says that a credential is out or in use.
const SURE: [&str; 4] = [
    "AWS_RISK_CREDENTIALS_EXPOSED",
    "AWS_RISK_CREDENTIALS_COMPROMISED",
    "AWS_RISK_ACCOUNT_CONSOLE_COMPROMISE",
    "AWS_RISK_IAM_QUARANTINE",
];

/// How others begin, by which it says the same with less certainty: `AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED`.
const UNSURE: &str = "AWS_RISK_CREDENTIALS_";

/// Is it one of its events?
pub(super) fn is_own(event: Event<'_>) -> bool {
    event.is_from("aws.health")
        || event.has_detail_type("AWS Health Event")
        || event.has_detail_type("AWS Health Abuse Event")
        || is_bare(event.record())
}

fn is_bare(detail: At<'_>) -> bool {
    let arn = arn(detail).str().unwrap_or_default();
    detail.get("eventTypeCode").is_there() && arn.starts_with("arn:") && arn.contains(":health:")
}

/// In events `eventArn`, in the answers of the API `arn`.
fn arn(detail: At<'_>) -> At<'_> {
    let arn = detail.get("eventArn");
    if arn.is_there() { arn } else { detail.get("arn") }
}

/// What it says.
pub(super) fn said(event: Event<'_>) -> Said {
    let detail = event.record();
    let code = detail.get("eventTypeCode");
    let Some(kind) = code.text() else {
        return Said::Nothing(
            "AWS Health tells of something without an eventTypeCode: nobody can tell what".to_owned(),
        );
    };
    let Some(evidence) = evidence(kind.as_str()) else {
        return Said::Nothing(format!(
            "AWS Health tells of {kind}, which is not about an exposed or misused credential"
        ));
    };
    if let Some(why) = nothing(detail) {
        return Said::Nothing(why.to_owned());
    }
    let id = identity::of(Source::AwsHealth, [arn(detail), event.id()], detail);
    Said::Incident(Incident {
        actor: actor(detail),
        at: when([detail.get("lastUpdatedTime"), detail.get("startTime"), event.time()]),
        ..Incident::of(Source::AwsHealth, id, kind, evidence)
    })
}

/// What it takes to cause an event of this code; nothing if it is not about credentials.
fn evidence(code: &str) -> Option<Evidence> {
    let code = code.to_ascii_uppercase();
    if SURE.contains(&code.as_str()) {
        Some(Evidence::Authenticated)
    } else {
        code.starts_with(UNSURE).then_some(Evidence::Outsider)
    }
}

/// Why one about credentials is nothing to act on, if it is not. Health closes an event by itself when its time is over,
/// so that clears nobody.
fn nothing(detail: At<'_>) -> Option<&'static str> {
    let status = detail.get("statusCode");
    if status.is("closed") {
        Some("AWS Health has closed this event: its time is over, which does not say that the credential is safe")
    } else if status.is("upcoming") {
        Some("AWS Health only announces this event")
    } else if detail.get("eventScopeCode").is("PUBLIC") {
        Some("this event of AWS Health is public: it is about AWS, not about this account")
    } else {
        None
    }
}

/// The user, or else the credential.
fn actor(detail: At<'_>) -> Option<Text> {
    let told = detail.get("eventMetadata");
    let entity = || detail.get("affectedEntities").items().find_map(|entity| who([entity.get("entityValue")]));
    who([told.get("userName")]).or_else(entity).or_else(|| who([told.get("publicKey")]))
}
