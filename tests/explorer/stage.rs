//! One step of one execution in flight: the production handler and orchestrator, stopped before every call.
//!
//! The step is a future. Before each call it waits at a *gate*, until whoever drives it says what is to become of the
//! call. Dropping the future is a crash of the loop; a crash of the function is an answer that never comes.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scim_key_lifecycle::clock::{Clock, Deadline};
use scim_key_lifecycle::cursor::{Cursor, Keys};
use scim_key_lifecycle::handler::{self, Cloud};
use scim_key_lifecycle::memory::Fact;
use scim_key_lifecycle::notice::Notice;
use scim_key_lifecycle::orchestrator::{Channel, Entry, Execution, Function, Machine, NotCreated, Register};
use scim_key_lifecycle::policy::{Account, Policy};
use scim_key_lifecycle::report::Answer;
use scim_key_lifecycle::simulator::{Fault, InProcess, SimAccount, Simulator};
use scim_key_lifecycle::tencent::Client;
use scim_key_lifecycle::tencent::pace::Pace;
use scim_key_lifecycle::tencent::secret::{ApiSecret, SecretError};
use scim_key_lifecycle::tencent::transport::{Request, Response, Transport, Undelivered};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::RunId;
use scim_key_lifecycle::zone::AccountName;
use serde_json::Value;

use crate::judge::Look;
use crate::world::{Trigger, World};

pub const ZONE: &str = "z-vft38p2hq8tq";
pub const SECRET_ID: &str = "AKIDexplorer";
pub const SECRET_KEY: &str = "explorer-secret-key-not-real";

/// A shorter wait takes no time.
const SHORTEST: Duration = Duration::from_secs(1);

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
        let payload = URL_SAFE_NO_PAD.decode(sealed.split('.').nth(1).unwrap()).unwrap();
        let mut body: Value = serde_json::from_slice(&payload).unwrap();
        body.as_object_mut().unwrap().remove("generation");
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

/// Where a step stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Before a call that only looks.
    Look,
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
}

/// What a step in flight and its driver share.
#[derive(Default)]
struct Line {
    at: RefCell<Option<Gate>>,
    fate: RefCell<Option<Fate>>,
    crashed: Cell<bool>,
}

impl Line {
    /// Stands still at a gate.
    async fn gate(&self, gate: Gate) -> Fate {
        *self.at.borrow_mut() = Some(gate);
        poll_fn(|_| match self.fate.borrow_mut().take() {
            Some(fate) => Poll::Ready(fate),
            None => Poll::Pending,
        })
        .await
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
        let seam = Seam {
            line: Rc::clone(&line),
            world: Rc::clone(world),
            fixed: Rc::clone(fixed),
            trigger: running.trigger,
            read: RefCell::default(),
            look: RefCell::default(),
        };
        let mut execution = running.execution;
        let step = Box::pin(async move {
            let clock = Skewed(Rc::clone(&seam.world));
            let machine = Machine { function: &seam, register: &seam, channel: &seam, clock: &clock };
            machine.step(&mut execution).await;
            execution
        });
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

/// All that the step is handed.
struct Seam {
    line: Rc<Line>,
    world: Rc<RefCell<World>>,
    fixed: Rc<Fixed>,
    trigger: Trigger,
    /// The facts of the register on which the function was invoked.
    read: RefCell<Rc<Facts>>,
    /// Its last look.
    look: RefCell<Option<Look>>,
}

/// The function's clock: the true one, and what it is wrong by.
struct Skewed(Rc<RefCell<World>>);

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        self.0.borrow().seen_now()
    }

    async fn sleep(&self, duration: Duration) {
        // The wait between two attempts at one call takes no time here, so that what has no effect ends where it began.
        if duration >= SHORTEST {
            let mut world = self.0.borrow_mut();
            world.now = world.now.plus(duration);
        }
    }
}

impl Function for Seam {
    async fn invoke(&self, event: &Value) -> Result<Answer, String> {
        let clock = Skewed(Rc::clone(&self.world));
        let by = Deadline(clock.now().plus(Duration::from_secs(59)));
        let pace = RefCell::default();
        let cloud = Invocation { seam: self, clock, pace };
        let bytes = event.to_string();
        *self.read.borrow_mut() =
            event["register"]["cursor"].as_str().map(|read| self.fixed.facts(read)).unwrap_or_default();
        let answering = async {
            let function =
                handler::Function { policy: &self.fixed.policy, cloud: &cloud, keys: Some(&self.fixed.keys) };
            let answer =
                handler::handle(bytes.as_bytes(), &function, by).await.map_err(|refused| refused.to_string())?;
            self.line.gate(Gate::Answer).await;
            Ok(answer)
        };
        let mut answering = pin!(answering);
        let answer = poll_fn(|context| {
            if self.line.crashed.take() {
                return Poll::Ready(Err("the function crashed".to_owned()));
            }
            answering.as_mut().poll(context)
        })
        .await?;
        self.world.borrow_mut().ghost.answered(self.trigger, &answer);
        Ok(answer)
    }
}

struct Invocation<'a> {
    seam: &'a Seam,
    clock: Skewed,
    pace: RefCell<Pace>,
}

impl<'a> Cloud for Invocation<'a> {
    type Transport = Gated<'a>;
    type Clock = Skewed;

    fn clock(&self) -> &Skewed {
        &self.clock
    }

    async fn client(&self, _: &Account, run: &RunId) -> Result<Client<'_, Gated<'a>, Skewed>, SecretError> {
        let secret = self.seam.fixed.secret.clone();
        Ok(Client::new(Gated(self.seam), &self.clock, &self.pace, "organization.test", secret, run.as_str()))
    }
}

/// The way to the simulated cloud, with a gate before each call.
struct Gated<'a>(&'a Seam);

impl Transport for Gated<'_> {
    async fn send(&self, request: Request, within: Duration) -> Result<Response, Undelivered> {
        let Self(seam) = self;
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let write = body.get("NewStatus").map(|_| (text("CredentialId"), text("NewStatus")));
        let gate = write.clone().map_or(Gate::Look, |(key, to)| Gate::Write(key, to));
        let fate = seam.line.gate(gate).await;
        if let Some((key, to)) = &write {
            let mut world = seam.world.borrow_mut();
            let now = world.seen_now();
            let World { ghost, keys, .. } = &mut *world;
            ghost.writes(
                seam.trigger,
                key,
                to,
                keys,
                &seam.read.borrow(),
                seam.look.borrow().as_ref(),
                now,
                &seam.fixed,
            );
        }
        let (simulator, before) = {
            let world = seam.world.borrow();
            (simulator(&world), world.keys.clone())
        };
        let fault = match fate {
            Fate::Fault(fault) => Some(fault),
            _ => None,
        };
        if let Some(fault) = fault.clone() {
            let mut once = Some(fault);
            simulator.draw_faults(move |_| once.take());
        }
        let answer = InProcess::new(simulator.clone(), Skewed(Rc::clone(&seam.world))).send(request, within).await;
        let after = simulator.with(|cloud| cloud.account(SECRET_ID).unwrap().keys.clone());
        let mut world = seam.world.borrow_mut();
        if let Some((key, to)) = &write
            && before != after
        {
            let now = world.seen_now();
            world.ghost.took_effect(seam.trigger, key, to, now);
        }
        if before != after {
            world.change_keys(after);
        }
        if write.is_none()
            && let Ok(response) = &answer
        {
            let now = world.seen_now();
            if let Some(look) = world.ghost.looked(&response.body, now) {
                *seam.look.borrow_mut() = Some(look);
            }
        }
        answer
    }
}

/// A simulated cloud with the world's keys, and what they were before.
fn simulator(world: &World) -> Simulator {
    let now = world.now;
    let simulator = Simulator::new(move || now);
    let mut account = SimAccount::new(SECRET_ID, SECRET_KEY, ZONE);
    account.keys.clone_from(&world.before);
    simulator.add_account(account);
    simulator.with(|cloud| cloud.account_mut(SECRET_ID).unwrap().keys.clone_from(&world.keys));
    simulator
}

impl Register for Seam {
    async fn list(&self, _: &str) -> Result<Vec<Entry>, String> {
        if self.line.gate(Gate::Read).await != Fate::Well {
            return Err("the register cannot be listed".to_owned());
        }
        let entry = |(generation, (_, created)): (&u64, &(Rc<str>, Timestamp))| Entry {
            generation: *generation,
            created: *created,
        };
        Ok(self.world.borrow().register.iter().map(entry).collect())
    }

    async fn get(&self, _: &str, generation: u64) -> Result<String, String> {
        let world = self.world.borrow();
        world.register.get(&generation).map(|(cursor, _)| cursor.to_string()).ok_or("it was swept".to_owned())
    }

    async fn create(&self, _: &str, generation: u64, cursor: &str) -> Result<(), NotCreated> {
        let fate = self.line.gate(Gate::Create).await;
        if fate == Fate::Fails {
            return Err(NotCreated::Failed("the register cannot be written".to_owned()));
        }
        let mut world = self.world.borrow_mut();
        if world.register.contains_key(&generation) {
            world.ghost.reached.insert("a settle that was lost");
            return Err(NotCreated::Taken);
        }
        let (now, seen_now) = (world.now, world.seen_now());
        world.register.insert(generation, (cursor.into(), now));
        // One that is not the newest, since its name had been swept, settles nothing: the list that follows shows it.
        if world.register.last_key_value().is_some_and(|(newest, _)| *newest == generation) {
            world.ghost.settled(self.trigger, cursor, seen_now, &self.fixed);
        }
        if fate == Fate::FailsAfter {
            return Err(NotCreated::Failed("no answer".to_owned()));
        }
        Ok(())
    }

    async fn delete(&self, _: &str, generation: u64) -> Result<(), String> {
        self.world.borrow_mut().register.remove(&generation);
        Ok(())
    }
}

impl Channel for Seam {
    async fn publish(&self, notice: &Notice) -> bool {
        let fate = self.line.gate(Gate::Publish).await;
        let mut world = self.world.borrow_mut();
        let now = world.seen_now();
        if fate != Fate::Fails {
            let World { ghost, keys, .. } = &mut *world;
            ghost.told(notice, keys, now);
        }
        fate == Fate::Well
    }
}
