//! From one moment at which nothing is in flight to the next, with every choice on the way.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use scim_key_lifecycle::orchestrator::{Execution, Step};
use scim_key_lifecycle::simulator::{Fault, SimKey, SimStatus};

use crate::chooser::{Chooser, List};
use crate::events::Trigger;
use crate::stage::{Fate, Fixed, Flight, Gate, Landing};
use crate::world::{A, B, C, D, DAY, EVERY, SYNC, World};

/// How long a person takes.
const PERSON: Duration = Duration::from_secs(1);

/// What may happen out of schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    /// Nothing: it goes on.
    Nothing,
    /// The call meets this.
    Fate(Fate),
    /// The function dies where it stands.
    Crash,
    /// The loop dies: the execution is gone.
    Die,
    /// A person switches a key.
    Switch(&'static str, SimStatus),
    /// A person deletes a key.
    Delete(&'static str),
    /// A person creates a key.
    Create,
    /// Another execution goes on instead.
    Turn(usize),
    /// Something starts an execution.
    Start(Trigger),
    /// The function's clock is wrong by so many milliseconds from now on.
    Clock(i64),
}

/// Before which steps and calls turns, starts and wrong clocks are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// Where they lead to something that they lead to nowhere else.
    WhereItMatters,
    /// Before all.
    Everywhere,
}

/// Plays one segment: an event between two steps, or a step with what happens on the way. `None`: nothing is left to happen.
pub fn segment(mut world: World, fixed: &Rc<Fixed>, offered: Offered, chooser: &mut impl Chooser) -> Option<World> {
    world.forget_ended();
    let mut play = Play { fixed: Rc::clone(fixed), offered, flights: Vec::new(), world: Rc::new(RefCell::new(world)) };
    if !play.between_steps(chooser) {
        let current = play.whose_turn()?;
        play.take_off(current);
        while let Some(index) = play.flying() {
            play.advance(index, chooser);
        }
    }
    drop(play.flights);
    Some(Rc::try_unwrap(play.world).expect("nothing is in flight").into_inner())
}

/// A flight, and where it stands; `None`: it has just taken off.
struct Aloft {
    index: usize,
    flight: Flight,
    gate: Option<Gate>,
    /// It has made a call.
    has_called: bool,
}

struct Play {
    fixed: Rc<Fixed>,
    offered: Offered,
    world: Rc<RefCell<World>>,
    flights: Vec<Aloft>,
}

impl Play {
    /// The execution that goes on now. If none can, time passes until one can, or a day's run begins.
    fn whose_turn(&self) -> Option<usize> {
        let mut world = self.world.borrow_mut();
        loop {
            if let Some(index) = world.whose_turn() {
                world.current = index;
                return Some(index);
            }
            let next = world.next_instant()?;
            world.now = world.now.max(next);
            if let Some(day) = world.days.first().copied()
                && world.start.plus(EVERY * day) <= world.now
            {
                world.days.remove(0);
                world.start_execution(Trigger::Heartbeat(day));
            }
        }
    }

    fn take_off(&mut self, index: usize) {
        let flight = Flight::of(index, &self.world, &self.fixed);
        self.flights.push(Aloft { index, flight, gate: None, has_called: false });
        self.world.borrow_mut().current = index;
        self.land(index, None);
    }

    /// The flight whose turn it is, or else any.
    fn flying(&self) -> Option<usize> {
        let current = self.world.borrow().current;
        let turn = self.flights.iter().find(|aloft| aloft.index == current).or(self.flights.first());
        turn.map(|aloft| aloft.index)
    }

    /// Lets a flight go on, and takes note of where it comes to stand.
    fn land(&mut self, index: usize, fate: Option<Fate>) {
        let at = self.flights.iter().position(|aloft| aloft.index == index).unwrap();
        self.flights[at].has_called |= fate.is_some();
        let landing = self.flights[at].flight.go(fate);
        self.landed(at, landing);
    }

    fn landed(&mut self, at: usize, landing: Landing) {
        match landing {
            Landing::At(gate) => self.flights[at].gate = Some(gate),
            Landing::Done(execution) => {
                let aloft = self.flights.remove(at);
                self.put_back(aloft.index, *execution);
            }
        }
    }

    fn put_back(&mut self, index: usize, execution: Execution) {
        self.world.borrow_mut().put_back(index, execution);
    }

    /// At a gate: what happens?
    fn advance(&mut self, index: usize, chooser: &mut impl Chooser) {
        let aloft = self.flights.iter().find(|aloft| aloft.index == index).expect("it flies");
        let gate = aloft.gate.clone().expect("what flies stands at a gate");
        let has_called = aloft.has_called;
        let mut menu = vec![Event::Nothing];
        if self.world.borrow().budget > 0 {
            // A hop in flight ends within a minute: what is slow meanwhile cannot hold it up.
            let alone = self.flights.len() == 1;
            menu.extend(at_gate(&gate).into_iter().filter(|event| alone || *event != Event::Fate(Fate::Slow)));
            if self.offered == Offered::Everywhere || is_shared(&gate, has_called) {
                menu.extend(self.other_turns(index));
            }
            // What people do makes a difference only to calls of the cloud. What starts reads the register first, and no
            // step that calls the cloud writes to that: it may as well begin before the step or after it.
            if matches!(gate, Gate::Look | Gate::LookAtSync | Gate::Write(..)) {
                menu.extend(self.people());
            }
        }
        let event = menu[chooser.choose(menu.len())].clone();
        if event != Event::Nothing {
            self.world.borrow_mut().budget -= 1;
        }
        self.happen(index, event);
    }

    fn happen(&mut self, index: usize, event: Event) {
        match event {
            Event::Nothing => self.land(index, Some(Fate::Well)),
            Event::Fate(fate) => self.land(index, Some(fate)),
            Event::Crash => {
                let at = self.flights.iter().position(|aloft| aloft.index == index).unwrap();
                self.world.borrow_mut().ghost.reached.insert("a crash of the function");
                let landing = self.flights[at].flight.crash();
                self.landed(at, landing);
            }
            Event::Die => {
                self.flights.retain(|aloft| aloft.index != index);
                let mut world = self.world.borrow_mut();
                let why = "the loop died".to_owned();
                world.executions[index].execution.end(scim_key_lifecycle::ending::Ending::Failed { why });
            }
            Event::Turn(other) => {
                let aloft = self.flights.iter().any(|aloft| aloft.index == other);
                self.world.borrow_mut().current = other;
                if !aloft {
                    self.take_off(other);
                }
            }
            other => self.outside(&other),
        }
    }

    fn start(&self, trigger: Trigger) {
        let mut world = self.world.borrow_mut();
        let at = world.extras.iter().position(|extra| *extra == trigger).unwrap();
        world.extras.remove(at);
        if matches!(trigger, Trigger::Restore(_)) {
            world.now = world.now.plus(PERSON);
        }
        world.start_execution(trigger);
    }

    /// What happens in the world, and to no execution.
    fn outside(&self, event: &Event) {
        let mut world = self.world.borrow_mut();
        world.now = world.now.plus(PERSON);
        let now = world.now;
        let seen_now = world.seen_now();
        let mut keys = world.keys.clone();
        match event {
            Event::Switch(id, status) => {
                if let Some(key) = keys.iter_mut().find(|key| key.id == *id) {
                    key.status = *status;
                }
                world.ghost.person(id, *status == SimStatus::Enabled, seen_now);
            }
            Event::Delete(id) => {
                keys.retain(|key| key.id != *id);
                world.ghost.person(id, false, seen_now);
            }
            Event::Create => {
                keys.push(SimKey {
                    id: D.to_owned(),
                    status: SimStatus::Enabled,
                    created: now,
                    expires: now.plus(DAY * 365),
                });
            }
            Event::Clock(skew) => {
                world.skew = *skew;
                world.ghost.wrong_clock();
            }
            _ => {}
        }
        world.change_keys(keys);
    }

    /// Between two steps: what happens? False: nothing.
    fn between_steps(&mut self, chooser: &mut impl Chooser) -> bool {
        if self.world.borrow().budget == 0 {
            return false;
        }
        let mut menu = vec![Event::Nothing];
        let next = self.next_step();
        // Telling people makes no difference to other executions, nor they to it: they may as well go on afterwards.
        if self.offered == Offered::Everywhere || !matches!(next, Some(Step::Notify(_))) {
            menu.extend(self.other_turns(usize::MAX));
            menu.extend(self.starts());
        }
        if self.world.borrow().nobody_can_go_on() {
            menu.extend(self.people());
        }
        // The loop looks at no clock in these steps, but to say how long it waits after a failure.
        let looks_at_the_clock = !matches!(next, Some(Step::Read | Step::Settle { .. } | Step::Notify(_)));
        if (self.offered == Offered::Everywhere || looks_at_the_clock) && self.world.borrow().skew == 0 {
            menu.extend([Event::Clock(240_000), Event::Clock(-240_000)]);
        }
        let event = menu[chooser.choose(menu.len())].clone();
        if event == Event::Nothing {
            return false;
        }
        self.world.borrow_mut().budget -= 1;
        match event {
            Event::Turn(other) => self.world.borrow_mut().current = other,
            Event::Start(trigger) => self.start(trigger),
            other => self.outside(&other),
        }
        true
    }

    /// The step that the execution whose turn it is takes next; `None`: nobody can go on.
    fn next_step(&self) -> Option<Step> {
        let world = self.world.borrow();
        world.whose_turn().map(|index| world.executions[index].execution.next().clone())
    }

    fn people(&self) -> Vec<Event> {
        let world = self.world.borrow();
        let mut events = Vec::new();
        for id in [A, B, C, D, SYNC] {
            match world.key(id).map(|key| key.status) {
                Some(SimStatus::Enabled) => events.push(Event::Switch(id, SimStatus::Disabled)),
                Some(SimStatus::Disabled) => events.push(Event::Switch(id, SimStatus::Enabled)),
                None => {}
            }
        }
        events.extend([A, B, C, D].into_iter().filter(|id| world.key(id).is_some()).map(Event::Delete));
        if world.keys.iter().filter(|key| key.id != SYNC).count() < 2 && world.key(D).is_none() {
            events.push(Event::Create);
        }
        events
    }

    fn other_turns(&self, index: usize) -> Vec<Event> {
        let world = self.world.borrow();
        let others = (0..world.executions.len()).filter(|other| *other != index && *other != world.current);
        others.filter(|other| world.can_go_on(*other)).map(Event::Turn).collect()
    }

    fn starts(&self) -> Vec<Event> {
        let world = self.world.borrow();
        let mut offered = Vec::new();
        for extra in &world.extras {
            let possible = !matches!(extra, Trigger::Restore(_)) || !world.ghost.receipts.is_empty();
            if possible && !offered.contains(extra) {
                offered.push(*extra);
            }
        }
        offered.into_iter().map(Event::Start).collect()
    }
}

/// Does what others do before this call make a difference that it would not make before the step, or after it?
fn is_shared(gate: &Gate, has_called: bool) -> bool {
    match gate {
        Gate::Look | Gate::LookAtSync | Gate::Write(..) => true,
        Gate::Read | Gate::Create => has_called,
        Gate::Publish | Gate::Answer | Gate::After => false,
    }
}

/// What may happen to a call.
fn at_gate(gate: &Gate) -> Vec<Event> {
    let end = match gate {
        Gate::Look | Gate::LookAtSync | Gate::Write(..) | Gate::Answer => Event::Crash,
        Gate::Read | Gate::Create | Gate::Publish | Gate::After => Event::Die,
    };
    let faults = match gate {
        Gate::Look => vec![
            Fate::Fault(Fault::Throttle),
            Fate::Fault(Fault::ResetBefore),
            Fate::Fault(Fault::Slow(Duration::from_secs(3))),
            Fate::Fault(Fault::StaleList(1)),
        ],
        // It cannot be read: it may not be, or it is not told in time.
        Gate::LookAtSync => vec![
            Fate::Fault(Fault::Code("UnauthorizedOperation".to_owned())),
            Fate::Fault(Fault::Slow(Duration::from_secs(60))),
        ],
        Gate::Write(..) => vec![
            Fate::Fault(Fault::Throttle),
            Fate::Fault(Fault::ResetBefore),
            Fate::Fault(Fault::ResetAfter),
            Fate::Fault(Fault::NoEffect),
            Fate::Fault(Fault::Slow(Duration::from_secs(3))),
        ],
        Gate::Read | Gate::Publish => vec![Fate::Fails, Fate::Slow],
        Gate::Create => vec![Fate::Fails, Fate::FailsAfter, Fate::Slow],
        Gate::Answer | Gate::After => vec![],
    };
    std::iter::once(end).chain(faults.into_iter().map(Event::Fate)).collect()
}

/// How many undisturbed scheduled runs there are at the end.
const UNDISTURBED: u8 = 3;

/// The longest way to rest, in steps: some three hundred hops.
const LONGEST: usize = 2_000;

/// Lets everything come to rest without another event: what is under way ends, and then undisturbed scheduled runs pass.
/// At the beginning, and whenever nobody can go on, it asks whether this world is `known`, and if so goes no further.
pub fn come_to_rest(mut world: World, fixed: &Rc<Fixed>, mut known: impl FnMut(&World) -> bool) -> Option<World> {
    world.budget = 0;
    world.skew = 0;
    for step in 0..LONGEST {
        let idle = world.nobody_can_go_on();
        if (idle || step == 0) && known(&world) {
            return None;
        }
        if idle && world.next_instant().is_none() {
            if world.undisturbed == UNDISTURBED {
                return Some(world);
            }
            world.another_day();
        }
        world = segment(world, fixed, Offered::WhereItMatters, &mut List::default())?;
        world.forget_ended();
    }
    world.ghost.broken("an end", format!("after {LONGEST} steps something is still under way"));
    Some(world)
}
