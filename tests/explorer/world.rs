//! All that there is between two steps: the cloud, the register, the executions, and what the judge remembers. Plain
//! data, so that a search can go back to it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use scim_key_lifecycle::ending::ConcernedAccount;
use scim_key_lifecycle::orchestrator::Execution;
use scim_key_lifecycle::simulator::{SimKey, SimStatus};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::zone::AccountName;

use crate::events::Trigger;
use crate::judge::Ghost;

pub const A: &str = "scimcred-aaaaaaaaaaaa";
pub const B: &str = "scimcred-bbbbbbbbbbbb";
/// A thief's key.
pub const C: &str = "scimcred-cccccccccccc";
/// A key that somebody creates on the way: the cloud uses no id twice.
pub const D: &str = "scimcred-dddddddddddd";
/// SCIM synchronisation stands among the keys, where a scene has it, so that the same may happen to it. Nobody deletes it.
pub const SYNC: &str = "scim_synchronization";
pub const DAY: Duration = Duration::from_secs(86_400);

/// How far scheduled runs lie apart: so much more than a day that seconds and minutes never decide whether one has passed.
pub const EVERY: Duration = Duration::from_hours(25);

#[derive(Clone, Debug)]
pub struct Running {
    pub execution: Execution,
    pub trigger: Trigger,
    /// The receipt that its event brings.
    pub receipt: Option<String>,
    /// The newest generation when it last came to wait, and whether it had waited on that one before.
    pub waited_on: Option<(u64, bool)>,
    /// Its event is sent without the loop.
    pub bare: bool,
}

impl Running {
    /// When it goes on, if it waits. Who asks again, and nothing has happened, is answered late the second time: what it
    /// waits for would otherwise be asked for forty times, with the same answer.
    fn waits_until(&self) -> Option<Timestamp> {
        let until = self.execution.waits_until()?;
        let again = self.waited_on.is_some_and(|(_, again)| again);
        Some(if again { until.plus(LEASE) } else { until })
    }
}

/// Longer than any lease lasts.
const LEASE: Duration = Duration::from_mins(10);

/// What the register holds: each cursor, and when it was created.
pub type Generations = BTreeMap<u64, (Rc<str>, Timestamp)>;

#[derive(Clone, Debug)]
pub struct World {
    pub start: Timestamp,
    /// The true time, which is the cloud's.
    pub now: Timestamp,
    /// How far the function's clock is ahead of it, in milliseconds.
    pub skew: i64,
    pub keys: Vec<SimKey>,
    /// The keys as they were before the last change: what a stale list shows.
    pub before: Vec<SimKey>,
    pub register: Generations,
    pub executions: Vec<Running>,
    /// Whose turn it is, as long as it can go on.
    pub current: usize,
    /// The days of the scheduled runs that are still to come.
    pub days: Vec<u32>,
    /// What may still happen out of schedule.
    pub extras: Vec<Trigger>,
    /// How many events out of schedule are left.
    pub budget: usize,
    pub started: u32,
    /// How many undisturbed scheduled runs there have been since.
    pub undisturbed: u8,
    pub ghost: Ghost,
}

/// What may still happen out of schedule in a world.
#[derive(Clone, Debug)]
pub struct Open {
    budget: usize,
    extras: Vec<Trigger>,
    receipts: Vec<String>,
}

impl Open {
    /// Can all that may happen there happen here?
    pub fn covers(&self, other: &Self) -> bool {
        let count = |extras: &[Trigger], extra| extras.iter().filter(|other| *other == extra).count();
        self.budget >= other.budget
            && other.extras.iter().all(|extra| count(&self.extras, extra) >= count(&other.extras, extra))
            && other.receipts.iter().all(|receipt| self.receipts.contains(receipt))
    }
}

impl World {
    pub fn key(&self, id: &str) -> Option<&SimKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    pub fn is_on(&self, id: &str) -> bool {
        self.key(id).is_some_and(|key| key.status == SimStatus::Enabled)
    }

    /// Starts an execution, whose turn it then is.
    pub fn start_execution(&mut self, trigger: Trigger) {
        let event = trigger.event(self.start, &self.ghost.receipts);
        let account = ConcernedAccount { account: AccountName::parse("acme").unwrap(), register: "acme".to_owned() };
        self.started += 1;
        let execution = Execution::new(format!("execution-{}", self.started), event, account);
        let receipt = match trigger {
            Trigger::Restore(which) => which.of(&self.ghost.receipts).cloned(),
            _ => None,
        };
        self.executions.push(Running { execution, trigger, receipt, waited_on: None, bare: false });
        self.current = self.executions.len() - 1;
    }

    /// Puts an execution back that has taken a step.
    pub fn put_back(&mut self, index: usize, execution: Execution) {
        let newest = self.register.last_key_value().map_or(0, |(newest, _)| *newest);
        let running = &mut self.executions[index];
        if execution.waits_until().is_some() {
            let again = running.waited_on.is_some_and(|(on, _)| on == newest);
            running.waited_on = Some((newest, again));
        }
        running.execution = execution;
        if let Some(ending) = running.execution.ended() {
            let keys = self.keys.iter().filter(|key| key.created <= self.start);
            self.ghost.through(running.trigger, ending, keys);
        }
    }

    /// Can this one go on now?
    pub fn can_go_on(&self, index: usize) -> bool {
        let running = &self.executions[index];
        running.execution.ended().is_none() && running.waits_until().is_none_or(|until| until <= self.seen_now())
    }

    /// The execution that goes on now, if any can.
    pub fn whose_turn(&self) -> Option<usize> {
        let executions = 0..self.executions.len();
        std::iter::once(self.current)
            .chain(executions.clone())
            .find(|index| executions.contains(index) && self.can_go_on(*index))
    }

    /// What may still happen out of schedule.
    pub fn open(&self) -> Open {
        let receipts = self.extras.iter().filter_map(|extra| match extra {
            Trigger::Restore(which) => which.of(&self.ghost.receipts).cloned(),
            _ => None,
        });
        Open { budget: self.budget, extras: self.extras.clone(), receipts: receipts.collect() }
    }

    /// Is there nobody who can go on now?
    pub fn nobody_can_go_on(&self) -> bool {
        self.whose_turn().is_none()
    }

    /// Another scheduled run is to come, the next day.
    pub fn another_day(&mut self) {
        let today = u32::try_from(self.now.since(self.start).as_secs() / EVERY.as_secs()).unwrap();
        self.days = vec![today + 1];
        self.undisturbed += 1;
    }

    /// The time as the function and the loop see it.
    pub fn seen_now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.now.unix_millis() + self.skew)
    }

    /// When something happens by itself next: a wait ends, or a day's run begins.
    pub fn next_instant(&self) -> Option<Timestamp> {
        let waits = self.executions.iter().filter_map(Running::waits_until);
        let waits = waits.map(|until| Timestamp::from_unix_millis(until.unix_millis() - self.skew));
        let day = self.days.first().map(|day| self.start.plus(EVERY * *day));
        waits.chain(day).min()
    }

    /// Executions that are over are forgotten.
    pub fn forget_ended(&mut self) {
        let current = self.current;
        let mut index = 0;
        let mut moved = 0;
        self.executions.retain(|running| {
            let keep = running.execution.ended().is_none();
            if !keep && index < current {
                moved += 1;
            }
            index += 1;
            keep
        });
        self.current = current.saturating_sub(moved).min(self.executions.len().saturating_sub(1));
    }

    /// Changes the keys as a person does, or a call that took effect.
    pub fn change_keys(&mut self, keys: Vec<SimKey>) {
        if self.keys != keys {
            self.before = std::mem::replace(&mut self.keys, keys);
        }
    }
}
