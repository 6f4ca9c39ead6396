//! The production handler hop by hop (`docs/protocol.md` §4 and §5): each test plays the loop by hand.

#[path = "../walk/promises.rs"]
mod promises;
#[expect(dead_code, reason = "the tests of single invocations use the rest of it")]
#[path = "../walk/stage.rs"]
mod stage;

mod alarms;
mod bare;
mod bounds;
mod brake;
mod events;
mod found;
mod freed;
mod incident;
mod intents;
mod ladder;
mod looped;
mod modes;
mod redelivery;
mod remedies;
mod restore;
mod short;
mod synchronization;
mod unbelieved;
mod unread;
