//! What a signature is good for: one UTC day, one service.

use std::fmt;

use crate::time::Timestamp;

/// The last part of every scope, and the last message that the signing key is derived from.
pub const TERMINATOR: &str = "tc3_request";

/// A credential scope, `2025-01-01/organization/tc3_request`.
#[derive(Debug)]
pub struct CredentialScope<'a> {
    date: String,
    service: &'a str,
}

impl<'a> CredentialScope<'a> {
    /// The scope of a request made at that instant: its day is the UTC day of the timestamp.
    pub fn new(at: Timestamp, service: &'a str) -> Self {
        Self { date: at.to_utc().date_naive().to_string(), service }
    }

    /// The UTC day, `2025-01-01`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// The cloud's name for the product.
    pub fn service(&self) -> &str {
        self.service
    }
}

impl fmt::Display for CredentialScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{TERMINATOR}", self.date, self.service)
    }
}
