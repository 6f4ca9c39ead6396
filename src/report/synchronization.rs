//! What the report says of the zone's SCIM synchronisation.

use serde::Serialize;

use super::credential::{FindingReport, OutcomeReport, outcome, why};
use crate::act::Deed;
use crate::decide::Step;
use crate::policy::{Policy, RuleId};
use crate::zone::ReportedStatus;

/// SCIM synchronisation: what was decided and why, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct SynchronizationReport {
    /// Its state when it was looked at.
    pub status: ReportedStatus,
    /// `keep`, `held`, `disable` or `enable`.
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
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeReport>,
    /// What every rule says of it.
    pub rules: Vec<FindingReport>,
}

impl SynchronizationReport {
    pub(super) fn of(step: &Step, policy: &Policy, deeds: &[Deed]) -> Self {
        let because = step.verdict.because().filter(|because| because.rule().is_none());
        let rule = step.verdict.rule().and_then(|id| policy.rules().rule(id));
        Self {
            status: step.status.clone(),
            verdict: step.verdict.word(),
            rule: rule.map(|rule| rule.id.clone()),
            controls: rule.map(|rule| rule.controls.clone()).unwrap_or_default(),
            because: because.map(ToString::to_string),
            why: why(step, policy),
            outcome: outcome(step, policy, deeds),
            rules: step.findings.iter().map(FindingReport::of).collect(),
        }
    }
}
