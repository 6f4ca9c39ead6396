//! One log line for each call: what was asked, how it ended, how long it took; and one before each
//! write. Never a header or a body.

use std::time::Duration;

use super::error::{Class, Error, Failure};
use super::wire::Action;
use crate::zone::{Status, Subject};

/// Logs that a credential, or SCIM synchronisation, is about to be put into a state: an invocation that is ended before the
/// answer comes leaves a trace, and a disable can be told from its undoing.
pub(super) fn write(subject: &Subject, to: Status, attempt: u32) {
    tracing::info!(credential = subject.as_str(), to = to.as_str(), attempt, "write");
}

/// Logs one attempt: the request id of one that succeeded, or what went wrong. The run's id stands in the span around it.
pub(super) fn call(action: Action, attempt: u32, took: Duration, result: Result<&str, &Error>) {
    let action = action.as_str();
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(request_id) => tracing::info!(action, attempt, took_ms, request_id, outcome = "ok", "call"),
        Err(error) => {
            let request_id = error.request_id.as_deref();
            tracing::warn!(action, attempt, took_ms, request_id, outcome = outcome(error), %error, "call");
        }
    }
}

fn outcome(error: &Error) -> &'static str {
    match &error.failure {
        Failure::OutOfTime => "out_of_time",
        Failure::NotSent(_) => "not_sent",
        Failure::MaybeSent(_) => "maybe_sent",
        Failure::Unreadable(_) => "unreadable",
        Failure::Service { code, .. } => Class::of(code).word(),
    }
}
