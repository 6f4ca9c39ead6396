//! What the readers' tests share: the events of `tests/fixtures/events/aws`, one line for what was said, and events that
//! somebody has tampered with.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};

use super::lenient::At;
use super::{Incident, Said};
use crate::json as strict;

macro_rules! samples {
    ($($name:literal),* $(,)?) => {
        /// Every event, by the name of its file.
        const SAMPLES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../tests/fixtures/events/aws/", $name)))),*];
    };
}

samples!(
    "cloudtrail_consolelogin_no_mfa.json",
    "eventbridge_awshealth_risk_credentials_exposed.json",
    "eventbridge_console_signin_failure.json",
    "eventbridge_guardduty_iamuser_toripcaller.json",
    "guardduty_finding_bare_high_severity.json",
    "ocsf_authentication_3002_cloudtrail.json",
    "ours_guardduty_answer_of_get_findings.json",
    "ours_guardduty_attack_sequence.json",
    "ours_ocsf_export.json",
    "ours_securityhub_imported_guardduty.json",
    "ours_securityhub_v2_guardduty.json",
    "ours_signin_identity_center.json",
    "ours_signin_log_file.json",
    "ours_signin_root.json",
    "securityhub_custom_action_iam_access_key.json",
    "securityhub_finding_fsbp_iam3_access_key_90d.json",
    "securityhub_finding_fsbp_iam8_unused_credentials.json",
);

/// One event, by the name of its file without the ending.
pub(super) fn sample(name: &str) -> Value {
    let (_, text) = SAMPLES.iter().find(|(file, _)| file.strip_suffix(".json") == Some(name)).expect(name);
    strict::parse(text.as_bytes()).expect(name)
}

/// The same with other values: each by its way in the event, `/detail/severity`; `null` takes it out.
pub(super) fn with(mut event: Value, changes: &[(&str, Value)]) -> Value {
    for (way, value) in changes {
        let (parent, key) = way.rsplit_once('/').expect(way);
        match event.pointer_mut(parent).unwrap_or_else(|| panic!("{way}")) {
            Value::Object(object) if value.is_null() => drop(object.remove(key).expect(way)),
            Value::Object(object) => drop(object.insert(key.to_owned(), value.clone())),
            other => panic!("{way}: {other}"),
        }
    }
    event
}

/// What an event says, a line for each thing; `not ours` if no reader takes it.
pub(super) fn told(event: &Value) -> String {
    let Some(said) = super::read(event) else { return "not ours".to_owned() };
    said.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(said: &Said) -> String {
    match said {
        Said::Incident(Incident { id, source, kind, severity, actor, address, at, implicated, evidence }) => {
            assert!(implicated.is_empty() && id.as_str().starts_with(source.as_str()), "{said:?}");
            let severity = severity.map_or("-".to_owned(), |severity| format!("{severity:?}"));
            let (actor, address, at) = (shown(actor.as_ref()), shown(address.as_ref()), shown(at.as_ref()));
            format!("{id} · {kind} · {severity} · {actor} · {address} · {at} · {evidence:?}")
        }
        Said::AllClear { incident, at } => format!("all clear of {incident} at {}", shown(at.as_ref())),
        Said::Nothing(why) => format!("nothing: {why}"),
        Said::Changed(_) => panic!("none of these sources tells of keys: {said:?}"),
    }
}

fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map_or("-".to_owned(), T::to_string)
}

/// What befalls one value of an event.
#[derive(Clone, Debug)]
enum Blow {
    Put(Value),
    /// A list of it, so many times.
    Listed(usize),
    /// It becomes a text that is JSON.
    Written,
    /// One of its entries goes.
    Without(Index),
    /// Its keys are written in capitals.
    Shouted,
}

impl Blow {
    fn on(&self, value: Value) -> Value {
        match (self, value) {
            (Self::Put(other), _) => other.clone(),
            (Self::Listed(times), value) => Value::Array(vec![value; *times]),
            (Self::Written, value) => Value::String(value.to_string()),
            (Self::Without(which), Value::Object(mut object)) if !object.is_empty() => {
                let key = object.keys().nth(which.index(object.len())).cloned().unwrap_or_default();
                object.remove(&key);
                Value::Object(object)
            }
            (Self::Shouted, Value::Object(object)) => {
                object.into_iter().map(|(key, value)| (key.to_uppercase(), value)).collect()
            }
            (_, value) => value,
        }
    }

    /// Strikes the value that is the `at`th, each before those inside it; says whether it was reached.
    fn strike(&self, value: &mut Value, at: &mut usize) -> bool {
        if *at == 0 {
            *value = self.on(value.take());
            return true;
        }
        *at -= 1;
        match value {
            Value::Array(items) => items.iter_mut().any(|item| self.strike(item, at)),
            Value::Object(object) => object.values_mut().any(|item| self.strike(item, at)),
            _ => false,
        }
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(object) => object.values().map(size).sum(),
        _ => 0,
    }
}

fn any_blow() -> impl Strategy<Value = Blow> {
    let hostile = vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!({}),
        json!([]),
        json!(""),
        json!("-"),
        json!("..."),
        json!("\u{202e}gnp.exe\u{1b}[2J\r\nlevel=ERROR"),
        json!("é".repeat(9_000)),
        json!("{\"sample\":true"),
        json!("{\"findings\":[[[[{}]]]]}"),
        json!("NaN"),
        json!("99999-99-99T99:99:99Z"),
        json!("Wed, 99 Feb 999999 99:99:99 GMT"),
        json!("scimcred-acme0old0001"),
        json!("Success"),
        json!("RESOLVED"),
        json!("3002"),
    ];
    prop_oneof![
        4 => select(hostile).prop_map(Blow::Put),
        1 => (0_usize..3).prop_map(Blow::Listed),
        1 => Just(Blow::Written),
        2 => any::<Index>().prop_map(Blow::Without),
        1 => Just(Blow::Shouted),
    ]
}

/// A reader survives every event, also after some of its values were removed, retyped or made hostile: it does not
/// panic, names no key, and says nothing that a person could not see.
pub(super) fn survives(claims: fn(At<'_>) -> bool, read: fn(At<'_>) -> Vec<Said>) {
    let config =
        Config { cases: 1_500, rng_seed: RngSeed::Fixed(4711), failure_persistence: None, ..Config::default() };
    let names: Vec<&str> = SAMPLES.iter().map(|(file, _)| file.trim_end_matches(".json")).collect();
    let own: Vec<&str> = names.iter().copied().filter(|name| claims(At::of(&sample(name)))).collect();
    let blows = proptest::collection::vec((any::<Index>(), any_blow()), 0..6);
    let tampered = (prop_oneof![4 => select(own), 1 => select(names)], blows).prop_map(|(name, blows)| {
        let mut event = sample(name);
        for (place, blow) in blows {
            let mut at = place.index(size(&event));
            blow.strike(&mut event, &mut at);
        }
        event
    });
    let (incidents, others) = (Cell::new(0), Cell::new(0));
    let outcome = TestRunner::new(config).run(&tampered, |event| {
        let said = read(At::of(&event));
        prop_assert!(said.is_empty() || claims(At::of(&event)), "it read what it does not claim");
        for said in &said {
            let count = if matches!(said, Said::Incident(_)) { &incidents } else { &others };
            count.set(count.get() + 1);
            let line = line(said);
            let can_be_seen = |c: char| !c.is_control() && !strict::is_unseen(c);
            prop_assert!(line.chars().all(can_be_seen) && line.chars().count() < 1_200, "{line:?}");
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(incidents.get() > 20 && others.get() > 20, "{incidents:?} incidents and {others:?} others were said");
}

#[test]
fn every_event_has_its_provenance_and_every_provenance_its_event() {
    let index = strict::parse(include_bytes!("../../../tests/fixtures/events/aws/INDEX.json")).unwrap();
    let entries = index.as_array().unwrap();
    let indexed: Vec<&str> = entries.iter().filter_map(|entry| entry["file"].as_str()).collect();
    let files: Vec<&str> = SAMPLES.iter().map(|(file, _)| *file).collect();
    assert_eq!(indexed, files);
    for entry in entries {
        let ours = entry["file"].as_str().is_some_and(|file| file.starts_with("ours_"));
        assert_eq!(ours, entry["kind"].as_str().is_some_and(|kind| kind.starts_with("made up by us")), "{entry}");
    }
}

#[test]
fn an_event_of_none_of_the_sources_is_left_to_others() {
    for event in [
        json!({}),
        json!([]),
        json!("text"),
        json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} }),
        json!({ "source": "scim-key-lifecycle", "kind": "schedule" }),
        json!({ "Records": [{ "eventSource": "aws:sqs", "body": "{}" }] }),
        json!({ "value": [{ "riskState": "atRisk" }] }),
    ] {
        assert_eq!(told(&event), "not ours", "{event}");
    }
}
