//! Stage 2: the few lines that are signed. They bind the canonical request to a second, a day and a service.

use sha2::{Digest, Sha256};

use super::ALGORITHM;
use super::canonical_request::CanonicalRequest;
use super::credential_scope::CredentialScope;
use crate::hex::Hex;
use crate::time::Timestamp;

/// The string to sign.
#[derive(Debug)]
pub struct StringToSign(String);

impl StringToSign {
    /// Algorithm, timestamp in seconds, scope and the hashed canonical request, one a line.
    pub fn new(at: Timestamp, scope: &CredentialScope<'_>, request: &CanonicalRequest) -> Self {
        let hashed_request = Sha256::digest(request.as_str());
        Self(format!("{ALGORITHM}\n{}\n{scope}\n{}", at.unix_seconds(), Hex(&hashed_request)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
