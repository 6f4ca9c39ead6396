//! After a write: looking until it is clear what came of it.

use std::time::Duration;

use super::{Hands, Outcome};
use crate::clock::Clock;
use crate::decide::{Cleared, Plan};
use crate::observe;
use crate::tencent::Error;
use crate::tencent::transport::Transport;
use crate::zone::{Snapshot, Status};

/// Lists may be stale for a moment: how often a write is looked for, and the wait between.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// What looks at one key came to.
pub(super) enum Sight {
    /// It is in the state that the write was to bring about.
    There,
    /// It does not exist any more.
    Gone,
    /// It is in another state, or no look succeeded.
    NotThere(String),
}

impl<T: Transport, C: Clock, D: Fn(&Snapshot) -> Plan> Hands<'_, T, C, D> {
    /// The cloud acknowledged the disable: read it back, and make sure that a good key is left.
    pub(super) async fn acknowledged(
        &self,
        cleared: &Cleared,
        latest: &mut Snapshot,
        request_id: String,
    ) -> (Outcome, Vec<String>) {
        let sight = self.look_for(cleared, Status::Disabled, latest).await;
        let mut request_ids = vec![request_id];
        let outcome = match sight {
            Sight::Gone => Outcome::Gone,
            Sight::There if self.left_without(cleared, latest) => self.undo(cleared, latest, &mut request_ids).await,
            Sight::There => Outcome::Disabled { settled: None },
            Sight::NotThere(why) => Outcome::Unsettled { why: format!("the disable was acknowledged, but {why}") },
        };
        (outcome, request_ids)
    }

    /// It is unclear whether the disable was done: look. It is not undone either, since nobody acknowledged it.
    pub(super) async fn settle(&self, cleared: &Cleared, latest: &mut Snapshot, error: &Error) -> Outcome {
        match self.look_for(cleared, Status::Disabled, latest).await {
            Sight::Gone => Outcome::Gone,
            Sight::There if self.left_without(cleared, latest) => {
                Outcome::NoGoodKey { why: format!("it is off, and whether this run did that is unclear: {error}") }
            }
            Sight::There => Outcome::Disabled { settled: Some(error.to_string()) },
            Sight::NotThere(why) => Outcome::Unsettled { why: format!("{error}; {why}") },
        }
    }

    /// Looks a few times for the key in `status`. The last look that succeeded is the `latest` one afterwards.
    pub(super) async fn look_for(&self, cleared: &Cleared, status: Status, latest: &mut Snapshot) -> Sight {
        let mut why = String::new();
        for look in 0..LOOKS {
            if look > 0 {
                if !self.has_time_after(BETWEEN_LOOKS) {
                    break;
                }
                self.clock().sleep(BETWEEN_LOOKS).await;
            }
            match observe::look(self.writer.client(), latest.zone(), self.by).await {
                Ok(seen) => *latest = seen,
                Err(blind) => {
                    why = format!("the zone could not be read back: {blind}");
                    continue;
                }
            }
            match latest.credential(cleared.credential()) {
                None => return Sight::Gone,
                Some(key) if key.status.is(status) => return Sight::There,
                Some(key) => why = format!("the list still shows it {}", key.status),
            }
        }
        Sight::NotThere(why)
    }
}
