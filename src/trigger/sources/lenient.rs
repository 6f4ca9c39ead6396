//! Reading what was written by many hands: fields whatever their case, and times, severities and addresses in every form
//! that was seen. What cannot be read is not there.

use core::net::IpAddr;
use std::borrow::Cow;

use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;

use crate::json;
use crate::time::Timestamp;
use crate::trigger::cause::{Severity, Text};

/// What is written where nothing is known.
const NOBODY: [&str; 7] = ["HIDDEN_DUE_TO_SECURITY_REASONS", "-", "null", "none", "n/a", "unknown", "undefined"];

/// A place in an event, and what stands there, if anything does.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a>(Option<&'a Value>);

impl<'a> At<'a> {
    /// The whole of it.
    pub(super) fn of(value: &'a Value) -> Self {
        Self(Some(value))
    }

    /// A place where nothing stands.
    pub(super) fn nothing() -> Self {
        Self(None)
    }

    /// What stands at `key`: the key as it is written, or else in another case. `null` is nothing.
    pub(super) fn get(self, key: &str) -> Self {
        let Some(object) = self.0.and_then(Value::as_object) else { return Self(None) };
        let otherwise = || object.iter().find(|(other, _)| other.eq_ignore_ascii_case(key)).map(|(_, value)| value);
        Self(object.get(key).or_else(otherwise).filter(|value| !value.is_null()))
    }

    /// What stands at the end of a way of keys, `resource.accessKeyDetails.userName`.
    pub(super) fn way(self, way: &str) -> Self {
        way.split('.').fold(self, Self::get)
    }

    /// A copy in which the list at the end of a way holds this alone.
    pub(super) fn with_only(self, way: &str, item: Value) -> Value {
        let Some(object) = self.0.and_then(Value::as_object) else { return item };
        let (key, rest) = way.split_once('.').map_or((way, None), |(key, rest)| (key, Some(rest)));
        let copied = |(other, value): (&String, &Value)| {
            if !other.eq_ignore_ascii_case(key) {
                return (other.clone(), value.clone());
            }
            let inside = rest
                .map_or_else(|| Value::Array(vec![item.clone()]), |rest| At::of(value).with_only(rest, item.clone()));
            (other.clone(), inside)
        };
        Value::Object(object.iter().map(copied).collect())
    }

    /// Is anything there?
    pub(super) fn is_there(self) -> bool {
        self.0.is_some()
    }

    /// The value itself.
    pub(super) fn value(self) -> Option<&'a Value> {
        self.0
    }

    /// The elements of a list; what is no list is a list of one.
    pub(super) fn items(self) -> impl Iterator<Item = At<'a>> {
        let (list, only) = match self.0 {
            Some(Value::Array(items)) => (items.as_slice(), None),
            other => (&[][..], other),
        };
        list.iter().chain(only).map(Self::of)
    }

    /// A text, as it stands.
    pub(super) fn str(self) -> Option<&'a str> {
        self.0.and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// A text for people: a string, or a number that should have been one.
    pub(super) fn text(self) -> Option<Text> {
        match self.0? {
            Value::String(text) => Text::of(text),
            Value::Number(number) => Text::of(&number.to_string()),
            _ => None,
        }
    }

    /// Such a text behind a colon, to end a sentence with; empty if there is none.
    pub(super) fn behind_colon(self) -> String {
        self.text().map(|text| format!(": {text}")).unwrap_or_default()
    }

    /// Is it this word, in any case?
    pub(super) fn is(self, word: &str) -> bool {
        self.str().is_some_and(|text| text.eq_ignore_ascii_case(word))
    }

    /// A truth: `true`, `"true"` or `"True"`.
    pub(super) fn is_true(self) -> bool {
        self.0.and_then(Value::as_bool).unwrap_or(false) || self.is("true")
    }

    /// A number, also one that is written as a text.
    pub(super) fn number(self) -> Option<f64> {
        let number = match self.0? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite())
    }

    /// Does a text stand here that says something?
    pub(super) fn is_said(self) -> bool {
        self.str().is_some_and(|text| !NOBODY.iter().any(|nobody| text.eq_ignore_ascii_case(nobody)))
    }

    /// What stands here; a text that is JSON is read, and one that is not is nothing.
    pub(super) fn opened(self) -> Option<Cow<'a, Value>> {
        match self.0? {
            Value::String(text) => json::parse(text.trim().as_bytes()).ok().map(Cow::Owned),
            value => Some(Cow::Borrowed(value)),
        }
    }

    /// An address.
    pub(super) fn address(self) -> Option<IpAddr> {
        self.str()?.parse().ok().filter(|address: &IpAddr| !address.is_unspecified())
    }

    /// An instant: RFC 3339; the same with a blank for its T, or without a zone, which then is UTC; American dates; mail's,
    /// `Wed, 12 Feb 2025 00:37:54 GMT`; seconds or milliseconds since 1970, as a number or a text. One on the first day of 1970 is a clock that was not set.
    pub(super) fn time(self) -> Option<Timestamp> {
        const FIRST_DAY: i64 = 86_400_000;
        self.instant().filter(|at| at.unix_millis() > FIRST_DAY)
    }

    fn instant(self) -> Option<Timestamp> {
        const ZONELESS: [&str; 5] = [
            "%Y-%m-%dT%H:%M:%S%.f",
            "%Y-%m-%d %H:%M:%S%.f",
            "%m/%d/%Y %I:%M:%S %p",
            "%m/%d/%Y %H:%M:%S",
            "%d %b %Y %H:%M:%S",
        ];
        if let Some(epoch) = self.number() {
            return epoch_time(epoch);
        }
        let text = self.str()?;
        let zoned = || Timestamp::parse_rfc3339(&text.replacen(' ', "T", 1));
        let offset = || DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok().map(|at| at.timestamp_millis());
        // Also with a Z, where something else, as an hour of one digit, is not RFC 3339's.
        let in_utc = text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix(" GMT")).unwrap_or(text);
        // The day of the week may be wrong.
        let in_utc = in_utc.split_once(", ").map_or(in_utc, |(_, date)| date);
        let zoneless = || ZONELESS.iter().find_map(|form| NaiveDateTime::parse_from_str(in_utc, form).ok());
        zoned()
            .or_else(|| offset().map(Timestamp::from_unix_millis))
            .or_else(|| zoneless().map(|at| Timestamp::from_unix_millis(at.and_utc().timestamp_millis())))
    }

    /// A severity by its word, in any case.
    pub(super) fn severity_word(self) -> Option<Severity> {
        let word = self.str()?.to_ascii_lowercase();
        Some(match word.as_str() {
            "informational" | "info" | "debug" | "none" => Severity::Informational,
            "low" => Severity::Low,
            "medium" | "moderate" | "warn" | "warning" => Severity::Medium,
            "high" | "error" => Severity::High,
            "critical" | "fatal" => Severity::Critical,
            _ => return None,
        })
    }
}

/// The first of these that names somebody.
pub(super) fn who<'a>(places: impl IntoIterator<Item = At<'a>>) -> Option<Text> {
    places.into_iter().filter(|place| !matches!(place.0, Some(Value::String(_))) || place.is_said()).find_map(At::text)
}

/// The first of these that can be read as a time.
pub(super) fn when<'a>(places: impl IntoIterator<Item = At<'a>>) -> Option<Timestamp> {
    places.into_iter().find_map(At::time)
}

/// Milliseconds, if read as seconds it would lie beyond the year 5138.
fn epoch_time(epoch: f64) -> Option<Timestamp> {
    const MILLISECONDS_FROM: f64 = 1e11;
    let millis = if epoch >= MILLISECONDS_FROM { epoch } else { epoch * 1000.0 };
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the line above it")]
    (0.0..1e15).contains(&millis).then(|| Timestamp::from_unix_millis(millis as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_is_read_in_every_form_that_was_seen() {
        for form in [
            json!("2026-11-24T06:00:00Z"),
            json!("2026-11-24T07:00:00+01:00"),
            json!("2026-11-24T07:00:00.000+0100"),
            json!("2026-11-24 06:00:00"),
            json!("2026-11-24 06:00:00.000000000"),
            json!("2026-11-24T06:00:00"),
            json!("2026-11-24T6:00:00Z"),
            json!("2026-11-24T06:00:00.000000000Z"),
            json!("11/24/2026 6:00:00 AM"),
            json!("Tue, 24 Nov 2026 06:00:00 GMT"),
            json!("Wed, 24 Nov 2026 6:00:00 GMT"),
            json!(1_795_500_000),
            json!("1795500000"),
            json!(1_795_500_000_000_i64),
            json!("1795500000000"),
        ] {
            assert_eq!(
                At::of(&form).time().map(|at| at.to_string()).as_deref(),
                Some("2026-11-24T06:00:00Z"),
                "{form}"
            );
        }
        for none in
            [json!("soon"), json!(0), json!("1970-01-01T00:00:00Z"), json!(null), json!({}), json!(1e300), json!("NaN")]
        {
            assert_eq!(At::of(&none).time(), None, "{none}");
        }
    }

    #[test]
    fn a_key_is_found_in_any_case_and_its_own_first() {
        let event = json!({ "EventType": "other", "eventType": "own", "debugcontext": { "debugData": { "x": 1 } } });
        assert_eq!(At::of(&event).get("eventType").str(), Some("own"));
        assert_eq!(At::of(&event).way("debugContext.debugdata.X").number(), Some(1.0));
        assert!(!At::of(&event).way("debugContext.nothing.x").is_there());
    }

    #[test]
    fn an_address_is_one_or_nothing() {
        let address = |text: &str| At::of(&json!(text)).address().map(|address| address.to_string());
        assert_eq!(address("198.51.100.7").as_deref(), Some("198.51.100.7"));
        assert_eq!(address("2001:db8::1").as_deref(), Some("2001:db8::1"));
        for none in ["-", "113.*.*.*", "123.456.7.89", "010.1.1.1", "0.0.0.0", "::", "", "signin.amazonaws.com"] {
            assert_eq!(address(none), None, "{none}");
        }
    }
}
