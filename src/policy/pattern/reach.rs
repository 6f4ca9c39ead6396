//! What a pattern can match at all, as far as its own words tell.

use super::comparison::{Comparison, Texts};
use super::{Fields, Node, Pattern};

/// The source of this tool's own events.
const OWN: &str = "scim-key-lifecycle";
/// How the sources of Tencent's CloudAudit end, behind the name of a product.
const CLOUDAUDIT: &str = ".cloud.tencent";

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
    /// May it match an event that names a key? Only CloudAudit's and this tool's own do.
    pub(in crate::policy) fn may_name_keys(&self) -> bool {
        self.fields.may(&["source"], &|comparison| may_be_a_source_of_keys(comparison))
    }

    /// Does it match only what anybody can cause?
    pub(in crate::policy) fn is_anybodys(&self) -> bool {
        ANYBODYS.iter().any(|(path, is)| self.fields.only(path, &|comparison| is_all(comparison, *is)))
    }
}

impl Fields {
    /// May the value at this path be one for which `may` says so? It may where nothing is asked of it.
    fn may(&self, path: &[&str], may: &dyn Fn(&Comparison) -> bool) -> bool {
        let named = match (path, path.first().and_then(|key| self.named.get(*key))) {
            (_, None) => true,
            ([_], Some(Node::Leaf { comparisons, .. })) => comparisons.iter().any(may),
            ([_, rest @ ..], Some(Node::Inside(fields))) if !rest.is_empty() => fields.may(rest, may),
            _ => false,
        };
        named && (self.either.is_empty() || self.either.iter().any(|fields| fields.may(path, may)))
    }

    /// Must the value at this path be one for which `is` says so?
    fn only(&self, path: &[&str], is: &dyn Fn(&Comparison) -> bool) -> bool {
        let named = match (path, path.first().and_then(|key| self.named.get(*key))) {
            ([_], Some(Node::Leaf { comparisons, or_absent: None })) => comparisons.iter().all(is),
            ([_, rest @ ..], Some(Node::Inside(fields))) => fields.only(rest, is),
            _ => false,
        };
        named || (!self.either.is_empty() && self.either.iter().all(|fields| fields.only(path, is)))
    }
}

/// May a source for which this holds be one that names keys?
fn may_be_a_source_of_keys(comparison: &Comparison) -> bool {
    let is_one = |source: &str| source == OWN || source.ends_with(CLOUDAUDIT);
    match comparison {
        Comparison::Equals(value) => value.as_str().is_some_and(is_one),
        Comparison::Text(Texts::EqualsIgnoringCase(source)) => is_one(source),
        Comparison::Text(Texts::Prefix(prefix) | Texts::PrefixIgnoringCase(prefix)) => {
            // Before the end stands a product's name, without a dot. Nobody but Amazon has sources that begin so.
            let rest = prefix.find('.').map_or("", |dot| &prefix[dot..]);
            OWN.starts_with(prefix.as_str()) || (CLOUDAUDIT.starts_with(rest) && !prefix.starts_with("aws."))
        }
        Comparison::Text(Texts::Suffix(suffix) | Texts::SuffixIgnoringCase(suffix)) => {
            OWN.ends_with(suffix.as_str()) || CLOUDAUDIT.ends_with(suffix.as_str()) || suffix.ends_with(CLOUDAUDIT)
        }
        Comparison::Numeric(_) | Comparison::Cidr(_) => false,
        Comparison::Text(Texts::Wildcard(_))
        | Comparison::AnythingBut(_)
        | Comparison::NoText(_)
        | Comparison::Exists => true,
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
