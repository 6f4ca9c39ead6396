//! `scim-keys cursor show`: what it prints of a cursor, and what it does with one that is not to be believed.

use std::path::PathBuf;
use std::process::{Command, Output};

use scim_key_lifecycle::cursor::{Keys, Type, jws};

const KEY: &str = "made-up-key-of-a-test-0123456789";

/// A cursor with facts of two keys, of SCIM synchronisation and of the account, in the order of their times, and a run.
const PAYLOAD: &str = r#"{"version":1,"account":"acme","generation":8,"as_of":"2026-11-24T06:00:00Z","facts":[
  {"at":"2026-11-23T06:00:00Z","fact":"resumed"},
  {"at":"2026-11-23T06:00:00Z","fact":"seen","credential":"scimcred-bbbbbbbbbbbb","status":"Enabled"},
  {"at":"2026-11-23T06:01:00Z","fact":"seen","credential":"scimcred-aaaaaaaaaaaa","status":"Disabled"},
  {"at":"2026-11-23T06:02:00Z","fact":"seen","credential":"scim_synchronization","status":"Disabled"},
  {"at":"2026-11-24T06:00:00Z","fact":"warned","credential":"scimcred-bbbbbbbbbbbb","rule":"rotate",
   "fingerprint":"0123456789abcdef","step":0,"looked":"2026-11-23T06:00:00Z"}],
  "run":{"run":"2157f191e6f0a9e8","accepted":"2026-11-24T06:00:00Z","until":"2026-11-25T06:00:00Z","hops":2,
   "notices":[{"notice":{"id":"n","topic":"held","credentials":[],"text":"TEXT"}}],
   "ended":{"status":"complete"}}}"#;

/// All that a cursor may hold.
const VERSION_1: &str = include_str!("fixtures/cursor/version-1.json");

fn seal(typ: Type, payload: &str) -> String {
    jws::seal(typ, payload.as_bytes(), &Keys::parse(&KEY.into()).unwrap()).to_string()
}

/// Shows a file that holds this, with a key in the environment if one is given.
fn show(name: &str, content: impl AsRef<[u8]>, key: Option<&str>, arguments: &[&str]) -> Output {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_scim-keys"));
    command.args(["cursor", "show"]).arg(path).args(arguments).env_clear();
    command.envs(key.map(|key| ("SCIM_KEYS_CURSOR_KEY", key))).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn assert_refused(output: &Output, says: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && text.contains(says) && output.stdout.is_empty(), "{text}");
}

#[test]
fn facts_stand_under_their_keys_in_the_order_of_their_times() {
    let output = show("cursor", seal(Type::Cursor, PAYLOAD), Some(KEY), &["--verify"]);
    insta::assert_snapshot!(stdout(&output), @r#"
    verified: key 644d8f9ec90a9ad4 sealed it

    account acme, generation 8; a scheduled run last looked: 2026-11-24T06:00:00Z

      the account
        2026-11-23T06:00:00Z  warnings from before count no more: nothing was remembered, or nobody had looked for too long

      scimcred-aaaaaaaaaaaa
        2026-11-23T06:01:00Z  was seen Disabled

      scimcred-bbbbbbbbbbbb
        2026-11-23T06:00:00Z  was seen Enabled
        2026-11-24T06:00:00Z  people accepted warning 1 of the rule rotate, made from the look of 2026-11-23T06:00:00Z

      SCIM synchronisation
        2026-11-23T06:02:00Z  was seen Disabled

      the run 2157f191e6f0a9e8, accepted 2026-11-24T06:00:00Z, hops 2: ended complete
        people are still to be told: TEXT
    "#);
}

#[test]
fn every_kind_of_fact_has_its_words() {
    let output = show("version-1", seal(Type::Cursor, VERSION_1), None, &[]);
    insta::assert_snapshot!(stdout(&output), @r#"
    NOT VERIFIED: it names key 644d8f9ec90a9ad4, and anybody may have written it (--verify checks)

    account acme, generation 7; a scheduled run last looked: 2026-11-24T06:00:00Z

      the account
        2026-11-20T06:00:00Z  warnings from before count no more: nothing was remembered, or nobody had looked for too long
        2026-11-23T06:00:00Z  the incident INC-4711 (its source dates it 2026-11-23T05:59:00Z) has had its containment
        2026-11-23T06:00:00Z  the incident INC-4712 has had its containment
        2026-11-23T09:00:00Z  the incident INC-4711 was called off by its source, which dates that 2026-11-23T08:59:00Z
        2026-11-23T09:00:00Z  the incident INC-4712 was called off by its source

      scimcred-aaaaaaaaaaaa
        2026-11-20T06:00:00Z  was seen Enabled
        2026-11-20T06:00:02.250Z  people accepted warning 2 of the rule superseded, made from the look of 2026-11-20T06:00:00Z
        2026-11-22T06:00:00Z  execution acme-5f2b/0 means to disable it, as a rule says
        2026-11-22T06:00:03Z  execution acme-5f2b/0 is through with what it meant at 2026-11-22T06:00:00Z: a write was sent, or none was needed
        2026-11-22T06:00:03Z  the run 9f86d081884c7d65 switched it off, as the rule superseded says
        2026-11-22T06:00:04Z  people heard that it was Disabled
        2026-11-24T05:00:00Z  was seen Disabled
        2026-11-24T05:00:00Z  the run 9f86d081884c7d65 switched it off

      scimcred-bbbbbbbbbbbb
        2026-11-23T05:00:00Z  100000000001 created it, and vouches for it
        2026-11-23T06:00:00Z  the incident INC-4711 (its source dates it 2026-11-23T05:59:00Z) implicates it
        2026-11-23T06:00:00Z  people were told: unvouched_key
        2026-11-23T07:00:00Z  execution acme-77aa/1 means to disable it again, as an incident implicates it: INC-4711
        2026-11-23T08:00:00Z  execution acme-90cd/0 means to enable it, as a receipt asks, which takes back the disable of 2026-11-23T06:00:03Z, and ends what holds it off: INC-4711, INC-4712

      SCIM synchronisation
        2026-11-23T06:00:00Z  the incident INC-4712 implicates it

      the run 9f86d081884c7d65, accepted 2026-11-24T06:00:00Z, hops 2: ended held
        SCIM synchronisation disabled: it is seen to be off (request 60ebab32-73ff-4d3d-abdf-af9b1e866add)
        scimcred-aaaaaaaaaaaa enabled
        scimcred-aaaaaaaaaaaa freed
        scimcred-aaaaaaaaaaaa gone
        scimcred-aaaaaaaaaaaa changed
        scimcred-aaaaaaaaaaaa undone
        scimcred-aaaaaaaaaaaa no_good_key
        scimcred-aaaaaaaaaaaa unsettled
        scimcred-aaaaaaaaaaaa deferred
        scimcred-aaaaaaaaaaaa failed
        scimcred-aaaaaaaaaaaa held
        it looks once more at 2026-11-24T06:01:03Z
        people are still to be told: news of warning
        people are still to be told: news of would_disable
        people are still to be told: news of would_restore
        people are still to be told: news of disable
        people are still to be told: news of restore
        people are still to be told: news of found
        people are still to be told: news of held
        people are still to be told: news of unsure
        people are still to be told: news of unvouched_key
        people are still to be told: news of contested
        people are still to be told: news of no_good_key
        people are still to be told: news of blind
        people are still to be told: news of not_through
        people are still to be told: news of no_subject
        people are still to be told: news of not_believed
        people are still to be told: news of all_clear
    "#);
}

#[test]
fn a_whole_answer_shows_its_cursor() {
    let sealed = seal(Type::Cursor, PAYLOAD);
    let answer = format!(r#"{{"status":"complete","notices":[],"cursor":"{sealed}"}}"#);
    let alone = show("alone", &sealed, None, &[]);
    assert!(stdout(&alone).contains("account acme, generation 8"));
    assert_eq!(stdout(&show("answer", &answer, None, &[])), stdout(&alone));
    assert_refused(&show("no-cursor", r#"{"status":"ignored"}"#, None, &[]), "there is no cursor in it: ");
}

/// As two invocations leave that write to the same file.
#[test]
fn of_several_answers_in_one_file_each_is_shown_by_its_number() {
    let sealed = seal(Type::Cursor, PAYLOAD);
    let answer = format!(r#"{{"status":"complete","cursor":"{sealed}"}}"#);
    let without = r#"{"status":"ignored"}"#;
    let alone = stdout(&show("one-of-them", &answer, Some(KEY), &["--verify"]));
    let text = stdout(&show("several", format!("{answer}\n{without}\n{answer}"), Some(KEY), &["--verify"]));
    assert_eq!(text, format!("answer 1 of 3: {alone}\nanswer 2 of 3: it has no cursor\n\nanswer 3 of 3: {alone}"));

    let bad = show("one-bad", format!("{answer}\n{}", answer.replace(&sealed, "hello")), None, &[]);
    assert_refused(&bad, "answer 2 of 2: this is no cursor: ");
    assert_refused(&show("none", format!("{without}\n{without}"), None, &[]), "there is no cursor in it: ");
    assert_refused(&show("cut", format!("{answer}\n{{\"status\":"), None, &[]), "not JSON");
}

#[test]
fn what_windows_powershell_writes_is_shown_or_named() {
    let sealed = seal(Type::Cursor, PAYLOAD);
    let utf_16: Vec<u8> = sealed.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_refused(&show("utf-16", [&[0xff, 0xfe], &utf_16[..]].concat(), None, &[]), "utf-16 is UTF-16, ");
    assert_refused(&show("unmarked", &utf_16, None, &[]), "unmarked is UTF-16, ");
    assert_refused(&show("latin-1", [0xe9], None, &[]), "latin-1 is not UTF-8 text");
    let bytes: Vec<u8> = (0..=255).collect();
    assert_refused(&show("binary", bytes, None, &[]), "binary is not UTF-8 text");
    assert_refused(&show("zero", "with a zero \0 byte", None, &[]), "zero is not UTF-8 text");
    assert_eq!(
        stdout(&show("marked", format!("\u{feff}{sealed}"), None, &[])),
        stdout(&show("bare", &sealed, None, &[]))
    );
}

#[test]
fn without_verify_the_first_line_says_that_nothing_was_checked() {
    let forged = seal(Type::Cursor, PAYLOAD).replace('.', ".e").replacen(".e", ".", 1);
    let output = show("unverified", &forged, Some(KEY), &[]);
    assert!(stdout(&output).starts_with("NOT VERIFIED: "), "{output:?}");
    assert_refused(&show("forged", &forged, Some(KEY), &["--verify"]), "the cursor is not good: ");
}

#[test]
fn a_cursor_of_another_key_or_without_any_key_is_not_verified() {
    let sealed = seal(Type::Cursor, PAYLOAD);
    let another = "another-made-up-key-of-this-test-1";
    assert_refused(
        &show("other-key", &sealed, Some(another), &["--verify"]),
        "neither the current key nor the previous",
    );
    assert_refused(&show("no-key", &sealed, None, &["--verify"]), "or name --register DIR");
    let nowhere = show("no-folder", &sealed, None, &["--verify", "--register", "no-such-folder"]);
    assert_refused(&nowhere, "in SCIM_KEYS_CURSOR_KEY or at no-such-folder/key");
}

#[test]
fn what_is_no_cursor_is_not_shown() {
    assert_refused(&show("receipt", seal(Type::Receipt, "{}"), None, &[]), "this is no cursor: it is a ");
    assert_refused(&show("text", "hello", None, &[]), "this is no cursor: ");
    let newer = PAYLOAD.replace(r#""version":1"#, r#""version":2"#);
    assert_refused(&show("newer", seal(Type::Cursor, &newer), None, &[]), "version 2");
}

#[test]
fn no_control_character_of_a_strangers_cursor_reaches_the_terminal() {
    let payload = PAYLOAD.replace("TEXT", r"\u001b[2J\r\nverified: key 644d8f9ec90a9ad4 sealed it");
    let text = stdout(&show("control", seal(Type::Cursor, &payload), None, &[]));
    assert!(text.contains("people are still to be told: [2Jverified"), "{text}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
}
