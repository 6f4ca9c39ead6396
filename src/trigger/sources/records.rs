//! Finding the records in an event: they stand in lists, in envelopes, and in texts that are JSON.

use std::borrow::Cow;

use serde_json::Value;

use super::lenient::At;
use crate::json;

/// What stands there; a text that is JSON is read, and one that is not is nothing.
pub(super) fn opened(at: At<'_>) -> Option<Cow<'_, Value>> {
    match at.value()? {
        Value::String(text) => json::parse(text.trim().as_bytes()).ok().map(Cow::Owned),
        value => Some(Cow::Borrowed(value)),
    }
}

/// Hands over each record of an event: each element of a list, and what stands at the first of `wrappers` that is there,
/// as deep as they go, be it JSON in a text. What cannot be opened is handed over as it is.
pub(super) fn each(event: At<'_>, wrappers: &[&str], then: &mut dyn FnMut(At<'_>)) {
    let wrapped = || wrappers.iter().map(|way| event.way(way)).find(|inside| inside.is_there()).and_then(opened);
    match event.value() {
        Some(Value::Array(items)) => items.iter().for_each(|item| each(At::of(item), wrappers, then)),
        Some(Value::String(_)) if let Some(inside) = opened(event) => each(At::of(&inside), wrappers, then),
        _ => match wrapped() {
            Some(inside) => each(At::of(&inside), wrappers, then),
            None => then(event),
        },
    }
}

/// Is this true of any of its records?
pub(super) fn any(event: At<'_>, wrappers: &[&str], mut is: impl FnMut(At<'_>) -> bool) -> bool {
    let mut found = false;
    each(event, wrappers, &mut |record| found = found || is(record));
    found
}

/// Does it come from AWS itself? Nobody else may use such a `source`, so no reader of another's events takes it.
pub(super) fn is_amazons(event: At<'_>) -> bool {
    event.get("source").str().is_some_and(|source| source.to_ascii_lowercase().starts_with("aws."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn records(event: &Value) -> Vec<Value> {
        let mut records = Vec::new();
        each(At::of(event), &["detail", "data.events"], &mut |record| records.extend(record.value().cloned()));
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
            json!({ "detail": { "data": { "events": ["{\"a\":1}"] } } }),
        ] {
            assert_eq!(records(&event), [json!({ "a": 1 })], "{event}");
        }
        assert_eq!(records(&json!({ "data": { "events": [1, [2, 3]] } })), [json!(1), json!(2), json!(3)]);
        assert_eq!(records(&json!({ "data": { "events": [] } })), [] as [Value; 0]);
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
        let broken = json!({ "detail": "{\"a\":" });
        assert_eq!(records(&broken), std::slice::from_ref(&broken));
        assert!(is_amazons(At::of(&json!({ "Source": "aws.guardduty" }))));
        assert!(!is_amazons(At::of(&json!({ "source": "custom.aws." }))));
    }
}
