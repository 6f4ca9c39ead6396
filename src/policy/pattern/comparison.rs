//! Comparisons: what a field of a pattern asks of one plain value.

use core::cmp::Ordering;
use core::net::IpAddr;

use serde_json::{Number, Value};

use super::network::Network;

/// A question about one text, number, boolean or null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// It is this value. Numbers are compared as numbers, and addresses as addresses.
    Equals(Value),
    /// It is a text of this kind.
    Text(TextTest),
    /// It is none of these values.
    AnythingBut(Vec<Value>),
    /// It is no text of these kinds; whatever is no text at all is none.
    NoText(Vec<TextTest>),
    /// It is a number between these.
    Numeric(Range),
    /// It is an address of this network.
    Cidr(Network),
    /// It is there.
    Exists,
}

/// What a text may be asked. What ignores case is folded already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    Prefix(String),
    Suffix(String),
    EqualsIgnoringCase(String),
    PrefixIgnoringCase(String),
    SuffixIgnoringCase(String),
    Wildcard(Wildcard),
}

/// A text with `*` in it, cut there: the parts stand in the text one after the other, the first at its beginning and the
/// last at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wildcard {
    pub(super) parts: Vec<String>,
}

/// Numbers between two bounds, of which one may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) least: Option<Bound>,
    pub(super) greatest: Option<Bound>,
}

/// The end of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) number: Number,
    /// Does it belong to the range itself?
    pub(super) inclusive: bool,
}

impl Comparison {
    /// Does it hold for this plain value?
    pub(super) fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Exists, _) => true,
            (Self::Equals(wanted), _) => is_same(wanted, value) || is_same_address(wanted, value),
            (Self::AnythingBut(values), _) => !values.iter().any(|not| is_same(not, value)),
            (Self::NoText(kinds), Value::String(text)) => !kinds.iter().any(|kind| kind.hold(text)),
            (Self::NoText(_), _) => true,
            (Self::Text(kind), Value::String(text)) => kind.hold(text),
            (Self::Cidr(network), Value::String(text)) => network.holds(text),
            (Self::Numeric(range), Value::Number(number)) => range.holds(number),
            (Self::Text(_) | Self::Cidr(_) | Self::Numeric(_), _) => false,
        }
    }
}

/// The same value; `300` is `3.0e2`.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => compare(one, other) == Some(Ordering::Equal),
        _ => one == other,
    }
}

/// The same address, as `2001:DB8::1` and `2001:db8:0::1` are.
fn is_same_address(one: &Value, other: &Value) -> bool {
    let address = |value: &Value| value.as_str()?.parse::<IpAddr>().ok();
    address(one).is_some_and(|one| address(other) == Some(one))
}

/// Whole numbers are compared exactly, and others as floating point.
pub(super) fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

impl TextTest {
    pub(super) fn ignoring_case(make: fn(String) -> Self, text: &str) -> Self {
        make(folded(text).collect())
    }

    fn hold(&self, text: &str) -> bool {
        match self {
            Self::Prefix(prefix) => text.starts_with(prefix),
            Self::Suffix(suffix) => text.ends_with(suffix),
            Self::EqualsIgnoringCase(other) => folded(text).eq(other.chars()),
            Self::PrefixIgnoringCase(prefix) => begins(folded(text), prefix.chars()),
            Self::SuffixIgnoringCase(suffix) => begins(folded(text).rev(), suffix.chars().rev()),
            Self::Wildcard(wildcard) => wildcard.holds(text),
        }
    }
}

fn begins(mut text: impl Iterator<Item = char>, mut with: impl Iterator<Item = char>) -> bool {
    with.all(|c| text.next() == Some(c))
}

/// A text without its case.
fn folded(text: &str) -> impl DoubleEndedIterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

impl Wildcard {
    fn holds(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.iter().all(|part| part == text);
        };
        let Some(rest) = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
            return false;
        };
        // Taking each part where it first stands leaves the most for those after it.
        middle.iter().try_fold(rest, |rest, part| Some(&rest[rest.find(part.as_str())? + part.len()..])).is_some()
    }
}

impl Range {
    fn holds(&self, number: &Number) -> bool {
        let within = |bound: &Option<Bound>, side| {
            bound.as_ref().is_none_or(|bound| match compare(number, &bound.number) {
                Some(Ordering::Equal) => bound.inclusive,
                order => order == Some(side),
            })
        };
        within(&self.least, Ordering::Greater) && within(&self.greatest, Ordering::Less)
    }
}
