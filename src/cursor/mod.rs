//! What travels in the event from one hop to the next: an account's memory, and the record of the run in flight. Pure.
//!
//! A cursor is sealed as a compact JWS ([`jws`]): any JWT tool shows it, and nobody forges it. Opening one never fails
//! a run: it says how much of the past may be believed, and why not more.

use serde::{Deserialize, Serialize};

use crate::memory::Memory;
use crate::time::Timestamp;
use crate::trigger::Register;
use crate::zone::AccountName;

pub mod jws;
mod keys;
mod record;
#[cfg(test)]
mod tests;

pub use jws::{NotOpened, Sealed, Type};
pub use keys::{BadKeys, Key, Keys, Kid};
pub use record::{OutcomeState, Outstanding, Record, RecordedOutcome, ToldState, Written};

/// The version of the cursor's format. Once a version is released, whatever a program of before would refuse or lose raises
/// it: another field, kind of fact or word, or one that is gone. `tests/fixtures/cursor/SOURCE.md` has the rule.
pub const VERSION: u32 = 1;

/// The longest cursor that is sealed, in bytes. Twenty rules with ladders of three steps that have warned of both keys,
/// and ten incidents, take some 42 KiB; the loop carries three cursors at once, and Step Functions 256 KiB.
pub const MAX_CURSOR: usize = 48 * 1024;

/// May a cursor of so many bytes be too long for what a run would do? A restore names each incident that holds its key once
/// more, which is less than what is remembered of them already. A third is left for what comes of it and for later hops.
pub const fn may_be_full(bytes: usize) -> bool {
    bytes > MAX_CURSOR / 3
}

/// What a sealed cursor holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The version of this format.
    pub version: u32,
    /// Whose memory this is.
    pub account: AccountName,
    /// The generation of the register for which it was sealed.
    pub generation: u64,
    /// When a scheduled run last looked; `None` if none ever has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// The facts.
    pub facts: Memory,
    /// The run in flight. It is believed only from the execution's own last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Record>,
}

/// Why a cursor is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disbelieved {
    /// There is no key to verify it with.
    #[error("no key is configured to verify cursors with (SCIM_KEYS_CURSOR_KEY, or SCIM_KEYS_CURSOR_KEY_SECRET)")]
    NoKey,
    /// The seal is broken, or it is no seal.
    #[error("{0}")]
    Seal(#[from] NotOpened),
    /// It is sealed, and what it holds is not a cursor.
    #[error("what it holds is no cursor (line {line}, column {column})")]
    Content {
        /// Where that shows. What stands there is not repeated: it may be anybody's text.
        line: usize,
        /// Of that line.
        column: usize,
    },
    /// Another version of this program sealed it.
    #[error("its format has version {0}, and this program reads version {VERSION}: run the one that sealed it")]
    Version(u64),
    /// It is another account's.
    #[error("it belongs to the account {0}: put this account's own in its place")]
    Account(AccountName),
    /// It was sealed for another generation than the one that it was found in.
    #[error(
        "it was sealed for generation {sealed}, and stands in generation {found}: if somebody copied it there, move that copy away, \
         and the newest true one counts again; nothing is lost"
    )]
    Generation {
        /// The generation in the cursor.
        sealed: u64,
        /// The generation that held it.
        found: u64,
    },
}

impl Cursor {
    /// Opens a sealed cursor that should be this account's.
    pub fn open(sealed: &str, account: &AccountName, keys: Option<&Keys>) -> Result<Self, Disbelieved> {
        let payload = jws::open(sealed, Type::Cursor, keys.ok_or(Disbelieved::NoKey)?)?;
        let cursor = Self::read(&payload)?;
        if cursor.account == *account { Ok(cursor) } else { Err(Disbelieved::Account(cursor.account)) }
    }

    /// Reads what a sealed cursor holds.
    pub fn read(payload: &[u8]) -> Result<Self, Disbelieved> {
        /// The one field that every version has.
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        let content = |error: serde_json::Error| Disbelieved::Content { line: error.line(), column: error.column() };
        let Versioned { version } = serde_json::from_slice(payload).map_err(content)?;
        if version != u64::from(VERSION) {
            return Err(Disbelieved::Version(version));
        }
        serde_json::from_slice(payload).map_err(content)
    }

    /// Opens the newest generation of an account's register; `None` if there is none yet.
    pub fn of_register(
        register: &Register,
        account: &AccountName,
        keys: Option<&Keys>,
    ) -> Result<Option<Self>, Unusable> {
        let (found, sealed) = match register {
            Register::Absent => return Ok(None),
            Register::Unreadable(why) => return Err(Unusable::Unreadable(why.clone())),
            Register::Newest { generation, cursor } => (*generation, cursor),
        };
        let cursor = Self::open(sealed, account, keys)?;
        let sealed = cursor.generation;
        if sealed == found { Ok(Some(cursor)) } else { Err(Disbelieved::Generation { sealed, found }.into()) }
    }

    /// The same without what is remembered: only the run's own record.
    #[must_use]
    pub fn without_facts(self) -> Self {
        Self { facts: Memory::default(), as_of: None, ..self }
    }

    /// Seals it, if it is not too long.
    pub fn seal(&self, keys: &Keys) -> Result<Sealed, TooLarge> {
        let sealed = self.sealed(keys);
        let bytes = sealed.as_str().len();
        if bytes > MAX_CURSOR { Err(TooLarge { bytes }) } else { Ok(sealed) }
    }

    /// How long it would be, sealed, in bytes.
    pub fn sealed_length(&self, keys: &Keys) -> usize {
        self.sealed(keys).as_str().len()
    }

    fn sealed(&self, keys: &Keys) -> Sealed {
        let payload = serde_json::to_vec(self).expect("facts, times and texts can always be written as JSON");
        jws::seal(Type::Cursor, &payload, keys)
    }
}

/// Why an account's register cannot be worked with. Nothing may be settled on top of it: that would lose what it holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The loop could not read it.
    #[error("the register could not be read: {0}")]
    Unreadable(String),
    /// It is there and is not believed.
    #[error(
        "the register is not believed: {0}; only \"scim-keys register reset\" goes on from it, or in \
             the state machine whoever deletes the account's schedules in the registers' group"
    )]
    Disbelieved(#[from] Disbelieved),
}

/// A cursor that is too long to travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor has {bytes} bytes, and {MAX_CURSOR} are allowed")]
pub struct TooLarge {
    /// Its length.
    pub bytes: usize,
}
