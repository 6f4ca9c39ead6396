//! The writes. There is no way to write but through a [`Writer`], and no way to a Writer but with a [`Permit`].

use super::client::{Client, Given, Turn};
use super::error::Error;
use super::log;
use super::transport::Transport;
use super::wire::{self, Action};
use crate::clock::{Clock, Deadline};
use crate::policy::Permit;
use crate::zone::{CredentialId, Status, ZoneId};

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

    /// Waits for the turn of a [`set_credential_status`](Self::set_credential_status) that must end before `by`.
    pub async fn turn(&self, by: Deadline) -> Result<Turn, Error> {
        self.client.turn(Action::UpdateScimCredentialStatus, by).await
    }

    /// Puts one credential into a state; says so in the log first.
    pub async fn set_credential_status(
        &self,
        turn: Turn,
        zone: &ZoneId,
        credential: &CredentialId,
        to: Status,
        attempt: u32,
    ) -> Result<String, Error> {
        log::write(credential, to, attempt);
        let body =
            wire::NewCredentialStatus { zone_id: zone, credential_id: credential.as_str(), new_status: to.as_str() };
        let given: Given<wire::Acknowledgement> = self.client.attempt(turn, &body, attempt).await?;
        Ok(given.request_id)
    }

    /// Switches SCIM synchronisation of the whole zone on or off.
    pub async fn set_scim_synchronization(&self, zone: &ZoneId, to: Status, by: Deadline) -> Result<String, Error> {
        let body = wire::NewSynchronizationStatus { zone_id: zone, status: to.as_str() };
        let turn = self.client.turn(Action::UpdateScimSynchronizationStatus, by).await?;
        let given: Given<wire::Acknowledgement> = self.client.attempt(turn, &body, 1).await?;
        Ok(given.request_id)
    }
}
