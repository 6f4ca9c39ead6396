//! The names under which one source keeps the parts of a secret.

use secrecy::SecretString;

use super::{ApiSecret, Fault, Part};

/// One consistent set of names. Parts found under different sets are never put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// Of the `SecretId`.
    pub id: &'static str,
    /// Of the `SecretKey`.
    pub key: &'static str,
    /// Of the session token, which a permanent secret does not have.
    pub token: &'static str,
}

/// The fields of a profile, and of the JSON in Secrets Manager. The SDKs know the first two.
pub const FIELDS: Names = Names { id: "secret_id", key: "secret_key", token: "token" };

impl Names {
    /// Puts the secret together. A part that is empty counts as missing.
    pub fn read(self, look_up: impl Fn(&str) -> Option<String>) -> Result<ApiSecret, Fault> {
        let find = |name| look_up(name).filter(|text| !text.is_empty());
        let need = |name, beside| find(name).ok_or(Fault::Missing { name, beside });
        let id = need(self.id, self.key)?;
        let key = SecretString::from(need(self.key, self.id)?);
        let token = find(self.token).map(SecretString::from);
        ApiSecret::new(id, key, token).map_err(|fault| Fault::Unusable { name: self.of(fault.part), fault })
    }

    fn of(self, part: Part) -> &'static str {
        match part {
            Part::Id => self.id,
            Part::Key => self.key,
            Part::Token => self.token,
        }
    }
}
