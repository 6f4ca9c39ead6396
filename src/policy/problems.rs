//! Collects the problems of a document while it is taken apart.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::Value;

use super::problem::Problem;
use crate::json::{element, excerpt};

/// What is wrong so far, in the order of the document.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Everything that was found.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.0
    }

    /// Adds a problem with the `value` that stands at `path`.
    pub(super) fn add(&mut self, path: &str, value: &Value, why: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Problem { path: path.to_owned(), value: shown(value), why: why.into(), remedy: remedy.into() });
    }

    /// Adds a problem with something that is not there, or that must not be shown.
    pub(super) fn add_unseen(&mut self, path: &str, why: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Problem { path: path.to_owned(), value: String::new(), why: why.into(), remedy: remedy.into() });
    }

    /// Reads a text of a known shape.
    pub(super) fn shaped<T>(
        &mut self,
        path: &str,
        text: &str,
        shape: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(text);
        if value.is_none() {
            self.add(path, &text.into(), "this does not have the right shape", format!("write {shape}"));
        }
        value
    }

    /// Reads a list of texts of a known shape, each by itself.
    pub(super) fn all_shaped<T>(
        &mut self,
        path: &str,
        items: &[Value],
        shape: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let mut values = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let path = element(path, i);
            match item.as_str() {
                Some(text) => values.extend(self.shaped(&path, text, shape, &read)),
                None => self.add(&path, item, "this must be a text", format!("write, in quotation marks, {shape}")),
            }
        }
        values
    }

    /// Says so where `count` things, which stand at `path`, are too few or too many.
    pub(super) fn count(&mut self, path: &str, count: usize, allowed: &RangeInclusive<usize>) {
        if !allowed.contains(&count) {
            let why = format!("{count} entries stand here");
            let remedy = format!("write at least {} and at most {}", allowed.start(), allowed.end());
            self.add_unseen(path, why, remedy);
        }
    }

    /// Says so where a text stands at two places.
    pub(super) fn distinct(&mut self, texts: impl IntoIterator<Item = (String, String)>) {
        for Repeated { path, text, earlier } in repeated(texts) {
            let why = format!("{earlier} says the same");
            self.add(&path, &text.into(), why, "let each be different, or take one out");
        }
    }
}

/// The texts of the list at `path`, each with its place.
pub(super) fn texts(path: &str, items: &[Value]) -> impl Iterator<Item = (String, String)> {
    let texts = items.iter().enumerate().filter_map(|(i, item)| Some((i, item.as_str()?)));
    texts.map(move |(i, text)| (element(path, i), text.to_owned()))
}

/// A text that stood at an earlier place already.
pub(super) struct Repeated {
    /// Where it stands.
    pub path: String,
    /// The text.
    pub text: String,
    /// Where it stood first.
    pub earlier: String,
}

/// The texts, each with its place, that stood at an earlier place already.
pub(super) fn repeated(texts: impl IntoIterator<Item = (String, String)>) -> Vec<Repeated> {
    let mut first = BTreeMap::new();
    let mut again = Vec::new();
    for (path, text) in texts {
        match first.get(&text) {
            Some(earlier) => again.push(Repeated { path, earlier: String::clone(earlier), text }),
            None => drop(first.insert(text, path)),
        }
    }
    again
}

/// What a problem shows of a value: never the inside of an object or a list.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(list) if list.is_empty() => "[]".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        scalar => excerpt(scalar),
    }
}
