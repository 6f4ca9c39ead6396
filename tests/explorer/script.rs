//! A run of the world by hand: who goes how far, and who acts in between.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::memory::Fact;
use scim_key_lifecycle::orchestrator::Step;
use scim_key_lifecycle::simulator::{Fault, SimStatus};
use scim_key_lifecycle::time::Timestamp;

use crate::events::Trigger;
use crate::history::History;
use crate::judge::{self, Broken};
use crate::play;
use crate::scenes::Scene;
use crate::stage::{Facts, Fate, Fixed, Flight, Gate, Landing};
use crate::world::{EVERY, World};

/// Which gate an execution is to be stopped at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Read,
    Look,
    Write,
    Create,
    Publish,
}

impl Stop {
    fn is(self, gate: &Gate) -> bool {
        match gate {
            Gate::Read => self == Self::Read,
            Gate::Look | Gate::LookAtSync => self == Self::Look,
            Gate::Write(..) => self == Self::Write,
            Gate::Create => self == Self::Create,
            Gate::Publish => self == Self::Publish,
            Gate::Answer | Gate::After => false,
        }
    }
}

/// An execution under way.
#[derive(Clone, Copy, Debug)]
pub struct Run(usize);

pub struct Script {
    world: Rc<RefCell<World>>,
    fixed: Rc<Fixed>,
    flights: Vec<(usize, Flight, Gate)>,
}

impl Script {
    pub fn of((world, fixed): Scene) -> Self {
        Self { world: Rc::new(RefCell::new(world)), fixed, flights: Vec::new() }
    }

    /// Starts an execution, a scheduled one at its time; it has not done anything yet.
    pub fn start(&mut self, trigger: Trigger) -> Run {
        let mut world = self.world.borrow_mut();
        if let Trigger::Heartbeat(day) = trigger {
            world.now = world.now.max(world.start.plus(EVERY * day));
        }
        world.start_execution(trigger);
        Run(world.executions.len() - 1)
    }

    /// Starts one, and lets it go on as long as it need not wait for longer than a few minutes.
    pub fn play(&mut self, trigger: Trigger) -> Ending {
        let run = self.start(trigger);
        self.finish(run)
    }

    /// The scheduled run of a day.
    pub fn day(&mut self, day: u32) -> Ending {
        self.play(Trigger::Heartbeat(day))
    }

    /// Lets it go on until it stands before such a call.
    pub fn until(&mut self, run: Run, stop: Stop) {
        self.go_on(run, |gate| stop.is(gate));
    }

    /// Lets it go on to its end; it waits as long as it has to.
    pub fn finish(&mut self, run: Run) -> Ending {
        self.go_on(run, |_| false);
        let world = self.world.borrow();
        world.executions[run.0].execution.ended().expect("it has ended").clone()
    }

    /// Where it stands, before its next call; it waits as long as it has to. `None`: it has ended.
    pub fn stand(&mut self, run: Run) -> Option<Gate> {
        loop {
            if let Some((.., gate)) = self.flights.iter().find(|(index, ..)| *index == run.0) {
                return Some(gate.clone());
            }
            if !self.wait(run) {
                return None;
            }
            let mut flight = Flight::of(run.0, &self.world, &self.fixed);
            let landing = flight.go(None);
            self.land(run, flight, landing);
        }
    }

    /// Lets it go on as long as it need not wait for longer than this.
    pub fn within(&mut self, run: Run, longest: Duration) {
        let by = self.world.borrow().seen_now().plus(longest);
        while self.world.borrow().executions[run.0].execution.waits_until().is_none_or(|until| until <= by)
            && self.world.borrow().executions[run.0].execution.ended().is_none()
        {
            self.step(run);
        }
    }

    /// Takes one step, to its end.
    fn step(&mut self, run: Run) {
        self.wait(run);
        let mut flight = Flight::of(run.0, &self.world, &self.fixed);
        let mut landing = flight.go(None);
        while matches!(landing, Landing::At(_)) {
            landing = flight.go(Some(Fate::Well));
        }
        self.land(run, flight, landing);
    }

    /// Lets it make the call before which it stands, and go on to the next one.
    pub fn one(&mut self, run: Run, fate: Fate) {
        let at = self.flight(run);
        let (_, mut flight, _) = self.flights.remove(at);
        let landing = flight.go(Some(fate));
        self.land(run, flight, landing);
    }

    /// The call before which it stands meets this fault.
    pub fn fault(&mut self, run: Run, fault: Fault) {
        self.one(run, Fate::Fault(fault));
    }

    /// The function dies where it stands; the loop lives.
    pub fn crash(&mut self, run: Run) {
        let at = self.flight(run);
        let (_, mut flight, _) = self.flights.remove(at);
        let landing = flight.crash();
        self.land(run, flight, landing);
    }

    /// The loop dies where it stands.
    pub fn die(&mut self, run: Run) {
        self.flights.retain(|(index, ..)| *index != run.0);
        let why = "the loop died".to_owned();
        self.world.borrow_mut().executions[run.0].execution.end(Ending::Failed { why });
    }

    /// The loop forgets the step in which it stands, and takes it again.
    pub fn again(&mut self, run: Run) {
        self.flights.retain(|(index, ..)| *index != run.0);
    }

    /// The event is sent as it is, without the loop.
    pub fn start_bare(&mut self, trigger: Trigger) -> Run {
        let run = self.start(trigger);
        self.world.borrow_mut().executions[run.0].bare = true;
        run
    }

    /// The register is gone, with all that was settled.
    pub fn lose_register(&mut self) {
        let mut world = self.world.borrow_mut();
        world.register.clear();
        world.ghost.register_is_gone();
    }

    /// A second later somebody switches a key.
    pub fn switch(&mut self, key: &str, status: SimStatus) {
        self.pass(Duration::from_secs(1));
        self.switch_at_once(key, status);
    }

    /// Somebody switches a key, and no time passes.
    pub fn switch_at_once(&mut self, key: &str, status: SimStatus) {
        let mut world = self.world.borrow_mut();
        let mut keys = world.keys.clone();
        keys.iter_mut().find(|other| other.id == key).unwrap().status = status;
        world.change_keys(keys);
        let seen_now = world.seen_now();
        world.ghost.person(key, status == SimStatus::Enabled, seen_now);
    }

    /// The function's clock is wrong by so many milliseconds from now on.
    pub fn set_clock(&mut self, skew: i64) {
        let mut world = self.world.borrow_mut();
        world.skew = skew;
        world.ghost.wrong_clock();
    }

    pub fn pass(&mut self, time: Duration) {
        let mut world = self.world.borrow_mut();
        world.now = world.now.plus(time);
    }

    pub fn is_on(&self, key: &str) -> bool {
        self.world.borrow().is_on(key)
    }

    /// The facts of the newest generation.
    pub fn facts(&self) -> Vec<Fact> {
        self.dated_facts().iter().map(|(_, fact)| fact.clone()).collect()
    }

    /// The same with their times; none, if there is no generation.
    pub fn dated_facts(&self) -> Rc<Facts> {
        let world = self.world.borrow();
        world.register.last_key_value().map(|(_, (newest, _))| self.fixed.facts(newest)).unwrap_or_default()
    }

    /// How it ended, if it has.
    pub fn ending(&self, run: Run) -> Option<Ending> {
        self.world.borrow().executions[run.0].execution.ended().cloned()
    }

    /// Somebody sweeps every generation but the newest.
    pub fn sweep(&mut self) {
        let mut world = self.world.borrow_mut();
        let newest = *world.register.last_key_value().unwrap().0;
        world.register.retain(|generation, _| *generation == newest);
    }

    /// Lets everything come to rest, and judges it.
    pub fn rest(self) -> World {
        let (world, broken) = self.at_rest();
        assert_eq!(broken, []);
        world
    }

    /// Lets everything come to rest, and tells which promises were broken.
    pub fn at_rest(self) -> (World, Vec<Broken>) {
        let world = self.world.borrow().clone();
        let mut world = play::come_to_rest(world, &self.fixed, |_| false).unwrap();
        let broken = judge::at_rest(&mut world, &self.fixed);
        (world, broken)
    }

    /// The world as it is now, for another script.
    pub fn into_scene(self) -> Scene {
        (self.world.borrow().clone(), Rc::clone(&self.fixed))
    }

    /// The true time.
    pub fn now(&self) -> Timestamp {
        self.world.borrow().now
    }

    /// What happened so far.
    pub fn history(&self) -> History {
        self.world.borrow().ghost.history.clone()
    }

    fn flight(&self, run: Run) -> usize {
        self.flights.iter().position(|(index, ..)| *index == run.0).expect("it stands before a call")
    }

    fn land(&mut self, run: Run, flight: Flight, landing: Landing) {
        match landing {
            Landing::At(gate) => self.flights.push((run.0, flight, gate)),
            Landing::Done(execution) => self.world.borrow_mut().executions[run.0].execution = *execution,
        }
    }

    fn go_on(&mut self, run: Run, stop: impl Fn(&Gate) -> bool) {
        for _ in 0..2_000 {
            match self.stand(run) {
                Some(gate) if !stop(&gate) => self.one(run, Fate::Well),
                _ => return,
            }
        }
        panic!("it does not come to an end");
    }

    /// Lets time pass until it can go on; false if it has ended.
    fn wait(&self, run: Run) -> bool {
        let mut world = self.world.borrow_mut();
        let execution = &world.executions[run.0].execution;
        if let Step::Wait(until) = execution.next() {
            let late = until.since(world.seen_now());
            world.now = world.now.plus(late);
        }
        world.executions[run.0].execution.ended().is_none()
    }
}
