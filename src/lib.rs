//! scim-key-lifecycle: looks after the SCIM credentials of Tencent Cloud Identity Center.
//!
//! An event enters at the handler and a signed API call leaves at the wire:
//!
//! ```text
//! event ─▶ handler ─▶ trigger ─▶ cursor ─▶ run: observe ─▶ decide ─▶ act ─▶ report ─▶ answer
//! ```
//!
//! The modules below stand in one line, and each uses only those above it; a test shows it.

pub mod json;
pub mod hex;
pub mod time;
pub mod zone;
pub mod policy;
pub mod trigger;
pub mod memory;
pub mod decide;
pub mod ending;
pub mod notice;
pub mod cursor;
pub mod clock;
pub mod tencent;
pub mod observe;
pub mod act;
pub mod report;
pub mod run;
pub mod handler;
pub mod orchestrator;
pub mod live;
pub mod logs;
pub mod config;
pub mod simulator;
