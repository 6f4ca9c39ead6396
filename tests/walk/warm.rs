//! The account's zone, where the policy has it looked up: asked for once in the life of a process, and again where the cloud
//! no longer knows it.

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Action, Fault, SimAccount};

use crate::stage::{LIST, OLD, Played, SECRET_KEY, Stage, UPDATE, YOUNG, key, secret_id};

const DESCRIBE: Action = Action::DescribeIdentityCenter;
const OTHER_ZONE: &str = "z-anotherzone0";

/// A process that has run once, and disabled the key; somebody has enabled it since.
async fn warm() -> Stage {
    let stage = Stage::expired();
    let first = stage.play().await;
    assert_eq!(asked(&first), [DESCRIBE, LIST, UPDATE, LIST].map(Action::name));
    stage.change(|account| account.set_status(OLD, Enabled));
    stage
}

fn asked(played: &Played) -> Vec<&str> {
    played.calls.iter().map(|call| call.action.as_str()).collect()
}

#[tokio::test]
async fn the_second_run_of_a_process_needs_one_list_and_one_write() {
    let stage = warm().await;
    let second = stage.play().await;
    assert_eq!(asked(&second), [LIST, UPDATE, LIST].map(Action::name));
    assert_eq!((second.status(), stage.statuses()), ("complete", [Disabled, Enabled]));
}

#[tokio::test]
async fn a_zone_that_was_replaced_meanwhile_is_asked_for_again_before_anything_is_written() {
    let stage = warm().await;
    stage.change(|account| OTHER_ZONE.clone_into(&mut account.zone_id));
    let second = stage.play().await;
    assert_eq!(asked(&second), [LIST, DESCRIBE, LIST, UPDATE, LIST].map(Action::name));
    assert_eq!(second.calls[0].answer, "FailedOperation.ZoneIdNotExist");
    assert_eq!((second.status(), second.outcome(OLD)), ("complete", "disabled"));
    assert_eq!(stage.statuses(), [Disabled, Enabled]);
    // And that is kept in its turn.
    assert_eq!(asked(&stage.play().await), [LIST.name()]);
}

#[tokio::test]
async fn keys_of_another_zone_than_was_asked_for_have_the_zone_asked_for_again() {
    let stage = warm().await;
    let listing = format!(
        r#"{{"Response":{{"TotalCounts":1,"RequestId":"r","SCIMCredentials":[{{"ZoneId":"{OTHER_ZONE}",
            "Status":"Enabled","CredentialId":"{OLD}","CredentialType":"BearerToken",
            "CreateTime":"2025-01-01 00:00:00","ExpireTime":"2025-06-01 00:00:00"}}]}}}}"#
    );
    stage.simulator.inject(LIST, 1, Fault::Instead(listing));
    let second = stage.play().await;
    assert_eq!(asked(&second), [LIST, DESCRIBE, LIST, UPDATE, LIST].map(Action::name));
}

#[tokio::test]
async fn what_will_pass_has_no_zone_asked_for_again() {
    for fault in [Fault::Throttle, Fault::Gateway(502), Fault::ResetBefore, Fault::Garbage] {
        let stage = warm().await;
        stage.simulator.inject(LIST, 1, fault);
        assert_eq!(asked(&stage.play().await), [LIST, LIST, UPDATE, LIST].map(Action::name));
    }
}

#[tokio::test]
async fn a_look_that_is_refused_for_good_is_tried_once_more_and_says_why() {
    let stage = warm().await;
    stage.change(|account| account.denied.insert(LIST));
    let second = stage.play().await;
    assert_eq!(asked(&second), [LIST, DESCRIBE, LIST].map(Action::name));
    assert!(second.why().contains("ListSCIMCredentials was answered with UnauthorizedOperation"), "{}", second.why());
    assert_eq!((second.status(), stage.status(OLD)), ("failed", Enabled));
}

#[tokio::test]
async fn what_was_found_with_one_secret_is_nothing_to_another() {
    let mut stage = warm().await;
    let mut other = SimAccount::new(&secret_id("other"), SECRET_KEY, OTHER_ZONE);
    other.keys = vec![key(OLD, 379, 365), key(YOUNG, 30, 365)];
    stage.simulator.add_account(other);
    stage.change_secret("acme", "other");
    let second = stage.play().await;
    assert_eq!(asked(&second), [DESCRIBE, LIST, UPDATE, LIST].map(Action::name));
    let its = |world: &mut scim_key_lifecycle::simulator::World| {
        world.account(&secret_id("other")).unwrap().key(OLD).unwrap().status
    };
    assert_eq!((stage.simulator.with(its), stage.status(OLD)), (Disabled, Enabled));
}
