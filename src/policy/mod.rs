//! What the organisation wants: the policy, as the rest of the program sees it.
//!
//! [`Policy::parse`] turns the JSON document into this, or into every [`Problem`] at once. A policy that exists is
//! valid: ids have their shape, names are unique, no cloud account has two, durations are positive, there is at least one
//! offset. Pure.
//!
//! Two things are deliberate. [`Rules`], which is all that `decide` gets, does not hold the [`Mode`]: a plan cannot
//! differ between report and enforce. And a [`Permit`] comes only from [`Policy::permit`], only in enforce; whoever
//! wants to write must show one.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::time::{Offsets, Timestamp};
use crate::zone::{self, AccountName, CredentialId, Status, ZoneId, id};

mod account;
mod check;
mod condition;
mod document;
mod event;
mod explain;
mod fingerprint;
mod guards;
mod island;
mod pattern;
mod problem;
mod problems;
mod rule;
mod shape;
mod span;
mod unknown_word;
mod sentences;

pub use event::{EventRule, Match, On};
pub use fingerprint::Fingerprint;
pub use pattern::{Pattern, looks_like_amazons};
pub use problem::Problem;
pub use span::Span;

/// What the policy lets the program do about what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Say what would be done; send no write, ever.
    Report,
    /// Do it.
    Enforce,
}

/// Proof that the policy says `enforce`. Every write asks for one.
#[derive(Debug)]
pub struct Permit(());

/// A checked policy.
#[derive(Clone, Debug)]
pub struct Policy {
    mode: Mode,
    accounts: Vec<Account>,
    rules: Rules,
}

impl Policy {
    /// What the policy lets the program do.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The permission to write, if the policy gives it.
    pub fn permit(&self) -> Option<Permit> {
        (self.mode == Mode::Enforce).then_some(Permit(()))
    }

    /// The accounts that the policy looks after, in its own order; at least one.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account of this name, if the policy looks after it.
    pub fn account(&self, name: &AccountName) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == *name)
    }

    /// All that decisions may rest on.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}

/// One cloud account, and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The policy's name for it.
    pub name: AccountName,
    /// Which of the cloud's two sites it belongs to.
    pub site: Site,
    /// Its zone, if the policy names it; else `DescribeIdentityCenter` finds it.
    pub zone: Option<ZoneId>,
    /// Where the secret that signs our calls comes from.
    pub secret: SecretSource,
}

/// The cloud's two sites; an account belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Site {
    /// The international site.
    Intl,
    /// The site for mainland China.
    Cn,
}

/// The one place that an account's API secret comes from. A source that has nothing is an error; no other is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// `env`: the process environment.
    Env,
    /// `profile:NAME`: a section of `~/.tencentcloud/credentials`.
    Profile(String),
    /// `secretsmanager:ARN`: AWS Secrets Manager, through the Lambda extension.
    SecretsManager(String),
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env => f.write_str("env"),
            Self::Profile(name) => write!(f, "profile:{name}"),
            Self::SecretsManager(arn) => write!(f, "secretsmanager:{arn}"),
        }
    }
}

/// All that `decide` may know of the policy: everything but the mode and the accounts.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The rules, in the policy's order.
    pub rules: Vec<Rule>,
    /// The keys that the policy vouches for.
    pub known: Vec<Known>,
    /// Who may create keys, by the ids that the cloud's audit has: what they create is vouched for, as long
    /// as they are named.
    pub vouchers: BTreeSet<String>,
    /// How the cloud's zone-less times may be read.
    pub utc_offsets: Offsets,
    /// Keys that no rule may touch, for a while and for a reason.
    pub protect: Vec<Protection>,
    /// The greatest age at which an event is still acted on; by default one hour.
    pub max_event_age: Span,
    /// The longest time between two scheduled runs after which warnings still count; by default three days.
    pub max_gap: Span,
    /// How long hygiene leaves a key alone that was enabled again; by default thirty days.
    pub hold_after_reenable: Span,
    /// How often, 0 to 100, a contained key that is found enabled again is disabled again; after that there are only
    /// alarms. By default three times.
    pub hold_ground: u32,
}

impl Rules {
    /// The rule of this name, if there is one.
    pub fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == *id)
    }

    /// Is there nothing in the policy that could vouch for a key?
    fn nobody_vouches(&self) -> bool {
        self.known.is_empty() && self.vouchers.is_empty()
    }

    /// The entry that protects this key now, if there is one.
    pub fn protection(&self, credential: &CredentialId, now: Timestamp) -> Option<&Protection> {
        self.protect.iter().find(|entry| entry.credential == *credential && entry.holds_at(now))
    }

    /// The entry that vouches for this key, if there is one.
    pub fn known(&self, credential: &CredentialId) -> Option<&Known> {
        self.known.iter().find(|known| known.credential == *credential)
    }
}

/// A key that the organisation says is its own: it may count as the successor of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The key.
    pub credential: CredentialId,
    /// Who or what says so, e.g. a change number.
    pub note: String,
}

/// A key that rules leave alone until the end of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protection {
    /// The key.
    pub credential: CredentialId,
    /// Why, for the report.
    pub reason: String,
    /// The last day (UTC) on which it holds.
    pub until: NaiveDate,
}

impl Protection {
    /// Does it still hold?
    pub fn holds_at(&self, now: Timestamp) -> bool {
        now.to_utc().date_naive() <= self.until
    }
}

id!(
    /// The name of a rule.
    RuleId,
    zone::NAME,
    zone::is_name
);

/// One rule: for the keys of which `when` holds, do `then`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, unique in the policy.
    pub id: RuleId,
    /// Tells whether the rule still says what it said when people were warned.
    pub fingerprint: Fingerprint,
    /// When it is asked.
    pub on: On,
    /// Which keys it is about.
    pub when: Condition,
    /// What is to be done about them.
    pub then: Measure,
    /// How long before the disable each warning must stand, the longest first; empty: no warning is needed.
    pub warn_before: Vec<Span>,
    /// Which keys may count as the one that stays on.
    pub successor: Successor,
    /// The guards that this rule steps over.
    pub waives: BTreeSet<Guard>,
    /// The controls that it follows, as the policy names them; they are only reported.
    pub controls: Vec<String>,
}

/// What a rule wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Tell people.
    Warn,
    /// Switch the key off.
    Disable,
    /// Switch SCIM synchronisation of the zone off, if the condition holds for any of its keys: then no key provisions
    /// anything. Only for a rule on incidents or events, and only if it waives keep_one.
    DisableSync,
}

/// Which keys count as good ones, under a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Successor {
    /// Only keys that somebody vouches for: a thief's new key does not count.
    #[default]
    Vouched,
    /// Any key. A thief who makes a key can then have the owner's switched off.
    Any,
}

/// What may hold an action back. Guards never add one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// A key that may be working goes only if a good key stays on.
    KeepOne,
    /// A successor counts only if somebody vouches for it.
    Vouched,
    /// People are warned before the key goes.
    WarnFirst,
    /// The policy protects the key.
    Protected,
    /// Hygiene leaves a key alone that somebody enabled again.
    HoldAfterReenable,
    /// A contained key that keeps being enabled is disabled again so often and no more.
    HoldGround,
    /// A key that an incident implicates is dealt with for that incident alone.
    Implicated,
    /// An incident contains once: what it names only when it is sent again is left alone.
    Answered,
    /// What an outsider can cause at will disables nothing, nor does an incident of which it must be known when it happened
    /// and is not.
    Evidence,
}

/// A question about one key, answered yes, no or unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It was created at least this long ago.
    OlderThan(Span),
    /// It was created less than this long ago.
    CreatedWithin(Span),
    /// It has not expired, and will within this time.
    ExpiresWithin(Span),
    /// It expired at least this long ago.
    ExpiredFor(Span),
    /// For at least this long the zone has had a younger key that works.
    SupersededFor(Span),
    /// It is in this state.
    Status(Status),
    /// It is one of these.
    Ids(BTreeSet<CredentialId>),
    /// The incident names it. Only containments ask this.
    Implicated,
    /// It was created no earlier than this long before the incident: of a finding that goes on, before its last sign. Only
    /// containments ask this.
    CreatedSinceIncident(Span),
    /// All of these hold; with none, yes.
    All(Vec<Condition>),
    /// One of these holds; with none, no.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
}
