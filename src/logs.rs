//! Logs: one JSON object a line, on standard output for the function and on standard error for the operator's tool.
//!
//! Every line of a run bears its run id and account. What is logged are decisions, calls and endings; no header, body,
//! event or secret ever is.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging to standard output, for the function.
pub fn to_stdout_as_json(filter: Option<&str>) {
    start(filter.unwrap_or("info"), std::io::stdout);
}

/// Starts logging to standard error, for the operator's tool, which prints its report on standard output.
pub fn to_stderr_as_json(filter: Option<&str>) {
    start(filter.unwrap_or("error"), std::io::stderr);
}

fn start<W: for<'w> MakeWriter<'w> + Send + Sync + 'static>(filter: &str, writer: W) {
    // Fields stand at the top of each object, where CloudWatch's metric filters find them.
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false);
    // A second start in one process (tests) leaves the first in place.
    let _ = lines.with_env_filter(EnvFilter::new(filter)).with_writer(writer).try_init();
}
