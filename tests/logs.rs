//! No secret reaches a log line, an answer or an error, whatever goes wrong. In a process of its own, because it logs
//! everything, of every target, into one buffer.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, Deadline, SystemClock};
use scim_key_lifecycle::handler::{self, Function};
use scim_key_lifecycle::live::{Live, Secrets};
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::simulator::{Action, Fault, Simulator, faults, http, zones};
use scim_key_lifecycle::tencent::endpoint::Endpoint;
use scim_key_lifecycle::tencent::https::{self, TrustRoots};
use scim_key_lifecycle::tencent::secret::Surroundings;

const SECRET_KEY: &str = "K3yThatMustNotBeSeenAnywhere0000";
const TOKEN: &str = "T0kenThatMustNotBeSeenEither00000";

const EVENT: &[u8] =
    br#"{"source":"scim-key-lifecycle","kind":"schedule","schedule":"daily","time":"2026-11-24T06:00:00Z"}"#;

/// What was logged so far.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Handles the event with calls to `url`, and gives all that a caller could print of it.
async fn told(url: &str, token: &str) -> String {
    told_of(EVENT, url, token).await
}

async fn told_of(event: &[u8], url: &str, token: &str) -> String {
    let policy = Policy::parse(include_bytes!("../demo/policy.json")).unwrap();
    let variables = BTreeMap::from([
        ("TENCENTCLOUD_SECRET_ID", zones::SECRET_ID),
        ("TENCENTCLOUD_SECRET_KEY", SECRET_KEY),
        ("TENCENTCLOUD_SESSION_TOKEN", token),
    ])
    .into_iter()
    .map(|(name, value)| (name.to_owned(), OsString::from(value)))
    .collect::<BTreeMap<_, _>>();
    let secrets = Secrets::AsThePolicySays(Surroundings::new(move |name| variables.get(name).cloned()));
    let endpoint = Some(Endpoint::parse(url).unwrap());
    let cloud = Live::new(https::client(TrustRoots::Webpki).unwrap(), endpoint, secrets, SystemClock, &policy);
    let by = Deadline(SystemClock.now().plus(Duration::from_secs(30)));
    match handler::handle(event, &Function { policy: &policy, cloud: &cloud, keys: None }, by).await {
        Ok(answer) => format!("{answer:?}\n{}", serde_json::to_string(&answer).unwrap()),
        Err(refused) => format!("{refused:?}\n{refused}"),
    }
}

/// A simulated zone that knows this secret key and the token.
async fn zone(secret_key: &str) -> (Simulator, http::Listening) {
    let simulator = Simulator::new(|| SystemClock.now());
    let mut account = zones::believable(SystemClock.now());
    secret_key.clone_into(&mut account.secret_key);
    account.token = Some(TOKEN.to_owned());
    simulator.add_account(account);
    let listening = http::serve(simulator.clone(), SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    (simulator, listening)
}

/// A far end that repeats every request in its answer, in the shape that `answer` gives it. Tells what it heard.
fn echo(answer: fn(&str) -> serde_json::Value) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(String::new()));
    let hears = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            while !request.windows(4).any(|four| four == b"\r\n\r\n") {
                let mut part = [0; 4_096];
                let length = stream.read(&mut part).unwrap();
                assert!(length > 0, "half a request");
                request.extend_from_slice(&part[..length]);
            }
            let request = String::from_utf8(request).unwrap();
            hears.lock().unwrap().push_str(&request);
            let body = answer(&request).to_string();
            let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            // The caller may have gone.
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    (url, heard)
}

fn as_a_text(request: &str) -> serde_json::Value {
    serde_json::json!({ "Response": request })
}

fn as_an_id(request: &str) -> serde_json::Value {
    serde_json::json!({ "Response": { "RequestId": "r", "ZoneId": [request], "ServiceStatus": "Enabled" } })
}

fn as_a_message(request: &str) -> serde_json::Value {
    serde_json::json!({ "Response": { "RequestId": "r", "Error": { "Code": "InternalError", "Message": request } } })
}

/// Every run in which something fails; what a caller could print of them, and the signatures that were heard.
async fn everything_that_fails() -> (String, Vec<String>) {
    let mut printed = String::new();
    for seed in 0..3 {
        let (simulator, listening) = zone(SECRET_KEY).await;
        simulator.draw_faults(faults::seeded(seed, 40));
        simulator.inject(Action::UpdateScimCredentialStatus, 1, Fault::ResetAfter);
        printed.push_str(&told(&listening.url(), TOKEN).await);
    }
    let (_wrong_key, listening) = zone("another-key").await;
    printed.push_str(&told(&listening.url(), TOKEN).await);
    let (_wrong_token, listening) = zone(SECRET_KEY).await;
    printed.push_str(&told(&listening.url(), &TOKEN.to_lowercase()).await);
    printed.push_str(&told(&listening.url(), &format!("{TOKEN}\n")).await);
    let closed = listening.url();
    drop(listening);
    printed.push_str(&told(&closed, TOKEN).await);
    let mut signatures = Vec::new();
    for answer in [as_a_text, as_an_id, as_a_message] {
        let (url, heard) = echo(answer);
        printed.push_str(&told(&url, TOKEN).await);
        let heard = heard.lock().unwrap();
        assert!(heard.contains(TOKEN), "the far end did hear the token, and repeated it");
        signatures.extend(heard.split("Signature=").skip(1).map(|rest| rest[..64].to_owned()));
    }
    (printed, signatures)
}

#[tokio::test]
async fn nothing_secret_is_logged_answered_or_said_in_an_error() {
    let buffer = Buffer::default();
    let writer = buffer.clone();
    tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).init();

    let (_simulator, listening) = zone(SECRET_KEY).await;
    let whole = told(&listening.url(), TOKEN).await;
    let run = whole.split(r#""run":""#).nth(1).unwrap()[..16].to_owned();
    let logged = buffer.text();
    for message in ["call", "decision", "write", "notice", "invocation ended"] {
        let message = format!(r#""message":"{message}""#);
        let mut lines = logged.lines().filter(|line| line.contains(&message)).peekable();
        assert!(lines.peek().is_some(), "{message} is missing: {logged}");
        let mut bare = lines.filter(|line| !line.contains(&run) || !line.contains(r#""account":"acme""#));
        assert_eq!(bare.next(), None, "a line of the run without its id and account");
    }
    // Nobody receives the answer of an asynchronous invocation.
    let answer: serde_json::Value = serde_json::from_str(whole.lines().last().unwrap()).unwrap();
    let notices = answer["notices"].as_array().unwrap();
    assert!(notices.len() > 1, "{whole}");
    for notice in notices {
        let (id, text) = (notice["id"].to_string(), notice["text"].to_string());
        let told = |line: &&str| line.contains(r#""message":"notice""#) && line.contains(&id) && line.contains(&text);
        assert_eq!(logged.lines().filter(told).count(), 1, "each notice is a line: {notice}");
    }
    let line = |part: &str| logged.lines().position(|line| line.contains(part) && line.contains(&run)).unwrap();
    let write = line(r#""message":"write","credential":"scimcred-"#);
    assert!(logged.lines().nth(write).unwrap().contains(r#""to":"Disabled","attempt":1"#), "{logged}");
    assert!(write < line("UpdateSCIMCredentialStatus"), "the write is told before its call has ended: {logged}");
    assert!(whole.contains(r#""state":"disabled""#), "{whole}");

    let restore = br#"{"source":"scim-key-lifecycle","kind":"restore","receipt":"r3ceiptThatMustNotBeSeen"}"#;
    told_of(restore, &listening.url(), TOKEN).await;
    let logged = buffer.text();
    let ended = logged.lines().rfind(|line| line.contains("invocation ended")).unwrap();
    assert!(ended.contains("a receipt cannot be verified") && ended.contains(r#""account":"acme""#), "{ended}");

    let (printed, signatures) = everything_that_fails().await;
    assert!(signatures.len() >= 3);
    let all = format!("{whole}\n{printed}\n{}", buffer.text());
    for shown in ["throttled", "maybe_sent", "unreadable", "AuthFailure.SignatureFailure", "AuthFailure.TokenFailure"] {
        assert!(all.contains(shown), "{shown} did not come up");
    }
    assert!(all.contains("TENCENTCLOUD_SESSION_TOKEN cannot be used"), "a token with a line break is refused");
    for line in all.lines() {
        for secret in [SECRET_KEY, TOKEN, &TOKEN.to_lowercase(), "Signature=", "TC3-HMAC", "X-TC-Token", "r3ceipt"] {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
        assert!(!signatures.iter().any(|signature| line.contains(signature.as_str())), "a signature in {line}");
    }
}
