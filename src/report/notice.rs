//! What people should be told.

use serde::Serialize;

use super::credential::{reason, why};
use crate::act::{Deed, Outcome};
use crate::decide::{Consequence, Finding, Plan, Step, Verdict};
use crate::policy::{Mode, Policy, RuleId, Successor};
use crate::time::Truth;
use crate::trigger::Trigger;
use crate::zone::CredentialId;

/// One thing that people should be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Names it: the run, what it is about, and the topic.
    pub id: String,
    /// What kind of thing it is.
    pub topic: Topic,
    /// The credentials that it is about.
    pub credentials: Vec<CredentialId>,
    /// The rule, where one is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleId>,
    /// The message.
    pub text: String,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A rule warns.
    Warning,
    /// A disable would have been done, were the mode not report.
    WouldDisable,
    /// A disable was tried; the text says what came of it.
    Disable,
    /// Guards hold a disable back.
    Held,
    /// It cannot be told whether a rule applies.
    Unsure,
    /// A younger key for which nobody vouches.
    UnvouchedKey,
    /// The zone could not be seen.
    Blind,
}

impl Topic {
    /// The topic in one word, as answers and logs have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::WouldDisable => "would_disable",
            Self::Disable => "disable",
            Self::Held => "held",
            Self::Unsure => "unsure",
            Self::UnvouchedKey => "unvouched_key",
            Self::Blind => "blind",
        }
    }
}

impl Notice {
    fn new(
        trigger: &Trigger,
        topic: Topic,
        credentials: Vec<CredentialId>,
        rule: Option<RuleId>,
        text: String,
    ) -> Self {
        let about = credentials.first().map_or_else(|| trigger.account.name.to_string(), ToString::to_string);
        let rule_too = rule.iter().map(|rule| format!("/{rule}")).collect::<String>();
        let id = format!("{}/{about}/{}{rule_too}", trigger.run, topic.word());
        Self { id, topic, credentials, rule, text }
    }

    /// The zone could not be seen.
    pub(super) fn blind(trigger: &Trigger, why: &str) -> Self {
        let text = format!("account {}: nothing was decided, because {why}", trigger.account.name);
        Self::new(trigger, Topic::Blind, Vec::new(), None, text)
    }
}

/// Every notice of a run.
pub(super) fn all(trigger: &Trigger, policy: &Policy, plan: &Plan, deeds: &[Deed]) -> Vec<Notice> {
    let of_step = |step| {
        let verdict = of_verdict(trigger, policy, step, deeds);
        verdict.into_iter().chain(other_warnings(trigger, policy, step)).chain(stranger(trigger, plan, step))
    };
    plan.steps.iter().flat_map(of_step).collect()
}

fn of_verdict(trigger: &Trigger, policy: &Policy, step: &Step, deeds: &[Deed]) -> Option<Notice> {
    let id = &step.credential.id;
    let why = why(step, policy);
    let (topic, text) = match &step.verdict {
        Verdict::Keep => return None,
        Verdict::Unsure(_) => (Topic::Unsure, format!("{id} is left alone: {why}")),
        Verdict::Warn(_) => (Topic::Warning, format!("{id}: {why}")),
        Verdict::Held(_) => (Topic::Held, format!("{id} stays on: {why}")),
        Verdict::Disable(_) => match deeds.iter().find(|deed| deed.credential == *id) {
            Some(deed) => (Topic::Disable, format!("{id} {}: {why}", said(&deed.outcome))),
            None if policy.mode() == Mode::Report => (Topic::WouldDisable, format!("{id} would be disabled: {why}")),
            None => return None,
        },
    };
    let rule = step.verdict.rule().cloned();
    let mut credentials = vec![id.clone()];
    credentials.extend(named_beside(policy, step));
    Some(Notice::new(trigger, topic, credentials, rule, text))
}

/// The warnings of rules that another rule's verdict outweighs. They are due all the same, unless the key goes now.
fn other_warnings<'a>(trigger: &'a Trigger, policy: &'a Policy, step: &'a Step) -> impl Iterator<Item = Notice> + 'a {
    let outweighed = |finding: &&Finding| {
        let goes = matches!(step.verdict, Verdict::Disable(_));
        let warns = matches!(finding.consequence, Consequence::Warn { .. });
        warns && !goes && step.verdict.rule() != Some(&finding.rule)
    };
    step.findings.iter().filter(outweighed).map(move |finding| {
        let text = format!("{}: {}", step.credential.id, reason(finding, policy));
        let credentials = vec![step.credential.id.clone()];
        Notice::new(trigger, Topic::Warning, credentials, Some(finding.rule.clone()), text)
    })
}

/// A rule that takes any key as a successor names both keys, so that a person can see whom it trusts.
fn named_beside(policy: &Policy, step: &Step) -> Option<CredentialId> {
    let rule = policy.rules().rule(step.verdict.rule()?)?;
    let successor = step.evidence.successor.as_ref()?;
    (rule.successor == Successor::Any).then(|| successor.credential.clone())
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Disabled { .. } => "was disabled".to_owned(),
        Outcome::Gone => "no longer exists".to_owned(),
        Outcome::Changed { to } => format!("was not disabled (a fresh look led to {})", to.verdict.word()),
        Outcome::Undone => "was disabled and enabled again, because no good key was left".to_owned(),
        Outcome::NoGoodKey { why } => format!("is off and NO GOOD KEY IS LEFT ({why}): enable one now"),
        Outcome::Unsettled { why } => format!("may or may not be off ({why})"),
        Outcome::Deferred { why } => format!("was not disabled yet ({why})"),
        Outcome::Failed { why } => format!("could not be disabled ({why})"),
    }
}

/// A key that was created after another, may work, and for which nobody vouches: perhaps a thief's.
fn stranger(trigger: &Trigger, plan: &Plan, step: &Step) -> Option<Notice> {
    if step.evidence.vouched_by.is_some() || step.evidence.works == Truth::No {
        return None;
    }
    let older = plan.steps.iter().rev().find(|other| other.credential.created < step.credential.created)?;
    let (id, older) = (&step.credential.id, &older.credential.id);
    let text = format!(
        "nobody vouches for {id}, which was created after {older}: if it is yours, add it to the policy's \"known\"; \
         if not, somebody has made a key"
    );
    Some(Notice::new(trigger, Topic::UnvouchedKey, vec![id.clone(), older.clone()], None, text))
}
