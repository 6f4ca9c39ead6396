//! What a cursor holds, which ones are believed, and how long they become.

use std::collections::BTreeSet;

use super::*;
use crate::decide::Because;
use crate::memory::{Fact, Purpose};
use crate::notice::{Notice, Topic};
use crate::policy::{Fingerprint, RuleId, Successor};
use crate::trigger::{ExecutionName, IncidentId, Receipt, RunId};
use crate::zone::{CredentialId, Status, Subject};

mod version_1;

const OLD: &str = "scimcred-aaaaaaaaaaaa";
const YOUNG: &str = "scimcred-bbbbbbbbbbbb";

/// What a cursor of version 1 holds.
fn version_1() -> &'static [u8] {
    include_bytes!("../../tests/fixtures/cursor/version-1.json")
}

fn keys(text: &str) -> Keys {
    Keys::parse(&text.into()).unwrap()
}

fn ours() -> Keys {
    keys("made-up-key-of-a-test-0123456789")
}

fn account(name: &str) -> AccountName {
    AccountName::parse(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn key(id: &str) -> CredentialId {
    CredentialId::parse(id).unwrap()
}

fn run() -> RunId {
    serde_json::from_value("9f86d081884c7d65".into()).unwrap()
}

fn execution(name: &str) -> ExecutionName {
    ExecutionName::parse(name).unwrap()
}

fn incident(name: &str) -> IncidentId {
    IncidentId::parse(name).unwrap()
}

fn rule(name: &str) -> RuleId {
    RuleId::parse(name).unwrap()
}

fn warned(id: &str, step: u8, looked: &str) -> Fact {
    let fingerprint = Fingerprint::parse("0123456789abcdef").unwrap();
    Fact::Warned { credential: key(id), rule: rule("superseded"), fingerprint, step, looked: at(looked) }
}

/// A short cursor of `acme`, for generation 7.
fn cursor() -> Cursor {
    let mut facts = Memory::default();
    facts.learn(at("2026-11-24T06:00:00Z"), Fact::Resumed);
    Cursor { version: VERSION, account: account("acme"), generation: 7, as_of: None, facts, run: None }
}

fn sealed() -> String {
    cursor().seal(&ours()).unwrap().to_string()
}

/// A payload sealed by us as a cursor, whatever it holds.
fn sealed_payload(payload: &str) -> String {
    jws::seal(Type::Cursor, payload.as_bytes(), &ours()).to_string()
}

fn opened(sealed: &str) -> Result<Cursor, Disbelieved> {
    Cursor::open(sealed, &account("acme"), Some(&ours()))
}

#[test]
fn what_was_sealed_is_opened_whole() {
    assert_eq!(opened(&sealed()), Ok(cursor()));
    let whole = Cursor::read(version_1()).unwrap();
    assert_eq!(opened(whole.seal(&ours()).unwrap().as_str()), Ok(whole));
}

#[test]
fn without_a_key_no_cursor_is_believed() {
    assert_eq!(Cursor::open(&sealed(), &account("acme"), None), Err(Disbelieved::NoKey));
}

#[test]
fn a_cursor_of_another_key_is_not_believed() {
    let theirs = cursor().seal(&keys("another-made-up-key-of-this-test")).unwrap();
    assert!(matches!(opened(theirs.as_str()), Err(Disbelieved::Seal(NotOpened::UnknownKey { .. }))));
}

#[test]
fn a_cursor_whose_payload_was_exchanged_is_not_believed() {
    let (genuine, richer) = (sealed(), Cursor { generation: 8, ..cursor() }.seal(&ours()).unwrap().to_string());
    let part = |sealed: &str, number: usize| sealed.split('.').nth(number).unwrap().to_owned();
    let forged = [part(&genuine, 0), part(&richer, 1), part(&genuine, 2)].join(".");
    assert!(matches!(opened(&forged), Err(Disbelieved::Seal(NotOpened::BadSignature { .. }))));
}

#[test]
fn a_cursor_that_was_cut_is_not_believed_wherever_it_was() {
    let genuine = sealed();
    for length in 0..genuine.len() {
        assert!(matches!(opened(&genuine[..length]), Err(Disbelieved::Seal(_))), "{length}");
    }
}

#[test]
fn another_accounts_cursor_is_not_believed() {
    let theirs = Cursor { account: account("globex"), ..cursor() }.seal(&ours()).unwrap();
    assert_eq!(opened(theirs.as_str()), Err(Disbelieved::Account(account("globex"))));
}

#[test]
fn a_cursor_of_another_version_is_not_believed_whatever_else_it_says() {
    for (payload, version) in [(r#"{"version":2,"soul":[]}"#, 2), (r#"{"version":0}"#, 0)] {
        assert_eq!(opened(&sealed_payload(payload)), Err(Disbelieved::Version(version)));
    }
}

#[test]
fn a_sealed_payload_that_is_no_cursor_is_not_believed() {
    let later_field = String::from_utf8(version_1().to_vec()).unwrap().replacen(
        r#""generation": 7"#,
        r#""generation": 7,"more":1"#,
        1,
    );
    for payload in ["", "null", "[]", "{}", r#"{"version":"1"}"#, r#"{"version":1}"#, "\u{0}", &later_field] {
        assert!(matches!(opened(&sealed_payload(payload)), Err(Disbelieved::Content { .. })), "{payload}");
    }
}

#[test]
fn a_receipt_is_no_cursor() {
    let payload = include_bytes!("../../tests/fixtures/cursor/receipt.json");
    let receipt = jws::seal(Type::Receipt, payload, &ours());
    assert_eq!(opened(receipt.as_str()), Err(Disbelieved::Seal(NotOpened::WrongType(Some(Type::Receipt)))));
    let posing = jws::seal(Type::Receipt, &serde_json::to_vec(&cursor()).unwrap(), &ours());
    assert_eq!(opened(posing.as_str()), Err(Disbelieved::Seal(NotOpened::WrongType(Some(Type::Receipt)))));
}

fn of_register(register: &Register) -> Result<Option<Cursor>, Unusable> {
    Cursor::of_register(register, &account("acme"), Some(&ours()))
}

#[test]
fn a_register_is_believed_if_its_cursor_was_sealed_for_that_generation() {
    let newest = |generation| Register::Newest { generation, cursor: sealed() };
    assert_eq!(of_register(&newest(7)), Ok(Some(cursor())));
    for found in [6, 8] {
        let wrong = Disbelieved::Generation { sealed: 7, found };
        assert_eq!(of_register(&newest(found)), Err(Unusable::Disbelieved(wrong)));
    }
}

#[test]
fn a_register_that_is_not_there_is_no_error_and_one_that_cannot_be_read_is() {
    assert_eq!(of_register(&Register::Absent), Ok(None));
    let unreadable = of_register(&Register::Unreadable("AccessDenied".to_owned())).unwrap_err();
    assert_eq!(unreadable.to_string(), "the register could not be read: AccessDenied");
    let forged = of_register(&Register::Newest { generation: 7, cursor: "forged".to_owned() }).unwrap_err();
    assert!(forged.to_string().contains("only \"scim-keys register reset\" goes on from it"), "{forged}");
}

#[test]
fn what_is_said_of_a_cursor_that_is_not_believed_does_not_show_it() {
    let bad = sealed_payload(r#"{"version":1,"account":"acme","generation":7,"facts":"hunter2"}"#);
    let why = opened(&bad).unwrap_err().to_string();
    assert!(!why.contains(&bad[..20]) && !why.contains("hunter2"), "{why}");
}

/// The cursor of a run that has just switched a key off. Both keys are on the ladders of so many rules, each with three steps
/// that have all been given, after ten incidents, a disable that was upheld and a restore that ended them all.
fn realistic(rules: u32) -> Cursor {
    let now = at("2026-11-24T06:00:00.123Z");
    let mut cursor = Cursor { as_of: Some(now), run: Some(in_flight()), ..cursor() };
    let incidents = || (0..10).map(|number| incident(&format!("INC-2026-{number:04}")));
    let facts = [OLD, YOUNG].into_iter().flat_map(|id| of_its_key(id, &incidents().collect(), rules));
    let answers = incidents().map(|incident| (0, Fact::Answered { incident, dated: Some(now) }));
    for (second, fact) in facts.chain(answers).chain([(1, Fact::Resumed)]) {
        cursor.facts.learn(now.plus(std::time::Duration::from_secs(second)), fact);
    }
    cursor
}

/// What is remembered of one key, by seconds.
fn of_its_key(id: &str, incidents: &BTreeSet<IncidentId>, rules: u32) -> Vec<(u64, Fact)> {
    let (subject, now) = (|| Subject::from(key(id)), at("2026-11-24T06:00:00.123Z"));
    let by = || execution("a-step-functions-execution-name-has-up-to-80-characters-0123456789abcdef01234567/0");
    let told = |about: &str| Fact::Told { subject: subject(), about: format!("{about}#0123456789abcdef") };
    let mut facts = vec![
        (0, Fact::Seen { subject: subject(), status: Status::Enabled }),
        (1, Fact::Seen { subject: subject(), status: Status::Disabled }),
        (1, Fact::Disabled { subject: subject(), run: run(), rule: Some(rule("superseded-00")) }),
        (2, Fact::Heard { subject: subject(), status: Status::Disabled }),
        (2, Fact::Vouched { credential: key(id), by: crate::trigger::Text::of("100000000001").unwrap() }),
        (2, told("held/superseded-00")),
        (2, told("contested/INC-2026-0000")),
    ];
    let contested = (Purpose::Contested, incidents.iter().take(1).cloned().collect(), None);
    let restore = (Purpose::Restore, incidents.clone(), Some(now));
    for (purpose, incidents, disable) in [contested, restore] {
        facts.push((3, Fact::Intended { subject: subject(), purpose, incidents, disable, execution: by() }));
        facts.push((4, Fact::Done { subject: subject(), execution: by(), formed: now, sent: true }));
    }
    let implicated =
        |incident: &IncidentId| Fact::Implicated { subject: subject(), incident: incident.clone(), dated: Some(now) };
    facts.extend(incidents.iter().map(|incident| (0, implicated(incident))));
    for (number, step) in (0..rules).flat_map(|number| (0..3_u8).map(move |step| (number, step))) {
        let fingerprint = Fingerprint::parse(&format!("{number:016x}")).unwrap();
        let rule = rule(&format!("superseded-{number:02}"));
        let warned = Fact::Warned { credential: key(id), rule, fingerprint, step, looked: now };
        facts.push((60 + u64::from(number), warned));
    }
    facts
}

/// A record with one write, of which people are to be told.
fn in_flight() -> Record {
    let (because, now) = (Because::Rule(rule("superseded-00")), at("2026-11-24T06:00:00.123Z"));
    let why = Some("x".repeat(crate::notice::REASON));
    let notice = Notice {
        id: format!("{}/{OLD}/disable/superseded-00", run()),
        topic: Topic::Disable,
        credentials: vec![key(OLD)],
        rule: Some(rule("superseded-00")),
        text: "x".repeat(crate::notice::REASON),
    };
    let says = Some(ToldState { subject: key(OLD).into(), status: Status::Disabled, as_of: Some(now) });
    Record {
        run: run(),
        accepted: now,
        until: now.plus(Record::LONGEST),
        hops: 2,
        outcomes: vec![RecordedOutcome {
            subject: key(OLD).into(),
            because: because.clone(),
            state: OutcomeState::Disabled,
            why,
            request_ids: vec!["60ebab32-73ff-4d3d-abdf-af9b1e866add".to_owned()],
            since: None,
        }],
        written: vec![Written { credential: key(OLD), because, must_stay: Successor::Vouched, undoable: true }],
        look_at: Some(now.plus(std::time::Duration::from_secs(60))),
        notices: vec![Outstanding { notice, then: None, says }],
        no_subject: false,
        told_blind: false,
        gone: BTreeSet::new(),
        ended: None,
    }
}

#[test]
fn a_cursor_that_is_too_long_is_not_sealed_and_says_how_long_it_is() {
    let long = realistic(30);
    let bytes = long.sealed_length(&ours());
    assert!(bytes > MAX_CURSOR);
    assert_eq!(long.seal(&ours()), Err(TooLarge { bytes }));
    assert_eq!(TooLarge { bytes: 20_000 }.to_string(), "the cursor has 20000 bytes, and 49152 are allowed");
}

/// A hop keeps 4 KiB for what it may add. Each rule with three steps adds some 1.5 KiB.
#[test]
fn ten_incidents_and_twenty_ladders_of_three_steps_on_both_keys_fit_and_leave_room_for_a_hop() {
    let bytes = realistic(20).sealed_length(&ours());
    assert!(bytes + 4 * 1024 <= MAX_CURSOR, "{bytes}");
}
