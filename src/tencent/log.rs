//! One log line for each call: what was asked, how it ended, how long it took. Never a header or a body.

use std::time::Duration;

use super::error::{Class, Error, Failure};
use super::wire::Action;

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
