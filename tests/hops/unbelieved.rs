//! A cursor that is not believed has a defined answer, wherever it comes: as the event's own, in the register, or as that of
//! the execution's last answer. No text of it and no secret is said.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scim_key_lifecycle::cursor::{Keys, Type, jws};
use scim_key_lifecycle::simulator::SimStatus::Disabled;
use serde_json::{Value, json};

use crate::looped::{AGED, CONTAIN, DAY, Execution, LADDER, Loop, execution, incident, off, payload, schedule, topics};
use crate::stage::{OLD, SECRET_KEY};

/// Every way in which a cursor may come not to be believed, and what is said of it; each is made of a good one.
type Spoil = fn(&str) -> String;
const SPOILT: [(Spoil, &str); 9] = [
    (cut, "it was cut or changed on its way"),
    (|_| "eyJ".to_owned(), "does not consist of three parts"),
    (forged, "it was changed since, or forged"),
    (unsigned, "its alg is not HS256"),
    (|good| sealed_anew(good, "account", json!("globex")), "it belongs to the account globex"),
    (another_keys, "neither the current key nor the previous one"),
    (|good| sealed_anew(good, "version", json!(2)), "its format has version 2, and this program reads version 1"),
    (|good| sealed_anew(good, "facts", json!("none")), "what it holds is no cursor"),
    (a_receipt, "it is a scim-keys-receipt"),
];

fn cut(good: &str) -> String {
    good[..good.len() - 5].to_owned()
}

/// The signature of one payload under another.
fn forged(good: &str) -> String {
    let other = sealed_anew(good, "generation", json!(9));
    format!("{}.{}", other.rsplit_once('.').unwrap().0, good.rsplit_once('.').unwrap().1)
}

/// `{"alg":"none"}`
fn unsigned(good: &str) -> String {
    format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap())
}

/// The same with another value, sealed with our key.
fn sealed_anew(good: &str, field: &str, value: Value) -> String {
    let mut other = payload(good);
    other[field] = value;
    jws::seal(Type::Cursor, other.to_string().as_bytes(), &Loop::keys()).to_string()
}

fn another_keys(good: &str) -> String {
    let keys = Keys::parse(&"another-made-up-key-of-a-test-0123456789".into()).unwrap();
    jws::seal(Type::Cursor, payload(good).to_string().as_bytes(), &keys).to_string()
}

fn a_receipt(good: &str) -> String {
    jws::seal(Type::Receipt, payload(good).to_string().as_bytes(), &Loop::keys()).to_string()
}

/// None of this is in what is said.
fn says_no_secret(said: &str, token: &str) {
    let parts = token.split('.').filter(|part| part.len() > 8);
    for secret in parts.chain([SECRET_KEY, "made-up-key"]) {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}

/// What an answer says, but for what it seals.
fn said(answer: &Value) -> String {
    let mut answer = answer.clone();
    (answer["cursor"], answer["receipts"]) = (Value::Null, Value::Null);
    answer.to_string()
}

fn means(answer: &Value) -> &str {
    answer["report"]["memory"]["means"].as_str().unwrap()
}

#[tokio::test]
async fn a_cursor_that_is_not_believed_is_as_good_as_none() {
    let mut this = Loop::new(LADDER);
    for _ in 0..14 {
        this.run(schedule(), true).await;
        this.pass(DAY);
    }
    let cursor = this.register.last().unwrap().1.clone();
    for (spoil, why) in SPOILT {
        let mut event = schedule();
        event["cursor"] = spoil(&cursor).into();
        let answer = this.invoke(&event).await;
        assert_eq!((answer["status"].as_str(), this.writes().len()), (Some("complete"), 0), "{why}");
        assert_eq!(answer["report"]["memory"]["state"], "none");
        let means = means(&answer);
        assert!(means.starts_with("the event's cursor is not believed") && means.contains(why), "{means}");
        says_no_secret(&said(&answer), event["cursor"].as_str().unwrap());
    }
}

#[tokio::test]
async fn a_register_that_is_not_believed_is_not_built_upon_and_only_a_first_containment_acts() {
    let copied: (Spoil, &str) = (|good| sealed_anew(good, "generation", json!(99)), "it was sealed for generation 99");
    for (spoil, why) in SPOILT.into_iter().chain([copied]) {
        let mut this = Loop::remembering(&format!("{AGED},{CONTAIN}")).await;
        let before = this.register.len();
        let newest = &mut this.register.last_mut().unwrap().1;
        *newest = spoil(newest);
        let token = newest.clone();
        let looked = this.run(schedule(), true).await.remove(0);
        assert_eq!((looked["status"].as_str(), this.writes().len()), (Some("failed"), 0), "{why}");
        let means = means(&looked);
        assert!(means.starts_with("the register is not believed") && means.contains(why), "{means}");
        says_no_secret(&said(&looked), &token);
        let contained = this.run(incident("INC-1", &[OLD]), true).await;
        assert_eq!((contained.last().unwrap()["status"].as_str(), this.writes()), (Some("failed"), vec![off(OLD)]));
        assert_eq!(this.register.len(), before, "{why}");
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What an execution of this event comes to whose last answer's cursor comes back as `ours` has it, once, after so many
/// hops of which nobody was told; and what the first hop after that logs.
async fn comes_back(event: &Value, hops: usize, ours: impl Fn(&Execution) -> Value) -> (Loop, Vec<Value>, String) {
    let mut this = Loop::remembering(&format!("{AGED},{CONTAIN}")).await;
    let mut execution = execution("e", event.clone());
    for _ in 0..hops {
        let answer = this.hop(&mut execution, false).await;
        this.wait_for(&answer);
    }
    execution.ours = ours(&execution);
    let buffer = Buffer::default();
    let writer = buffer.clone();
    let lines = tracing_subscriber::fmt().json().with_max_level(tracing::Level::WARN);
    let logging = tracing::subscriber::set_default(lines.with_writer(move || writer.clone()).finish());
    let mut answers = vec![this.hop(&mut execution, false).await];
    drop(logging);
    while answers.last().unwrap()["status"] == "continue" {
        this.wait_for(answers.last().unwrap());
        answers.push(this.hop(&mut execution, false).await);
    }
    let logged = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
    (this, answers, logged)
}

/// A cursor of another run of this account's.
async fn another_runs() -> String {
    let mut this = Loop::remembering(AGED).await;
    let day = json!({ "source": "scim-key-lifecycle", "kind": "schedule", "schedule": "other", "time": "2026-11-25T06:00:00Z" });
    let mut another = execution("another", day);
    this.hop(&mut another, false).await;
    another.ours.as_str().unwrap().to_owned()
}

/// Whether it comes back before what is meant is written, or after that, or after a containment.
#[tokio::test]
async fn where_the_last_answers_cursor_is_not_believed_the_run_begins_anew_from_the_register_alone_and_says_so() {
    const UNBELIEVED: &str = "the cursor of this execution's last answer";
    let another = another_runs().await;
    for (event, hops) in [(schedule(), 1), (schedule(), 2), (incident("INC-1", &[OLD]), 1)] {
        let (alone, expected, logged) = comes_back(&event, hops, |_| Value::Null).await;
        assert!(!means(&expected[0]).contains("not believed") && !logged.contains(UNBELIEVED), "{logged}");
        let spoilt = SPOILT.map(|(spoil, why)| (Some(spoil), why)).into_iter().chain([(None, "it is another run's")]);
        for (spoil, why) in spoilt {
            let spoilt = |good: &str| spoil.map_or_else(|| another.clone(), |spoil| spoil(good));
            let token = Mutex::new(String::new());
            let ours = |execution: &Execution| {
                *token.lock().unwrap() = spoilt(execution.ours.as_str().unwrap());
                token.lock().unwrap().clone().into()
            };
            let (this, mut answers, logged) = comes_back(&event, hops, ours).await;
            let (token, said_so) = (token.into_inner().unwrap(), means(&answers[0]).to_owned());
            let register = means(&expected[0]);
            let believed = format!("{register}; {UNBELIEVED} (ours) is not believed: ");
            assert!(said_so.starts_with(&believed) && said_so.contains(why), "{said_so}");
            assert!(said_so.ends_with("the loop must send each answer's cursor back as it was"), "{said_so}");
            let line = logged.lines().find(|line| line.contains(UNBELIEVED)).unwrap_or_default();
            assert!(line.contains(r#""level":"WARN""#) && line.contains(r#""account":"acme""#), "{logged}");
            says_no_secret(&format!("{}{logged}", said(&answers[0])), &token);
            answers[0]["report"]["memory"]["means"] = register.into();
            assert_eq!((answers, this.writes()), (expected.clone(), alone.writes()), "{why}");
        }
    }
}

/// With the record of the run its notices are lost, too.
#[tokio::test]
async fn what_a_run_did_before_its_cursor_was_lost_is_told_as_found() {
    let did = [
        (schedule(), 2, " is off now: a run switched it off at 2026-11-25"),
        (incident("INC-1", &[OLD]), 1, " is off now: the incident INC-1 wants it off"),
    ];
    for (event, hops, did) in did {
        let (this, answers, _) =
            comes_back(&event, hops, |execution| forged(execution.ours.as_str().unwrap()).into()).await;
        assert_eq!((this.stage.status(OLD), this.writes()), (Disabled, vec![off(OLD)]));
        assert_eq!(topics(&answers[0]), ["found"], "{event}");
        let text = answers[0]["notices"][0]["text"].as_str().unwrap();
        assert!(text.contains(did), "{text}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_said_of_the_last_answer_but_that() {
    let mut this = Loop::remembering(AGED).await;
    let mut execution = execution("e", schedule());
    this.hop(&mut execution, false).await;
    this.keyless = true;
    this.pass(Duration::from_secs(1));
    let answer = this.hop(&mut execution, false).await;
    assert!(means(&answer).starts_with("no key for cursors is configured") && !means(&answer).contains("ours"));
}
