//! What it takes to cause one of Okta's log events.
//!
//! Most of the log can be filled by anybody who reaches the sign-in page: sign-ins that fail, locked accounts, spent rate
//! limits, mails that reset a password, ThreatInsight, which judges a request before it knows the user. So an event counts
//! as authenticated only if it is known to need a session, a login, an API secret or a person's decision, and succeeded.

use super::Risk;
use crate::trigger::cause::Evidence;
use crate::trigger::sources::lenient::At;

/// Event types (what they begin with) that are authenticated where they succeed.
const IF_IT_SUCCEEDED: [&str; 19] = [
    "app.oauth2.admin.consent.",
    "app.oauth2.client.lifecycle.",
    "app.oauth2.client.privilege.",
    "application.lifecycle.",
    "group.privilege.",
    "iam.",
    "policy.lifecycle.",
    "policy.rule.",
    "system.api_token.",
    "system.idp.lifecycle.",
    "system.log_stream.lifecycle.",
    "system.mfa.factor.",
    "user.account.privilege.",
    "user.account.report_suspicious_activity_by_enduser",
    "user.account.unlock_by_admin",
    "user.authentication.",
    "user.mfa.factor.",
    "user.session.",
    "zone.",
];

/// Event types that are authenticated where they succeed, since only an administrator, an API token or a directory that one
/// connected causes them: they change a setting of the whole organisation, or take something from a user.
///
/// `user.lifecycle.create` and `.activate`, `group.user_membership.` and what is pushed to applications
/// (`application.provision.user.push` and its like) are not among them: where people may register themselves, whoever does
/// so causes them without a session.
const ADMINISTRATORS: [&str; 13] = [
    "application.provision.user.deactivate",
    "application.provision.user.deprovision",
    "application.provision.user.reactivate",
    "group.lifecycle.",
    "security.attack_protection.settings.",
    "security.authenticator.lifecycle.",
    "security.behavior.settings.",
    "security.threat.configuration.",
    "security.trusted_origin.",
    "user.lifecycle.deactivate",
    "user.lifecycle.delete.",
    "user.lifecycle.suspend",
    "user.lifecycle.unsuspend",
];

/// Event types that speak of a session which exists, however it was judged.
const OF_A_SESSION: [&str; 3] = ["policy.auth_reevaluate.", "policy.continuous_access.", "user.session.context.change"];

/// Event types that report a risk of a user. What caused it, only the detection's name tells.
const OF_A_RISK: [&str; 2] = ["user.risk.", "policy.entity_risk."];

/// Detections that took a session, a password that was right, or a person's report
/// (<https://help.okta.com/oie/en-us/Content/Topics/itp/detections.htm>). A suspected brute force, threat intelligence and
/// what other providers report are not among them: the first needs nobody, and of the others nobody can tell.
const DETECTIONS: [&str; 9] = [
    "admin reported user risk",
    "breached credential detected",
    "entity critical action from high threat ip",
    "session influenced user risk",
    "suspicious app access",
    "suspicious login from an ip flagged by fastpass",
    "suspicious login from an ip flagged in a credential based attack",
    "this wasn't me",
    "user reported suspicious activity",
];

/// What it takes to cause this one.
pub(super) fn of(kind: &str, record: At<'_>, risk: &Risk) -> Evidence {
    let begins = |all: &[&str]| all.iter().any(|with| kind.starts_with(with));
    let authenticated = if begins(&OF_A_RISK) {
        risk.detection().is_some_and(|name| DETECTIONS.contains(&name.to_ascii_lowercase().as_str()))
    } else {
        let if_it_succeeded = begins(&IF_IT_SUCCEEDED) || begins(&ADMINISTRATORS);
        begins(&OF_A_SESSION) || (if_it_succeeded && succeeded(record))
    };
    Evidence::of(authenticated)
}

/// Was it let through? `CHALLENGE`, `FAILURE`, `DENY`, `UNKNOWN` and silence are no.
pub(super) fn succeeded(record: At<'_>) -> bool {
    let result = record.way("outcome.result");
    result.is("SUCCESS") || result.is("ALLOW")
}
