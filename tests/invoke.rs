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

/// Also one of a finding that its source changed long after its last sign.
#[test]
fn every_example_is_believed_by_the_clock_that_invoke_sets_and_once_it_is_fresh_by_todays() {
    let directory = concat!(env!("CARGO_TARGET_TMPDIR"), "/fresh");
    std::fs::create_dir_all(directory).unwrap();
    let policy = format!("{directory}/policy.json");
    let all = r#"{"version":1,"mode":"report","accounts":[{"name":"acme","site":"intl","zone":"auto","secret":"env"}],
        "rules":[{"id":"all","on":{"source":[{"exists":true},{"exists":false}]},"when":{"all":[]},"then":"disable"}]}"#;
    std::fs::write(&policy, all).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scim-keys"));
        let Output { stdout, stderr, .. } =
            command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_clear().output().unwrap();
        String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap()
    };
    let mut believed = 0;
    for file in ["events", "tests/fixtures/events"].into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()) {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "json") || path.ends_with("INDEX.json") {
            continue;
        }
        let (event, fresh) = (path.to_str().unwrap(), format!("{directory}/event.json"));
        std::fs::write(&fresh, run(&["event", event, "--fresh"])).unwrap();
        let by_its_own = run(&["invoke", event, "--policy", &policy]);
        let by_todays = run(&["invoke", &fresh, "--now", "--policy", &policy]);
        for said in [&by_its_own, &by_todays] {
            assert!(!said.contains("ahead of this clock"), "{event}: {said}");
        }
        believed += usize::from(by_its_own.contains("  incident  ") && by_todays.contains("  incident  "));
    }
    assert!(believed > 30, "{believed}");
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
