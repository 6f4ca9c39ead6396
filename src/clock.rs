//! The clock seam: the only source of time and of waiting.
//!
//! Production hands in [`SystemClock`]; the simulator has a virtual one. `clippy.toml` bans every other `now()`.

use std::time::Duration;

use crate::time::Timestamp;

/// Tells the time and waits.
#[expect(async_fn_in_trait, reason = "one invocation runs on one thread; no caller needs a Send future")]
pub trait Clock {
    /// The present instant.
    fn now(&self) -> Timestamp;
    /// Waits that long.
    async fn sleep(&self, duration: Duration);
}

impl<C: Clock> Clock for &C {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    async fn sleep(&self, duration: Duration) {
        (**self).sleep(duration).await;
    }
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(chrono::Utc::now().timestamp_millis())
    }

    #[expect(clippy::disallowed_methods, reason = "and the one place that really waits")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The instant by which an invocation must have answered. No call is started that could not finish before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(pub Timestamp);

impl Deadline {
    /// What is left of the time at `now`; zero when it is over.
    pub fn left(self, now: Timestamp) -> Duration {
        self.0.since(now)
    }
}
