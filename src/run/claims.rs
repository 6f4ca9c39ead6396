//! What an event says beside incidents, and what becomes of incidents that ask for nothing. Pure.

use std::collections::BTreeSet;

use super::work::Work;
use crate::decide::{Plan, Step};
use crate::ending::Ending;
use crate::memory::{Fact, Memory};
use crate::report::{self, About};
use crate::time::Timestamp;
use crate::trigger::{Claims, IncidentId, Stale};
use crate::zone::{CredentialId, Snapshot, Subject};

/// Owes people, on a run's first hop, what is not believed and how much is left out.
pub fn owe_what_is_not_dealt_with(about: About<'_>, work: &mut Work) {
    let Some(claims) = about.occasion.claims().filter(|_| work.record().hops <= 1) else { return };
    let stale: Vec<&Stale> = stale(claims, work.memory()).collect();
    work.owe(report::not_dealt_with(about, &stale, claims.left_out));
}

/// How a run ends, before it looks, that has nothing to look for; `None` if it has.
pub fn nothing_to_look_for(about: About<'_>, memory: &Memory) -> Option<Ending> {
    let claims = about.occasion.claims()?;
    let clears = claims.called_off.iter().any(|clear| memory.knows(&clear.incident));
    if !claims.incidents.is_empty() || !claims.vouched.is_empty() || clears {
        return None;
    }
    Some(match stale(claims, memory).next() {
        Some(stale) => Ending::Held { why: format!("{} is not believed: {}", stale.what, stale.why) },
        None => Ending::Ignored { why: nothing_to_answer(claims) },
    })
}

/// What is not believed. That something is called off of which nothing is known matters to nobody, however old it is.
fn stale<'a>(claims: &'a Claims, memory: &'a Memory) -> impl Iterator<Item = &'a Stale> {
    claims.stale.iter().filter(|stale| stale.calls_off.as_ref().is_none_or(|incident| memory.knows(incident)))
}

/// What was called off is nothing that is known; the rest no rule is asked about, or it is our own.
fn nothing_to_answer(claims: &Claims) -> String {
    let believed = claims.called_off.iter().map(|clear| &clear.incident);
    let stale = claims.stale.iter().filter_map(|stale| stale.calls_off.as_ref());
    let incidents: BTreeSet<&str> = believed.chain(stale).map(IncidentId::as_str).collect();
    let more = incidents.len().saturating_sub(1);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let unknown = incidents
        .first()
        .map(|first| format!("nothing is remembered of the incident {first}, which was called off{more}"));
    unknown.into_iter().chain(claims.not_answered.clone()).collect::<Vec<_>>().join("; ")
}

/// Remembers what is said of the keys that the zone has, and of the incidents that are remembered.
pub(super) fn remember(about: About<'_>, work: &mut Work, zone: &Snapshot) {
    let Some(claims) = about.occasion.claims() else { return };
    let accepted = about.trigger.accepted;
    // A clock that is ahead of ours must not date anything into the future.
    let dated = |at: Option<Timestamp>| at.map_or(accepted, |at| at.min(accepted));
    let of_zone = claims.vouched.iter().filter(|vouched| zone.credential(&vouched.credential).is_some());
    let vouched = of_zone.map(|vouched| {
        let fact = Fact::Vouched { credential: vouched.credential.clone(), by: vouched.by.clone() };
        (dated(vouched.at), fact)
    });
    let cleared = claims.called_off.iter().flat_map(|clear| {
        let ended: BTreeSet<&IncidentId> = work.memory().ended_with(&clear.incident, clear.at).collect();
        let over = |incident: &IncidentId| Fact::AllClear { incident: incident.clone(), dated: clear.at };
        ended.into_iter().map(move |incident| (dated(clear.at), over(incident)))
    });
    // What its source tells again, and dates later than what was answered, no all-clear of between the two ends, though it
    // comes after both.
    let told_again = claims.incidents.iter().filter_map(|asked| {
        let (incident, of) = (asked.incident.id.clone(), asked.incident.dated()?);
        let fact = Fact::Answered { incident, dated: Some(of) };
        work.memory().answered_as_of_before(&asked.incident.id, of).then_some((accepted, fact))
    });
    let facts: Vec<_> = vouched.chain(cleared).chain(told_again).collect();
    for (at, fact) in facts {
        work.learn(at, fact);
    }
}

/// Calls a person if there are incidents whose rules select no key of the zone, which never means all keys; or that name
/// keys which the zone does not have: what was meant by a slip may be on, and what a thief has made in their place.
pub(super) fn call_without_subject(about: About<'_>, work: &mut Work, plan: &Plan) {
    let (none, gone) = (without_subject(about, work, plan), named_and_gone(about, work, plan));
    let is_told = work.record().no_subject;
    if !is_told && (!none.is_empty() || !gone.is_empty()) {
        work.found_no_subject();
        work.owe([report::no_subject(about, &none, &gone)]);
    }
}

fn named_and_gone<'a>(about: About<'a>, work: &Work, plan: &Plan) -> BTreeSet<&'a CredentialId> {
    let named = about.occasion.unanswered(work.memory()).flat_map(|asked| &asked.incident.implicated);
    named.filter(|key| plan.step(&Subject::from((*key).clone())).is_none()).collect()
}

fn without_subject<'a>(about: About<'a>, work: &Work, plan: &Plan) -> BTreeSet<&'a IncidentId> {
    let open = about.occasion.unanswered(work.memory()).map(|asked| &asked.incident.id);
    let wanted = |incident: &IncidentId| {
        let wants = |step: &Step| step.findings.iter().any(|finding| finding.wanted_for.contains(incident));
        plan.steps.iter().any(|step| wants(step) || work.memory().has_implicated(incident, &step.subject))
    };
    open.filter(|incident| !wanted(incident)).collect()
}
