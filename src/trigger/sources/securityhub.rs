//! AWS Security Hub: findings that it imports, and findings that a person sends on with a custom action.
//!
//! An imported finding comes again whenever its state changes, so its state is what it says: those that are settled, or
//! verified as false or harmless, are all-clears, and those that were put away, passed on or passed are nothing to act on.
//! A custom action is a person's decision about a finding, whatever caused the finding; but a person may choose a whole
//! page of findings, so it counts only for those that themselves still say that something is wrong. Each decision is an
//! incident of its own, however the finding itself was answered, and is over when the finding is.
//!
//! `Findings Imported V2` carries OCSF; all others carry AWS's own format, ASFF, and a custom action may carry either.
//! Although one event is documented to carry one finding, several were seen.
//!
//! Sources: <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html>,
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-v2-cwe-event-formats.html>,
//! <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html>,
//! <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Workflow.html>,
//! <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Severity.html>.

use std::fmt;

use serde_json::Value;

use super::lenient::{At, when, who};
use super::records::Event;
use super::{Incident, Said, identity, ocsf};
use crate::time::Timestamp;
use crate::trigger::IncidentId;
use crate::trigger::cause::{Evidence, Source, Text};

mod asff;
#[cfg(test)]
mod tests;

use asff::Over;

/// Is it one of its events, or a bare finding?
pub(super) fn is_own(event: Event<'_>) -> bool {
    const KINDS: [&str; 2] = ["Findings Imported V2", "Security Hub Findings - Imported"];
    event.is_from("aws.securityhub")
        || KINDS.iter().any(|kind| event.has_detail_type(kind))
        || is_custom_action(event)
        || asff::is_finding(event.record())
}

/// The documentation writes it in two ways.
fn is_custom_action(event: Event<'_>) -> bool {
    event.has_detail_type("Security Hub Findings - Custom Action")
        || event.has_detail_type("Security Findings - Custom Action")
}

/// What it says.
pub(super) fn said(event: Event<'_>) -> Said {
    let (finding, time) = (event.record(), event.time());
    if !(event.is_listed() || asff::is_finding(finding) || ocsf::is_one(finding)) {
        let kind = event.detail_type().behind_colon();
        return Said::Nothing(format!("Security Hub tells of something, but no finding is in the event{kind}"));
    }
    let by_a_person = is_custom_action(event);
    if !finding.value().is_some_and(Value::is_object) {
        return Said::Nothing("Security Hub sent a finding that is no object".to_owned());
    }
    if ocsf::is_one(finding) {
        let said = ocsf::said_by(event, Source::SecurityHub);
        return if by_a_person { chosen(said, event) } else { said };
    }
    match (asff::over(finding), by_a_person) {
        (None, false) => Said::Incident(incident(finding, time)),
        (None | Some(Over::PassedOn), true) => Said::Incident(decision(event, incident(finding, time))),
        (Some(over), true) => not_open(&over),
        (Some(over @ Over::Settled(_)), false) => all_clear(finding, time, &over),
        (Some(over), false) => Said::Nothing(format!("this Security Hub finding is not open: {over}")),
    }
}

/// What a finding in OCSF says that a person chose for a custom action.
fn chosen(said: Said, event: Event<'_>) -> Said {
    match said {
        Said::Incident(finding) => Said::Incident(decision(event, finding)),
        Said::AllClear { .. } => not_open(&"it is settled"),
        Said::Nothing(why) => not_open(&why),
        other @ Said::Changed(_) => other,
    }
}

fn not_open(why: &dyn fmt::Display) -> Said {
    Said::Nothing(format!(
        "somebody chose this finding for a custom action, but it does not say that anything is wrong: {why}; choose an \
         open finding, or send this tool's own incident event"
    ))
}

/// The incident that a finding is.
fn named(finding: At<'_>) -> Option<IncidentId> {
    Some(of_product(finding.get("ProductArn"), identity::usable(finding.get("Id"))?))
}

/// The incident that a product's finding of this id is. Whoever imports findings gives them any id, another product's too;
/// for the product AWS vouches. So it stands before the id, unless it is one of AWS's own, which nobody else writes for.
/// <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFindingIdentifier.html>
pub(super) fn of_product(arn: At<'_>, id: String) -> IncidentId {
    let product = product(arn).unwrap_or("unknown");
    let id = if product.starts_with("aws/") { id } else { format!("{product}/{id}") };
    IncidentId::of(Source::SecurityHub, &id)
}

/// The product that an ARN of Security Hub names, `aws/guardduty`.
pub(super) fn product(arn: At<'_>) -> Option<&str> {
    let parts: Vec<&str> = arn.str()?.split(':').collect();
    let ["arn", partition, "securityhub", _, _, product] = parts.as_slice() else { return None };
    let product = product.strip_prefix("productv2/").or_else(|| product.strip_prefix("product/"));
    product.filter(|_| partition.starts_with("aws"))
}

/// Does such an ARN name GuardDuty? A finding's product also has a name, but that one whoever imports findings chooses.
pub(super) fn is_guardduty(arn: At<'_>) -> bool {
    product(arn) == Some("aws/guardduty")
}

fn all_clear(finding: At<'_>, time: At<'_>, over: &Over) -> Said {
    let Some(incident) = named(finding) else {
        return Said::Nothing(format!("a Security Hub finding without an Id, so nobody can tell which it is: {over}"));
    };
    Said::AllClear { incident, at: changed(finding, time) }
}

/// When the finding last changed. That a person settles it changes nothing of that.
fn changed(finding: At<'_>, time: At<'_>) -> Option<Timestamp> {
    when([finding.get("UpdatedAt"), time, finding.get("LastObservedAt")])
}

fn incident(finding: At<'_>, time: At<'_>) -> Incident {
    let observed = ["LastObservedAt", "UpdatedAt", "CreatedAt"].map(|key| finding.get(key));
    let id = named(finding).unwrap_or_else(|| identity::of_whole(Source::SecurityHub, finding));
    Incident {
        severity: asff::severity(finding),
        actor: asff::actor(finding),
        address: asff::address(finding),
        at: when(observed.into_iter().chain([time])),
        changed: changed(finding, time),
        ..Incident::of(Source::SecurityHub, id, asff::kind(finding), asff::evidence(finding))
    }
}

/// A person's about this finding, by a custom action. A decision is as old as the click, however old the finding is.
fn decision(event: Event<'_>, finding: Incident) -> Incident {
    let at = event.time().time().or(finding.changed);
    let action = who([event.resource(), event.detail().get("actionName")]);
    let action = action.as_ref().map_or("", Text::as_str);
    let id = at.map_or_else(|| finding.id.clone(), |at| finding.id.decided(at, action));
    Incident { id, at, evidence: Evidence::Authenticated, ..finding }
}
