//! Starts a function between a Runtime API and a simulated cloud, and gives it one scheduled event.
//!
//! Usage: `start PROGRAM [ARGUMENT...]`. Prints the microseconds from before the process is made to its first poll, and to the
//! first disable that the cloud acknowledges; the CPU time that it used to the poll, and from there to its answer; and its peak
//! memory once it has answered, with what it is made of then.

use std::error::Error;
use std::sync::mpsc;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::simulator::{Action, When};
use scim_key_lifecycle_benches::measure;
use scim_key_lifecycle_benches::stage::{self, Function, RuntimeApi};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let program: Vec<String> = std::env::args().skip(1).collect();
    let (simulator, listening) = stage::cloud().await?;
    let mut runtime = RuntimeApi::listen().await?;
    let (tell, acknowledged) = mpsc::channel();
    simulator.on_call(Action::UpdateScimCredentialStatus, 1, When::After, move |_| {
        let _told = tell.send(measure::now());
    });
    let variables = [
        ("SCIM_KEYS_ENDPOINT", listening.url()),
        ("SCIM_KEYS_POLICY", include_str!("../../../demo/policy.json").to_owned()),
    ];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let began = measure::now();
    let function = Function::start(&program, runtime.addr, &variables)?;
    let polled = runtime.polled().await?;
    let start_cpu = measure::cpu_of(function.pid())?;
    runtime.give(&json!({
        "source": "scim-key-lifecycle", "kind": "schedule", "schedule": "daily", "time": SystemClock.now(),
    }));
    runtime.answered().await?;
    let all_cpu = measure::cpu_of(function.pid())?;
    let acknowledged = acknowledged.try_recv().map_err(|_| "it answered, and disabled nothing")?;
    measure::print(&json!({
        "first_poll_us": polled.duration_since(began).as_micros(),
        "first_disable_us": acknowledged.duration_since(began).as_micros(),
        "start_cpu_us": start_cpu.as_micros(),
        "event_cpu_us": (all_cpu - start_cpu).as_micros(),
        "peak_kib": measure::memory_kib(function.pid(), "VmHWM")?,
        "anonymous_kib": measure::memory_kib(function.pid(), "RssAnon")?,
        "file_kib": measure::memory_kib(function.pid(), "RssFile")?,
        "calls": simulator.calls().len(),
    }));
    Ok(())
}
