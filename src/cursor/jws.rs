//! Sealing: a payload becomes a compact JWS (RFC 7515, <https://www.rfc-editor.org/rfc/rfc7515>), and is taken back only
//! from one that was sealed with our key. Pure.
//!
//! One algorithm, HS256, and nothing is negotiated: the header must say `alg`, `kid` and `typ`, and nothing else. Whoever
//! has the text can read the payload, so no secret belongs in one. Nothing in here looks into a payload, and nothing
//! expires: that is for those who know what the payload is.
//!
//! The same payload under the same key always gives the same text.

use std::fmt;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use hmac::Mac;
use serde::Serialize;

use super::Keys;

mod header;
mod not_opened;
#[cfg(test)]
mod tests;

pub use header::{Header, Type};
pub use not_opened::{NotOpened, Part};

/// The longest text that is read, in bytes. Callers keep what they seal well below this.
pub const MAX_TEXT: usize = 64 * 1024;

/// A sealed payload. It is no secret, but long: `Debug` shows how long.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// The compact JWS: ASCII, three parts with a `.` between them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// Seals a payload with the current key.
pub fn seal(typ: Type, payload: &[u8], keys: &Keys) -> Sealed {
    let key = keys.current();
    let header = Header { kid: key.kid(), typ };
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(header.to_json());
    text.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(payload, &mut text);
    let signature = key.hmac(text.as_bytes()).finalize().into_bytes();
    text.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    Sealed(text)
}

/// The payload of a text, if one of the keys sealed it and it is of the type that is wanted.
pub fn open(text: &str, wanted: Type, keys: &Keys) -> Result<Vec<u8>, NotOpened> {
    let Unverified { header, payload, signing_input, signature } = Unverified::read(text)?;
    let Header { kid, typ } = header;
    if typ != wanted {
        return Err(NotOpened::WrongType(Some(typ)));
    }
    let key = keys.named(kid).ok_or(NotOpened::UnknownKey { kid })?;
    // Takes as long for a signature that is almost right as for one that is all wrong.
    key.hmac(signing_input.as_bytes()).verify_slice(&signature).map_err(|_| NotOpened::BadSignature { kid })?;
    Ok(payload)
}

/// What a text says, for a person to look at: whether it was ever sealed by us is not asked, and nothing may rest on it.
pub fn peek(text: &str) -> Result<(Header, Vec<u8>), NotOpened> {
    Unverified::read(text).map(|read| (read.header, read.payload))
}

/// A text of the right form. Anybody may have written it.
struct Unverified<'a> {
    header: Header,
    payload: Vec<u8>,
    /// The part of the text that is signed.
    signing_input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    fn read(text: &'a str) -> Result<Self, NotOpened> {
        if text.len() > MAX_TEXT {
            return Err(NotOpened::TooLong);
        }
        let parts = text.rsplit_once('.').and_then(|(signing_input, signature)| {
            let (header, payload) = signing_input.split_once('.')?;
            Some((signing_input, header, payload, signature))
        });
        let why = "does not consist of three parts with a . between them";
        let (signing_input, header, payload, signature) =
            parts.ok_or(NotOpened::Malformed { part: Part::Whole, why })?;
        Ok(Self {
            header: Header::read(&decode(Part::Header, header)?)?,
            payload: decode(Part::Payload, payload)?,
            signing_input,
            signature: decode(Part::Signature, signature)?,
        })
    }
}

/// Unpadded base64url (RFC 7515, section 2), and of each value's spellings only the one that an encoder writes.
fn decode(part: Part, text: &str) -> Result<Vec<u8>, NotOpened> {
    let why = "is not base64url without padding";
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| NotOpened::Malformed { part, why })
}
