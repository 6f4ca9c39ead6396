//! The real way to the cloud: HTTPS, the policy's secret sources, a clock; and to the keys that seal cursors. Both
//! binaries build one at their start.

use std::collections::BTreeMap;

use crate::clock::Clock;
use crate::handler::Cloud;
use crate::policy::{Account, Policy};
use crate::tencent::Client;
use crate::tencent::endpoint::Endpoint;
use crate::tencent::https::Https;
use crate::tencent::kept::Kept;
use crate::tencent::secret::{self, ApiSecret, Fault, SecretError, Surroundings};
use crate::trigger::RunId;
use crate::zone::AccountName;

mod keys;

pub use keys::keys_for;

/// Where an account's secret comes from.
pub enum Secrets {
    /// From the one source that the policy names for it.
    AsThePolicySays(Surroundings),
    /// One that the program was given at its start, such as that of a simulated account: no source is read.
    Given(BTreeMap<AccountName, ApiSecret>),
}

/// Reaches the cloud, or a simulator over HTTP. The accounts' paces, and the zones that were found, outlive single runs.
pub struct Live<C> {
    http: reqwest::Client,
    endpoint: Option<Endpoint>,
    secrets: Secrets,
    clock: C,
    kept: BTreeMap<AccountName, Kept>,
    /// For the accounts that the policy did not have when this was built: together they are at most as fast as one.
    kept_of_others: Kept,
}

impl<C: Clock> Live<C> {
    /// For the accounts of `policy`; calls go to `endpoint`, or else to each account's own site.
    pub fn new(http: reqwest::Client, endpoint: Option<Endpoint>, secrets: Secrets, clock: C, policy: &Policy) -> Self {
        let kept = policy.accounts().iter().map(|account| (account.name.clone(), Kept::default())).collect();
        Self { http, endpoint, secrets, clock, kept, kept_of_others: Kept::default() }
    }

    /// Takes as long as [`secret::fetch`] does, whatever time the run has left.
    async fn secret(&self, account: &Account) -> Result<ApiSecret, SecretError> {
        match &self.secrets {
            Secrets::AsThePolicySays(surroundings) => secret::fetch(&account.secret, surroundings, &self.clock).await,
            Secrets::Given(secrets) => secrets
                .get(&account.name)
                .cloned()
                .ok_or_else(|| SecretError { origin: account.secret.clone(), fault: Fault::NotGiven }),
        }
    }
}

impl<C: Clock> Cloud for Live<C> {
    type Transport = Https;
    type Clock = C;

    fn clock(&self) -> &C {
        &self.clock
    }

    async fn client(&self, account: &Account, run: &RunId) -> Result<Client<'_, Https, C>, SecretError> {
        let endpoint = self.endpoint.clone().unwrap_or_else(|| Endpoint::of(account.site));
        let secret = self.secret(account).await?;
        let host = endpoint.host().to_owned();
        let transport = Https::new(self.http.clone(), endpoint);
        let kept = self.kept.get(&account.name).unwrap_or(&self.kept_of_others);
        Ok(Client::new(transport, &self.clock, kept, &host, secret, run.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::tencent::https::{self, TrustRoots};
    use crate::trigger::{self, Arrival};

    const EVENT: &[u8] =
        br#"{"source":"scim-key-lifecycle","kind":"schedule","schedule":"daily","time":"2026-11-24T06:00:00Z"}"#;

    #[tokio::test]
    async fn an_account_that_was_not_there_at_the_start_is_served_or_told_that_it_has_no_secret() {
        let before = include_str!("../demo/policy.json");
        let policy = Policy::parse(before.as_bytes()).unwrap();
        let after = before.replace(&format!("\"{}\"", policy.accounts()[0].name), "\"newcomer\"");
        let after = Policy::parse(after.as_bytes()).unwrap();
        let Ok(Arrival::Bare { trigger, .. }) = trigger::read(EVENT, &after, SystemClock.now()) else {
            panic!("no run")
        };
        let live = |given| {
            let http = https::client(TrustRoots::Webpki).unwrap();
            Live::new(http, None, Secrets::Given(given), SystemClock, &policy)
        };
        let account = &trigger.account;
        assert_eq!(account.name.to_string(), "newcomer");
        let error = live(BTreeMap::new()).client(account, &trigger.run).await.err().unwrap();
        assert_eq!(error.fault, Fault::NotGiven);
        let secret = ApiSecret::new("AKID".to_owned(), "KEY".into(), None).unwrap();
        assert!(live(BTreeMap::from([(account.name.clone(), secret)])).client(account, &trigger.run).await.is_ok());
    }
}
