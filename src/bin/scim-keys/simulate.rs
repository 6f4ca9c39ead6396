//! `scim-keys simulate`: the simulator on a loopback port, until it is stopped.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::simulator::{Simulator, http, zones};

use super::cli::Simulate;
use super::zone_file;

/// Prints what a client needs, as lines for a shell, and serves.
pub(super) async fn simulate(asked: &Simulate) -> Result<ExitCode, Box<dyn Error>> {
    let simulator = Simulator::new(|| SystemClock.now());
    simulator.add_account(zone_file::account(asked.zone.as_deref(), SystemClock.now())?);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, asked.port));
    let listening = http::serve(simulator, address)
        .await
        .map_err(|error| format!("{address} cannot be listened at ({error}): choose another --port, or 0"))?;
    println!("export TENCENTCLOUD_SECRET_ID={}", zones::SECRET_ID);
    println!("export TENCENTCLOUD_SECRET_KEY={}", zones::SECRET_KEY);
    println!("export SCIM_KEYS_ENDPOINT={}", listening.url());
    println!("# serving zone {} of account acme; these secrets open nothing else; stop with Ctrl-C", zones::ZONE_ID);
    std::future::pending().await
}
