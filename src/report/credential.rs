//! What the report says of one credential.

use serde::Serialize;

use super::decision::DecisionReport;
use crate::act::Deed;
use crate::decide::{Distance, Key, Step, SuccessorSeen, When};
use crate::policy::Policy;
use crate::time::{CloudTime, Timestamp, Truth, UtcOffset, spoken};
use crate::zone::{CredentialId, ReportedStatus};

/// One credential: what it is, what was decided and why, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct CredentialReport {
    /// Its id.
    pub credential: CredentialId,
    /// Its state when it was looked at.
    pub status: ReportedStatus,
    /// The cloud's `CredentialType`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The decision.
    #[serde(flatten)]
    pub decision: DecisionReport,
    /// Did it work when it was looked at?
    pub works: Truth,
    /// Who vouches for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vouched_by: Option<String>,
    /// When it was created.
    pub created: TimeReport,
    /// When it expires.
    pub expires: TimeReport,
    /// The key that follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<SuccessorReport>,
}

impl CredentialReport {
    /// `None`, if the step is not about a credential.
    pub(super) fn of(step: &Step, policy: &Policy, deeds: &[Deed]) -> Option<Self> {
        let Key { credential, assessment } = step.key.as_ref()?;
        Some(Self {
            credential: credential.id.clone(),
            status: credential.status.clone(),
            kind: credential.kind.clone(),
            decision: DecisionReport::of(step, policy, deeds),
            works: assessment.works,
            vouched_by: assessment.vouched_by.clone(),
            created: TimeReport::of(credential.created, &assessment.created),
            expires: TimeReport::of(credential.expires, &assessment.expires),
            successor: assessment.successor.as_ref().map(SuccessorReport::of),
        })
    }
}

/// One of the cloud's times, as printed and in every reading.
#[derive(Clone, Debug, Serialize)]
pub struct TimeReport {
    /// As the cloud prints it, without a zone.
    pub cloud: CloudTime,
    /// What that means under each offset that the policy allows for.
    pub readings: Vec<ReadingReport>,
}

impl TimeReport {
    fn of(cloud: CloudTime, readings: &[When]) -> Self {
        Self { cloud, readings: readings.iter().map(ReadingReport::of).collect() }
    }
}

/// One reading of a time.
#[derive(Clone, Debug, Serialize)]
pub struct ReadingReport {
    /// The offset it assumes.
    pub utc_offset: UtcOffset,
    /// The instant.
    pub at: Timestamp,
    /// How far that is from now: `97d ago`, `in 268d`.
    pub distance: String,
    /// The same in seconds: negative if it is past.
    pub seconds_from_now: i64,
}

impl ReadingReport {
    fn of(when: &When) -> Self {
        let seconds = |duration: std::time::Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let (distance, seconds_from_now) = match when.distance {
            Distance::Ago(by) => (format!("{} ago", spoken(by)), -seconds(by)),
            Distance::Ahead(by) => (format!("in {}", spoken(by)), seconds(by)),
        };
        Self { utc_offset: when.offset, at: when.at, distance, seconds_from_now }
    }
}

/// The youngest key that was created later.
#[derive(Clone, Debug, Serialize)]
pub struct SuccessorReport {
    /// It.
    pub credential: CredentialId,
    /// Does it count as one that may take over?
    pub counts: bool,
    /// Why it does or does not.
    pub why: &'static str,
}

impl SuccessorReport {
    fn of(seen: &SuccessorSeen) -> Self {
        Self { credential: seen.credential.clone(), counts: seen.counts, why: seen.why }
    }
}
