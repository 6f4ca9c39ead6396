//! The fields of an event, or of an object inside it, each read strictly and refused with its place.
//!
//! A field that is `null` is one that is left out, but for [`Fields::present`]. Pure.

use serde_json::{Map, Value};

use super::{Refused, carrier};
use crate::json;
use crate::time::Timestamp;
use crate::zone::{AccountName, WrongShape};

/// The longest sealed text (a cursor, a receipt) that is taken, in bytes. Whether it is any good is not judged here.
const MAX_SEALED: usize = 64 * 1024;

/// One object, and where it stands.
pub(super) struct Fields<'a> {
    path: String,
    body: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// Those of a whole event.
    pub(super) fn of(event: &'a Map<String, Value>) -> Self {
        Self { path: "$".to_owned(), body: event }
    }

    /// All of them.
    pub(super) fn body(&self) -> &'a Map<String, Value> {
        self.body
    }

    /// The place of the field `key`.
    pub(super) fn place(&self, key: &str) -> String {
        json::member(&self.path, key)
    }

    /// Refuses every field but the `known` ones, so that a misspelt one is not silently without effect.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refused> {
        let Some(key) = self.body.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
        let remedy = format!("leave it out; the fields are {}", known.join(", "));
        Err(Refused::unseen(self.place(key), "this field is not known", remedy))
    }

    /// What stands at `key`; `null` is nothing.
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.body.get(key).filter(|value| !value.is_null())
    }

    /// What stands at `key`, and must stand there, if only as `null`.
    pub(super) fn present(&self, key: &str, remedy: &str) -> Result<&'a Value, Refused> {
        self.needed(key, remedy, self.body.get(key))
    }

    /// What was read at `key`, and must be there.
    pub(super) fn needed<T>(&self, key: &str, remedy: &str, read: Option<T>) -> Result<T, Refused> {
        read.ok_or_else(|| Refused::unseen(self.place(key), "this is missing", remedy))
    }

    /// The text at `key`, if there is one.
    pub(super) fn text(&self, key: &str, remedy: &str) -> Result<Option<&'a str>, Refused> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(Refused::new(self.place(key), other, "this must be a text", remedy)),
        }
    }

    /// The text at `key`, if there is one, read as `what`: `an account's name`.
    pub(super) fn shaped<T>(
        &self,
        key: &str,
        what: &str,
        read: impl Fn(&str) -> Result<T, WrongShape>,
        remedy: &str,
    ) -> Result<Option<T>, Refused> {
        let Some(text) = self.text(key, remedy)? else { return Ok(None) };
        let refused = |wrong: WrongShape| {
            Refused::new(self.place(key), &Value::from(text), format!("{what} is {}", wrong.expected), remedy)
        };
        read(text).map(Some).map_err(refused)
    }

    /// The account that is named, if one is.
    pub(super) fn account(&self) -> Result<Option<AccountName>, Refused> {
        let remedy = "name one of the policy's accounts, or leave it out if there is only one";
        self.shaped("account", "an account's name", AccountName::parse, remedy)
    }

    /// The RFC 3339 time at `key`, if there is one.
    pub(super) fn instant(&self, key: &str) -> Result<Option<Timestamp>, Refused> {
        const REMEDY: &str = "write it as RFC 3339 does: 2026-11-24T06:00:00Z";
        let Some(written) = self.text(key, REMEDY)? else { return Ok(None) };
        let refused = || Refused::new(self.place(key), &Value::from(written), "this is not a time", REMEDY);
        Timestamp::parse_rfc3339(written).map(Some).ok_or_else(refused)
    }

    /// The sealed text at `key`, if there is one. It is never shown, since it may be a receipt.
    pub(super) fn sealed(&self, key: &str, remedy: &str) -> Result<Option<&'a str>, Refused> {
        let refused = |why| Err(Refused::unseen(self.place(key), why, remedy));
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= MAX_SEALED => Ok(Some(text)),
            Some(Value::String(_)) => refused(format!("this has more than {MAX_SEALED} bytes")),
            Some(_) => refused("this must be a text".to_owned()),
        }
    }

    /// The cursor that an event without a loop brings, if it does.
    pub(super) fn cursor(&self) -> Result<Option<String>, Refused> {
        let remedy = "put in the `cursor` of an earlier answer as it was, or leave it out";
        Ok(self.sealed("cursor", remedy)?.map(str::to_owned))
    }

    /// The texts of the list at `key`, at most so many, each read as `what`; none if there is no list.
    pub(super) fn texts<T>(
        &self,
        key: &str,
        at_most: usize,
        what: &str,
        read: impl Fn(&str) -> Result<T, WrongShape>,
        remedy: &str,
    ) -> Result<Vec<T>, Refused> {
        let place = self.place(key);
        let list = match self.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(list)) if list.len() <= at_most => list,
            Some(Value::Array(list)) => {
                let why = format!("{} entries stand here, and at most {at_most} are read", list.len());
                return Err(Refused::unseen(place, why, remedy));
            }
            Some(other) => return Err(Refused::new(place, other, "this must be a list", remedy)),
        };
        let item = |(i, value): (usize, &Value)| {
            let refused = |why| Refused::new(json::element(&place, i), value, why, remedy);
            let text = value.as_str().ok_or_else(|| refused("this must be a text".to_owned()))?;
            read(text).map_err(|wrong| refused(format!("{what} is {}", wrong.expected)))
        };
        list.iter().enumerate().map(item).collect()
    }

    /// The event that the loop has put inside, unchanged.
    pub(super) fn event(&self) -> Result<Self, Refused> {
        const REMEDY: &str = "put in the event that came, unchanged";
        let (path, value) = (self.place("event"), self.needed("event", REMEDY, self.get("event"))?);
        let body = value.as_object().ok_or_else(|| carrier::no_object(&path, value, REMEDY))?;
        Ok(Self { path, body })
    }

    /// The object at `key`, which must be there. It is not shown, since it may hold a receipt.
    pub(super) fn object(&self, key: &str, remedy: &str) -> Result<Self, Refused> {
        let value = self.needed(key, remedy, self.get(key))?;
        let refused = || Refused::unseen(self.place(key), "this must be an object", remedy);
        Ok(Self { path: self.place(key), body: value.as_object().ok_or_else(refused)? })
    }
}
