//! Policies from files, and `scim-keys policy check`: every problem of a policy, or what it may do and stop.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::config::{self, BadConfig};
use scim_key_lifecycle::policy::Policy;

use super::print;

const DEMONSTRATION: &str = include_str!("../../../demo/policy.json");

/// The policy in this file, or else the demonstration.
pub(super) fn read(file: Option<&Path>) -> Result<Policy, BadConfig> {
    match file {
        Some(file) => config::policy_file(&file.to_string_lossy()),
        None => config::policy_text("the demonstration", DEMONSTRATION.as_bytes()),
    }
}

pub(super) fn check(file: &Path) -> Result<ExitCode, Box<dyn Error>> {
    let policy = config::policy_file(&file.to_string_lossy())?;
    print::out(&policy.explain(SystemClock.now()))?;
    Ok(ExitCode::SUCCESS)
}
