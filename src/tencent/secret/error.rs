//! Why there is no secret. Every text says what to do, and none shows a value.

use std::path::PathBuf;

use super::Unusable;
use super::env::{OF_CLOUD_FUNCTIONS, OF_THE_SDKS};
use super::names::FIELDS;
use crate::policy::SecretSource;

/// The named source gave no usable secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no secret from `{origin}`: {fault}")]
pub struct SecretError {
    /// The source that the policy names.
    pub origin: SecretSource,
    /// What is wrong there.
    pub fault: Fault,
}

impl SecretError {
    /// May the same source give its secret later, though nobody mends anything?
    pub fn will_pass(&self) -> bool {
        match &self.fault {
            Fault::NotFetched(NotFetched::NotReady { .. } | NotFetched::Broken(_)) => true,
            Fault::NotFetched(NotFetched::Refused { status }) => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}

/// What is wrong with a source.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A part is not there, or empty.
    #[error("{name} is missing or empty; it must stand beside {beside}")]
    Missing {
        /// The name of the missing variable or field.
        name: &'static str,
        /// The name of the other one.
        beside: &'static str,
    },
    /// A part is there, but cannot be one.
    #[error("{name} cannot be used: {fault}; copy it again, without quotes or line breaks")]
    Unusable {
        /// The name of the variable or field.
        name: &'static str,
        /// What is wrong with it.
        fault: Unusable,
    },

    /// The program was given its secrets instead, and none for this account.
    #[error("it is not read in this program, which was given no secret for the account")]
    NotGiven,

    /// `env`: no id in either spelling.
    #[error(
        "neither {} nor {} is set; set the first, with {} and, for a temporary secret, {}",
        OF_THE_SDKS.id, OF_CLOUD_FUNCTIONS.id, OF_THE_SDKS.key, OF_THE_SDKS.token
    )]
    NoId,
    /// `env`: an id in both spellings.
    #[error("both {} and {} are set, and nothing says which is meant; unset one", OF_THE_SDKS.id, OF_CLOUD_FUNCTIONS.id)]
    TwoSpellings,

    /// `profile`: there is no home directory to look in.
    #[error("HOME is not set, so there is no ~/.tencentcloud/credentials; set it, or use another source")]
    NoHome,
    /// `profile`: the file cannot be read.
    #[error("{} cannot be read: {why}; it must be a text file that this user may read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system, or we, have against it.
        why: String,
    },
    /// `profile`: the file is not a credentials file.
    #[error("{}, line {line}: {why}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there, and the remedy.
        why: &'static str,
    },
    /// `profile`: the file has no such section.
    #[error("{} has no section [{section}]; add one with {} and {}", path.display(), FIELDS.id, FIELDS.key)]
    NoSection {
        /// The file.
        path: PathBuf,
        /// The section that the policy names.
        section: String,
    },

    /// `secretsmanager`: the extension gave nothing.
    #[error(transparent)]
    NotFetched(#[from] NotFetched),
    /// `secretsmanager`: the secret does not have our shape.
    #[error(
        "{0}; store the secret as text: {{\"{id}\": \"…\", \"{key}\": \"…\"}}, and \"{token}\" for a temporary one",
        id = FIELDS.id, key = FIELDS.key, token = FIELDS.token
    )]
    Shape(&'static str),
}

/// Why the extension gave no secret. What is wrong with the surroundings is said before anybody is asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFetched {
    /// The configured port is no port.
    #[error("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT is not a port; use 1 to 65535, or unset it")]
    Port,
    /// There is nothing to show to the extension.
    #[error("AWS_SESSION_TOKEN is not set; this source works only inside AWS Lambda")]
    NoToken,
    /// Our own client could not be made or used.
    #[error("the secrets extension cannot be called: {0}")]
    Client(String),
    /// It was asked, and no answer came through.
    #[error("the secrets extension was asked, and did not answer: {0}")]
    Broken(String),
    /// Nothing answers, or only *not ready*.
    #[error(
        "the secrets extension on port {port} was not ready after {attempts} attempts; add the layer \
         AWS-Parameters-and-Secrets-Lambda-Extension to the function"
    )]
    NotReady {
        /// Where it should listen.
        port: u16,
        /// How often we asked.
        attempts: usize,
    },
    /// The extension says no.
    #[error(
        "the secrets extension answers {status}; check the ARN, and that the function's role allows \
         secretsmanager:GetSecretValue (and kms:Decrypt); the function's log has the reason"
    )]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// The secret is binary.
    #[error("the secret holds no text (no SecretString); store it as text, not as binary")]
    NoText,
}
