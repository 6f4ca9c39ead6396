//! Event patterns, in the language of Amazon EventBridge: a rule goes from the bus to the policy as it stands.
//!
//! A [`Pattern`] is compiled when the policy is read ([`read`]), and matching one is total: no event makes it fail. What
//! is the same as on the bus and what is not stands in `docs/patterns.md`.
//!
//! The language: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>. An event
//! is seen as the plain values in it, each at the path of the keys that lead to it; lists leave no trace in a path. Each
//! field of a pattern asks for one such value, and values of different elements of one list never go together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

mod comparison;
mod expand;
mod network;
mod operators;
pub(super) mod reach;
pub(super) mod read;
#[cfg(test)]
pub(super) mod schema;
#[cfg(test)]
mod tests;
mod unread;
mod words;

use comparison::Comparison;
pub use reach::looks_like_amazons;

/// A compiled event pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// As it is written.
    fields: Fields,
    /// What must hold: one of these.
    choices: Vec<Choice>,
    /// The paths of the fields that may be absent. Whether they are is asked of the whole event, once.
    absent: Vec<Vec<String>>,
}

/// What an object must have, as it is written: every field that is named, and one of the alternatives of its `$or`, if it
/// has any. Only what is expanded can be held against an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fields {
    named: BTreeMap<String, Node<Fields>>,
    either: Vec<Fields>,
}

/// What an object must have, by one choice among all alternatives: every field that is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Choice {
    named: BTreeMap<String, Node<Choice>>,
}

/// What must stand at a field.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node<Inside> {
    /// An object.
    Inside(Inside),
    /// A plain value.
    Leaf(Leaf),
}

/// A plain value, for which one of the comparisons holds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Leaf {
    comparisons: Vec<Comparison>,
    /// Nothing will do as well: its place in [`Pattern::absent`].
    or_absent: Option<usize>,
}

impl Pattern {
    fn new(fields: Fields, absent: Vec<Vec<String>>) -> Self {
        Self { choices: fields.expanded(), fields, absent }
    }

    /// Does this event match?
    pub fn matches(&self, event: &Value) -> bool {
        let absent: Vec<bool> = self.absent.iter().map(|path| !has_plain_value(Some(event), path)).collect();
        self.choices.iter().any(|choice| choice.holds(Some(event), &absent))
    }
}

impl Choice {
    /// Does it hold of what stands here? Of a list, if all of it holds of one element; what may be absent needs none.
    fn holds(&self, here: Option<&Value>, absent: &[bool]) -> bool {
        match here {
            Some(Value::Array(items)) => {
                self.holds(None, absent) || items.iter().any(|item| self.holds(Some(item), absent))
            }
            _ => self.named.iter().all(|(key, node)| node.holds(here.and_then(|here| here.get(key)), absent)),
        }
    }
}

impl Fields {
    /// The paths that they ask for, from here.
    fn paths(&self) -> BTreeSet<Vec<&str>> {
        let mut paths: BTreeSet<Vec<&str>> = self.either.iter().flat_map(Self::paths).collect();
        for (key, node) in &self.named {
            match node {
                Node::Leaf(_) => drop(paths.insert(vec![key.as_str()])),
                Node::Inside(fields) => {
                    paths.extend(fields.paths().into_iter().map(|path| [vec![key.as_str()], path].concat()));
                }
            }
        }
        paths
    }
}

impl Node<Choice> {
    fn holds(&self, here: Option<&Value>, absent: &[bool]) -> bool {
        match self {
            Self::Inside(choice) => choice.holds(here, absent),
            Self::Leaf(Leaf { comparisons, or_absent }) => {
                or_absent.is_some_and(|index| absent[index])
                    || here.is_some_and(|here| any_plain(here, &|value| comparisons.iter().any(|c| c.holds(value))))
            }
        }
    }
}

/// Is this so of the plain value that stands here, or of one that its list holds, however deep?
fn any_plain(here: &Value, is: &dyn Fn(&Value) -> bool) -> bool {
    match here {
        Value::Array(items) => items.iter().any(|item| any_plain(item, is)),
        Value::Object(_) => false,
        plain => is(plain),
    }
}

/// Does a plain value stand at this path?
fn has_plain_value(here: Option<&Value>, path: &[String]) -> bool {
    match (here, path) {
        (None, _) => false,
        (Some(here), []) => any_plain(here, &|_| true),
        (Some(Value::Array(items)), _) => items.iter().any(|item| has_plain_value(Some(item), path)),
        (Some(here), [key, rest @ ..]) => has_plain_value(here.get(key), rest),
    }
}
