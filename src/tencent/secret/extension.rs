//! The *Parameters and Secrets Lambda extension* on this machine, which hands out what stands in AWS Secrets Manager
//! (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html>).
//!
//! It keeps what it fetched (five minutes, unless its `SECRETS_MANAGER_TTL` says otherwise), so a rotated secret arrives
//! that much later. What a secret's text means is not known here.
//!
//! Nothing leaves this machine from here: plain HTTP to `localhost`, no proxy, no redirect.

use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Client, StatusCode, Url};
use rustls::RootCertStore;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{NotFetched, Surroundings};
use crate::clock::Clock;
use crate::json;
use crate::tencent::http::{self, Unread};
use crate::tencent::transport::MAX_ANSWER;

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait before each further attempt while the extension is not ready.
const WAITS: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800)];

/// The text of the secret of this ARN.
pub async fn text(arn: &str, surroundings: &Surroundings, clock: &impl Clock) -> Result<SecretString, NotFetched> {
    let extension = Extension::on(surroundings)?;
    for wait in WAITS.map(Some).into_iter().chain([None]) {
        match (extension.ask(arn).await?, wait) {
            (Answer::Secret(body), _) => return text_in(&body),
            (Answer::NotReady, Some(wait)) => clock.sleep(wait).await,
            (Answer::NotReady, None) => break,
        }
    }
    Err(NotFetched::NotReady { port: extension.port, attempts: WAITS.len() + 1 })
}

/// What the extension said, or that it does not answer yet.
enum Answer {
    Secret(Vec<u8>),
    NotReady,
}

/// The extension on this machine.
struct Extension {
    client: Client,
    port: u16,
    token: HeaderValue,
}

impl Extension {
    fn on(surroundings: &Surroundings) -> Result<Self, NotFetched> {
        let port = surroundings.extension_port()?;
        let mut token = HeaderValue::from_str(surroundings.extension_token()?.expose_secret())
            .map_err(|_| NotFetched::Client("AWS_SESSION_TOKEN cannot be sent in a header".to_owned()))?;
        token.set_sensitive(true);
        Ok(Self { client: loopback_client().map_err(|why| NotFetched::Client(why.to_string()))?, port, token })
    }

    /// One attempt.
    async fn ask(&self, arn: &str) -> Result<Answer, NotFetched> {
        let address = format!("http://localhost:{}/secretsmanager/get", self.port);
        let address = Url::parse_with_params(&address, [("secretId", arn)])
            .map_err(|error| NotFetched::Client(format!("{address}: {error}")))?;
        let request = self.client.get(address).header("X-Aws-Parameters-Secrets-Token", self.token.clone());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() => return Ok(Answer::NotReady),
            Err(error) => return Err(broken(error)),
        };
        let status = response.status();
        let body = http::body(response).await.map_err(unread)?;
        if status == StatusCode::OK {
            return Ok(Answer::Secret(body));
        }
        // While it starts it says 400 and "not ready to serve traffic, please wait"; 400 is its word for other faults
        // as well.
        let starting = status == StatusCode::BAD_REQUEST && String::from_utf8_lossy(&body).contains("not ready");
        if starting { Ok(Answer::NotReady) } else { Err(NotFetched::Refused { status: status.as_u16() }) }
    }
}

/// A client for plain HTTP: it trusts nobody.
fn loopback_client() -> Result<Client, Box<dyn std::error::Error>> {
    Ok(http::client(RootCertStore::empty())?.timeout(TIMEOUT).build()?)
}

fn unread(why: Unread) -> NotFetched {
    match why {
        Unread::TooLong => NotFetched::Client(format!("its answer is longer than {} KiB", MAX_ANSWER / 1024)),
        Unread::Broken(error) => broken(error),
    }
}

fn broken(error: reqwest::Error) -> NotFetched {
    NotFetched::Broken(if error.is_timeout() {
        format!("no answer within {TIMEOUT:?}")
    } else {
        error.without_url().to_string()
    })
}

/// The secret's text in the extension's answer, of which no error repeats any.
fn text_in(answer: &[u8]) -> Result<SecretString, NotFetched> {
    let Ok(Value::Object(mut answer)) = json::parse(answer) else {
        return Err(NotFetched::Client("its answer is not a JSON object".to_owned()));
    };
    match answer.remove("SecretString") {
        Some(Value::String(text)) => Ok(text.into()),
        _ => Err(NotFetched::NoText),
    }
}

#[cfg(test)]
pub mod stand_in;
#[cfg(test)]
mod tests;
