//! What the function takes from its environment, and the operator's tool in part: the variables that README's "Settings"
//! explains. An event can change none of it.

use std::time::Duration;

use crate::cursor::{BadKeys, Keys};
use crate::policy::{Policy, Problem};
use crate::tencent::endpoint::{BadEndpoint, Endpoint};
use crate::tencent::https::TrustRoots;
use crate::tencent::secret::CursorKey;
use crate::trigger::Kind;

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
    /// Where the keys come from that seal cursors. Those in a secret store are fetched for each event that needs them.
    pub cursor_key: CursorKey,
    /// The kinds of events that the function takes.
    pub accepts: Vec<Kind>,
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
    /// A word that is no kind of event.
    #[error("SCIM_KEYS_ACCEPT: {0:?} is no kind of event: list some of schedule, incident and restore, with commas")]
    Accept(String),
    /// The trust roots are neither of the two.
    #[error("SCIM_KEYS_TRUST_ROOTS: {0:?} is not known: set webpki or system")]
    TrustRoots(String),
    /// The cursor's key is given twice.
    #[error("SCIM_KEYS_CURSOR_KEY and SCIM_KEYS_CURSOR_KEY_SECRET are both set: set one of them")]
    TwoCursorKeys,
    /// The cursor's key is not one.
    #[error("SCIM_KEYS_CURSOR_KEY: {0}; `openssl rand -hex 32` makes one")]
    CursorKey(#[from] BadKeys),
    /// The cursor's key should be in a secret, and this names none. It is not shown: it may be the key itself.
    #[error(
        "SCIM_KEYS_CURSOR_KEY_SECRET does not begin with `arn:`: set the ARN of the secret that holds the key, or the \
         key itself as SCIM_KEYS_CURSOR_KEY"
    )]
    CursorKeySecret,
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

/// Reads the settings from an environment; an empty value counts as none, but not of what the function may take.
pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Config, BadConfig> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let trust_roots = trust_roots(&variable)?;
    let cursor_key = cursor_key(set("SCIM_KEYS_CURSOR_KEY"), set("SCIM_KEYS_CURSOR_KEY_SECRET"))?;
    let accepts = variable("SCIM_KEYS_ACCEPT").map_or_else(|| Ok(Kind::ALL.to_vec()), |words| kinds(&words))?;
    let endpoint = set("SCIM_KEYS_ENDPOINT").as_deref().map(Endpoint::parse).transpose()?;
    let policy = match (set("SCIM_KEYS_POLICY"), set("SCIM_KEYS_POLICY_FILE")) {
        (Some(_), Some(_)) => return Err(BadConfig::TwoPolicies),
        (Some(text), None) => policy_text("SCIM_KEYS_POLICY", text.as_bytes())?,
        (None, file) => policy_file(&file.unwrap_or_else(|| "policy.json".to_owned()))?,
    };
    Ok(Config { policy, endpoint, trust_roots, cursor_key, accepts })
}

/// Reads which certificate authorities are trusted.
pub fn trust_roots(variable: impl Fn(&str) -> Option<String>) -> Result<TrustRoots, BadConfig> {
    match variable("SCIM_KEYS_TRUST_ROOTS").as_deref() {
        None | Some("" | "webpki") => Ok(TrustRoots::Webpki),
        Some("system") => Ok(TrustRoots::System),
        Some(other) => Err(BadConfig::TrustRoots(other.to_owned())),
    }
}

/// Reads a list of kinds.
fn kinds(words: &str) -> Result<Vec<Kind>, BadConfig> {
    let kind = |word: &str| Kind::parse(word).ok_or_else(|| BadConfig::Accept(word.to_owned()));
    words.split(',').map(str::trim).map(kind).collect()
}

/// Reads the keys that seal cursors where nothing but `SCIM_KEYS_CURSOR_KEY` can give them, as for the operator's tool.
pub fn given_cursor_keys(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Keys>, BadConfig> {
    let given = variable("SCIM_KEYS_CURSOR_KEY").filter(|value| !value.is_empty());
    Ok(given.map(|text| Keys::parse(&text.into())).transpose()?)
}

/// Reads the one place that is set for the keys that seal cursors.
fn cursor_key(given: Option<String>, secret: Option<String>) -> Result<CursorKey, BadConfig> {
    match (given, secret) {
        (None, None) => Ok(CursorKey::None),
        (Some(text), None) => Ok(CursorKey::Given(Keys::parse(&text.into())?)),
        (None, Some(arn)) if arn.starts_with("arn:") => Ok(CursorKey::SecretsManager(arn)),
        (None, Some(_)) => Err(BadConfig::CursorKeySecret),
        (Some(_), Some(_)) => Err(BadConfig::TwoCursorKeys),
    }
}

/// Reads and checks a policy's file.
pub fn policy_file(path: &str) -> Result<Policy, BadConfig> {
    policy_text(path, &policy_bytes(path)?)
}

/// Reads a policy's file, and checks nothing.
pub fn policy_bytes(path: &str) -> Result<Vec<u8>, BadConfig> {
    std::fs::read(path).map_err(|error| BadConfig::PolicyFile { path: path.to_owned(), why: error.to_string() })
}

/// Checks a policy; `place` is where it came from, for the error.
pub fn policy_text(place: &str, text: &[u8]) -> Result<Policy, BadConfig> {
    Policy::parse(text).map_err(|problems| BadConfig::Policy { place: place.to_owned(), problems })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "made-up-key-of-a-test-0123456789";
    const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:scim-keys/cursor-a1b2c3";

    /// Reads the settings where these are set, beside a good policy.
    fn read_with(variables: &[(&str, &str)]) -> Result<Config, BadConfig> {
        read(|name| match name {
            "SCIM_KEYS_POLICY" => Some(include_str!("../demo/policy.json").to_owned()),
            _ => variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()),
        })
    }

    #[test]
    fn the_cursors_key_comes_from_the_one_place_that_is_set() {
        let place = |variables: &[_]| read_with(variables).unwrap().cursor_key;
        assert!(matches!(place(&[]), CursorKey::None));
        assert!(matches!(place(&[("SCIM_KEYS_CURSOR_KEY", ""), ("SCIM_KEYS_CURSOR_KEY_SECRET", "")]), CursorKey::None));
        assert!(matches!(place(&[("SCIM_KEYS_CURSOR_KEY_SECRET", ARN)]), CursorKey::SecretsManager(arn) if arn == ARN));
        let CursorKey::Given(keys) = place(&[("SCIM_KEYS_CURSOR_KEY", KEY)]) else { panic!("not given") };
        assert_eq!(keys.current().kid(), Keys::parse(&KEY.into()).unwrap().current().kid());
    }

    #[test]
    fn two_places_for_the_cursors_key_are_one_too_many() {
        let both = read_with(&[("SCIM_KEYS_CURSOR_KEY", KEY), ("SCIM_KEYS_CURSOR_KEY_SECRET", ARN)]);
        assert!(matches!(both.unwrap_err(), BadConfig::TwoCursorKeys));
    }

    #[test]
    fn a_cursors_key_that_cannot_be_used_is_explained_and_not_shown() {
        let long = "hunter2".repeat(5);
        for (name, value, why) in [
            ("SCIM_KEYS_CURSOR_KEY", "hunter2", "SCIM_KEYS_CURSOR_KEY: the key has fewer than 32 characters; a key is"),
            ("SCIM_KEYS_CURSOR_KEY_SECRET", &long, "SCIM_KEYS_CURSOR_KEY_SECRET does not begin with `arn:`: set the"),
        ] {
            let error = read_with(&[(name, value)]).unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(said.starts_with(why) && !said.contains("hunter2"), "{said}");
            assert_eq!(error.error_type(), "ConfigRefused");
        }
    }

    #[test]
    fn the_function_takes_every_kind_of_event_unless_some_are_listed() {
        let accepts = |words| read_with(&[("SCIM_KEYS_ACCEPT", words)]).unwrap().accepts;
        assert_eq!(read_with(&[]).unwrap().accepts, Kind::ALL);
        assert_eq!(accepts("incident"), [Kind::Incident]);
        assert_eq!(accepts("schedule, restore"), [Kind::Schedule, Kind::Restore]);
    }

    #[test]
    fn a_misspelt_kind_of_event_is_refused_and_named() {
        for (words, word) in
            [("incidents", "incidents"), ("schedule,Restore", "Restore"), ("schedule,", ""), ("", ""), ("hop", "hop")]
        {
            let error = read_with(&[("SCIM_KEYS_ACCEPT", words)]).unwrap_err();
            let said = error.to_string();
            assert!(said.starts_with(&format!("SCIM_KEYS_ACCEPT: {word:?} is no kind of event: list some")), "{said}");
            assert_eq!(error.error_type(), "ConfigRefused");
        }
    }

    #[test]
    fn settings_print_no_key() {
        let config = read_with(&[("SCIM_KEYS_CURSOR_KEY", KEY)]).unwrap();
        assert!(!format!("{config:?}").contains(&KEY[..8]), "{config:?}");
    }

    #[test]
    fn the_time_out_is_the_one_of_the_template() {
        let written = format!("    Timeout: {}\n", TIMEOUT.as_secs());
        assert!(include_str!("../template.yaml").contains(&written));
    }
}
