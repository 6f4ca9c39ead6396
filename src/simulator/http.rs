//! The front door on a socket: HTTP/1.1 on the loopback interface.
//!
//! Reads at most 1 MiB, serves `POST /` and nothing else, and dates its answers by the simulator's clock. It never
//! speaks TLS: it stands in for the cloud on one machine.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::clock::{Clock, SystemClock};
use crate::time::Timestamp;

use super::Simulator;
use super::service::Outcome;
use super::signature::Received;

/// The longest request body that is read, in bytes.
pub const MAX_REQUEST: usize = 1024 * 1024;

/// A simulator that listens. Dropping it stops the listening and cuts every connection.
#[derive(Debug)]
pub struct Listening {
    addr: SocketAddr,
    task: JoinHandle<Infallible>,
}

impl Listening {
    /// Where it listens, with the port that was really taken.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The same as a URL, without a path: `http://127.0.0.1:41573`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens at `addr` (port 0: a free one) and answers from a task of the present tokio runtime.
///
/// # Errors
/// If the address cannot be listened at.
pub async fn serve(simulator: Simulator, addr: SocketAddr) -> io::Result<Listening> {
    let listener = TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    Ok(Listening { addr, task: tokio::spawn(accept(listener, simulator)) })
}

/// Takes connections in for ever. The set holds them, so that they end with this task.
async fn accept(listener: TcpListener, simulator: Simulator) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(converse(stream, simulator.clone()));
            }
            // A caller that went away, or no file handle is left: the second passes only with time.
            Err(_) => SystemClock.sleep(Duration::from_millis(10)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, simulator: Simulator) {
    let service = service_fn(|request| answer(&simulator, request));
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // Errors here are callers that went away, and faults that close the connection on purpose.
    let _ended = connection.await;
}

/// Makes hyper close the connection without an answer.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the simulator closes this connection")
    }
}

impl std::error::Error for Closed {}

async fn answer(simulator: &Simulator, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Closed> {
    if request.method() != Method::POST || request.uri().path() != "/" || request.uri().query().is_some() {
        return Ok(gateway(simulator, StatusCode::NOT_FOUND));
    }
    let headers = texts(request.headers());
    let Ok(body) = Limited::new(request.into_body(), MAX_REQUEST).collect().await else {
        return Ok(gateway(simulator, StatusCode::PAYLOAD_TOO_LARGE));
    };
    match simulator.receive(&Received { headers, body: body.to_bytes().to_vec() }) {
        Outcome::Closed | Outcome::Refused => Err(Closed),
        Outcome::Answered { status, body, after } => {
            // tokio waits a millisecond for nothing, and a bench would see it.
            if !after.is_zero() {
                SystemClock.sleep(after).await;
            }
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            Ok(dated(simulator, status, body))
        }
    }
}

/// The headers as texts. One that is not ASCII cannot be part of a valid request, and reads as empty.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

fn gateway(simulator: &Simulator, status: StatusCode) -> Response<Full<Bytes>> {
    dated(simulator, status, format!("<html><body>{status}</body></html>\n").into_bytes())
}

fn dated(simulator: &Simulator, status: StatusCode, body: Vec<u8>) -> Response<Full<Bytes>> {
    let kind = if status == StatusCode::OK { "application/json" } else { "text/html" };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(date) = http_date(simulator.now()).parse() {
        headers.insert(DATE, date);
    }
    response
}

/// An instant as the `Date` header has it (RFC 9110, 5.6.7): `Wed, 01 Jan 2025 00:00:00 GMT`.
fn http_date(instant: Timestamp) -> String {
    instant.to_utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
