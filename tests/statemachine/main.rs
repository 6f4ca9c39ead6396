//! The order of the state machine's steps that `docs/protocol.md` §5 rests on, read from its definition. What the steps do
//! is shown in an engine, by the Python tests beside this file; that takes minutes, and this none.

use std::collections::BTreeSet;

use serde_json::Value;

/// The states of one account's loop.
fn states() -> Value {
    let definition: Value = serde_json::from_str(include_str!("../../statemachine/loop.asl.json")).unwrap();
    let of_accounts = &definition["States"]["Accounts"]["ItemProcessor"]["States"];
    of_accounts["Account"]["Branches"][0]["States"].clone()
}

/// Where each state may lead: as it is meant to, and where it fails.
fn onward(state: &Value) -> Vec<&str> {
    let list = |of: &str| state[of].as_array().into_iter().flatten();
    let caught = list("Catch").map(|caught| &caught["Next"]);
    let chosen = list("Choices").map(|choice| &choice["Next"]);
    let named = [&state["Next"], &state["Default"]];
    caught.chain(chosen).chain(named).filter_map(Value::as_str).collect()
}

/// All to which these lead without a way through one of `but`, themselves among it.
fn reached<'a>(states: &'a Value, from: &[&'a str], but: &[&str]) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<_> = from.to_vec();
    while let Some(name) = next.pop() {
        if !but.contains(&name) && reached.insert(name) {
            next.extend(onward(&states[name]));
        }
    }
    reached
}

/// What one choice asks, and where it leads.
fn choices(state: &Value) -> Vec<(&str, &str)> {
    let choices = state["Choices"].as_array().unwrap();
    choices.iter().map(|choice| (choice["Condition"].as_str().unwrap(), choice["Next"].as_str().unwrap())).collect()
}

#[test]
fn what_an_answer_says_is_settled_before_anybody_is_told() {
    let states = states();
    assert_eq!(choices(&states["Answered"]), [("{% $exists($answer.settle.generation) %}", "Settle")]);
    assert_eq!(states["Answered"]["Default"], "DoFirst");
    assert_eq!(states["Invoke"]["Next"], "Answered");
    // But for what no register takes any more: then people hear of it all the same.
    assert!(!reached(&states, &["Settle"], &["Settled", "LostAgain", "Invoke"]).contains("Notify"));
    assert_eq!(choices(&states["LostAgain"]), [("{% $lost >= 10 %}", "Notify")]);
}

#[test]
fn a_settle_counts_only_after_one_more_list_that_shows_no_higher_generation() {
    let states = states();
    assert_eq!((&states["Settle"]["Next"], &states["Settle"]["Assign"]["purpose"]), (&"List".into(), &"verify".into()));
    assert!(!reached(&states, &["Settle"], &["Listed"]).contains("Settled"));
    let of_a_settle: Vec<_> =
        choices(&states["Listed"]).into_iter().filter(|(asked, _)| !asked.contains("$purpose = 'read'")).collect();
    let higher = "{% $count($generations[generation > $answer.settle.generation]) > 0 %}";
    assert_eq!(of_a_settle, [("{% $token != null %}", "List"), (higher, "Lost")]);
    assert_eq!((&states["Listed"]["Default"], &states["Unlisted"]["Default"]), (&"Settled".into(), &"Lost".into()));
}

#[test]
fn a_name_that_is_taken_or_of_which_nothing_is_known_is_a_lost_settle_and_is_never_tried_in_place() {
    let states = states();
    let caught = states["Settle"]["Catch"].as_array().unwrap();
    assert!(caught.iter().all(|caught| caught["Next"] == "Lost"), "{caught:?}");
    assert_eq!(caught.last().unwrap()["ErrorEquals"], serde_json::json!(["States.ALL"]));
    assert_eq!(states["Settle"].get("Retry"), None);
    assert_eq!(
        (&states["Lost"]["Assign"]["lost"], &states["Lost"]["Next"]),
        (&"{% $lost + 1 %}".into(), &"LostAgain".into())
    );
}

#[test]
fn what_people_accepted_is_forgotten_by_a_settle_alone() {
    let states = states();
    let forgets = |name: &&String| states[name.as_str()]["Assign"]["accepted"] == serde_json::json!([]);
    assert_eq!(states.as_object().unwrap().keys().filter(forgets).collect::<Vec<_>>(), ["Begin", "Settled"]);
}

#[test]
fn every_hop_rests_on_a_register_that_was_read_for_it() {
    let states = states();
    let names: Vec<&str> = states.as_object().unwrap().keys().map(String::as_str).collect();
    let read = ["Read", "List", "Listed", "Unlisted", "Get", "Unreadable", "Invoke"];
    let others: Vec<&str> = names.into_iter().filter(|name| !read.contains(name)).collect();
    assert!(!reached(&states, &others, &["Read", "Settle"]).contains("Invoke"));
    assert_eq!(states["Read"]["Assign"]["purpose"], "read");
    assert!(!reached(&states, &["Settle"], &["Read", "Listed", "Unlisted"]).contains("Invoke"));
    // One that cannot be read is not taken for one that is not there.
    assert_eq!(choices(&states["Unlisted"]), [("{% $purpose = 'read' %}", "Unreadable")]);
    let caught = states["Get"]["Catch"].as_array().unwrap();
    assert!(caught.iter().all(|caught| caught["Next"] == "Unreadable"), "{caught:?}");
    assert_eq!(states["Unreadable"]["Assign"]["register"], serde_json::json!({ "unreadable": "{% $why %}" }));
}

#[test]
fn a_hop_that_failed_is_tried_again_under_another_name() {
    let states = states();
    let name = states["Invoke"]["Arguments"]["Payload"]["execution"].as_str().unwrap();
    for part in ["$states.context.Execution.Name", "$account", "$string($failures + 1)", "RedriveCount"] {
        assert!(name.contains(part), "{part} is not in {name}");
    }
    let caught = states["Invoke"]["Catch"].as_array().unwrap().last().unwrap();
    assert_eq!((&caught["ErrorEquals"][0], &caught["Next"]), (&"States.ALL".into(), &"InvocationFailed".into()));
    assert_eq!(caught["Assign"]["failures"], "{% $failures + 1 %}");
    assert_eq!(states["Invoke"].get("Retry"), None, "its input is old by then");
}

#[test]
fn what_one_account_meets_stops_no_other_and_whatever_needs_a_person_is_an_alarm() {
    let definition: Value = serde_json::from_str(include_str!("../../statemachine/loop.asl.json")).unwrap();
    let top = &definition["States"];
    let account = &top["Accounts"]["ItemProcessor"]["States"]["Account"];
    let caught = &account["Catch"][0];
    assert_eq!((&caught["ErrorEquals"][0], &caught["Output"]["status"]), (&"States.ALL".into(), &"failed".into()));
    assert_eq!(top["Accounts"]["Next"], "Ended");
    assert_eq!(choices(&top["Ended"]), [("{% $count($states.input[status in ['held', 'failed']]) > 0 %}", "Alarm")]);
    assert_eq!((&top["Alarm"]["Next"], &top["Alarm"]["Catch"][0]["Next"]), (&"Failed".into(), &"Failed".into()));
}
