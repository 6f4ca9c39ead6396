//! Reads one account of the document.

use serde_json::Value;

use super::document::AccountDocument;
use super::problems::Problems;
use super::{Account, SecretSource, island};
use crate::json::member;
use crate::zone::{self, AccountName, ZoneId};

/// What to write where a secret's source should stand.
pub(super) const SECRET_REMEDY: &str =
    "write env, profile:NAME or secretsmanager:ARN; the secret itself never stands in a policy";

/// Reads the account at `path`.
pub(super) fn read(path: &str, value: &Value, found: &mut Problems) -> Option<Account> {
    let account: AccountDocument = island::read(path, value, found)?;
    let name =
        found.shaped(&member(path, "name"), &account.name, AccountName::SHAPE, |text| AccountName::parse(text).ok());
    let zone = match account.zone.as_str() {
        "auto" => Some(None),
        id => {
            let shape = format!("auto, or the zone's id: {}", ZoneId::SHAPE);
            found.shaped(&member(path, "zone"), id, &shape, |text| ZoneId::parse(text).ok()).map(Some)
        }
    };
    let secret = secret_source(&account.secret);
    if secret.is_none() {
        // Not shown: it may be the secret itself.
        found.add_unseen(&member(path, "secret"), "this is no place that a secret comes from", SECRET_REMEDY);
    }
    Some(Account { name: name?, site: account.site, zone: zone?, secret: secret? })
}

/// The place that a secret comes from, or nothing.
fn secret_source(text: &str) -> Option<SecretSource> {
    if text == "env" {
        return Some(SecretSource::Env);
    }
    if let Some(name) = text.strip_prefix("profile:") {
        return zone::is_name(name).then(|| SecretSource::Profile(name.to_owned()));
    }
    let arn = text.strip_prefix("secretsmanager:")?;
    let rest = arn.strip_prefix("arn:")?;
    let fits = rest.bytes().all(|b| b.is_ascii_graphic()) && (1..=2000).contains(&rest.len());
    fits.then(|| SecretSource::SecretsManager(arn.to_owned()))
}
