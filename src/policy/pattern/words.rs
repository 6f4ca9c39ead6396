//! Patterns as sentences, for people who decide whether a rule is right.

use std::fmt;

use serde_json::Value;

use super::comparison::{Bound, Comparison, Range, TextTest, Wildcard};
use super::{Fields, Leaf, Node, Pattern};
use crate::json::excerpt;

impl fmt::Display for Pattern {
    /// `source is "aws.guardduty" and detail.type begins with "UnauthorizedAccess"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&phrase(&self.fields, ""))
    }
}

fn phrase(fields: &Fields, path: &str) -> String {
    let mut all: Vec<String> = fields.named.iter().map(|(key, node)| of_node(node, &joined(path, key))).collect();
    if !fields.either.is_empty() {
        let either: Vec<String> = fields.either.iter().map(|fields| phrase(fields, path)).collect();
        all.push(format!("({})", either.join(", or ")));
    }
    all.join(" and ")
}

fn joined(path: &str, key: &str) -> String {
    // A key may be anybody's text, and hold what cannot be seen.
    let plain = key.bytes().all(|b| b.is_ascii_graphic() && b != b'.');
    let key = if plain { key.to_owned() } else { excerpt(&Value::from(key)) };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

fn of_node(node: &Node<Fields>, path: &str) -> String {
    match node {
        Node::Inside(fields) => phrase(fields, path),
        Node::Leaf(Leaf { comparisons, or_absent }) => {
            let absent = or_absent.map(|_| "is absent".to_owned());
            let all: Vec<String> = comparisons.iter().map(of_comparison).chain(absent).collect();
            let phrase = format!("{path} {}", all.join(" or "));
            if all.len() > 1 { format!("({phrase})") } else { phrase }
        }
    }
}

pub(super) fn of_comparison(comparison: &Comparison) -> String {
    match comparison {
        Comparison::Equals(value) => format!("is {}", excerpt(value)),
        Comparison::Text(kind) => of_texts(kind),
        Comparison::AnythingBut(values) => {
            format!("is anything but {}", values.iter().map(excerpt).collect::<Vec<_>>().join(" or "))
        }
        Comparison::NoText(kinds) => {
            format!("is nothing that {}", kinds.iter().map(of_texts).collect::<Vec<_>>().join(" or "))
        }
        Comparison::Numeric(Range { least, greatest }) => {
            let bound = |bound: &Option<Bound>, with: &str, without: &str| {
                bound
                    .as_ref()
                    .map(|Bound { number, inclusive }| format!("{} {number}", if *inclusive { with } else { without }))
            };
            let bounds = [bound(least, "at least", "more than"), bound(greatest, "at most", "less than")];
            format!("is {}", bounds.into_iter().flatten().collect::<Vec<_>>().join(" and "))
        }
        Comparison::Cidr(network) => format!("is an address in {network}"),
        Comparison::Exists => "is there".to_owned(),
    }
}

fn of_texts(kind: &TextTest) -> String {
    let quoted = |text: &str| excerpt(&Value::from(text));
    match kind {
        TextTest::Prefix(text) => format!("begins with {}", quoted(text)),
        TextTest::Suffix(text) => format!("ends with {}", quoted(text)),
        TextTest::EqualsIgnoringCase(text) => format!("is {} in any case", quoted(text)),
        TextTest::PrefixIgnoringCase(text) => format!("begins with {} in any case", quoted(text)),
        TextTest::SuffixIgnoringCase(text) => format!("ends with {} in any case", quoted(text)),
        TextTest::Wildcard(Wildcard { parts }) => {
            let escaped: Vec<String> = parts.iter().map(|p| p.replace('\\', r"\\").replace('*', r"\*")).collect();
            format!("looks like {}", quoted(&escaped.join("*")))
        }
    }
}
