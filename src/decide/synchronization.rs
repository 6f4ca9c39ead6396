//! What is decided about the zone's SCIM synchronisation: only containment switches it off, and a receipt on again.

use super::guards;
use super::keys::View;
use super::plan::{Consequence, Step};
use super::rules::{Superseding, holds};
use super::{Finding, Grounds, Occasion, all_said, asking, strongest, strongest_of};
use crate::policy::{Measure, Rule};
use crate::time::{Timestamp, Truth};
use crate::trigger::Asked;
use crate::zone::{ReportedStatus, Status, Subject};

/// Can anything be decided about it on this occasion, or must people still hear what came of it, which a scheduled run
/// tells? If not, it is not even looked at.
pub fn may_be_acted_on(grounds: Grounds<'_>, now: Timestamp) -> bool {
    let Grounds { occasion, memory, rules } = grounds;
    // One that has had its containment may want it too late.
    let is_over = |asked: &&Asked| memory.called_off_at(&asked.incident.id).is_some();
    let standing = occasion.incidents().iter().filter(|asked| !is_over(asked));
    let mut asked = standing.flat_map(|asked| &asked.rules).filter_map(|id| rules.rule(id));
    let wanted = matches!(occasion, Occasion::Restore(receipt) if receipt.subject == Subject::Synchronization);
    let to_be_told =
        || matches!(occasion, Occasion::Schedule) && memory.unheard(&Subject::Synchronization, None, now).is_some();
    wanted
        || asked.any(|rule| rule.then == Measure::DisableSync)
        || memory.implicated_by(&Subject::Synchronization).next().is_some()
        || to_be_told()
}

/// Decides about it, when it was seen in this state.
pub(super) fn decide(status: &ReportedStatus, view: View<'_>) -> Step {
    let findings = findings(status, view);
    let verdict = strongest(&findings);
    Step { subject: Subject::Synchronization, status: status.clone(), key: None, verdict, findings }
}

fn findings(status: &ReportedStatus, view: View<'_>) -> Vec<Finding> {
    let of_it = view.grounds.rules.rules.iter().filter(|rule| rule.then == Measure::DisableSync);
    let asked = of_it.filter_map(|rule| find(rule, status, view));
    let upheld = |incident: &_, on| guards::clear_contested_synchronization(incident, on, view);
    all_said(&Subject::Synchronization, status, view, asked, upheld)
}

/// What one rule says of it, for each incident that asks the rule.
fn find(rule: &Rule, status: &ReportedStatus, view: View<'_>) -> Option<Finding> {
    let found = asking(rule, view).map(|view| {
        let answer = of_any_key(rule, view);
        let let_be = view.let_be(answer, &Subject::Synchronization, status);
        (view, answer, let_be.unwrap_or_else(|| said(answer, rule, status, view)))
    });
    strongest_of(rule, found.collect())
}

/// Does the rule's condition hold for a key of the zone?
fn of_any_key(rule: &Rule, view: View<'_>) -> Truth {
    let answers = view.zone.credentials().iter().map(|key| holds(&rule.when, key, view, Superseding::Any));
    answers.fold(Truth::No, Truth::or)
}

/// What a rule says of it whose condition is answered so. Unlike hygiene, a containment acts on *unknown*.
fn said(answer: Truth, rule: &Rule, status: &ReportedStatus, view: View<'_>) -> Consequence {
    if answer == Truth::No {
        return Consequence::Nothing;
    }
    match guards::clear_synchronization(rule, status, view) {
        Err(trips) => Consequence::held(trips, status),
        Ok(_) if status.is(Status::Disabled) => Consequence::AlreadyDisabled,
        Ok(cleared) => Consequence::Disable(cleared),
    }
}
