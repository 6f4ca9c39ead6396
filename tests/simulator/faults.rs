//! Faults and people, over HTTP and in process.

use std::time::Duration;

use scim_key_lifecycle::clock::Clock;
use scim_key_lifecycle::simulator::clock::VirtualClock;
use scim_key_lifecycle::simulator::{Action, Fault, InProcess, SimStatus, Simulator, When, faults};
use scim_key_lifecycle::tencent::transport::{Request, Response, Transport, Undelivered};
use scim_key_lifecycle::time::Timestamp;

use crate::caller::{KEY, OTHER_KEY, START, Signed, list, listening, set_status, simulator, status};

const LIST: Action = Action::ListScimCredentials;
const UPDATE: Action = Action::UpdateScimCredentialStatus;

#[tokio::test]
async fn a_fault_over_http_looks_as_it_does_in_the_world() {
    let (simulator, _, to) = listening().await;
    // The fault; what the caller sees (an HTTP status and whether it is JSON, or nothing); whether the key is off.
    let cases = [
        (Fault::Throttle, Some((200, true)), false),
        (Fault::Code("InternalError".to_owned()), Some((200, true)), false),
        (Fault::Gateway(502), Some((502, false)), false),
        (Fault::RefusedConnection, None, false),
        (Fault::ResetBefore, None, false),
        (Fault::ResetAfter, None, true),
        (Fault::Slow(Duration::from_millis(20)), Some((200, true)), true),
        (Fault::Garbage, Some((200, false)), true),
        (Fault::Instead("[]".to_owned()), Some((200, true)), true),
        (Fault::NoEffect, Some((200, true)), false),
    ];
    for (fault, seen, off) in cases {
        simulator.with(|world| world.account_mut("AKIDEXAMPLE").unwrap().set_status(KEY, SimStatus::Enabled));
        simulator.inject(UPDATE, 1, fault.clone());
        let reply = set_status(KEY, "Disabled").send(&to).await;
        let is_json = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).is_ok();
        assert_eq!(reply.map(|reply| (reply.status, is_json(&reply.body))), seen, "{fault:?}");
        assert_eq!(status(&simulator, KEY) == SimStatus::Disabled, off, "{fault:?}");
        let call = simulator.calls().pop().unwrap();
        assert_eq!((call.changed, call.fault), (off, Some(fault)));
    }
}

#[tokio::test]
async fn throttling_and_codes_are_answered_as_the_service_would() {
    let (simulator, _, to) = listening().await;
    simulator.inject(LIST, 1, Fault::Throttle);
    simulator.inject(LIST, 3, Fault::Code("FailedOperation.DBOperationError".to_owned()));
    let codes = [list().code(&to).await, list().code(&to).await, list().code(&to).await];
    assert_eq!(codes, ["RequestLimitExceeded", "ok", "FailedOperation.DBOperationError"]);
}

fn listed(response: &serde_json::Value) -> Vec<&str> {
    let keys = response["SCIMCredentials"].as_array().unwrap();
    keys.iter().filter_map(|key| key["Status"].as_str()).collect()
}

#[tokio::test]
async fn a_stale_list_shows_the_keys_before_the_last_changes() {
    let (simulator, _, to) = listening().await;
    assert_eq!(set_status(KEY, "Disabled").code(&to).await, "ok");
    assert_eq!(set_status(OTHER_KEY, "Disabled").code(&to).await, "ok");
    simulator.inject(LIST, 1, Fault::StaleList(1));
    simulator.inject(LIST, 2, Fault::StaleList(2));
    assert_eq!(listed(&list().answer(&to).await), ["Disabled", "Enabled"]);
    assert_eq!(listed(&list().answer(&to).await), ["Enabled", "Enabled"]);
    assert_eq!(listed(&list().answer(&to).await), ["Disabled", "Disabled"]);
}

#[tokio::test]
async fn a_person_can_act_just_before_or_just_after_a_call() {
    let (simulator, _, to) = listening().await;
    let switch = |key: &'static str, status| {
        move |world: &mut scim_key_lifecycle::simulator::World| {
            world.account_mut("AKIDEXAMPLE").unwrap().set_status(key, status);
        }
    };
    simulator.on_call(LIST, 1, When::Before, switch(KEY, SimStatus::Disabled));
    simulator.on_call(LIST, 1, When::After, switch(OTHER_KEY, SimStatus::Disabled));
    assert_eq!(listed(&list().answer(&to).await), ["Disabled", "Enabled"]);
    assert_eq!(listed(&list().answer(&to).await), ["Disabled", "Disabled"]);
    assert!(simulator.calls().iter().all(|call| !call.changed), "what people do is not the call's doing");
}

fn request(signed: &Signed) -> Request {
    Request { headers: signed.headers.clone(), body: signed.body.clone().into_bytes() }
}

const WITHIN: Duration = Duration::from_secs(5);

async fn send(transport: &impl Transport, signed: &Signed) -> Result<Response, Undelivered> {
    transport.send(request(signed), WITHIN).await
}

#[tokio::test]
async fn in_process_the_way_to_the_service_fails_as_far_as_it_got() {
    let (simulator, clock) = simulator();
    let transport = InProcess::new(simulator.clone(), clock);
    let disable = set_status(KEY, "Disabled");
    simulator.inject(UPDATE, 1, Fault::RefusedConnection);
    simulator.inject(UPDATE, 2, Fault::ResetAfter);
    assert!(matches!(send(&transport, &disable).await, Err(Undelivered::NotSent(_))));
    assert_eq!(status(&simulator, KEY), SimStatus::Enabled);
    assert!(matches!(send(&transport, &disable).await, Err(Undelivered::MaybeSent(_))));
    assert_eq!(status(&simulator, KEY), SimStatus::Disabled);
}

#[tokio::test]
async fn in_process_a_slow_answer_takes_virtual_time_and_no_longer_than_the_caller_waits() {
    let (simulator, clock) = simulator();
    let transport = InProcess::new(simulator.clone(), clock.clone());
    simulator.inject(UPDATE, 1, Fault::Slow(Duration::from_secs(3)));
    simulator.inject(UPDATE, 2, Fault::Slow(Duration::from_secs(60)));
    let answer = send(&transport, &set_status(KEY, "Disabled")).await.unwrap();
    assert_eq!(answer.date, Some(Timestamp::from_unix_seconds(START + 3)));
    let late = send(&transport, &set_status(OTHER_KEY, "Disabled")).await;
    assert!(matches!(late, Err(Undelivered::MaybeSent(_))));
    assert_eq!(clock.now(), Timestamp::from_unix_seconds(START + 8));
    assert_eq!(status(&simulator, OTHER_KEY), SimStatus::Disabled, "the effect did take place");
}

/// Three hundred calls under seeded faults: everything that the caller saw, and everything that is on record.
async fn history(seed: u64) -> String {
    let (simulator, clock): (Simulator, VirtualClock) = simulator();
    let transport = InProcess::new(simulator.clone(), clock.clone());
    simulator.draw_faults(faults::seeded(seed, 40));
    let mut seen = Vec::new();
    for turn in 0..300_u32 {
        let word = if turn % 4 == 1 { "Disabled" } else { "Enabled" };
        let call = if turn % 2 == 0 { list() } else { set_status(KEY, word) };
        seen.push(send(&transport, &call).await);
        clock.advance(Duration::from_millis(20));
    }
    format!("{seen:?}\n{:?}", simulator.calls())
}

#[tokio::test]
async fn the_same_seed_and_calls_give_byte_identical_answers() {
    let first = history(7).await;
    assert_eq!(first, history(7).await);
    assert_ne!(first, history(8).await);
    for answer in ["RequestLimitExceeded", "\"no answer\"", "garbage", "HTTP 50", "changed: true", "MaybeSent"] {
        assert!(first.contains(answer), "{answer} never came");
    }
}
