//! What the report says of the zone's SCIM synchronisation.

use serde::Serialize;

use super::decision::DecisionReport;
use crate::act::Deed;
use crate::decide::Step;
use crate::policy::Policy;
use crate::zone::ReportedStatus;

/// SCIM synchronisation: what was decided and why, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct SynchronizationReport {
    /// Its state when it was looked at.
    pub status: ReportedStatus,
    /// The decision.
    #[serde(flatten)]
    pub decision: DecisionReport,
}

impl SynchronizationReport {
    pub(super) fn of(step: &Step, policy: &Policy, deeds: &[Deed]) -> Self {
        Self { status: step.status.clone(), decision: DecisionReport::of(step, policy, deeds) }
    }
}
