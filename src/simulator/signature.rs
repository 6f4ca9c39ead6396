//! Checks TC3-HMAC-SHA256 signatures as the service does
//! (<https://www.tencentcloud.com/document/api/1005/34678>).
//!
//! Written anew from the specification and never shared with the client's signing: the official vectors and the official
//! SDK judge both. Any list of signed headers is accepted, as long as it is in order and has `content-type` and `host`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::time::Timestamp;

use super::wire::Refusal;

/// The only algorithm.
const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The service that a request here must be signed for.
const SERVICE: &str = "organization";

/// How far the signing time may lie from ours, in seconds, either way.
const MAX_SKEW: u64 = 300;

/// A request as it came in: a `POST` to `/` without a query.
#[derive(Clone, Debug)]
pub struct Received {
    /// Every header, in any case and order.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Received {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// The `Authorization` header, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    pub(super) secret_id: &'a str,
    date: &'a str,
    service: &'a str,
    signed_headers: Vec<&'a str>,
    signature: [u8; 32],
}

impl<'a> Authorization<'a> {
    /// Reads `TC3-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`; nothing else will do.
    pub(super) fn read(header: &'a str) -> Option<Self> {
        let parts = header.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        let [credential, signed_headers, signature] = exactly(parts.split(','))?;
        let scope = credential.trim().strip_prefix("Credential=")?;
        let [secret_id, date, service, terminator] = exactly(scope.split('/'))?;
        let signed_headers: Vec<&str> = signed_headers.trim().strip_prefix("SignedHeaders=")?.split(';').collect();
        let in_order = signed_headers.windows(2).all(|pair| pair[0] < pair[1]);
        let complete = ["content-type", "host"].iter().all(|name| signed_headers.contains(name));
        let signature = from_hex(signature.trim().strip_prefix("Signature=")?)?;
        (terminator == "tc3_request" && !secret_id.is_empty() && in_order && complete).then_some(Self {
            secret_id,
            date,
            service,
            signed_headers,
            signature,
        })
    }

    /// Is this the signature that `secret_key` gives for `request`, signed at `timestamp`?
    pub(super) fn check(&self, request: &Received, timestamp: i64, secret_key: &str) -> Result<(), Refusal> {
        let failure = |why: &str| Refusal::new("AuthFailure.SignatureFailure", why);
        if self.service != SERVICE || self.date != utc_date(timestamp) {
            return Err(failure("The credential scope does not fit the service or the timestamp."));
        }
        let canonical = canonical_request(request, &self.signed_headers)
            .ok_or_else(|| failure("A header is listed as signed but was not sent."))?;
        let to_sign = string_to_sign(timestamp, self.date, self.service, &canonical);
        let mac = keyed(&signing_key(secret_key, self.date, self.service)).chain_update(to_sign);
        mac.verify_slice(&self.signature).map_err(|_| failure("The signature does not match this request."))
    }
}

/// When the request says that it was signed, if that is within five minutes of `now`; Unix seconds.
pub(super) fn signed_at(header: &str, now: Timestamp) -> Result<i64, Refusal> {
    let timestamp: i64 = header
        .parse()
        .map_err(|_| Refusal::new("InvalidParameter", "`X-TC-Timestamp` is not a whole number of seconds."))?;
    if timestamp.abs_diff(now.unix_seconds()) > MAX_SKEW {
        return Err(Refusal::new("AuthFailure.SignatureExpire", "The timestamp is more than five minutes off."));
    }
    Ok(timestamp)
}

fn canonical_request(request: &Received, signed_headers: &[&str]) -> Option<String> {
    let mut headers = String::new();
    for name in signed_headers {
        let value = request.header(name)?.trim().to_lowercase();
        headers.push_str(&format!("{name}:{value}\n"));
    }
    let (names, payload) = (signed_headers.join(";"), hex(&Sha256::digest(&request.body)));
    Some(format!("POST\n/\n\n{headers}\n{names}\n{payload}"))
}

fn string_to_sign(timestamp: i64, date: &str, service: &str, canonical_request: &str) -> String {
    let hashed = hex(&Sha256::digest(canonical_request));
    format!("{ALGORITHM}\n{timestamp}\n{date}/{service}/tc3_request\n{hashed}")
}

fn signing_key(secret_key: &str, date: &str, service: &str) -> Vec<u8> {
    [date, service, "tc3_request"].iter().fold(format!("TC3{secret_key}").into_bytes(), |key, step| {
        keyed(&key).chain_update(step).finalize().into_bytes().to_vec()
    })
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// The UTC date of a Unix second, as a credential scope has it.
fn utc_date(timestamp: i64) -> String {
    Timestamp::from_unix_seconds(timestamp).to_utc().format("%Y-%m-%d").to_string()
}

fn exactly<'a, const N: usize>(parts: impl Iterator<Item = &'a str>) -> Option<[&'a str; N]> {
    parts.collect::<Vec<_>>().try_into().ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads 64 lower-case hexadecimal digits.
fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().map(digit).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| high << 4 | low).collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests;
