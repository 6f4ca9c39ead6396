//! What is asked of the facts about incidents: what they hold off, and what has ended them. Pure.

use super::{Fact, Memory, Purpose};
use crate::time::Timestamp;
use crate::trigger::IncidentId;
use crate::zone::Subject;

impl Memory {
    /// The incidents that implicate it, and that neither an all-clear nor a restore of it has ended. Each ends its
    /// own incident for good, whatever the order in which the facts arrived, and no other.
    pub fn implicated_by<'a>(&'a self, of: &'a impl PartialEq<Subject>) -> impl Iterator<Item = &'a IncidentId> {
        let mut told = Vec::new();
        self.facts().filter_map(move |dated| match &dated.fact {
            Fact::Implicated { subject, incident, .. } if of == subject && !told.contains(&incident) => {
                told.push(incident);
                (!self.is_ended(of, incident)).then_some(incident)
            }
            _ => None,
        })
    }

    /// Has this incident ever implicated it, ended or not?
    pub fn has_implicated(&self, incident: &IncidentId, of: &impl PartialEq<Subject>) -> bool {
        self.facts().any(|dated| {
            matches!(&dated.fact, Fact::Implicated { subject, incident: by, .. } if of == subject && by == incident)
        })
    }

    /// Has a restore ended the incident's hold on it, or its source called it over?
    pub fn is_ended(&self, of: &impl PartialEq<Subject>, by: &IncidentId) -> bool {
        self.called_off_at(by).is_some() || self.given_back_at(of, by).is_some()
    }

    /// Is anything remembered of this incident?
    pub fn knows(&self, incident: &IncidentId) -> bool {
        self.ended_with(incident, None).next().is_some()
    }

    /// The incidents that end when this one is called off, at that time if it is known: itself, and each time that it came
    /// again, but for what is of later than that. Where one of the times is not known, it ends. Each may be told several
    /// times.
    pub fn ended_with<'a>(
        &'a self,
        called_off: &'a IncidentId,
        at: Option<Timestamp>,
    ) -> impl Iterator<Item = &'a IncidentId> {
        self.facts().filter_map(move |dated| match &dated.fact {
            Fact::Implicated { incident, .. } | Fact::Answered { incident, .. } => {
                let is_it = incident == called_off || incident.again_at(called_off).is_some();
                // Equal times: a source may settle what it has found without dating that.
                let is_later = || at.is_some_and(|at| self.dated(incident, called_off).is_some_and(|of| of > at));
                (is_it && !is_later()).then_some(incident)
            }
            _ => None,
        })
    }

    /// If an all-clear of that time comes too early to end anything: the date of the newest report that outlives it.
    pub fn outlives(&self, called_off: &IncidentId, at: Timestamp) -> Option<Timestamp> {
        match self.ended_with(called_off, Some(at)).next() {
            Some(_) => None,
            None => self.ended_with(called_off, None).filter_map(|incident| self.dated(incident, called_off)).max(),
        }
    }

    /// Of when the incident is, this one or this one come again: as its source dates it, or else as its own id tells.
    fn dated(&self, incident: &IncidentId, of: &IncidentId) -> Option<Timestamp> {
        let told = self.reports_of(incident).map(|(_, dated)| dated);
        told.max().or_else(|| incident.again_at(of))
    }

    /// When each report of this incident that is remembered came in, and as of when its source dates it.
    fn reports_of(&self, incident: &IncidentId) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        self.facts().filter_map(move |fact| match &fact.fact {
            Fact::Implicated { incident: other, dated, .. } | Fact::Answered { incident: other, dated }
                if other == incident =>
            {
                Some((fact.at, (*dated)?))
            }
            _ => None,
        })
    }

    /// Is a report of this date news to whoever had something back from the incident at that time? It is dated later than
    /// that; and by its source's own clock, whatever ours says, later than each report that had come in by then, and no
    /// earlier than any that has come in since.
    pub fn is_news_since(&self, given_back: Timestamp, incident: &IncidentId, reported: Timestamp) -> bool {
        let is_older =
            |(came, dated): (Timestamp, Timestamp)| dated < reported || (dated == reported && came > given_back);
        reported > given_back && self.reports_of(incident).all(is_older)
    }

    /// The newest remembered recurrence dated after `ended`. A person's decision is not a recurrence.
    pub fn come_again_since<'a>(&'a self, incident: &'a IncidentId, ended: Timestamp) -> Option<&'a IncidentId> {
        let is_one = |again: &IncidentId| again.again_at(incident).is_some_and(|at| *again == incident.again(at));
        let later = self.ended_with(incident, None).filter(|again| is_one(again)).filter_map(|again| {
            let of = self.dated(again, incident).filter(|of| *of > ended)?;
            Some((of, again))
        });
        later.max().map(|(_, again)| again)
    }

    /// Has it had its containment, as an incident of before this time, or of no time that is known?
    pub fn answered_as_of_before(&self, incident: &IncidentId, of: Timestamp) -> bool {
        self.answered(incident) && self.dated(incident, incident).is_none_or(|dated| dated < of)
    }

    /// When its source last called this incident off: as that dates it, or else when it came in.
    pub fn called_off_at(&self, incident: &IncidentId) -> Option<Timestamp> {
        let clears = self.facts().filter_map(|clear| match &clear.fact {
            Fact::AllClear { incident: of, dated } if of == incident => Some(dated.unwrap_or(clear.at)),
            _ => None,
        });
        clears.max()
    }

    /// When a restore of it last ended the incident's hold on it.
    pub fn given_back_at(&self, of: &impl PartialEq<Subject>, from: &IncidentId) -> Option<Timestamp> {
        let intents = self.facts().filter(|dated| {
            matches!(&dated.fact, Fact::Intended { incidents, .. } if incidents.contains(from))
                && self.stands(dated, of, Purpose::Restore)
        });
        intents.map(|dated| dated.at).max()
    }

    /// How often it was meant to be disabled again for an incident that is not ended, because it was found on.
    pub fn ground_held(&self, of: &impl PartialEq<Subject>) -> usize {
        let contested = self.facts().filter(|dated| match &dated.fact {
            Fact::Intended { incidents, .. } => {
                self.stands(dated, of, Purpose::Contested)
                    && incidents.iter().any(|incident| !self.is_ended(of, incident))
            }
            _ => false,
        });
        contested.count()
    }

    /// Has this incident had its containment?
    pub fn answered(&self, incident: &IncidentId) -> bool {
        self.answered_at(incident).is_some()
    }

    /// When it first had its containment.
    pub fn answered_at(&self, incident: &IncidentId) -> Option<Timestamp> {
        let mut answers = self
            .facts()
            .filter(|dated| matches!(&dated.fact, Fact::Answered { incident: other, .. } if other == incident));
        answers.next().map(|dated| dated.at)
    }
}
