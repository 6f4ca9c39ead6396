//! Takes `$or` apart: a pattern with alternatives is several patterns without any.
//!
//! Each is matched as a whole, since values of different elements of one list must not go together, wherever in the
//! pattern they are asked for.

use super::{Choice, Fields, Node};

/// The most patterns that one may be taken apart into.
pub(super) const MOST: usize = 1_000;

impl Fields {
    /// How many there will be.
    pub(super) fn combinations(&self) -> usize {
        let inside = self.named.values().map(|node| match node {
            Node::Inside(fields) => fields.combinations(),
            Node::Leaf(_) => 1,
        });
        let either = self.either.iter().map(Self::combinations).fold(0, usize::saturating_add);
        inside.fold(either.max(1), usize::saturating_mul)
    }

    /// Each choice among the alternatives.
    pub(super) fn expanded(&self) -> Vec<Choice> {
        let mut all = vec![Choice::default()];
        for (key, node) in &self.named {
            let ways: Vec<Node<Choice>> = match node {
                Node::Inside(fields) => fields.expanded().into_iter().map(Node::Inside).collect(),
                Node::Leaf(leaf) => vec![Node::Leaf(leaf.clone())],
            };
            all = each_with_each(&all, &ways, |choice, way| drop(choice.named.insert(key.clone(), way.clone())));
        }
        let ways: Vec<Choice> = self.either.iter().flat_map(Self::expanded).collect();
        if ways.is_empty() { all } else { each_with_each(&all, &ways, Choice::merge) }
    }
}

impl Choice {
    /// Takes in the fields of another, of which none has the same path.
    fn merge(&mut self, other: &Self) {
        for (key, node) in &other.named {
            match (self.named.get_mut(key), node) {
                (Some(Node::Inside(own)), Node::Inside(other)) => own.merge(other),
                _ => drop(self.named.insert(key.clone(), node.clone())),
            }
        }
    }
}

fn each_with_each<T>(all: &[Choice], ways: &[T], put: impl Fn(&mut Choice, &T)) -> Vec<Choice> {
    let pairs = all.iter().flat_map(|choice| ways.iter().map(move |way| (choice.clone(), way)));
    pairs
        .map(|(mut choice, way)| {
            put(&mut choice, way);
            choice
        })
        .collect()
}
