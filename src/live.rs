//! The real way to the cloud: HTTPS, the policy's secret sources, a clock. Both binaries build one at their start.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::clock::Clock;
use crate::handler::Cloud;
use crate::policy::{Account, Policy};
use crate::tencent::Client;
use crate::tencent::endpoint::Endpoint;
use crate::tencent::https::Https;
use crate::tencent::pace::Pace;
use crate::tencent::secret::{self, ApiSecret, SecretError, Surroundings};
use crate::trigger::RunId;
use crate::zone::AccountName;

/// Where an account's secret comes from.
pub enum Secrets {
    /// From the one source that the policy names for it.
    AsThePolicySays(Surroundings),
    /// One that is not real, for the simulator on this machine: no real secret is read or sent.
    Simulated(BTreeMap<AccountName, ApiSecret>),
}

/// Reaches the cloud, or a simulator over HTTP. The accounts' paces outlive single runs.
pub struct Live<C> {
    http: reqwest::Client,
    endpoint: Option<Endpoint>,
    secrets: Secrets,
    clock: C,
    paces: BTreeMap<AccountName, RefCell<Pace>>,
}

impl<C: Clock> Live<C> {
    /// For the accounts of `policy`; calls go to `endpoint`, or else to each account's own site.
    pub fn new(http: reqwest::Client, endpoint: Option<Endpoint>, secrets: Secrets, clock: C, policy: &Policy) -> Self {
        let paces = policy.accounts().iter().map(|account| (account.name.clone(), RefCell::default())).collect();
        Self { http, endpoint, secrets, clock, paces }
    }

    async fn secret(&self, account: &Account) -> Result<ApiSecret, SecretError> {
        match &self.secrets {
            Secrets::AsThePolicySays(surroundings) => secret::fetch(&account.secret, surroundings, &self.clock).await,
            Secrets::Simulated(secrets) => Ok(secrets[&account.name].clone()),
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
        Ok(Client::new(transport, &self.clock, &self.paces[&account.name], &host, secret, run.as_str()))
    }
}
