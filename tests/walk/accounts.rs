//! Several accounts: one invocation serves one, by its own secret.

use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::handler;
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};

use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::{self, Arrival};

use crate::stage::{EXPIRED, OLD, Stage, YOUNG, key, secret_id};

fn two_accounts() -> Stage {
    let keys = [key(OLD, 379, 365), key(YOUNG, 30, 365)];
    let mut stage = Stage::new(&keys, &[YOUNG], EXPIRED);
    stage.add_account("globex", &keys);
    stage
}

fn event_for(account: &str) -> String {
    format!(r#"{{"source":"scim-key-lifecycle","kind":"schedule","account":"{account}"}}"#)
}

#[tokio::test]
async fn without_a_name_the_answer_is_the_list_of_accounts_and_nothing_is_called() {
    let stage = two_accounts();
    for event in [crate::stage::EVENT, include_str!("../../events/schedule.json")] {
        let played = stage.play_event(event).await.unwrap();
        assert_eq!(
            played.answer,
            serde_json::json!({ "status": "fan_out", "accounts": [{ "account": "acme", "register": "822b33ad87c148a0" }, { "account": "globex", "register": "5bc1a08d28e40fe7" }], "notices": [] })
        );
        assert_eq!(played.calls, []);
    }
}

/// In another's event `account` is a word of its own, such as AWS's.
#[test]
fn what_another_s_event_says_to_several_accounts_is_sent_to_a_loop_whatever_account_it_names() {
    let account = |name: &str| format!(r#"{{"name":"{name}","site":"intl","zone":"auto","secret":"profile:{name}"}}"#);
    let rule = r#"{"id":"r","on":{"source":["aws.health"]},"all_accounts":true,"when":{"all":[]},"then":"disable"}"#;
    let accounts = format!("{},{}", account("acme"), account("globex"));
    let policy = format!(r#"{{"version":1,"mode":"enforce","accounts":[{accounts}],"rules":[{rule}]}}"#);
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let exposed = include_str!("../fixtures/events/eventbridge_awshealth_risk_credentials_exposed.json");
    let mut event: serde_json::Value = serde_json::from_str(exposed).unwrap();
    event["account"] = "acme".into();
    let now = Timestamp::from_unix_seconds(1_795_500_000);
    let Ok(Arrival::FanOut(_, names)) = trigger::read(event.to_string().as_bytes(), &policy, now) else {
        panic!("{event}")
    };
    let ending = Ending::FanOut { accounts: names.into_iter().map(handler::concerned).collect() };
    let why = ending.why().unwrap();
    assert!(
        why.starts_with("the event concerns acme, globex: ") && why.contains("scim-keys run) serves each"),
        "{why}"
    );
    assert!(why.ends_with("each needs an event of this tool's own, with its \"account\""), "{why}");
}

#[tokio::test]
async fn with_a_name_that_account_alone_is_served_under_its_own_secret_id() {
    let stage = two_accounts();
    let played = stage.play_event(&event_for("globex")).await.unwrap();
    assert_eq!((played.status(), &played.answer["report"]["account"]), ("complete", &"globex".into()));
    assert!(!played.calls.is_empty() && played.calls.iter().all(|call| call.secret_id == secret_id("globex")));
    assert_eq!(stage.status(OLD), Enabled, "acme's key of the same id is untouched");
    let there = stage.simulator.with(|world| world.account(&secret_id("globex")).unwrap().key(OLD).unwrap().status);
    assert_eq!(there, Disabled);
}

#[tokio::test]
async fn two_accounts_have_two_runs_of_one_event() {
    let stage = two_accounts();
    let mut runs = Vec::new();
    for name in ["acme", "globex"] {
        let event = crate::stage::EVENT.replacen('{', &format!(r#"{{ "account": "{name}","#), 1);
        runs.push(stage.play_event(&event).await.unwrap().answer["report"]["run"].clone());
    }
    assert_ne!(runs[0], runs[1]);
}

#[tokio::test]
async fn an_unknown_account_is_refused_by_the_name_of_the_field() {
    let stage = two_accounts();
    let refused = stage.play_event(&event_for("initech")).await.err().unwrap().0;
    assert_eq!((refused.path.as_str(), refused.value.as_str()), ("$.account", "\"initech\""));
    assert_eq!(refused.remedy, "name one that the policy has: acme, globex");
    assert_eq!(stage.simulator.calls(), []);
}

#[tokio::test]
async fn one_account_that_fails_leaves_the_other_alone() {
    let stage = two_accounts();
    stage.change(|account| "rotated".clone_into(&mut account.secret_key));
    let failed = stage.play_event(&event_for("acme")).await.unwrap();
    assert!(failed.why().contains("AuthFailure.SignatureFailure"), "{}", failed.why());
    assert_eq!(stage.play_event(&event_for("globex")).await.unwrap().status(), "complete");
}
