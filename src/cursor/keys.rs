//! The keys that seal cursors and receipts. Pure: where their text comes from is read at the edges.
//!
//! A key is a text of visible ASCII characters, at least 32 of them, and these bytes themselves are what HMAC takes.
//! Nothing is decoded, so nobody has to guess whether 64 hexadecimal digits stand for 64 bytes or for 32, and every JWT
//! tool takes the same text as its secret. `openssl rand -hex 32` makes one; so does AWS `get-random-password`.
//!
//! A key names itself: its `kid` is derived from it, and nobody configures one.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::Sha256;

use crate::json;

/// The fewest characters of a key: as many as SHA-256 has bytes
/// (RFC 7518, section 3.2, <https://www.rfc-editor.org/rfc/rfc7518#section-3.2>).
const MIN_LENGTH: usize = 32;

/// What a key signs to find its own name. No signing input of a JWS holds a blank, so it is never a cursor's signature.
const NAMING: &[u8] = b"scim-key-lifecycle kid";

/// The keys in use. The current one seals; what the previous one sealed is still opened.
///
/// A rotation puts the current key in the previous one's place, so what is on its way stays readable.
#[derive(Clone, Debug)]
pub struct Keys {
    current: Key,
    previous: Option<Key>,
}

impl Keys {
    /// Reads the text of a secret: a key alone, or `{"current": "…", "previous": "…"}` as a secret store has it after a
    /// rotation (without `previous` before the first one). What begins with `{` is read as JSON.
    pub fn parse(text: &SecretString) -> Result<Self, BadKeys> {
        if text.expose_secret().starts_with('{') {
            return Self::from_json(text.expose_secret());
        }
        Ok(Self { current: Key::new("the key", text.clone())?, previous: None })
    }

    fn from_json(text: &str) -> Result<Self, BadKeys> {
        let refuse = |why| Err(BadKeys { place: "the text", why });
        let Ok(Value::Object(mut members)) = json::parse(text.as_bytes()) else {
            return refuse("begins with { and is not a JSON object with distinct members");
        };
        let mut take = |name, place| match members.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Key::new(place, text.into()).map(Some),
            Some(_) => Err(BadKeys { place, why: "is not text" }),
        };
        let (current, previous) = (take("current", "the current key")?, take("previous", "the previous key")?);
        if !members.is_empty() {
            return refuse("has other members than current and previous");
        }
        match current {
            Some(current) => Ok(Self { current, previous }),
            None => refuse("has no member current"),
        }
    }

    /// The key that seals.
    pub fn current(&self) -> &Key {
        &self.current
    }

    /// The key of this name, if it is one of the two.
    pub fn named(&self, kid: Kid) -> Option<&Key> {
        [Some(&self.current), self.previous.as_ref()].into_iter().flatten().find(|key| key.kid == kid)
    }
}

/// One symmetric key. It prints its name only.
#[derive(Clone, Debug)]
pub struct Key {
    kid: Kid,
    secret: SecretString,
}

impl Key {
    /// `place` is what an error calls it.
    fn new(place: &'static str, secret: SecretString) -> Result<Self, BadKeys> {
        let text = secret.expose_secret();
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            let why = "holds a blank, a line break or another character that is not visible ASCII";
            return Err(BadKeys { place, why });
        }
        if text.len() < MIN_LENGTH {
            return Err(BadKeys { place, why: "has fewer than 32 characters" });
        }
        let kid = Kid::of(text.as_bytes());
        Ok(Self { kid, secret })
    }

    /// The name under which a header refers to it.
    pub fn kid(&self) -> Kid {
        self.kid
    }

    /// Its HMAC over `message`, to be finished or verified.
    pub(super) fn hmac(&self, message: &[u8]) -> Hmac<Sha256> {
        hmac(self.secret.expose_secret().as_bytes(), message)
    }
}

/// A key's name: the first eight bytes of what it signs for this purpose. That tells of the key no more than every
/// signature does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kid(u64);

impl Kid {
    fn of(key: &[u8]) -> Self {
        let mac: [u8; 32] = hmac(key, NAMING).finalize().into_bytes().into();
        Self(mac[..8].iter().fold(0, |name, byte| name << 8 | u64::from(*byte)))
    }

    /// Reads the 16 lower-case hexadecimal digits that [`Display`](fmt::Display) writes, and nothing else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if digits { u64::from_str_radix(text, 16).ok().map(Self) } else { None }
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that gives no keys. Nothing of it is shown. The edge that read it adds how to make a good one there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{place} {why}; a key is 32 or more random characters without blanks, alone, or after a rotation in \
     {{\"current\": \"…\", \"previous\": \"…\"}}"
)]
pub struct BadKeys {
    /// Which key, or the whole text.
    pub place: &'static str,
    /// What is wrong with it, for a person.
    pub why: &'static str,
}

/// HMAC with SHA-256, the whole of HS256 (RFC 7518, section 3.2).
pub(super) fn hmac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0123456789abcdef0123456789abcdef";
    const B: &str = "fedcba9876543210fedcba9876543210";

    fn parse(text: &str) -> Result<Keys, BadKeys> {
        Keys::parse(&text.into())
    }

    fn kid(key: &str) -> Kid {
        parse(key).unwrap().current().kid()
    }

    #[test]
    fn a_key_alone_is_the_current_one() {
        let keys = parse(A).unwrap();
        assert_eq!(keys.current().secret.expose_secret(), A);
        assert!(keys.previous.is_none());
    }

    #[test]
    fn after_a_rotation_both_keys_are_found_by_their_names() {
        let keys = parse(&format!(r#"{{"previous":"{A}","current":"{B}"}}"#)).unwrap();
        assert_eq!(keys.current().kid(), kid(B));
        assert_eq!(keys.named(kid(A)).unwrap().secret.expose_secret(), A);
        assert_eq!(keys.named(kid(B)).unwrap().secret.expose_secret(), B);
        assert!(keys.named(Kid(0)).is_none());
    }

    #[test]
    fn json_without_a_previous_key_is_as_good_as_a_key_alone() {
        let keys = parse(&format!(r#"{{"current":"{A}"}}"#)).unwrap();
        assert_eq!(keys.current().kid(), kid(A));
        assert!(keys.previous.is_none());
    }

    #[test]
    fn json_escapes_are_undone_before_a_key_is_taken() {
        let punctuation = r##"{"current":"\"\\!#$%&'()*+,-./:;<=>?@[]^_`{|}~"}"##;
        let key = parse(punctuation).unwrap().current().secret.clone();
        assert_eq!(key.expose_secret(), r##""\!#$%&'()*+,-./:;<=>?@[]^_`{|}~"##);
    }

    #[test]
    fn a_bad_text_is_explained_and_not_shown() {
        let long = "hunter2".repeat(5);
        let with = |members: &str| members.replace('A', &long);
        let visible = "holds a blank, a line break or another character that is not visible ASCII";
        for (text, expected) in [
            (String::new(), "the key has fewer than 32 characters"),
            (A[1..].to_owned(), "the key has fewer than 32 characters"),
            (format!("{long}\n"), &format!("the key {visible}")),
            (format!("{long} "), &format!("the key {visible}")),
            (format!("{long}é"), &format!("the key {visible}")),
            (format!("\u{feff}{{\"current\":\"{long}\"}}"), &format!("the key {visible}")),
            (with("{A"), "the text begins with { and is not a JSON object with distinct members"),
            (with(r#"{"current":"A","current":"A"}"#), "the text begins with { and is not a JSON object"),
            (with(r#"{"previous":"A"}"#), "the text has no member current"),
            (with(r#"{"current":"A","previuos":"A"}"#), "the text has other members than current and previous"),
            (with(r#"{"current":["A"]}"#), "the current key is not text"),
            (with(r#"{"current":"A","previous":null}"#), "the previous key is not text"),
            (with(r#"{"current":"A","previous":""}"#), "the previous key has fewer than 32 characters"),
            (with(r#"{"current":"A A"}"#), &format!("the current key {visible}")),
        ] {
            let error = parse(&text).unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(said.starts_with(expected), "{said}");
            assert!(said.contains("; a key is 32 or more") && !said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn no_key_prints() {
        let keys = parse(&format!(r#"{{"current":"{A}","previous":"{B}"}}"#)).unwrap();
        let printed = format!("{keys:?}");
        assert!(!printed.contains(&A[..4]) && !printed.contains(&B[..4]), "{printed}");
        assert!(printed.contains(&kid(A).to_string()), "{printed}");
    }

    #[test]
    fn a_name_is_sixteen_lower_case_hexadecimal_digits() {
        assert_eq!(Kid::parse("00000000000000ff"), Some(Kid(255)));
        assert_eq!(Kid(255).to_string(), "00000000000000ff");
        for wrong in ["", "ff", "00000000000000FF", "+0000000000000ff", "00000000000000000", "0000000000000\u{e9}f"] {
            assert_eq!(Kid::parse(wrong), None, "{wrong}");
        }
    }
}
