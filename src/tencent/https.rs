//! The byte seam in production: reqwest over rustls with ring.
//!
//! Which settings it has, and that it repeats no request of which anything was sent, is said in the module that it shares
//! with the other client, `http`: what may be repeated, and when, is decided in [`super::retry`] alone.

use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue};
use rustls::RootCertStore;

use super::endpoint::Endpoint;
use super::http::{self, Unread};
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
    client_trusting(load(roots)?)
}

/// The same with authorities of the caller's: Mozilla's list knows none under which a bench could listen.
pub fn client_trusting(roots: RootCertStore) -> Result<reqwest::Client, Unusable> {
    http::client(roots)
        .map_err(|error| Unusable::Library(error.to_string()))?
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
        let headers = headers(request.headers)?;
        let post = self.client.post(self.endpoint.url()).headers(headers).timeout(within).body(request.body);
        let answer = post.send().await.map_err(undelivered)?;
        let status = answer.status().as_u16();
        let date = answer.headers().get(DATE).and_then(|value| date(value.to_str().ok()?));
        Ok(Response { status, date, body: http::body(answer).await.map_err(unread)? })
    }
}

/// The token of a temporary secret.
const TOKEN: HeaderName = HeaderName::from_static("x-tc-token");

/// The headers for the library, which prints no value of those that are marked as sensitive.
fn headers(headers: Vec<(&'static str, String)>) -> Result<HeaderMap, Undelivered> {
    let unfit = |name| Undelivered::NotSent(format!("{name} cannot be sent as a header"));
    let mut map = HeaderMap::with_capacity(headers.len());
    for (as_given, value) in headers {
        let name = HeaderName::try_from(as_given).map_err(|_| unfit(as_given))?;
        let mut value = HeaderValue::try_from(value).map_err(|_| unfit(as_given))?;
        value.set_sensitive([AUTHORIZATION, TOKEN].contains(&name));
        map.insert(name, value);
    }
    Ok(map)
}

fn date(header: &str) -> Option<Timestamp> {
    let date = DateTime::parse_from_rfc2822(header).ok()?;
    Some(Timestamp::from_unix_seconds(date.timestamp()))
}

/// An answer that came in part: the request may have had its effect.
fn unread(why: Unread) -> Undelivered {
    match why {
        Unread::TooLong => Undelivered::MaybeSent(format!("the answer is longer than {MAX_ANSWER} bytes")),
        Unread::Broken(error) => undelivered(error),
    }
}

/// The longest reason that is kept, in characters: some name every certificate that was seen.
const MAX_WHY: usize = 300;

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
    innermost.to_string().chars().take(MAX_WHY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_proves_who_we_are_does_not_print() {
        let sent = [("Host", "h"), ("X-TC-Action", "a"), ("Authorization", "TC3 hunter2"), ("X-TC-Token", "hunter2")];
        let headers = headers(sent.map(|(name, value)| (name, value.to_owned())).to_vec()).unwrap();
        let hidden: Vec<&str> =
            headers.iter().filter(|(_, value)| value.is_sensitive()).map(|(name, _)| name.as_str()).collect();
        assert_eq!(hidden, ["authorization", "x-tc-token"]);
        assert!(!format!("{headers:?}").contains("hunter2"));
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_named_and_not_shown() {
        let refused = headers(vec![("X-TC-Token", "hunter2\n".to_owned())]).unwrap_err();
        assert_eq!(refused, Undelivered::NotSent("X-TC-Token cannot be sent as a header".to_owned()));
    }
}
