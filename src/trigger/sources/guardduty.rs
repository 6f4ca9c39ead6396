//! Amazon GuardDuty: findings, through EventBridge or bare, attack sequences among them.
//!
//! A finding is sent again as it goes on, with the same id and a later `updatedAt`: it is the same incident. Archived
//! findings and samples are nothing that happened.
//!
//! Sources: <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html>,
//! <https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html>,
//! <https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Sequence.html>,
//! <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html>,
//! <https://docs.aws.amazon.com/guardduty/latest/ug/sample_findings.html>.

use core::net::IpAddr;

use super::lenient::{At, when, who};
use super::records::Event;
use super::{Incident, Said, Text, identity};
use crate::trigger::cause::{Severity, Source};

mod evidence;
#[cfg(test)]
mod tests;

pub(super) use evidence::{Caller, Seen, evidence, has_a_credential, is_its_name};

/// Is it one of its findings, or another event of it?
pub(super) fn is_own(event: Event<'_>) -> bool {
    event.is_from("aws.guardduty") || event.has_detail_type("GuardDuty Finding") || is_bare_finding(event.record())
}

/// Security Hub's and OCSF's renderings of a finding are theirs.
fn is_bare_finding(finding: At<'_>) -> bool {
    let of_another = finding.get("ProductArn").is_there() || finding.get("class_uid").is_there();
    let names_it = finding.way("service.serviceName").is("guardduty")
        || finding.get("arn").str().is_some_and(|arn| arn.contains(":guardduty:"));
    names_it && finding.get("type").is_there() && !of_another
}

/// What it says.
pub(super) fn said(event: Event<'_>) -> Said {
    let finding = event.record();
    if let Some(why) = nothing(event) {
        return Said::Nothing(why);
    }
    let kind = who([finding.get("type")]).unwrap_or_else(|| Text::ours("GuardDuty finding"));
    let service = finding.get("service");
    let last_seen = [service.get("eventLastSeen"), service.get("eventFirstSeen")];
    let id = identity::of(Source::GuardDuty, [finding.get("id"), finding.get("arn"), event.id()], finding);
    let evidence = evidence(kind.as_str(), seen(finding));
    Said::Incident(Incident {
        severity: severity(finding.get("severity")),
        actor: actor(finding),
        address: address(service.get("action")).or_else(|| sequence_address(sequence(finding))),
        at: when(last_seen).or_else(|| when([finding.get("updatedAt"), finding.get("createdAt"), event.time()])),
        // What goes on is told again in one go, every six hours by default: the notification is its latest word.
        changed: finding.get("updatedAt").time().max(event.time().time()),
        ..Incident::of(Source::GuardDuty, id, kind, evidence)
    })
}

/// Why it is nothing that happened, if it is not.
fn nothing(event: Event<'_>) -> Option<String> {
    let finding = event.record();
    let is_finding = event.has_detail_type("GuardDuty Finding") || is_bare_finding(finding);
    let service = finding.get("service");
    if !is_finding && event.detail_type().is_there() {
        Some(format!("GuardDuty tells of something else than a finding{}", event.detail_type().behind_colon()))
    } else if !["id", "type", "severity", "service"].iter().any(|key| finding.get(key).is_there()) {
        Some("no GuardDuty finding is in the event".to_owned())
    } else if service.get("archived").is_true() {
        Some("this GuardDuty finding is archived: a person or a suppression rule has put it away".to_owned())
    } else if is_sample(service.get("additionalInfo")) || is_titled_sample(finding.get("title")) {
        Some("this is one of GuardDuty's sample findings: nothing has happened".to_owned())
    } else {
        None
    }
}

/// Is a sample marked here: in an object, in a text that is one, or in the `value` beside a `type`?
pub(super) fn is_sample(info: At<'_>) -> bool {
    let Some(info) = info.opened() else { return false };
    let info = At::of(&info);
    let value = info.get("value").opened();
    info.get("sample").is_true() || value.is_some_and(|value| At::of(&value).get("sample").is_true())
}

/// The titles of samples begin so.
pub(super) fn is_titled_sample(title: At<'_>) -> bool {
    title.str().is_some_and(|title| title.starts_with("[SAMPLE]"))
}

/// The documented bands; 0 is reserved, and what lies beyond 10 says nothing. Words, as other tools write them, too.
fn severity(place: At<'_>) -> Option<Severity> {
    match place.number() {
        Some(value) if value <= 0.0 || value > 10.0 => None,
        Some(value) if value >= 9.0 => Some(Severity::Critical),
        Some(value) if value >= 7.0 => Some(Severity::High),
        Some(value) if value >= 4.0 => Some(Severity::Medium),
        Some(_) => Some(Severity::Low),
        None => place.severity_word(),
    }
}

fn sequence(finding: At<'_>) -> At<'_> {
    finding.way("service.detection.sequence")
}

/// Whom it is about: a user, also one of a cluster, of a database or of an attack sequence, or else the machine.
fn actor(finding: At<'_>) -> Option<Text> {
    let resource = finding.get("resource");
    let key = resource.get("accessKeyDetails");
    let user = who([
        key.get("userName"),
        key.get("principalId"),
        resource.way("kubernetesDetails.kubernetesUserDetails.username"),
        resource.way("rdsDbUserDetails.user"),
    ]);
    user.or_else(|| sequence_actor(sequence(finding))).or_else(|| who([resource.way("instanceDetails.instanceId")]))
}

/// The first of a sequence's actors that has a name. Security Hub writes the same fields in capitals.
pub(super) fn sequence_actor(sequence: At<'_>) -> Option<Text> {
    sequence.get("actors").items().find_map(|actor| {
        let user = actor.get("user");
        who([user.get("name"), user.get("uid"), user.get("credentialUid")])
    })
}

/// The first address of a sequence's endpoints.
pub(super) fn sequence_address(sequence: At<'_>) -> Option<IpAddr> {
    sequence.get("endpoints").items().find_map(|endpoint| endpoint.get("ip").address())
}

/// From where an action came; the far end of a connection that the machine itself opened is not that.
pub(super) fn address(action: At<'_>) -> Option<IpAddr> {
    const ACTIONS: [&str; 4] =
        ["awsApiCallAction", "kubernetesApiCallAction", "rdsLoginAttemptAction", "networkConnectionAction"];
    let called = ACTIONS.map(|name| action.get(name));
    let probed = action.way("portProbeAction.portProbeDetails").items();
    let inward = |action: &At<'_>| !action.get("connectionDirection").is("OUTBOUND");
    called.into_iter().filter(inward).chain(probed).find_map(|action| {
        let remote = action.get("remoteIpDetails");
        remote.get("ipAddressV4").address().or_else(|| remote.get("ipAddressV6").address())
    })
}

/// What of a finding tells who could cause it.
fn seen(finding: At<'_>) -> Seen {
    let key = finding.way("resource.accessKeyDetails");
    let call = finding.way("service.action.awsApiCallAction");
    let login = call.get("api").is("ConsoleLogin");
    let cluster = finding.way("resource.kubernetesDetails.kubernetesUserDetails.username");
    Seen {
        sign_in_failed: login && call.get("errorCode").is_said(),
        may_be_sign_in: login || !call.get("api").is_said(),
        caller: Caller::of(key.get("userType"), key.get("accessKeyId").is_said()),
        cluster_user: cluster.is_said() && !cluster.is("system:anonymous"),
        sequence_user: has_a_credential(sequence(finding)),
    }
}
