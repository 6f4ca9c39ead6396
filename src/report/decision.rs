//! What the report says of one decision: the verdict, what led to it, and what came of it.

use serde::Serialize;

use crate::act::{Deed, Outcome};
use crate::cursor::OutcomeState;
use crate::decide::{Because, Consequence, Finding, Step, Trip, VerdictKind};
use crate::notice::{REASON, brief};
use crate::policy::{Guard, Mode, Policy, RuleId};
use crate::time::Truth;
use crate::zone::{Status, Subject};

/// What was decided about one key, or about SCIM synchronisation, and why, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionReport {
    /// `keep`, `unsure`, `wait`, `warn`, `held`, `disable` or `enable`.
    pub verdict: VerdictKind,
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
    /// What every rule says of it.
    pub rules: Vec<FindingReport>,
}

impl DecisionReport {
    pub(super) fn of(step: &Step, policy: &Policy, deeds: &[Deed]) -> Self {
        let rule = step.verdict.rule().and_then(|id| policy.rules().rule(id));
        Self {
            verdict: step.verdict.kind(),
            rule: rule.map(|rule| rule.id.clone()),
            because: step.verdict.because().filter(|because| because.rule().is_none()).map(ToString::to_string),
            controls: rule.map(|rule| rule.controls.clone()).unwrap_or_default(),
            why: why(step, policy),
            outcome: outcome(step, policy, deeds),
            rules: step.findings.iter().map(FindingReport::of).collect(),
        }
    }

    /// Without what each rule says and the controls.
    pub(super) fn shorten(&mut self) {
        self.rules.clear();
        self.controls.clear();
    }
}

/// The verdict's reason in one sentence.
pub fn why(step: &Step, policy: &Policy) -> String {
    step.finding().map_or_else(|| kept(step), |finding| reason(finding, policy))
}

/// What one rule says of a key, or a containment, or a receipt, in one sentence.
pub(super) fn reason(finding: &Finding, policy: &Policy) -> String {
    let holds = match &finding.because {
        Because::Rule(rule) if finding.answer == Truth::Unknown => format!("{} may hold", condition(rule, policy)),
        Because::Rule(rule) => format!("{} holds", condition(rule, policy)),
        Because::Contested(incident) => format!("the incident {incident} wants it off, and it is on"),
        Because::Restore(run) => format!("the receipt of the run {run} asks for it"),
    };
    match &finding.consequence {
        Consequence::Held(trips) => format!("{holds}, but {}", Trip::reasons(trips)),
        Consequence::Unseen { why, .. } => why.clone(),
        Consequence::Unsure { why } => {
            let condition = finding.because.rule().map(|rule| condition(rule, policy)).unwrap_or_default();
            format!("whether {condition} holds is unclear: {why}")
        }
        Consequence::Warn { step: Some(rung) } if policy.mode() == Mode::Report => {
            format!(
                "{holds}; were the mode enforce, it would be disabled {} after people have received a warning",
                rung.before
            )
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
        Consequence::Spent { why } if step.status.is(Status::Enabled) => Some(format!("it is on, and {why}")),
        Consequence::Spent { why } => Some(format!("it is not enabled: {why}")),
        _ => None,
    });
    let off = step.findings.iter().any(|finding| finding.consequence == Consequence::AlreadyDisabled);
    let let_be = step.findings.iter().find_map(|finding| match &finding.consequence {
        Consequence::LetBe { why } | Consequence::Unheld { why } => Some(format!("a rule wants it off, {why}")),
        _ => None,
    });
    let off = off.then(|| "a rule wants it off, and it is off".to_owned());
    spent.or(off).or(let_be).unwrap_or_else(|| "no rule applies".to_owned())
}

fn outcome(step: &Step, policy: &Policy, deeds: &[Deed]) -> Option<OutcomeReport> {
    step.verdict.cleared()?;
    match deeds.iter().find(|deed| deed.subject == step.subject) {
        Some(deed) => Some(OutcomeReport::of(deed, policy)),
        None if policy.mode() == Mode::Report => Some(OutcomeReport {
            state: ReportedState::ReportOnly,
            why: Some("the policy's mode is report: nothing was written".to_owned()),
            request_ids: Vec::new(),
        }),
        None => None,
    }
}

/// How a disable or an enable ended, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportedState {
    /// The policy's mode is report: nothing was tried.
    ReportOnly,
    /// It was tried, and ended so.
    #[serde(untagged)]
    Tried(OutcomeState),
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeReport {
    /// `disabled`, `enabled`, `freed`, `gone`, `changed`, `undone`, `no_good_key`, `unsettled`, `deferred`, `failed` or `report_only`.
    pub state: ReportedState,
    /// What a person should know of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The cloud's ids of the writes.
    pub request_ids: Vec<String>,
}

impl OutcomeReport {
    fn of(deed: &Deed, policy: &Policy) -> Self {
        let why = match (deed.outcome.why(), &deed.outcome) {
            (Some(said), Outcome::Changed { to }) => Some(format!("{said}: {}", why(to, policy))),
            (said, _) => said,
        };
        Self { state: ReportedState::Tried(deed.outcome.state()), why, request_ids: deed.request_ids.clone() }
    }
}

/// What one rule says of a credential, or a containment, or a receipt.
#[derive(Clone, Debug, Serialize)]
pub struct FindingReport {
    /// Which: the rule's name, or what else it is.
    pub rule: String,
    /// Does it apply?
    pub answer: Truth,
    /// What follows: `nothing`, `already_disabled`, `let_be`, `unsure`, `held`, `wait`, `warn`, `spent`, `disable` or `enable`.
    pub then: &'static str,
    /// More of it, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The guards that hold it back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<TripReport>,
}

impl FindingReport {
    fn of(finding: &Finding) -> Self {
        let (then, why) = match &finding.consequence {
            Consequence::Nothing => ("nothing", None),
            Consequence::AlreadyDisabled => ("already_disabled", None),
            Consequence::LetBe { why } | Consequence::Unheld { why } => ("let_be", Some(why.clone())),
            Consequence::Unsure { why } | Consequence::Unseen { why, .. } => ("unsure", Some(why.clone())),
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
