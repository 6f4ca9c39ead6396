//! What signs our calls: an API secret, and the places that one may come from.
//!
//! (*Credential* always means the SCIM key; what signs calls is the [`ApiSecret`].)

use secrecy::SecretString;

/// A cloud API secret. Its key and token print as `[REDACTED]`.
#[derive(Clone, Debug)]
pub struct ApiSecret {
    /// The cloud's `SecretId`; it travels in the clear in every `Authorization` header.
    pub id: String,
    /// The cloud's `SecretKey`; it never travels.
    pub key: SecretString,
    /// The session token of a temporary secret, sent as `X-TC-Token`.
    pub token: Option<SecretString>,
}
