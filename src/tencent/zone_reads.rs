//! The reads: each answer is parsed once, here, into the program's own types, or the call failed.

use super::client::{Client, Given};
use super::error::{Error, Failure};
use super::transport::Transport;
use super::wire::{self, Action};
use crate::clock::{Clock, Deadline};
use crate::time::{CloudTime, Timestamp};
use crate::zone::{Credential, CredentialId, ReportedStatus, ZoneId};

/// What `DescribeIdentityCenter` tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCenter {
    /// The account's one zone.
    pub zone: ZoneId,
    /// Whether the service is on at all.
    pub service: ReportedStatus,
}

/// What `ListSCIMCredentials` tells, not yet held against itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// When it was asked for: the attempt that was answered, not those before it.
    pub asked: Timestamp,
    /// The cloud's own count.
    pub counted: i64,
    /// The credentials.
    pub credentials: Vec<Credential>,
}

impl<T: Transport, C: Clock> Client<'_, T, C> {
    /// Finds the account's zone.
    pub async fn describe_identity_center(&self, by: Deadline) -> Result<IdentityCenter, Error> {
        let action = Action::DescribeIdentityCenter;
        let given: Given<wire::IdentityCenter> = self.read(action, &wire::Nothing {}, by).await?;
        let zone = ZoneId::parse(&given.answer.zone_id);
        let zone =
            zone.map_err(|wrong| odd(action, &given.request_id, "ZoneId", &given.answer.zone_id, wrong.expected))?;
        Ok(IdentityCenter { zone, service: ReportedStatus::read(&given.answer.service_status) })
    }

    /// Lists the zone's credentials: all of them, or the call failed.
    pub async fn list_scim_credentials(&self, zone: &ZoneId, by: Deadline) -> Result<Listing, Error> {
        let action = Action::ListScimCredentials;
        let given: Given<wire::CredentialList> = self.read(action, &wire::OfZone { zone_id: zone }, by).await?;
        let listed = given.answer.credentials.iter();
        let credentials: Result<_, Error> = listed.map(|listed| credential(listed, &given.request_id)).collect();
        Ok(Listing { asked: given.sent, counted: given.answer.total_counts, credentials: credentials? })
    }

    /// Tells whether SCIM synchronisation is on.
    pub async fn scim_synchronization_status(&self, zone: &ZoneId, by: Deadline) -> Result<ReportedStatus, Error> {
        let action = Action::GetScimSynchronizationStatus;
        let given: Given<wire::SynchronizationStatus> = self.read(action, &wire::OfZone { zone_id: zone }, by).await?;
        Ok(ReportedStatus::read(&given.answer.status))
    }
}

fn credential(listed: &wire::ListedCredential, request_id: &str) -> Result<Credential, Error> {
    let refuse = |field, value: &str, expected| odd(Action::ListScimCredentials, request_id, field, value, expected);
    let time = |field, value: &str| {
        CloudTime::parse(value).ok_or_else(|| refuse(field, value, "a time as in 2024-05-31 15:04:53"))
    };
    Ok(Credential {
        id: CredentialId::parse(&listed.credential_id)
            .map_err(|wrong| refuse("CredentialId", &listed.credential_id, wrong.expected))?,
        zone: ZoneId::parse(&listed.zone_id).map_err(|wrong| refuse("ZoneId", &listed.zone_id, wrong.expected))?,
        status: ReportedStatus::read(&listed.status),
        kind: listed.credential_type.chars().filter(char::is_ascii_graphic).take(64).collect(),
        created: time("CreateTime", &listed.create_time)?,
        expires: time("ExpireTime", &listed.expire_time)?,
    })
}

fn odd(action: Action, request_id: &str, field: &str, value: &str, expected: &str) -> Error {
    let value: String = value.chars().take(64).collect();
    let failure = Failure::Unreadable(format!("{field} is {value:?}, not {expected}"));
    Error { action, request_id: Some(request_id.to_owned()), failure }
}
