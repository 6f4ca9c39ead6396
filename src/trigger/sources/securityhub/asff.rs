//! The fields of a finding in AWS's own format, ASFF.
//!
//! Sources: <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html>,
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/asff-top-level-attributes.html>; what of GuardDuty's own
//! fields stands under `ProductFields` was seen, not documented.

use core::net::IpAddr;
use std::fmt;

use serde_json::Value;

use super::super::guardduty;
use super::super::lenient::{At, who};
use crate::trigger::cause::{Evidence, Severity, Text};

/// Is it such a finding?
pub(super) fn is_finding(finding: At<'_>) -> bool {
    finding.get("ProductArn").is_there() && (finding.get("Id").is_there() || finding.get("Types").is_there())
}

/// Why a finding is not one to act on.
pub(super) enum Over {
    /// It was looked at and is settled: the sentence.
    Settled(&'static str),
    /// Whom it concerns has been told.
    PassedOn,
    /// It never was one, or was put away without being looked at: the sentence.
    Idle(&'static str),
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Settled(sentence) | Self::Idle(sentence) => sentence,
            Self::PassedOn => "its workflow is NOTIFIED, a person has passed it on",
        })
    }
}

/// Why it is not one to act on, if it is not.
pub(super) fn over(finding: At<'_>) -> Option<Over> {
    let check = status(finding.get("Compliance"));
    let workflow = workflow(finding);
    let verdict = finding.get("VerificationState");
    if is_sample(finding) {
        Some(Over::Idle("it is a sample, nothing has happened"))
    } else if workflow.is("SUPPRESSED") {
        Some(Over::Settled("its workflow is SUPPRESSED, a person has judged that nothing needs to be done"))
    } else if workflow.is("RESOLVED") {
        Some(Over::Settled("its workflow is RESOLVED"))
    } else if verdict.is("FALSE_POSITIVE") {
        Some(Over::Settled("its verification state is FALSE_POSITIVE, a person has judged that nothing has happened"))
    } else if verdict.is("BENIGN_POSITIVE") {
        Some(Over::Settled("its verification state is BENIGN_POSITIVE, a person has judged that it does no harm"))
    } else if finding.get("RecordState").is("ARCHIVED") || product_field(finding, "archived").is_true() {
        Some(Over::Idle("it is archived, which says that it is out of date, not that it was false"))
    } else if check.is("PASSED") {
        Some(Over::Idle("its check has passed"))
    } else if check.is("WARNING") || check.is("NOT_AVAILABLE") {
        Some(Over::Idle("its check could not tell"))
    } else {
        workflow.is("NOTIFIED").then_some(Over::PassedOn)
    }
}

/// `WorkflowState` is the older name, and counts where the newer is missing.
fn workflow(finding: At<'_>) -> At<'_> {
    let status = status(finding.get("Workflow"));
    if status.is_there() { status } else { finding.get("WorkflowState") }
}

/// The `Status` of an object; of what is no object, itself.
fn status(of: At<'_>) -> At<'_> {
    if of.value().is_some_and(Value::is_object) { of.get("Status") } else { of }
}

fn is_sample(finding: At<'_>) -> bool {
    let marks = ["additionalInfo", "additionalInfo/value"].map(|mark| product_field(finding, mark));
    finding.get("Sample").is_true()
        || guardduty::is_titled_sample(finding.get("Title"))
        || product_field(finding, "additionalInfo/sample").is_true()
        || marks.into_iter().any(guardduty::is_sample)
}

/// A field of GuardDuty's `service`: in newer findings with a long name, in older ones without.
fn product_field<'a>(finding: At<'a>, name: &str) -> At<'a> {
    let fields = finding.get("ProductFields");
    let newer = fields.get(&format!("aws/guardduty/service/{name}"));
    if newer.is_there() { newer } else { fields.get(name) }
}

/// The control of a check; of others their first type.
pub(super) fn kind(finding: At<'_>) -> Text {
    let check = finding.get("Compliance");
    let control = who([check.get("SecurityControlId"), finding.way("ProductFields.ControlId")]);
    let title = || check.is_there().then(|| who([finding.get("Title")])).flatten();
    let first_type = || finding.get("Types").items().find_map(|kind| who([kind]));
    let any = || who([finding.get("GeneratorId"), finding.get("Title")]);
    control.or_else(title).or_else(first_type).or_else(any).unwrap_or_else(|| Text::ours("Security Hub finding"))
}

/// The label, which AWS prefers; or else by the documented bands of the number beside it.
pub(super) fn severity(finding: At<'_>) -> Option<Severity> {
    let severity = finding.get("Severity");
    let labels = [severity, severity.get("Label"), finding.way("FindingProviderFields.Severity.Label")];
    let [plain, label, provider] = labels.map(At::severity_word);
    let normalized = || severity.get("Normalized").number().and_then(normalized);
    plain.or(label).or_else(normalized).or(provider)
}

fn normalized(value: f64) -> Option<Severity> {
    match value {
        0.0 => Some(Severity::Informational),
        value if !(0.0..=100.0).contains(&value) => None,
        value if value < 40.0 => Some(Severity::Low),
        value if value < 70.0 => Some(Severity::Medium),
        value if value < 90.0 => Some(Severity::High),
        _ => Some(Severity::Critical),
    }
}

/// The first of its resources that is a user's, an actor of its sequence, or else its first resource.
pub(super) fn actor(finding: At<'_>) -> Option<Text> {
    let resources = || finding.get("Resources").items();
    let user = |resource: At<'_>| {
        let details = resource.get("Details");
        let key = details.get("AwsIamAccessKey");
        who([key.get("UserName"), key.get("PrincipalName"), details.way("AwsIamUser.UserName")])
    };
    let sequence = || guardduty::sequence_actor(finding.way("Detection.Sequence"));
    let first = || resources().map(|resource| resource.get("Id")).filter(names).find_map(|id| who([id]));
    resources().find_map(user).or_else(sequence).or_else(first)
}

/// Does an id name something? GuardDuty names a console login's key so, which it has not: `AWS::IAM::AccessKey:null`.
fn names(id: &At<'_>) -> bool {
    id.is_said() && !id.str().is_some_and(|id| id.ends_with(":null") || id.ends_with(':'))
}

/// From where: as the finding's action has it, as GuardDuty's fields have it, or as the network's source.
pub(super) fn address(finding: At<'_>) -> Option<IpAddr> {
    let called = || product_field(finding, "action/awsApiCallAction/remoteIpDetails/ipAddressV4").address();
    let network = finding.get("Network");
    let source = || network.get("SourceIpV4").address().or_else(|| network.get("SourceIpV6").address());
    let inward = || if network.get("Direction").is("OUT") { None } else { source() };
    let sequence = || guardduty::sequence_address(finding.way("Detection.Sequence"));
    guardduty::address(finding.get("Action")).or_else(called).or_else(inward).or_else(sequence)
}

/// GuardDuty's findings are judged as its own events are. Of any other product's nobody can tell, and that a check has
/// failed proves nobody's login.
pub(super) fn evidence(finding: At<'_>) -> Evidence {
    let kind = finding.get("Types").items().filter_map(At::str).find(|kind| kind.contains(':'));
    match kind.filter(|_| super::is_guardduty(finding.get("ProductArn"))) {
        Some(kind) => guardduty::evidence(kind, seen(finding)),
        None => Evidence::Outsider,
    }
}

fn seen(finding: At<'_>) -> guardduty::Seen {
    let field = |name: &str| product_field(finding, &format!("action/awsApiCallAction/{name}"));
    let calls = [field("api"), finding.way("Action.AwsApiCallAction.Api")];
    let is_login = calls.iter().any(|call| call.is("ConsoleLogin"));
    let unseen = !calls.iter().any(|call| call.is_said());
    // Which key it was stands in the resource's id; its details need not repeat it.
    let caller = |resource: At<'_>| {
        let key = resource.way("Details.AwsIamAccessKey");
        let has_credential = key.is_there() && [key.get("AccessKeyId"), resource.get("Id")].iter().any(names);
        guardduty::Caller::of(key.get("PrincipalType"), has_credential)
    };
    guardduty::Seen {
        sign_in_failed: is_login && field("errorCode").is_said(),
        may_be_sign_in: is_login || unseen,
        caller: finding.get("Resources").items().map(caller).max().unwrap_or_default(),
        cluster_user: false,
        sequence_user: guardduty::has_a_credential(finding.way("Detection.Sequence")),
    }
}
