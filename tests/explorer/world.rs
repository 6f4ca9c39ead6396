//! All that there is between two steps: the cloud, the register, the executions, and what the judge remembers. Plain
//! data, so that a search can go back to it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

use scim_key_lifecycle::ending::Concerned;
use scim_key_lifecycle::orchestrator::Execution;
use scim_key_lifecycle::simulator::{SimKey, SimStatus};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::zone::AccountName;
use serde_json::{Value, json};

use crate::judge::Ghost;

pub const A: &str = "scimcred-aaaaaaaaaaaa";
pub const B: &str = "scimcred-bbbbbbbbbbbb";
pub const DAY: Duration = Duration::from_secs(86_400);

/// What starts an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trigger {
    /// The scheduled run of this day.
    Heartbeat(u32),
    /// An incident of this number that names these keys.
    Incident(u32, &'static [&'static str]),
    /// Somebody gives the first receipt back.
    Restore,
}

impl Trigger {
    pub fn event(self, start: Timestamp, receipts: &[String]) -> Value {
        const SOURCE: &str = "scim-key-lifecycle";
        match self {
            Self::Heartbeat(day) => {
                let time = start.plus(DAY * day).to_string();
                json!({ "source": SOURCE, "kind": "schedule", "schedule": "daily", "time": time })
            }
            Self::Incident(number, keys) => {
                json!({ "source": SOURCE, "kind": "incident", "id": format!("INC-{number}"), "credentials": keys })
            }
            Self::Restore => json!({ "source": SOURCE, "kind": "restore", "receipt": receipts[0] }),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Running {
    pub execution: Execution,
    pub trigger: Trigger,
}

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
    pub ghost: Ghost,
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
        let account = Concerned { account: AccountName::parse("acme").unwrap(), register: "acme".to_owned() };
        self.started += 1;
        let execution = Execution::new(format!("execution-{}", self.started), event, account);
        self.executions.push(Running { execution, trigger });
        self.current = self.executions.len() - 1;
    }

    /// Can this one go on now?
    pub fn can_go_on(&self, index: usize) -> bool {
        let execution = &self.executions[index].execution;
        execution.ended().is_none() && execution.waits_until().is_none_or(|until| until <= self.seen_now())
    }

    /// The time as the function and the loop see it.
    pub fn seen_now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.now.unix_millis() + self.skew)
    }

    /// When something happens by itself next: a wait ends, or a day's run begins.
    pub fn next_instant(&self) -> Option<Timestamp> {
        let waits = self.executions.iter().filter_map(|running| running.execution.waits_until());
        let waits = waits.map(|until| Timestamp::from_unix_millis(until.unix_millis() - self.skew));
        let day = self.days.first().map(|day| self.start.plus(DAY * *day));
        waits.chain(day).min()
    }

    /// Two worlds with the same fingerprint go on alike.
    pub fn fingerprint(&self) -> u128 {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            let Self { now, skew, keys, before, register, current, days, extras, started, ghost, .. } = self;
            (salt, now, skew, register, current, days, started).hash(&mut hasher);
            for running in &self.executions {
                running.execution.hash(&mut hasher);
            }
            format!("{keys:?} {before:?} {extras:?} {ghost:?}").hash(&mut hasher);
            u128::from(hasher.finish())
        };
        half(0) << 64 | half(1)
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
