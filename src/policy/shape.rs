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
