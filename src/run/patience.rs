//! How long a run waits before it tries again what came to nothing. Pure.
//!
//! It waits as long again as it has tried already. So a short trouble costs little time, and a long one few calls.

use std::time::Duration;

use crate::report::RESUME_AFTER;
use crate::time::Timestamp;

/// The longest wait for a cloud that does not answer or is too busy: it may be back at any moment. A try takes two hops, and
/// a day of them must leave some of those that a loop allows.
pub(super) const FOR_THE_CLOUD: Duration = Duration::from_mins(15);

/// The longest wait after a refusal: somebody has to change a permission or a policy first.
pub(super) const AFTER_A_REFUSAL: Duration = Duration::from_hours(1);

/// After this, people hear of what stands in the way, though it may pass: what an incident wants off may be on meanwhile.
const LONG: Duration = Duration::from_mins(10);

/// Has what came to nothing since then done so for long?
pub(super) fn is_long(since: Timestamp, now: Timestamp) -> bool {
    now.since(since) >= LONG
}

/// When to try again at `now`, what has come to nothing since then.
pub(super) fn again(since: Timestamp, now: Timestamp, longest: Duration) -> Timestamp {
    now.plus(now.since(since).clamp(RESUME_AFTER, longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The minutes at which it is tried, from the first time on.
    fn tries(longest: Duration, count: usize) -> Vec<u64> {
        let since = Timestamp::from_unix_seconds(1_790_000_000);
        let all = std::iter::successors(Some(since), |now| Some(again(since, *now, longest)));
        all.take(count).map(|at| at.since(since).as_secs() / 60).collect()
    }

    #[test]
    fn each_wait_is_as_long_as_all_before_it_up_to_the_longest() {
        assert_eq!(tries(AFTER_A_REFUSAL, 11), [0, 1, 2, 4, 8, 16, 32, 64, 124, 184, 244]);
        assert_eq!(tries(FOR_THE_CLOUD, 7), [0, 1, 2, 4, 8, 16, 31]);
    }

    #[test]
    fn a_clock_that_steps_back_waits_no_longer() {
        let now = Timestamp::from_unix_seconds(1_790_000_000);
        assert_eq!(again(now.plus(RESUME_AFTER * 9), now, AFTER_A_REFUSAL), now.plus(RESUME_AFTER));
    }
}
