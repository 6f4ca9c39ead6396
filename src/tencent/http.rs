//! What both of our HTTP clients have in common: one calls the cloud ([`super::https`]), one the extension that hands
//! out secrets on this machine ([`super::secret`]).
//!
//! Redirects are not followed and proxies from the environment are not used. reqwest repeats nothing. Beneath it,
//! hyper-util sends a request on a new connection if the idle one that it was to go out on turned out to be closed
//! before any of it was written; such a request had no effect, and the far end sees it once.

use std::sync::Arc;

use reqwest::{ClientBuilder, Response};
use rustls::{ClientConfig, RootCertStore};

use super::transport::MAX_ANSWER;

/// A client that trusts `roots`; time-outs are the caller's to set.
///
/// It is handed its TLS set-up even where it is to speak plain HTTP: reqwest, built without a provider of its own, panics
/// without one, and installing one for the whole process is not ours to do.
pub(super) fn client(roots: RootCertStore) -> Result<ClientBuilder, rustls::Error> {
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never()))
}

/// Why a body was not read whole.
pub(super) enum Unread {
    /// It is longer than [`MAX_ANSWER`].
    TooLong,
    /// The connection broke, or the time was over.
    Broken(reqwest::Error),
}

/// The whole body, if it is not too long.
pub(super) async fn body(mut answer: Response) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Unread::Broken)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Unread::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
