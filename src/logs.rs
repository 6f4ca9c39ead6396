//! Logs: one JSON object a line, on standard output for the function and on standard error for the operator's tool.
//!
//! Every line of a run bears its run id and account. What is logged are decisions, calls and endings; no header, body,
//! event or secret ever is.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to standard output, for the function.
pub fn to_stdout_as_json(filter: Option<&str>) {
    start(filter, LevelFilter::INFO, std::io::stdout);
}

/// Starts logging to standard error, for the operator's tool, which prints its report on standard output.
pub fn to_stderr_as_json(filter: Option<&str>) {
    start(filter, LevelFilter::ERROR, std::io::stderr);
}

/// `filter` is a list such as `info,hyper=debug`; one that cannot be read is said so in the log, and `otherwise` holds.
fn start<W: for<'w> MakeWriter<'w> + Send + Sync + 'static>(filter: Option<&str>, otherwise: LevelFilter, writer: W) {
    let asked = filter.filter(|text| !text.is_empty()).map(str::parse::<Targets>);
    let (targets, unread) = match asked {
        Some(Ok(targets)) => (targets, None),
        Some(Err(error)) => (Targets::new().with_default(otherwise), Some(error)),
        None => (Targets::new().with_default(otherwise), None),
    };
    // Fields stand at the top of each object, where CloudWatch's metric filters find them.
    let lines = fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(writer);
    // A second start in one process (tests) leaves the first in place.
    let _ = tracing_subscriber::registry().with(lines.with_filter(targets)).try_init();
    if let Some(error) = unread {
        tracing::error!(%error, "SCIM_KEYS_LOG is not a list of levels such as info or info,hyper=debug");
    }
}
