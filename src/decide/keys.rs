//! What a look tells of one key beside another: does it work, is it vouched for, what follows it.

use super::{Consequence, Grounds};
use crate::policy::Successor;
use crate::time::{Interval, Reading, Timestamp, Truth};
use crate::trigger::{Incident, Text};
use crate::zone::{Credential, CredentialId, ReportedStatus, Snapshot, Status, Subject};

/// One look at a zone, and everything that questions about its keys rest on.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) zone: &'a Snapshot,
    pub(super) grounds: Grounds<'a>,
    pub(super) now: Timestamp,
    pub(super) reading: Reading,
    /// The incident about which a rule is asked.
    pub(super) incident: Option<&'a Incident>,
}

/// Why what an incident asks for is none of its containment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooLate {
    /// The rules did not want it then.
    WasNoPart,
    /// It was, a person has had it back since, and its source has reported the incident anew after that.
    WasGivenBack {
        /// When.
        at: Timestamp,
        /// Of when the new report is.
        reported: Timestamp,
    },
}

impl<'a> View<'a> {
    /// The same look, with the cloud's times read in one way only.
    pub(super) fn under(self, reading: Reading) -> Self {
        Self { reading, ..self }
    }

    /// The same look, where a rule is asked about this incident.
    pub(super) fn about(self, incident: &'a Incident) -> Self {
        Self { incident: Some(incident), ..self }
    }

    /// Where the key's creation lies.
    pub(super) fn created(self, key: &Credential) -> Interval {
        key.created.interval(&self.grounds.rules.utc_offsets, self.reading)
    }

    /// Where the key's expiry lies.
    pub(super) fn expires(self, key: &Credential) -> Interval {
        key.expires.interval(&self.grounds.rules.utc_offsets, self.reading)
    }

    /// Is it in this state? Unknown, if the cloud's word for its state is not a documented one.
    pub(super) fn is_in(self, key: &Credential, status: Status) -> Truth {
        match key.status {
            ReportedStatus::Known(known) => Truth::from(known == status),
            ReportedStatus::Unrecognised(_) | ReportedStatus::Unread { .. } => Truth::Unknown,
        }
    }

    /// Does it open the door? It does when it is on and has not expired.
    pub(super) fn works(self, key: &Credential) -> Truth {
        let expired = self.expires(key).at_or_before(self.now);
        self.is_in(key, Status::Enabled).and(!expired)
    }

    /// Does somebody vouch for it, the policy or a voucher, and no incident speak against it?
    pub(super) fn vouched(self, key: &Credential) -> bool {
        self.vouched_by(key, self.now)
    }

    /// Did somebody by then, and does no incident speak against it now? The policy has always done so.
    pub(super) fn vouched_by(self, key: &Credential, then: Timestamp) -> bool {
        let by_then = || self.voucher(key).is_some_and(|(since, _)| since <= then);
        (self.grounds.rules.known(&key.id).is_some() || by_then()) && !self.implicated(key)
    }

    /// Since when a voucher of the policy vouches for it, and who: whoever is none any more vouches for nothing.
    pub(super) fn voucher(self, key: &Credential) -> Option<(Timestamp, &'a Text)> {
        self.grounds.memory.vouched(&key.id, &self.grounds.rules.vouchers)
    }

    /// Does an incident of this occasion name it, or an earlier one implicate it? One that has had its containment
    /// implicates nothing more by naming it.
    pub(super) fn implicated(self, key: &Credential) -> bool {
        let mut now = self.grounds.occasion.incidents().iter().map(|asked| self.about(&asked.incident));
        now.any(|view| view.named(key) && !view.answered() && !view.is_over_for(&key.id))
            || self.grounds.memory.implicated_by(&key.id).next().is_some()
    }

    /// Has the incident that is asked about had its containment?
    pub(super) fn answered(self) -> bool {
        self.incident.is_some_and(|incident| self.grounds.memory.answered(&incident.id))
    }

    /// Was it restored from the containment by the incident that is asked about, or did its source call that over?
    pub(super) fn is_over_for(self, of: &impl PartialEq<Subject>) -> bool {
        self.incident.is_some_and(|incident| self.grounds.memory.is_ended(of, &incident.id))
    }

    /// May the incident that is asked about still have its containment, of this as well? What is on again after that is
    /// contested, and what was given back is let be.
    pub(super) fn is_open_for(self, of: &impl PartialEq<Subject>) -> bool {
        let memory = self.grounds.memory;
        let contained =
            |incident: &Incident| memory.has_implicated(&incident.id, of) && memory.newest_disabled(of).is_some();
        !(self.answered() || self.is_over_for(of) || self.incident.is_some_and(contained))
    }

    /// Does a rule want this off too late? The incident has had its containment, and this is on: either it was no part of
    /// that, or it was given back and the report is newer. An incident contains once, but somebody must hear of it. Whoever
    /// gave it back has seen what was reported by then, so that is not told again.
    pub(super) fn too_late(self, of: &impl PartialEq<Subject>, status: &ReportedStatus) -> Option<TooLate> {
        let incident = self.incident.filter(|_| !status.is(Status::Disabled))?;
        let memory = self.grounds.memory;
        if memory.called_off_at(&incident.id).is_some() {
            None
        } else if memory.has_implicated(&incident.id, of) {
            let (at, reported) = (memory.given_back_at(of, &incident.id)?, incident.reported()?);
            memory.is_news_since(at, &incident.id, reported).then_some(TooLate::WasGivenBack { at, reported })
        } else {
            self.answered().then_some(TooLate::WasNoPart)
        }
    }

    /// What follows where a rule is answered so and the incident that is asked about may not want it off any more, neither in
    /// time nor too late: nothing, and if the rule would want it off, why not. `None` if it may.
    pub(super) fn let_be(
        self,
        answer: Truth,
        of: &impl PartialEq<Subject>,
        status: &ReportedStatus,
    ) -> Option<Consequence> {
        let incident = self.incident.filter(|_| !self.is_open_for(of) && self.too_late(of, status).is_none())?;
        let (id, memory) = (&incident.id, self.grounds.memory);
        let why = match (memory.called_off_at(id), memory.given_back_at(of, id)) {
            _ if answer == Truth::No => return Some(Consequence::Nothing),
            (_, Some(at)) => format!("but it was given back from the incident {id} at {at}"),
            (Some(at), _) => format!("but the incident {id} was called off at {at}"),
            (None, None) => format!("and the incident {id} has had its containment"),
        };
        Some(Consequence::LetBe { why })
    }

    /// Does the incident that is asked about name it?
    pub(super) fn named(self, key: &Credential) -> bool {
        self.incident.is_some_and(|incident| incident.implicated.contains(&key.id))
    }

    /// When the incident that is asked about happened, as far as is known.
    pub(super) fn incident_at(self) -> Option<Timestamp> {
        self.incident.and_then(|incident| incident.at)
    }

    /// The keys that were created after this one. Both times are the cloud's own, so their order needs no time zone.
    pub(super) fn younger(self, key: &Credential) -> impl Iterator<Item = &'a Credential> {
        let created = key.created;
        self.zone.credentials().iter().filter(move |other| other.created > created)
    }

    /// May this key count as one that carries provisioning on? Only if it works in every reading, no incident implicates
    /// it and, unless the rule says `"successor": "any"`, somebody vouches for it.
    pub(super) fn good(self, key: &Credential, successor: Successor) -> bool {
        let trusted = self.vouched(key) || (successor == Successor::Any && !self.implicated(key));
        self.works(key) == Truth::Yes && trusted
    }

    /// Is there a good key beside those that `gone` names?
    pub(super) fn good_key_beside(self, successor: Successor, gone: &[&CredentialId]) -> bool {
        self.zone.credentials().iter().any(|key| !gone.contains(&&key.id) && self.good(key, successor))
    }
}
