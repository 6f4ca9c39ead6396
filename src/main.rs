//! The AWS Lambda function: event in, answer out, on `lambda_runtime`.
//!
//! Built once at the start: the settings, the policy and the HTTPS client. What cannot be built is not a crash: every
//! invocation then answers with an error of a stable type that says what to mend.

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use scim_key_lifecycle::clock::{Clock, Deadline, SystemClock};
use scim_key_lifecycle::config::{self, Config, RESERVE, TIMEOUT};
use scim_key_lifecycle::handler::{self, Cloud};
use scim_key_lifecycle::live::{self, Live, Secrets};
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::report::Answer;
use scim_key_lifecycle::tencent::https;
use scim_key_lifecycle::tencent::secret::{CursorKey, Surroundings};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::Kind;
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let variable = |name: &str| std::env::var(name).ok();
    // The runtime would panic without it.
    if variable("AWS_LAMBDA_FUNCTION_NAME").is_none() {
        return Err(
            "this is the AWS Lambda function: run it with `cargo lambda watch`, or use `scim-keys invoke`".into()
        );
    }
    scim_key_lifecycle::logs::to_stdout_as_json(variable("SCIM_KEYS_LOG").as_deref());
    let function = Function::build(variable);
    if let Err(diagnostic) = &function {
        tracing::error!(error_type = diagnostic.error_type, error = diagnostic.error_message, "cannot work");
    }
    // The payload stays raw until `trigger` parses it, which refuses deep nesting and repeated keys by name.
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Box<RawValue>>| match &function {
        Ok(function) => function.invoke(&event).await,
        Err(diagnostic) => Err(diagnostic.clone()),
    }))
    .await
}

/// Everything that outlives an invocation.
struct Function {
    policy: Policy,
    cloud: Live<SystemClock>,
    cursor_key: CursorKey,
    accepts: Vec<Kind>,
    surroundings: Surroundings,
}

impl Function {
    fn build(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Diagnostic> {
        let config = config::read(&variable).map_err(|bad| diagnostic(bad.error_type(), &bad))?;
        let Config { policy, endpoint, trust_roots, cursor_key, accepts } = config;
        let http = https::client(trust_roots).map_err(|unusable| diagnostic("ConfigRefused", &unusable))?;
        let surroundings = Surroundings::of_process();
        let secrets = Secrets::AsThePolicySays(surroundings.clone());
        let cloud = Live::new(http, endpoint, secrets, SystemClock, &policy);
        Ok(Self { policy, cloud, cursor_key, accepts, surroundings })
    }

    async fn invoke(&self, event: &LambdaEvent<Box<RawValue>>) -> Result<Answer, Diagnostic> {
        let clock = self.cloud.clock();
        let (bytes, now) = (event.payload.get().as_bytes(), clock.now());
        let by = deadline(event.context.deadline, now);
        // Before the key: an event that is refused costs no call.
        let arrival = handler::receive(bytes, &self.policy, &self.accepts, now).map_err(|refused| {
            tracing::warn!(error = %refused, "event refused");
            diagnostic("EventRefused", &refused)
        })?;
        let keys = live::keys_for(&arrival, &self.cursor_key, &self.surroundings, clock).await;
        let keys = keys.map_err(|no_keys| {
            tracing::error!(error = %no_keys, "not started");
            diagnostic("CursorKeyUnavailable", &no_keys)
        })?;
        let function = handler::Function { policy: &self.policy, cloud: &self.cloud, keys: keys.as_ref() };
        Ok(handler::answer(arrival, &function, by).await)
    }
}

/// The time by which the answer must be written. `cargo lambda watch` states a deadline that was over in 1970; one that
/// is over when the invocation begins says nothing, and the template's own time-out stands in.
fn deadline(unix_millis: u64, now: Timestamp) -> Deadline {
    let stated = Timestamp::from_unix_millis(i64::try_from(unix_millis).unwrap_or(i64::MAX));
    let ends = if stated > now { stated } else { now.plus(TIMEOUT) };
    Deadline(ends.minus(RESERVE))
}

/// An error under a stable name, which a state machine can catch.
fn diagnostic(error_type: &str, error: &impl std::error::Error) -> Diagnostic {
    Diagnostic { error_type: error_type.to_owned(), error_message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpListener;

    use super::*;

    const SCHEDULE: &str = r#"{"source":"scim-key-lifecycle","kind":"schedule"}"#;

    /// The type of the error with which a function ends whose key for cursors is in Secrets Manager, and that takes only
    /// this kind of events. The extension that fetches the key listens at this port, and never answers.
    async fn error_type(accepts: &'static str, event: &str, port: Option<u16>) -> String {
        let variable = move |name: &str| match name {
            "SCIM_KEYS_POLICY" => Some(include_str!("../demo/policy.json").to_owned()),
            "SCIM_KEYS_CURSOR_KEY_SECRET" => {
                Some("arn:aws:secretsmanager:eu-west-1:111122223333:secret:scim-keys".to_owned())
            }
            "SCIM_KEYS_ACCEPT" => Some(accepts.to_owned()),
            _ => None,
        };
        let surroundings = Surroundings::new(move |name| match name {
            "AWS_SESSION_TOKEN" => port.map(|_| "made-up-token".into()),
            "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT" => port.map(|port| port.to_string().into()),
            _ => None,
        });
        let function = Function { surroundings, ..Function::build(variable).unwrap() };
        let payload = RawValue::from_string(event.to_owned()).unwrap();
        let event = LambdaEvent::new(payload, lambda_runtime::Context::default());
        function.invoke(&event).await.unwrap_err().error_type
    }

    #[tokio::test]
    async fn an_event_that_is_refused_is_refused_before_the_key_is_asked_for() {
        let extension = TcpListener::bind("127.0.0.1:0").unwrap();
        extension.set_nonblocking(true).unwrap();
        let port = extension.local_addr().unwrap().port();
        for event in [SCHEDULE, r#"{"source":"scim-key-lifecycle","kind":"nothing"}"#] {
            assert_eq!(error_type("incident", event, Some(port)).await, "EventRefused", "{event}");
        }
        assert_eq!(extension.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody asked");
        assert_eq!(error_type("schedule", SCHEDULE, None).await, "CursorKeyUnavailable");
    }
}
