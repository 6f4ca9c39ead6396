//! For the readers' tests: the events of `tests/fixtures/events`, what is said of them in a line each, and events that
//! somebody has tampered with.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Value, json};

use super::lenient::At;
use super::records::{self, Event};
use super::{Actor, Change, Incident, Said, Untold};
use crate::json as strict;
use crate::zone::CredentialId;

macro_rules! samples {
    ($($name:literal),* $(,)?) => {
        /// Every event, by the name of its file without the ending.
        const SAMPLES: &[(&str, &str)] = &[$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/events/", $name, ".json")),
        )),*];
    };
}

samples!(
    "caep_credential_change",
    "caep_risk_level_change",
    "caep_session_revoked",
    "cloudaudit_describe_events_2023",
    "cloudaudit_lookup_events_2019",
    "cloudtrail_consolelogin_no_mfa",
    "entra_graph_riskdetection",
    "entra_graph_riskyuser",
    "entra_high_risk_signin",
    "entra_signin_risklevel_during_signin",
    "eventbridge_awshealth_risk_credentials_exposed",
    "eventbridge_console_signin_failure",
    "eventbridge_guardduty_iamuser_toripcaller",
    "github_secret_scanning_alert",
    "guardduty_finding_bare_high_severity",
    "ocsf_authentication_3002_cloudtrail",
    "okta_anonymizing_vpn_login",
    "okta_security_threat_detected",
    "okta_system_api_token_create",
    "okta_system_api_token_revoke",
    "okta_user_report_suspicious_activity",
    "ours_guardduty_answer_of_get_findings",
    "ours_guardduty_attack_sequence",
    "ours_guardduty_documented",
    "ours_health_documented",
    "ours_ocsf_documented",
    "ours_ocsf_export",
    "ours_securityhub_documented",
    "ours_securityhub_imported_guardduty",
    "ours_securityhub_v2_guardduty",
    "ours_signin_documented",
    "ours_signin_identity_center",
    "ours_signin_log_file",
    "ours_signin_root",
    "secretsmanager_rotation_event",
    "securityhub_custom_action_iam_access_key",
    "securityhub_finding_fsbp_iam3_access_key_90d",
    "securityhub_finding_fsbp_iam8_unused_credentials",
    "tencent_eventbridge_cloudaudit_SHAPE_ONLY",
    "unverified_cloudaudit_console_login",
    "unverified_cloudaudit_create_scim_credential",
    "unverified_cloudaudit_documented",
    "unverified_cloudaudit_event_list",
    "unverified_entra_documented",
    "unverified_entra_graph_list",
    "unverified_entra_monitor_records",
    "unverified_entra_riskyuser_confirmed",
    "unverified_okta_documented",
    "unverified_okta_event_hook",
    "unverified_okta_eventbridge_risk",
    "unverified_okta_feedback_false_positive",
    "unverified_signin_federate",
);

/// What stands in some of them and must never be seen again.
pub(super) const PLANTED: [&str; 2] = ["planted-secret-never-to-be-seen", "planted-token"];

/// One event, by the name of its file without the ending.
pub(super) fn sample(name: &str) -> Value {
    let (_, text) = SAMPLES.iter().find(|(file, _)| *file == name).expect(name);
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

/// Does this reader take one of an event's records for its own?
pub(super) fn is_claimed(is_own: fn(Event<'_>) -> bool, event: &Value) -> bool {
    let mut claimed = false;
    records::each(At::of(event), &mut |event| claimed = claimed || is_own(event));
    claimed
}

/// All that an event says; nothing if no reader takes it.
pub(super) fn read(event: &Value) -> Option<Vec<Said>> {
    let mut all = Vec::new();
    match super::each(event, usize::MAX, &mut |said, _| all.push(said)) {
        Ok(()) => Some(all),
        Err(Untold::Foreign) => None,
        Err(Untold::TooMany(count)) => panic!("{count} are too many: {event}"),
    }
}

/// The one thing that an event says.
pub(super) fn said(event: &Value) -> Said {
    let mut said = read(event).unwrap_or_else(|| panic!("not ours: {event}"));
    assert_eq!(said.len(), 1, "{event}: {said:?}");
    said.remove(0)
}

/// What an event says, a line for each thing; `not ours` if no reader takes it.
pub(super) fn told(event: &Value) -> String {
    let Some(said) = read(event) else { return "not ours".to_owned() };
    said.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What each of these samples says: its name, and then a line for each thing.
pub(super) fn all_told(names: &[&str]) -> String {
    let of = |name: &&str| format!("{name}\n  {}", told(&sample(name)).replace('\n', "\n  "));
    names.iter().map(of).collect::<Vec<_>>().join("\n")
}

/// All of what is said, in one line.
pub(super) fn line(said: &Said) -> String {
    match said {
        Said::Incident(incident) => incident_line(incident),
        Said::AllClear { incident, at } => format!("all clear of {incident} at {}", shown(at.as_ref())),
        Said::Changed(change) => {
            let Change { incident, what, by, request } = change;
            let (key, request) = (shown(change.key()), shown(request.as_ref()));
            let Actor { principal, secret, account, name } = by;
            let [principal, secret, account, name] = [principal, secret, account, name].map(|id| shown(id.as_ref()));
            let by = format!("principal {principal}, secret {secret}, account {account}, name {name}");
            format!("{what:?} {key} by {by} with {request}: {}", incident_line(incident))
        }
        Said::Nothing(why) => format!("nothing: {why}"),
    }
}

fn incident_line(incident: &Incident) -> String {
    let Incident { id, source, kind, severity, actor, address, at, changed: _, implicated, evidence } = incident;
    assert_eq!(id.source(), Some(*source), "{incident:?}");
    let severity = severity.map_or("-".to_owned(), |severity| format!("{severity:?}"));
    let (actor, address, at) = (shown(actor.as_ref()), shown(address.as_ref()), shown(at.as_ref()));
    let keys: String = implicated.iter().map(|key| format!(" · names {key}")).collect();
    format!("{id} · {kind} · {severity} · {actor} · {address} · {at} · {evidence:?}{keys}")
}

fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map_or("-".to_owned(), T::to_string)
}

/// The keys that any of it implicates, or says to have changed.
fn keys(said: &[Said]) -> Vec<CredentialId> {
    let of = |said: &Said| -> Vec<CredentialId> {
        match said {
            Said::Incident(incident) => incident.implicated.iter().cloned().collect(),
            Said::Changed(change) => change.incident.implicated.iter().cloned().collect(),
            Said::AllClear { .. } | Said::Nothing(_) => Vec::new(),
        }
    };
    said.iter().flat_map(of).collect()
}

/// What befalls one value of an event.
#[derive(Clone, Debug)]
enum Blow {
    Put(Value),
    /// A list of it, so many times.
    Listed(usize),
    /// It becomes a text that is JSON.
    Written,
    /// It becomes the first half of a text.
    Halved,
    /// It comes in an envelope.
    Wrapped,
    /// One of its entries goes.
    Without(Index),
    /// Its keys are written in capitals, or in small letters.
    Recased(bool),
}

impl Blow {
    fn on(&self, value: Value) -> Value {
        match (self, value) {
            (Self::Put(other), _) => other.clone(),
            (Self::Listed(times), value) => Value::Array(vec![value; *times]),
            (Self::Written, value) => Value::String(value.to_string()),
            (Self::Halved, value) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Value::String(text.chars().take(text.chars().count() / 2).collect())
            }
            (Self::Wrapped, value) => json!({ "value": value, "detail": value }),
            (Self::Without(which), Value::Object(mut object)) if !object.is_empty() => {
                let key = object.keys().nth(which.index(object.len())).cloned().unwrap_or_default();
                object.remove(&key);
                Value::Object(object)
            }
            (Self::Recased(capitals), Value::Object(object)) => {
                let recased = |key: String| if *capitals { key.to_uppercase() } else { key.to_lowercase() };
                object.into_iter().map(|(key, value)| (recased(key), value)).collect()
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

/// The shape of a key: wherever it stands, only CloudAudit's places for one may name it.
pub(super) const PUT: &str = "scimcred-acme0old0001";

fn any_blow() -> impl Strategy<Value = Blow> {
    let hostile = vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1_795_500_000_000_i64),
        json!({}),
        json!([]),
        json!(""),
        json!("-"),
        json!("..."),
        json!("\u{202e}gnp.exe\u{1b}[2J\r\nlevel=ERROR"),
        json!("\u{202e}\u{0}123"),
        json!("é".repeat(9_000)),
        json!("{\"sample\":true"),
        json!("{\"findings\":[[[[{}]]]]}"),
        json!("NaN"),
        json!("99999-99-99T99:99:99Z"),
        json!("Wed, 99 Feb 999999 99:99:99 GMT"),
        json!(PUT),
        json!("Success"),
        json!("RESOLVED"),
        json!("3002"),
    ];
    prop_oneof![
        4 => select(hostile).prop_map(Blow::Put),
        1 => (0_usize..3).prop_map(Blow::Listed),
        1 => Just(Blow::Written),
        1 => Just(Blow::Halved),
        1 => Just(Blow::Wrapped),
        2 => any::<Index>().prop_map(Blow::Without),
        1 => any::<bool>().prop_map(Blow::Recased),
    ]
}

/// A reader survives every event, also after some of its values were removed, retyped or made hostile: nothing panics, no
/// key is named but these, no secret is shown, and nothing is said that a person could not see. `more` are events of its
/// own beside the samples.
pub(super) fn survives(is_own: fn(Event<'_>) -> bool, more: &[Value], may_name: &[&str]) {
    let config =
        Config { cases: 1_500, rng_seed: RngSeed::Fixed(4711), failure_persistence: None, ..Config::default() };
    let (mut own, mut others) = (more.to_vec(), Vec::new());
    for event in SAMPLES.iter().map(|(name, _)| sample(name)) {
        if is_claimed(is_own, &event) { own.push(event) } else { others.push(event) }
    }
    others.retain(|event| keys(&read(event).unwrap_or_default()).is_empty());
    let blows = proptest::collection::vec((any::<Index>(), any_blow()), 0..6);
    let tampered = (prop_oneof![4 => select(own), 1 => select(others)], blows).prop_map(|(mut event, blows)| {
        for (place, blow) in blows {
            let mut at = place.index(size(&event));
            blow.strike(&mut event, &mut at);
        }
        event
    });
    let (happenings, nothings) = (Cell::new(0), Cell::new(0));
    let outcome = TestRunner::new(config).run(&tampered, |event| {
        let said = read(&event).unwrap_or_default();
        prop_assert!(keys(&said).iter().all(|key| may_name.contains(&key.as_str())), "{event}: {said:?}");
        for said in &said {
            let count = if matches!(said, Said::Nothing(_) | Said::AllClear { .. }) { &nothings } else { &happenings };
            count.set(count.get() + 1);
            let line = line(said);
            let can_be_seen = |c: char| !c.is_control() && !strict::is_unseen(c);
            prop_assert!(line.chars().all(can_be_seen) && line.chars().count() < 2_000, "{line:?}");
            prop_assert!(PLANTED.iter().all(|planted| !format!("{said:?}").contains(planted)), "{line}");
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(
        happenings.get() > 20 && nothings.get() > 20,
        "{happenings:?} happenings and {nothings:?} others were said"
    );
}

#[test]
fn every_event_has_its_provenance_and_every_provenance_its_event() {
    let index = strict::parse(include_bytes!("../../../tests/fixtures/events/INDEX.json")).unwrap();
    let entries = index.as_array().unwrap();
    let indexed: Vec<&str> = entries.iter().filter_map(|entry| entry["file"].as_str()?.strip_suffix(".json")).collect();
    let files: Vec<&str> = SAMPLES.iter().map(|(file, _)| *file).collect();
    assert_eq!(indexed, files);
    for entry in entries {
        let begins = |key: &str, with: &str| entry[key].as_str().is_some_and(|text| text.starts_with(with));
        assert_eq!(begins("file", "ours_"), begins("kind", "made up by us"), "{entry}");
        assert_eq!(begins("file", "unverified_"), begins("kind", "UNVERIFIED SHAPE, ours"), "{entry}");
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

#[test]
fn each_record_of_a_body_is_read_by_its_own_reader() {
    let (okta, entra) = (sample("okta_system_api_token_create"), sample("entra_graph_riskyuser"));
    let both = json!({ "Records": [okta, { "nobody": "knows" }, entra] });
    assert_eq!(told(&both), format!("{}\n{}", told(&okta), told(&entra)));
}

#[test]
fn a_blow_changes_what_it_strikes() {
    let event = json!({ "a": { "b": ["1", 2] }, "c": null });
    let struck = |blow: &Blow, mut at: usize| {
        let mut event = event.clone();
        blow.strike(&mut event, &mut at);
        event
    };
    assert_eq!(size(&event), 6);
    assert_eq!(struck(&Blow::Recased(true), 0), json!({ "A": { "b": ["1", 2] }, "C": null }));
    assert_eq!(struck(&Blow::Put(json!(7)), 3), json!({ "a": { "b": [7, 2] }, "c": null }));
    assert_eq!(struck(&Blow::Listed(2), 5), json!({ "a": { "b": ["1", 2] }, "c": [null, null] }));
}
