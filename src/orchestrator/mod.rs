//! The loop of `docs/protocol.md` §5 for one machine: what Step Functions plays in the cloud.
//!
//! An [`Execution`] is plain data, and [`Machine::step`] takes it one step on; between two steps nothing is in flight, so
//! a crash there loses no more than the execution itself. Where the register is, how people are told and how the
//! function is reached is handed in.

use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::ending::{ConcernedAccount, Ending};
use crate::hex;
use crate::notice::{Addressed, Topic};
use crate::time::Timestamp;
use crate::trigger::SOURCE;

mod command;
mod folder;
mod seams;
mod step;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use folder::Folder;
pub use seams::{Channel, Entry, Function, NotCreated, Register};
pub use step::{Step, Tell};

/// How long to wait before a hop is tried again that failed, in seconds: an execution has so many repeats, one after
/// another. Together longer than two invocations may take, so that a function that is busy elsewhere becomes free.
const REPEATS_AFTER: [u64; 5] = [2, 8, 20, 45, 90];

/// Which lost settle ends an execution.
const LOST_SETTLES: u32 = 10;

/// How long to wait after a settle of which nobody knows what it came to.
const LOOK_AFTER: Duration = Duration::from_secs(2);

/// How many hops an execution may have. The function ends every run in fewer: this is for one that does not.
const HOPS: u32 = 300;

/// How long a generation stays after it was replaced: longer than any hop that may still want its name.
const REPLACED: Duration = Duration::from_hours(24);

/// One passage through the loop: for one event and one account.
#[derive(Clone)]
pub struct Execution {
    /// Its name, unique among all executions.
    name: String,
    /// The event, unchanged.
    event: Value,
    account: ConcernedAccount,
    /// How many of its hops have failed. Each failure makes it another execution, by name.
    attempt: usize,
    lost_settles: u32,
    /// How many of its hops have been answered.
    hops: u32,
    /// The cursor of its last answer.
    ours: Option<String>,
    /// The notices that were accepted since a settle last succeeded.
    accepted: BTreeSet<String>,
    /// By when it must be through, if that is before the run's own time is over.
    until: Option<Timestamp>,
    /// What comes next.
    next: Step,
}

impl Execution {
    /// An execution that begins. `name` must be unique: random, or counted where nothing else counts.
    pub fn new(name: String, event: Value, account: ConcernedAccount) -> Self {
        let (ours, accepted, until) = (None, BTreeSet::new(), None);
        Self { name, event, account, attempt: 0, lost_settles: 0, hops: 0, ours, accepted, until, next: Step::Read }
    }

    /// The same, and it gives up what is not through by then.
    #[must_use]
    pub fn through_by(self, until: Timestamp) -> Self {
        Self { until: Some(until), ..self }
    }

    /// What comes next.
    pub fn next(&self) -> &Step {
        &self.next
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<&Ending> {
        match &self.next {
            Step::Ended(ending) => Some(ending),
            _ => None,
        }
    }

    /// Ends it from outside, as a loop that dies does.
    pub fn end(&mut self, ending: Ending) {
        self.next = Step::Ended(ending);
    }

    /// When it goes on, if it waits.
    pub fn waits_until(&self) -> Option<Timestamp> {
        match self.next {
            Step::Wait(until) => Some(until),
            _ => None,
        }
    }

    /// The event of the next hop.
    fn hop(&self, register: &Value) -> Value {
        json!({
            "source": SOURCE, "kind": "hop", "account": self.account.account, "event": self.event,
            "execution": format!("{}/{}", self.name, self.attempt), "register": register, "ours": self.ours,
            "accepted": self.accepted, "until": self.until,
        })
    }
}

/// Without the receipt that its event may bring: that is shown by a hash. Also without the count of its hops, by which only
/// one ends that would never end.
impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, event, account, attempt, lost_settles, hops: _, ours, accepted, until, next } = self;
        f.debug_tuple("Execution")
            .field(&(name, hash(event), account, attempt, lost_settles))
            .field(&(ours, accepted, until, next))
            .finish()
    }
}

/// Tells events apart.
fn hash(event: &Value) -> String {
    hex::name_of(&event.to_string(), 8)
}

/// What an execution runs on.
pub struct Machine<'a, F, R, N, C> {
    /// The function.
    pub function: &'a F,
    /// Where the cursors are settled.
    pub register: &'a R,
    /// How people are told.
    pub channel: &'a N,
    /// The clock.
    pub clock: &'a C,
}

impl<F: Function, R: Register, N: Channel, C: Clock> Machine<'_, F, R, N, C> {
    /// Asks the function which accounts an event concerns.
    ///
    /// # Errors
    /// What the function said, if it refused the event.
    pub async fn resolve(&self, event: &Value) -> Result<Ending, String> {
        let question = json!({ "source": SOURCE, "kind": "resolve", "event": event });
        Ok(self.function.invoke(&question).await?.ending)
    }

    /// Takes the execution to its end, waiting where it must, and says how it ended.
    pub async fn run(&self, mut execution: Execution) -> Ending {
        loop {
            if let Step::Ended(ending) = execution.next {
                return ending;
            }
            if let Some(until) = execution.waits_until() {
                self.clock.sleep(until.since(self.clock.now())).await;
            }
            self.step(&mut execution).await;
        }
    }

    /// Takes the execution one step on. Whoever has it wait has waited: by the clock it may not be time yet, if that was set
    /// back meanwhile.
    pub async fn step(&self, execution: &mut Execution) {
        execution.next = match execution.next.clone() {
            Step::Read => self.read(execution).await,
            Step::Invoke { register } => self.invoke(execution, &register).await,
            Step::Settle { generation, cursor, then } => self.settle(execution, generation, &cursor, then).await,
            Step::Notify(tell) => self.notify(execution, &tell).await,
            Step::Wait(_) => Step::Read,
            Step::Sweep(ending) => {
                self.sweep(&execution.account).await;
                Step::Ended(ending)
            }
            ended @ Step::Ended(_) => ended,
        };
    }

    async fn read(&self, execution: &Execution) -> Step {
        let unreadable = |why: String| Step::Invoke { register: json!({ "unreadable": why }) };
        let prefix = &execution.account.register;
        let generation = match self.register.newest(prefix).await {
            Ok(Some(generation)) => generation,
            Ok(None) => return Step::Invoke { register: Value::Null },
            Err(why) => return unreadable(why),
        };
        match self.register.get(prefix, generation).await {
            Ok(cursor) => Step::Invoke { register: json!({ "generation": generation, "cursor": cursor }) },
            Err(why) => unreadable(why),
        }
    }

    async fn invoke(&self, execution: &mut Execution, register: &Value) -> Step {
        let answer = match self.function.invoke(&execution.hop(register)).await {
            Ok(answer) => answer,
            Err(why) => return self.again(execution, &why),
        };
        let cursor = answer.cursor.as_ref().map(ToString::to_string);
        let settle = answer.settle.zip(cursor.clone());
        execution.hops += 1;
        execution.ours = cursor.or(execution.ours.take());
        let remembered = answer.cursor.is_some();
        let then = Rc::new(Tell { notices: answer.notices, ending: answer.ending, remembered });
        match settle {
            Some((settle, cursor)) => Step::Settle { generation: settle.generation, cursor, then },
            None => self.done_first(execution, then),
        }
    }

    /// A hop that failed is tried again from the register, under a new name: what it meant to write is for nobody now.
    fn again(&self, execution: &mut Execution, why: &str) -> Step {
        let wait = REPEATS_AFTER.get(execution.attempt).copied();
        execution.attempt += 1;
        match wait {
            Some(seconds) => Step::Wait(self.clock.now().plus(Duration::from_secs(seconds))),
            None => failed(format!("{} invocations failed, the last: {why}", execution.attempt)),
        }
    }

    async fn settle(&self, execution: &mut Execution, generation: u64, cursor: &str, then: Rc<Tell>) -> Step {
        let prefix = execution.account.register.clone();
        match self.register.create(&prefix, generation, cursor).await {
            Ok(()) => {}
            Err(NotCreated::Taken) => return lost(execution, Step::Read, "another execution settled first", &then),
            // It may have been created all the same. The next Read tells.
            Err(NotCreated::Failed(why)) => return lost(execution, self.look_again(), &why, &then),
        }
        // The name may have been free because it was swept. Then a higher one shows, and ours is one that nobody reads.
        match self.register.list(&prefix).await {
            Ok(entries) if entries.iter().any(|entry| entry.generation > generation) => {
                lost(execution, Step::Read, "another execution has gone on", &then)
            }
            Ok(_) => {
                execution.accepted.clear();
                self.done_first(execution, then)
            }
            Err(why) => lost(execution, self.look_again(), &why, &then),
        }
    }

    /// What is meant is good for a minute, and telling people may take longer: it is done first.
    fn done_first(&self, execution: &Execution, then: Rc<Tell>) -> Step {
        match then.ending {
            Ending::Continue { resume_at, .. } if resume_at <= self.clock.now() && execution.hops < HOPS => {
                Step::Wait(resume_at)
            }
            _ => Step::Notify(then),
        }
    }

    fn look_again(&self) -> Step {
        Step::Wait(self.clock.now().plus(LOOK_AFTER))
    }

    async fn notify(&self, execution: &mut Execution, tell: &Tell) -> Step {
        let mut accepted = false;
        for notice in &tell.notices {
            if self.channel.publish(Addressed { account: &execution.account.account, notice }).await {
                execution.accepted.insert(notice.id.clone());
                accepted = true;
            }
        }
        after(tell, execution, accepted)
    }

    /// Deletes the generations that were replaced long ago. What cannot be deleted stays: it does no harm.
    async fn sweep(&self, account: &ConcernedAccount) {
        let Ok(mut entries) = self.register.list(&account.register).await else { return };
        entries.sort_by_key(|entry| entry.generation);
        for pair in entries.windows(2) {
            if pair[1].created.plus(REPLACED) < self.clock.now() {
                let _kept = self.register.delete(&account.register, pair[0].generation).await;
            }
        }
    }
}

/// A settle was lost, or nobody knows: from Read, by way of `next`, unless it was the last that may be. What was done
/// people hear of then, though nobody will remember it. A warning that nobody remembers is none.
fn lost(execution: &mut Execution, next: Step, why: &str, then: &Tell) -> Step {
    execution.lost_settles += 1;
    if execution.lost_settles < LOST_SETTLES {
        return next;
    }
    let why = format!("{LOST_SETTLES} settles were lost; the last one: {why}");
    let done = then.notices.iter().filter(|notice| notice.topic != Topic::Warning).cloned();
    Step::Notify(Rc::new(Tell { notices: done.collect(), ending: Ending::Failed { why }, remembered: false }))
}

fn failed(why: String) -> Step {
    Step::Sweep(Ending::Failed { why })
}

/// What follows where some of the notices were accepted in this step, or none.
fn after(tell: &Tell, execution: &Execution, accepted: bool) -> Step {
    let unheard: Vec<&str> =
        tell.notices.iter().map(|notice| notice.id.as_str()).filter(|id| !execution.accepted.contains(*id)).collect();
    // An acceptance has to come back to the function before it counts: hence one more hop.
    let goes_on = matches!(tell.ending, Ending::Continue { .. }) || (accepted && tell.remembered);
    match &tell.ending {
        _ if goes_on && execution.hops >= HOPS => failed(format!("{HOPS} hops, and no end")),
        Ending::Continue { resume_at, .. } => Step::Wait(*resume_at),
        _ if goes_on => Step::Read,
        ending if unheard.is_empty() => Step::Sweep(ending.clone()),
        ending => failed(format!("{}; nobody could be told: {}", so_far(ending), unheard.join(", "))),
    }
}

/// How a run ended before it turned out that nobody hears of it.
fn so_far(ending: &Ending) -> String {
    match (ending, ending.why()) {
        (Ending::Failed { why }, _) => why.clone(),
        (_, Some(why)) => format!("the run ended {}: {why}", ending.word()),
        (_, None) => format!("the run ended {}", ending.word()),
    }
}
