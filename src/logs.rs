//! Logs: one JSON object a line, on standard output for the function and on standard error for the operator's tool.
//!
//! Every line of a run bears its run id and account, under `span`; what it says itself stands at the top. What is logged are decisions, calls and endings; no header, body,
//! event or secret ever is. Whatever the filter says, other crates log nothing finer than `debug`: at `trace`,
//! `lambda_runtime` prints the whole event.

use tracing_subscriber::Registry;
use tracing_subscriber::filter::{FilterExt, LevelFilter, ParseError, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Filter, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to standard output, for the function. Its own lines are never kept back below `info`: they are the
/// record of what was decided and done.
pub fn to_stdout_as_json(filter: Option<&str>) {
    start(filter, LevelFilter::INFO, LevelFilter::INFO, std::io::stdout);
}

/// Starts logging to standard error, for the operator's tool, which prints its report on standard output.
pub fn to_stderr_as_json(filter: Option<&str>) {
    start(filter, LevelFilter::ERROR, LevelFilter::OFF, std::io::stderr);
}

/// `filter` is a list such as `info,hyper=debug`; one that cannot be read is said so in the log, and `otherwise` holds.
/// Our own lines up to `floor` are logged whatever it says.
fn start<W>(filter: Option<&str>, otherwise: LevelFilter, floor: LevelFilter, writer: W)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (targets, unread) = match asked(filter, otherwise) {
        Ok(targets) => (targets, None),
        Err(why) => (Targets::new().with_default(otherwise), Some(why)),
    };
    // A line's own fields stand at the top of its object, not under `fields`; those of its run stand under `span`.
    let lines = fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(writer);
    let wanted = capped(targets).or(Targets::new().with_target(env!("CARGO_CRATE_NAME"), floor));
    // A second start in one process (tests) leaves the first in place.
    let _ = tracing_subscriber::registry().with(lines.with_filter(wanted)).try_init();
    if let Some(why) = unread {
        tracing::error!(why, "SCIM_KEYS_LOG is not a list of levels such as info or info,hyper=debug");
    }
}

/// Reads a filter. `Targets` takes a misspelt level for the name of a target, which would silence all others.
fn asked(filter: Option<&str>, otherwise: LevelFilter) -> Result<Targets, String> {
    let Some(text) = filter.filter(|text| !text.is_empty()) else { return Ok(Targets::new().with_default(otherwise)) };
    let misread = |part: &&str| !part.contains('=') && part.parse::<LevelFilter>().is_err();
    if let Some(part) = text.split(',').find(misread) {
        return Err(format!("{part:?} is no level"));
    }
    text.parse().map_err(|error: ParseError| error.to_string())
}

/// What `targets` lets through, less what other crates say at `trace`. A second filter, not a second list in the first:
/// there, a longer target such as `lambda_runtime::layers` would go before ours.
fn capped(targets: Targets) -> impl Filter<Registry> {
    targets.and(cap())
}

fn cap() -> Targets {
    let ours = [env!("CARGO_CRATE_NAME"), "scim_keys"];
    Targets::new().with_default(LevelFilter::DEBUG).with_targets(ours.map(|target| (target, LevelFilter::TRACE)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use tracing::Level;

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged of an event as `lambda_runtime` prints it, and of lines of ours, under this filter.
    fn logged(filter: &str) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let lines = fmt::layer().with_writer(move || writer.clone());
        let targets = asked(Some(filter), LevelFilter::INFO).unwrap();
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(capped(targets)));
        tracing::subscriber::with_default(subscriber, || {
            tracing::trace!(target: "lambda_runtime::layers::api_response", body = "the-whole-event", "raw JSON event");
            tracing::debug!(target: "hyper::proto::h1::io", "parsed-3-headers");
            tracing::trace!("our-own-trace");
        });
        let bytes = buffer.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_filter_makes_the_runtime_print_the_event() {
        for filter in [
            "trace",
            "lambda_runtime=trace",
            "lambda_runtime::layers=trace",
            "lambda_runtime::layers::api_response=trace",
            "lambda=trace",
            "info,lambda_runtime[{body}]=trace",
        ] {
            let logged = logged(filter);
            assert!(!logged.contains("the-whole-event"), "{filter}: {logged}");
        }
    }

    #[test]
    fn a_filter_otherwise_does_as_it_says() {
        let shown = |filter| {
            let logged = logged(filter);
            ["parsed-3-headers", "our-own-trace"].map(|line| logged.contains(line))
        };
        assert_eq!(shown("trace"), [true, true]);
        assert_eq!(shown("debug"), [true, false]);
        assert_eq!(shown("info,hyper=debug"), [true, false]);
        assert_eq!(shown("info,scim_key_lifecycle=trace"), [false, true]);
        assert_eq!(shown("info"), [false, false]);
    }

    #[test]
    fn a_misspelt_level_is_refused_and_not_taken_for_a_target() {
        for text in ["inof", "warning", "[[[", "info,hyper", "x=y=z"] {
            assert!(asked(Some(text), LevelFilter::INFO).is_err(), "{text}");
        }
        for text in ["", "info", "WARN", "off", "info,hyper=debug"] {
            assert!(asked(Some(text), LevelFilter::INFO).is_ok(), "{text}");
        }
    }

    #[test]
    fn of_all_crates_only_ours_may_log_at_trace() {
        for ours in ["scim_key_lifecycle", "scim_key_lifecycle::tencent::log", "scim_keys", "scim_keys::invoke"] {
            assert!(cap().would_enable(ours, &Level::TRACE), "{ours}");
        }
        for other in ["lambda_runtime", "hyper", "hyper_util::client", "reqwest", "rustls", "h2", "tower", "any"] {
            assert!(!cap().would_enable(other, &Level::TRACE), "{other}");
            assert!(cap().would_enable(other, &Level::DEBUG), "{other}");
        }
    }
}
