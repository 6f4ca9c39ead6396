//! Looking at a zone: a whole [`Snapshot`], or the reason why there is none. A partial look is never acted upon.

use std::time::Duration;

use crate::clock::{Clock, Deadline};
use crate::policy::Account;
use crate::tencent::client::ATTEMPT_TIMEOUT;
use crate::tencent::transport::Transport;
use crate::tencent::{Client, Error};
use crate::zone::{Contradiction, ReportedStatus, Snapshot, Status, Subject, ZoneId};

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

    /// May it be so because the account has another zone by now? What the cloud answers of one that it once named is
    /// documented, but not tried.
    fn may_be_for_the_zone(&self) -> bool {
        match self {
            Self::Call(error) => !error.will_pass(),
            Self::Contradiction(contradiction) => matches!(contradiction, Contradiction::OtherZone { .. }),
            Self::NotActivated(_) => false,
        }
    }
}

/// Looks at the account's zone: the policy's, or else the one that an earlier run of this process found, or the cloud finds.
///
/// What an earlier run found may be the account's no longer. The cloud refuses it then, and is asked again before
/// anything rests on it.
pub async fn look_at_account<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    account: &Account,
    scope: Scope,
    by: Deadline,
) -> Result<Snapshot, Unobserved> {
    if let Some(zone) = &account.zone {
        return look(client, zone, scope, by).await;
    }
    if let Some(zone) = client.zone_found() {
        match look(client, &zone, scope, by).await {
            Err(unseen) if unseen.may_be_for_the_zone() => {}
            looked => return looked,
        }
    }
    let center = client.describe_identity_center(by).await?;
    if !center.service.is(Status::Enabled) {
        return Err(Unobserved::NotActivated(center.service));
    }
    client.keep_zone(&center.zone);
    look(client, &center.zone, scope, by).await
}

/// How much of a zone is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All its credentials.
    Keys,
    /// And whether SCIM synchronisation is on.
    KeysAndSynchronization,
}

/// How long a look waits for the state of SCIM synchronisation: one attempt that is not answered, or some that are at once.
/// The keys must not wait for it any longer.
const FOR_SYNCHRONIZATION: Duration = ATTEMPT_TIMEOUT.saturating_add(Duration::from_secs(2));

/// Looks at all credentials of the zone, and at its SCIM synchronisation where that is in the scope.
///
/// That the synchronisation cannot be read is no reason not to act on keys: it is then in an unknown state, and only a
/// first containment or a person's restore acts on that.
async fn look<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    zone: &ZoneId,
    scope: Scope,
    by: Deadline,
) -> Result<Snapshot, Unobserved> {
    // It comes first: a look is as old as its list.
    let status = match scope {
        Scope::Keys => None,
        Scope::KeysAndSynchronization => Some(synchronization(client, zone, by).await),
    };
    keys(client, zone, status, by).await
}

/// Looks at a zone once more for the sake of one subject. SCIM synchronisation is asked about anew only for its own sake,
/// and if it was before: what is done about a key does not wait for it.
pub async fn look_again<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    latest: &Snapshot,
    of: &Subject,
    by: Deadline,
) -> Result<Snapshot, Unobserved> {
    let zone = latest.zone();
    let status = match (latest.synchronization(), of) {
        (Some(_), Subject::Synchronization) => Some(synchronization(client, zone, by).await),
        (status, _) => status.cloned(),
    };
    keys(client, zone, status, by).await
}

async fn synchronization<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    zone: &ZoneId,
    by: Deadline,
) -> ReportedStatus {
    let by = Deadline(by.0.min(client.clock().now().plus(FOR_SYNCHRONIZATION)));
    let read = client.scim_synchronization_status(zone, by).await;
    read.unwrap_or_else(|error| ReportedStatus::Unread { why: error.to_string(), will_pass: error.will_pass() })
}

async fn keys<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    zone: &ZoneId,
    synchronization: Option<ReportedStatus>,
    by: Deadline,
) -> Result<Snapshot, Unobserved> {
    let listing = client.list_scim_credentials(zone, by).await?;
    let keys = Snapshot::whole(zone.clone(), listing.asked, listing.counted, listing.credentials)?;
    Ok(match synchronization {
        Some(status) => keys.with_synchronization(status),
        None => keys,
    })
}
