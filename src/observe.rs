//! Looking at a zone: a whole [`Snapshot`], or the reason why there is none. A partial look is never acted upon.

use crate::clock::{Clock, Deadline};
use crate::policy::Account;
use crate::tencent::transport::Transport;
use crate::tencent::{Client, Error};
use crate::zone::{Contradiction, ReportedStatus, Snapshot, Status, ZoneId};

/// Why the zone could not be seen. The run then knows nothing, and does nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unobserved {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] Error),
    /// Identity Center is not activated for this account.
    #[error("Identity Center is not activated for this account (its service status is {0})")]
    NotActivated(ReportedStatus),
    /// The list of credentials cannot be the whole truth.
    #[error("the list of credentials contradicts itself: {0}")]
    Contradiction(#[from] Contradiction),
}

impl Unobserved {
    /// Is it worth looking again a minute later?
    pub fn will_pass(&self) -> bool {
        match self {
            Self::Call(error) => error.will_pass(),
            Self::NotActivated(_) => false,
            // A list that was made while the zone changed.
            Self::Contradiction(_) => true,
        }
    }
}

/// The account's zone: the policy's, or the one that the cloud finds.
pub async fn find_zone<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    account: &Account,
    by: Deadline,
) -> Result<ZoneId, Unobserved> {
    if let Some(zone) = &account.zone {
        return Ok(zone.clone());
    }
    let center = client.describe_identity_center(by).await?;
    if center.service.is(Status::Enabled) { Ok(center.zone) } else { Err(Unobserved::NotActivated(center.service)) }
}

/// How much of a zone is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All its credentials.
    Keys,
    /// And whether SCIM synchronisation is on.
    KeysAndSynchronization,
}

impl Scope {
    /// As much as this look saw.
    pub fn of(zone: &Snapshot) -> Self {
        if zone.synchronization().is_some() { Self::KeysAndSynchronization } else { Self::Keys }
    }
}

/// Looks at all credentials of the zone, and at its SCIM synchronisation where that is in the scope.
///
/// That the synchronisation cannot be read is no reason not to act on keys: it is then in an unknown state, and only a
/// containment or a person's restore acts on that.
pub async fn look<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    zone: &ZoneId,
    scope: Scope,
    by: Deadline,
) -> Result<Snapshot, Unobserved> {
    let listing = client.list_scim_credentials(zone, by).await?;
    let keys = Snapshot::whole(zone.clone(), listing.asked, listing.counted, listing.credentials)?;
    if scope == Scope::Keys {
        return Ok(keys);
    }
    let status = client.scim_synchronization_status(zone, by).await;
    Ok(keys.with_synchronization(status.unwrap_or(ReportedStatus::Unread)))
}
