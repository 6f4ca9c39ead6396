//! Why a text is not opened. None of these shows what the text says.

use std::fmt;

use super::{MAX_TEXT, Type};
use crate::cursor::Kid;

/// A text whose payload is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// It was not even looked at.
    #[error("it is longer than {} KiB, which nothing that was sealed here is", MAX_TEXT / 1024)]
    TooLong,
    /// It does not have the form of what is sealed here.
    #[error("{part} {why}: it was cut or changed on its way, or is something else")]
    Malformed {
        /// Where.
        part: Part,
        /// What is wrong there, for a person.
        why: &'static str,
    },
    /// Its algorithm is another one, or `none`. This is never negotiated.
    #[error("its alg is not HS256: it was not sealed here")]
    WrongAlgorithm,
    /// It is of this type where another is wanted, or of none that we know.
    #[error("{}", found(.0))]
    WrongType(Option<Type>),
    /// It was sealed, if at all, with a key that is not in use.
    #[error(
        "it names key {kid}, which is neither the current key nor the previous one: if that key was rotated away, \
         put it back as `previous`; if it is the one in the register's folder, unset SCIM_KEYS_CURSOR_KEY, which goes \
         before it"
    )]
    UnknownKey {
        /// The key that it names.
        kid: Kid,
    },
    /// The key that it names did not seal this.
    #[error("key {kid}, which it names, did not seal it: it was changed since, or forged")]
    BadSignature {
        /// The key that it names.
        kid: Kid,
    },
}

fn found(typ: &Option<Type>) -> String {
    match typ {
        Some(typ) => format!("it is a {typ}, and something else belongs here"),
        None => "its typ is none of those that are sealed here".to_owned(),
    }
}

/// The parts of a compact JWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The first part.
    Header,
    /// The second part.
    Payload,
    /// The third part.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "it",
            Self::Header => "its header",
            Self::Payload => "its payload",
            Self::Signature => "its signature",
        })
    }
}
