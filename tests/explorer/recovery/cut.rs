//! Cutting an execution, and going on after that.

use super::cases::{self, Case};
use crate::events::Trigger;
use crate::script::{Run, Script};
use crate::stage::{Fate, Gate};

/// How it goes on after a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The loop died. The event is delivered again, and the register is as it stands.
    DeliveredAgain,
    /// The loop lives, and still has the execution's last cursor: a hop that died is tried again, and a step of the
    /// loop's own is taken again.
    SameExecution,
    /// The loop died, and the register is gone. The event is delivered again.
    WithoutRegister,
    /// The same, and the event comes without a loop.
    Bare,
    /// The loop died, and nobody does anything. The next scheduled run comes.
    NextDay,
}

impl Way {
    pub const ALL: [Self; 5] =
        [Self::DeliveredAgain, Self::SameExecution, Self::WithoutRegister, Self::Bare, Self::NextDay];

    /// Is nothing remembered?
    pub fn forgets(self) -> bool {
        matches!(self, Self::WithoutRegister | Self::Bare)
    }
}

/// One cut.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// At which call, the first being 0.
    pub at: usize,
    /// After it took effect, or before it is made?
    pub after: bool,
    pub way: Way,
}

impl Cut {
    /// Which it is, for a person.
    pub fn named(self, calls: &[Gate]) -> String {
        let side = if self.after { "after" } else { "before" };
        format!("{side} call {} of {} ({:?}), {:?}", self.at + 1, calls.len(), calls[self.at], self.way)
    }

    /// Plays the case up to the cut. The execution stands there still.
    pub fn reach(self, case: &Case, script: &mut Script, play: &mut Play) -> Run {
        let run = script.start(case.trigger);
        for _ in 0..self.at {
            play.next_call(script, run).expect("this call was made when nobody cut it");
        }
        play.stand(script, run).expect("this call was made when nobody cut it");
        if self.after {
            script.one(run, Fate::Stops);
        }
        run
    }

    /// Cuts, and lets it go on: what goes on now.
    pub fn go_on(self, case: &Case, script: &mut Script, run: Run, gate: &Gate) -> Run {
        match self.way {
            Way::SameExecution => {
                if matches!(gate, Gate::Look | Gate::LookAtSync | Gate::Write(..) | Gate::Answer) {
                    script.crash(run);
                } else {
                    script.again(run);
                }
                run
            }
            Way::DeliveredAgain => {
                script.die(run);
                script.start(case.trigger)
            }
            Way::WithoutRegister => {
                script.die(run);
                script.lose_register();
                script.start(case.trigger)
            }
            Way::Bare => {
                script.die(run);
                script.lose_register();
                script.start_bare(case.trigger)
            }
            Way::NextDay => {
                script.die(run);
                script.start(Trigger::Heartbeat(case.next_day))
            }
        }
    }
}

/// A case under way: the person of it acts once, at the right moment.
pub struct Play<'a> {
    case: &'a Case,
    acted: bool,
}

impl<'a> Play<'a> {
    pub fn of(case: &'a Case) -> Self {
        Self { case, acted: false }
    }

    /// Has the person acted?
    pub fn acted(&self) -> bool {
        self.acted
    }

    /// Where it stands, after the person has done what is to be done there. `None`: it has ended.
    pub fn stand(&mut self, script: &mut Script, run: Run) -> Option<Gate> {
        let gate = script.stand(run)?;
        if !self.acted && self.case.meanwhile.is_now(script, &gate) {
            self.acted = true;
            cases::act(script);
        }
        Some(gate)
    }

    /// Lets it make one call. `None`: it has ended.
    pub fn next_call(&mut self, script: &mut Script, run: Run) -> Option<Gate> {
        let gate = self.stand(script, run)?;
        script.one(run, Fate::Well);
        Some(gate)
    }

    /// Lets it go on to its end; false if it does not come to one.
    pub fn finish(&mut self, script: &mut Script, run: Run) -> bool {
        (0..2_000).any(|_| self.next_call(script, run).is_none())
    }
}

/// What kind of call it is.
pub fn kind(gate: &Gate) -> &'static str {
    match gate {
        Gate::Look | Gate::LookAtSync => "a look",
        Gate::Write(..) => "a write",
        Gate::Answer => "an answer",
        Gate::Read => "a list of the register",
        Gate::Create => "a creation",
        Gate::Publish => "a notice",
        Gate::After => "the time after a call",
    }
}
