//! Where the program runs: the environment, and what follows from it.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;

use super::{Fault, NotFetched};

type LookUp = Arc<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

/// The process environment, asked only for the names that a source needs. Built once, at the edge.
#[derive(Clone)]
pub struct Surroundings {
    look_up: LookUp,
}

impl Surroundings {
    /// The port of the Parameters and Secrets Lambda extension, where the environment does not say otherwise
    /// (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html>).
    const EXTENSION_PORT: u16 = 2773;

    /// This process's.
    pub fn of_process() -> Self {
        Self::new(|name| std::env::var_os(name))
    }

    /// Those in which a variable has the value that `look_up` gives.
    pub fn new(look_up: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self { look_up: Arc::new(look_up) }
    }

    /// The variables given, and no others.
    #[cfg(test)]
    pub(super) fn of(variables: &[(&str, &str)]) -> Self {
        let variables: std::collections::BTreeMap<String, OsString> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
        Self::new(move |name| variables.get(name).cloned())
    }

    /// A variable, if it is there and not empty. Bytes that are no text become U+FFFD, which no secret may hold.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        Some(value.into_string().unwrap_or_else(|bytes| bytes.to_string_lossy().into_owned()))
    }

    /// `~/.tencentcloud/credentials`.
    pub(super) fn credentials_file(&self) -> Result<PathBuf, Fault> {
        let home = self.value("HOME").ok_or(Fault::NoHome)?;
        Ok(PathBuf::from(home).join(".tencentcloud").join("credentials"))
    }

    /// The port of the secrets extension on this machine.
    pub(super) fn extension_port(&self) -> Result<u16, NotFetched> {
        match self.text("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT") {
            None => Ok(Self::EXTENSION_PORT),
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or(NotFetched::Port),
        }
    }

    /// What the secrets extension wants to see of its callers.
    pub(super) fn extension_token(&self) -> Result<SecretString, NotFetched> {
        self.text("AWS_SESSION_TOKEN").map(SecretString::from).ok_or(NotFetched::NoToken)
    }

    fn value(&self, name: &str) -> Option<OsString> {
        (self.look_up)(name).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Surroundings {
    /// Shows nothing: the environment may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_listens_on_2773_unless_the_environment_names_a_port() {
        let port = |value| Surroundings::of(&[("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", value)]).extension_port();
        assert_eq!(Surroundings::of(&[]).extension_port(), Ok(2773));
        assert_eq!(port(""), Ok(2773));
        assert_eq!(port("4000"), Ok(4000));
        for wrong in ["0", "65536", "http", "-1", "80 "] {
            assert_eq!(port(wrong), Err(NotFetched::Port), "{wrong}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn bytes_that_are_no_text_become_a_character_that_no_secret_holds() {
        use std::os::unix::ffi::OsStringExt;
        let surroundings = Surroundings::new(|_| Some(OsString::from_vec(vec![b'a', 0xff])));
        assert_eq!(surroundings.text("ANY").as_deref(), Some("a\u{fffd}"));
    }

    #[test]
    fn this_process_is_asked() {
        assert_eq!(Surroundings::of_process().text("CARGO_PKG_NAME").as_deref(), Some("scim-key-lifecycle"));
    }
}
