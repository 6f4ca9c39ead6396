//! Keeps one account's calls under the cloud's limit: 20 requests a second for each action. Pure: time is an argument.
//!
//! Calls of one action are spaced evenly, a little wider than the limit asks, so that no second ever holds 21. If the
//! cloud throttles all the same (somebody else uses the account too), the spacing doubles, and narrows again slowly.

use std::time::Duration;

use super::Action;
use crate::time::Timestamp;

/// 20 a second would be 50 ms; the rest is room for requests that overtake each other on the way.
const SPACING: Duration = Duration::from_millis(51);
const WIDEST: Duration = Duration::from_millis(1_632);

/// No place is ever so far ahead: if one seems to be, the machine's clock has been set back meanwhile.
const TOO_FAR: Duration = Duration::from_secs(30);

/// One account's pace. It outlives a run: two runs in a second share the limit.
#[derive(Debug, Default)]
pub struct Pace {
    lanes: Vec<Lane>,
}

#[derive(Debug)]
struct Lane {
    action: Action,
    free_at: Timestamp,
    spacing: Duration,
}

impl Pace {
    /// Takes the next place for a call of `action`, and says how long after `now` it is; takes none if that is longer
    /// than `longest`.
    pub fn take(&mut self, action: Action, now: Timestamp, longest: Duration) -> Option<Duration> {
        let lane = self.lane(action, now);
        let start = if lane.free_at > now.plus(TOO_FAR) { now } else { lane.free_at.max(now) };
        let wait = start.since(now);
        if wait > longest {
            return None;
        }
        lane.free_at = start.plus(lane.spacing);
        Some(wait)
    }

    /// The cloud throttled a call of `action`: go half as fast.
    pub fn throttled(&mut self, action: Action, now: Timestamp) {
        let lane = self.lane(action, now);
        lane.spacing = (lane.spacing * 2).min(WIDEST);
        lane.free_at = lane.free_at.max(now.plus(lane.spacing));
    }

    /// The cloud answered a call of `action`: go a little faster again.
    pub fn answered(&mut self, action: Action, now: Timestamp) {
        let lane = self.lane(action, now);
        lane.spacing = (lane.spacing * 9 / 10).max(SPACING);
    }

    fn lane(&mut self, action: Action, now: Timestamp) -> &mut Lane {
        let at = self.lanes.iter().position(|lane| lane.action == action).unwrap_or_else(|| {
            self.lanes.push(Lane { action, free_at: now, spacing: SPACING });
            self.lanes.len() - 1
        });
        &mut self.lanes[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(pace: &mut Pace, action: Action, now: Timestamp) -> Duration {
        pace.take(action, now, Duration::MAX).unwrap()
    }

    /// When each of `count` calls goes out that all want to at once.
    fn burst(pace: &mut Pace, count: usize, now: Timestamp) -> Vec<Timestamp> {
        (0..count).map(|_| now.plus(take(pace, Action::ListScimCredentials, now))).collect()
    }

    #[test]
    fn no_second_ever_holds_more_than_twenty() {
        let sent = burst(&mut Pace::default(), 100, Timestamp::from_unix_seconds(0));
        for (i, start) in sent.iter().enumerate() {
            let end = start.plus(Duration::from_secs(1));
            assert!(sent[i..].iter().filter(|at| **at <= end).count() <= 20);
        }
    }

    #[test]
    fn the_first_call_and_other_actions_do_not_wait() {
        let now = Timestamp::from_unix_seconds(0);
        let mut pace = Pace::default();
        burst(&mut pace, 5, now);
        assert_eq!(take(&mut pace, Action::DescribeIdentityCenter, now), Duration::ZERO);
        assert_eq!(take(&mut pace, Action::ListScimCredentials, now.plus(Duration::from_secs(9))), Duration::ZERO);
    }

    #[test]
    fn a_call_that_does_not_wait_for_its_place_leaves_it_to_the_next() {
        let now = Timestamp::from_unix_seconds(0);
        let mut pace = Pace::default();
        burst(&mut pace, 1, now);
        for _ in 0..3 {
            assert_eq!(pace.take(Action::ListScimCredentials, now, SPACING - Duration::from_millis(1)), None);
        }
        assert_eq!(pace.take(Action::ListScimCredentials, now, SPACING), Some(SPACING));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_the_calls() {
        let now = Timestamp::from_unix_seconds(10_000);
        let mut pace = Pace::default();
        burst(&mut pace, 1, now);
        let back = now.minus(Duration::from_secs(600));
        assert_eq!(take(&mut pace, Action::ListScimCredentials, back), Duration::ZERO);
        assert_eq!(take(&mut pace, Action::ListScimCredentials, back), SPACING);
    }

    #[test]
    fn throttling_slows_it_down_and_answers_bring_it_back() {
        let now = Timestamp::from_unix_seconds(0);
        let mut pace = Pace::default();
        pace.throttled(Action::ListScimCredentials, now);
        let slowed = burst(&mut pace, 2, now);
        assert_eq!(slowed[1].since(slowed[0]), SPACING * 2);
        for _ in 0..20 {
            pace.throttled(Action::ListScimCredentials, now);
        }
        let slowest = burst(&mut pace, 2, now);
        assert_eq!(slowest[1].since(slowest[0]), WIDEST);
        for _ in 0..100 {
            pace.answered(Action::ListScimCredentials, now);
        }
        let back = burst(&mut pace, 3, now);
        assert_eq!(back[2].since(back[1]), SPACING);
    }
}
