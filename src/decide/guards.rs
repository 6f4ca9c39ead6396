//! What holds an action back. Guards never add one, and no mode switches them off.
//!
//! This room alone makes a [`Cleared`] action, and nothing else may be carried out.

use std::collections::BTreeSet;

use super::keys::{TooLate, View};
use super::rules::{Superseding, holds};
use super::way_back::to_stay_on;
use super::{Because, Grounds};
use crate::memory::{Fact, Purpose, UnseenOff};
use crate::policy::{Guard, On, Rule, Successor};
use crate::time::{Timestamp, Truth};
use crate::trigger::{Evidence, ExecutionName, Incident, IncidentId, Receipt};
use crate::zone::{Credential, CredentialId, ReportedStatus, SeenOn, Status, Subject};

/// An action that every guard let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleared {
    subject: Subject,
    because: Because,
    wanted: Wanted,
}

/// What it is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Hygiene {
        must_stay: Option<Successor>,
        undoable: bool,
    },
    /// The first containment of an incident.
    Containment {
        must_stay: Option<Successor>,
        implicated: bool,
    },
    Contested {
        incident: IncidentId,
    },
    /// Takes this disable back, by its time, and ends these incidents for what it names.
    Restore {
        disable: Timestamp,
        incidents: BTreeSet<IncidentId>,
    },
}

impl Cleared {
    /// Which key, or SCIM synchronisation.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What wants it.
    pub fn because(&self) -> &Because {
        &self.because
    }

    /// The state into which it is to be put.
    pub fn to(&self) -> Status {
        self.purpose().map_or(Status::Disabled, Purpose::to)
    }

    /// Is it of the first containment of an incident, which needs no intent?
    pub fn is_first_containment(&self) -> bool {
        matches!(self.wanted, Wanted::Containment { .. })
    }

    /// What an intent to do it is for; `None` for a first containment.
    pub fn purpose(&self) -> Option<Purpose> {
        match self.wanted {
            Wanted::Hygiene { .. } => Some(Purpose::Hygiene),
            Wanted::Containment { .. } => None,
            Wanted::Contested { .. } => Some(Purpose::Contested),
            Wanted::Restore { .. } => Some(Purpose::Restore),
        }
    }

    /// The fact that says that this execution means to do it. A first containment has none.
    pub fn intended(&self, execution: &ExecutionName) -> Option<Fact> {
        let (incidents, disable) = match &self.wanted {
            Wanted::Contested { incident } => (BTreeSet::from([incident.clone()]), None),
            Wanted::Restore { disable, incidents } => (incidents.iter().cloned().collect(), Some(*disable)),
            Wanted::Hygiene { .. } | Wanted::Containment { .. } => (BTreeSet::new(), None),
        };
        let (subject, purpose, execution) = (self.subject.clone(), self.purpose()?, execution.clone());
        Some(Fact::Intended { subject, purpose, incidents, disable, execution })
    }

    /// Is it to go off because an incident implicates it?
    pub fn implicated(&self) -> bool {
        match self.wanted {
            // The guards let none pass.
            Wanted::Hygiene { .. } | Wanted::Restore { .. } => false,
            Wanted::Containment { implicated, .. } => implicated,
            Wanted::Contested { .. } => true,
        }
    }

    /// Which keys may count as the one that must stay on; `None` if none must: keep_one is waived, or the key is no loss,
    /// since it surely did not work or an incident implicates it.
    pub fn must_stay(&self) -> Option<Successor> {
        match self.wanted {
            Wanted::Hygiene { must_stay, .. } | Wanted::Containment { must_stay, .. } => must_stay,
            Wanted::Contested { .. } | Wanted::Restore { .. } => None,
        }
    }

    /// The key that is to be switched on again, should it turn out to have been the last good one; or why it stays off.
    /// Only hygiene is undone, and only for a key that surely worked.
    pub fn undo(&self) -> Result<&CredentialId, &'static str> {
        match (&self.wanted, &self.subject) {
            (Wanted::Hygiene { must_stay: Some(_), undoable: true }, Subject::Key(key)) => Ok(key),
            (Wanted::Hygiene { .. }, _) => Err("whether it worked before is unclear, so it is not switched on again"),
            _ => Err("a containment is never taken back"),
        }
    }
}

/// One guard that holds an action back, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    /// Which guard.
    pub guard: Guard,
    /// Why, for a person.
    pub why: String,
}

impl Trip {
    /// Why, of several.
    pub fn reasons(trips: &[Self]) -> String {
        trips.iter().map(|trip| trip.why.as_str()).collect::<Vec<_>>().join("; and ")
    }
}

/// Asks every guard whether `rule` may switch `key` off while the keys in `gone` are going off as well.
pub(super) fn clear(
    rule: &Rule,
    key: &Credential,
    view: View<'_>,
    gone: &[&CredentialId],
) -> Result<Cleared, Vec<Trip>> {
    // Whatever else would hold it: this is what has to be mended first.
    all_pass([answered(&key.id.clone().into(), &key.status, view)])?;
    let hygiene = rule.on == On::Schedule;
    let waives = |guard| rule.waives.contains(&guard);
    let trips = [
        (!waives(Guard::Protected)).then(|| protected(key, view)).flatten(),
        vouched(rule, key, view),
        keep_one(rule, key, view, gone),
        hygiene.then(|| hold_after_reenable(key, view)).flatten(),
        hygiene.then(|| implicated(key, view)).flatten(),
        evidence(rule, view),
        untold_time(rule, std::slice::from_ref(key), view),
    ];
    all_pass(trips)?;
    let (works, implicated) = (view.works(key), view.implicated(key));
    let must_stay = (!waives(Guard::KeepOne) && !implicated && works != Truth::No).then_some(rule.successor);
    let wanted = if hygiene {
        Wanted::Hygiene { must_stay, undoable: works == Truth::Yes }
    } else {
        Wanted::Containment { must_stay, implicated }
    };
    Ok(Cleared { subject: key.id.clone().into(), because: Because::Rule(rule.id.clone()), wanted })
}

/// Asks whether `rule` may switch SCIM synchronisation off. Only a rule that waives keep_one ever asks.
pub(super) fn clear_synchronization(
    rule: &Rule,
    status: &ReportedStatus,
    view: View<'_>,
) -> Result<Cleared, Vec<Trip>> {
    all_pass([answered(&Subject::Synchronization, status, view)])?;
    all_pass([evidence(rule, view), untold_time(rule, view.zone.credentials(), view)])?;
    let wanted = Wanted::Containment { must_stay: None, implicated: true };
    Ok(Cleared { subject: Subject::Synchronization, because: Because::Rule(rule.id.clone()), wanted })
}

/// Asks whether SCIM synchronisation, which is on though an incident's containment wants it off, may be switched off again.
pub(super) fn clear_contested_synchronization(
    incident: &IncidentId,
    on: SeenOn,
    view: View<'_>,
) -> Result<Cleared, Vec<Trip>> {
    all_pass([hold_ground(&Subject::Synchronization, view)])?;
    Ok(contested(Subject::Synchronization, incident, on))
}

/// Asks whether a contained key that is on may be switched off again.
pub(super) fn clear_contested(
    key: &Credential,
    incident: &IncidentId,
    on: SeenOn,
    view: View<'_>,
) -> Result<Cleared, Vec<Trip>> {
    let subject = Subject::from(key.id.clone());
    all_pass([protected(key, view), hold_ground(&subject, view)])?;
    Ok(contested(subject, incident, on))
}

fn contested(subject: Subject, incident: &IncidentId, _: SeenOn) -> Cleared {
    let wanted = Wanted::Contested { incident: incident.clone() };
    Cleared { subject, because: Because::Contested(incident.clone()), wanted }
}

/// Asks whether what a receipt names may be switched on again.
pub(super) fn clear_restore(receipt: &Receipt, view: View<'_>) -> Result<Cleared, Vec<Trip>> {
    all_pass([another_incident(receipt, view), synchronization_first(receipt, view)])?;
    let wanted = Wanted::Restore { disable: receipt.disabled, incidents: receipt.incidents.clone() };
    Ok(Cleared { subject: receipt.subject.clone(), because: Because::Restore(receipt.run.clone()), wanted })
}

fn all_pass<const N: usize>(trips: [Option<Trip>; N]) -> Result<(), Vec<Trip>> {
    let trips: Vec<Trip> = trips.into_iter().flatten().collect();
    if trips.is_empty() { Ok(()) } else { Err(trips) }
}

fn protected(key: &Credential, view: View<'_>) -> Option<Trip> {
    let entry = view.grounds.rules.protection(&key.id, view.now)?;
    let why = format!("the policy protects it until the end of {} (UTC): {}", entry.until, entry.reason);
    Some(Trip { guard: Guard::Protected, why })
}

fn vouched(rule: &Rule, key: &Credential, view: View<'_>) -> Option<Trip> {
    let any_successor = holds(&rule.when, key, view, Superseding::Any);
    if rule.successor == Successor::Any || holds(&rule.when, key, view, Superseding::Vouched) >= any_successor {
        return None;
    }
    let younger: Vec<&str> =
        view.younger(key).filter(|other| !view.vouched(other)).map(|other| other.id.as_str()).collect();
    let why = match younger.as_slice() {
        [] => "its successor has not been vouched for long enough".to_owned(),
        strangers => format!("nobody vouches for its successor {}: it may be a thief's", strangers.join(", ")),
    };
    Some(Trip { guard: Guard::Vouched, why })
}

fn keep_one(rule: &Rule, key: &Credential, view: View<'_>, gone: &[&CredentialId]) -> Option<Trip> {
    let waived = rule.waives.contains(&Guard::KeepOne);
    // A key that an incident implicates is no loss, and never counts as the one that stays.
    if waived || view.works(key) == Truth::No || view.implicated(key) {
        return None;
    }
    let mut going = gone.to_vec();
    going.push(&key.id);
    if view.good_key_beside(rule.successor, &going) {
        return None;
    }
    let others: Vec<String> = view
        .zone
        .credentials()
        .iter()
        .filter(|other| other.id != key.id)
        .map(|other| format!("{} {}", other.id, unfit(other, view, gone)))
        .collect();
    let others = if others.is_empty() { "it is the only key".to_owned() } else { others.join(", ") };
    Some(Trip { guard: Guard::KeepOne, why: format!("it may be working and no good key would stay on: {others}") })
}

/// Why this key does not count as the good one that stays on.
fn unfit(key: &Credential, view: View<'_>, gone: &[&CredentialId]) -> &'static str {
    match view.works(key) {
        Truth::No => "does not work",
        _ if gone.contains(&&key.id) => "goes off as well",
        Truth::Unknown => "may not work",
        Truth::Yes if view.implicated(key) => "is implicated by an incident",
        Truth::Yes => "is vouched for by nobody",
    }
}

/// What is known of a write without any effect that was seen.
const NOBODY_SAW: &str = "no look saw it off";

fn hold_after_reenable(key: &Credential, view: View<'_>) -> Option<Trip> {
    let again = view.grounds.memory.enabled_again(&key.id, view.now)?;
    let until = again.plus(view.grounds.rules.hold_after_reenable.duration());
    let known = match view.grounds.memory.unseen_off(&key.id) {
        // Whether it ever was off, and so whether somebody enabled it, nobody knows.
        Some(UnseenOff::Meant(at)) => format!("a run meant to switch it off at {at}, and may have done so; it is on"),
        Some(UnseenOff::Written(at)) => {
            format!("the cloud acknowledged at {at} that it is off, and {NOBODY_SAW}; it is on")
        }
        None => format!("it was off and is on again since {again} or before"),
    };
    let why = format!("{known}: it is left alone until {until}");
    (view.now < until).then_some(Trip { guard: Guard::HoldAfterReenable, why })
}

fn hold_ground(subject: &Subject, view: View<'_>) -> Option<Trip> {
    if is_ground_left(subject, view.grounds) {
        return None;
    }
    let held = view.grounds.memory.ground_held(subject);
    let why = if view.grounds.rules.hold_ground == 0 {
        "guards.hold_ground is 0, so it is not disabled again".to_owned()
    } else if view.grounds.memory.unseen_off(subject).is_some() {
        format!(
            "it was disabled again {held} time(s) already, and {NOBODY_SAW} after the last: either what the cloud \
             acknowledges has no effect, or somebody enables it at once: look in the console"
        )
    } else {
        format!("it was disabled again {held} time(s) already, and somebody keeps enabling it: stop them first")
    };
    let why = format!("{why}; if it is to stay on, {}", to_stay_on(subject, view.grounds));
    Some(Trip { guard: Guard::HoldGround, why })
}

/// May it be disabled again, as often as it was already?
pub(super) fn is_ground_left(subject: &Subject, grounds: Grounds<'_>) -> bool {
    u32::try_from(grounds.memory.ground_held(subject)).is_ok_and(|held| held < grounds.rules.hold_ground)
}

fn another_incident(receipt: &Receipt, view: View<'_>) -> Option<Trip> {
    let other =
        view.grounds.memory.implicated_by(&receipt.subject).find(|incident| !receipt.incidents.contains(*incident))?;
    let why = format!(
        "another incident implicates it as well: {other}; the newest receipt, which the answer to that has, names every one"
    );
    Some(Trip { guard: Guard::Implicated, why })
}

/// As long as the receipt's own incidents hold SCIM synchronisation off, a key that is on helps nobody; and a person who
/// wants it back must have looked at what stopped all of them.
fn synchronization_first(receipt: &Receipt, view: View<'_>) -> Option<Trip> {
    receipt.subject.key()?;
    // What no run of ours switched off has no receipt.
    view.grounds.memory.last_disable(&Subject::Synchronization)?;
    let mut holding = view.grounds.memory.implicated_by(&Subject::Synchronization);
    let incident = holding.find(|incident| receipt.incidents.contains(*incident))?;
    let why = format!("the incident {incident} holds SCIM synchronisation off: give back the receipt of that first");
    Some(Trip { guard: Guard::Implicated, why })
}

fn answered(of: &Subject, status: &ReportedStatus, view: View<'_>) -> Option<Trip> {
    let incident = view.incident?;
    let (it, that) = match of {
        Subject::Key(_) => ("this key", "names it, or has the \"time\" for a rule that asks when it happened"),
        Subject::Synchronization => ("SCIM synchronisation", "asks a rule which switches it off"),
    };
    let (but, again, or) = match view.too_late(of, status)? {
        TooLate::WasNoPart => (format!("of which {it} was no part"), "as well", ""),
        TooLate::WasGivenBack { at, reported } => (
            format!("from which {it} was given back at {at}, and has been reported anew, as of {reported}"),
            "again",
            " (or switch it off in the console, but then no run sees to it that it stays off)",
        ),
    };
    let why = format!(
        "the incident {} has had its containment, {but}, and an incident contains once: if it is to go off {again}, \
         send this tool's own incident event, with another id, that {that}{or}",
        incident.id
    );
    Some(Trip { guard: Guard::Answered, why })
}

/// What anybody can cause must not stop provisioning, unless the rule says so aloud.
fn evidence(rule: &Rule, view: View<'_>) -> Option<Trip> {
    let incident = view.incident.filter(|incident| !may_answer(rule, incident))?;
    Some(Trip {
        guard: Guard::Evidence,
        why: format!(
            "anybody can cause {}, and the rule does not say that an outsider may trigger it: if it is true, send this \
             tool's own incident event",
            incident.kind
        ),
    })
}

/// Where the rule asks when the incident happened, and nobody can tell, the rule acts only if its condition holds for every
/// possible time. Otherwise all keys would be in doubt at once, and such an event never grows too old.
fn untold_time(rule: &Rule, keys: &[Credential], view: View<'_>) -> Option<Trip> {
    let incident = view.incident.filter(|incident| incident.at.is_none())?;
    let asks = !rule.when.times_before_an_incident().is_empty();
    let is_sure = |key: &Credential| holds(&rule.when, key, view, Superseding::Any) == Truth::Yes;
    (asks && !keys.iter().any(is_sure)).then(|| Trip {
        guard: Guard::Evidence,
        why: format!(
            "the incident {} does not say when it happened, and the rule asks for that: send this tool's own incident \
             event, with its \"time\"",
            incident.id
        ),
    })
}

/// May the rule switch keys off for this incident, by what it takes to cause it?
pub fn may_answer(rule: &Rule, incident: &Incident) -> bool {
    let outsider_may = || rule.on.event().is_some_and(|on| on.outsider_may_trigger);
    incident.evidence != Evidence::Outsider || outsider_may()
}

fn implicated(key: &Credential, view: View<'_>) -> Option<Trip> {
    let incident = view.grounds.memory.implicated_by(&key.id).next()?;
    let why = format!("the incident {incident} implicates it, and only its containment deals with it");
    Some(Trip { guard: Guard::Implicated, why })
}
