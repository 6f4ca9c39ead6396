//! The way to the cloud, or to a simulator inside this process, over HTTP.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::config;
use scim_key_lifecycle::live::{Live, Secrets};
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::simulator::http::{self, Listening};
use scim_key_lifecycle::simulator::{Simulator, zones};
use scim_key_lifecycle::tencent::endpoint::Endpoint;
use scim_key_lifecycle::tencent::https::{self, TrustRoots};
use scim_key_lifecycle::tencent::secret::{ApiSecret, Surroundings};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::zone::AccountName;

use super::zone_file;

/// With the policy's own secrets and today's clock.
pub(super) fn real(url: &str, policy: &Policy) -> Result<Live<SystemClock>, Box<dyn Error>> {
    let endpoint = Endpoint::parse(url)?;
    let roots = config::trust_roots(|name| std::env::var(name).ok())?;
    let secrets = Secrets::AsThePolicySays(Surroundings::of_process());
    Ok(Live::new(https::client(roots)?, Some(endpoint), secrets, SystemClock, policy))
}

/// Against a simulator that goes by `clock`. It serves as long as what comes with the cloud is kept.
pub(super) async fn simulated<C>(
    zone: Option<&Path>,
    policy: &Policy,
    clock: C,
) -> Result<(Live<C>, Listening), Box<dyn Error>>
where
    C: Clock + Copy + Send + Sync + 'static,
{
    let simulator = Simulator::new(move || clock.now());
    let secrets = fill(&simulator, zone, policy, clock.now())?;
    let listening = http::serve(simulator, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let endpoint = Endpoint::parse(&listening.url())?;
    let live = Live::new(https::client(TrustRoots::Webpki)?, Some(endpoint), Secrets::Given(secrets), clock, policy);
    Ok((live, listening))
}

/// Gives each account of the policy its zone, as it is at `now`, and returns the secrets that they are known by.
pub(super) fn fill(
    simulator: &Simulator,
    zone: Option<&Path>,
    policy: &Policy,
    now: Timestamp,
) -> Result<BTreeMap<AccountName, ApiSecret>, Box<dyn Error>> {
    let mut secrets = BTreeMap::new();
    for (number, account) in policy.accounts().iter().enumerate() {
        let mut simulated = zone_file::account(zone, now)?;
        simulated.secret_id = format!("{}{number}", zones::SECRET_ID);
        simulated.zone_id = account.zone.as_ref().map_or(simulated.zone_id, ToString::to_string);
        let secret = ApiSecret::new(simulated.secret_id.clone(), zones::SECRET_KEY.into(), None)?;
        secrets.insert(account.name.clone(), secret);
        simulator.add_account(simulated);
    }
    Ok(secrets)
}
