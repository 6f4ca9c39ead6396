//! `scim-keys invoke`: what it says to whoever tries an event.

use std::process::{Command, Output};

/// Invokes with the policy and the zone of the README's incident.
fn invoke(variables: &[(&str, &str)], event: &str) -> String {
    let Output { stdout, stderr, .. } = Command::new(env!("CARGO_BIN_EXE_scim-keys"))
        .args(["invoke", event, "--policy", "demo/incident-policy.json", "--zone", "demo/incident-zone.json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap()
}

const KEY: (&str, &str) = ("SCIM_KEYS_CURSOR_KEY", "made-up-key-of-a-test-0123456789");

/// Outside of a loop a receipt would be refused.
#[test]
fn what_is_next_of_a_contained_key_is_the_console_until_the_same_event_comes_again() {
    for variables in [&[KEY][..], &[]] {
        let said = invoke(variables, "events/incident-guardduty.json");
        let next = said.lines().find(|line| line.contains("  next  ")).unwrap_or_default();
        assert!(next.contains("this run could leave no receipt: it can be enabled again in the console"), "{said}");
        assert!(next.contains("goes off again if the same event comes again"), "{said}");
        assert!(!next.contains("guards.protect") && !said.contains("way back"), "{said}");
    }
}

#[test]
fn the_clock_is_set_to_the_time_that_the_function_reads_whatever_its_shape() {
    let event = r#"{"source":"organization.cloud.tencent","type":"organization:CloudEvent:ApiCall","data":{"eventID":"1",
        "eventName":"CreateSCIMCredential","errorCode":0,"apiErrorCode":0,"actionType":"Write",
        "eventTime":"2026-11-24 13:59:50","responseElements":{"CredentialId":"scimcred-acme0new0001"}}}"#;
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/without-a-time-around.json");
    std::fs::write(file, event).unwrap();
    let said = invoke(&[], file);
    assert!(said.contains("set to the event's own time, 2026-11-24T05:59:50Z"), "{said}");
    assert!(said.contains("incident (on time)") && !said.contains("is not believed"), "{said}");
}
