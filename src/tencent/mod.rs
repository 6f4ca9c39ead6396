//! The wire: knows the cloud and our words for it, nothing of rules.

pub mod secret;
pub mod sign;
pub mod transport;
