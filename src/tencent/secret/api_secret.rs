//! The secret itself.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A cloud API secret. Its key and token print as `[REDACTED]`.
///
/// One that exists can be signed with and sent: every part is visible ASCII, so that none can break a header.
#[derive(Clone, Debug)]
pub struct ApiSecret {
    id: String,
    key: SecretString,
    token: Option<SecretString>,
}

impl ApiSecret {
    /// Takes the parts of a secret, if each looks like one.
    pub fn new(id: String, key: SecretString, token: Option<SecretString>) -> Result<Self, Unusable> {
        check(Part::Id, &id)?;
        check(Part::Key, key.expose_secret())?;
        if let Some(token) = &token {
            check(Part::Token, token.expose_secret())?;
        }
        Ok(Self { id, key, token })
    }

    /// The cloud's `SecretId`; it travels in the clear in every `Authorization` header.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The cloud's `SecretKey`; it never travels.
    pub fn key(&self) -> &SecretString {
        &self.key
    }

    /// The session token of a temporary secret, sent as `X-TC-Token`.
    pub fn token(&self) -> Option<&SecretString> {
        self.token.as_ref()
    }
}

/// The parts that a secret is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The `SecretId`.
    Id,
    /// The `SecretKey`.
    Key,
    /// The session token.
    Token,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "secret id",
            Self::Key => "secret key",
            Self::Token => "session token",
        })
    }
}

/// A part that no secret of the cloud looks like. What it says instead is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {part} {why}")]
pub struct Unusable {
    /// Which part.
    pub part: Part,
    /// What is wrong with it, for a person.
    pub why: &'static str,
}

fn check(part: Part, text: &str) -> Result<(), Unusable> {
    let refuse = |why| Err(Unusable { part, why });
    if text.is_empty() {
        return refuse("is empty");
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return refuse("holds a blank, a line break or another character that is not visible ASCII");
    }
    if part == Part::Id && text.contains(['/', ',']) {
        return refuse("holds a '/' or a ',', which end it in the Authorization header");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(id: &str, key: &str, token: Option<&str>) -> Part {
        ApiSecret::new(id.to_owned(), key.into(), token.map(SecretString::from)).unwrap_err().part
    }

    #[test]
    fn a_part_that_would_break_a_header_is_named() {
        for broken in ["", "a b", "a\n", "\ta", "a\0", "é", "a\u{7f}"] {
            assert_eq!(refused(broken, "key", Some("token")), Part::Id, "{broken:?}");
            assert_eq!(refused("id", broken, Some("token")), Part::Key, "{broken:?}");
            assert_eq!(refused("id", "key", Some(broken)), Part::Token, "{broken:?}");
        }
    }

    #[test]
    fn only_the_id_may_not_end_itself_early() {
        assert_eq!(refused("a/b", "key", None), Part::Id);
        assert_eq!(refused("a,b", "key", None), Part::Id);
        assert!(ApiSecret::new("id".to_owned(), "a/b,+=".into(), Some("a/b,+=".into())).is_ok());
    }

    #[test]
    fn key_and_token_print_neither_in_a_secret_nor_in_an_error() {
        let secret = ApiSecret::new("id".to_owned(), "hunter2".into(), Some("hunter3".into())).unwrap();
        assert!(!format!("{secret:?}").contains("hunter"), "{secret:?}");
        let error = ApiSecret::new("id".to_owned(), "hunter 2".into(), None).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter"), "{error:?}");
    }
}
