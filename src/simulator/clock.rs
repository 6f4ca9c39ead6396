//! Two clocks: one that jumps, and one that runs as fast as the machine's but stands elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::clock::Clock;
use crate::time::Timestamp;

/// A clock that moves only when it is told to, or when someone sleeps: then it jumps, and nobody waits.
///
/// Clones are the same clock.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    millis: Arc<AtomicI64>,
}

impl VirtualClock {
    /// A clock that shows `start`.
    pub fn at(start: Timestamp) -> Self {
        Self { millis: Arc::new(AtomicI64::new(start.unix_millis())) }
    }

    /// Lets that much time pass.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }

    /// Jumps to `instant`, forwards or back.
    pub fn set(&self, instant: Timestamp) {
        self.millis.store(instant.unix_millis(), Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.millis.load(Ordering::SeqCst))
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}

/// Another clock, moved by a fixed amount: an event from last spring can then be handled as it would have been then.
#[derive(Clone, Copy, Debug)]
pub struct ShiftedClock<C> {
    clock: C,
    from: Timestamp,
    to: Timestamp,
}

impl<C: Clock> ShiftedClock<C> {
    /// A clock that shows `start` now, and goes on from there as `clock` does.
    pub fn starting_at(clock: C, start: Timestamp) -> Self {
        Self { from: clock.now(), to: start, clock }
    }
}

impl<C: Clock> Clock for ShiftedClock<C> {
    fn now(&self) -> Timestamp {
        self.to.plus(self.clock.now().since(self.from))
    }

    async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleeping_moves_every_copy_of_a_virtual_clock() {
        let clock = VirtualClock::at(Timestamp::from_unix_seconds(100));
        let copy = clock.clone();
        clock.sleep(Duration::from_secs(3600)).await;
        assert_eq!(copy.now(), Timestamp::from_unix_seconds(3700));
    }

    #[tokio::test]
    async fn a_shifted_clock_keeps_the_pace_of_the_other() {
        let pace = VirtualClock::at(Timestamp::from_unix_seconds(1_000_000));
        let shifted = ShiftedClock::starting_at(pace.clone(), Timestamp::from_unix_seconds(5));
        assert_eq!(shifted.now(), Timestamp::from_unix_seconds(5));
        shifted.sleep(Duration::from_secs(7)).await;
        assert_eq!(shifted.now(), Timestamp::from_unix_seconds(12));
        assert_eq!(pace.now(), Timestamp::from_unix_seconds(1_000_007));
    }
}
