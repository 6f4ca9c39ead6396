//! The executions that are cut.

use std::time::Duration;

use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};

use crate::events::{Receipt, Trigger};
use crate::scenes::{self, Scene};
use crate::script::Script;
use crate::stage::Gate;
use crate::world::{A, B, DAY};

/// What a person does while an execution is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meanwhile {
    Nothing,
    /// Switches B off just before A is.
    BeforeTheWrite,
    /// Switches B off half a minute after A was.
    AfterTheWrite,
}

impl Meanwhile {
    /// Is this the moment for it?
    pub fn is_now(self, script: &Script, gate: &Gate) -> bool {
        let off = script.history().writes.iter().find(|wrote| wrote.key == A && !wrote.on).map(|wrote| wrote.at);
        match self {
            Self::Nothing => false,
            Self::BeforeTheWrite => matches!(gate, Gate::Write(key, _) if key == A),
            Self::AfterTheWrite => off.is_some_and(|off| script.now().since(off) >= Duration::from_secs(30)),
        }
    }
}

/// An execution that is cut, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub begin: fn() -> Scene,
    pub trigger: Trigger,
    pub meanwhile: Meanwhile,
    /// The day of the next scheduled run.
    pub next_day: u32,
    /// What it writes when nobody cuts it: which key, and whether it is switched on.
    pub writes: &'static [(&'static str, bool)],
    /// What the same event leads to where nothing is remembered, provided that it is still to be done.
    pub without_memory: &'static [(&'static str, bool)],
}

/// A was warned of twice, and its disable is due.
pub const DUE: Case = Case {
    begin: due,
    trigger: Trigger::Heartbeat(2),
    meanwhile: Meanwhile::Nothing,
    next_day: 3,
    writes: &[(A, false)],
    without_memory: &[],
};

/// A expired long ago, which needs no warning, and B is good.
pub const EXPIRED: Case = Case {
    begin: expired,
    trigger: Trigger::Heartbeat(1),
    meanwhile: Meanwhile::Nothing,
    next_day: 2,
    writes: &[(A, false)],
    without_memory: &[(A, false)],
};

/// The first report of an incident that names A.
pub const INCIDENT: Case = Case {
    begin: remembering,
    trigger: Trigger::Incident(1, &[A]),
    meanwhile: Meanwhile::Nothing,
    next_day: 1,
    writes: &[(A, false)],
    without_memory: &[(A, false)],
};

/// A is contained, and a thief has enabled it again.
pub const CONTESTED: Case = Case {
    begin: contested,
    trigger: Trigger::Heartbeat(1),
    meanwhile: Meanwhile::Nothing,
    next_day: 2,
    writes: &[(A, false)],
    without_memory: &[],
};

/// Somebody gives back the receipt of A's containment.
pub const RESTORE: Case = Case {
    begin: contained,
    trigger: Trigger::Restore(Receipt::First),
    meanwhile: Meanwhile::Nothing,
    next_day: 1,
    writes: &[(A, true)],
    without_memory: &[],
};

/// As [`DUE`], and B goes off at the same moment: A is enabled again at once.
pub const UNDO: Case = Case { meanwhile: Meanwhile::BeforeTheWrite, writes: &[(A, false), (A, true)], ..DUE };

/// As [`DUE`], and B goes off a little later: A is enabled again by the late look.
pub const LATE_UNDO: Case = Case { meanwhile: Meanwhile::AfterTheWrite, ..UNDO };

fn due() -> Scene {
    let (mut world, fixed) = scenes::due(0);
    world.days.clear();
    (world, fixed)
}

fn expired() -> Scene {
    let fixed = scenes::under(r#"{"id":"expired","on":"schedule","when":{"expired_for":"7d"},"then":"disable"}"#);
    let mut world = scenes::world(&[0], &[]);
    // A day too early for the rule, however the cloud's times are read.
    world.keys[0].expires = world.start.minus(DAY * 13 / 2);
    world.before.clone_from(&world.keys);
    (scenes::after(world, &fixed), fixed)
}

fn remembering() -> Scene {
    let (mut world, fixed) = scenes::ladder(0);
    world.days = vec![0];
    (scenes::after(world, &fixed), fixed)
}

fn contained() -> Scene {
    scenes::contained()
}

fn contested() -> Scene {
    let mut script = Script::of(scenes::contained());
    script.switch(A, Enabled);
    script.into_scene()
}

/// The person of [`Meanwhile`] acts.
pub fn act(script: &mut Script) {
    script.switch(B, Disabled);
}
