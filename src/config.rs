//! What the function takes from its environment, and the operator's tool in part. The README has the same table; an event can change none of it.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `SCIM_KEYS_POLICY_FILE` | the policy's file | `policy.json` |
//! | `SCIM_KEYS_POLICY` | the policy itself, instead of a file | |
//! | `SCIM_KEYS_ENDPOINT` | where calls go instead of the site's own endpoint | |
//! | `SCIM_KEYS_TRUST_ROOTS` | `webpki` (built in) or `system` (this machine's) | `webpki` |
//! | `SCIM_KEYS_LOG` | what is logged: a level, or a list such as `info,hyper=debug`; the function's own lines always are | `info` |

use std::time::Duration;

use crate::policy::{Policy, Problem};
use crate::tencent::endpoint::{BadEndpoint, Endpoint};
use crate::tencent::https::TrustRoots;

/// The function's time-out in `template.yaml`; the operator's tool gives an invocation as long.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// What is kept of an invocation's time for writing the answer.
pub const RESERVE: Duration = Duration::from_secs(1);

/// The function's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the organisation wants.
    pub policy: Policy,
    /// Where calls go, if not to the site's own endpoint.
    pub endpoint: Option<Endpoint>,
    /// Which certificate authorities are trusted.
    pub trust_roots: TrustRoots,
}

/// Settings that cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    /// The policy has problems; here are all of them.
    #[error("the policy in {place} has problems:\n{}", list(.problems))]
    Policy {
        /// Where the policy came from.
        place: String,
        /// Every problem.
        problems: Vec<Problem>,
    },
    /// The policy's file cannot be read.
    #[error("the policy's file {path:?} cannot be read ({why}): put the policy there, or name another file")]
    PolicyFile {
        /// The file.
        path: String,
        /// What the system says.
        why: String,
    },
    /// The policy is given twice.
    #[error("SCIM_KEYS_POLICY and SCIM_KEYS_POLICY_FILE are both set: set one of them")]
    TwoPolicies,
    /// The endpoint is not acceptable.
    #[error("SCIM_KEYS_ENDPOINT: {0}")]
    Endpoint(#[from] BadEndpoint),
    /// The trust roots are neither of the two.
    #[error("SCIM_KEYS_TRUST_ROOTS: {0:?} is not known: set webpki or system")]
    TrustRoots(String),
}

impl BadConfig {
    /// The stable name under which the function reports it.
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Policy { .. } => "PolicyRefused",
            _ => "ConfigRefused",
        }
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Reads the settings from an environment; an empty value counts as none.
pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Config, BadConfig> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let trust_roots = trust_roots(&variable)?;
    let endpoint = set("SCIM_KEYS_ENDPOINT").as_deref().map(Endpoint::parse).transpose()?;
    let policy = match (set("SCIM_KEYS_POLICY"), set("SCIM_KEYS_POLICY_FILE")) {
        (Some(_), Some(_)) => return Err(BadConfig::TwoPolicies),
        (Some(text), None) => policy_text("SCIM_KEYS_POLICY", text.as_bytes())?,
        (None, file) => policy_file(&file.unwrap_or_else(|| "policy.json".to_owned()))?,
    };
    Ok(Config { policy, endpoint, trust_roots })
}

/// Reads which certificate authorities are trusted.
pub fn trust_roots(variable: impl Fn(&str) -> Option<String>) -> Result<TrustRoots, BadConfig> {
    match variable("SCIM_KEYS_TRUST_ROOTS").as_deref() {
        None | Some("" | "webpki") => Ok(TrustRoots::Webpki),
        Some("system") => Ok(TrustRoots::System),
        Some(other) => Err(BadConfig::TrustRoots(other.to_owned())),
    }
}

/// Reads and checks a policy's file.
pub fn policy_file(path: &str) -> Result<Policy, BadConfig> {
    let unreadable = |error: std::io::Error| BadConfig::PolicyFile { path: path.to_owned(), why: error.to_string() };
    policy_text(path, &std::fs::read(path).map_err(unreadable)?)
}

/// Checks a policy; `place` is where it came from, for the error.
pub fn policy_text(place: &str, text: &[u8]) -> Result<Policy, BadConfig> {
    Policy::parse(text).map_err(|problems| BadConfig::Policy { place: place.to_owned(), problems })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_out_is_the_one_of_the_template() {
        let written = format!("      Timeout: {}\n", TIMEOUT.as_secs());
        assert!(include_str!("../template.yaml").contains(&written));
    }
}
