//! For the tests of the readers: fixtures, what is said of them in one line each, and events that were tampered with.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};

use super::lenient::At;
use super::{Change, Incident, Said};

/// A file of `tests/fixtures/events`, with its name.
macro_rules! fixture {
    ($name:literal) => {
        ($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/events/", $name, ".json")))
    };
}
pub(super) use fixture;

/// The event of a fixture.
pub(super) fn event(text: &str) -> Value {
    crate::json::parse(text.as_bytes()).unwrap()
}

/// What the readers say of each fixture, all of it: the file's name, and a line for each thing that is said.
pub(super) fn told(fixtures: &[(&str, &str)]) -> String {
    let mut lines = Vec::new();
    for (name, text) in fixtures {
        lines.push((*name).to_owned());
        let said = super::read(&event(text)).unwrap_or_else(|| panic!("{name} is of no source"));
        lines.extend(said.iter().map(|said| format!("  {}", line(said))));
    }
    lines.join("\n")
}

/// Everything that one of them says.
pub(super) fn line(said: &Said) -> String {
    match said {
        Said::Incident(incident) => format!("incident {}", incident_line(incident)),
        Said::AllClear { incident, at } => format!("all clear {incident} at {at:?}"),
        Said::Changed(Change { incident, credential, what, actors, request }) => {
            let key = credential.as_ref().map(|key| key.as_str());
            format!("{what:?} {key:?} by {actors:?} request {request:?}: {}", incident_line(incident))
        }
        Said::Nothing(why) => format!("nothing: {why}"),
    }
}

fn incident_line(incident: &Incident) -> String {
    let Incident { id, source, kind, severity, actor, address, at, implicated, evidence } = incident;
    let implicated: Vec<&str> = implicated.iter().map(|key| key.as_str()).collect();
    format!(
        "{id} ({source:?}) {kind:?} {severity:?} actor {actor:?} from {address:?} at {at:?} names {implicated:?} {evidence:?}"
    )
}

/// How often each property is tried.
pub(super) fn config() -> Config {
    Config { cases: 500, rng_seed: RngSeed::Fixed(4711), failure_persistence: None, ..Config::default() }
}

/// Some changes of an event: where (counted through all its values), and what.
pub(super) fn any_changes() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((any::<usize>(), any::<usize>()), 1..6)
}

/// An event in which fields went missing, changed their type, their case or their value.
pub(super) fn tampered(mut event: Value, changes: &[(usize, usize)]) -> Value {
    for (place, what) in changes {
        let mut left = place % count(&event);
        change_at(&mut event, &mut left, *what);
    }
    event
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(object) => object.values().map(count).sum(),
        _ => 0,
    }
}

/// Walks to the value that is `left` steps away, in the order of the document, and changes it.
fn change_at(value: &mut Value, left: &mut usize, what: usize) -> bool {
    if *left == 0 {
        *value = changed(value, what);
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| change_at(item, left, what)),
        Value::Object(object) => {
            let keys: Vec<String> = object.keys().cloned().collect();
            keys.into_iter().any(|key| change_member(object, &key, left, what))
        }
        _ => false,
    }
}

/// As `change_at`, for a field, whose key may go or change its case.
fn change_member(object: &mut serde_json::Map<String, Value>, key: &str, left: &mut usize, what: usize) -> bool {
    let recased = [key.to_ascii_lowercase(), key.to_ascii_uppercase()];
    match (*left, what % 16) {
        (0, 14) => object.remove(key).is_some(),
        (0, 15) => {
            let value = object.remove(key).unwrap_or_default();
            object.insert(recased[what / 16 % 2].clone(), value);
            true
        }
        _ => object.get_mut(key).is_some_and(|value| change_at(value, left, what)),
    }
}

/// Another value in its place: never one that names a key.
fn changed(value: &Value, what: usize) -> Value {
    let text = value.to_string();
    match what % 16 {
        0 => Value::Null,
        1 => json!(0),
        2 => json!(-1.5e300),
        3 => json!(""),
        4 => json!("..."),
        5 => json!("\u{202e}\u{0}123"),
        6 => json!(true),
        7 => json!({}),
        8 => json!([]),
        9 => json!([value, value]),
        10 => json!({ "value": value, "detail": value }),
        11 => json!(text),
        12 => json!(text.chars().take(text.chars().count() / 2).collect::<String>()),
        13 => value.as_str().and_then(|text| text.parse::<f64>().ok()).map_or(json!(text), |number| json!(number)),
        _ => json!(1_795_500_000_000_i64),
    }
}

/// A reader, whether or not the event is one that it claims, and whoever else might.
pub(super) fn read_anyway(reader: fn(At<'_>) -> Vec<Said>, event: &Value) -> Vec<Said> {
    let mut said = reader(At::of(event));
    said.extend(super::read(event).into_iter().flatten());
    said
}

/// The keys that any of it implicates, or says to have changed.
pub(super) fn keys(said: &[Said]) -> Vec<&str> {
    said.iter()
        .flat_map(|said| match said {
            Said::Incident(incident) => incident.implicated.iter().collect::<Vec<_>>(),
            Said::Changed(change) => change.incident.implicated.iter().chain(&change.credential).collect(),
            Said::AllClear { .. } | Said::Nothing(_) => Vec::new(),
        })
        .map(|key| key.as_str())
        .collect()
}

#[test]
fn what_is_tampered_with_is_changed_and_names_no_new_key() {
    let event = json!({ "a": { "b": ["1", 2] }, "c": null });
    let changes = (0..5).flat_map(|place| (0..32).map(move |what| (place, what)));
    let different = changes.filter(|change| tampered(event.clone(), &[*change]) != event).count();
    assert!(different > 140, "{different}");
    assert_eq!(tampered(event.clone(), &[(1, 14)]), json!({ "c": null }));
    assert_eq!(tampered(event, &[(1, 31)]), json!({ "A": { "b": ["1", 2] }, "c": null }));
}
