//! What the service was asked, what came of it, and what it said: the record that tests judge by.

use serde_json::Value;

use crate::time::Timestamp;

use super::action::Action;
use super::faults::Fault;
use super::signature::{Authorization, Received};

/// One call that arrived, answered or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When it arrived, by the simulator's clock.
    pub at: Timestamp,
    /// The `SecretId` that it claims; empty where it claims none.
    pub secret_id: String,
    /// What `X-TC-Action` says; empty where it is missing.
    pub action: String,
    /// The `CredentialId` in the body.
    pub credential: Option<String>,
    /// The status that the body asks for, of a key or of synchronisation.
    pub new_status: Option<String>,
    /// The fault that it met.
    pub fault: Option<Fault>,
    /// Whether the ground truth is another one because of it.
    pub changed: bool,
    /// What the caller got: `ok`, the code of an error, `HTTP 502`, `garbage` or `no answer`.
    pub answer: String,
}

impl Call {
    /// A call that has arrived, read as far as it can be read; nothing has come of it yet.
    pub(super) fn arriving(at: Timestamp, request: &Received) -> Self {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let claimed = request.header("authorization").and_then(Authorization::read);
        Self {
            at,
            secret_id: claimed.map(|authorization| authorization.secret_id.to_owned()).unwrap_or_default(),
            action: request.header("x-tc-action").unwrap_or_default().to_owned(),
            credential: text("CredentialId"),
            new_status: text("NewStatus").or_else(|| text("SCIMSynchronizationStatus")),
            fault: None,
            changed: false,
            answer: String::new(),
        }
    }

    /// Does it ask for a change, whatever came of it?
    pub fn is_write(&self) -> bool {
        matches!(
            Action::from_name(&self.action),
            Some(Action::UpdateScimCredentialStatus | Action::UpdateScimSynchronizationStatus)
        )
    }
}
