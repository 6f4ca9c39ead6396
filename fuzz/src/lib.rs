//! What must hold of any bytes whatever: one check for each thing that reads what others wrote.
//!
//! The fuzzers (`targets/`) call these with bytes that they make up, and `tests/fuzz.rs` of the program with the bytes
//! that are kept in `corpus/`. A check panics if it does not hold.

pub mod cursor;
pub mod event;
pub mod pattern;
pub mod policy;
mod text;
