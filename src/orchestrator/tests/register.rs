//! What an execution makes of its register: what it reads, whether a settle counts, and what is swept.

use super::*;

/// A register that lists this, answers so to whoever creates, and cannot be read otherwise.
struct Kept {
    lists: Result<Vec<Entry>, String>,
    creates: Result<(), NotCreated>,
    deleted: RefCell<Vec<u64>>,
}

impl Register for Kept {
    async fn list(&self, _: &str) -> Result<Vec<Entry>, String> {
        self.lists.clone()
    }

    async fn get(&self, _: &str, _: u64) -> Result<String, String> {
        Err("it cannot be read".to_owned())
    }

    async fn create(&self, _: &str, _: u64, _: &str) -> Result<(), NotCreated> {
        self.creates.clone()
    }

    async fn delete(&self, _: &str, generation: u64) -> Result<(), String> {
        self.deleted.borrow_mut().push(generation);
        Ok(())
    }
}

fn kept(lists: Result<Vec<Entry>, String>, creates: Result<(), NotCreated>) -> Kept {
    Kept { lists, creates, deleted: RefCell::default() }
}

/// The generations of these numbers, and how many hours ago each was created.
fn listed(generations: &[(u64, u64)]) -> Result<Vec<Entry>, String> {
    let entry = |&(generation, hours)| Entry { generation, created: now().minus(Duration::from_hours(hours)) };
    Ok(generations.iter().map(entry).collect())
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_790_000_000)
}

/// An execution after this step, taken with this register.
async fn after_step(register: &Kept, step: Step) -> Execution {
    let function = Stubborn { answer: Ok(Ending::Complete), settles: true, notice: None, asked: RefCell::default() };
    let people = People { accept: true, told: RefCell::default() };
    let clock = VirtualClock::at(now());
    let mut execution = execution(Value::Null);
    execution.accepted.insert("notice-1".to_owned());
    execution.next = step;
    Machine { function: &function, register, channel: &people, clock: &clock }.step(&mut execution).await;
    execution
}

#[tokio::test]
async fn a_settle_counts_if_it_was_created_and_the_list_shows_no_higher_generation() {
    let failed = || Err("the disk is gone".to_owned());
    let not = || Err(NotCreated::Failed("the disk is full".to_owned()));
    let look_again = Step::Wait(now().plus(LOOK_AFTER));
    for (lists, creates, lost) in [
        (listed(&[(6, 1), (7, 0)]), Ok(()), None),
        (listed(&[(7, 1)]), Err(NotCreated::Taken), Some(Step::Read)),
        (listed(&[(7, 0), (8, 0)]), Ok(()), Some(Step::Read)),
        (listed(&[(6, 1)]), not(), Some(look_again.clone())),
        (failed(), Ok(()), Some(look_again)),
    ] {
        let then = Rc::new(Tell { notices: vec![notice()], ending: Ending::Complete, remembered: true });
        let settle = Step::Settle { generation: 7, cursor: String::new(), then: then.clone() };
        let execution = after_step(&kept(lists, creates), settle).await;
        let (next, lost_settles, accepted) = match lost {
            Some(next) => (next, 1, BTreeSet::from(["notice-1".to_owned()])),
            None => (Step::Notify(then), 0, BTreeSet::new()),
        };
        assert_eq!((execution.next, execution.lost_settles, execution.accepted), (next, lost_settles, accepted));
    }
}

#[tokio::test]
async fn a_register_that_cannot_be_listed_or_read_is_not_one_that_is_not_there() {
    for (lists, said) in [
        (Ok(Vec::new()), Value::Null),
        (Err("it cannot be listed".to_owned()), json!({ "unreadable": "it cannot be listed" })),
        (listed(&[(7, 0)]), json!({ "unreadable": "it cannot be read" })),
    ] {
        let execution = after_step(&kept(lists, Ok(())), Step::Read).await;
        assert_eq!(execution.next, Step::Invoke { register: said });
    }
}

#[tokio::test]
async fn what_was_replaced_more_than_a_day_ago_is_swept_and_never_the_newest() {
    let failed = Ending::Failed { why: "a guard".to_owned() };
    for (generations, ending, swept) in [
        (vec![(3, 99), (1, 90), (2, 80)], Ending::Complete, vec![1, 2]),
        (vec![(1, 90), (2, 25), (3, 23), (4, 0)], failed, vec![1]),
        (vec![(7, 999)], Ending::Complete, vec![]),
    ] {
        let register = kept(listed(&generations), Ok(()));
        let answer = Ok(ending.clone());
        let function = Stubborn { answer, settles: false, notice: None, asked: RefCell::default() };
        let people = People { accept: true, told: RefCell::default() };
        let clock = VirtualClock::at(now());
        let machine = Machine { function: &function, register: &register, channel: &people, clock: &clock };
        assert_eq!(machine.run(execution(Value::Null)).await, ending);
        assert_eq!(register.deleted.take(), swept);
    }
}
