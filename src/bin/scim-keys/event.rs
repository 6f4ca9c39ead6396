//! `scim-keys event`: an event as it stands, or with today's times.
//!
//! Every time in it is moved by as much, so that the newest of those by which its age is judged is now, and the function
//! believes it: what came first still does, and an age, or what is left until a key expires, stays what it was. A text
//! counts as a time if all of it is one; a number, if its field is called so.

use std::error::Error;
use std::process::ExitCode;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta};
use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::json;
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger;
use serde_json::Value;

use super::cli::Event;
use super::{invoke, print};

/// The forms of times without a zone.
const ZONELESS: [&str; 4] =
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S"];

pub(super) fn event(asked: &Event) -> Result<ExitCode, Box<dyn Error>> {
    let mut event = invoke::event(&asked.event)?;
    if asked.fresh {
        let newest = trigger::newest_time(event.to_string().as_bytes());
        refresh(&mut event, newest.map(Timestamp::unix_millis), SystemClock.now().unix_millis());
    }
    print::out(&(serde_json::to_string_pretty(&event)? + "\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Moves every time of the event by as much, so that the one by which its age is `judged` is `now`; if there is none, its
/// newest time.
fn refresh(event: &mut Value, judged: Option<i64>, now: i64) {
    let mut newest = None;
    each_time(event, "", &mut |time| {
        newest = newest.max(Some(time.millis()));
        None
    });
    let Some(judged) = judged.or(newest) else { return };
    let by = TimeDelta::milliseconds(now - judged);
    each_time(event, "", &mut |time| time.moved(by));
}

/// A time, in the form in which it stands.
enum Time {
    Zoned(DateTime<FixedOffset>, String),
    /// As mails have them.
    Mail(DateTime<FixedOffset>),
    Zoneless(NaiveDateTime, &'static str),
    Seconds(i64),
    Millis(i64),
}

impl Time {
    fn of(value: &Value, key: &str) -> Option<Self> {
        match value {
            Value::String(text) => Self::of_text(text).or_else(|| {
                let number = text.parse().ok().filter(|_| is_called_time(key))?;
                Self::of_number(number)
            }),
            Value::Number(number) if is_called_time(key) => Self::of_number(number.as_i64()?),
            _ => None,
        }
    }

    fn of_text(text: &str) -> Option<Self> {
        let zoned =
            || DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
        let zoneless =
            || ZONELESS.iter().find_map(|form| Some((NaiveDateTime::parse_from_str(text, form).ok()?, *form)));
        let zoned = zoned().ok().map(|time| Self::Zoned(time, text.to_owned()));
        let mail = || DateTime::parse_from_rfc2822(text).ok().map(Self::Mail);
        zoned.or_else(mail).or_else(|| zoneless().map(|(time, form)| Self::Zoneless(time, form)))
    }

    /// Seconds or milliseconds since 1970, of this century.
    fn of_number(number: i64) -> Option<Self> {
        const CENTURY: std::ops::Range<i64> = 946_684_800..4_102_444_800;
        match number {
            seconds if CENTURY.contains(&seconds) => Some(Self::Seconds(seconds)),
            millis if CENTURY.contains(&(millis / 1000)) => Some(Self::Millis(millis)),
            _ => None,
        }
    }

    fn millis(&self) -> i64 {
        match self {
            Self::Zoned(time, _) | Self::Mail(time) => time.timestamp_millis(),
            Self::Zoneless(time, _) => time.and_utc().timestamp_millis(),
            Self::Seconds(seconds) => seconds * 1000,
            Self::Millis(millis) => *millis,
        }
    }

    /// The later time, in the same form.
    fn moved(&self, by: TimeDelta) -> Option<String> {
        Some(match self {
            Self::Zoned(time, text) => {
                let fraction = if text.contains('.') { "%.3f" } else { "" };
                let zone = if text.ends_with(['Z', 'z']) { "Z" } else { "%:z" };
                time.checked_add_signed(by)?.format(&format!("%Y-%m-%dT%H:%M:%S{fraction}{zone}")).to_string()
            }
            Self::Mail(time) => time.checked_add_signed(by)?.to_utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            Self::Zoneless(time, form) => time.checked_add_signed(by)?.format(form).to_string(),
            Self::Seconds(seconds) => seconds.checked_add(by.num_seconds())?.to_string(),
            Self::Millis(millis) => millis.checked_add(by.num_milliseconds())?.to_string(),
        })
    }
}

fn is_called_time(key: &str) -> bool {
    key.to_ascii_lowercase().contains("time")
}

/// Hands over each time, and puts in its place what comes back. Texts that are JSON are gone into.
fn each_time(value: &mut Value, key: &str, then: &mut dyn FnMut(&Time) -> Option<String>) {
    if let Some(time) = Time::of(value, key) {
        match then(&time) {
            Some(moved) if value.is_number() => *value = moved.parse::<i64>().map_or(Value::Null, Value::from),
            Some(moved) => *value = Value::String(moved),
            None => {}
        }
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_time(item, key, then)),
        Value::Object(object) => object.iter_mut().for_each(|(key, value)| each_time(value, key, then)),
        Value::String(text) => {
            let Ok(mut inside @ Value::Object(_)) = json::parse(text.as_bytes()) else { return };
            each_time(&mut inside, key, then);
            *text = inside.to_string();
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_time_moves_by_as_much_and_keeps_its_form() {
        // The newest is now: 2026-11-24T06:00:00Z, one day later.
        let mut event = json!({
            "time": "2026-11-23T06:00:00Z",
            "detail": {
                "eventTime": "2026-11-23T05:59:59.250Z", "published": "2026-11-23T06:59:00.000+01:00",
                "at": "2026-11-23 05:00:00", "sent": "Mon, 23 Nov 2026 06:00:00 GMT", "startTime": 1_795_413_600, "eventLastSeenTime": "1795413540000",
                "text": "{\"eventTime\":1795413600}",
            },
        });
        refresh(&mut event, None, 1_795_500_000_000);
        assert_eq!(event["time"], "2026-11-24T06:00:00Z");
        assert_eq!(
            event["detail"],
            json!({
                "eventTime": "2026-11-24T05:59:59.250Z", "published": "2026-11-24T06:59:00.000+01:00",
                "at": "2026-11-24 05:00:00", "sent": "Tue, 24 Nov 2026 06:00:00 GMT", "startTime": 1_795_500_000, "eventLastSeenTime": "1795499940000",
                "text": "{\"eventTime\":1795500000}",
            })
        );
    }

    #[test]
    fn every_example_is_of_now_once_it_is_fresh() {
        let now = 1_795_500_000_000;
        let judged = |event: &Value| trigger::newest_time(event.to_string().as_bytes()).map(Timestamp::unix_millis);
        let mut told = 0;
        for folder in ["events", "tests/fixtures/events"] {
            for file in std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
                let path = file.unwrap().path();
                let Ok(mut event) = serde_json::from_slice::<Value>(&std::fs::read(&path).unwrap()) else { continue };
                let Some(at) = judged(&event) else { continue };
                refresh(&mut event, Some(at), now);
                let fresh = judged(&event).unwrap();
                // Some have no parts of a second.
                assert!((fresh - now).abs() < 1_000, "{}: {}", path.display(), fresh - now);
                told += 1;
            }
        }
        assert!(told > 30, "{told}");
    }

    #[test]
    fn what_is_still_to_come_is_not_now() {
        let mut event = json!({ "time": "2026-11-23T06:00:00Z", "expires": "2027-11-23T06:00:00Z" });
        refresh(&mut event, Some(1_795_413_600_000), 1_795_500_000_000);
        assert_eq!(event, json!({ "time": "2026-11-24T06:00:00Z", "expires": "2027-11-24T06:00:00Z" }));
    }

    #[test]
    fn what_is_no_time_stays_as_it_is() {
        let event = json!({
            "id": "1795413600", "account": "100000000001", "version": 1_795_413_600, "time": "soon", "lifetime": 3600,
            "day": "2026-11-23", "list": ["a", null, {}], "text": "{not json",
        });
        let mut same = event.clone();
        refresh(&mut same, None, 1_795_500_000_000);
        assert_eq!(same, event);
    }
}
