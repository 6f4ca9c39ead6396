//! The decision: a look, the rules and the past in; a [`Plan`] with a step for every key out.
//!
//! Total and pure: it cannot fail, wait or draw lots, and it does not know whether the policy reports or enforces, so
//! the plan is the same in both. It is made anew from a fresh look before every write.

mod evidence;
mod guards;
mod keys;
mod ladder;
mod plan;
mod rules;
#[cfg(test)]
mod tests;

pub use evidence::{Distance, Evidence, SuccessorSeen, When};
pub use guards::{Cleared, Trip};
pub use plan::{Consequence, Finding, Plan, Step, Verdict};

use keys::View;
use rules::{Superseding, holds};

use crate::memory::Memory;
use crate::policy::{Measure, Rule, Rules, Successor};
use crate::time::{Reading, Timestamp, Truth, UtcOffset};
use crate::zone::{Credential, CredentialId, ReportedStatus, Snapshot, Status};

/// Decides about every key of the zone, oldest first. A key that is to go off no longer counts as one that stays on: a
/// key that goes whatever stays on (its rule waives keep_one) for all others, and any other for those after it.
pub fn decide(zone: &Snapshot, memory: Memory, rules: &Rules, now: Timestamp) -> Plan {
    let view = View { zone, rules, now, reading: Reading::Every };
    let mut gone: Vec<&CredentialId> =
        zone.credentials().iter().filter(|key| goes_regardless(key, view, memory)).map(|key| &key.id).collect();
    let mut steps = Vec::new();
    for key in zone.credentials() {
        let findings: Vec<Finding> = rules.rules.iter().map(|rule| find(rule, key, view, memory, &gone)).collect();
        let verdict = strongest(&findings);
        if matches!(verdict, Verdict::Disable(_)) {
            gone.push(&key.id);
        }
        steps.push(Step { credential: key.clone(), verdict, findings, evidence: evidence::gather(key, view) });
    }
    Plan { steps }
}

/// Does a rule switch this key off without asking whether another stays on?
fn goes_regardless(key: &Credential, view: View<'_>, memory: Memory) -> bool {
    view.rules.rules.iter().any(|rule| {
        let finding = find(rule, key, view, memory, &[]);
        matches!(finding.consequence, Consequence::Disable(cleared) if cleared.must_stay().is_none())
    })
}

/// Does the zone still have a key that carries provisioning on, as this rule counts them? `act` asks after a write.
pub fn good_key_stays(zone: &Snapshot, rules: &Rules, successor: Successor, now: Timestamp) -> bool {
    View { zone, rules, now, reading: Reading::Every }.good_key_beside(successor, &[])
}

/// What one rule says of one key.
fn find(rule: &Rule, key: &Credential, view: View<'_>, memory: Memory, gone: &[&CredentialId]) -> Finding {
    let answer = holds(&rule.when, key, view, Superseding::Any);
    let consequence = match answer {
        Truth::No => Consequence::Nothing,
        Truth::Unknown => Consequence::Unsure { why: doubt(rule, key, view) },
        Truth::Yes => consequence(rule, key, view, memory, gone),
    };
    Finding { rule: rule.id.clone(), answer, consequence }
}

/// What follows where a rule's condition holds.
fn consequence(rule: &Rule, key: &Credential, view: View<'_>, memory: Memory, gone: &[&CredentialId]) -> Consequence {
    if rule.then == Measure::Warn {
        return Consequence::Warn { before: None };
    }
    match &key.status {
        ReportedStatus::Known(Status::Disabled) => return Consequence::AlreadyDisabled,
        ReportedStatus::Unrecognised(word) => {
            return Consequence::Unsure { why: format!("its status {word:?} is not a documented one") };
        }
        ReportedStatus::Known(Status::Enabled) => {}
    }
    match (guards::clear(rule, key, view, gone), ladder::warning_due(rule, &key.id, memory)) {
        (Err(trips), _) => Consequence::Held(trips),
        (Ok(_), Some(before)) => Consequence::Warn { before: Some(before) },
        (Ok(cleared), None) => Consequence::Disable(cleared),
    }
}

/// Why a condition's answer is unknown: which readings of the cloud's times would act and which would not.
fn doubt(rule: &Rule, key: &Credential, view: View<'_>) -> String {
    let acts =
        |offset: &&UtcOffset| holds(&rule.when, key, view.under(Reading::At(**offset)), Superseding::Any) == Truth::Yes;
    let (acting, not): (Vec<&UtcOffset>, Vec<&UtcOffset>) = view.rules.utc_offsets.iter().partition(acts);
    let list = |offsets: &[&UtcOffset]| offsets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (&key.status, acting.is_empty(), not.is_empty()) {
        (_, false, false) => {
            format!("it applies if the cloud's times are {}, and not if they are {}", list(&acting), list(&not))
        }
        (ReportedStatus::Unrecognised(word), ..) => format!("its status {word:?} is not a documented one"),
        // The parts of a condition are asked one by one, and each is in doubt.
        _ => "each of the cloud's times may be read in several ways, and no part of it holds in all".to_owned(),
    }
}

/// The strongest of what the rules say; of equals, the first in the policy's order.
fn strongest(findings: &[Finding]) -> Verdict {
    let verdict = |finding: &Finding| match &finding.consequence {
        Consequence::Disable(cleared) => (4, Verdict::Disable(cleared.clone())),
        Consequence::Held(_) => (3, Verdict::Held(finding.rule.clone())),
        Consequence::Warn { .. } => (2, Verdict::Warn(finding.rule.clone())),
        Consequence::Unsure { .. } => (1, Verdict::Unsure(finding.rule.clone())),
        Consequence::Nothing | Consequence::AlreadyDisabled => (0, Verdict::Keep),
    };
    let mut best = (0, Verdict::Keep);
    for candidate in findings.iter().map(verdict) {
        if candidate.0 > best.0 {
            best = candidate;
        }
    }
    best.1
}
