//! Stage 3: the key of one day and one service, derived from the secret key in three steps, and what it signs.
//!
//! Every derived key stands in for the secret key within its scope. So they live in [`SecretBox`]es, which print as
//! `[REDACTED]` and are wiped when they go.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;

use super::credential_scope::{CredentialScope, TERMINATOR};
use super::string_to_sign::StringToSign;
use crate::hex::Hex;

/// Signs within one day, for every service.
#[derive(Debug)]
pub struct DateKey(pub(super) SecretBox<[u8; 32]>);

impl DateKey {
    /// The first step: from the secret key, prefixed with `TC3`.
    pub fn derive(secret_key: &SecretString, date: &str) -> Self {
        let prefixed = SecretString::from(["TC3", secret_key.expose_secret()].concat());
        Self(derived(prefixed.expose_secret().as_bytes(), date))
    }

    /// The second step.
    pub fn service_key(&self, service: &str) -> ServiceKey {
        ServiceKey(derived(self.0.expose_secret(), service))
    }
}

/// Signs within one day, for one service.
#[derive(Debug)]
pub struct ServiceKey(pub(super) SecretBox<[u8; 32]>);

impl ServiceKey {
    /// The last step.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey(derived(self.0.expose_secret(), TERMINATOR))
    }
}

/// The key that signs.
#[derive(Debug)]
pub struct SigningKey(pub(super) SecretBox<[u8; 32]>);

impl SigningKey {
    /// All three steps.
    pub fn derive(secret_key: &SecretString, scope: &CredentialScope<'_>) -> Self {
        DateKey::derive(secret_key, scope.date()).service_key(scope.service()).signing_key()
    }

    /// Signs.
    pub fn sign(&self, text: &StringToSign) -> Signature {
        Signature(hmac_sha256(self.0.expose_secret(), text.as_str()))
    }
}

/// A signature; it travels, and prints as 64 hexadecimal digits.
#[derive(Debug)]
pub struct Signature([u8; 32]);

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

fn derived(key: &[u8], message: &str) -> SecretBox<[u8; 32]> {
    SecretBox::init_with_mut(|next: &mut [u8; 32]| *next = hmac_sha256(key, message))
}

fn hmac_sha256(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}
