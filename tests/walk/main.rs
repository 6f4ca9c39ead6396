//! The whole walk, from an event's bytes to the answer, against the simulator.
//!
//! Tests set a [`stage::Stage`], play an event on it, and judge by three things: the answer as JSON, the simulator's
//! record of calls, and its ground truth. [`promises`] holds what must be true of every run, whatever goes wrong; every
//! run that is played is checked against it.

mod accounts;
mod ambiguous;
mod chaos;
mod deadline;
mod enforce;
mod events;
mod failing;
mod fresh;
mod over_http;
mod promises;
mod raw_server;
mod report_mode;
mod stage;
mod throttled;
mod undo;
mod unobserved;
mod warm;
