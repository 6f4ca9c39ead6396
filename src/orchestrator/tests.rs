//! Where the loop gives up, and that the state machine gives up there as well.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::*;
use crate::cursor::{Keys, Sealed, Type, jws};
use crate::notice::{Addressed, Notice};
use crate::report::{Answer, SealedReceipt};
use crate::simulator::clock::VirtualClock;
use crate::zone::AccountName;

mod register;

use Forgetful::{Full, Roomy};

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
        let token = sealed(Type::Receipt);
        answer.receipts.push(SealedReceipt { subject: crate::zone::Subject::Synchronization, token });
        if self.settles {
            answer.cursor = Some(sealed(Type::Cursor));
            answer.settle = Some(crate::report::Settle { generation: 1 });
        }
        Ok(answer)
    }
}

fn sealed(typ: Type) -> Sealed {
    jws::seal(typ, b"{}", &Keys::parse(&"made-up-key-of-a-test-0123456789".into()).unwrap())
}

/// A register that keeps nothing: one in which nothing can be created, or anything.
enum Forgetful {
    Full,
    Roomy,
}

impl Register for Forgetful {
    async fn list(&self, _: &str) -> Result<Vec<Entry>, String> {
        Ok(Vec::new())
    }

    async fn get(&self, _: &str, _: u64) -> Result<String, String> {
        Err("there is none".to_owned())
    }

    async fn create(&self, _: &str, _: u64, _: &str) -> Result<(), NotCreated> {
        match self {
            Full => Err(NotCreated::Failed("the disk is full".to_owned())),
            Roomy => Ok(()),
        }
    }

    async fn delete(&self, _: &str, _: u64) -> Result<(), String> {
        Ok(())
    }
}

/// People who read what they are told, and accept it, or not.
struct People {
    accept: bool,
    told: RefCell<Vec<String>>,
}

impl Channel for People {
    async fn publish(&self, Addressed { notice, .. }: Addressed<'_>) -> bool {
        self.told.borrow_mut().push(notice.id.clone());
        self.accept
    }
}

/// Takes an execution to its end: how it ended, and the names of its hops.
async fn run(answer: Result<Ending, String>, settles: bool) -> (Ending, Vec<String>) {
    play(Stubborn { answer, settles, notice: None, asked: RefCell::default() }).await
}

/// Takes an execution to its end in which a notice stays, since nobody accepts it.
async fn run_that_nobody_hears_of(ending: Ending) -> Ending {
    play(Stubborn { answer: Ok(ending), settles: false, notice: Some(notice()), asked: RefCell::default() }).await.0
}

fn notice() -> Notice {
    let (topic, credentials, rule) = (crate::notice::Topic::Held, Vec::new(), None);
    Notice { id: "notice-1".to_owned(), topic, credentials, rule, text: "made up".to_owned() }
}

fn execution(event: Value) -> Execution {
    Execution::new("e".to_owned(), event, crate::handler::concerned(AccountName::parse("acme").unwrap()))
}

async fn play(function: Stubborn) -> (Ending, Vec<String>) {
    let nobody = People { accept: false, told: RefCell::default() };
    let ending = play_before(&nobody, &function).await;
    (ending, function.asked.take())
}

async fn play_before(people: &People, function: &Stubborn) -> Ending {
    let clock = VirtualClock::at(Timestamp::from_unix_seconds(0));
    Machine { function, register: &Full, channel: people, clock: &clock }.run(execution(Value::Null)).await
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
async fn what_nobody_will_remember_people_hear_of_before_the_execution_gives_up() {
    for (accept, said) in [(true, "the disk is full"), (false, "the disk is full; nobody could be told: notice-1")] {
        let people = People { accept, told: RefCell::default() };
        let answer = Ok(Ending::Complete);
        let function = Stubborn { answer, settles: true, notice: Some(notice()), asked: RefCell::default() };
        let ending = play_before(&people, &function).await;
        assert_eq!(people.told.take(), ["notice-1"]);
        assert_eq!(why(&ending), format!("10 settles were lost; the last one: {said}"));
        assert_eq!(function.asked.take().len(), 10, "it does not go on because somebody heard");
    }
}

#[tokio::test]
async fn where_nothing_is_remembered_people_hear_of_it_once() {
    let people = People { accept: true, told: RefCell::default() };
    let answer = Ok(Ending::Failed { why: "no key for cursors is configured".to_owned() });
    let function = Stubborn { answer, settles: false, notice: Some(notice()), asked: RefCell::default() };
    assert_eq!(why(&play_before(&people, &function).await), "no key for cursors is configured");
    assert_eq!((people.told.take().len(), function.asked.take().len()), (1, 1));
}

#[tokio::test]
async fn nobody_is_warned_of_what_nobody_will_remember() {
    let people = People { accept: true, told: RefCell::default() };
    let warning = Notice { topic: crate::notice::Topic::Warning, ..notice() };
    let answer = Ok(Ending::Complete);
    let function = Stubborn { answer, settles: true, notice: Some(warning), asked: RefCell::default() };
    assert_eq!(why(&play_before(&people, &function).await), "10 settles were lost; the last one: the disk is full");
    assert!(people.told.take().is_empty());
}

#[tokio::test]
async fn what_is_meant_is_done_before_people_are_told() {
    for (seconds, told_first) in [(0, false), (1, true)] {
        let resume_at = Timestamp::from_unix_seconds(seconds);
        let answer = Ok(Ending::Continue { resume_at, why: "what is meant must be settled".to_owned() });
        let function = Stubborn { answer, settles: false, notice: Some(notice()), asked: RefCell::default() };
        let people = People { accept: true, told: RefCell::default() };
        let clock = VirtualClock::at(Timestamp::from_unix_seconds(0));
        let machine = Machine { function: &function, register: &Full, channel: &people, clock: &clock };
        let mut execution = execution(Value::Null);
        machine.step(&mut execution).await;
        machine.step(&mut execution).await;
        assert_eq!(matches!(execution.next(), Step::Notify(_)), told_first, "{:?}", execution.next());
    }
}

/// After one that succeeded, a notice of the same id may be another one, which nobody has accepted yet.
#[tokio::test]
async fn what_was_accepted_is_told_to_the_hop_after_a_lost_settle_and_to_none_after_another() {
    let function = Stubborn { answer: Ok(Ending::Complete), settles: true, notice: None, asked: RefCell::default() };
    let nobody = People { accept: false, told: RefCell::default() };
    let clock = VirtualClock::at(Timestamp::from_unix_seconds(0));
    for (register, lost, told) in [(Full, 1, json!(["notice-1"])), (Roomy, 0, json!([]))] {
        let machine = Machine { function: &function, register: &register, channel: &nobody, clock: &clock };
        let mut execution = execution(Value::Null);
        execution.accepted.insert("notice-1".to_owned());
        let then = Rc::new(Tell { notices: Vec::new(), ending: Ending::Complete, remembered: true });
        execution.next = Step::Settle { generation: 1, cursor: String::new(), then };
        machine.step(&mut execution).await;
        assert_eq!((execution.lost_settles, &execution.hop(&Value::Null)["accepted"]), (lost, &told));
    }
}

#[tokio::test]
async fn a_function_that_never_comes_to_an_end_is_given_up() {
    let on = Ending::Continue { resume_at: Timestamp::from_unix_seconds(0), why: "for ever".to_owned() };
    let (ending, asked) = run(Ok(on), false).await;
    assert_eq!((why(&ending).as_str(), asked.len()), ("300 hops, and no end", 300));
}

/// A clock that is set back by hours during the first wait.
struct SetBack {
    clock: VirtualClock,
    was_set: Cell<bool>,
}

impl Clock for SetBack {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.clock.advance(duration);
        if !self.was_set.replace(true) {
            self.clock.set(self.now().minus(Duration::from_hours(8)));
        }
    }
}

#[tokio::test]
async fn a_wait_is_over_though_the_clock_was_set_back_meanwhile() {
    let start = Timestamp::from_unix_seconds(1_790_000_000);
    let clock = SetBack { clock: VirtualClock::at(start), was_set: Cell::default() };
    let (register, channel) = (&Full, &People { accept: false, told: RefCell::default() });
    let answer = Err("it died".to_owned());
    let function = Stubborn { answer, settles: false, notice: None, asked: RefCell::default() };
    Machine { function: &function, register, channel, clock: &clock }.run(execution(Value::Null)).await;
    let waited = REPEATS_AFTER.iter().sum();
    assert_eq!(clock.now(), start.plus(Duration::from_secs(waited)).minus(Duration::from_hours(8)));
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
        format!("{:?}", execution(event))
    };
    let one = printed("eyJ-made-up-1");
    assert!(!one.contains("eyJ"), "{one}");
    assert_eq!(one, printed("eyJ-made-up-1"));
    assert_ne!(one, printed("eyJ-made-up-2"));
}

/// Who compares executions by what they print must see all that makes a difference to what they do next.
#[tokio::test]
async fn an_execution_that_was_answered_is_printed_with_what_it_does_next_and_without_the_receipts() {
    for settles in [false, true] {
        let printed = async |seconds| {
            let resume_at = Timestamp::from_unix_seconds(seconds);
            let answer = Ok(Ending::Continue { resume_at, why: "work is left over".to_owned() });
            let function = Stubborn { answer, settles, notice: None, asked: RefCell::default() };
            let clock = VirtualClock::at(Timestamp::from_unix_seconds(0));
            let nobody = People { accept: false, told: RefCell::default() };
            let machine = Machine { function: &function, register: &Full, channel: &nobody, clock: &clock };
            let mut execution = execution(Value::Null);
            machine.step(&mut execution).await;
            machine.step(&mut execution).await;
            assert_eq!(matches!(execution.next(), Step::Settle { .. }), settles);
            format!("{execution:?}")
        };
        let (one, other) = (printed(60).await, printed(61).await);
        assert_ne!(one, other);
        assert!(!one.contains(sealed(Type::Receipt).as_str()), "{one}");
    }
}
