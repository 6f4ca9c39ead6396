//! AWS sign-in: CloudTrail's records of it, through EventBridge, in CloudTrail's own log files, in the answer of its
//! `LookupEvents`, or bare.
//!
//! A sign-in that failed is what anybody can cause; one that succeeded is authenticated. `MFAUsed: No` says nothing: it
//! is normal for a federated user, whose identity provider asks for it. A step on the way, as `CheckMfa` is, is not a
//! sign-in.
//!
//! The access portal of IAM Identity Center writes two records of its own beside those. `Authenticate` follows a
//! `UserAuthentication`, which is the sign-in, and says no more. `Federate` is a user who takes a role or opens an
//! application: it takes a session, and the record has no word for how it ended but an error. **Unverified**: AWS's page
//! names these two and shows neither; their shape is as others have told it.
//!
//! `aws login`, and other tools, get a code and a token for somebody who has signed in. **Unverified**: no page shows these
//! records; `additionalEventData.success` is as others have told it.
//!
//! Sources: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html>;
//! for users of IAM Identity Center <https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html>;
//! its portal <https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html>;
//! tokens <https://docs.aws.amazon.com/signin/latest/userguide/oauth-sign-in-overview.html>;
//! the answer <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Event.html>;
//! the detail-types, which AWS writes in two ways, and the anomaly alert, whose body is published nowhere:
//! <https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-signin.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html>.

use super::lenient::{At, when, who};
use super::records::Event;
use super::{Incident, Said, Text, identity};
use crate::trigger::cause::{Evidence, Source};

#[cfg(test)]
mod tests;

/// Steps on the way to a sign-in, or out of one.
const STEPS: [&str; 4] = ["CheckMfa", "CredentialChallenge", "ExitRole", "RenewRole"];

/// What somebody who has signed in gets for a tool.
const GRANTS: [&str; 2] = ["AuthorizeOAuth2Access", "CreateOAuth2Token"];

/// Is it one of them?
pub(super) fn is_own(event: Event<'_>) -> bool {
    if event.is_from("aws.signin") || event.has_detail_type("AWS Console Sign In via CloudTrail") {
        return true;
    }
    let record = event.record();
    let service = record.get("eventSource").str().unwrap_or_default().to_ascii_lowercase();
    service.starts_with("signin.") || record.get("eventType").is("AwsConsoleSignIn") || is_portals(record)
}

/// Is it one of the two records of Identity Center's portal? What else its service writes are calls of its API.
fn is_portals(record: At<'_>) -> bool {
    let name = record.get("eventName");
    record.get("eventSource").is("sso.amazonaws.com") && (name.is("Authenticate") || name.is("Federate"))
}

/// What it says.
pub(super) fn said(event: Event<'_>) -> Said {
    let held = event.record().get("CloudTrailEvent").opened().filter(|held| held.is_object());
    let record = held.as_deref().map_or(event.record(), At::of);
    let name = record.get("eventName");
    let succeeded = succeeded(record);
    let portals = || name.text().filter(|_| is_portals(record) && name.is("Authenticate"));
    if let Some(step) = step(name, succeeded).or_else(portals) {
        return Said::Nothing(format!(
            "{step} is a step of a sign-in or its end; the sign-in itself is an event of its own"
        ));
    }
    let id = identity::of(Source::AwsSignIn, [record.get("eventID"), event.id()], record);
    let kind = who([name, event.detail_type()]).unwrap_or_else(|| Text::ours("sign-in"));
    let evidence = Evidence::of(succeeded && !is_anybodys(name));
    Said::Incident(Incident {
        actor: actor(record),
        address: record.get("sourceIPAddress").address(),
        at: when([record.get("eventTime"), event.time()]),
        ..Incident::of(Source::AwsSignIn, id, kind, evidence)
    })
}

/// The name of a step that is not a sign-in. A credential that was checked and found wrong is one that failed: nothing
/// more is recorded of it.
pub(super) fn step(name: At<'_>, succeeded: bool) -> Option<Text> {
    let is_step = STEPS.iter().any(|step| name.is(step)) || (name.is("CredentialVerification") && succeeded);
    is_step.then(|| name.text()).flatten()
}

/// May anybody make it succeed? Whoever asks for a new password does.
pub(super) fn is_anybodys(name: At<'_>) -> bool {
    name.is("PasswordRecoveryRequested")
}

/// Did it certainly succeed? The answer stands under the event's own name; an error is none, whatever else stands there.
fn succeeded(record: At<'_>) -> bool {
    let refused = record.get("errorMessage").is_said() || record.get("errorCode").is_said();
    let name = record.get("eventName").str().unwrap_or("ConsoleLogin");
    let is_success = |place: &str| {
        let answer = record.get(place).opened();
        answer.is_some_and(|answer| At::of(&answer).get(name).is("Success"))
    };
    let is_taken = || is_portals(record) && record.get("eventName").is("Federate");
    let is_granted = || GRANTS.contains(&name) && record.way("additionalEventData.success").is_true();
    !refused && (is_success("responseElements") || is_success("serviceEventDetails") || is_taken() || is_granted())
}

/// Who signed in. A hidden name is nobody's: CloudTrail hides what was typed into the field when there is no such user,
/// since it may be a password. The root user is best told by its ARN, and an account's number is no user. A user of Identity
/// Center has a name beside the identity only, and else an id.
fn actor(record: At<'_>) -> Option<Text> {
    let identity = record.get("userIdentity");
    let name = identity.get("userName");
    if name.is("HIDDEN_DUE_TO_SECURITY_REASONS") {
        return None;
    }
    let arn = identity.get("arn");
    let (first, then) = if identity.get("type").is("Root") { (arn, name) } else { (name, arn) };
    let principal = identity.get("principalId");
    let is_account = principal.text() == identity.get("accountId").text();
    let known = who([first, then, record.way("additionalEventData.UserName"), identity.way("onBehalfOf.userId")]);
    known.or_else(|| if is_account { None } else { who([principal]) })
}
