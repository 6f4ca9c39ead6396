//! The simulator: a model of Identity Center that answers real requests, for tests, rehearsals and laptops.
//!
//! ```text
//! bytes ─▶ http | in_process ─▶ service: signature ─▶ rate ─▶ wire ─▶ model ─▶ wire ─▶ bytes
//!                               └ faults: what goes wrong, and what people do meanwhile
//! ```
//!
//! It keeps its own types, wire structs and signature check, and shares none of them with the client, so that one
//! mistake cannot hide another. Of the client it knows only the byte seam. It reads no clock but the one it is given,
//! and draws no number that does not follow from a seed: the same calls under a virtual clock get the same bytes.
//!
//! Where the real service is undocumented, the model has a switch ([`SameStatus`]) rather than an opinion.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::time::Timestamp;

mod action;
pub mod clock;
pub mod faults;
pub mod http;
mod in_process;
mod log;
mod model;
mod random;
mod rate;
mod service;
mod signature;
mod wire;
pub mod zones;

pub use action::Action;
pub use faults::{Fault, When};
pub use in_process::InProcess;
pub use log::Call;
pub use model::{BEIJING, SameStatus, SimAccount, SimKey, SimStatus, World};
pub use service::Outcome;
pub use signature::Received;

use service::State;

/// A handle on one simulated cloud. Clones are handles on the same one.
#[derive(Clone)]
pub struct Simulator {
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    state: Arc<Mutex<State>>,
}

impl Simulator {
    /// A cloud without accounts, whose time is what `clock` says.
    pub fn new(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), state: Arc::default() }
    }

    /// The present instant in this cloud.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Adds an account; one with the same `SecretId` is replaced.
    pub fn add_account(&self, account: SimAccount) {
        self.state().world.add(account);
    }

    /// Reads or changes the ground truth, as people do in the console. `deed` must not use the simulator itself.
    pub fn with<T>(&self, deed: impl FnOnce(&mut World) -> T) -> T {
        let mut state = self.state();
        let result = deed(&mut state.world);
        state.world.note();
        result
    }

    /// Every call so far, in the order of arrival.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// Lets the `nth` call of `action` from now meet `fault`; the next call is the first.
    pub fn inject(&self, action: Action, nth: u64, fault: Fault) {
        self.state().faults.plan(action, nth, fault);
    }

    /// Asks `source` at every call that no planned fault meets, for example [`faults::seeded`].
    pub fn draw_faults(&self, source: impl FnMut(Action) -> Option<Fault> + Send + 'static) {
        self.state().faults.draw_from(Box::new(source));
    }

    /// Lets someone do `deed` just before or after the `nth` call of `action` from now takes effect; the next call is
    /// the first. `deed` must not use the simulator itself.
    pub fn on_call(&self, action: Action, nth: u64, when: When, deed: impl FnOnce(&mut World) + Send + 'static) {
        self.state().faults.plan_deed(action, nth, when, Box::new(deed));
    }

    /// Takes one request in and says what the caller gets. Both front doors end here.
    pub fn receive(&self, request: &Received) -> Outcome {
        let now = self.now();
        service::receive(&mut self.state(), request, now)
    }

    /// A test that panics inside a deed must not hide its reason behind a poisoned lock in the next test line.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
