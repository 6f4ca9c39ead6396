//! Texts whose shape several parts of the document share.

use chrono::NaiveDate;

use crate::zone::CredentialId;

/// What a [`line`] must look like.
pub(super) const LINE: &str = "1 to 200 characters on one line";

/// A text that reports will show: a note, a reason, the name of a control.
pub(super) fn line(text: &str) -> Option<String> {
    let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// What an [`actor`] must look like.
pub(super) const ACTOR: &str = "1 to 200 visible ASCII characters, as in 100000000001";

/// The id of somebody who acts in the cloud, as its audit has it.
pub(super) fn actor(text: &str) -> Option<String> {
    let fits = (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| text.to_owned())
}

/// What a [`field`] must look like.
pub(super) const FIELD: &str = "the keys that lead to it, with dots between them, as in detail.accountId";

/// A place in an event, by the keys that lead there.
pub(super) fn field(text: &str) -> Option<Vec<String>> {
    let keys: Vec<String> = text.split('.').map(str::to_owned).collect();
    let fits = keys.len() <= 20 && line(text).is_some() && keys.iter().all(|key| !key.is_empty());
    fits.then_some(keys)
}

/// The id of a key.
pub(super) fn credential(text: &str) -> Option<CredentialId> {
    CredentialId::parse(text).ok()
}

/// What a [`day`] must look like.
pub(super) const DAY: &str = "a day that exists, as in 2027-01-31";

/// A day of the calendar, written out in full: chrono alone would also take `2027-1-31` and `+12027-01-31`.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && day.to_string() == text).then_some(day)
}
