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

#[test]
fn what_is_left_out_of_a_body_is_printed_with_the_reason() {
    let created = |n: usize, time: &str| {
        let key = format!("scimcred-acme0new{n:04}");
        format!(
            r#"{{"source":"organization.cloud.tencent","type":"organization:CloudEvent:ApiCall","data":{{"eventID":"e-{n}",
            "eventName":"CreateSCIMCredential","errorCode":0,"apiErrorCode":0,"actionType":"Write","eventTime":"{time}",
            "responseElements":{{"CredentialId":"{key}"}}}}}}"#
        )
    };
    let fresh = (1..26).map(|n| created(n, "2026-11-24 13:59:50"));
    let all: Vec<String> = fresh.chain([created(99, "2026-11-23 13:59:50")]).collect();
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/more-than-one-run-deals-with.json");
    std::fs::write(file, format!(r#"{{"EventList":[{}]}}"#, all.join(","))).unwrap();
    let said = invoke(&[], file);
    for line in [
        "  left out  tencent.cloudaudit:e-99: it is of 2026-11-23T05:59:50Z, and when it came in that was more than guards.max_event_age (",
        "  left out  5 more incidents that ask a rule: send it in parts\n",
    ] {
        assert!(said.contains(line), "{said}");
    }
    assert!(said.contains("left_out: 5 more incidents of this event ask a rule: send it in parts"), "{said}");
}
