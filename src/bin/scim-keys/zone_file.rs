//! The zone that the embedded simulator starts with: the believable one, or one from a file.
//!
//! ```json
//! { "keys": [ { "credential": "scimcred-acme0old0001", "status": "Enabled", "age": "200d", "lifetime": "365d" } ] }
//! ```
//!
//! Ages count back from the start of the run, so the file is good on any day.

use std::error::Error;
use std::path::Path;

use scim_key_lifecycle::json;
use scim_key_lifecycle::policy::Span;
use scim_key_lifecycle::simulator::{SimAccount, SimKey, SimStatus, zones};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::zone::CredentialId;
use serde::de::{Deserialize, Deserializer, Error as _};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ZoneFile {
    keys: Vec<Key>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    #[serde(deserialize_with = "credential")]
    credential: CredentialId,
    #[serde(deserialize_with = "status")]
    status: SimStatus,
    #[serde(deserialize_with = "span")]
    age: Span,
    #[serde(deserialize_with = "span")]
    lifetime: Span,
}

/// The account of a zone as it is at `now`.
pub(super) fn account(file: Option<&Path>, now: Timestamp) -> Result<SimAccount, Box<dyn Error>> {
    let mut account = zones::believable(now);
    if let Some(file) = file {
        let refused = |why: String| format!("zone file {}: {why}", file.display());
        let text = std::fs::read(file).map_err(|error| refused(error.to_string()))?;
        account.keys = keys(&text, now).map_err(refused)?;
    }
    Ok(account)
}

fn keys(text: &[u8], now: Timestamp) -> Result<Vec<SimKey>, String> {
    let value = json::parse(text).map_err(|malformed| malformed.to_string())?;
    let file: ZoneFile = serde_path_to_error::deserialize(value).map_err(|error| {
        format!("$.{}: {}; see demo/two-good-keys-zone.json for an example", error.path(), error.inner())
    })?;
    Ok(file.keys.into_iter().map(|key| key.at(now)).collect())
}

impl Key {
    fn at(self, now: Timestamp) -> SimKey {
        let created = now.minus(self.age.duration());
        let expires = created.plus(self.lifetime.duration());
        SimKey { id: self.credential.to_string(), status: self.status, created, expires }
    }
}

fn credential<'de, D: Deserializer<'de>>(text: D) -> Result<CredentialId, D::Error> {
    CredentialId::parse(&String::deserialize(text)?)
        .map_err(|wrong| D::Error::custom(format!("a credential is {wrong}")))
}

fn status<'de, D: Deserializer<'de>>(text: D) -> Result<SimStatus, D::Error> {
    SimStatus::from_word(&String::deserialize(text)?).ok_or_else(|| D::Error::custom("a status is Enabled or Disabled"))
}

fn span<'de, D: Deserializer<'de>>(text: D) -> Result<Span, D::Error> {
    let expected = || D::Error::custom(format!("a length of time is {}", Span::SHAPE));
    Span::parse(&String::deserialize(text)?).ok_or_else(expected)
}
