//! Why a run starts: a schedule's time, an incident, the wish to have something back. Pure.

use core::net::IpAddr;
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{Heard, Kind, RunId};
use crate::hex;
use crate::json;
use crate::time::Timestamp;
use crate::zone::{AccountName, CredentialId, Subject, id};

/// Why a run starts.
#[derive(Clone, Debug)]
pub enum Cause {
    /// A schedule's time has come.
    Schedule(Schedule),
    /// Something was seen that a key may have to go off for, or that speaks for one.
    Incident(Heard),
    /// A person wants back what a run switched off: a key, or SCIM synchronisation.
    Restore(Restore),
}

impl Cause {
    /// Of which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Schedule(_) => Kind::Schedule,
            Self::Incident(_) => Kind::Incident,
            Self::Restore(_) => Kind::Restore,
        }
    }
}

/// A schedule's tick. It has no greatest age: a late one still runs, and the report says how late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The schedule's own name, usually an ARN.
    pub name: Option<String>,
    /// The time for which it was meant.
    pub due: Option<Timestamp>,
}

/// Something that was seen, and may mean that somebody else holds a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Tells it from all others; a second report of the same thing has the same.
    pub id: IncidentId,
    /// Who saw it.
    pub source: Source,
    /// What it is, in the source's own word: `UnauthorizedAccess:IAMUser/TorIPCaller`.
    pub kind: Text,
    /// How bad the source thinks that it is.
    pub severity: Option<Severity>,
    /// Who did it, or to whom it was done, as the source names the one that it is about.
    pub actor: Option<Text>,
    /// From where.
    pub address: Option<IpAddr>,
    /// When it happened, as far as is known.
    pub at: Option<Timestamp>,
    /// When its source last changed what it says of it, by the time that an all-clear of it has; `None` if that is when it
    /// happened.
    pub changed: Option<Timestamp>,
    /// The keys that it names; it may name none, and keys that the zone does not have.
    pub implicated: BTreeSet<CredentialId>,
    /// What it takes to cause it.
    pub evidence: Evidence,
}

impl Incident {
    /// One of which nothing is known but this.
    pub(super) fn of(source: Source, id: IncidentId, kind: Text, evidence: Evidence) -> Self {
        let (severity, actor, address, at, changed) = (None, None, None, None, None);
        Self { id, source, kind, severity, actor, address, at, changed, implicated: BTreeSet::new(), evidence }
    }

    /// The date of its source's latest word on it. An all-clear dated earlier is not about it. Nobody calls our own off.
    pub fn dated(&self) -> Option<Timestamp> {
        self.changed.or(self.at).filter(|_| self.source != Source::Own)
    }

    /// One that was reported with this tool's own event.
    pub fn own(id: IncidentId, at: Option<Timestamp>, implicated: BTreeSet<CredentialId>) -> Self {
        Self { at, implicated, ..Self::of(Source::Own, id, Text::ours("incident"), Evidence::Authenticated) }
    }
}

/// Where an incident was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// This tool's own event: a person, or a system that the operator trusts.
    Own,
    /// AWS sign-in, as CloudTrail records it.
    AwsSignIn,
    /// Amazon GuardDuty.
    GuardDuty,
    /// AWS Health.
    AwsHealth,
    /// AWS Security Hub.
    SecurityHub,
    /// Okta's System Log.
    Okta,
    /// Microsoft Entra ID.
    Entra,
    /// Any product that writes OCSF.
    Ocsf,
    /// Tencent CloudAudit.
    CloudAudit,
}

impl Source {
    /// All whose incidents have the ids of their own findings.
    const OTHERS: [Self; 8] = [
        Self::AwsSignIn,
        Self::GuardDuty,
        Self::AwsHealth,
        Self::SecurityHub,
        Self::Okta,
        Self::Entra,
        Self::Ocsf,
        Self::CloudAudit,
    ];

    /// The word for it, in reports and before an incident's id.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::AwsSignIn => "aws.signin",
            Self::GuardDuty => "aws.guardduty",
            Self::AwsHealth => "aws.health",
            Self::SecurityHub => "aws.securityhub",
            Self::Okta => "okta",
            Self::Entra => "entra",
            Self::Ocsf => "ocsf",
            Self::CloudAudit => "tencent.cloudaudit",
        }
    }
}

/// How bad a source thinks that something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is only told.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// The word for it, in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What it takes to cause an incident: whoever can cause one at will could make a rule that answers it stop provisioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Anybody can: a sign-in that failed, guessed passwords, traffic from a bad address. So is what nobody can tell.
    Outsider,
    /// It took a login, an API secret or a person's decision.
    Authenticated,
}

impl Evidence {
    pub(super) fn of(authenticated: bool) -> Self {
        if authenticated { Self::Authenticated } else { Self::Outsider }
    }

    /// The word for it, in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outsider => "outsider",
            Self::Authenticated => "authenticated",
        }
    }
}

/// A short text of somebody else, for people to read: at most 200 characters, all of them visible.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Text(String);

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::of(&text).ok_or("a text must hold something that can be seen")
    }
}

impl Text {
    /// Takes what can be shown of a text; nothing if there is nothing to show.
    pub fn of(text: &str) -> Option<Self> {
        const LONGEST: usize = 200;
        let text: String = json::visible(text).collect::<String>().trim().chars().take(LONGEST).collect();
        (!text.is_empty()).then_some(Self(text))
    }

    /// A word of our own, where nobody else says one.
    pub(super) fn ours(word: &'static str) -> Self {
        Self(word.to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

id!(
    /// The name of an incident.
    IncidentId,
    "1 to 200 visible ASCII characters",
    |text| (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
);

impl IncidentId {
    /// The longest that a source's own has: behind it is room for the time at which it comes again.
    const LONGEST: usize = 175;

    /// A source's own incident by the id of its finding, `aws.guardduty:3eb7…`; a finding whose id is no such text, or
    /// a long one, by its hash.
    pub fn of(source: Source, finding: &str) -> Self {
        let plain = format!("{}{OF}{finding}", source.as_str());
        let plain = Some(plain).filter(|plain| plain.len() <= Self::LONGEST);
        plain.and_then(|plain| Self::parse(&plain).ok()).unwrap_or_else(|| Self::by_hash(source, finding))
    }

    fn by_hash(source: Source, finding: &str) -> Self {
        Self(format!("{}{OF}sha256-{}", source.as_str(), hex::name_of(finding, 16)))
    }

    /// The source that names its incidents so, if one does. A person's own has no such id: the source's all-clear would end
    /// it, and it would pass for one that has had its containment.
    pub fn source(&self) -> Option<Source> {
        let is_its = |source: &Source| self.0.strip_prefix(source.as_str()).is_some_and(|rest| rest.starts_with(OF));
        Source::OTHERS.into_iter().find(is_its)
    }

    /// The same incident come again, at this time, after its source had called it off: the next one of that name, where a
    /// source names a user's risk after the user, or opens a finding again.
    #[must_use]
    pub fn again(&self, at: Timestamp) -> Self {
        Self(format!("{self}{AGAIN}{at}"))
    }

    /// What a person decided about it at this time: an incident of its own, which ends with the one that it is about. Two
    /// digits tell the decisions of one second apart.
    #[must_use]
    pub fn decided(&self, at: Timestamp, decision: &str) -> Self {
        let second = Timestamp::from_unix_seconds(at.unix_seconds());
        Self(format!("{}{DECIDED}{}", self.to_be_decided().again(second), hex::name_of(decision, 1)))
    }

    /// What stands before a decision: the id, or its hash, so that behind the decision is room for a time as well.
    fn to_be_decided(&self) -> Self {
        const DECISION: usize = "@2026-11-24T06:00:00Z#5a".len();
        let source = self.source().unwrap_or(Source::Own);
        if self.0.len() + DECISION <= Self::LONGEST { self.clone() } else { Self::by_hash(source, &self.0) }
    }

    /// When it came again, or a person decided about it, if it is that incident come again.
    pub fn again_at(&self, of: &Self) -> Option<Timestamp> {
        let behind = |id: &Self| self.0.strip_prefix(id.as_str())?.strip_prefix(AGAIN);
        let again = behind(of).or_else(|| behind(&of.to_be_decided()))?;
        Timestamp::parse_rfc3339(again.split_once(DECIDED).map_or(again, |(at, _)| at))
    }
}

/// Stands between a source and the id that it gives.
const OF: char = ':';

/// Stands between the id of an incident and the time at which it came again.
const AGAIN: &str = "@";

/// Stands between that time and the hash of what a person decided then.
const DECIDED: &str = "#";

/// What a run leaves for all that it switches off, and for what an incident finds off by an earlier run: the one thing that
/// it can be switched on again with, once. Whoever holds it, sealed, may have it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The account.
    pub account: AccountName,
    /// The key, or SCIM synchronisation.
    #[serde(rename = "credential")]
    pub subject: Subject,
    /// The run that switched it off.
    pub run: RunId,
    /// When: a run that is started again may switch it off a second time, and each has its own receipt.
    pub disabled: Timestamp,
    /// The incidents that hold it off, as of the receipt: all end with it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub incidents: BTreeSet<IncidentId>,
    /// Until when it is good.
    pub expires: Timestamp,
}

impl Receipt {
    /// How long a receipt is good.
    pub const LASTS: Duration = Duration::from_hours(30 * 24);
}

/// The wish to have a key, or SCIM synchronisation, back.
#[derive(Clone, Debug)]
pub struct Restore {
    /// The sealed receipt of the disable. Whoever has it may have that back, so it prints nowhere.
    pub receipt: SecretString,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_id_of_a_finding_has_room_for_a_decision_and_for_a_time_at_which_that_comes_again() {
        let at = Timestamp::from_unix_millis(1_795_500_000_123);
        let later = at.plus(Duration::from_secs(1));
        for length in 1..=220 {
            let finding = IncidentId::of(Source::SecurityHub, &"f".repeat(length));
            let decided = finding.decided(at, "a");
            let again = decided.again(later);
            for id in [&finding, &finding.again(at), &decided, &again] {
                assert_eq!(IncidentId::parse(id.as_str()).as_ref(), Ok(id), "{id}");
                assert_eq!(id.source(), Some(Source::SecurityHub), "{id}");
            }
            let second = Some(Timestamp::from_unix_seconds(at.unix_seconds()));
            assert_eq!((decided.again_at(&finding), again.again_at(&finding)), (second, second), "{again}");
            assert_eq!(again.again_at(&decided), Some(later), "{again}");
        }
    }
}
