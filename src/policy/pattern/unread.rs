//! What a pattern asks for of which nothing is read: a rule that asks for nothing else is never asked.

use serde_json::Value;

use super::comparison::{Comparison, TextTest};
use super::reach::is_only_amazons;
use super::words::of_comparison;
use super::{Fields, Leaf, Node, Pattern};

/// The sources of AWS's own of which something is read, each with the detail-types that are; none stands for all. They
/// follow what each reader takes for its own (`trigger/sources`). Of other sources anything may be read: whoever forwards a
/// record chooses its envelope.
const READ: [(&str, &[&str]); 5] = [
    ("aws.guardduty", &["GuardDuty Finding"]),
    ("aws.health", &["AWS Health Event", "AWS Health Abuse Event"]),
    (
        "aws.securityhub",
        &[
            "Security Hub Findings - Imported",
            "Security Hub Findings - Custom Action",
            "Security Findings - Custom Action",
            "Findings Imported V2",
        ],
    ),
    ("aws.signin", &[]),
    ("aws.sso", &["AWS Service Event via CloudTrail"]),
];

/// How the sources of partners begin, whose events are not AWS's own.
const PARTNERS: &str = "aws.partner/";

impl Pattern {
    /// What it asks of `source` and `detail-type` that nothing which is read fulfils, in words, with what to do.
    pub(in crate::policy) fn unread(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.fields.unread(&[], &mut found);
        found.dedup();
        found
    }
}

impl Fields {
    /// `sources` is what is asked of the source above.
    fn unread<'a>(&'a self, sources: &'a [Comparison], found: &mut Vec<String>) {
        let comparisons = |key: &str| match self.named.get(key) {
            Some(Node::Leaf(Leaf { comparisons, .. })) => comparisons.as_slice(),
            _ => &[],
        };
        let own = comparisons("source");
        found.extend(own.iter().filter(|source| is_of_an_unread_source(source)).map(|source| {
            let known: Vec<&str> = READ.iter().map(|(source, _)| *source).collect();
            format!(
                "Nothing is read whose source {}. Write one of those that are: {}, or what forwards Okta's, Entra ID's, \
                 OCSF's or CloudAudit's records. For anything else let whoever knows of it send this tool's own incident \
                 event.",
                of_comparison(source),
                known.join(", ")
            )
        }));
        let sources = if own.is_empty() { sources } else { own };
        let read: Vec<&(&str, &[&str])> =
            READ.iter().filter(|(name, _)| sources.iter().any(|source| source.holds(&Value::from(*name)))).collect();
        let all_known =
            !read.is_empty() && sources.iter().all(is_amazons_own) && read.iter().all(|(_, kinds)| !kinds.is_empty());
        let known: Vec<&str> = read.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect();
        let is_unread = |kind: &&Comparison| all_known && !known.iter().any(|known| kind.holds(&Value::from(*known)));
        found.extend(comparisons("detail-type").iter().filter(is_unread).map(|kind| {
            format!(
                "Of its sources nothing is read whose detail-type {}. Write one of those that are: {}.",
                of_comparison(kind),
                known.join(", ")
            )
        }));
        self.either.iter().for_each(|fields| fields.unread(sources, found));
    }
}

/// Does it hold only for sources of AWS's own, of which nothing is read?
fn is_of_an_unread_source(source: &Comparison) -> bool {
    is_amazons_own(source) && !READ.iter().any(|(name, _)| source.holds(&Value::from(*name)))
}

/// Does it hold only for sources of AWS's own, and so for no partner's?
fn is_amazons_own(source: &Comparison) -> bool {
    let text = match source {
        Comparison::Equals(Value::String(text)) => text,
        Comparison::Text(
            TextTest::EqualsIgnoringCase(text) | TextTest::Prefix(text) | TextTest::PrefixIgnoringCase(text),
        ) => text,
        _ => return false,
    };
    is_only_amazons(source) && !text.starts_with(PARTNERS) && !PARTNERS.starts_with(text.as_str())
}
