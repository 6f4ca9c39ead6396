//! What the function does between its first line and its first poll, in the order of `src/main.rs`, each part timed. Prints the
//! microseconds of each.

use std::error::Error;

use scim_key_lifecycle::clock::SystemClock;
use scim_key_lifecycle::config;
use scim_key_lifecycle::live::{Live, Secrets};
use scim_key_lifecycle::logs;
use scim_key_lifecycle::tencent::https;
use scim_key_lifecycle::tencent::secret::Surroundings;
use scim_key_lifecycle_benches::measure;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut parts: Vec<Value> = Vec::new();
    let mut last = measure::now();
    let mut part = |name: &str| {
        let now = measure::now();
        parts.push(json!([name, now.duration_since(last).as_nanos() as f64 / 1e3]));
        last = measure::now();
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    part("the tokio runtime");
    logs::to_stdout_as_json(None);
    part("the log");
    let config = config::read(|name| match name {
        "SCIM_KEYS_POLICY" => Some(include_str!("../../../demo/policy.json").to_owned()),
        _ => None,
    })?;
    part("the settings, and the policy with its checks");
    let http = https::client(config.trust_roots)?;
    part("the HTTPS client, with Mozilla's authorities");
    let surroundings = Surroundings::of_process();
    let _cloud = Live::new(http, None, Secrets::AsThePolicySays(surroundings), SystemClock, &config.policy);
    part("the way to the cloud");
    drop(runtime);
    measure::print(&json!(parts));
    Ok(())
}
