//! The wire: knows the cloud and our words for it, nothing of rules.
//!
//! A [`Client`] reads; a [`Writer`], which needs the policy's permit, writes. Every attempt is signed afresh ([`sign`]),
//! paced ([`pace`]), and carried by a [`transport::Transport`]. What a failure means stands in one table ([`error`]);
//! what to do about it is decided in [`retry`].

pub mod client;
pub mod endpoint;
pub mod error;
mod http;
pub mod https;
pub mod kept;
mod log;
pub mod pace;
pub mod retry;
pub mod secret;
pub mod sign;
pub mod transport;
mod wire;
pub mod writer;
mod zone_reads;

pub use client::Client;
pub use error::Error;
pub use wire::{Action, LONGEST_REQUEST_ID};
pub use writer::Writer;
pub use zone_reads::{IdentityCenter, Listing};
