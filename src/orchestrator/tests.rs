//! Where the loop gives up, and that the state machine gives up there as well.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::*;
use crate::simulator::clock::VirtualClock;
use crate::zone::AccountName;

/// A function that answers always the same, or never. It keeps the names that it was asked under.
struct Stubborn {
    answer: Result<Ending, String>,
    settles: bool,
    /// Hands over this notice.
    notice: Option<Notice>,
    asked: RefCell<Vec<String>>,
}

impl Function for Stubborn {
    async fn invoke(&self, event: &Value) -> Result<Answer, String> {
        self.asked.borrow_mut().push(event["execution"].as_str().unwrap_or_default().to_owned());
        let mut answer = Answer::without_run(self.answer.clone()?);
        answer.notices.extend(self.notice.clone());
        if self.settles {
            let keys = crate::cursor::Keys::parse(&"made-up-key-of-a-test-0123456789".into()).unwrap();
            answer.cursor = Some(crate::cursor::jws::seal(crate::cursor::Type::Cursor, b"{}", &keys));
            answer.settle = Some(crate::report::Settle { generation: 1 });
        }
        Ok(answer)
    }
}

/// A register in which nothing can be created.
struct Full;

impl Register for Full {
    async fn list(&self, _: &str) -> Result<Vec<Entry>, String> {
        Ok(Vec::new())
    }

    async fn get(&self, _: &str, _: u64) -> Result<String, String> {
        Err("there is none".to_owned())
    }

    async fn create(&self, _: &str, _: u64, _: &str) -> Result<(), NotCreated> {
        Err(NotCreated::Failed("the disk is full".to_owned()))
    }

    async fn delete(&self, _: &str, _: u64) -> Result<(), String> {
        Ok(())
    }
}

struct Nobody;

impl Channel for Nobody {
    async fn publish(&self, _: &Notice) -> bool {
        false
    }
}

/// Takes an execution to its end: how it ended, and the names of its hops.
async fn run(answer: Result<Ending, String>, settles: bool) -> (Ending, Vec<String>) {
    play(Stubborn { answer, settles, notice: None, asked: RefCell::default() }).await
}

/// Takes an execution to its end in which a notice stays, since nobody accepts it.
async fn run_that_nobody_hears_of(ending: Ending) -> Ending {
    let (topic, credentials, rule) = (crate::notice::Topic::Held, Vec::new(), None);
    let notice = Notice { id: "notice-1".to_owned(), topic, credentials, rule, text: "made up".to_owned() };
    play(Stubborn { answer: Ok(ending), settles: false, notice: Some(notice), asked: RefCell::default() }).await.0
}

async fn play(function: Stubborn) -> (Ending, Vec<String>) {
    let clock = VirtualClock::at(Timestamp::from_unix_seconds(0));
    let machine = Machine { function: &function, register: &Full, channel: &Nobody, clock: &clock };
    let account = crate::handler::concerned(AccountName::parse("acme").unwrap());
    let ending = machine.run(Execution::new("e".to_owned(), Value::Null, account)).await;
    (ending, function.asked.take())
}

fn why(ending: &Ending) -> String {
    assert_eq!(ending.word(), "failed");
    ending.why().unwrap()
}

#[tokio::test]
async fn a_hop_that_always_fails_is_asked_six_times_each_under_a_name_of_its_own() {
    let (ending, asked) = run(Err("it died".to_owned()), false).await;
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), 6);
    assert_eq!((why(&ending).as_str(), asked.len()), ("6 invocations failed, the last: it died", 6));
}

#[tokio::test]
async fn a_register_in_which_nothing_can_be_created_is_tried_ten_times_under_one_name() {
    let (ending, asked) = run(Ok(Ending::Complete), true).await;
    assert_eq!(asked, ["e/0"; 10]);
    assert_eq!(why(&ending), "10 settles were lost; the last one: the disk is full");
}

#[tokio::test]
async fn what_was_accepted_is_told_to_the_hop_after_a_lost_settle() {
    let function = Stubborn { answer: Ok(Ending::Complete), settles: true, notice: None, asked: RefCell::default() };
    let clock = VirtualClock::at(Timestamp::from_unix_seconds(0));
    let machine = Machine { function: &function, register: &Full, channel: &Nobody, clock: &clock };
    let account = crate::handler::concerned(AccountName::parse("acme").unwrap());
    let mut execution = Execution::new("e".to_owned(), Value::Null, account);
    execution.accepted.insert("notice-1".to_owned());
    execution.next = Step::Settle { generation: 1, cursor: String::new() };
    machine.step(&mut execution).await;
    assert_eq!((execution.lost_settles, &execution.hop(&Value::Null)["accepted"]), (1, &json!(["notice-1"])));
}

#[tokio::test]
async fn a_function_that_never_comes_to_an_end_is_given_up() {
    let on = Ending::Continue { resume_at: Timestamp::from_unix_seconds(0), why: "for ever".to_owned() };
    let (ending, asked) = run(Ok(on), false).await;
    assert_eq!((why(&ending).as_str(), asked.len()), ("300 hops, and no end", 300));
}

#[tokio::test]
async fn a_run_of_which_nobody_hears_fails_however_it_ended_and_says_so_after_its_own_reason() {
    let because = || "a guard".to_owned();
    for (ending, said) in [
        (Ending::Complete, "the run ended complete; nobody could be told: notice-1"),
        (Ending::Held { why: because() }, "the run ended held: a guard; nobody could be told: notice-1"),
        (Ending::Ignored { why: because() }, "the run ended ignored: a guard; nobody could be told: notice-1"),
        (Ending::Failed { why: because() }, "a guard; nobody could be told: notice-1"),
    ] {
        assert_eq!(why(&run_that_nobody_hears_of(ending).await), said);
    }
}

#[test]
fn the_state_machine_gives_up_and_sweeps_where_this_loop_does() {
    let definition = include_str!("../../statemachine/loop.asl.json");
    let repeats = REPEATS_AFTER.len();
    for counts in [
        format!("{{% {REPEATS_AFTER:?}[$failures - 1] %}}"),
        format!("{{% $failures > {repeats} %}}"),
        format!("{{% $lost >= {LOST_SETTLES} %}}"),
        format!("{{% $hops >= {HOPS} %}}"),
        format!(" - {};", REPLACED.as_millis()),
    ] {
        assert!(definition.contains(&counts), "the state machine has no {counts}");
    }
}

#[test]
fn an_execution_is_printed_without_the_receipt_in_its_event_and_still_differs_from_others() {
    let printed = |receipt: &str| {
        let event = json!({ "source": "scim-key-lifecycle", "kind": "restore", "receipt": receipt });
        let account = crate::handler::concerned(AccountName::parse("acme").unwrap());
        format!("{:?}", Execution::new("e".to_owned(), event, account))
    };
    let one = printed("eyJ-made-up-1");
    assert!(!one.contains("eyJ"), "{one}");
    assert_eq!(one, printed("eyJ-made-up-1"));
    assert_ne!(one, printed("eyJ-made-up-2"));
}
