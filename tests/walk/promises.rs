//! What must be true of every run, whatever went wrong.

use std::collections::BTreeSet;
use std::time::Duration;

use scim_key_lifecycle::simulator::{Call, Fault};
use scim_key_lifecycle::time::Timestamp;

use crate::stage::{LIST, Played, SECRET_KEY};

/// The oldest look that a write may rest on.
const FRESH: Duration = Duration::from_secs(2);

/// The longest that the program waits for one answer.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Panics at the first promise that was not kept.
pub fn check(played: &Played, mode: &str) {
    let record = || format!("{:#?}\n{:#}", played.calls, played.answer);
    assert!(played.ended <= played.by, "it ended after its deadline: {}", record());
    for (i, call) in played.calls.iter().enumerate() {
        assert!(ends_at_worst(call) <= played.by, "a call was started that might have ended too late: {}", record());
        if is_disable(call) {
            assert!(mode == "enforce", "report mode wrote: {}", record());
            assert!(has_fresh_look(&played.calls[..i], call), "a disable rests on no fresh look: {}", record());
            assert!(may_be_sent(&played.calls[..i], call), "a disable was sent again: {}", record());
        }
    }
    assert!(mode == "enforce" || played.writes().is_empty(), "report mode wrote: {}", record());
    let answer = played.answer.to_string();
    assert!(!answer.contains(SECRET_KEY), "the answer holds the secret key");
    let notices = played.answer["notices"].as_array().unwrap();
    let ids: BTreeSet<&str> = notices.iter().map(|notice| notice["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), notices.len(), "two notices have one id: {}", record());
}

fn ends_at_worst(call: &Call) -> Timestamp {
    call.at.plus(ATTEMPT)
}

fn is_disable(call: &Call) -> bool {
    call.is_write() && call.new_status.as_deref() == Some("Disabled")
}

fn has_fresh_look(earlier: &[Call], write: &Call) -> bool {
    let look = earlier.iter().rfind(|call| call.action == LIST.name() && call.answer == "ok");
    look.is_some_and(|look| write.at.since(look.at) <= FRESH)
}

/// A disable may follow an earlier one of the same key only if that one surely had no effect.
fn may_be_sent(earlier: &[Call], write: &Call) -> bool {
    let mut of_the_key = earlier.iter().filter(|call| is_disable(call) && call.credential == write.credential);
    of_the_key.all(|call| {
        let refused = call.answer.starts_with("RequestLimitExceeded") || call.answer == "AuthFailure.SignatureExpire";
        refused || call.fault == Some(Fault::RefusedConnection)
    })
}
