//! Finding the records in a body: they stand in lists, in envelopes, and in texts that are JSON. Pure.
//!
//! The envelope that EventBridge puts around an event:
//! <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>. A call of `PutEvents` names the same
//! fields in capitals, and has `Detail` as a text:
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>.

use std::borrow::Cow;

use serde_json::Value;

use super::lenient::At;
use super::sender::{self, Family};
use crate::policy::looks_like_amazons;

/// Where an envelope has what it is about.
const DETAIL: &str = "detail";

/// Where a list of events stands if it is not the whole body: CloudTrail's log files and Azure Monitor's exports, answers
/// of APIs, a call of `PutEvents`, event hooks, Tencent's batches.
const LISTS: [&str; 8] =
    ["Records", "value", "Findings", "data.events", "Entries", "EventList", "Response.Events", "Events"];

/// Where an event has the record that it is about, if it is none itself: a CloudEvent, an event of CloudAudit's API or of
/// CloudTrail's, one of Azure Monitor. Readers open it where it is written as a text, and patterns see what they read.
const HELD: [&str; 4] = ["data", "CloudAuditEvent", "CloudTrailEvent", "properties"];

/// One record, and the envelope that it came in.
#[derive(Clone, Copy, Debug)]
pub(in crate::trigger) struct Event<'a> {
    /// A bare record is its own.
    envelope: At<'a>,
    /// The envelope's `detail`, if it has one.
    detail: Option<At<'a>>,
    /// Where in the detail, or in the body, the list stands of which it is one.
    list: Option<&'static str>,
    record: At<'a>,
    listed: bool,
    /// The outermost of the envelopes that name a source: for that one, and for the account in it, the bus vouches.
    outermost: At<'a>,
}

impl<'a> Event<'a> {
    /// May those who sent it send a record of this family? The source that a bare record names counts as well, and each that
    /// stands in a list, since a pattern finds it there.
    pub(super) fn may_be_of(self, family: Family) -> bool {
        let sources = [self.outermost.get("source"), self.envelope.get("source")];
        sources.into_iter().flat_map(At::items).all(|source| sender::may_send(source, family))
    }

    /// The source that its outermost envelope names.
    pub(super) fn sender(self) -> Option<&'a Value> {
        self.outermost.get("source").value()
    }

    /// Who sent it, as far as the bus vouches for that: the account, which EventBridge itself writes, and the source, which
    /// a bus's policy may leave to one sender alone. Neither has a stroke, so that what follows behind one is no part of it.
    pub(super) fn sent_by(self) -> Option<String> {
        let told = ["account", "source"].into_iter().filter_map(|key| self.outermost.get(key).value());
        let written = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let told: Vec<String> = told.map(|value| written(value).replace('%', "%25").replace('/', "%2F")).collect();
        (!told.is_empty()).then(|| told.join("/"))
    }

    /// What it is about: the `detail`, also one that is written as a text; one of those that its list holds; or all of a
    /// bare one.
    pub(super) fn record(self) -> At<'a> {
        self.record
    }

    /// Is it one of a list?
    pub(super) fn is_listed(self) -> bool {
        self.listed
    }

    /// Is it one of a list that stands in an envelope?
    pub(super) fn is_one_of_an_envelope(self) -> bool {
        self.listed && self.detail.is_some()
    }

    /// The event that it would have come in alone: in its envelope, without its neighbours; of a batch without an envelope,
    /// the record. What it holds as a text is opened.
    pub(in crate::trigger) fn alone(self) -> Value {
        let record = opened(self.record.value().cloned().unwrap_or_default());
        let (Some(detail), Some(envelope)) = (self.detail, self.envelope.value().and_then(Value::as_object)) else {
            return record;
        };
        let detail = match self.list {
            None if self.listed => Value::Array(vec![record]),
            None => record,
            Some(list) => detail.with_only(list, record),
        };
        let around = envelope.iter().filter(|(key, _)| !key.eq_ignore_ascii_case(DETAIL));
        let around = around.map(|(key, value)| (key.clone(), value.clone()));
        Value::Object(around.chain([(DETAIL.to_owned(), detail)]).collect())
    }

    /// Does its envelope name this source?
    pub(super) fn is_from(self, source: &str) -> bool {
        self.envelope.get("source").is(source)
    }

    /// Does its envelope name a source that begins so?
    pub(super) fn is_from_one_of(self, with: &str) -> bool {
        let source = self.envelope.get("source").str().unwrap_or_default();
        source.to_ascii_lowercase().starts_with(with)
    }

    /// Does its source look like one of AWS's? Of the readers of others' events only OCSF's takes it then. A source is a
    /// text; in a list, a pattern finds it as well.
    pub(super) fn looks_like_amazons(self) -> bool {
        self.envelope.get("source").items().filter_map(At::str).any(looks_like_amazons)
    }

    /// What its envelope calls it.
    pub(super) fn detail_type(self) -> At<'a> {
        let spelled = self.envelope.get("detail-type");
        if spelled.is_there() { spelled } else { self.envelope.get("DetailType") }
    }

    /// Does its envelope call it so? Case, blanks and hyphens make no difference: `Sign In` is `Signin`.
    pub(super) fn has_detail_type(self, wanted: &str) -> bool {
        self.detail_type().str().is_some_and(|own| letters(own) == letters(wanted))
    }

    /// The id that its envelope has.
    pub(super) fn id(self) -> At<'a> {
        self.envelope.get("id")
    }

    /// What its envelope is about, beside the list that it may stand in.
    pub(super) fn detail(self) -> At<'a> {
        self.detail.unwrap_or(self.envelope)
    }

    /// The first of its envelope's resources.
    pub(super) fn resource(self) -> At<'a> {
        self.envelope.get("resources").items().next().unwrap_or(At::nothing())
    }

    /// The time that its envelope has.
    pub(super) fn time(self) -> At<'a> {
        self.envelope.get("time")
    }
}

/// The same with what it holds, where that is a text which is an object.
fn opened(mut record: Value) -> Value {
    let fields = record.as_object_mut().into_iter().flatten();
    for (_, held) in fields.filter(|(key, _)| HELD.iter().any(|held| key.eq_ignore_ascii_case(held))) {
        if let Some(Cow::Owned(inside @ Value::Object(_))) = At::of(held).opened() {
            *held = inside;
        }
    }
    record
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Hands over each record of a body, as deep as envelopes and lists go. What cannot be opened is handed over as it is,
/// and so is what holds an empty list.
pub(super) fn each(body: At<'_>, then: &mut dyn FnMut(Event<'_>)) {
    walk(body, Way::default(), then);
}

/// What was passed on the way to a record.
#[derive(Clone, Copy, Default)]
struct Way<'a> {
    /// The envelope, and its detail.
    envelope: Option<(At<'a>, At<'a>)>,
    /// The outermost of those that name a source.
    outermost: Option<At<'a>>,
    list: Option<&'static str>,
    listed: bool,
}

fn walk<'a>(at: At<'a>, way: Way<'a>, then: &mut dyn FnMut(Event<'_>)) {
    match at.value() {
        Some(Value::Array(items)) => {
            items.iter().for_each(|item| walk(At::of(item), Way { listed: true, ..way }, then))
        }
        Some(Value::String(_)) if let Some(inside) = at.opened() => walk(At::of(&inside), way, then),
        _ => {
            let detail = at.get(DETAIL);
            if detail.is_there() {
                let opened = detail.opened();
                let detail = opened.as_deref().map_or(detail, At::of);
                let outermost = way.outermost.or_else(|| Some(at).filter(|at| at.get("source").is_there()));
                walk(detail, Way { envelope: Some((at, detail)), outermost, list: None, listed: false }, then);
            } else if let Some((list, inside)) = list(at) {
                walk(At::of(&inside), Way { list: Some(list), ..way }, then);
            } else {
                let (envelope, detail) = way.envelope.map_or((at, None), |(envelope, detail)| (envelope, Some(detail)));
                let outermost = way.outermost.unwrap_or(At::nothing());
                then(Event { envelope, detail, list: way.list, record: at, listed: way.listed, outermost });
            }
        }
    }
}

/// The list of events that stands in an object, and where; not an empty one.
fn list(at: At<'_>) -> Option<(&'static str, Cow<'_, Value>)> {
    let is_list = |inside: &Cow<'_, Value>| inside.as_array().is_some_and(|items| !items.is_empty());
    LISTS.into_iter().find_map(|way| Some((way, at.way(way).opened().filter(is_list)?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn records(event: &Value) -> Vec<Value> {
        let mut records = Vec::new();
        each(At::of(event), &mut |event| records.extend(event.record().value().cloned()));
        records
    }

    #[test]
    fn records_are_found_in_lists_in_envelopes_and_in_texts() {
        for event in [
            json!({ "a": 1 }),
            json!([{ "a": 1 }]),
            json!({ "detail": { "a": 1 } }),
            json!({ "Detail": "\t{\"a\":1}\n" }),
            json!({ "data": { "events": [{ "a": 1 }] } }),
            json!({ "EventList": "[{\"a\":1}]" }),
            json!({ "detail": { "data": { "events": ["{\"a\":1}"] } } }),
        ] {
            assert_eq!(records(&event), [json!({ "a": 1 })], "{event}");
        }
        assert_eq!(records(&json!({ "data": { "events": [1, [2, 3]] } })), [json!(1), json!(2), json!(3)]);
        for holder in [json!({ "data": { "events": [] } }), json!({ "value": 1 }), json!({ "Records": "[" })] {
            assert_eq!(records(&holder), std::slice::from_ref(&holder), "it holds no list that has anything in it");
        }
        assert_eq!(records(&json!([])), [] as [Value; 0]);
    }

    #[test]
    fn texts_in_texts_as_deep_as_an_event_can_hold_them_are_followed_to_the_end() {
        let mut event = json!({ "a": 1 });
        while event.to_string().len() < crate::trigger::MAX_EVENT / 2 {
            event = (0..60).fold(Value::from(event.to_string()), |inner, _| json!([inner]));
        }
        assert_eq!(records(&event), [json!({ "a": 1 })]);
    }

    #[test]
    fn what_cannot_be_opened_is_handed_over_as_it_is() {
        assert_eq!(records(&json!({ "detail": "{\"a\":" })), [json!("{\"a\":")]);
    }

    #[test]
    fn each_of_several_is_told_as_the_event_that_it_would_have_come_in_alone() {
        let alone = |event: &Value| {
            let mut alone = Vec::new();
            each(At::of(event), &mut |event| alone.push(event.alone()));
            alone
        };
        let around = |detail: Value| json!({ "source": "s", "detail-type": "t", "detail": detail });
        let (a, b) = (json!({ "a": 1 }), json!({ "b": 2 }));
        for (together, each) in [
            (a.clone(), vec![a.clone()]),
            (around(a.clone()), vec![around(a.clone())]),
            (around(json!("{\"a\":1}")), vec![around(a.clone())]),
            (json!({ "Records": [a, around(b.clone())] }), vec![a.clone(), around(b.clone())]),
            (around(json!([a, b])), vec![around(json!([a])), around(json!([b]))]),
            (
                around(json!({ "findings": [a, b], "actionName": "x" })),
                vec![
                    around(json!({ "findings": [a], "actionName": "x" })),
                    around(json!({ "findings": [b], "actionName": "x" })),
                ],
            ),
            (around(json!({ "data": { "events": [a] } })), vec![around(json!({ "data": { "events": [a] } }))]),
        ] {
            assert_eq!(alone(&together), each, "{together}");
        }
    }

    #[test]
    fn a_record_has_the_envelope_that_it_came_in() {
        let listed = json!({ "source": "aws.guardduty", "id": "e", "detail": { "Findings": [{ "id": "own" }, 7] } });
        let bare = json!({ "Records": [{ "id": "own", "source": "custom.aws." }] });
        let told = |event: &Value| {
            let mut told = Vec::new();
            each(At::of(event), &mut |event| {
                told.push((
                    event.id().str().unwrap_or_default().to_owned(),
                    event.looks_like_amazons(),
                    event.is_listed(),
                ));
            });
            told
        };
        assert_eq!(told(&listed), [("e".to_owned(), true, true), ("e".to_owned(), true, true)]);
        assert_eq!(told(&bare), [("own".to_owned(), false, true)]);
        assert_eq!(told(&listed["detail"]["Findings"][0]), [("own".to_owned(), false, false)]);
    }
}
