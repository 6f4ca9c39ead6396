//! TC3-HMAC-SHA256: proves to the cloud that a request comes from the owner of an [`ApiSecret`].
//!
//! One file for each stage of the specification (*Signature v3*, <https://cloud.tencent.com/document/api/213/30654>),
//! and each is fed by those before it:
//!
//! ```text
//! canonical request ─▶ string to sign ─▶ signature ─▶ authorization
//!                                            ▲
//!               secret key, scope ─▶ signing key
//! ```
//!
//! [`Signer::authorization`] returns an instruction, the value of one header; to put it on a request is the caller's step.
//! What is signed is always a `POST` to `/` without a query. Pure: the time is an argument, so that every attempt can
//! be signed afresh (the cloud refuses a timestamp that is five minutes off). Derived keys never print.

use std::cell::RefCell;

use crate::tencent::secret::ApiSecret;
use crate::time::Timestamp;

mod authorization;
mod canonical_request;
mod credential_scope;
mod signing_key;
mod string_to_sign;
#[cfg(test)]
mod tests;

use canonical_request::CanonicalRequest;
use credential_scope::CredentialScope;
use signing_key::SigningKey;
use string_to_sign::StringToSign;

/// The specification's name for this way of signing.
const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// All that a signature depends on, but for whose it is.
///
/// The session token of a temporary secret is not among it: it travels unsigned, as `X-TC-Token`.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// The cloud's name for the called product, e.g. `organization`.
    pub service: &'a str,
    /// When; the request must send its [`Timestamp::unix_seconds`] as `X-TC-Timestamp`.
    pub at: Timestamp,
    /// Names and values of the headers to sign, in any order, no name twice. `content-type` and `host` must be among
    /// them, and the request must send the same values.
    pub signed_headers: &'a [(&'a str, &'a str)],
    /// The body, byte for byte as it will be sent.
    pub body: &'a [u8],
}

/// Signs for the owner of one secret.
///
/// Deriving a key takes longer than signing with it, and a key is good for a day: the last one is kept, with its scope.
#[derive(Debug)]
pub struct Signer {
    secret: ApiSecret,
    last: RefCell<Option<(String, SigningKey)>>,
}

impl Signer {
    /// Signs with this secret.
    pub fn new(secret: ApiSecret) -> Self {
        Self { secret, last: RefCell::default() }
    }

    /// Whose signatures these are.
    pub fn secret(&self) -> &ApiSecret {
        &self.secret
    }

    /// The value of the `Authorization` header for this request.
    pub fn authorization(&self, signing: &Signing<'_>) -> String {
        let scope = CredentialScope::new(signing.at, signing.service);
        let request = CanonicalRequest::post(signing.signed_headers, signing.body);
        let text = StringToSign::new(signing.at, &scope, &request);
        let (of, key) = self.key(&scope);
        let signature = key.sign(&text);
        self.last.replace(Some((of, key)));
        authorization::value(self.secret.id(), &scope, request.signed_headers(), &signature)
    }

    /// The key of this scope, and the scope's text.
    fn key(&self, scope: &CredentialScope<'_>) -> (String, SigningKey) {
        let wanted = scope.to_string();
        match self.last.take() {
            Some((of, key)) if of == wanted => (of, key),
            _ => (wanted, SigningKey::derive(self.secret.key(), scope)),
        }
    }
}
