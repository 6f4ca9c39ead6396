//! AWS's Runtime API and the cloud, played on loopback ports, and a function in a process of its own between them.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::simulator::http::{self, Listening};
use scim_key_lifecycle::simulator::{Simulator, zones};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::measure;

/// What a function does at the Runtime API.
#[derive(Debug)]
pub enum Seen {
    /// It asked for work.
    Polled(Instant),
    /// It answered, or told of an error: the path of the request says which.
    Answered {
        /// When.
        at: Instant,
        /// The end of the request's path: `response` or `error`.
        how: String,
        /// What it said.
        body: Bytes,
    },
}

/// The Runtime API of one function.
pub struct RuntimeApi {
    /// Where it listens.
    pub addr: SocketAddr,
    events: UnboundedSender<String>,
    seen: UnboundedReceiver<Seen>,
}

impl RuntimeApi {
    /// Listens on a free port, from a task of the present runtime.
    ///
    /// # Errors
    /// If no port can be listened at.
    pub async fn listen() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let addr = listener.local_addr()?;
        let ((events, waiting), (tell, seen)) = (unbounded_channel(), unbounded_channel());
        tokio::spawn(accept(listener, Arc::new(Mutex::new(waiting)), tell));
        Ok(Self { addr, events, seen })
    }

    /// Hands an event to the function at its next poll, or at the one that waits.
    pub fn give(&self, event: &serde_json::Value) {
        // Its receiver is in the task that listens, which outlives this.
        let _given = self.events.send(event.to_string());
    }

    /// What the function does next.
    ///
    /// # Errors
    /// If it does nothing for a minute.
    pub async fn next(&mut self) -> std::io::Result<Seen> {
        let seen = tokio::time::timeout(Duration::from_secs(60), self.seen.recv()).await.ok().flatten();
        seen.ok_or_else(|| std::io::Error::other("the function did nothing for a minute"))
    }

    /// When the function asks for work.
    ///
    /// # Errors
    /// If it does something else.
    pub async fn polled(&mut self) -> std::io::Result<Instant> {
        match self.next().await? {
            Seen::Polled(at) => Ok(at),
            other => Err(std::io::Error::other(format!("not a poll: {other:?}"))),
        }
    }

    /// The function's answer, and when it came.
    ///
    /// # Errors
    /// If it does something else, or the event was an error to it.
    pub async fn answered(&mut self) -> std::io::Result<(Instant, Bytes)> {
        match self.next().await? {
            Seen::Answered { at, how, body } if how == "response" => Ok((at, body)),
            other => Err(std::io::Error::other(format!("no answer: {other:?}"))),
        }
    }
}

type Waiting = Arc<Mutex<UnboundedReceiver<String>>>;

async fn accept(listener: TcpListener, events: Waiting, tell: UnboundedSender<Seen>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, events.clone(), tell.clone()));
    }
}

async fn converse(stream: TcpStream, events: Waiting, tell: UnboundedSender<Seen>) {
    let service = service_fn(|request| async { Ok::<_, Infallible>(serve(request, &events, &tell).await) });
    let _ended = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
async fn serve(request: Request<Incoming>, events: &Waiting, tell: &UnboundedSender<Seen>) -> Response<Full<Bytes>> {
    let at = measure::now();
    if request.method() == Method::GET {
        let _told = tell.send(Seen::Polled(at));
        let event = events.lock().await.recv().await.unwrap_or_default();
        let deadline = SystemClock.now().plus(Duration::from_secs(60)).unix_millis();
        let mut response = Response::new(Full::from(event));
        let headers = response.headers_mut();
        headers.insert("Lambda-Runtime-Aws-Request-Id", "1".parse().expect("visible ASCII"));
        headers.insert("Lambda-Runtime-Deadline-Ms", deadline.into());
        headers.insert("Content-Type", "application/json".parse().expect("visible ASCII"));
        return response;
    }
    let how = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let _told = tell.send(Seen::Answered { at, how, body });
    let mut response = Response::new(Full::from(r#"{"status":"OK"}"#));
    *response.status_mut() = hyper::StatusCode::ACCEPTED;
    response
}

/// A believable zone in a simulated cloud that listens.
///
/// # Errors
/// If no port can be listened at.
pub async fn cloud() -> std::io::Result<(Simulator, Listening)> {
    let simulator = Simulator::new(|| SystemClock.now());
    simulator.add_account(zones::believable(SystemClock.now()));
    let listening = http::serve(simulator.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    Ok((simulator, listening))
}

/// A function's process. It ends with this.
pub struct Function(Child);

impl Function {
    /// Starts `program` as Lambda does, with the secret of [`cloud`].
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(program: &[String], runtime: SocketAddr, variables: &[(&str, &str)]) -> std::io::Result<Self> {
        let [program, arguments @ ..] = program else { return Err(std::io::Error::other("name a program")) };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("AWS_LAMBDA_RUNTIME_API", runtime.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "f")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "s")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "g")
            .env("TENCENTCLOUD_SECRET_ID", zones::SECRET_ID)
            .env("TENCENTCLOUD_SECRET_KEY", zones::SECRET_KEY)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        Ok(Self(command.spawn()?))
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}
