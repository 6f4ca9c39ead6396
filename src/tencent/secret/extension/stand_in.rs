//! A stand-in for the extension, for tests: a small HTTP server of its own on a loopback port, and a clock that lets no
//! time pass.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use crate::clock::Clock;
use crate::time::Timestamp;

/// Lets no time pass, and keeps what it was asked to wait.
#[derive(Default)]
pub struct Waits(pub RefCell<Vec<Duration>>);

impl Clock for Waits {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(0)
    }

    async fn sleep(&self, duration: Duration) {
        self.0.borrow_mut().push(duration);
    }
}

/// What the extension was asked: path with query, and the token shown.
pub type Asked = (String, Option<String>);

/// Serves these answers in turn, the last one for ever, while `ask` runs, which is given the port. Says what `ask` came
/// to, and what the server was asked.
pub fn serving<T>(answers: &'static [(u16, &'static str)], ask: impl AsyncFnOnce(&str) -> T) -> (T, Vec<Asked>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let asked = Rc::new(RefCell::new(Vec::new()));
        tokio::task::spawn_local(serve(listener, answers, Rc::clone(&asked)));
        (ask(&port).await, asked.take())
    })
}

async fn serve(listener: TcpListener, answers: &'static [(u16, &'static str)], asked: Rc<RefCell<Vec<Asked>>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let asked = Rc::clone(&asked);
        let answer = service_fn(move |request: Request<Incoming>| {
            let token = request.headers().get("x-aws-parameters-secrets-token");
            let token = token.map(|token| token.to_str().unwrap().to_owned());
            asked.borrow_mut().push((request.uri().to_string(), token));
            let (status, body) = answers[asked.borrow().len().min(answers.len()) - 1];
            let response = Response::builder().status(status).header("location", "/elsewhere");
            std::future::ready(Ok::<_, Infallible>(response.body(Full::new(Bytes::from(body))).unwrap()))
        });
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
        tokio::task::spawn_local(async move { drop(connection.await) });
    }
}
