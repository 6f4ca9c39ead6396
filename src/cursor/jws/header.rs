//! The header: which algorithm, which key, what kind of payload.

use std::fmt;

use serde_json::Value;

use super::{NotOpened, Part};
use crate::cursor::Kid;
use crate::json;

/// The one algorithm (RFC 7518, section 3.2).
const ALGORITHM: &str = "HS256";

/// What kind of payload is sealed: one kind is never taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// What a loop keeps and sends back.
    Cursor,
    /// What proves to us later that we did something.
    Receipt,
}

impl Type {
    const ALL: [Self; 2] = [Self::Cursor, Self::Receipt];

    /// The header's `typ`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cursor => "scim-keys-cursor",
            Self::Receipt => "scim-keys-receipt",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|typ| typ.word() == word)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A header that says what ours say. (That `alg` is `HS256` needs no field: no other header exists.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The key that is said to have sealed it.
    pub kid: Kid,
    /// What it is said to hold.
    pub typ: Type,
}

impl Header {
    /// The header's JSON, always in this order.
    pub(super) fn to_json(self) -> String {
        let Self { kid, typ } = self;
        format!(r#"{{"alg":"{ALGORITHM}","kid":"{kid}","typ":"{typ}"}}"#)
    }

    /// Reads a header strictly. The members may stand in any order; one that we do not know, `crit` among them, would
    /// mean something that we do not do (RFC 7515, section 4.1.11).
    pub(super) fn read(text: &[u8]) -> Result<Self, NotOpened> {
        let malformed = |why| NotOpened::Malformed { part: Part::Header, why };
        let Ok(Value::Object(members)) = json::parse(text) else {
            return Err(malformed("is not a JSON object with distinct members"));
        };
        let word = |name| members.get(name).and_then(Value::as_str);
        if word("alg") != Some(ALGORITHM) {
            return Err(NotOpened::WrongAlgorithm);
        }
        let typ = word("typ").and_then(Type::parse).ok_or(NotOpened::WrongType(None))?;
        let kid = word("kid").and_then(Kid::parse).ok_or(malformed("has no kid of 16 hexadecimal digits"))?;
        if members.len() != 3 {
            return Err(malformed("has other members than alg, kid and typ"));
        }
        Ok(Self { kid, typ })
    }
}
