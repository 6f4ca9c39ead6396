//! The accounts of one event side by side: each goes on by itself, and none waits for what another waits for.

use scim_key_lifecycle::notice::Addressed;
use scim_key_lifecycle::orchestrator::{Channel, Function};
use scim_key_lifecycle::report::Answer;
use serde_json::Value;
use tokio::sync::Semaphore;

/// How many hops and notices there are at once, of all accounts: connections and processes are not without end.
const AT_ONCE: usize = 16;

/// Places for everything that runs beside something else.
pub(super) fn places() -> Semaphore {
    Semaphore::new(AT_ONCE)
}

/// What is used in a place, which is free again once it has answered. An account that only waits has none.
pub(super) struct Placed<'a, T> {
    pub(super) it: &'a T,
    pub(super) places: &'a Semaphore,
}

impl<T: Function> Function for Placed<'_, T> {
    async fn invoke(&self, event: &Value) -> Result<Answer, String> {
        let _place = self.places.acquire().await;
        self.it.invoke(event).await
    }
}

impl<T: Channel> Channel for Placed<'_, T> {
    async fn publish(&self, addressed: Addressed<'_>) -> bool {
        let _place = self.places.acquire().await;
        self.it.publish(addressed).await
    }
}
