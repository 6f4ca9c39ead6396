//! The envelope that EventBridge puts around an event, the lists that carry events without one, and what readers ask of
//! both. Pure.
//!
//! The envelope: <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>. A call of
//! `PutEvents` names the same fields in capitals, and has `Detail` as a text:
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>.

use std::borrow::Cow;

use serde_json::Value;

use super::lenient::At;
use crate::time::Timestamp;
use crate::trigger::cause::{IncidentId, Source, Text};

/// Where a list of events stands if it is not the whole body: CloudTrail's log files, exports and answers of APIs, a call
/// of `PutEvents`.
const LISTS: [&str; 5] = ["Records", "value", "Findings", "data.events", "Entries"];

/// What is written where nothing is known.
const NOBODY: [&str; 6] = ["HIDDEN_DUE_TO_SECURITY_REASONS", "-", "null", "none", "n/a", "unknown"];

/// One event: in its envelope, or bare.
#[derive(Clone, Copy)]
pub(super) struct Event<'a>(At<'a>);

impl<'a> Event<'a> {
    /// The events that a body holds: itself, or the elements of its list.
    pub(super) fn all(body: At<'a>) -> Vec<Self> {
        let listed = |way: &&str| Some(body.way(way)).filter(|place| place.value().is_some_and(Value::is_array));
        let list = if body.get("detail").is_there() { None } else { LISTS.iter().find_map(listed) };
        list.unwrap_or(body).items().map(Self).collect()
    }

    /// Does its envelope name this source?
    pub(super) fn is_from(self, source: &str) -> bool {
        self.0.get("source").is(source)
    }

    /// What its envelope calls it.
    pub(super) fn kind(self) -> At<'a> {
        let kind = self.0.get("detail-type");
        if kind.is_there() { kind } else { self.0.get("DetailType") }
    }

    /// Does its envelope call it so? Case, blanks and hyphens make no difference: `Sign In` is `Signin`.
    pub(super) fn is_of_kind(self, kind: &str) -> bool {
        self.kind().str().is_some_and(|own| letters(own) == letters(kind))
    }

    /// The id and the time that its envelope has.
    pub(super) fn id_and_time(self) -> (At<'a>, At<'a>) {
        (self.0.get("id"), self.0.get("time"))
    }

    /// What it is about: its `detail`, also one that is written as a text, or all of a bare one.
    pub(super) fn body(self) -> Cow<'a, Value> {
        static NOTHING: Value = Value::Null;
        let detail = self.0.get("detail");
        match detail.value().or(self.0.value()) {
            None => Cow::Borrowed(&NOTHING),
            Some(value @ Value::String(_)) => detail.embedded().map_or(Cow::Borrowed(value), Cow::Owned),
            Some(value) => Cow::Borrowed(value),
        }
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Does a text stand there that says something?
pub(super) fn is_said(place: At<'_>) -> bool {
    place.str().is_some_and(|text| !NOBODY.iter().any(|nobody| text.eq_ignore_ascii_case(nobody)))
}

/// The first of these that names somebody.
pub(super) fn who<const N: usize>(places: [At<'_>; N]) -> Option<Text> {
    places.into_iter().filter(|place| is_said(*place)).find_map(At::text)
}

/// The first of these that can be read as a time. One on the first day of 1970 is a clock that was not set.
pub(super) fn when<const N: usize>(places: [At<'_>; N]) -> Option<Timestamp> {
    const FIRST_DAY: i64 = 86_400_000;
    places.into_iter().filter_map(At::time).find(|at| at.unix_millis() > FIRST_DAY)
}

/// The id of a finding, if it has one that tells it from others: not `0000-00`, not `...`.
pub(super) fn named(place: At<'_>) -> Option<String> {
    let id = match place.value()? {
        Value::String(_) if is_said(place) => place.str()?.to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    id.chars().any(|c| c.is_alphanumeric() && c != '0').then_some(id)
}

/// The incident by the first of these that is an id, or else by the hash of all of it: what comes twice is the same.
pub(super) fn id<const N: usize>(source: Source, places: [At<'_>; N], all: At<'_>) -> IncidentId {
    // Behind a line break it is no plain id: the record itself never stands in one.
    let hashed = || all.value().map_or_else(String::new, |all| format!("\n{all}"));
    IncidentId::of(source, &places.into_iter().find_map(named).unwrap_or_else(hashed))
}
