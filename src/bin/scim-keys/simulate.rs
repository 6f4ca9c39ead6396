//! `scim-keys simulate`: the simulator on a loopback port, until it is stopped.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::simulator::{Simulator, http, zones};

use super::cli::Simulate;
use super::{print, zone_file};

/// Prints what a client needs, as lines for a shell, and serves.
pub(super) async fn simulate(asked: &Simulate) -> Result<ExitCode, Box<dyn Error>> {
    let simulator = Simulator::new(|| SystemClock.now());
    simulator.add_account(zone_file::account(asked.zone.as_deref(), SystemClock.now())?);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, asked.port));
    let listening = http::serve(simulator, address)
        .await
        .map_err(|error| format!("{address} cannot be listened at ({error}): choose another --port, or 0"))?;
    print::out(&lines(&listening.url()))?;
    std::future::pending().await
}

fn lines(url: &str) -> String {
    let (secret_id, secret_key, zone) = (zones::SECRET_ID, zones::SECRET_KEY, zones::ZONE_ID);
    format!(
        "export TENCENTCLOUD_SECRET_ID={secret_id}\n\
         export TENCENTCLOUD_SECRET_KEY={secret_key}\n\
         export SCIM_KEYS_ENDPOINT={url}\n\
         # serving zone {zone} of account acme; these secrets open nothing else; stop with Ctrl-C\n"
    )
}
