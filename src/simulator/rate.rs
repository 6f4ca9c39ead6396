//! The documented limit: twenty requests a second, for each action of each account
//! (<https://www.tencentcloud.com/document/product/1031/66420>).

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::time::Timestamp;

use super::action::Action;

/// How many requests one window admits.
pub const PER_WINDOW: usize = 20;

/// How long the sliding window is.
pub const WINDOW: Duration = Duration::from_secs(1);

/// When each account was last admitted to each action.
#[derive(Default)]
pub(super) struct Rate {
    admitted: BTreeMap<(String, Action), VecDeque<Timestamp>>,
}

impl Rate {
    /// May this request go on? One that is refused does not count against the next.
    pub(super) fn admit(&mut self, secret_id: &str, action: Action, now: Timestamp) -> bool {
        let recent = self.admitted.entry((secret_id.to_owned(), action)).or_default();
        recent.retain(|at| now.since(*at) < WINDOW);
        let free = recent.len() < PER_WINDOW;
        if free {
            recent.push_back(now);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_unix_millis(millis)
    }

    #[test]
    fn the_twenty_first_within_a_second_is_refused() {
        let mut rate = Rate::default();
        let action = Action::ListScimCredentials;
        for n in 0..20 {
            assert!(rate.admit("a", action, at(n * 10)), "{n}");
        }
        assert!(!rate.admit("a", action, at(999)));
        assert!(rate.admit("a", action, at(1000)), "the first has left the window");
        assert!(!rate.admit("a", action, at(1000)), "the second has not");
    }

    #[test]
    fn actions_and_accounts_are_counted_apart() {
        let mut rate = Rate::default();
        for _ in 0..20 {
            assert!(rate.admit("a", Action::ListScimCredentials, at(0)));
        }
        assert!(!rate.admit("a", Action::ListScimCredentials, at(0)));
        assert!(rate.admit("a", Action::UpdateScimCredentialStatus, at(0)));
        assert!(rate.admit("b", Action::ListScimCredentials, at(0)));
    }
}
