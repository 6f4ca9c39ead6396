//! The decision: a look, the rules and the past in; a [`Plan`] with a step for every key out.
//!
//! Total and pure: it cannot fail, wait or draw lots, and it does not know whether the policy reports or enforces, so
//! the plan is the same in both. It is made anew from a fresh look before every write.

mod assessment;
mod guards;
mod keys;
mod ladder;
mod plan;
mod rules;
mod synchronization;
#[cfg(test)]
mod tests;
mod way_back;

pub use assessment::{Assessment, Distance, SuccessorSeen, When};
pub use guards::{Cleared, Trip, may_answer};
pub use plan::{Because, Consequence, Finding, Key, Plan, Rung, Step, Verdict, VerdictKind};
pub use synchronization::may_be_acted_on as may_act_on_synchronization;
pub use way_back::way_back;

use keys::View;
use ladder::Footing;
use rules::{Superseding, holds};

use crate::memory::Memory;
use crate::policy::{Measure, On, Rule, Rules, Successor};
use crate::time::{Reading, Timestamp, Truth, UtcOffset};
use crate::trigger::{Asked, Claims, IncidentId, Receipt};
use crate::zone::{Credential, CredentialId, ReportedStatus, SeenOn, Snapshot, Status, Subject};

/// The reason for a decision. It determines which rules are asked.
#[derive(Clone, Copy, Debug)]
pub enum Occasion<'a> {
    /// A schedule's time has come: hygiene.
    Schedule,
    /// Something was seen: containment.
    Incident(&'a Claims),
    /// A person wants a key back.
    Restore(&'a Receipt),
}

impl<'a> Occasion<'a> {
    /// What an event says, if it is one.
    pub fn claims(self) -> Option<&'a Claims> {
        match self {
            Self::Incident(claims) => Some(claims),
            Self::Schedule | Self::Restore(_) => None,
        }
    }

    /// The incidents that rules are asked about.
    pub fn incidents(self) -> &'a [Asked] {
        self.claims().map(|claims| claims.incidents.as_slice()).unwrap_or_default()
    }

    /// Those of them that have yet to have their containment, as far as is remembered.
    pub fn unanswered(self, memory: &Memory) -> impl Iterator<Item = &'a Asked> {
        self.incidents().iter().filter(|asked| !memory.answered(&asked.incident.id))
    }
}

/// What a decision rests on, besides the look and the time.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// For what it is asked.
    pub occasion: Occasion<'a>,
    /// What is remembered.
    pub memory: &'a Memory,
    /// What the policy says.
    pub rules: &'a Rules,
}

/// Decides about every key of the zone, the oldest first. A key that is to go off no longer counts as one that stays on: a key
/// that goes off no matter what, such as one that an incident implicates, is counted out for all others; any other, only for
/// the keys decided after it.
pub fn decide(zone: &Snapshot, grounds: Grounds<'_>, now: Timestamp) -> Plan {
    let view = View { zone, grounds, now, reading: Reading::Every, incident: None };
    let keys = zone.credentials();
    let mut gone: Vec<&CredentialId> =
        keys.iter().filter(|key| goes_regardless(key, view)).map(|key| &key.id).collect();
    let mut steps = Vec::new();
    for key in keys {
        let findings = findings(key, view, &gone);
        let verdict = strongest(&findings);
        if matches!(verdict, Verdict::Disable(_)) {
            gone.push(&key.id);
        }
        let assessment = assessment::gather(key, view);
        let (subject, status) = (key.id.clone().into(), key.status.clone());
        steps.push(Step { subject, status, key: Some(Key { credential: key.clone(), assessment }), verdict, findings });
    }
    steps.extend(zone.synchronization().map(|status| synchronization::decide(status, view)));
    Plan { steps }
}

/// Is this key switched off without asking whether another stays on?
fn goes_regardless(key: &Credential, view: View<'_>) -> bool {
    findings(key, view, &[])
        .iter()
        .any(|finding| matches!(&finding.consequence, Consequence::Disable(cleared) if cleared.must_stay().is_none()))
}

/// Does the zone still have a key that carries provisioning on, as a rule counts them? `act` asks after a write.
pub fn good_key_stays(zone: &Snapshot, grounds: Grounds<'_>, successor: Successor, now: Timestamp) -> bool {
    View { zone, grounds, now, reading: Reading::Every, incident: None }.good_key_beside(successor, &[])
}

/// What is said of one key.
fn findings(key: &Credential, view: View<'_>, gone: &[&CredentialId]) -> Vec<Finding> {
    let of_keys = view.grounds.rules.rules.iter().filter(|rule| rule.then != Measure::DisableSync);
    let asked = of_keys.filter_map(|rule| find(rule, key, &asked(rule, view), gone));
    all_said(&key.id, &key.status, view, asked, |incident, on| guards::clear_contested(key, incident, on, view))
}

/// All that is said of what is in this state: by each rule that is asked on this occasion, by a containment that must be
/// upheld, and by a receipt.
fn all_said(
    of: &impl PartialEq<Subject>,
    status: &ReportedStatus,
    view: View<'_>,
    by_rules: impl Iterator<Item = Finding>,
    upheld: impl Fn(&IncidentId, SeenOn) -> Result<Cleared, Vec<Trip>>,
) -> Vec<Finding> {
    let of_memory = match view.grounds.occasion {
        // Whoever gives it back wants no fight over it.
        Occasion::Restore(receipt) if *of == receipt.subject => Some(find_restore(receipt, status, view)),
        _ => find_contested(of, status, view, upheld),
    };
    by_rules.chain(of_memory).collect()
}

/// The views in which a rule is asked on this occasion: on a schedule one, of an event one for each of its incidents that
/// ask the rule.
fn asked<'a>(rule: &Rule, view: View<'a>) -> Vec<View<'a>> {
    match view.grounds.occasion {
        Occasion::Schedule if rule.on == On::Schedule => vec![view],
        _ => asking(rule, view).collect(),
    }
}

/// The views about the incidents that ask the rule.
fn asking<'a>(rule: &Rule, view: View<'a>) -> impl Iterator<Item = View<'a>> {
    let asked = view.grounds.occasion.incidents().iter().filter(|asked| asked.rules.contains(&rule.id));
    asked.map(move |asked| view.about(&asked.incident))
}

/// Something should be off for an incident, and is on, whether it was ever seen off or not. Where no look tells that it is
/// on, nothing is sent that may have been done already, and no ground is lost to nobody: a person has to look.
fn find_contested(
    of: &impl PartialEq<Subject>,
    status: &ReportedStatus,
    view: View<'_>,
    upheld: impl Fn(&IncidentId, SeenOn) -> Result<Cleared, Vec<Trip>>,
) -> Option<Finding> {
    let incident = view.grounds.memory.implicated_by(of).next().filter(|_| !status.is(Status::Disabled))?;
    let (answer, consequence) = match status.seen_on().map(|on| upheld(incident, on)) {
        Some(Ok(cleared)) => (Truth::Yes, Consequence::Disable(cleared)),
        Some(Err(trips)) => (Truth::Yes, Consequence::Held(trips)),
        None => (Truth::Unknown, unseen(incident, status)),
    };
    let (because, incidents) = (Because::Contested(incident.clone()), vec![incident.clone()]);
    Some(Finding { because, answer, consequence, incidents, wanted_for: Vec::new() })
}

/// What follows where an incident wants it off, and no look tells whether it is.
fn unseen(incident: &IncidentId, status: &ReportedStatus) -> Consequence {
    let (how, will_pass) = match status {
        ReportedStatus::Unread { why, will_pass } => (format!("could not be read: {why}"), *will_pass),
        word => (format!("is unclear: its status {word} is not a documented one"), false),
    };
    let why = format!(
        "the incident {incident} wants it off, and whether it is on {how}; a run switches off again only what it sees on: \
         look in the console, and mend what stands in the way"
    );
    Consequence::Unseen { why, will_pass }
}

/// A receipt is good for the newest disable of what it names, once, and only while nobody has enabled that since; or else
/// as long as it is on, and an incident still wants it off. This execution's own open intent does not spend the receipt:
/// decisions leave it out until it is closed.
fn find_restore(receipt: &Receipt, status: &ReportedStatus, view: View<'_>) -> Finding {
    let because = Because::Restore(receipt.run.clone());
    let found = |answer, consequence| Finding {
        because: because.clone(),
        answer,
        consequence,
        incidents: Vec::new(),
        wanted_for: Vec::new(),
    };
    if let Err(why) = view.grounds.memory.may_restore(receipt, status.known(), view.now) {
        return found(Truth::No, Consequence::Spent { why });
    }
    match guards::clear_restore(receipt, view) {
        Ok(cleared) => found(Truth::Yes, Consequence::Enable(cleared)),
        Err(trips) => found(Truth::Yes, Consequence::Held(trips)),
    }
}

/// What one rule says of one key: the strongest of what it says in each view in which it is asked; nothing, if in none.
fn find(rule: &Rule, key: &Credential, views: &[View<'_>], gone: &[&CredentialId]) -> Option<Finding> {
    let found = views.iter().map(|view| {
        let answer = holds(&rule.when, key, *view, Superseding::Any);
        let let_be = view.let_be(answer, &key.id, &key.status);
        (*view, answer, let_be.unwrap_or_else(|| said(answer, rule, key, *view, gone)))
    });
    strongest_of(rule, found.collect())
}

/// The strongest of what a rule says in each of these views; nothing, if there is none.
fn strongest_of(rule: &Rule, found: Vec<(View<'_>, Truth, Consequence)>) -> Option<Finding> {
    let of_those = |which: fn(&Consequence) -> bool| {
        let those = found.iter().filter(|(_, _, consequence)| which(consequence));
        those.filter_map(|(view, ..)| Some(view.incident?.id.clone())).collect()
    };
    let incidents = of_those(Consequence::contains);
    let wanted_for = of_those(|consequence| !matches!(consequence, Consequence::Nothing | Consequence::LetBe { .. }));
    // Of equals the first.
    let (_, answer, consequence) = found.into_iter().rev().max_by_key(|(_, _, consequence)| consequence.strength())?;
    Some(Finding { because: Because::Rule(rule.id.clone()), answer, consequence, incidents, wanted_for })
}

/// What a rule says of a key of which its condition is answered so.
fn said(answer: Truth, rule: &Rule, key: &Credential, view: View<'_>, gone: &[&CredentialId]) -> Consequence {
    match (answer, &rule.on) {
        (Truth::No, _) => Consequence::Nothing,
        (Truth::Unknown, On::Schedule) => Consequence::Unsure { why: doubt(rule, key, view) },
        // A containment that waits until it is sure leaves a thief inside.
        (Truth::Yes | Truth::Unknown, _) => consequence(rule, key, view, gone),
    }
}

/// What follows where a rule applies.
fn consequence(rule: &Rule, key: &Credential, view: View<'_>, gone: &[&CredentialId]) -> Consequence {
    if rule.then == Measure::Warn {
        return Consequence::Warn { step: None };
    }
    match &key.status {
        ReportedStatus::Known(Status::Disabled) if rule.on == On::Schedule => return Consequence::AlreadyDisabled,
        ReportedStatus::Unrecognised(word) if rule.on == On::Schedule => {
            return Consequence::Unsure { why: format!("its status {word:?} is not a documented one") };
        }
        _ => {}
    }
    let footing = ladder::footing(rule, &key.id, view.grounds.memory, view.grounds.rules.max_gap, view.now);
    match (guards::clear(rule, key, view, gone), footing) {
        (Err(trips), _) => Consequence::held(trips, &key.status),
        (Ok(_), _) if key.status.is(Status::Disabled) => Consequence::AlreadyDisabled,
        (Ok(_), Footing::Due(rung)) => Consequence::Warn { step: Some(rung) },
        (Ok(_), Footing::Waits(until)) => Consequence::Wait { until },
        (Ok(cleared), Footing::Through) => Consequence::Disable(cleared),
    }
}

/// Why a condition's answer is unknown: which readings of the cloud's times would act and which would not.
fn doubt(rule: &Rule, key: &Credential, view: View<'_>) -> String {
    let acts =
        |offset: &&UtcOffset| holds(&rule.when, key, view.under(Reading::At(**offset)), Superseding::Any) == Truth::Yes;
    let (acting, not): (Vec<&UtcOffset>, Vec<&UtcOffset>) = view.grounds.rules.utc_offsets.iter().partition(acts);
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
    let Some(finding) = findings.iter().rev().max_by_key(|finding| finding.consequence.strength()) else {
        return Verdict::Keep;
    };
    let because = || finding.because.clone();
    match &finding.consequence {
        Consequence::Disable(cleared) => Verdict::Disable(cleared.clone()),
        Consequence::Enable(cleared) => Verdict::Enable(cleared.clone()),
        Consequence::Held(_) => Verdict::Held(because()),
        Consequence::Warn { .. } => Verdict::Warn(because()),
        Consequence::Wait { .. } => Verdict::Wait(because()),
        Consequence::Unsure { .. } | Consequence::Unseen { .. } => Verdict::Unsure(because()),
        Consequence::Nothing
        | Consequence::AlreadyDisabled
        | Consequence::LetBe { .. }
        | Consequence::Unheld { .. }
        | Consequence::Spent { .. } => Verdict::Keep,
    }
}
