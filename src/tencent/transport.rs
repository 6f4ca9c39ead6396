//! The byte seam: one signed request out, one answer in, or how far the request got.
//!
//! Production sends over HTTPS ([`super::https`]); the simulator also answers in process, under a virtual clock.
//! Everything above this seam (signing, encoding, classing of errors) is therefore inside every test.

use std::time::Duration;

use crate::time::Timestamp;

/// A signed request: `POST` to `/`.
#[derive(Clone)]
pub struct Request {
    /// Every header, `Host` and `Authorization` included. Values are ASCII.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body, exactly as it was signed.
    pub body: Vec<u8>,
}

/// An answer, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status. The cloud says 200 even for its own errors; anything else comes from a gateway.
    pub status: u16,
    /// The far end's clock, from its `Date` header, if it sent one.
    pub date: Option<Timestamp>,
    /// The body, at most [`MAX_ANSWER`] bytes.
    pub body: Vec<u8>,
}

/// The longest answer that is read, in bytes. Two credentials need under 1 KiB; a secret from AWS Secrets Manager has at
/// most 64 KiB, and JSON may double each byte.
pub const MAX_ANSWER: usize = 256 * 1024;

/// No answer came. How far the request got decides what may be done next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// It surely had no effect: no connection was made.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It may have had its effect: look before anything is sent again.
    #[error("sent, but no answer came: {0}")]
    MaybeSent(String),
}

/// Carries requests to one endpoint.
#[expect(async_fn_in_trait, reason = "one invocation runs on one thread; no caller needs a Send future")]
pub trait Transport {
    /// Sends `request` and waits for its answer at most `within`.
    async fn send(&self, request: Request, within: Duration) -> Result<Response, Undelivered>;
}

impl<T: Transport> Transport for &T {
    async fn send(&self, request: Request, within: Duration) -> Result<Response, Undelivered> {
        (**self).send(request, within).await
    }
}
