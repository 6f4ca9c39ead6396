//! The keys that seal cursors, for one event.

use crate::clock::Clock;
use crate::cursor::Keys;
use crate::handler;
use crate::tencent::secret::{CursorKey, NoKeys, Surroundings, cursor_keys};
use crate::trigger::{Arrival, Cause};

/// Fetches the keys from `source` if a hop or a run starts: nothing else seals, and nothing is fetched for it.
///
/// An incident does not wait for a key that cannot be had: its containment goes on without memory, and an error is logged.
///
/// # Errors
/// Why there are no keys although a place for them is set. Without them a scheduled run would forget what restrains it,
/// so it is better not to start.
pub async fn keys_for(
    arrival: &Arrival,
    source: &CursorKey,
    surroundings: &Surroundings,
    clock: &impl Clock,
) -> Result<Option<Keys>, NoKeys> {
    let trigger = match arrival {
        Arrival::Bare { trigger, .. } => trigger,
        Arrival::Hop(hop) => &hop.trigger,
        Arrival::Resolve(..) | Arrival::FanOut(..) | Arrival::NotOurs { .. } => return Ok(None),
    };
    match (cursor_keys(source, surroundings, clock).await, &trigger.cause) {
        (Err(error), Cause::Incident(_)) => {
            handler::span(trigger).in_scope(|| tracing::error!(%error, "the incident is contained without memory"));
            Ok(None)
        }
        (keys, _) => keys,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::policy::Policy;
    use crate::tencent::secret::NotFetched;
    use crate::trigger;

    const SCHEDULE: &str = r#"{"source":"scim-key-lifecycle","kind":"schedule"}"#;
    const INCIDENT: &str = include_str!("../../events/incident-native.json");

    fn arrival(event: &str) -> Arrival {
        let policy = Policy::parse(include_bytes!("../../demo/stop-policy.json")).unwrap();
        trigger::read(event.as_bytes(), &policy, SystemClock.now()).unwrap()
    }

    /// What an event gets while the secrets extension cannot be asked.
    async fn without_the_extension(event: &str) -> Result<Option<Keys>, NoKeys> {
        let source = CursorKey::SecretsManager("arn:aws:secretsmanager:eu-west-1:111122223333:secret:s".to_owned());
        keys_for(&arrival(event), &source, &Surroundings::new(|_| None), &SystemClock).await
    }

    fn resolve(event: &str) -> String {
        format!(r#"{{"source":"scim-key-lifecycle","kind":"resolve","event":{event}}}"#)
    }

    #[tokio::test]
    async fn a_scheduled_run_or_hop_does_not_start_without_the_key_that_is_configured() {
        for event in [SCHEDULE, include_str!("../../events/hop-first.json")] {
            let error = without_the_extension(event).await.unwrap_err();
            assert!(matches!(error, NoKeys::NotFetched { fault: NotFetched::NoToken, .. }), "{error}");
        }
    }

    #[tokio::test]
    async fn an_incident_does_not_wait_for_a_key() {
        assert!(without_the_extension(INCIDENT).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn no_key_is_fetched_for_an_event_that_seals_nothing() {
        let foreign = include_str!("../../events/someone-elses.json");
        for event in [&resolve(SCHEDULE), &resolve(INCIDENT), foreign] {
            assert!(without_the_extension(event).await.unwrap().is_none(), "{event}");
        }
    }

    #[tokio::test]
    async fn a_key_that_is_given_serves_every_run() {
        let given = CursorKey::Given(Keys::parse(&"made-up-key-of-a-test-0123456789".into()).unwrap());
        for event in [SCHEDULE, INCIDENT] {
            let surroundings = Surroundings::new(|_| None);
            assert!(keys_for(&arrival(event), &given, &surroundings, &SystemClock).await.unwrap().is_some());
        }
    }
}
