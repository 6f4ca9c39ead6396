//! What a step in flight runs on: the function, the cloud, the register and the people, each behind a gate.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, Deadline};
use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::handler::{self, Cloud};
use scim_key_lifecycle::notice::Addressed;
use scim_key_lifecycle::orchestrator::{Channel, Entry, Execution, Function, Machine, NotCreated, Register, Step};
use scim_key_lifecycle::policy::Account;
use scim_key_lifecycle::report::Answer;
use scim_key_lifecycle::simulator::{Action, InProcess, SimAccount, SimKey, Simulator};
use scim_key_lifecycle::tencent::Client;
use scim_key_lifecycle::tencent::kept::Kept;
use scim_key_lifecycle::tencent::secret::SecretError;
use scim_key_lifecycle::tencent::transport::{Request, Response, Transport, Undelivered};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::RunId;
use serde_json::Value;

use crate::events::Trigger;
use crate::judge::{self, Look};
use crate::stage::{Facts, Fate, Fixed, Gate, Line, SECRET_ID, SECRET_KEY, ZONE};
use crate::world::{Running, SYNC, World};

/// How long a slow register or channel takes.
const SLOW: Duration = Duration::from_secs(90);

const READ_SYNC: Action = Action::GetScimSynchronizationStatus;

/// A shorter wait takes no time.
const SHORTEST: Duration = Duration::from_secs(1);

/// All that the step is handed.
pub struct Seam {
    line: Rc<Line>,
    world: Rc<RefCell<World>>,
    fixed: Rc<Fixed>,
    trigger: Trigger,
    /// The receipt that its event brings.
    receipt: Option<String>,
    /// No loop called.
    bare: bool,
    /// The facts of the register on which the function was invoked.
    read: RefCell<Rc<Facts>>,
    /// Its last look.
    look: RefCell<Option<Look>>,
    /// What it was last told of SCIM synchronisation, if it could be read.
    sync: RefCell<Option<String>>,
    /// It sweeps: no call waits at a gate.
    sweeps: Cell<bool>,
}

impl Seam {
    pub fn of(running: &Running, line: &Rc<Line>, world: &Rc<RefCell<World>>, fixed: &Rc<Fixed>) -> Self {
        Self {
            line: Rc::clone(line),
            world: Rc::clone(world),
            fixed: Rc::clone(fixed),
            trigger: running.trigger,
            receipt: running.receipt.clone(),
            bare: running.bare,
            read: RefCell::default(),
            look: RefCell::default(),
            sync: RefCell::default(),
            sweeps: Cell::default(),
        }
    }

    /// Takes the execution one step on. What it sweeps then makes no difference to anybody, nor does a sweep that is lost.
    pub async fn step(&self, mut execution: Execution) -> Execution {
        if self.bare {
            return self.without_a_loop(execution).await;
        }
        let clock = Skewed(Rc::clone(&self.world));
        let machine = Machine { function: self, register: self, channel: self, clock: &clock };
        machine.step(&mut execution).await;
        if matches!(execution.next(), Step::Sweep(_)) {
            self.sweeps.set(true);
            machine.step(&mut execution).await;
        }
        execution
    }

    /// Sends the event as it is: whoever does that reads the answer, and nobody accepts a warning.
    async fn without_a_loop(&self, mut execution: Execution) -> Execution {
        let event = {
            let world = self.world.borrow();
            self.trigger.event(world.start, &world.ghost.receipts)
        };
        let ending = match self.invoke(&event).await {
            Ok(answer) => {
                self.world.borrow_mut().ghost.history.read(&answer);
                answer.ending
            }
            Err(why) => Ending::Failed { why },
        };
        execution.end(ending);
        execution
    }
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
        // A process of its own: it knows no zone, so all calls are made.
        let cloud = Invocation { seam: self, clock, kept: Kept::default() };
        let bytes = event.to_string();
        *self.read.borrow_mut() =
            event["register"]["cursor"].as_str().map(|read| self.fixed.facts(read)).unwrap_or_default();
        let answering = async {
            let function =
                handler::Function { policy: &self.fixed.policy, cloud: &cloud, keys: Some(&self.fixed.keys) };
            let answer =
                handler::handle(bytes.as_bytes(), &function, by).await.map_err(|refused| refused.to_string())?;
            let fate = self.line.gate(Gate::Answer).await;
            self.after(&fate).await;
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
        let mut world = self.world.borrow_mut();
        world.ghost.meant(&answer, &self.read.borrow(), self.look.borrow().as_ref(), &self.fixed);
        world.ghost.answered(self.trigger, &answer, &self.fixed);
        if let Some(receipt) = &self.receipt {
            judge::freed(&answer).iter().for_each(|key| world.ghost.gives_back_by(receipt, key, &self.read.borrow()));
        }
        Ok(answer)
    }
}

struct Invocation<'a> {
    seam: &'a Seam,
    clock: Skewed,
    kept: Kept,
}

impl<'a> Cloud for Invocation<'a> {
    type Transport = Gated<'a>;
    type Clock = Skewed;

    fn clock(&self) -> &Skewed {
        &self.clock
    }

    async fn client(&self, _: &Account, run: &RunId) -> Result<Client<'_, Gated<'a>, Skewed>, SecretError> {
        let secret = self.seam.fixed.secret.clone();
        Ok(Client::new(Gated(self.seam), &self.clock, &self.kept, "organization.test", secret, run.as_str()))
    }
}

/// The way to the simulated cloud, with a gate before each call.
struct Gated<'a>(&'a Seam);

impl Transport for Gated<'_> {
    async fn send(&self, request: Request, within: Duration) -> Result<Response, Undelivered> {
        let Self(seam) = self;
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let switches_it = body.get("SCIMSynchronizationStatus");
        let write = body
            .get("NewStatus")
            .map(|_| (text("CredentialId"), text("NewStatus")))
            .or(switches_it.map(|_| (SYNC.to_owned(), text("SCIMSynchronizationStatus"))));
        let asks_for_sync = request.headers.contains(&("X-TC-Action", READ_SYNC.name().to_owned()));
        let look = if asks_for_sync { Gate::LookAtSync } else { Gate::Look };
        let gate = write.clone().map_or(look, |(key, to)| Gate::Write(key, to));
        let fate = seam.line.gate(gate).await;
        if let Some((key, to)) = write.as_ref().filter(|_| !seam.bare) {
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
            if let Some(receipt) = seam.receipt.as_ref().filter(|_| to == "Enabled") {
                ghost.gives_back_by(receipt, key, &seam.read.borrow());
            }
        }
        let (simulator, before) = {
            let world = seam.world.borrow();
            (simulator(&world), world.keys.clone())
        };
        let fault = match &fate {
            Fate::Fault(fault) => Some(fault.clone()),
            _ => None,
        };
        if let Some(fault) = fault.clone() {
            let mut once = Some(fault);
            simulator.draw_faults(move |_| once.take());
        }
        let answer = InProcess::new(simulator.clone(), Skewed(Rc::clone(&seam.world))).send(request, within).await;
        let after = simulator.with(|cloud| keys(cloud.account(SECRET_ID).unwrap(), &before));
        seam.took_effect(write.as_ref(), &before, after);
        seam.after(&fate).await;
        if asks_for_sync {
            *seam.sync.borrow_mut() = answer.as_ref().ok().and_then(|response| state_of_sync(&response.body));
        } else if write.is_none()
            && let Ok(response) = &answer
        {
            let mut world = seam.world.borrow_mut();
            let now = world.seen_now();
            if let Some((at, mut shown)) = world.ghost.looked(&response.body, now) {
                shown.extend(seam.sync.borrow().iter().map(|state| (SYNC.to_owned(), state.clone())));
                *seam.look.borrow_mut() = Some((at, shown));
            }
        }
        answer
    }
}

/// What an answer tells of SCIM synchronisation, if it is no error.
fn state_of_sync(body: &[u8]) -> Option<String> {
    let body = serde_json::from_slice::<Value>(body).ok()?;
    Some(body["Response"]["SCIMSynchronizationStatus"].as_str()?.to_owned())
}

impl Seam {
    /// After a call: how long has it taken, and does its answer come?
    async fn after(&self, fate: &Fate) {
        if *fate == Fate::Slow {
            let mut world = self.world.borrow_mut();
            world.now = world.now.plus(SLOW);
        }
        self.line.after(fate).await;
    }

    /// A call was made: what has it changed?
    fn took_effect(&self, write: Option<&(String, String)>, before: &[SimKey], after: Vec<SimKey>) {
        let mut world = self.world.borrow_mut();
        let now = world.seen_now();
        if let Some((key, to)) = write {
            world.ghost.history.wrote(key, to, before, now);
        }
        if before == after.as_slice() {
            return;
        }
        if let Some((key, to)) = write {
            world.ghost.took_effect(self.trigger, key, to, now);
        }
        world.change_keys(after);
    }

    /// Creates a generation, if its name is free.
    fn insert(&self, generation: u64, cursor: &str) -> Result<(), NotCreated> {
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
        Ok(())
    }
}

/// A simulated cloud with the world's keys, and what they were before.
fn simulator(world: &World) -> Simulator {
    let now = world.now;
    let simulator = Simulator::new(move || now);
    let mut account = SimAccount::new(SECRET_ID, SECRET_KEY, ZONE);
    put(&mut account, &world.before);
    simulator.add_account(account);
    simulator.with(|cloud| put(cloud.account_mut(SECRET_ID).unwrap(), &world.keys));
    simulator
}

/// Gives the account these keys, and synchronisation the state that it has among them.
fn put(account: &mut SimAccount, keys: &[SimKey]) {
    account.keys = keys.iter().filter(|key| key.id != SYNC).cloned().collect();
    for it in keys.iter().filter(|key| key.id == SYNC) {
        account.sync = it.status;
    }
}

/// The account's keys, with synchronisation among them if it was there before.
fn keys(account: &SimAccount, before: &[SimKey]) -> Vec<SimKey> {
    let sync = before.iter().filter(|key| key.id == SYNC);
    let sync = sync.map(|it| SimKey { status: account.sync, ..it.clone() });
    account.keys.iter().cloned().chain(sync).collect()
}

impl Register for Seam {
    async fn list(&self, _: &str) -> Result<Vec<Entry>, String> {
        let fate = if self.sweeps.get() { Fate::Well } else { self.line.gate(Gate::Read).await };
        self.after(&fate).await;
        if fate == Fate::Fails {
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
        let created = self.insert(generation, cursor);
        self.after(&fate).await;
        created?;
        if fate == Fate::FailsAfter {
            return Err(NotCreated::Failed("no answer".to_owned()));
        }
        Ok(())
    }

    async fn delete(&self, _: &str, generation: u64) -> Result<(), String> {
        let mut world = self.world.borrow_mut();
        world.register.remove(&generation);
        world.ghost.reached.insert("a generation that was swept");
        Ok(())
    }
}

impl Channel for Seam {
    async fn publish(&self, Addressed { notice, .. }: Addressed<'_>) -> bool {
        let fate = self.line.gate(Gate::Publish).await;
        if fate != Fate::Fails {
            let mut world = self.world.borrow_mut();
            let now = world.seen_now();
            let World { ghost, keys, .. } = &mut *world;
            ghost.told(notice, keys, now);
        }
        self.after(&fate).await;
        matches!(fate, Fate::Well | Fate::Slow)
    }
}
