//! The byte seam in production: reqwest over rustls with ring.
//!
//! Redirects are not followed, proxies from the environment are not used, nothing is repeated by the library, and an
//! answer has a greatest size: what may be repeated, and when, is decided in [`super::retry`] alone.

use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::DATE;
use rustls::{ClientConfig, RootCertStore};

use super::endpoint::Endpoint;
use super::transport::{MAX_ANSWER, Request, Response, Transport, Undelivered};
use crate::time::Timestamp;

/// Which certificate authorities are trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrustRoots {
    /// Mozilla's list, built in: the faster start. It ages with the build and knows no private authority.
    #[default]
    Webpki,
    /// The machine's own list (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured).
    System,
}

/// Why no connections can be made at all.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The machine's list of authorities is empty or cannot be read.
    #[error("no trusted certificate authority could be loaded from this machine: {0}")]
    NoRoots(String),
    /// The TLS or HTTP library refused its settings.
    #[error("the HTTPS client could not be set up: {0}")]
    Library(String),
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Builds the one HTTP client of the process; its connections are shared by all accounts.
pub fn client(roots: TrustRoots) -> Result<reqwest::Client, Unusable> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Unusable::Library(error.to_string()))?
        .with_root_certificates(load(roots)?)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .map_err(|error| Unusable::Library(error.to_string()))
}

fn load(roots: TrustRoots) -> Result<RootCertStore, Unusable> {
    match roots {
        TrustRoots::Webpki => Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }),
        TrustRoots::System => {
            let found = rustls_native_certs::load_native_certs();
            let mut store = RootCertStore::empty();
            let (added, _) = store.add_parsable_certificates(found.certs);
            if added == 0 {
                let errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
                return Err(Unusable::NoRoots(errors.join("; ")));
            }
            Ok(store)
        }
    }
}

/// Carries requests to one endpoint over HTTPS (or plain http on this machine).
#[derive(Clone, Debug)]
pub struct Https {
    client: reqwest::Client,
    endpoint: Endpoint,
}

impl Https {
    /// Uses the process's client for one endpoint.
    pub fn new(client: reqwest::Client, endpoint: Endpoint) -> Self {
        Self { client, endpoint }
    }
}

impl Transport for Https {
    async fn send(&self, request: Request, within: Duration) -> Result<Response, Undelivered> {
        let mut post = self.client.post(self.endpoint.url()).timeout(within).body(request.body);
        for (name, value) in request.headers {
            post = post.header(name, value);
        }
        let answer = post.send().await.map_err(undelivered)?;
        let status = answer.status().as_u16();
        let date = answer.headers().get(DATE).and_then(|value| date(value.to_str().ok()?));
        Ok(Response { status, date, body: body(answer).await? })
    }
}

fn date(header: &str) -> Option<Timestamp> {
    let date = DateTime::parse_from_rfc2822(header).ok()?;
    Some(Timestamp::from_unix_seconds(date.timestamp()))
}

async fn body(mut answer: reqwest::Response) -> Result<Vec<u8>, Undelivered> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(undelivered)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Undelivered::MaybeSent(format!("the answer is longer than {MAX_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Only a failed connection proves that nothing was sent. The words are the library's, without the URL.
fn undelivered(error: reqwest::Error) -> Undelivered {
    let why = words(&error);
    if error.is_connect() || error.is_builder() { Undelivered::NotSent(why) } else { Undelivered::MaybeSent(why) }
}

fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out".to_owned();
    }
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
