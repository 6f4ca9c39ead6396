//! Undoing our own write, where it left no good key because somebody else acted meanwhile.

use super::settle::Sight;
use super::{Deed, Hands, Outcome};
use crate::clock::Clock;
use crate::cursor::Written;
use crate::decide::{Cleared, good_key_stays};
use crate::tencent::Error;
use crate::tencent::retry::{Kind, Next};
use crate::tencent::transport::Transport;
use crate::zone::{CredentialId, Snapshot, Status, Subject, ZoneId};

impl<T: Transport, C: Clock> Hands<'_, T, C> {
    /// Is the zone without a good key now, though the rule must leave one?
    pub(super) fn left_without(&self, cleared: &Cleared, latest: &Snapshot) -> bool {
        let good_key_left = |successor| good_key_stays(latest, self.grounds, successor, self.clock().now());
        cleared.must_stay().is_some_and(|successor| !good_key_left(successor))
    }

    /// Takes a disable back that was acknowledged, and that has left no good key since. `written` is what was written.
    pub async fn take_back(&self, written: &Written, latest: &mut Snapshot) -> Deed {
        let mut request_ids = Vec::new();
        let outcome = self.undo(&written.credential, latest, &mut request_ids).await;
        let deed = Deed { to: Status::Enabled, sent: true, request_ids, ..Deed::of_written(written, outcome) };
        super::log(&deed);
        deed
    }

    /// Switches on again exactly the key whose disable was acknowledged.
    pub(super) async fn undo(
        &self,
        key: &CredentialId,
        latest: &mut Snapshot,
        request_ids: &mut Vec<String>,
    ) -> Outcome {
        let key = Subject::from(key.clone());
        let failed = match self.enable(&key, latest.zone()).await {
            Ok(request_id) => {
                request_ids.push(request_id);
                None
            }
            Err(error) => Some(error.to_string()),
        };
        match self.look_for(&key, Status::Enabled, latest).await {
            Sight::There => Outcome::Undone,
            Sight::Gone => Outcome::NoGoodKey { why: "the key was deleted meanwhile".to_owned() },
            Sight::Elsewhere(why) | Sight::Unseen(why) => Outcome::NoGoodKey { why: failed.unwrap_or(why) },
        }
    }

    /// Enabling is repeated only where the failed request surely had no effect; the look that follows settles the rest.
    async fn enable(&self, key: &Subject, zone: &ZoneId) -> Result<String, Error> {
        let mut attempt = 1;
        loop {
            let turn = self.writer.turn(key, self.by).await?;
            let sent = self.writer.set_status(turn, zone, key, Status::Enabled, attempt).await;
            let error = match sent {
                Ok(request_id) => return Ok(request_id),
                Err(error) => error,
            };
            match self.writer.client().after(&error, Kind::Undo, attempt, self.by) {
                Next::Again { after } => self.clock().sleep(after).await,
                Next::LookFirst | Next::GiveUp => return Err(error),
            }
            attempt += 1;
        }
    }
}
