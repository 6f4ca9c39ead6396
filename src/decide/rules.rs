//! Conditions to truth.
//!
//! A condition is about one key. What the look does not tell is *unknown*, and stays so through `not`.
//!
//! Supersession is asked in two ways. The condition alone asks whether a younger key works; the guard *vouched* asks
//! again, counting only keys that somebody vouches for. Under `not`, every younger key counts both times: vouching for
//! a key can then only ever add to what happens, and a missing voucher only ever take away.

use std::time::Duration;

use super::keys::View;
use crate::policy::Condition;
use crate::time::Truth;
use crate::zone::Credential;

/// The shortest time that a [`Timestamp`](crate::time::Timestamp) tells.
const INSTANT: Duration = Duration::from_millis(1);

/// Which younger keys may supersede.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Superseding {
    /// Any that works.
    Any,
    /// Those for which somebody vouches: the policy, or one of its vouchers.
    Vouched,
}

/// Does `condition` hold of `key`?
pub(super) fn holds(condition: &Condition, key: &Credential, view: View<'_>, by: Superseding) -> Truth {
    let now = view.now;
    match condition {
        Condition::OlderThan(span) => view.created(key).at_or_before(now.minus(span.duration())),
        Condition::CreatedWithin(span) => !view.created(key).at_or_before(now.minus(span.duration())),
        Condition::ExpiredFor(span) => view.expires(key).at_or_before(now.minus(span.duration())),
        Condition::ExpiresWithin(span) => {
            let expires = view.expires(key);
            (!expires.at_or_before(now)).and(expires.at_or_before(now.plus(span.duration())))
        }
        Condition::SupersededFor(span) => any(view.younger(key).map(|younger| {
            let then = now.minus(span.duration());
            let counts = by == Superseding::Any || view.vouched_by(younger, then);
            let long_enough = view.created(younger).at_or_before(then);
            Truth::from(counts).and(view.works(younger)).and(long_enough)
        })),
        Condition::Status(status) => view.is_in(key, *status),
        Condition::Ids(ids) => Truth::from(ids.contains(&key.id)),
        Condition::Implicated => Truth::from(view.named(key)),
        Condition::CreatedSinceIncident(span) => match view.incident_at() {
            // "No earlier" takes in the instant itself.
            Some(at) => !view.created(key).at_or_before(at.minus(span.duration()).minus(INSTANT)),
            None => Truth::Unknown,
        },
        Condition::All(parts) => parts.iter().map(|part| holds(part, key, view, by)).fold(Truth::Yes, Truth::and),
        Condition::Any(parts) => any(parts.iter().map(|part| holds(part, key, view, by))),
        Condition::Not(part) => !refuted(part, key, view, by),
    }
}

/// The truth of a condition that stands under a `not`: there, every younger key counts. A second `not` turns back.
fn refuted(condition: &Condition, key: &Credential, view: View<'_>, by: Superseding) -> Truth {
    match condition {
        Condition::Not(part) => !holds(part, key, view, by),
        Condition::All(parts) => parts.iter().map(|part| refuted(part, key, view, by)).fold(Truth::Yes, Truth::and),
        Condition::Any(parts) => any(parts.iter().map(|part| refuted(part, key, view, by))),
        plain => holds(plain, key, view, Superseding::Any),
    }
}

fn any(truths: impl Iterator<Item = Truth>) -> Truth {
    truths.fold(Truth::No, Truth::or)
}
