//! `scim-keys policy check`: every problem of a policy, or what it may do and stop.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::config;

use super::print;

pub(super) fn check(file: &Path) -> Result<ExitCode, Box<dyn Error>> {
    let policy = config::policy_file(&file.to_string_lossy())?;
    print::out(&policy.explain(SystemClock.now()))?;
    Ok(ExitCode::SUCCESS)
}
