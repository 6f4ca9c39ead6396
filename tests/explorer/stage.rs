//! One step of one execution in flight: the production handler and orchestrator, stopped before every call.
//!
//! The step is a future. Before each call it waits at a *gate*, until whoever drives it says what is to become of the
//! call. Dropping the future is a crash of the loop; a crash of the function is an answer that never comes.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scim_key_lifecycle::cursor::{Cursor, Keys};
use scim_key_lifecycle::memory::Fact;
use scim_key_lifecycle::orchestrator::Execution;
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::simulator::Fault;
use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::zone::AccountName;
use serde_json::Value;

use crate::seams::Seam;
use crate::world::World;

pub const ZONE: &str = "z-vft38p2hq8tq";
pub const SECRET_ID: &str = "AKIDexplorer";
pub const SECRET_KEY: &str = "explorer-secret-key-not-real";
pub const CURSOR_KEY: &str = "explorer-cursor-key-of-forty-characters!";

/// What never changes.
pub struct Fixed {
    pub policy: Policy,
    pub keys: Keys,
    pub secret: ApiSecret,
    opened: RefCell<HashMap<Rc<str>, Rc<Facts>>>,
    shown: RefCell<HashMap<Rc<str>, Rc<Shown>>>,
}

/// What a sealed text holds, as JSON.
pub struct Shown {
    /// All of it.
    pub whole: String,
    /// Without the run in flight.
    pub memory: String,
}

/// The facts of a cursor, oldest first.
pub type Facts = BTreeSet<(Timestamp, Fact)>;

impl Fixed {
    pub fn new(policy: Policy, keys: Keys, secret: ApiSecret) -> Self {
        Self { policy, keys, secret, opened: RefCell::default(), shown: RefCell::default() }
    }

    /// What is sealed, as anybody can read it.
    pub fn shown(&self, sealed: &str) -> Rc<Shown> {
        if let Some(shown) = self.shown.borrow().get(sealed) {
            return Rc::clone(shown);
        }
        let mut body: Value = serde_json::from_str(&payload(sealed)).unwrap();
        body.as_object_mut().unwrap().remove("generation");
        // A receipt is good for longer than any scene lasts.
        body.as_object_mut().unwrap().remove("expires");
        if let Some(run) = body["run"].as_object_mut() {
            run.remove("hops");
            for outcome in run.get_mut("outcomes").and_then(Value::as_array_mut).into_iter().flatten() {
                outcome.as_object_mut().unwrap().remove("request_ids");
            }
        }
        let whole = body.to_string();
        body.as_object_mut().unwrap().remove("run");
        let shown = Rc::new(Shown { whole, memory: body.to_string() });
        let mut cache = self.shown.borrow_mut();
        if cache.len() > 10_000 {
            cache.clear();
        }
        cache.insert(sealed.into(), Rc::clone(&shown));
        shown
    }

    /// What a cursor holds, as anybody with the key can see.
    pub fn facts(&self, cursor: &str) -> Rc<Facts> {
        if let Some(facts) = self.opened.borrow().get(cursor) {
            return Rc::clone(facts);
        }
        let opened = Cursor::open(cursor, &AccountName::parse("acme").unwrap(), Some(&self.keys)).unwrap();
        let facts: Facts = opened.facts.facts().map(|dated| (dated.at, dated.fact.clone())).collect();
        let facts = Rc::new(facts);
        let mut cache = self.opened.borrow_mut();
        if cache.len() > 10_000 {
            cache.clear();
        }
        cache.insert(cursor.into(), Rc::clone(&facts));
        facts
    }
}

/// What a cursor or a receipt says, as anybody can read it.
pub fn payload(sealed: &str) -> String {
    let payload = URL_SAFE_NO_PAD.decode(sealed.split('.').nth(1).unwrap()).unwrap();
    String::from_utf8(payload).unwrap()
}

/// Where a step stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Before a call that only looks.
    Look,
    /// Before one that asks only whether SCIM synchronisation is on.
    LookAtSync,
    /// Before a write: the key, and the state that is asked for.
    Write(String, String),
    /// Before the function's answer leaves it.
    Answer,
    /// Before the register is read or listed.
    Read,
    /// Before a generation is created.
    Create,
    /// Before a notice is published.
    Publish,
    /// After a call took effect, and before its answer arrives.
    After,
}

/// What is to become of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes well.
    Well,
    /// A call of the cloud meets this.
    Fault(Fault),
    /// A call of the register or the channel fails, without effect.
    Fails,
    /// The call takes effect, and whoever made it hears of a failure.
    FailsAfter,
    /// A call of the register or the channel takes effect, and longer than an intent is good for.
    Slow,
    /// The call takes effect, and its answer does not come: the step stands still after it.
    Stops,
}

/// What a step in flight and its driver share.
#[derive(Default)]
pub struct Line {
    at: RefCell<Option<Gate>>,
    fate: RefCell<Option<Fate>>,
    pub crashed: Cell<bool>,
}

impl Line {
    /// Stands still at a gate.
    pub async fn gate(&self, gate: Gate) -> Fate {
        *self.at.borrow_mut() = Some(gate);
        poll_fn(|_| match self.fate.borrow_mut().take() {
            Some(fate) => Poll::Ready(fate),
            None => Poll::Pending,
        })
        .await
    }

    /// Stands still after a call, if that is its fate.
    pub async fn after(&self, fate: &Fate) {
        if *fate == Fate::Stops {
            self.gate(Gate::After).await;
        }
    }
}

/// A step in flight.
pub struct Flight {
    line: Rc<Line>,
    step: Pin<Box<dyn Future<Output = Execution>>>,
}

/// Where a flight is after it was let go on.
pub enum Landing {
    At(Gate),
    Done(Box<Execution>),
}

impl Flight {
    /// The next step of an execution.
    pub fn of(index: usize, world: &Rc<RefCell<World>>, fixed: &Rc<Fixed>) -> Self {
        let line = Rc::new(Line::default());
        let running = world.borrow().executions[index].clone();
        let seam = Seam::of(&running, &line, world, fixed);
        let step = Box::pin(async move { seam.step(running.execution).await });
        Self { line, step }
    }

    /// Lets it go on to the next gate, or to its end.
    pub fn go(&mut self, fate: Option<Fate>) -> Landing {
        *self.line.fate.borrow_mut() = fate;
        self.poll()
    }

    /// The function dies where it stands.
    pub fn crash(&mut self) -> Landing {
        self.line.crashed.set(true);
        self.poll()
    }

    fn poll(&mut self) -> Landing {
        *self.line.at.borrow_mut() = None;
        match self.step.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(execution) => Landing::Done(Box::new(execution)),
            Poll::Pending => Landing::At(self.line.at.borrow().clone().expect("a step stands still only at a gate")),
        }
    }
}
