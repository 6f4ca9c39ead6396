//! What the report says of one credential.

use serde::Serialize;

use super::bounds::{REASON, brief};
use crate::act::{Deed, Outcome};
use crate::decide::{Because, Consequence, Distance, Finding, Key, Step, SuccessorSeen, When};
use crate::policy::{Guard, Mode, Policy, RuleId};
use crate::time::{CloudTime, Timestamp, Truth, UtcOffset, spoken};
use crate::zone::{CredentialId, ReportedStatus, Subject};

/// One credential: what it is, what was decided and why, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct CredentialReport {
    /// Its id.
    pub credential: CredentialId,
    /// Its state when it was looked at.
    pub status: ReportedStatus,
    /// The cloud's `CredentialType`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `keep`, `unsure`, `wait`, `warn`, `held`, `disable` or `enable`.
    pub verdict: &'static str,
    /// The rule that led to the verdict, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// What else led to it: a containment that is upheld, or a receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The controls that this rule follows, as the policy names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<String>,
    /// Why, in one sentence.
    pub why: String,
    /// What came of a disable or an enable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeReport>,
    /// Did it work when it was looked at?
    pub works: Truth,
    /// Who vouches for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vouched_by: Option<String>,
    /// When it was created.
    pub created: TimeReport,
    /// When it expires.
    pub expires: TimeReport,
    /// The key that follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<SuccessorReport>,
    /// What every rule says of it.
    pub rules: Vec<FindingReport>,
}

impl CredentialReport {
    /// `None`, if the step is not about a credential.
    pub(super) fn of(step: &Step, policy: &Policy, deeds: &[Deed]) -> Option<Self> {
        let Key { credential, evidence } = step.key.as_ref()?;
        let rule = step.verdict.rule().and_then(|id| policy.rules().rule(id));
        Some(Self {
            credential: credential.id.clone(),
            status: credential.status.clone(),
            kind: credential.kind.clone(),
            verdict: step.verdict.word(),
            rule: rule.map(|rule| rule.id.clone()),
            because: step.verdict.because().filter(|because| because.rule().is_none()).map(ToString::to_string),
            controls: rule.map(|rule| rule.controls.clone()).unwrap_or_default(),
            why: why(step, policy),
            outcome: outcome(step, policy, deeds),
            works: evidence.works,
            vouched_by: evidence.vouched_by.clone(),
            created: TimeReport::of(credential.created, &evidence.created),
            expires: TimeReport::of(credential.expires, &evidence.expires),
            successor: evidence.successor.as_ref().map(SuccessorReport::of),
            rules: step.findings.iter().map(FindingReport::of).collect(),
        })
    }
}

/// The verdict's reason in one sentence.
pub fn why(step: &Step, policy: &Policy) -> String {
    let finding = step.findings.iter().find(|finding| Some(&finding.because) == step.verdict.because());
    finding.map_or_else(|| kept(step), |finding| reason(finding, policy))
}

/// What one rule says of a key, or a containment, or a receipt, in one sentence.
pub(super) fn reason(finding: &Finding, policy: &Policy) -> String {
    let holds = match &finding.because {
        Because::Rule(rule) => format!("{} holds", condition(rule, policy)),
        Because::Contested(incident) => format!("the incident {incident} wants it off, and it is on"),
        Because::Restore(run) => format!("the receipt of the run {run} asks for it"),
    };
    match &finding.consequence {
        Consequence::Held(trips) => {
            let reasons: Vec<&str> = trips.iter().map(|trip| trip.why.as_str()).collect();
            format!("{holds}, but {}", reasons.join("; and "))
        }
        Consequence::Unsure { why } => {
            let condition = finding.because.rule().map(|rule| condition(rule, policy)).unwrap_or_default();
            format!("whether {condition} holds is unclear: {why}")
        }
        Consequence::Warn { step: Some(rung) } => {
            format!("{holds}; it is to be disabled {} after people have received this warning", rung.before)
        }
        Consequence::Wait { until } => format!("{holds}; people were warned, and nothing happens before {until}"),
        Consequence::Spent { why } => format!("{holds}, and {why}"),
        _ => holds,
    }
}

/// A rule's condition, as the policy has it; of a long one, the beginning.
fn condition(rule: &RuleId, policy: &Policy) -> String {
    policy.rules().rule(rule).map(|rule| brief(&rule.when.to_string(), REASON)).unwrap_or_default()
}

fn kept(step: &Step) -> String {
    let spent = step.findings.iter().find_map(|finding| match &finding.consequence {
        Consequence::Spent { why } => Some(format!("it is not enabled: {why}")),
        _ => None,
    });
    let off = step.findings.iter().any(|finding| finding.consequence == Consequence::AlreadyDisabled);
    let kept = if off { "a rule wants it off, and it is off" } else { "no rule applies" };
    spent.unwrap_or_else(|| kept.to_owned())
}

pub(super) fn outcome(step: &Step, policy: &Policy, deeds: &[Deed]) -> Option<OutcomeReport> {
    step.verdict.cleared()?;
    match deeds.iter().find(|deed| deed.subject == step.subject) {
        Some(deed) => Some(OutcomeReport::of(deed, policy)),
        None if policy.mode() == Mode::Report => Some(OutcomeReport {
            state: "report_only",
            why: Some("the policy's mode is report: nothing was written".to_owned()),
            request_ids: Vec::new(),
        }),
        None => None,
    }
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeReport {
    /// `disabled`, `enabled`, `gone`, `changed`, `undone`, `no_good_key`, `unsettled`, `deferred`, `failed` or `report_only`.
    pub state: &'static str,
    /// What a person should know of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The cloud's ids of the writes.
    pub request_ids: Vec<String>,
}

impl OutcomeReport {
    fn of(deed: &Deed, policy: &Policy) -> Self {
        let why = match &deed.outcome {
            Outcome::Changed { to } => Some(format!(
                "a fresh look led to {} instead; nothing was sent: {}",
                to.verdict.word(),
                why(to, policy)
            )),
            other => other.why(),
        };
        Self { state: deed.outcome.state().word(), why, request_ids: deed.request_ids.clone() }
    }
}

/// One of the cloud's times, as printed and in every reading.
#[derive(Clone, Debug, Serialize)]
pub struct TimeReport {
    /// As the cloud prints it, without a zone.
    pub cloud: CloudTime,
    /// What that means under each offset that the policy allows for.
    pub readings: Vec<ReadingReport>,
}

impl TimeReport {
    fn of(cloud: CloudTime, readings: &[When]) -> Self {
        Self { cloud, readings: readings.iter().map(ReadingReport::of).collect() }
    }
}

/// One reading of a time.
#[derive(Clone, Debug, Serialize)]
pub struct ReadingReport {
    /// The offset it assumes.
    pub utc_offset: UtcOffset,
    /// The instant.
    pub at: Timestamp,
    /// How far that is from now: `97d ago`, `in 268d`.
    pub distance: String,
    /// The same in seconds: negative if it is past.
    pub seconds_from_now: i64,
}

impl ReadingReport {
    fn of(when: &When) -> Self {
        let seconds = |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let (distance, seconds_from_now) = match when.distance {
            Distance::Ago(by) => (format!("{} ago", spoken(by)), -seconds(by)),
            Distance::Ahead(by) => (format!("in {}", spoken(by)), seconds(by)),
        };
        Self { utc_offset: when.offset, at: when.at, distance, seconds_from_now }
    }
}

/// The youngest key that was created later.
#[derive(Clone, Debug, Serialize)]
pub struct SuccessorReport {
    /// It.
    pub credential: CredentialId,
    /// Does it count as one that may take over?
    pub counts: bool,
    /// Why it does or does not.
    pub why: &'static str,
}

impl SuccessorReport {
    fn of(seen: &SuccessorSeen) -> Self {
        Self { credential: seen.credential.clone(), counts: seen.counts, why: seen.why }
    }
}

/// What one rule says of a credential, or a containment, or a receipt.
#[derive(Clone, Debug, Serialize)]
pub struct FindingReport {
    /// Which: the rule's name, or what else it is.
    pub rule: String,
    /// Does it apply?
    pub answer: Truth,
    /// What follows: `nothing`, `already_disabled`, `unsure`, `held`, `wait`, `warn`, `spent`, `disable` or `enable`.
    pub then: &'static str,
    /// Which readings would act, where the answer is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The guards that hold it back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<TripReport>,
}

impl FindingReport {
    pub(super) fn of(finding: &Finding) -> Self {
        let (then, why) = match &finding.consequence {
            Consequence::Nothing => ("nothing", None),
            Consequence::AlreadyDisabled => ("already_disabled", None),
            Consequence::Unsure { why } => ("unsure", Some(why.clone())),
            Consequence::Held(_) => ("held", None),
            Consequence::Warn { .. } => ("warn", None),
            Consequence::Wait { until } => ("wait", Some(format!("nothing happens before {until}"))),
            Consequence::Spent { why } => ("spent", Some((*why).to_owned())),
            Consequence::Disable(_) => ("disable", None),
            Consequence::Enable(_) => ("enable", None),
        };
        Self { rule: finding.because.to_string(), answer: finding.answer, then, why, guards: guards(finding) }
    }
}

fn guards(finding: &Finding) -> Vec<TripReport> {
    let trip = |guard, why: String| TripReport { subject: None, rule: finding.because.to_string(), guard, why };
    match &finding.consequence {
        Consequence::Held(trips) => trips.iter().map(|held| trip(held.guard, held.why.clone())).collect(),
        Consequence::Warn { step: Some(rung) } => {
            vec![trip(Guard::WarnFirst, format!("people must have been warned for {} first", rung.before))]
        }
        Consequence::Wait { until } => {
            vec![trip(Guard::WarnFirst, format!("people were warned, and nothing happens before {until}"))]
        }
        _ => Vec::new(),
    }
}

/// The guards that held something back for one credential: in the plan, or in the look that came before the write.
pub(super) fn trips<'a>(step: &'a Step, deeds: &'a [Deed]) -> impl Iterator<Item = TripReport> + 'a {
    let later = deeds.iter().filter_map(|deed| match &deed.outcome {
        Outcome::Changed { to } if to.subject == step.subject => Some(to.as_ref()),
        _ => None,
    });
    let findings = std::iter::once(step).chain(later).flat_map(|step| &step.findings);
    findings.flat_map(guards).map(|trip| TripReport { subject: Some(step.subject.clone()), ..trip })
}

/// A guard that held something back.
#[derive(Clone, Debug, Serialize)]
pub struct TripReport {
    /// For which credential, or for SCIM synchronisation; absent where the report already stands under one.
    #[serde(rename = "credential", skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// What it held back: the rule's name, or what else it is.
    pub rule: String,
    /// The guard.
    pub guard: Guard,
    /// Why.
    pub why: String,
}
