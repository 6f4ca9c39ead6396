//! What the report says of an event: its incidents, who vouches, what was called off, and how fast it was answered.

use core::net::IpAddr;
use std::time::Duration;

use serde::Serialize;

use super::Seen;
use crate::act::Deed;
use crate::decide::Because;
use crate::policy::RuleId;
use crate::time::Timestamp;
use crate::trigger::{Asked, Claims, IncidentId, Severity, Stale, Text, Vouched};
use crate::zone::CredentialId;

/// One incident, as its source tells it.
#[derive(Clone, Debug, Serialize)]
pub struct IncidentReport {
    /// Its id, the same each time that it is told.
    pub incident: IncidentId,
    /// Who saw it.
    pub source: &'static str,
    /// What it is, in the source's own word.
    pub kind: Text,
    /// How bad the source thinks that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<&'static str>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Text>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// When it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What it takes to cause it: `outsider` or `authenticated`.
    pub evidence: &'static str,
    /// The keys that it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub implicated: Vec<CredentialId>,
    /// The rules that are asked about it.
    pub rules: Vec<RuleId>,
    /// It may be a call of this program's own, and so none: this hop asked nobody who could tell.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub maybe_own: bool,
}

impl IncidentReport {
    fn of(asked: &Asked) -> Self {
        let incident = &asked.incident;
        Self {
            incident: incident.id.clone(),
            source: incident.source.as_str(),
            kind: incident.kind.clone(),
            severity: incident.severity.map(Severity::as_str),
            actor: incident.actor.clone(),
            address: incident.address,
            at: incident.at,
            evidence: incident.evidence.as_str(),
            implicated: incident.implicated.iter().cloned().collect(),
            rules: asked.rules.iter().cloned().collect(),
            maybe_own: asked.call.is_some(),
        }
    }
}

/// What an event says, as the report has it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ClaimsReport {
    /// The incidents, the worst first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<IncidentReport>,
    /// The keys that somebody vouches for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vouched: Vec<Vouched>,
    /// The incidents that were called off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub called_off: Vec<IncidentId>,
    /// What is not believed because of its age.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_believed: Vec<Stale>,
    /// How many more incidents ask a rule than one run deals with.
    #[serde(skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// Why nothing comes of the rest, as of what no rule matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_answered: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl ClaimsReport {
    pub(super) fn of(claims: &Claims) -> Self {
        Self {
            incidents: claims.incidents.iter().map(IncidentReport::of).collect(),
            vouched: claims.vouched.clone(),
            called_off: claims.called_off.iter().map(|clear| clear.incident.clone()).collect(),
            not_believed: claims.stale.clone(),
            left_out: claims.left_out,
            not_answered: claims.not_answered.clone(),
        }
    }
}

/// How long it took until every key was off that the event's rules wanted off, and what that went into.
#[derive(Clone, Debug, Serialize)]
pub struct SpeedReport {
    /// From when it happened, as its source says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms_since_the_event: Option<u64>,
    /// From when this invocation began.
    pub ms_since_the_invocation: u64,
    /// Before the look: fetching the secret, connecting, finding the zone.
    pub ms_before_the_look: u64,
    /// The look.
    pub ms_for_the_look: u64,
    /// From its answer to the acknowledgement of the last write.
    pub ms_for_the_writes: u64,
}

impl SpeedReport {
    /// None, if the cloud acknowledged no containment.
    pub(super) fn of(claims: &Claims, seen: &Seen) -> Option<Self> {
        let contains = |deed: &&Deed| deed.switched_off() && matches!(deed.because, Because::Rule(_));
        let contained = seen.deeds.iter().filter(contains).filter_map(|deed| deed.acknowledged_at).max()?;
        // What its source's clock dates after the answer took no time that anybody could tell.
        let first = claims.incidents.iter().filter_map(|asked| asked.incident.at).min().filter(|at| *at <= contained);
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Some(Self {
            ms_since_the_event: first.map(|at| millis(contained.since(at))),
            ms_since_the_invocation: millis(contained.since(seen.began)),
            ms_before_the_look: millis(seen.zone.taken().since(seen.began)),
            ms_for_the_look: millis(seen.looked.since(seen.zone.taken())),
            ms_for_the_writes: millis(contained.since(seen.looked)),
        })
    }
}
