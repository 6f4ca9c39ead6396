//! `secretsmanager:ARN`: the secret stands in AWS Secrets Manager, and the *Parameters and Secrets Lambda extension* on
//! this machine hands it out (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html>).
//!
//! The secret's text is JSON of ours: `{"secret_id": "…", "secret_key": "…"}`, with `"token"` for a temporary one. The
//! extension keeps what it fetched (five minutes, unless its `SECRETS_MANAGER_TTL` says otherwise), so a rotated secret
//! arrives that much later.
//!
//! Nothing leaves this machine from here: plain HTTP to `localhost`, no proxy, no redirect.

use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Client, StatusCode, Url};
use rustls::RootCertStore;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::names::FIELDS;
use super::{ApiSecret, Fault, Surroundings};
use crate::clock::Clock;
use crate::json;
use crate::tencent::http::{self, Unread};
use crate::tencent::transport::MAX_ANSWER;

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long to wait before each further attempt while the extension is not ready.
const WAITS: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800)];

/// Reads the secret of this ARN.
pub async fn read(arn: &str, surroundings: &Surroundings, clock: &impl Clock) -> Result<ApiSecret, Fault> {
    let extension = Extension::on(surroundings)?;
    for wait in WAITS.map(Some).into_iter().chain([None]) {
        match (extension.ask(arn).await?, wait) {
            (Answer::Secret(body), _) => return secret_in(&body),
            (Answer::NotReady, Some(wait)) => clock.sleep(wait).await,
            (Answer::NotReady, None) => break,
        }
    }
    Err(Fault::NotReady { port: extension.port, attempts: WAITS.len() + 1 })
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
    fn on(surroundings: &Surroundings) -> Result<Self, Fault> {
        let port = surroundings.extension_port()?;
        let mut token = HeaderValue::from_str(surroundings.extension_token()?.expose_secret())
            .map_err(|_| Fault::Client("AWS_SESSION_TOKEN cannot be sent in a header".to_owned()))?;
        token.set_sensitive(true);
        Ok(Self { client: loopback_client().map_err(|why| Fault::Client(why.to_string()))?, port, token })
    }

    /// One attempt.
    async fn ask(&self, arn: &str) -> Result<Answer, Fault> {
        let address = format!("http://localhost:{}/secretsmanager/get", self.port);
        let address = Url::parse_with_params(&address, [("secretId", arn)])
            .map_err(|error| Fault::Client(format!("{address}: {error}")))?;
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
        if starting { Ok(Answer::NotReady) } else { Err(Fault::Refused { status: status.as_u16() }) }
    }
}

/// A client for plain HTTP: it trusts nobody.
fn loopback_client() -> Result<Client, Box<dyn std::error::Error>> {
    Ok(http::client(RootCertStore::empty())?.timeout(TIMEOUT).build()?)
}

fn unread(why: Unread) -> Fault {
    match why {
        Unread::TooLong => Fault::Client(format!("its answer is longer than {} KiB", MAX_ANSWER / 1024)),
        Unread::Broken(error) => broken(error),
    }
}

fn broken(error: reqwest::Error) -> Fault {
    Fault::Client(if error.is_timeout() {
        format!("no answer within {TIMEOUT:?}")
    } else {
        error.without_url().to_string()
    })
}

/// The secret in the extension's answer. Whatever is wrong with it, the error does not repeat any of it.
fn secret_in(answer: &[u8]) -> Result<ApiSecret, Fault> {
    let answer = object(answer).ok_or(Fault::Shape("the extension's answer is not a JSON object"))?;
    let Some(Value::String(text)) = answer.get("SecretString") else {
        return Err(Fault::Shape("the secret holds no text (no SecretString)"));
    };
    let fields = object(text.as_bytes()).ok_or(Fault::Shape("the secret is not a JSON object with distinct fields"))?;
    if [FIELDS.id, FIELDS.key, FIELDS.token]
        .iter()
        .any(|name| fields.get(*name).is_some_and(|field| !field.is_string()))
    {
        return Err(Fault::Shape("a field of the secret is not text"));
    }
    FIELDS.read(|name| fields.get(name).and_then(Value::as_str).map(str::to_owned))
}

fn object(text: &[u8]) -> Option<Map<String, Value>> {
    match json::parse(text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
