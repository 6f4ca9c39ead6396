//! The writes. There is no way to write but through a [`Writer`], and no way to a Writer but with a [`Permit`].

use super::client::{Client, Given, Turn};
use super::error::Error;
use super::log;
use super::transport::Transport;
use super::wire::{self, Action};
use crate::clock::{Clock, Deadline};
use crate::policy::Permit;
use crate::zone::{Status, Subject, ZoneId};

/// A client that may write. Each call is one attempt; the answer is the cloud's `RequestId`, and says nothing of the
/// effect: look afterwards.
pub struct Writer<'a, T, C> {
    client: &'a Client<'a, T, C>,
}

impl<'a, T: Transport, C: Clock> Writer<'a, T, C> {
    /// Takes the permit, which only a policy in `enforce` gives.
    pub fn new(client: &'a Client<'a, T, C>, _permit: Permit) -> Self {
        Self { client }
    }

    /// The client, for looking.
    pub fn client(&self) -> &'a Client<'a, T, C> {
        self.client
    }

    /// Waits for the turn of a [`set_status`](Self::set_status) of this subject that must end before `by`.
    pub async fn turn(&self, subject: &Subject, by: Deadline) -> Result<Turn, Error> {
        let action = match subject {
            Subject::Key(_) => Action::UpdateScimCredentialStatus,
            Subject::Synchronization => Action::UpdateScimSynchronizationStatus,
        };
        self.client.turn(action, by).await
    }

    /// Puts one credential, or SCIM synchronisation of the whole zone, into a state; says so in the log first. The turn is
    /// the subject's own.
    pub async fn set_status(
        &self,
        turn: Turn,
        zone: &ZoneId,
        subject: &Subject,
        to: Status,
        attempt: u32,
    ) -> Result<String, Error> {
        log::write(subject, to, attempt);
        let given: Given<wire::Acknowledgement> = match subject {
            Subject::Key(id) => {
                let (zone_id, credential_id, new_status) = (zone, id.as_str(), to.as_str());
                let body = wire::NewCredentialStatus { zone_id, credential_id, new_status };
                self.client.attempt(turn, &body, attempt).await?
            }
            Subject::Synchronization => {
                let body = wire::NewSynchronizationStatus { zone_id: zone, status: to.as_str() };
                self.client.attempt(turn, &body, attempt).await?
            }
        };
        Ok(given.request_id)
    }
}
