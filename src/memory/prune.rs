//! What a memory may forget.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Dated, Fact, Memory, topic_of};
use crate::time::Timestamp;
use crate::trigger::IncidentId;
use crate::zone::{CredentialId, Status, Subject};

/// How long facts are kept that go by age: what a newer one of their kind has replaced, warnings, and what is about an
/// incident that is over. Longer than the longest ladder and hold that anybody would write.
const OLD: Duration = Duration::from_hours(400 * 24);

/// How long facts about a key are kept that the zone has no more. The cloud does not use an id twice.
const GONE: Duration = Duration::from_hours(90 * 24);

/// How long an intent on which nothing was sent is kept, and its end: longer than whoever closed it may need to settle that.
/// A write that is refused or throttled leaves a pair each time that it is tried.
const IN_VAIN: Duration = Duration::from_mins(20);

impl Memory {
    /// Forgets what can no longer make a difference at `now`, when the zone has these keys.
    ///
    /// What restrains a key stays as long as the key does: what implicates it, and the newest of each other kind. What
    /// permits goes by age; but who vouches for a key does so for good. What is about an incident stays as long as a key
    /// that it implicates; after that it goes by age as well. SCIM synchronisation is always there: what is about an incident
    /// that held it off goes all at once, when that is over and old.
    #[must_use]
    pub fn pruned(self, now: Timestamp, keys: &BTreeSet<&CredentialId>) -> Self {
        let (answers, in_vain) = (self.answers_that_tell(), self.in_vain(now));
        let memory = self.only(|dated| match &dated.fact {
            Fact::Answered { .. } => answers.contains(dated),
            _ => !in_vain.contains(dated),
        });
        let over = memory.over_and_old(now, keys);
        let of_one_that_is_over = |fact: &Fact| {
            matches!(fact, Fact::Implicated { subject: Subject::Synchronization, incident, .. }
                if over.contains(incident))
                || matches!(fact, Fact::Intended { subject: Subject::Synchronization, incidents, .. }
                if !incidents.is_empty() && incidents.is_subset(&over))
        };
        let mut newest = memory.newest_of_each_kind();
        newest.retain(|dated| !of_one_that_is_over(&dated.fact));
        let looks = memory.looks_that_tell();
        let standing: BTreeSet<_> = memory.implicating(keys).difference(&over).cloned().collect();
        memory.only(|dated| {
            let kept = match &dated.fact {
                // Nobody asks for an older one, and they come with every week and every incident.
                Fact::Told { .. } | Fact::Heard { .. } if !newest.contains(dated) => return false,
                Fact::Seen { .. } if !looks.contains(dated) => return false,
                fact if of_one_that_is_over(fact) => false,
                Fact::Implicated { .. } | Fact::Vouched { .. } => true,
                Fact::Answered { incident, .. } | Fact::AllClear { incident, .. } => standing.contains(incident),
                Fact::Warned { .. } | Fact::Told { .. } => false,
                // It goes with its intent: without it, that would be open again.
                Fact::Done { .. } => newest.iter().any(|intent| dated.fact.closes(intent)),
                _ => newest.contains(dated),
            };
            (kept && !is_gone(dated, keys)) || !is_old(dated, now, keys)
        })
    }

    /// The incidents that have ever implicated one of these keys, or SCIM synchronisation, which every zone has.
    fn implicating(&self, keys: &BTreeSet<&CredentialId>) -> BTreeSet<IncidentId> {
        let incidents = self.facts().filter_map(|dated| match &dated.fact {
            Fact::Implicated { subject, incident, .. } if subject.key().is_none_or(|key| keys.contains(key)) => {
                Some(incident.clone())
            }
            _ => None,
        });
        incidents.collect()
    }

    /// The incidents that held SCIM synchronisation off, hold it off no more, implicate none of these keys, and of which
    /// nothing that is remembered is young. Were a part of it kept, one that is over might count as one that stands.
    fn over_and_old(&self, now: Timestamp, keys: &BTreeSet<&CredentialId>) -> BTreeSet<IncidentId> {
        let sync = Subject::Synchronization;
        let of_a_key = |incident: &IncidentId| keys.iter().any(|key| self.has_implicated(incident, *key));
        let is_over = |incident: &IncidentId| {
            let mut about = self.facts().filter(|dated| dated.fact.is_about(incident));
            about.all(|dated| is_old(dated, now, keys))
        };
        let mut incidents = self.implicating(keys);
        incidents.retain(|incident| self.is_ended(&sync, incident) && !of_a_key(incident) && is_over(incident));
        incidents
    }

    /// Of each incident the first answer, and those that its source dates latest. One that is told every hour has many.
    fn answers_that_tell(&self) -> BTreeSet<Dated> {
        let mut latest = BTreeMap::new();
        let answers = || self.facts().filter_map(|dated| Some((dated, dated.fact.answered()?)));
        for (_, (incident, of)) in answers() {
            let newest = latest.entry(incident).or_insert(of);
            *newest = of.max(*newest);
        }
        let mut told = BTreeSet::new();
        let tell = answers().filter(|(_, (incident, of))| told.insert(*incident) || latest.get(incident) == Some(of));
        tell.map(|(dated, _)| dated.clone()).collect()
    }

    /// Of each subject the first look, the newest at each state, and those right before it was off, as far as is known, and
    /// right after that, on again: what else was seen is asked for by nobody, and whoever switches a key off and on all day
    /// would fill the memory.
    fn looks_that_tell(&self) -> BTreeSet<Dated> {
        let subjects: BTreeSet<Subject> = self.facts().filter_map(|dated| dated.fact.subject()).collect();
        let tell = subjects.iter().flat_map(|of| {
            let first = self.facts().find(|dated| dated.fact.seen(of).is_some());
            let newest = |state| self.facts().rev().find(|dated| dated.fact.seen(of) == Some(state));
            let off = self.newest_disabled(of);
            let before = off.and_then(|off| self.last_look_by(of, off));
            let on_again = off.and_then(|off| self.first_on_since(of, off));
            [first, newest(Status::Disabled), newest(Status::Enabled), before, on_again]
        });
        tell.flatten().cloned().collect()
    }

    /// The intents on which nothing was sent, with their end, once both are old; and ends of what is remembered no more.
    /// An end closes two intents if the clock was put back to the very instant of the first: were one of them forgotten with
    /// it, the other would count.
    fn in_vain(&self, now: Timestamp) -> BTreeSet<Dated> {
        let is_old = |dated: &Dated| dated.at.plus(IN_VAIN) <= now;
        let ends = self.facts().filter(|end| matches!(end.fact, Fact::Done { .. }) && is_old(end));
        let closed = |end: &Dated| self.facts().filter(|dated| end.fact.closes(dated)).collect::<Vec<_>>();
        let mut pairs: Vec<_> = ends.map(|end| (end, closed(end))).collect();
        pairs.retain(|(_, intents)| intents.iter().all(|intent| self.is_void(intent) && is_old(intent)));
        pairs.into_iter().flat_map(|(end, intents)| std::iter::once(end).chain(intents)).cloned().collect()
    }

    fn newest_of_each_kind(&self) -> BTreeSet<Dated> {
        let mut kinds = Vec::new();
        // An intent on which nothing was sent counts for nothing, so it must not stand for an older one that does.
        let newest = self.facts().rev().filter(|dated| !self.is_void(dated)).filter(|dated| {
            let kind = Kind::of(&dated.fact);
            let first = !kinds.contains(&kind);
            kinds.push(kind);
            first
        });
        newest.cloned().collect()
    }
}

/// Is it about a key that the zone has no more?
fn is_gone(dated: &Dated, keys: &BTreeSet<&CredentialId>) -> bool {
    dated.fact.subject().is_some_and(|of| of.key().is_some_and(|key| !keys.contains(key)))
}

/// May it go by age?
fn is_old(dated: &Dated, now: Timestamp, keys: &BTreeSet<&CredentialId>) -> bool {
    dated.at.plus(if is_gone(dated, keys) { GONE } else { OLD }) <= now
}

/// Facts of one kind about one subject replace each other. Intents for some incidents do not replace those for others: each
/// restore ends its own, which stay remembered as long as the key exists.
#[derive(PartialEq, Eq)]
struct Kind<'a> {
    fact: std::mem::Discriminant<Fact>,
    subject: Option<Subject>,
    status: Option<Status>,
    /// The incidents of an intent.
    incidents: Option<&'a BTreeSet<IncidentId>>,
    /// What people were told about, whichever news of it.
    about: Option<&'a str>,
}

impl<'a> Kind<'a> {
    fn of(fact: &'a Fact) -> Self {
        let (status, incidents, about) = match fact {
            Fact::Seen { status, .. } => (Some(*status), None, None),
            Fact::Intended { purpose, incidents, .. } => (Some(purpose.to()), Some(incidents), None),
            Fact::Told { about, .. } => (None, None, Some(topic_of(about))),
            _ => (None, None, None),
        };
        Self { fact: std::mem::discriminant(fact), subject: fact.subject(), status, incidents, about }
    }
}
