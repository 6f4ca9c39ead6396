//! Reads a pattern of the document, and says everything that is wrong with it.

use serde_json::{Map, Value};

use super::comparison::Comparison;
use super::expand::MOST;
use super::operators::OPERATORS;
use super::{Fields, Leaf, Node, Pattern};
use crate::json::{element, excerpt, member};
use crate::policy::problems::Problems;
use crate::policy::unknown_word;

/// Reads the pattern at `path`.
pub(in crate::policy) fn read(path: &str, object: &Map<String, Value>, found: &mut Problems) -> Option<Pattern> {
    let mut reader = Reader { found, trail: Vec::new(), absent: Vec::new() };
    let fields = reader.fields(path, object)?;
    let absent = reader.absent;
    let combinations = fields.combinations();
    if combinations > MOST {
        let why = format!("the alternatives of $or can be put together in {combinations} ways");
        found.add_unseen(path, why, format!("at most {MOST} are taken: make several rules of this one"));
        return None;
    }
    Some(Pattern::new(fields, absent))
}

/// What is wrong so far, and where in the pattern it is read.
pub(super) struct Reader<'a> {
    pub(super) found: &'a mut Problems,
    /// The keys that lead here.
    trail: Vec<String>,
    absent: Vec<Vec<String>>,
}

/// All, if none is missing. Each is read before any is missed.
pub(super) fn all<T>(items: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let items: Vec<Option<T>> = items.collect();
    items.into_iter().collect()
}

impl Reader<'_> {
    fn fields(&mut self, path: &str, object: &Map<String, Value>) -> Option<Fields> {
        if object.is_empty() {
            let remedy = r#"name a field in it, as in {"source": ["aws.guardduty"]}"#;
            self.found.add_unseen(path, "this pattern asks for nothing", remedy);
            return None;
        }
        let named = object.iter().filter(|(key, _)| key.as_str() != "$or");
        let named = all(named.map(|(written, value)| {
            let path = member(path, written);
            let key = self.key(&path, written);
            self.trail.push(key.clone().unwrap_or_default());
            let node = self.node(&path, value);
            self.trail.pop();
            Some((key?, node?))
        }));
        let either = object.get("$or").map(|value| self.either(&member(path, "$or"), value));
        let fields = Fields { named: named?.into_iter().collect(), either: Vec::new() };
        let Some(either) = either else { return Some(fields) };
        self.distinct(&member(path, "$or"), fields, either?)
    }

    /// The name of the field that a key means. EventBridge takes a dot for a step inwards, and a name with a dot in it looks
    /// the same there: so neither is guessed here.
    fn key(&mut self, path: &str, written: &str) -> Option<String> {
        const DOT: &str = r"\.";
        if !written.replace(DOT, "").contains('.') {
            return Some(written.replace(DOT, "."));
        }
        let (nested, name) = (nested(written), excerpt(&written.replace(DOT, ".").replace('.', DOT).into()));
        let why = "a dot in a key may mean a field inside another, or be a part of its name";
        let remedy = format!("write fields inside each other, as in {nested}; or for a name with dots in it {name}");
        self.found.add_unseen(path, why, remedy);
        None
    }

    fn node(&mut self, path: &str, value: &Value) -> Option<Node<Fields>> {
        match value {
            Value::Object(object) => self.fields(path, object).map(Node::Inside),
            Value::Array(items) if items.is_empty() => {
                let remedy = "list a value in it, or take the field out";
                self.found.add(path, value, "no value matches an empty list", remedy);
                None
            }
            Value::Array(items) => self.leaf(path, items),
            other => {
                let remedy = r#"write the value in a list, as in ["aws.guardduty"]"#;
                self.found.add(path, other, "a field of a pattern is a list of values, or an object", remedy);
                None
            }
        }
    }

    fn leaf(&mut self, path: &str, items: &[Value]) -> Option<Node<Fields>> {
        let or_absent = items.iter().any(is_absence).then_some(self.absent.len());
        if or_absent.is_some() {
            self.absent.push(self.trail.clone());
        }
        let present = items.iter().enumerate().filter(|(_, item)| !is_absence(item));
        let comparisons = all(present.map(|(i, item)| self.comparison(&element(path, i), item)))?;
        Some(Node::Leaf(Leaf { comparisons, or_absent }))
    }

    fn either(&mut self, path: &str, value: &Value) -> Option<Vec<Fields>> {
        let remedy = r#"write it as in "$or": [{"a": [1]}, {"b": [2]}]"#;
        match value.as_array() {
            Some(items) if items.len() >= 2 => all(items.iter().enumerate().map(|(i, item)| match item.as_object() {
                Some(object) => self.fields(&element(path, i), object),
                None => {
                    self.found.add(&element(path, i), item, "an alternative is an object", remedy);
                    None
                }
            })),
            _ => {
                self.found.add(path, value, "$or is a list of at least two objects", remedy);
                None
            }
        }
    }

    /// A field is asked for in one place. EventBridge itself would take one of two, and another today than some years ago.
    fn distinct(&mut self, path: &str, beside: Fields, either: Vec<Fields>) -> Option<Fields> {
        let mut clear = true;
        for (i, alternative) in either.iter().enumerate() {
            let there = alternative.paths();
            let is_there = |path: &&Vec<&str>| there.iter().any(|o| o.starts_with(path) || path.starts_with(o));
            if let Some(twice) = beside.paths().iter().find(is_there) {
                let twice = excerpt(&twice.join(".").into());
                let why = format!("{twice} is asked for in this alternative, and beside $or as well");
                self.found.add_unseen(&element(path, i), why, "ask for it in one of the two places");
                clear = false;
            }
        }
        clear.then_some(Fields { either, ..beside })
    }

    fn comparison(&mut self, path: &str, item: &Value) -> Option<Comparison> {
        let Value::Object(object) = item else {
            if item.is_array() {
                let remedy = "write the values in one list";
                self.found.add(path, item, "a list does not stand in a list of values", remedy);
                return None;
            }
            return Some(Comparison::Equals(item.clone()));
        };
        let mut comparison = None;
        for (key, argument) in object {
            let path = member(path, key);
            match OPERATORS.iter().find(|known| known.name == key.as_str()) {
                Some(operator) => comparison = self.operation(&path, operator, argument),
                None => unknown_word::report(&path, key, "a comparison", OPERATORS, self.found),
            }
        }
        if object.len() == 1 {
            return comparison;
        }
        let remedy = "write one operator in each entry of the list: any of them is enough";
        self.found.add_unseen(path, format!("this comparison has {} words, and needs one", object.len()), remedy);
        None
    }
}

/// `a.b` as objects in each other: `{"a": {"b": …}}`. Of a key with more dots than fields stand in each other, the first.
fn nested(key: &str) -> String {
    let keys: Vec<String> = key.split('.').take(4).map(|key| excerpt(&key.into())).collect();
    format!("{{{}: …{}", keys.join(": {"), "}".repeat(keys.len()))
}

/// `{"exists": false}`
fn is_absence(item: &Value) -> bool {
    item.as_object().is_some_and(|object| object.len() == 1 && object.get("exists") == Some(&Value::Bool(false)))
}
