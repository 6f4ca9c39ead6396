//! What a pattern can match at all, as far as its own words tell.

use serde_json::Value;

use super::comparison::{Comparison, Texts};
use super::{Fields, Leaf, Node, Pattern};

/// Does an event of this `source` come from AWS itself? Nobody else may use such a source. Of all others any may bring a
/// record of CloudAudit's, as what forwards it calls itself.
pub fn is_amazons(source: &str) -> bool {
    const AMAZONS: &str = "aws.";
    source.trim().get(..AMAZONS.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(AMAZONS))
}

/// Can anybody cause events of which this text stands there?
type IsAnybodys = fn(&str) -> bool;

/// Kinds of events that anybody can cause, as their sources document them: where the kind stands, and which it is.
const ANYBODYS: [(&[&str], IsAnybodys); 5] = [
    // GuardDuty: traffic, scans, guessed passwords, files that are sent in.
    (&["detail", "type"], |kind| [":EC2/", ":Runtime/", ":Lambda/"].iter().any(|resource| kind.contains(resource))),
    // AWS sign-ins that failed.
    (&["detail", "responseElements", "ConsoleLogin"], |result| result == "Failure"),
    // Okta: ThreatInsight, attacks that it sees, accounts that somebody locked, requests that it refused.
    (&["detail", "eventType"], |kind| {
        ["security.threat.", "security.attack.", "security.request.", "user.account.lock"]
            .iter()
            .any(|with| kind.starts_with(with))
    }),
    // Okta: whatever did not succeed.
    (&["detail", "outcome", "result"], |result| ["FAILURE", "DENY"].contains(&result)),
    // Entra ID: passwords that are guessed, addresses that are judged.
    (&["detail", "riskEventType"], |kind| {
        ["passwordSpray", "maliciousIPAddress", "anonymizedIPAddress", "unlikelyTravel", "unfamiliarFeatures"]
            .contains(&kind)
    }),
];

impl Pattern {
    /// May it match an event that names a key? Only CloudAudit's and this tool's own do, and none of those is Amazon's.
    pub(in crate::policy) fn may_name_keys(&self) -> bool {
        self.fields.may_be_of_others()
    }

    /// May it match an event of one of these sources?
    pub(in crate::policy) fn may_be_of(&self, sources: &[&str]) -> bool {
        sources.iter().any(|source| self.fields.may_be_of(&Value::from(*source)))
    }

    /// Does it match only what anybody can cause?
    pub(in crate::policy) fn is_anybodys(&self) -> bool {
        ANYBODYS.iter().any(|(path, is)| self.fields.only(path, &|comparison| is_all(comparison, *is)))
    }
}

impl Fields {
    /// May the source be another than Amazon's? It may where nothing is asked of it, and where there may be none.
    fn may_be_of_others(&self) -> bool {
        let named = match self.named.get("source") {
            Some(Node::Leaf(Leaf { comparisons, or_absent: None })) => {
                comparisons.iter().any(|comparison| !is_only_amazons(comparison))
            }
            _ => true,
        };
        named && (self.either.is_empty() || self.either.iter().any(Self::may_be_of_others))
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
fn is_only_amazons(comparison: &Comparison) -> bool {
    match comparison {
        Comparison::Equals(value) => value.as_str().is_some_and(is_amazons),
        Comparison::Text(Texts::EqualsIgnoringCase(text) | Texts::Prefix(text) | Texts::PrefixIgnoringCase(text)) => {
            is_amazons(text)
        }
        Comparison::Text(Texts::Suffix(_) | Texts::SuffixIgnoringCase(_) | Texts::Wildcard(_))
        | Comparison::AnythingBut(_)
        | Comparison::NoText(_)
        | Comparison::Numeric(_)
        | Comparison::Cidr(_)
        | Comparison::Exists => false,
    }
}

/// Is every text for which the comparison holds surely one for which `is` says so? A beginning counts as a text: what
/// `is` asks for stands at the beginning of a kind.
fn is_all(comparison: &Comparison, is: fn(&str) -> bool) -> bool {
    match comparison {
        Comparison::Equals(value) => value.as_str().is_some_and(is),
        Comparison::Text(Texts::Prefix(prefix)) => is(prefix),
        _ => false,
    }
}
