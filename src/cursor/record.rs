//! The run in flight: what it has done, what it still owes, and when it must be through.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::decide::Because;
use crate::ending::Ending;
use crate::memory::Fact;
use crate::notice::Notice;
use crate::policy::Successor;
use crate::time::Timestamp;
use crate::trigger::{RunId, Trigger};
use crate::zone::{CredentialId, Status, Subject};

/// One run's own record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The run.
    pub run: RunId,
    /// When its event came in.
    pub accepted: Timestamp,
    /// When it must be through: what is left over then is for a person.
    pub until: Timestamp,
    /// How many hops it has had.
    pub hops: u32,
    /// What came of its writes so far, and what guards held back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<RecordedOutcome>,
    /// The writes after which the late look is still to come, and which must have left a good key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<Written>,
    /// When the late look is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_at: Option<Timestamp>,
    /// What people have not been told yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Outstanding>,
    /// Rules matched, and selected no key of the zone; or a key was named that it does not have.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_subject: bool,
    /// People were told that the zone could not be seen for some time, and that it is still tried.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told_blind: bool,
    /// The keys that runs of ours have ever switched off and that were gone at this run's last look: they have no way back.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub gone: BTreeSet<CredentialId>,
    /// How it ended. After that, it only learns what people were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ending>,
}

impl Record {
    /// How long a run may take in all, over all its hops. Then a person is called, who would not hear of it before. It has
    /// by then fewer hops than a loop allows, and it ends before a state machine's twenty-five hours do.
    pub const LONGEST: Duration = Duration::from_hours(24);

    /// Forgets notices that a later look makes again, the last first, until so many bytes of JSON are saved. Is one of
    /// them left?
    pub fn put_off_notices(&mut self, bytes: usize) -> bool {
        let mut saved = 0;
        loop {
            let Some(last) = self.notices.iter().rposition(Outstanding::comes_again) else { return false };
            if saved >= bytes {
                return true;
            }
            saved += self.notices.remove(last).length();
        }
    }

    /// The bytes of JSON that the notices take.
    pub fn length_of_notices(&self) -> usize {
        self.notices.iter().map(Outstanding::length).sum()
    }

    /// May a write of this execution have switched it?
    pub fn may_have_switched(&self, of: &Subject) -> bool {
        // What the cloud acknowledged counts, whatever a look showed then: it may be gone.
        let may = |outcome: &RecordedOutcome| outcome.state.may_have_switched() || !outcome.request_ids.is_empty();
        self.outcomes.iter().any(|outcome| outcome.subject == *of && may(outcome))
    }

    /// The record of a run that begins.
    pub fn begun(trigger: &Trigger) -> Self {
        Self {
            run: trigger.run.clone(),
            accepted: trigger.accepted,
            until: trigger.accepted.plus(Self::LONGEST),
            hops: 0,
            outcomes: Vec::new(),
            written: Vec::new(),
            look_at: None,
            notices: Vec::new(),
            no_subject: false,
            told_blind: false,
            gone: BTreeSet::new(),
            ended: None,
        }
    }
}

/// What came of one write, or that guards held it back, for the report of the run's later hops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedOutcome {
    /// Which key, or SCIM synchronisation.
    #[serde(rename = "credential")]
    pub subject: Subject,
    /// What wanted it.
    pub because: Because,
    /// How it ended.
    pub state: OutcomeState,
    /// What a person should know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The cloud's ids of the writes that it acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<String>,
    /// Since when it is tried in vain, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl RecordedOutcome {
    /// Is it about the same write, and did it come to the same?
    pub fn is_again(&self, subject: &Subject, because: &Because, state: OutcomeState) -> bool {
        self.subject == *subject && self.because == *because && self.state == state
    }

    /// Is it what came of this write, which may have had its effect?
    pub fn is_of_the_write(&self, subject: &Subject, because: &Because) -> bool {
        self.subject == *subject && self.because == *because && self.state.may_have_switched()
    }
}

/// How a write ended, or that guards held it back, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeState {
    /// The key is off.
    Disabled,
    /// The key is on again.
    Enabled,
    /// The key was on already, and no incident holds it off any more.
    Freed,
    /// The key no longer exists.
    Gone,
    /// A fresh look led to something else.
    Changed,
    /// It left no good key, and was undone.
    Undone,
    /// It left no good key, and stands.
    NoGoodKey,
    /// It was sent, and what came of it is unclear.
    Unsettled,
    /// It was not sent yet.
    Deferred,
    /// It cannot be done.
    Failed,
    /// Guards held it back when the incident was answered.
    Held,
}

impl OutcomeState {
    /// Was nothing done that is still wanted?
    pub fn is_not_done(self) -> bool {
        matches!(self, Self::Deferred | Self::Failed)
    }

    /// Was nothing done, so that it may be tried again?
    pub fn is_in_vain(self) -> bool {
        self.is_not_done() || self == Self::Changed
    }

    /// May a request have had its effect?
    fn may_have_switched(self) -> bool {
        matches!(self, Self::Disabled | Self::Enabled | Self::Undone | Self::NoGoodKey | Self::Unsettled)
    }

    /// The word, as reports and logs have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Freed => "freed",
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::Undone => "undone",
            Self::NoGoodKey => "no_good_key",
            Self::Unsettled => "unsettled",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
            Self::Held => "held",
        }
    }
}

/// A disable that must be looked at once more, a minute later: lists may be stale, and others act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The key.
    pub credential: CredentialId,
    /// What wanted it.
    pub because: Because,
    /// Which keys count as the one that must stay on.
    pub must_stay: Successor,
    /// May it be undone? It was acknowledged, and the key surely worked.
    pub undoable: bool,
}

/// A notice that no channel has accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outstanding {
    /// The notice.
    pub notice: Notice,
    /// What is true once it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<Fact>,
    /// In which state it says that its key is, if it does: people have heard that once it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<ToldState>,
}

/// That a key, or SCIM synchronisation, is in this state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldState {
    /// Which.
    #[serde(rename = "credential")]
    pub subject: Subject,
    /// Its state.
    pub status: Status,
    /// As of when, if that is known: what others do after that, and before people accept the notice, they do not hear of by
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
}

impl Outstanding {
    /// Does the next look make it again, as long as nobody has accepted it?
    fn comes_again(&self) -> bool {
        matches!(self.then, Some(Fact::Warned { .. } | Fact::Told { .. }))
    }

    /// What it is about, if that is not the account as a whole.
    pub fn subject(&self) -> Option<Subject> {
        let key = || self.notice.credentials.first().cloned().map(Subject::Key);
        let said = || self.says.as_ref().map(|said| said.subject.clone());
        self.then.as_ref().and_then(Fact::subject).or_else(said).or_else(key)
    }

    /// The bytes of JSON that it takes.
    fn length(&self) -> usize {
        serde_json::to_vec(self).map_or(0, |json| json.len())
    }
}
