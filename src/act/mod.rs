//! Carrying out what was cleared, and looking at what came of it.
//!
//! Each write but an undo rests on a look at most two seconds old, from which it was decided anew. After every write the
//! zone is read back; what may or may not have been done is settled by looking, and a write that was acknowledged or lost
//! is not sent again in this hop: a later one looks first. If a disable leaves no good key, because somebody else acted
//! meanwhile, it is undone: that is the one write which `act` makes of its own accord. One key's failure is data and
//! stops no other.

mod settle;
mod undo;

use std::time::Duration;

use crate::clock::{Clock, Deadline};
use crate::cursor::{OutcomeState, Written};
use crate::decide::{Because, Cleared, Grounds, Plan, Step, decide};
use crate::notice::{REASON, brief};
use crate::observe::{self, Unobserved};
use crate::policy::Successor;
use crate::tencent::client::ATTEMPT_TIMEOUT;
use crate::tencent::error::Class;
use crate::tencent::retry::{Kind, Next};
use crate::tencent::transport::Transport;
use crate::tencent::{Error, LONGEST_REQUEST_ID, Writer};
use crate::time::{Timestamp, spoken};
use crate::zone::{Snapshot, Status, Subject};

/// The oldest look that a write may rest on.
const FRESH: Duration = Duration::from_secs(2);

/// How often a look is taken again because it was too old when its answer came.
const FRESH_LOOKS: u32 = 3;

/// What a write needs before it is started: its own attempt, and one look afterwards.
const WRITE_AND_LOOK: Duration = ATTEMPT_TIMEOUT.saturating_mul(2);

/// What became of one cleared action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Which key, or SCIM synchronisation.
    pub subject: Subject,
    /// What wanted it, by the look that was written on.
    pub because: Because,
    /// The state that it was to be put into.
    pub to: Status,
    /// Was a request sent that may have had its effect?
    pub sent: bool,
    /// Which keys count as the one that must stay on; `None` if none must.
    pub must_stay: Option<Successor>,
    /// If it leaves no good key, is it to be undone?
    pub may_be_undone: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// The cloud's ids of the writes that it acknowledged.
    pub request_ids: Vec<String>,
    /// When it acknowledged the first.
    pub acknowledged_at: Option<Timestamp>,
}

impl Deed {
    /// One for which the cloud acknowledged no write.
    fn of(cleared: &Cleared, outcome: Outcome) -> Self {
        let (subject, because) = (cleared.subject().clone(), cleared.because().clone());
        Self {
            subject,
            because,
            to: cleared.to(),
            sent: false,
            must_stay: cleared.must_stay(),
            may_be_undone: cleared.undo().is_ok(),
            outcome,
            request_ids: Vec::new(),
            acknowledged_at: None,
        }
    }

    /// One about what an earlier hop wrote, of which nothing is sent now.
    pub fn of_written(written: &Written, outcome: Outcome) -> Self {
        Self {
            subject: written.credential.clone().into(),
            because: written.because.clone(),
            to: Status::Disabled,
            sent: false,
            must_stay: Some(written.must_stay),
            may_be_undone: false,
            outcome,
            request_ids: Vec::new(),
            acknowledged_at: None,
        }
    }

    /// The longest that can come of it, for whoever must know that there is room to remember it.
    pub fn longest(cleared: &Cleared) -> Self {
        let why = longest_reason();
        // One for the write, one for its undo.
        let request_ids = vec!["x".repeat(LONGEST_REQUEST_ID); 2];
        Self { sent: true, request_ids, ..Self::of(cleared, Outcome::NoGoodKey { why }) }
    }

    /// Does the intent to do it count: may a request have had its effect, or was none needed?
    pub fn counts(&self) -> bool {
        self.sent || self.outcome == Outcome::Freed
    }

    /// Did the cloud acknowledge it?
    pub fn acknowledged(&self) -> bool {
        !self.request_ids.is_empty()
    }

    /// Did it switch the key off? The cloud said so, or it may have been sent and the key was seen off.
    pub fn switched_off(&self) -> bool {
        let seen_off =
            matches!(self.outcome.state(), OutcomeState::Disabled | OutcomeState::Undone | OutcomeState::NoGoodKey);
        self.to == Status::Disabled && (self.acknowledged() || (self.sent && seen_off))
    }
}

fn log(deed: &Deed) {
    tracing::info!(credential = deed.subject.as_str(), because = %deed.because, outcome = deed.outcome.state().word(),
        why = deed.outcome.why(), request_ids = deed.request_ids.join(" "), "outcome");
}

/// How an action ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The key is seen to be off. `settled` tells what was unclear before the look, if anything was.
    Disabled {
        /// The failed write that the look settled.
        settled: Option<String>,
    },
    /// The key is seen to be on again, as its receipt asked. `settled` as above.
    Enabled {
        /// The failed write that the look settled.
        settled: Option<String>,
    },
    /// The key was on already, so nothing was sent: it is freed of the incidents that wanted it off.
    Freed,
    /// The key no longer exists.
    Gone,
    /// A fresh look no longer clears it; nothing was sent.
    Changed {
        /// What the fresh look led to instead.
        to: Box<Step>,
    },
    /// It was done and left no good key, so it was undone.
    Undone,
    /// It was done and left no good key, and undoing it failed or cannot be seen. A person is needed now.
    NoGoodKey {
        /// What stands in the way.
        why: String,
    },
    /// It was sent, and it cannot be seen whether it took effect. This hop does not send it again; a later one looks first.
    Unsettled {
        /// What is unclear.
        why: String,
    },
    /// It was not done, and sending the event again later may do it.
    Deferred {
        /// What stood in the way.
        why: String,
    },
    /// It was not done, and sending the event again will not help: a person is needed.
    Failed {
        /// What stood in the way.
        why: String,
    },
}

impl Outcome {
    /// The outcome in one word.
    pub fn state(&self) -> OutcomeState {
        match self {
            Self::Disabled { .. } => OutcomeState::Disabled,
            Self::Enabled { .. } => OutcomeState::Enabled,
            Self::Freed => OutcomeState::Freed,
            Self::Gone => OutcomeState::Gone,
            Self::Changed { .. } => OutcomeState::Changed,
            Self::Undone => OutcomeState::Undone,
            Self::NoGoodKey { .. } => OutcomeState::NoGoodKey,
            Self::Unsettled { .. } => OutcomeState::Unsettled,
            Self::Deferred { .. } => OutcomeState::Deferred,
            Self::Failed { .. } => OutcomeState::Failed,
        }
    }

    /// What a person should know of it, besides the word.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Disabled { settled } => {
                settled.as_ref().map(|failure| format!("it is seen to be off, though {failure}"))
            }
            Self::Enabled { settled } => {
                settled.as_ref().map(|failure| format!("it is seen to be on, though {failure}"))
            }
            Self::Freed => Some("it was on already, so nothing was sent; no incident holds it off any more".to_owned()),
            Self::Gone => Some("the key no longer exists".to_owned()),
            Self::Changed { to } => {
                Some(format!("a fresh look led to {} instead; nothing was sent", to.verdict.word()))
            }
            Self::Undone => {
                Some("it left no good key, because somebody else acted meanwhile, and is on again".to_owned())
            }
            Self::NoGoodKey { why } | Self::Unsettled { why } | Self::Deferred { why } | Self::Failed { why } => {
                Some(why.clone())
            }
        }
    }
}

/// The run's means: how to write, what to decide from, and until when.
pub struct Hands<'a, T, C> {
    /// Writes, and looks.
    pub writer: Writer<'a, T, C>,
    /// What decisions rest on.
    pub grounds: Grounds<'a>,
    /// No write is started after this: by then, what is remembered or the intent behind the write is too old.
    pub write_by: Timestamp,
    /// The end of the invocation.
    pub by: Deadline,
}

impl<T: Transport, C: Clock> Hands<'_, T, C> {
    /// Carries out those cleared actions of `plan` that `may` names; the plan was decided from the look `latest`.
    pub async fn carry_out(&self, plan: &Plan, latest: &mut Snapshot, may: impl Fn(&Cleared) -> bool) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for wanted in plan.cleared().filter(|cleared| may(cleared)) {
            let deed = self.write(wanted, latest).await;
            // Logged one by one: if the invocation is ended here, what is done already is not lost.
            log(&deed);
            deeds.push(deed);
        }
        deeds
    }

    async fn write(&self, wanted: &Cleared, latest: &mut Snapshot) -> Deed {
        let mut attempt = 1;
        loop {
            // The wait for the turn comes before the look is judged, so that the write follows the judgement at once.
            let turn = match self.writer.turn(wanted.subject(), Deadline(self.by.0.minus(ATTEMPT_TIMEOUT))).await {
                Ok(turn) => turn,
                Err(error) => return Deed::of(wanted, given_up(&error)),
            };
            let cleared = match self.clear_anew(wanted, latest).await {
                Ok(cleared) => cleared,
                Err(outcome) => return Deed::of(wanted, outcome),
            };
            // Only a receipt wants what is there already.
            if latest.status(cleared.subject()).is_some_and(|status| status.is(cleared.to())) {
                return self.free(&cleared, latest).await;
            }
            let (zone, subject) = (latest.zone().clone(), cleared.subject());
            let error = match self.writer.set_status(turn, &zone, subject, cleared.to(), attempt).await {
                Ok(request_id) => {
                    let at = Some(self.clock().now());
                    return Deed { acknowledged_at: at, ..self.acknowledged(&cleared, latest, request_id).await };
                }
                Err(error) => error,
            };
            match self.writer.client().after(&error, Kind::Write, attempt, self.by) {
                Next::Again { after } => self.clock().sleep(after).await,
                Next::LookFirst => return self.settle(&cleared, latest, &error).await,
                Next::GiveUp => return Deed::of(&cleared, given_up(&error)),
            }
            attempt += 1;
        }
    }

    /// Decides again, from a look that is fresh enough to write on.
    async fn clear_anew(&self, wanted: &Cleared, latest: &mut Snapshot) -> Result<Cleared, Outcome> {
        self.refresh(latest, wanted.subject()).await?;
        let now = self.clock().now();
        let plan = decide(latest, self.grounds, now);
        let Some(step) = plan.step(wanted.subject()) else { return Err(Outcome::Gone) };
        let cleared = match step.verdict.cleared() {
            Some(cleared) if cleared.purpose() == wanted.purpose() => cleared.clone(),
            _ => return Err(Outcome::Changed { to: Box::new(step.clone()) }),
        };
        let undo = if cleared.undo().is_ok() { WRITE_AND_LOOK } else { Duration::ZERO };
        if self.by.left(now) < WRITE_AND_LOOK + undo {
            return Err(Outcome::Deferred {
                why: "too little time was left to write, to look, and to undo it if need be".to_owned(),
            });
        }
        if self.write_by < now {
            return Err(Outcome::Deferred { why: "what it was to rest on had become too old".to_owned() });
        }
        Ok(cleared)
    }

    /// Looks again until the look is fresh: it ages while its answer is on the way.
    async fn refresh(&self, latest: &mut Snapshot, of: &Subject) -> Result<(), Outcome> {
        let mut looks = 0;
        while self.clock().now().since(latest.taken()) > FRESH {
            if looks == FRESH_LOOKS {
                return Err(Outcome::Deferred {
                    why: format!("each look was older than {} when its answer came", spoken(FRESH)),
                });
            }
            looks += 1;
            let seen = observe::look_again(self.writer.client(), latest, of, self.by).await;
            *latest = seen.map_err(|unseen| not_seen(&unseen))?;
        }
        Ok(())
    }

    fn clock(&self) -> &C {
        self.writer.client().clock()
    }
}

/// The reason that takes the most bytes of JSON of all that are kept: none has a control character.
fn longest_reason() -> String {
    brief(&"\"".repeat(REASON + 1), REASON)
}

/// The fresh look that a write must rest on failed, so nothing was sent.
fn not_seen(unseen: &Unobserved) -> Outcome {
    Outcome::Deferred { why: format!("the zone could not be looked at again: {unseen}") }
}

/// A write that surely had no effect and is not repeated.
fn given_up(error: &Error) -> Outcome {
    match error.class() {
        Some(Class::Denied | Class::Rejected | Class::Expired) => Outcome::Failed { why: error.to_string() },
        _ => Outcome::Deferred { why: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reason_that_is_kept_is_longer_than_that_for_which_room_is_reserved() {
        let json = |text: &str| serde_json::to_string(text).unwrap().len();
        for letter in "x\"\\ü☃\u{10ffff}".chars() {
            let kept = brief(&letter.to_string().repeat(2 * REASON), REASON);
            assert!(json(&kept) <= json(&longest_reason()), "{letter}");
        }
    }
}
