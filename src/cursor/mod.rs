//! What travels in the event from one run to the next. Pure.
//!
//! This version carries no cursor: [`open`] is where one will be opened, and it never fails a run, it says how much
//! of the past may be believed. How one is sealed is in [`jws`], and what with in [`Keys`].

use crate::memory::Memory;

pub mod jws;
mod keys;

pub use keys::{BadKeys, Key, Keys, Kid};

/// What the event brings of the past.
pub fn open() -> Memory {
    Memory::None
}
