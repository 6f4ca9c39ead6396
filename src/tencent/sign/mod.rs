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
//! [`authorization`] returns an instruction, the value of one header; to put it on a request is the caller's step.
//! What is signed is always a `POST` to `/` without a query. Pure: the time is an argument, so that every attempt can
//! be signed afresh (the cloud refuses a timestamp that is five minutes off). Derived keys never print.

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

/// All that a signature depends on.
///
/// The session token of a temporary secret is not among it: it travels unsigned, as `X-TC-Token`.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// Whose signature it is.
    pub secret: &'a ApiSecret,
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

/// The value of the `Authorization` header for this request.
pub fn authorization(signing: &Signing<'_>) -> String {
    let scope = CredentialScope::new(signing.at, signing.service);
    let request = CanonicalRequest::post(signing.signed_headers, signing.body);
    let signature =
        SigningKey::derive(signing.secret.key(), &scope).sign(&StringToSign::new(signing.at, &scope, &request));
    authorization::value(signing.secret.id(), &scope, request.signed_headers(), &signature)
}
