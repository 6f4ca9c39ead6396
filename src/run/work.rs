//! What a hop works with, and what it leaves for the next: memory, and the run's record. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::cursor::{self, OutcomeState, Outstanding, Record, ToldState};
use crate::decide::{Cleared, Occasion, Plan};
use crate::memory::{Fact, Intent, Memory};
use crate::notice::{Notice, Topic};
use crate::report::{self, About, Seen};
use crate::time::Timestamp;
use crate::trigger::ExecutionName;
use crate::zone::{CredentialId, Snapshot, Status, Subject};

mod room;
mod through;
mod wrote;

/// When the late look comes after a write.
const LATE: Duration = Duration::from_mins(1);

/// How far behind the clock that dated the late look another may be without having been set back: the cloud refuses a call
/// that is dated wrongly by more.
const BEHIND: Duration = Duration::from_mins(5);

/// The most bytes of JSON that a run's notices take. What is put off comes again with the next look.
const MOST_NOTICES: usize = 32 * 1024;

/// Where a run stands. It is so for the whole hop, whatever becomes of its memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Outside of a loop: what it learns may be lost.
    Bare,
    /// In a loop.
    Loop {
        /// Which execution of it.
        execution: ExecutionName,
    },
}

impl Standing {
    /// The execution, in a loop.
    pub fn execution(&self) -> Option<&ExecutionName> {
        match self {
            Self::Loop { execution } => Some(execution),
            Self::Bare => None,
        }
    }
}

/// Why the memory of a run cannot be used. It then settles nothing, and writes nothing but a first containment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoMemory {
    /// Nothing can be sealed, so no later hop would know of this one.
    NoKey {
        /// In words.
        why: String,
    },
    /// The register is not believed, or what is to be done has no room. The run's own record travels all the same.
    Unusable {
        /// In words.
        why: String,
    },
}

impl NoMemory {
    /// In words.
    pub(super) fn why(&self) -> &str {
        match self {
            Self::NoKey { why } | Self::Unusable { why } => why,
        }
    }
}

/// What a cursor remembers.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    /// The facts.
    pub facts: Memory,
    /// When a scheduled run last looked; `None` if none ever has.
    pub as_of: Option<Timestamp>,
}

fn request_ids(record: &Record) -> BTreeSet<String> {
    record.outcomes.iter().flat_map(|outcome| outcome.request_ids.iter().cloned()).collect()
}

/// What a hop works with. It asks three memories, all part of the first:
///
/// | memory | holds | answers |
/// |---|---|---|
/// | `memory()` | all that is believed: the register, what this execution has learnt, what it means to do | what is sealed and told |
/// | `remembered()` | the same without what this execution itself still means to do | what is decided |
/// | `settled()` | what the register holds | who has the lease; is there anything to settle? |
#[derive(Clone, Debug)]
pub struct Work {
    standing: Standing,
    /// Why its memory cannot be used, if it cannot.
    no_memory: Option<NoMemory>,
    /// What the register holds.
    settled: Memory,
    settled_as_of: Option<Timestamp>,
    /// All that is believed.
    memory: Memory,
    as_of: Option<Timestamp>,
    record: Record,
    /// When this hop began: what it believes was read just before.
    began: Timestamp,
    /// The cloud's ids of the last writes of ours.
    requests: BTreeSet<String>,
}

impl Work {
    /// The work of a run that stands so, with what the register (or, outside of a loop, the event) holds. `no_memory` says
    /// why its memory cannot be used, if it cannot.
    pub fn new(
        standing: Standing,
        no_memory: Option<NoMemory>,
        register: Remembered,
        record: Record,
        began: Timestamp,
    ) -> Self {
        let Remembered { facts: settled, as_of } = register;
        let (memory, settled_as_of, requests) = (settled.clone(), as_of, request_ids(&record));
        Self { standing, no_memory, settled, settled_as_of, memory, as_of, record, began, requests }
    }

    /// The same, with what the execution's own last cursor holds and the register may not.
    #[must_use]
    pub fn recalling(self, ours: Remembered) -> Self {
        // An intent whose settle was lost is none: nobody else has seen it.
        let learnt = ours.facts.only(|dated| !matches!(dated.fact, Fact::Intended { .. }));
        Self { memory: self.memory.merge(learnt), as_of: self.as_of.max(ours.as_of), ..self }
    }

    /// The register's own record is that of another run: what it wrote was ours, too.
    pub fn knows_of(&mut self, other: &Record) {
        self.requests.extend(request_ids(other));
    }

    /// Was this request of the cloud's one of ours, as far as is remembered?
    pub fn sent(&self, request: &str) -> bool {
        self.requests.contains(request)
    }

    /// When this hop began.
    pub(super) fn began(&self) -> Timestamp {
        self.began
    }

    /// Where the run stands.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Why its memory cannot be used, if it cannot.
    pub(super) fn no_memory(&self) -> Option<&NoMemory> {
        self.no_memory.as_ref()
    }

    /// All that is believed.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// What the register holds.
    pub fn settled(&self) -> &Memory {
        &self.settled
    }

    /// The run's record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// When the late look is to come; `None` if none is, or if it is due at `now`. It is due as well if it lies further ahead
    /// than it ever does: then the clock has been set back.
    pub(super) fn late_look_to_come(&self, now: Timestamp) -> Option<Timestamp> {
        self.record.look_at.filter(|at| *at > now && at.since(now) <= LATE + BEHIND)
    }

    /// Is there something that the register does not hold?
    pub fn is_to_be_settled(&self) -> bool {
        self.settles() && (self.memory.adds_to(&self.settled) || self.as_of > self.settled_as_of)
    }

    /// Is it in a loop that settles what it learns?
    fn settles(&self) -> bool {
        matches!(self.standing, Standing::Loop { .. }) && self.no_memory.is_none()
    }

    /// What decisions rest on: all that is believed, but for what this execution itself still means to do.
    pub(super) fn remembered(&self) -> Memory {
        match self.standing.execution() {
            Some(execution) => self.memory.before_intents_of(execution),
            None => self.memory.clone(),
        }
    }

    /// What this execution means to do, and has neither done nor given up, the oldest first.
    pub(super) fn own_intents(&self) -> impl Iterator<Item = Intent<'_>> {
        self.memory.open_intents().filter(|intent| self.standing.execution() == Some(intent.execution))
    }

    /// People were given these notices.
    pub fn notices_accepted(&mut self, ids: &BTreeSet<String>, now: Timestamp) {
        let (given, owed): (Vec<_>, Vec<_>) =
            self.record.notices.drain(..).partition(|outstanding| ids.contains(&outstanding.notice.id));
        self.record.notices = owed;
        for Outstanding { then, says, .. } in given {
            if let Some(ToldState { subject, status, as_of }) = says {
                self.memory.learn(as_of.unwrap_or(now), Fact::Heard { subject, status });
            }
            let Some(fact) = then else { continue };
            // A clock that has stepped back makes no warning older than the look that it came from.
            let at = match fact {
                Fact::Warned { looked, .. } => now.max(looked),
                _ => now,
            };
            self.memory.learn(at, fact);
        }
    }

    /// Is this the first containment of an incident, or the rest of it? If guards held back the rest, it counts again once
    /// they let go.
    pub(super) fn is_to_contain(&self, about: About<'_>, plan: &Plan) -> bool {
        let may_go_on = || plan.cleared().any(Cleared::is_first_containment);
        self.to_be_answered(about).next().is_some() && (!self.has_held() || may_go_on())
    }

    /// A look, as facts: what has changed, and whether nobody had looked for too long.
    pub(super) fn saw(&mut self, zone: &Snapshot, about: About<'_>) {
        let at = zone.taken();
        if matches!(about.occasion, Occasion::Schedule) {
            let gap = about.policy.rules().max_gap.duration();
            if self.as_of.is_none_or(|as_of| at.since(as_of) > gap) {
                self.memory.learn(at, Fact::Resumed);
            }
            self.as_of = self.as_of.max(Some(at));
        }
        self.looked(zone);
    }

    /// Takes one more fact in.
    pub(super) fn learn(&mut self, at: Timestamp, fact: Fact) {
        self.memory.learn(at, fact);
    }

    /// Rules matched, and selected no key, or a key is named that is not there: the run ends so.
    pub(super) fn found_no_subject(&mut self) {
        self.record.no_subject = true;
    }

    /// What the zone shows: which keys are gone, and the states of the others, where they are news.
    fn looked(&mut self, zone: &Snapshot) {
        let switched_off = self.memory.switched_off().into_iter().filter_map(Subject::key);
        self.record.gone = switched_off.filter(|key| zone.credential(key).is_none()).cloned().collect();
        self.learn_states(zone);
    }

    fn learn_states(&mut self, zone: &Snapshot) {
        let (at, before) = (zone.taken(), self.remembered());
        for (subject, status) in zone.subjects() {
            let Some(status) = status.known() else { continue };
            // A key may have been off without any look at that. The hold runs from the first look at it on again, so
            // that look must be remembered though it shows no change.
            let again = status == Status::Enabled && before.enabled_again(&subject, at) == Some(at);
            // A look in the instant of the disable may have come before it: a receipt is refused for one that came after.
            let disabled = || before.last_disable(&subject).is_some_and(|disable| disable.at < at);
            let on_since = status == Status::Enabled && disabled() && !before.was_enabled_since_disabled(&subject);
            if again || on_since || before.last_seen(&subject) != Some(status) {
                self.memory.learn(at, Fact::Seen { subject, status });
            }
        }
    }

    /// Has this run tried to write it, in vain for good?
    pub(super) fn has_failed(&self, subject: &Subject) -> bool {
        self.record.outcomes.iter().any(|outcome| outcome.subject == *subject && outcome.state == OutcomeState::Failed)
    }

    /// Has this run found that what it did to this left no good key? Then it calls somebody for that already.
    pub(super) fn left_no_good_key(&self, of: &Subject) -> bool {
        self.record.outcomes.iter().any(|outcome| outcome.subject == *of && outcome.state == OutcomeState::NoGoodKey)
    }

    /// A key that is off and would work, and that was switched off by us, or may have been, as far as memory tells.
    pub(super) fn switched_off(&self, off: &[&CredentialId], now: Timestamp) -> Option<(CredentialId, &'static str)> {
        let lost = |key: &CredentialId| {
            let mut intents = self.memory.open_intents();
            intents.any(|intent| {
                *intent.subject == *key && intent.until() <= now && intent.purpose.to() == Status::Disabled
            })
        };
        off.iter().find_map(|key| {
            let key = *key;
            if self.memory.implicated_by(key).next().is_some() {
                Some((key.clone(), "an incident holds it off"))
            } else if lost(key) {
                Some((key.clone(), "a run that meant to switch it off was lost"))
            } else if self.memory.last_disable(key).is_some() {
                // Whether somebody has enabled it since is not asked: a stale list may say so.
                Some((key.clone(), "a run of ours switched it off"))
            } else {
                None
            }
        })
    }

    /// Means to do these.
    pub(super) fn intend(&mut self, wanted: &[&Cleared], now: Timestamp) {
        let Standing::Loop { execution } = &self.standing else { return };
        for fact in wanted.iter().filter_map(|cleared| cleared.intended(execution)) {
            self.memory.learn(now, fact);
        }
    }

    /// Owes people these notices. Where memory cannot be used no warning is given: it could not be counted.
    pub fn owe(&mut self, notices: impl IntoIterator<Item = Outstanding>) {
        let counts = self.no_memory.is_none();
        let given = |new: &Outstanding| counts || !matches!(new.then, Some(Fact::Warned { .. }));
        let owed: BTreeSet<String> =
            self.record.notices.iter().map(|outstanding| outstanding.notice.id.clone()).collect();
        for mut new in notices.into_iter().filter(|new| given(new) && !owed.contains(&new.notice.id)) {
            if let Some(said) = &mut new.says {
                said.as_of = self.memory.known_as_of(&said.subject, self.began);
            }
            self.record.notices.push(new);
        }
        let too_many = self.record.length_of_notices().saturating_sub(MOST_NOTICES);
        self.record.put_off_notices(too_many);
    }

    /// Owes people what they have not heard of keys that were acted on before. Outside of a loop the caller has it in
    /// the report.
    pub(super) fn owe_found(&mut self, about: About<'_>, seen: &Seen) {
        if self.standing != Standing::Bare {
            let found = report::found(about, seen, &self.memory, |subject| self.speaks_of(subject));
            self.owe(found);
        }
    }

    /// Has this run acted on it, or is it about to tell in which state it is?
    fn speaks_of(&self, subject: &Subject) -> bool {
        let tells = |notice: &Notice| {
            use Topic::{Contested, Disable, Held, NoGoodKey, Restore};
            matches!(notice.topic, Contested | Disable | Held | NoGoodKey | Restore)
        };
        let about = |owed: &Outstanding| owed.subject().as_ref() == Some(subject);
        self.record.outcomes.iter().any(|outcome| outcome.subject == *subject)
            || self.record.notices.iter().any(|owed| about(owed) && tells(&owed.notice))
    }

    /// The cursor of this work, for the register's next generation. `keys` are those of the zone, if it was seen.
    pub fn cursor(&self, about: About<'_>, generation: u64, zone: Option<&Snapshot>, now: Timestamp) -> cursor::Cursor {
        let facts = match zone {
            Some(zone) => self.memory.clone().pruned(now, &zone.credentials().iter().map(|key| &key.id).collect()),
            None => self.memory.clone(),
        };
        cursor::Cursor {
            version: cursor::VERSION,
            account: about.trigger.account.name.clone(),
            generation,
            as_of: self.as_of,
            facts,
            run: Some(self.record.clone()),
        }
    }
}
