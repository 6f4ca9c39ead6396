//! Stage 4: the header that carries the signature.

use super::ALGORITHM;
use super::credential_scope::CredentialScope;
use super::signing_key::Signature;

/// The value of `Authorization`.
pub fn value(secret_id: &str, scope: &CredentialScope<'_>, signed_headers: &str, signature: &Signature) -> String {
    format!("{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={signed_headers}, Signature={signature}")
}
