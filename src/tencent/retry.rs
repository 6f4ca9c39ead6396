//! What to do after a failed call. Pure: it decides and never waits.
//!
//! The question is how far the request got, and whether repeating it could do harm. A read is repeated while there is
//! hope; a write is repeated only if the failed one surely had no effect, and otherwise the zone is looked at first.

use std::time::Duration;

use super::error::{Class, Error, Failure};

/// Does the call change anything?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only looks.
    Read,
    /// It sets a state.
    Write,
    /// It takes our own write back. It is repeated like a write, whatever the run's budget says: provisioning stands
    /// still until it is done.
    Undo,
}

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Send it again, signed anew, after this wait.
    Again {
        /// How long to wait.
        after: Duration,
    },
    /// It may have had its effect: look, and do not send it again.
    LookFirst,
    /// Nothing more can be done in this run, and the failed request had no effect.
    GiveUp,
}

/// How often one call is sent at most.
pub const MAX_ATTEMPTS: u32 = 4;
/// How often calls are repeated at most in one run.
pub const RUN_BUDGET: u32 = 10;

/// The longest wait after the first attempt; each further one doubles it. So the last wait is under 1.6 seconds.
const BASE: Duration = Duration::from_millis(400);

/// Decides after the `attempt`-th sending (counted from 1) failed with `error`. `left` is how many repeats the run
/// still has, `jitter` a number from 0 to below 1: the wait is that share of the full backoff ("full jitter").
pub fn next(error: &Error, kind: Kind, attempt: u32, left: u32, jitter: f64) -> Next {
    let again = || {
        if attempt < MAX_ATTEMPTS && (left > 0 || kind == Kind::Undo) {
            let backoff = BASE * 2_u32.pow(attempt - 1);
            Next::Again { after: backoff.mul_f64(jitter) }
        } else {
            Next::GiveUp
        }
    };
    let repeat_read = || if kind == Kind::Read { again() } else { Next::LookFirst };
    match &error.failure {
        Failure::OutOfTime => Next::GiveUp,
        Failure::NotSent(_) => again(),
        Failure::MaybeSent(_) | Failure::Unreadable(_) => repeat_read(),
        Failure::Service { code, .. } => match Class::of(code) {
            Class::Throttled | Class::Expired => again(),
            Class::Transient => repeat_read(),
            Class::Denied | Class::Rejected => Next::GiveUp,
            Class::Gone | Class::LookAgain | Class::Unknown => match kind {
                Kind::Read => Next::GiveUp,
                Kind::Write | Kind::Undo => Next::LookFirst,
            },
        },
    }
}

/// Random numbers for waits, seeded from the run id, so that a run can be repeated exactly (splitmix64).
#[derive(Debug)]
pub struct Jitter(u64);

impl Jitter {
    /// Starts from any text.
    pub fn seeded(text: &str) -> Self {
        Self(
            text.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    /// The next number, from 0 to below 1.
    pub fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let high = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(0);
        f64::from(high) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tencent::Action;

    fn after(failure: Failure, kind: Kind) -> Next {
        let error = Error { action: Action::ListScimCredentials, request_id: None, failure };
        next(&error, kind, 1, RUN_BUDGET, 0.5)
    }

    fn service(code: &str) -> Failure {
        Failure::Service { code: code.to_owned(), skew: None }
    }

    const AGAIN: Next = Next::Again { after: Duration::from_millis(200) };

    #[test]
    fn what_had_no_effect_is_sent_again() {
        for kind in [Kind::Read, Kind::Write] {
            assert_eq!(after(Failure::NotSent(String::new()), kind), AGAIN);
            assert_eq!(after(service("RequestLimitExceeded.IPLimitExceeded"), kind), AGAIN);
            assert_eq!(after(service("AuthFailure.SignatureExpire"), kind), AGAIN);
        }
    }

    #[test]
    fn a_write_that_may_have_had_its_effect_is_looked_at_first() {
        let doubtful = ["InternalError", "FailedOperation.DBOperationError", "Some.NewCode"];
        let answered = doubtful.map(service);
        let unanswered = [Failure::MaybeSent(String::new()), Failure::Unreadable(String::new())];
        for failure in answered.into_iter().chain(unanswered) {
            assert_eq!(after(failure, Kind::Write), Next::LookFirst);
        }
        assert_eq!(after(service("InvalidParameter.UserScimCredentialStatusError"), Kind::Write), Next::LookFirst);
    }

    #[test]
    fn a_write_to_what_is_gone_is_looked_at_first() {
        for code in ["InvalidParameter.ScimCredentialNotFound", "FailedOperation.ZoneIdNotExist", "ResourceNotFound"] {
            for kind in [Kind::Write, Kind::Undo] {
                assert_eq!(after(service(code), kind), Next::LookFirst, "{code}");
            }
        }
    }

    #[test]
    fn a_write_that_we_may_not_send_or_have_sent_wrongly_is_given_up() {
        for code in ["UnauthorizedOperation", "AuthFailure.SignatureFailure", "InvalidParameter", "LimitExceeded"] {
            for kind in [Kind::Write, Kind::Undo] {
                assert_eq!(after(service(code), kind), Next::GiveUp, "{code}");
            }
        }
    }

    #[test]
    fn a_read_is_repeated_while_there_is_hope() {
        assert_eq!(after(Failure::MaybeSent(String::new()), Kind::Read), AGAIN);
        assert_eq!(after(service("InternalError"), Kind::Read), AGAIN);
        assert_eq!(after(service("UnauthorizedOperation"), Kind::Read), Next::GiveUp);
        assert_eq!(after(service("FailedOperation.ZoneIdNotExist"), Kind::Read), Next::GiveUp);
    }

    #[test]
    fn an_unknown_code_is_never_repeated() {
        assert_eq!(after(service("Some.NewCode"), Kind::Read), Next::GiveUp);
        assert_eq!(after(service("Some.NewCode"), Kind::Write), Next::LookFirst);
    }

    #[test]
    fn repeats_are_bounded_by_call_and_by_run() {
        let error = Error { action: Action::ListScimCredentials, request_id: None, failure: service("InternalError") };
        assert_eq!(next(&error, Kind::Read, MAX_ATTEMPTS, RUN_BUDGET, 0.5), Next::GiveUp);
        assert_eq!(next(&error, Kind::Read, 1, 0, 0.5), Next::GiveUp);
        let throttled = Error { failure: service("RequestLimitExceeded"), ..error };
        assert_eq!(next(&throttled, Kind::Write, 1, 0, 0.5), Next::GiveUp);
        assert_eq!(next(&throttled, Kind::Undo, 1, 0, 0.5), AGAIN);
        assert_eq!(next(&throttled, Kind::Undo, MAX_ATTEMPTS, 0, 0.5), Next::GiveUp);
    }

    #[test]
    fn each_wait_is_drawn_from_the_whole_of_a_backoff_that_doubles() {
        let error = Error { action: Action::ListScimCredentials, request_id: None, failure: service("InternalError") };
        let mut jitter = Jitter::seeded("run one");
        for (attempt, backoff) in [(1, 400), (2, 800), (3, 1_600)] {
            let mut wait = || match next(&error, Kind::Read, attempt, 1, jitter.draw()) {
                Next::Again { after } => after,
                other => panic!("{other:?} after attempt {attempt}"),
            };
            let waits: Vec<Duration> = (0..1_000).map(|_| wait()).collect();
            let (shortest, longest) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            let backoff = Duration::from_millis(backoff);
            assert!(*longest < backoff, "{longest:?} after attempt {attempt}");
            assert!(*longest > backoff * 9 / 10, "{longest:?} after attempt {attempt}");
            assert!(*shortest < backoff / 10, "{shortest:?} after attempt {attempt}");
        }
    }

    #[test]
    fn the_waits_of_two_runs_differ_and_those_of_one_run_do_not() {
        let draws = |run| {
            let mut jitter = Jitter::seeded(run);
            [jitter.draw(), jitter.draw(), jitter.draw()].map(f64::to_bits)
        };
        assert_ne!(draws("run one"), draws("run two"));
        assert_eq!(draws("run one"), draws("run one"));
    }
}
