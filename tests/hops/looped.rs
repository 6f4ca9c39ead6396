//! The loop's part, played by hand: a register, and executions whose hops a test sends one by one.
//!
//! It is not `orchestrator::Machine`, since a test says itself what a hop is told of the register, of the last answer and of
//! what people accepted, and where a loop dies. It leaves out what is the loop's alone: to list once more after a settle (the
//! executions of a test take turns, so none is lost), to do what is meant before people are told, to try again what failed,
//! to fail where nobody accepts, and to sweep. Those the explorer, `src/orchestrator/tests.rs` and `tests/host` play.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use scim_key_lifecycle::clock::{Clock, Deadline};
use scim_key_lifecycle::cursor::Keys;
use scim_key_lifecycle::handler::{self, Function};
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::simulator::SimStatus;
use scim_key_lifecycle::time::Timestamp;
use serde_json::{Value, json};

use crate::stage::{OLD, SECRET_KEY, Stage, YOUNG, key, secret_id};

pub const DAY: Duration = Duration::from_secs(86_400);

/// How many hops a loop allows.
pub const HOPS: usize = 300;

/// A rule that holds of no key.
pub const QUIET: &str = r#"{"id":"quiet","on":"schedule","when":{"older_than":"9999d"},"then":"warn"}"#;

/// A rule that is through at once.
pub const AGED: &str = r#"{"id":"aged","on":"schedule","when":{"older_than":"90d"},"then":"disable"}"#;

/// A rule with a ladder of two steps.
pub const LADDER: &str =
    r#"{"id":"ladder","on":"schedule","when":{"older_than":"90d"},"then":"disable","warn_before":["14d","3d"]}"#;

/// A rule on incidents: what they name goes off.
pub const CONTAIN: &str = r#"{"id":"contain","on":"incident","when":{"implicated":true},"then":"disable",
    "waives":["keep_one"]}"#;

/// The function, its cloud, and the register of `acme`.
pub struct Loop {
    pub stage: Stage,
    pub mode: &'static str,
    /// The account's source of its secret.
    pub secret: &'static str,
    pub guards: &'static str,
    /// The keys for which the policy vouches.
    pub known: &'static [&'static str],
    /// Who may create keys.
    pub vouchers: &'static str,
    pub rules: String,
    /// The generations, oldest first.
    pub register: Vec<(u64, String)>,
    /// The loop cannot read it, for this reason.
    pub unreadable: Option<&'static str>,
    /// The function has no key for cursors.
    pub keyless: bool,
}

/// One execution: what the loop keeps for it.
pub struct Execution {
    pub name: String,
    pub event: Value,
    pub ours: Value,
    pub accepted: Vec<String>,
    /// By when it must be through.
    pub until: Option<Timestamp>,
}

impl Loop {
    /// Two working keys of 200 and 10 days for which the policy vouches, in enforce, under these rules.
    pub fn new(rules: &str) -> Self {
        let stage = Stage::new(&[key(OLD, 200, 900), key(YOUNG, 10, 900)], &[], "");
        let (mode, secret, guards, vouchers) = ("enforce", "env", "{}", "[]");
        let known: &[&str] = &[OLD, YOUNG];
        let (rules, register, unreadable) = (rules.to_owned(), Vec::new(), None);
        Self { stage, mode, secret, guards, known, vouchers, rules, register, unreadable, keyless: false }
    }

    /// The same, after a first run on a schedule: there is a register, and its ladders have started.
    pub async fn remembering(rules: &str) -> Self {
        let mut this = Self::new(QUIET);
        this.run(schedule(), true).await;
        this.rules = rules.to_owned();
        this.pass(DAY);
        this
    }

    pub fn pass(&self, time: Duration) {
        self.stage.clock.advance(time);
    }

    pub fn now(&self) -> Timestamp {
        self.stage.clock.now()
    }

    pub fn keys() -> Keys {
        Keys::parse(&"made-up-key-of-a-test-0123456789".into()).unwrap()
    }

    fn policy(&self) -> Policy {
        let known: Vec<_> = self.known.iter().map(|key| json!({ "credential": key, "note": "ours" })).collect();
        let text = format!(
            r#"{{"version":1,"mode":"{}","accounts":[{{"name":"acme","site":"intl","zone":"auto","secret":"{}"}}],
                "known":{},"vouchers":{},"guards":{},"rules":[{}]}}"#,
            self.mode,
            self.secret,
            json!(known),
            self.vouchers,
            self.guards,
            self.rules
        );
        Policy::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// Invokes the function with an event, and holds its answer against what is true of every answer.
    pub async fn invoke(&self, event: &Value) -> Value {
        let (policy, keys) = (self.policy(), (!self.keyless).then(Self::keys));
        let function = Function { policy: &policy, cloud: &self.stage, keys: keys.as_ref() };
        let by = Deadline(self.now().plus(self.stage.time));
        let answer = handler::handle(event.to_string().as_bytes(), &function, by).await.unwrap();
        let answer = serde_json::to_value(&answer).unwrap();
        if let Some(cursor) = answer["cursor"].as_str() {
            let payload = payload(cursor).to_string();
            for secret in [SECRET_KEY, &secret_id("acme"), "made-up-key"] {
                assert!(!payload.contains(secret), "a cursor holds a secret: {payload}");
            }
        }
        answer
    }

    fn register_now(&self) -> Value {
        match (self.unreadable, self.register.last()) {
            (Some(why), _) => json!({ "unreadable": why }),
            (None, None) => Value::Null,
            (None, Some((generation, cursor))) => json!({ "generation": generation, "cursor": cursor }),
        }
    }

    /// One hop, and nothing else: the loop crashes before it settles or tells anybody.
    pub async fn hop_unsettled(&self, execution: &mut Execution) -> Value {
        let answer = self
            .invoke(&json!({
                "source": "scim-key-lifecycle", "kind": "hop", "account": "acme", "event": execution.event,
                "execution": execution.name, "register": self.register_now(), "ours": execution.ours,
                "accepted": execution.accepted, "until": execution.until,
            }))
            .await;
        execution.ours = answer["cursor"].clone();
        answer
    }

    /// Settles an answer, if it says so.
    pub fn settle(&mut self, execution: &mut Execution, answer: &Value) {
        if let Some(generation) = answer["settle"]["generation"].as_u64() {
            assert!(self.register.last().is_none_or(|(newest, _)| generation == newest + 1));
            self.register.push((generation, answer["cursor"].as_str().unwrap().to_owned()));
            execution.accepted.clear();
        }
    }

    /// One hop that is settled. If people listen, they accept its notices.
    pub async fn hop(&mut self, execution: &mut Execution, listening: bool) -> Value {
        let answer = self.hop_unsettled(execution).await;
        self.settle(execution, &answer);
        if listening {
            execution.accepted.extend(notices(&answer));
        }
        answer
    }

    /// A whole execution under a new name, as §5 says, but for what this file leaves out; its answers.
    pub async fn run(&mut self, event: Value, listening: bool) -> Vec<Value> {
        let mut execution = execution(&format!("e{}", self.now().unix_millis()), event);
        let mut answers = Vec::new();
        loop {
            let answer = self.hop(&mut execution, listening).await;
            let (goes_on, told) = (answer["status"] == "continue", listening && !notices(&answer).is_empty());
            self.wait_for(&answer);
            answers.push(answer);
            assert!(answers.len() < HOPS, "it does not end: {:#}", answers.last().unwrap());
            if !goes_on && !told {
                return answers;
            }
        }
    }

    /// Lets time pass until the next hop, as the answer says.
    pub fn wait_for(&self, answer: &Value) {
        if let Some(at) = answer["resume_at"].as_str() {
            self.stage.clock.set(self.now().max(Timestamp::parse_rfc3339(at).unwrap()));
        }
    }

    /// The facts that the register holds, of one kind.
    pub fn facts(&self, kind: &str) -> Vec<Value> {
        self.register.last().map(|(_, cursor)| facts(cursor, kind)).unwrap_or_default()
    }

    /// The writes so far: which key, to which status.
    pub fn writes(&self) -> Vec<(String, String)> {
        let calls = self.stage.simulator.calls().into_iter().filter(|call| call.is_write());
        calls.map(|call| (call.credential.unwrap(), call.new_status.unwrap())).collect()
    }

    /// A person switches a key on or off.
    pub fn switch(&self, key: &str, status: SimStatus) {
        assert!(self.stage.change(|account| account.set_status(key, status)));
    }
}

pub fn execution(name: &str, event: Value) -> Execution {
    Execution { name: name.to_owned(), event, ours: Value::Null, accepted: Vec::new(), until: None }
}

pub fn schedule() -> Value {
    json!({ "source": "scim-key-lifecycle", "kind": "schedule" })
}

pub fn incident(id: &str, keys: &[&str]) -> Value {
    json!({ "source": "scim-key-lifecycle", "kind": "incident", "id": id, "credentials": keys })
}

pub fn payload(cursor: &str) -> Value {
    let part = cursor.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

pub fn facts(cursor: &str, kind: &str) -> Vec<Value> {
    let payload = payload(cursor);
    payload["facts"].as_array().unwrap().iter().filter(|fact| fact["fact"] == kind).cloned().collect()
}

pub fn notices(answer: &Value) -> Vec<String> {
    answer["notices"].as_array().unwrap().iter().map(|notice| notice["id"].as_str().unwrap().to_owned()).collect()
}

pub fn topics(answer: &Value) -> Vec<&str> {
    answer["notices"].as_array().unwrap().iter().map(|notice| notice["topic"].as_str().unwrap()).collect()
}

pub fn statuses(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["status"].as_str().unwrap()).collect()
}

pub fn off(key: &str) -> (String, String) {
    (key.to_owned(), "Disabled".to_owned())
}

pub fn on(key: &str) -> (String, String) {
    (key.to_owned(), "Enabled".to_owned())
}
