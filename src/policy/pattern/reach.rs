//! What a pattern can match at all, as far as its own words tell.

use serde_json::Value;

use super::comparison::{Comparison, TextTest};
use super::{Fields, Leaf, Node, Pattern};

/// Does this source look like one of AWS's, in any case and with blanks around it? Broader than what AWS reserves
/// (`trigger/sources/sender.rs` asks that): here a look-alike must count as Amazon's, so that it names no key.
pub fn looks_like_amazons(source: &str) -> bool {
    const AMAZONS: &str = "aws.";
    source.trim().get(..AMAZONS.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(AMAZONS))
}

/// Does no event of this source name a key? `trigger/sources/sender.rs` lets these hold no record of CloudAudit's. Of all
/// others any may bring one, as what forwards it calls itself.
fn names_no_key(source: &str) -> bool {
    ["entra", "ocsf"].contains(&source.trim().to_ascii_lowercase().as_str()) || begins_without_keys(source)
}

/// Does no event name a key whose source begins so?
fn begins_without_keys(source: &str) -> bool {
    looks_like_amazons(source) || source.trim().to_ascii_lowercase().starts_with("ocsf.")
}

/// Where a text stands in an event, and which it must be, or begin with.
type Place = (&'static [&'static str], fn(&str) -> bool);

/// Kinds of events that anybody can cause: what must be true of all these places. They follow what takes an event for an
/// outsider's: `trigger/sources/guardduty/evidence.rs`, `signin.rs`, `okta/evidence.rs`, `entra/risk.rs`.
const ANYBODYS: [&[Place]; 5] = [
    // GuardDuty: traffic, scans, guessed passwords, files that are sent in.
    &[(&["detail", "type"], |kind| {
        let (purpose, resource) = kind.split_once(':').unwrap_or_default();
        !purpose.to_ascii_lowercase().contains("attacksequence")
            && ["EC2/", "Runtime/", "Lambda/"].iter().any(|with| resource.starts_with(with))
    })],
    // AWS sign-ins that failed.
    &[(&["detail", "responseElements", "ConsoleLogin"], |result| result == "Failure")],
    // Okta: ThreatInsight, attacks that it sees, accounts that somebody locked, requests that it refused.
    &[(&["detail", "eventType"], |kind| {
        ["security.threat.", "security.attack.", "security.request.", "user.account.lock"]
            .iter()
            .any(|with| kind.starts_with(with))
    })],
    // Okta: whatever did not succeed, but for what is judged of a session or of a user, however that ended.
    &[
        (&["detail", "outcome", "result"], |result| ["FAILURE", "DENY"].contains(&result)),
        (&["detail", "eventType"], |kind| {
            let kind = kind.to_ascii_lowercase();
            ![
                "policy.auth_reevaluate.",
                "policy.continuous_access.",
                "policy.entity_risk.",
                "user.risk.",
                "user.session.context.change",
            ]
            .iter()
            .any(|with| kind.starts_with(with) || with.starts_with(&kind))
        }),
    ],
    // Entra ID: passwords that are guessed, addresses that are judged.
    &[(&["detail", "riskEventType"], |kind| {
        ["passwordSpray", "maliciousIPAddress", "anonymizedIPAddress", "unlikelyTravel", "unfamiliarFeatures"]
            .contains(&kind)
    })],
];

impl Pattern {
    /// May it match an event that names a key? Only CloudAudit's and this tool's own do.
    pub(in crate::policy) fn may_name_keys(&self) -> bool {
        self.fields.may_name_keys()
    }

    /// May it match an event of one of these sources?
    pub(in crate::policy) fn may_be_of(&self, sources: &[&str]) -> bool {
        sources.iter().any(|source| self.fields.may_be_of(&Value::from(*source)))
    }

    /// Does it match only what anybody can cause?
    pub(in crate::policy) fn is_anybodys(&self) -> bool {
        let asks = |(path, is): &Place| self.fields.only(path, &|comparison| is_all(comparison, *is));
        ANYBODYS.iter().any(|places| places.iter().all(asks))
    }
}

impl Fields {
    /// May the source be one whose events name keys? It may where nothing is asked of it, and where there may be none.
    fn may_name_keys(&self) -> bool {
        let named = match self.named.get("source") {
            Some(Node::Leaf(Leaf { comparisons, or_absent: None })) => {
                comparisons.iter().any(|comparison| !is_only(comparison, names_no_key, begins_without_keys))
            }
            _ => true,
        };
        named && (self.either.is_empty() || self.either.iter().any(Self::may_name_keys))
    }

    /// May the source be this one?
    fn may_be_of(&self, source: &Value) -> bool {
        let named = match self.named.get("source") {
            Some(Node::Leaf(Leaf { comparisons, or_absent })) => {
                or_absent.is_some() || comparisons.iter().any(|comparison| comparison.holds(source))
            }
            Some(Node::Inside(_)) => false,
            None => true,
        };
        named && (self.either.is_empty() || self.either.iter().any(|fields| fields.may_be_of(source)))
    }

    /// Must the value at this path be one for which `is` says so?
    fn only(&self, path: &[&str], is: &dyn Fn(&Comparison) -> bool) -> bool {
        let named = match (path, path.first().and_then(|key| self.named.get(*key))) {
            ([_], Some(Node::Leaf(Leaf { comparisons, or_absent: None }))) => comparisons.iter().all(is),
            ([_, rest @ ..], Some(Node::Inside(fields))) => fields.only(rest, is),
            _ => false,
        };
        named || (!self.either.is_empty() && self.either.iter().all(|fields| fields.only(path, is)))
    }
}

/// Are all sources for which this holds Amazon's own?
pub(super) fn is_only_amazons(comparison: &Comparison) -> bool {
    is_only(comparison, looks_like_amazons, looks_like_amazons)
}

/// Is each text for which this holds one for which `is` says so, as it stands or by how it `begins`?
fn is_only(comparison: &Comparison, is: fn(&str) -> bool, begins: fn(&str) -> bool) -> bool {
    match comparison {
        Comparison::Equals(value) => value.as_str().is_some_and(is),
        Comparison::Text(TextTest::EqualsIgnoringCase(text)) => is(text),
        Comparison::Text(TextTest::Prefix(text) | TextTest::PrefixIgnoringCase(text)) => begins(text),
        Comparison::Text(TextTest::Suffix(_) | TextTest::SuffixIgnoringCase(_) | TextTest::Wildcard(_))
        | Comparison::AnythingBut(_)
        | Comparison::NoText(_)
        | Comparison::Numeric(_)
        | Comparison::Cidr(_)
        | Comparison::Exists => false,
    }
}

/// Is every text for which the comparison holds surely one for which `is` says so? A beginning counts as a text: `is` says
/// so of one only if it says so of whatever begins with it.
fn is_all(comparison: &Comparison, is: fn(&str) -> bool) -> bool {
    match comparison {
        Comparison::Equals(value) => value.as_str().is_some_and(is),
        Comparison::Text(TextTest::Prefix(prefix)) => is(prefix),
        _ => false,
    }
}
