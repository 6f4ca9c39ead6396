//! What signs our calls: an API secret, and the places that one may come from.
//!
//! (*Credential* always means the SCIM key; what signs calls is the [`ApiSecret`].)
//!
//! An account's `secret` names one source. A source that has nothing, or something broken, is an error which says what
//! is missing and what to do; no other source is ever tried, so that a run cannot act with a secret that nobody meant.
//! Errors name variables, sections and fields, and never a value.
//!
//! What seals cursors is no API secret and signs no call. It may stand in the same secret store, and so [`cursor_keys`]
//! is here, too.
//!
//! [`Surroundings`] is the only door to the process environment; the tests open another one.

use crate::clock::Clock;
use crate::policy::SecretSource;

mod api_secret;
mod cursor_key;
mod env;
mod error;
mod extension;
mod names;
mod profile;
mod secrets_manager;
mod surroundings;

pub use api_secret::{ApiSecret, Part, Unusable};
pub use cursor_key::{CursorKey, NoKeys, cursor_keys};
pub use error::{Fault, NotFetched, SecretError};
pub use surroundings::Surroundings;

/// Fetches the secret from the one source that `source` names.
///
/// Call it when an event is handled, not while the function starts: the secrets extension answers only then. No deadline
/// bounds it, but it ends: `env` and `profile` read what is on this machine, and the extension is waited for at most 11.5
/// seconds (five attempts of 2 seconds, and 1.5 seconds between them).
pub async fn fetch(
    source: &SecretSource,
    surroundings: &Surroundings,
    clock: &impl Clock,
) -> Result<ApiSecret, SecretError> {
    let fetched = match source {
        SecretSource::Env => env::read(surroundings),
        SecretSource::Profile(name) => profile::read(name, surroundings),
        SecretSource::SecretsManager(arn) => secrets_manager::read(arn, surroundings, clock).await,
    };
    fetched.map_err(|fault| SecretError { origin: source.clone(), fault })
}
