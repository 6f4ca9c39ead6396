//! Reads the operators of a pattern. What EventBridge refuses is refused, and so is the little that it takes and means
//! otherwise than one would think.

use core::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::comparison::{Bound, Comparison, Range, TextTest, Wildcard, compare};
use super::network::{Network, NoNetwork};
use super::read::{Reader, all};
use crate::json::member;
use crate::policy::island::Field;

/// The operators, each with an example of what follows it.
pub(super) const OPERATORS: &[Field] = &[
    Field::required("prefix", r#""UnauthorizedAccess""#),
    Field::required("suffix", r#"".cloud.tencent""#),
    Field::required("equals-ignore-case", r#""failure""#),
    Field::required("wildcard", r#""*/IAMUser*""#),
    Field::required("anything-but", r#"["stopped", "overloaded"]"#),
    Field::required("numeric", r#"[">", 0, "<=", 5]"#),
    Field::required("cidr", r#""10.0.0.0/24""#),
    Field::required("exists", "true"),
];

/// What a wildcard must look like.
const WILDCARD: &str = r"a text in which no two * stand side by side, and \ only before * or \";
/// The numbers that EventBridge compares.
const LIMIT: f64 = 5e9;

impl Reader<'_> {
    /// Reads what follows an operator, which stands at `path`.
    pub(super) fn operation(&mut self, path: &str, operator: &Field, argument: &Value) -> Option<Comparison> {
        match (operator.name, argument) {
            // `false` is no comparison: the field's own list has it.
            ("exists", Value::Bool(true)) => Some(Comparison::Exists),
            ("cidr", Value::String(text)) => self.network(path, text).map(Comparison::Cidr),
            ("numeric", Value::Array(items)) => self.numeric(path, operator, items),
            ("anything-but", Value::Object(object)) => self.no_text(path, operator, argument, object),
            ("anything-but", Value::Array(items)) if !items.is_empty() && is_of_one_kind(items) => {
                Some(Comparison::AnythingBut(items.clone()))
            }
            ("anything-but", Value::String(_) | Value::Number(_)) => {
                Some(Comparison::AnythingBut(vec![argument.clone()]))
            }
            ("prefix" | "suffix" | "equals-ignore-case" | "wildcard", _) => {
                self.texts(path, operator, argument).map(Comparison::Text)
            }
            _ => self.refuse(path, operator, argument),
        }
    }

    fn refuse<T>(&mut self, path: &str, operator: &Field, argument: &Value) -> Option<T> {
        operator.refuse(path, argument, self.found);
        None
    }

    /// A kind of text.
    fn texts(&mut self, path: &str, operator: &Field, argument: &Value) -> Option<TextTest> {
        let Some((text, any_case)) = text_of(argument) else { return self.refuse(path, operator, argument) };
        match (operator.name, any_case) {
            ("prefix", false) => Some(TextTest::Prefix(text.to_owned())),
            ("suffix", false) => Some(TextTest::Suffix(text.to_owned())),
            ("prefix", true) => Some(TextTest::ignoring_case(TextTest::PrefixIgnoringCase, text)),
            ("suffix", true) => Some(TextTest::ignoring_case(TextTest::SuffixIgnoringCase, text)),
            ("equals-ignore-case", false) => Some(TextTest::ignoring_case(TextTest::EqualsIgnoringCase, text)),
            ("wildcard", false) => self.found.shaped(path, text, WILDCARD, wildcard).map(TextTest::Wildcard),
            _ => self.refuse(path, operator, argument),
        }
    }

    /// Anything but texts of a kind: one, or a list of them.
    fn no_text(
        &mut self,
        path: &str,
        operator: &Field,
        argument: &Value,
        object: &Map<String, Value>,
    ) -> Option<Comparison> {
        const KINDS: [&str; 4] = ["prefix", "suffix", "equals-ignore-case", "wildcard"];
        let mut words = object.iter().filter_map(|(key, value)| {
            let kind = OPERATORS.iter().find(|known| known.name == key.as_str() && KINDS.contains(&known.name))?;
            Some((member(path, key), kind, value))
        });
        let (Some((path, kind, value)), 1) = (words.next(), object.len()) else {
            return self.refuse(path, operator, argument);
        };
        let one = std::slice::from_ref(value);
        let items = value.as_array().map_or(one, Vec::as_slice);
        if items.is_empty() || items.iter().any(|item| item.as_str().is_none_or(str::is_empty)) {
            return self.refuse(&path, kind, value);
        }
        all(items.iter().map(|item| self.texts(&path, kind, item))).map(Comparison::NoText)
    }

    fn network(&mut self, path: &str, text: &str) -> Option<Network> {
        match Network::parse(text) {
            Ok(network) => Some(network),
            Err(NoNetwork::Malformed) => self.found.shaped(path, text, Network::SHAPE, |_| None),
            Err(NoNetwork::NotItsFirst(network)) => {
                let why = "the address is not the first of its network, and EventBridge would begin at it";
                self.found.add(path, &text.into(), why, format!("write {network}"));
                None
            }
        }
    }

    /// `["=", n]`, or a lower bound, an upper one, or the one and then the other.
    fn numeric(&mut self, path: &str, operator: &Field, items: &[Value]) -> Option<Comparison> {
        let bound = |number: &Number, inclusive| Some(Bound { number: number.clone(), inclusive });
        let pairs: Option<Vec<(&str, &Number)>> = items.chunks(2).map(sign_and_number).collect();
        let comparison = match pairs.as_deref() {
            Some(&[("=", number)]) => Comparison::Equals(number.clone().into()),
            Some(&[(sign @ (">" | ">="), number)]) => {
                Comparison::Numeric(Range { least: bound(number, sign == ">="), greatest: None })
            }
            Some(&[(sign @ ("<" | "<="), number)]) => {
                Comparison::Numeric(Range { least: None, greatest: bound(number, sign == "<=") })
            }
            Some(&[(low @ (">" | ">="), least), (high @ ("<" | "<="), greatest)]) => {
                Comparison::Numeric(Range { least: bound(least, low == ">="), greatest: bound(greatest, high == "<=") })
            }
            _ => return self.refuse(path, operator, &Value::from(items)),
        };
        let numbers: Vec<&Number> = pairs.iter().flatten().map(|(_, number)| *number).collect();
        self.sensible(path, &numbers).then_some(comparison)
    }

    /// Are they numbers that EventBridge compares, and is the first of two below the other?
    fn sensible(&mut self, path: &str, numbers: &[&Number]) -> bool {
        let too_far = |number: &&&Number| number.as_f64().is_none_or(|number| number.abs() > LIMIT);
        if let Some(&number) = numbers.iter().find(too_far) {
            let why = "EventBridge compares numbers from -5000000000 to 5000000000";
            self.found.add(path, &Value::from(number.clone()), why, "write one of these");
            return false;
        }
        match numbers {
            [least, greatest] if compare(least, greatest) != Some(Ordering::Less) => {
                let remedy = "write the lower bound first, and a higher one after it";
                self.found.add_unseen(path, format!("{least} is not below {greatest}"), remedy);
                false
            }
            _ => true,
        }
    }
}

fn sign_and_number(pair: &[Value]) -> Option<(&str, &Number)> {
    match pair {
        [Value::String(sign), Value::Number(number)] => Some((sign, number)),
        _ => None,
    }
}

/// All texts, or all numbers.
fn is_of_one_kind(items: &[Value]) -> bool {
    items.iter().all(Value::is_string) || items.iter().all(Value::is_number)
}

/// A text, and whether its case does not matter: `"x"` or `{"equals-ignore-case": "x"}`.
fn text_of(argument: &Value) -> Option<(&str, bool)> {
    match argument {
        Value::String(text) => Some((text, false)),
        Value::Object(object) if object.len() == 1 => {
            object.get("equals-ignore-case").and_then(Value::as_str).map(|text| (text, true))
        }
        _ => None,
    }
}

fn wildcard(text: &str) -> Option<Wildcard> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars();
    let mut after_a_star = false;
    while let Some(c) = chars.next() {
        match c {
            '*' if after_a_star => return None,
            '*' => parts.push(String::new()),
            '\\' => parts.last_mut()?.push(chars.next().filter(|c| ['*', '\\'].contains(c))?),
            c => parts.last_mut()?.push(c),
        }
        after_a_star = c == '*';
    }
    Some(Wildcard { parts })
}
