//! After a write: looking until it is clear what came of it.

use std::time::Duration;

use super::{Deed, Hands, Outcome};
use crate::clock::Clock;
use crate::decide::Cleared;
use crate::observe;
use crate::tencent::Error;
use crate::tencent::error::Class;
use crate::tencent::transport::Transport;
use crate::zone::{ReportedStatus, Snapshot, Status, Subject};

/// Lists may be stale for a moment: how often a write is looked for, and the wait between.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// What looks at one subject came to.
pub(super) enum Sight {
    /// It is in the state that the write was to bring about.
    There,
    /// It does not exist any more.
    Gone,
    /// Every look that succeeded showed it in another state.
    Elsewhere(String),
    /// The last look failed.
    Unseen(String),
}

impl<T: Transport, C: Clock> Hands<'_, T, C> {
    /// The cloud acknowledged the write: read it back, and make sure that a good key is left.
    pub(super) async fn acknowledged(&self, cleared: &Cleared, latest: &mut Snapshot, request_id: String) -> Deed {
        let sight = self.look_for(cleared.subject(), cleared.to(), latest).await;
        let left_without = self.left_without(cleared, latest);
        let mut request_ids = vec![request_id];
        let outcome = match sight {
            Sight::There if left_without => match cleared.undo() {
                Ok(key) => self.undo(key, latest, &mut request_ids).await,
                Err(why) => Outcome::NoGoodKey { why: why.to_owned() },
            },
            Sight::There => there(cleared, None),
            Sight::Gone => self.gone(left_without),
            Sight::Elsewhere(why) | Sight::Unseen(why) => {
                Outcome::Unsettled { why: format!("the write was acknowledged, but {why}") }
            }
        };
        Deed { request_ids, sent: true, ..Deed::of(cleared, outcome) }
    }

    /// It is unclear whether the write was done: look. It is not undone either, since nobody acknowledged it.
    pub(super) async fn settle(&self, cleared: &Cleared, latest: &mut Snapshot, error: &Error) -> Deed {
        let sight = self.look_for(cleared.subject(), cleared.to(), latest).await;
        let left_without = self.left_without(cleared, latest);
        let outcome = match sight {
            Sight::There if left_without => {
                Outcome::NoGoodKey { why: format!("whether this run switched it off is unclear: {error}") }
            }
            Sight::There => there(cleared, Some(error.to_string())),
            Sight::Gone => self.gone(left_without),
            // The service itself said no, and the key is as it was: nothing is on its way any more.
            Sight::Elsewhere(why) if refused(error) => Outcome::Failed { why: format!("{error}; {why}") },
            Sight::Elsewhere(why) | Sight::Unseen(why) => Outcome::Unsettled { why: format!("{error}; {why}") },
        };
        Deed { sent: true, ..Deed::of(cleared, outcome) }
    }

    /// A receipt frees what is on already, and ends what holds it off. Two looks must show that, since one may be out of date.
    pub(super) async fn free(&self, cleared: &Cleared, latest: &mut Snapshot) -> Deed {
        self.clock().sleep(BETWEEN_LOOKS).await;
        let outcome = match self.look_for(cleared.subject(), cleared.to(), latest).await {
            Sight::There => Outcome::Freed,
            Sight::Gone => Outcome::Gone,
            Sight::Unseen(why) => Outcome::Deferred { why },
            Sight::Elsewhere(why) => match self.clear_anew(cleared, latest).await {
                Ok(_) => Outcome::Deferred { why: format!("a look showed it on, but {why}") },
                Err(outcome) => outcome,
            },
        };
        Deed::of(cleared, outcome)
    }

    fn gone(&self, left_without: bool) -> Outcome {
        if left_without { Outcome::NoGoodKey { why: "it was deleted meanwhile".to_owned() } } else { Outcome::Gone }
    }

    /// Looks a few times for the subject in `status`. The last look that succeeded is the `latest` one afterwards.
    pub(super) async fn look_for(&self, subject: &Subject, status: Status, latest: &mut Snapshot) -> Sight {
        let mut sight = Sight::Unseen("there was no time to read the zone back".to_owned());
        for look in 0..LOOKS {
            if look > 0 {
                if !self.writer.client().has_time_after(BETWEEN_LOOKS, self.by) {
                    break;
                }
                self.clock().sleep(BETWEEN_LOOKS).await;
            }
            match observe::look_again(self.writer.client(), latest, subject, self.by).await {
                Ok(seen) => *latest = seen,
                Err(unseen) => {
                    sight = Sight::Unseen(format!("the zone could not be read back: {unseen}"));
                    continue;
                }
            }
            match latest.status(subject) {
                None => return Sight::Gone,
                Some(seen) if seen.is(status) => return Sight::There,
                Some(ReportedStatus::Unread { why, .. }) => {
                    sight = Sight::Unseen(format!("it could not be read back: {why}"));
                }
                Some(seen) => sight = Sight::Elsewhere(format!("the cloud still shows it {seen}")),
            }
        }
        sight
    }
}

/// The key is seen in the state that was wanted.
fn there(cleared: &Cleared, settled: Option<String>) -> Outcome {
    match cleared.to() {
        Status::Disabled => Outcome::Disabled { settled },
        Status::Enabled => Outcome::Enabled { settled },
    }
}

/// Did the service answer that it did not do it?
fn refused(error: &Error) -> bool {
    matches!(error.class(), Some(Class::Gone | Class::LookAgain | Class::Unknown))
}
