//! Why a run starts: a schedule's time, an incident, the wish to have something back. Pure.

use core::net::IpAddr;
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{Claims, IncidentId, Kind, RunId};
use crate::json;
use crate::time::Timestamp;
use crate::zone::{AccountName, CredentialId, Subject};

/// Why a run starts.
#[derive(Clone, Debug)]
pub enum Cause {
    /// A schedule's time has come.
    Schedule(Schedule),
    /// Something was seen that a key may have to go off for, or that speaks for one.
    Incident(Claims),
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

    /// The latest of its times: by that its age is judged.
    pub(super) fn latest(&self) -> Option<Timestamp> {
        self.at.max(self.changed)
    }

    /// The date of its source's latest word on it. An all-clear dated earlier is not about it. Nobody calls our own off.
    pub fn dated(&self) -> Option<Timestamp> {
        self.reported().filter(|_| self.source != Source::Own)
    }

    /// The date of the latest word on it, whoever reports it.
    pub fn reported(&self) -> Option<Timestamp> {
        self.changed.or(self.at)
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
    pub(super) const OTHERS: [Self; 8] = [
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
