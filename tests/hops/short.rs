//! Work that is larger than one invocation: several of them bring it to the same end as a long one.

use std::time::Duration;

use scim_key_lifecycle::simulator::Fault;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use serde_json::{Value, json};

use crate::looped::{AGED, CONTAIN, DAY, Loop, execution, incident, notices, payload, schedule};
use crate::stage::{OLD, UPDATE, YOUNG, key};

const THIRD: &str = "scimcred-cccccccccccc";
const FOURTH: &str = "scimcred-dddddddddddd";
const ALL: [&str; 4] = [OLD, YOUNG, THIRD, FOURTH];

/// All four go off.
const ALL_AGED: &str =
    r#"{"id":"aged","on":"schedule","when":{"older_than":"5d"},"then":"disable","waives":["keep_one"]}"#;

/// Four working keys, remembered as such, under these rules; each write takes two seconds.
async fn four_keys(rules: &str) -> Loop {
    let mut this = Loop::new(r#"{"id":"quiet","on":"schedule","when":{"older_than":"9999d"},"then":"warn"}"#);
    this.known = &ALL;
    this.stage.change(|account| account.keys.extend([key(THIRD, 150, 900), key(FOURTH, 120, 900)]));
    this.run(schedule(), true).await;
    this.rules = rules.to_owned();
    this.pass(DAY);
    this.stage.simulator.draw_faults(|action| (action == UPDATE).then(|| Fault::Slow(Duration::from_secs(2))));
    this
}

/// The same, after an incident that named them all, and after a person has enabled them again.
async fn contested() -> Loop {
    let mut this = four_keys(CONTAIN).await;
    this.run(incident("INC-1", &ALL), true).await;
    this.pass(DAY);
    ALL.iter().for_each(|key| this.switch(key, Enabled));
    this
}

/// What an execution for this event comes to: how it ends, the writes, the keys, what people hear, the ways back, and what
/// is remembered of each, without the times; and how many keys each of its hops wrote.
async fn comes_to(mut this: Loop, event: Value, seconds: u64) -> (Value, Vec<usize>) {
    this.stage.time = Duration::from_secs(seconds);
    let before = this.writes().len();
    let mut execution = execution("e", event);
    let (mut heard, mut wrote) = (Vec::new(), Vec::new());
    let last = loop {
        let so_far = this.writes().len();
        let answer = this.hop(&mut execution, true).await;
        wrote.push(this.writes().len() - so_far);
        let told = answer["notices"].as_array().unwrap();
        heard.extend(
            told.iter().map(|notice| json!([notice["topic"], notice["credentials"], notice["rule"]]).to_string()),
        );
        assert!(wrote.len() < 30, "it does not end: {answer:#}");
        if answer["status"] != "continue" && notices(&answer).is_empty() {
            break answer;
        }
        this.wait_for(&answer);
    };
    heard.sort();
    heard.dedup();
    let ways_back = last["receipts"].as_array().into_iter().flatten().map(|receipt| {
        let mut way_back = payload(receipt["token"].as_str().unwrap());
        (way_back["disabled"], way_back["expires"]) = (Value::Null, Value::Null);
        way_back
    });
    let ways_back: Vec<_> = ways_back.collect();
    let facts = |kind: &str| {
        let without_time = |mut fact: Value| {
            fact["at"] = Value::Null;
            fact.to_string()
        };
        let mut facts: Vec<_> = this.facts(kind).into_iter().map(without_time).collect();
        facts.sort();
        facts
    };
    let remembered = ["disabled", "implicated", "answered", "heard"].map(facts);
    let outcome = |key: &&str| {
        let credentials = last["report"]["credentials"].as_array().into_iter().flatten();
        let mut of_key = credentials.filter(|credential| credential["credential"] == **key);
        of_key.next().map(|credential| credential["outcome"]["state"].clone())
    };
    let comes_to = json!({
        "status": last["status"], "why": last["why"], "writes": this.writes()[before..],
        "off": ALL.map(|key| this.stage.status(key) == Disabled), "outcomes": ALL.iter().map(outcome).collect::<Vec<_>>(),
        "heard": heard, "ways_back": ways_back, "remembered": remembered,
    });
    (comes_to, wrote)
}

/// How many hops wrote so much.
fn hops(wrote: &[usize]) -> Vec<usize> {
    wrote.iter().copied().filter(|wrote| *wrote > 0).collect()
}

#[tokio::test]
async fn what_does_not_fit_into_one_invocation_comes_to_the_same_end_over_several() {
    let named = || incident("INC-1", &ALL);
    // Where no key stays on, a person is called.
    let scenes = [
        ("contains", 4, 13, "held"),
        ("aged", 3, 23, "complete"),
        ("all_aged", 4, 13, "held"),
        ("contested", 4, 13, "held"),
    ];
    for (scene, writes, short, status) in scenes {
        let of = async || match scene {
            "contains" => (four_keys(CONTAIN).await, named()),
            "aged" => (four_keys(AGED).await, schedule()),
            "all_aged" => (four_keys(ALL_AGED).await, schedule()),
            _ => (contested().await, schedule()),
        };
        let (this, event) = of().await;
        let (at_once, wrote) = comes_to(this, event, 60).await;
        assert_eq!(hops(&wrote), [writes], "{scene}: {at_once:#}");
        let (this, event) = of().await;
        let (over_several, wrote) = comes_to(this, event, short).await;
        assert_eq!(hops(&wrote), [2, writes - 2], "{scene}: {over_several:#}");
        assert_eq!(over_several, at_once, "{scene}");
        assert_eq!(at_once["status"], status, "{scene}");
    }
}
