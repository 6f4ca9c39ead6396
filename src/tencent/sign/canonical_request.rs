//! Stage 1: the request in the one spelling that both ends hash.
//!
//! ```text
//! POST
//! /
//!                                       (no query)
//! content-type:application/json
//! host:organization.tencentcloudapi.com
//!                                       (end of the headers)
//! content-type;host
//! 27aa5f4f…                             (SHA-256 of the body)
//! ```

use sha2::{Digest, Sha256};

use crate::hex::Hex;

/// The canonical request of a `POST` to `/`.
#[derive(Debug)]
pub struct CanonicalRequest {
    text: String,
    signed_headers: String,
}

impl CanonicalRequest {
    /// Spells the request out: header names and values in lower case, values without outer blanks, sorted by name.
    pub fn post(signed_headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut headers: Vec<(String, String)> = signed_headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim_ascii().to_ascii_lowercase()))
            .collect();
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let signed_headers = names.join(";");
        let mut text = "POST\n/\n\n".to_owned();
        for (name, value) in &headers {
            text.extend([name.as_str(), ":", value, "\n"]);
        }
        text.extend(["\n", &signed_headers, "\n", &Hex(&Sha256::digest(body)).to_string()]);
        Self { text, signed_headers }
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of the signed headers, as the `Authorization` header repeats them: `content-type;host`.
    pub fn signed_headers(&self) -> &str {
        &self.signed_headers
    }
}
