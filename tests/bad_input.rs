//! The operator's tool on bad input: it ends with the right code, names the place and the remedy, and never panics.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The event, the policy or the settings cannot be worked with.
const REFUSED: i32 = 1;
/// The command line is wrong.
const COMMAND_LINE: i32 = 2;
/// The zone could not be seen.
const FAILED: i32 = 5;

/// Runs `scim-keys` in an empty environment with this on its standard input.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    run_with(&[], arguments, input)
}

/// The same, with these variables.
fn run_with(variables: &[(&str, &str)], arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_scim-keys"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A child that refuses its arguments ends without reading.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// It ends with this code and says all of this, in one place or the other, without a panic.
fn assert_says(output: &Output, code: i32, says: &[&str]) {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    for part in says {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{text}");
}

fn event_says(event: &[u8], says: &[&str]) {
    let output = run(&["invoke", "-"], event);
    assert_says(&output, REFUSED, &[says, &["remedy: "]].concat());
    assert!(output.stdout.is_empty(), "an error is no report");
    assert!(output.stderr.len() < 1_000, "an error is short");
}

/// Writes a file for a test, named after it.
fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const NATIVE: &[u8] = br#"{"source":"scim-key-lifecycle","kind":"schedule"}"#;

#[test]
fn an_event_that_is_not_one_json_object_is_refused() {
    event_says(b"", &["$: not JSON: EOF"]);
    event_says(b"schedule", &["$: not JSON", "send one JSON object"]);
    event_says(&[0xff, 0xfe, 0x00], &["$: not JSON"]);
    event_says(br#"[{"source":"scim-key-lifecycle"}]"#, &["$: an event is a JSON object"]);
    event_says(br#"{"source":"scim-key-lifecycle","kind":"schedule"} {}"#, &["$: not JSON: trailing characters"]);
}

#[test]
fn a_field_of_the_wrong_type_or_name_is_named() {
    let native = |rest: &str| format!(r#"{{"source":"scim-key-lifecycle","kind":"schedule",{rest}}}"#);
    let cases = [
        (r#""time":1795500000"#, "$.time: this must be a text", "2026-11-24T06:00:00Z"),
        (r#""time":"tomorrow""#, "$.time: this is not a time", "RFC 3339"),
        (r#""account":123456789012"#, "$.account: this must be a text", "name one of the policy's accounts"),
        (r#""account":"globex""#, "$.account: the policy has no account", "name one that the policy has: acme"),
        (r#""acount":"acme""#, "$.acount: this field is not known", "source, kind, schedule, time, account"),
    ];
    for (rest, why, remedy) in cases {
        event_says(native(rest).as_bytes(), &[why, remedy]);
    }
    event_says(br#"{"source":"scim-key-lifecycle","kind":"hygiene"}"#, &["$.kind", "\"kind\": \"schedule\""]);
}

#[test]
fn an_event_that_is_too_long_or_too_deep_is_refused_and_not_followed() {
    let long = format!(r#"{{"source":"scim-key-lifecycle","kind":"{}"}}"#, "x".repeat(300 * 1024));
    let record = include_str!("fixtures/events/unverified_cloudaudit_create_scim_credential.json");
    let batch = format!(r#"{{"EventList":[{}]}}"#, vec![record; 300 * 1024 / record.len()].join(","));
    for body in [long, batch] {
        let says = ["$: an event has at most 262144 bytes; nothing in it was acted on", "send a batch in parts"];
        event_says(body.as_bytes(), &says);
    }
    event_says("[".repeat(100_000).as_bytes(), &["$[0][0]: nested deeper than 64"]);
    event_says(r#"{"a":"#.repeat(50_000).as_bytes(), &["$.a.a: nested deeper than 64"]);
}

#[test]
fn a_key_that_stands_twice_is_named_in_events_and_policies() {
    event_says(
        br#"{"source":"scim-key-lifecycle","kind":"schedule","account":"acme","account":"globex"}"#,
        &["$.account: this key stands twice"],
    );
    let policy = file("twice.json", r#"{"version":1,"mode":"report","mode":"enforce","accounts":[],"rules":[]}"#);
    let output = run(&["policy", "check", &policy], b"");
    assert_says(&output, REFUSED, &["twice.json", "$.mode: this key stands twice", "remedy: "]);
}

#[test]
fn ids_of_the_wrong_shape_are_named_in_a_policy() {
    let policy = include_str!("../demo/policy.json")
        .replace(r#""zone": "auto""#, r#""zone": "z-1""#)
        .replace("scimcred-acme0new0001", "scimcred-ACME");
    let policy = file("shapes.json", &policy);
    let says = ["$.accounts[0].zone: ", "found: \"z-1\"", "z-vft38p2hq8tq", "$.known[0].credential: ", "scimcred-ACME"];
    for arguments in [&["policy", "check", &policy][..], &["invoke", "-", "--policy", &policy]] {
        assert_says(&run(arguments, NATIVE), REFUSED, &says);
    }
}

#[test]
fn every_one_of_ten_mistakes_is_shown_and_the_secret_among_them_is_not() {
    let output = run(&["policy", "check", "tests/fixtures/policies/bad/ten-mistakes.json"], b"");
    let places = [
        "$.version",
        "$.mode",
        "$.accounts[0].secret",
        "$.utc_offsets[0]",
        "$.rules[0].when.older_than",
        "$.rules[0].then",
        "$.rules[0].successer",
        "$.rules[1].when",
        "$.rules[1].waives[0]",
        "$.guards.protect[0]",
    ];
    assert_says(&output, REFUSED, &places);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.matches("remedy: ").count(), 10, "{text}");
    assert!(!text.contains("AKIDnobodyMayEverSeeThis"), "{text}");
}

#[test]
fn a_policy_that_is_no_policy_is_refused() {
    for (text, says) in [("", "not JSON"), ("[]", "$"), ("{}", "$.accounts"), (&"[".repeat(100_000), "nested deeper")] {
        let policy = file("no-policy.json", text);
        assert_says(&run(&["policy", "check", &policy], b""), REFUSED, &[says, "remedy: "]);
    }
}

#[test]
fn an_endpoint_is_https_or_this_machine() {
    for (url, why) in [
        ("ftp://127.0.0.1", "neither https nor http"),
        ("http://organization.tencentcloudapi.com", "plain http is only for this machine"),
        ("https://user:word@host", "a user or a password"),
        ("organization.tencentcloudapi.com", "not a URL"),
    ] {
        let output = run(&["invoke", "-", "--policy", "demo/policy.json", "--endpoint", url], NATIVE);
        assert_says(&output, REFUSED, &["endpoint ", why, "write https://HOST[:PORT]"]);
    }
}

#[test]
fn a_missing_secret_fails_the_run_and_names_the_variables() {
    let arguments = ["invoke", "-", "--policy", "demo/policy.json", "--endpoint", "http://127.0.0.1:1"];
    let says = ["failed: no secret from `env`", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"];
    assert_says(&run(&arguments, NATIVE), FAILED, &says);
}

#[test]
fn a_cursors_key_that_is_none_is_refused_and_not_shown() {
    let output = run_with(&[("SCIM_KEYS_CURSOR_KEY", "hunter2")], &["invoke", "-"], NATIVE);
    assert_says(
        &output,
        REFUSED,
        &["SCIM_KEYS_CURSOR_KEY: the key has fewer than 32", "`openssl rand -hex 32` makes one"],
    );
    assert!(!String::from_utf8_lossy(&output.stderr).contains("hunter2"));
}

#[test]
fn a_missing_file_is_named_with_what_to_do() {
    let says = ["nowhere/policy.json", "cannot be read", "put the policy there, or name another file"];
    assert_says(&run(&["policy", "check", "nowhere/policy.json"], b""), REFUSED, &says);
    assert_says(&run(&["invoke", "-", "--policy", "nowhere/policy.json"], NATIVE), REFUSED, &says);
    let says = ["nowhere/event.json", "cannot be read", "name another file, or - for standard input"];
    assert_says(&run(&["invoke", "nowhere/event.json"], b""), REFUSED, &says);
}

#[test]
fn an_endpoint_needs_a_policy_and_the_command_line_says_so() {
    let output = run(&["invoke", "-", "--endpoint", "http://127.0.0.1:1"], NATIVE);
    assert_says(&output, COMMAND_LINE, &["--policy <POLICY>"]);
    assert_says(&run(&[], b""), COMMAND_LINE, &["Usage: scim-keys"]);
}

#[test]
fn the_function_outside_lambda_says_how_to_run_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_scim-key-lifecycle")).env_clear().output().unwrap();
    assert_says(&output, 1, &["this is the AWS Lambda function", "scim-keys invoke"]);
}
