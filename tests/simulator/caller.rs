//! A caller of our own: signs in one function, and speaks HTTP by hand, so that every byte is the test's.

use std::net::SocketAddr;

use hmac::{Hmac, KeyInit, Mac};
use scim_key_lifecycle::clock::Clock;
use scim_key_lifecycle::simulator::clock::VirtualClock;
use scim_key_lifecycle::simulator::http::{Listening, serve};
use scim_key_lifecycle::simulator::{SimAccount, SimKey, SimStatus, Simulator};
use scim_key_lifecycle::time::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;

/// 2025-01-01T00:00:00Z, the second at which the vectors were signed.
pub const START: i64 = 1_735_689_600;
pub const DATE: &str = "2025-01-01";
pub const ZONE: &str = "z-vft38p2hq8tq";
pub const KEY: &str = "scimcred-un1tgbnt0s9j";
pub const OTHER_KEY: &str = "scimcred-aaaaaaaaaaaa";

/// The account of the vectors, with two keys that are on.
pub fn account() -> SimAccount {
    let created = Timestamp::parse_rfc3339("2024-05-31T07:04:53Z").unwrap();
    let expires = Timestamp::parse_rfc3339("2025-05-31T07:04:53Z").unwrap();
    let key = |id: &str| SimKey { id: id.to_owned(), status: SimStatus::Enabled, created, expires };
    let mut account = SimAccount::new("AKIDEXAMPLE", "SecretKeyExample", ZONE);
    account.keys = vec![key(KEY), key(OTHER_KEY)];
    account
}

/// A simulator with [`account`], and the virtual clock that it reads.
pub fn simulator() -> (Simulator, VirtualClock) {
    let clock = VirtualClock::at(Timestamp::from_unix_seconds(START));
    let read = clock.clone();
    let simulator = Simulator::new(move || read.now());
    simulator.add_account(account());
    (simulator, clock)
}

/// The same, listening.
pub async fn listening() -> (Simulator, VirtualClock, Listening) {
    let (simulator, clock) = simulator();
    let listening = serve(simulator.clone(), SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    (simulator, clock, listening)
}

pub fn status(simulator: &Simulator, key: &str) -> SimStatus {
    simulator.with(|world| world.account("AKIDEXAMPLE").unwrap().key(key).unwrap().status)
}

/// A signed request that can still be spoiled.
#[derive(Clone)]
pub struct Signed {
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Signed {
    pub fn new(action: &str, body: &str) -> Self {
        Self::by("AKIDEXAMPLE", "SecretKeyExample", action, body)
    }

    pub fn by(secret_id: &str, secret_key: &str, action: &str, body: &str) -> Self {
        Self::of_kind("application/json", secret_id, secret_key, action, body)
    }

    /// With this content type, signed at [`START`] for the host `organization.test`.
    pub fn of_kind(kind: &str, secret_id: &str, secret_key: &str, action: &str, body: &str) -> Self {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let hmac = |key: &[u8], text: &str| {
            Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
        };
        let payload = hex(&Sha256::digest(body));
        let canonical =
            format!("POST\n/\n\ncontent-type:{kind}\nhost:organization.test\n\ncontent-type;host\n{payload}");
        let scope = format!("{DATE}/organization/tc3_request");
        let to_sign = format!("TC3-HMAC-SHA256\n{START}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let key = hmac(format!("TC3{secret_key}").as_bytes(), DATE);
        let key = hmac(&hmac(&key, "organization"), "tc3_request");
        let signature = hex(&hmac(&key, &to_sign));
        let headers = vec![
            ("Host", "organization.test".to_owned()),
            ("Content-Type", kind.to_owned()),
            ("X-TC-Action", action.to_owned()),
            ("X-TC-Version", "2021-03-31".to_owned()),
            ("X-TC-Timestamp", START.to_string()),
            (
                "Authorization",
                format!(
                    "TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
                ),
            ),
        ];
        Self { headers, body: body.to_owned() }
    }

    /// The same request with another value in a header, or with one header more.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub async fn send(&self, to: &Listening) -> Option<Reply> {
        exchange(to.addr(), &post(&self.headers, &self.body)).await
    }

    /// Sends it, and returns what stands under `Response`.
    pub async fn answer(&self, to: &Listening) -> Value {
        let reply = self.send(to).await.unwrap();
        assert_eq!(reply.status, 200);
        serde_json::from_slice::<Value>(&reply.body).unwrap()["Response"].take()
    }

    /// Sends it, and returns the error's code, or `ok`.
    pub async fn code(&self, to: &Listening) -> String {
        code(&self.answer(to).await)
    }
}

pub fn code(response: &Value) -> String {
    response["Error"]["Code"].as_str().unwrap_or("ok").to_owned()
}

pub fn list() -> Signed {
    Signed::new("ListSCIMCredentials", &format!(r#"{{"ZoneId":"{ZONE}"}}"#))
}

pub fn set_status(key: &str, status: &str) -> Signed {
    let body = format!(r#"{{"ZoneId":"{ZONE}","CredentialId":"{key}","NewStatus":"{status}"}}"#);
    Signed::new("UpdateSCIMCredentialStatus", &body)
}

/// A `POST` to `/` as text.
pub fn post(headers: &[(&'static str, String)], body: &str) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("POST / HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// An HTTP answer.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// Sends these bytes and reads until the far end closes; `None` if it does so without a word.
pub async fn exchange(addr: SocketAddr, request: &str) -> Option<Reply> {
    let stream = TcpStream::connect(addr).await.unwrap();
    let mut unsent = request.as_bytes();
    let mut received = Vec::new();
    loop {
        if !unsent.is_empty() {
            stream.writable().await.unwrap();
            match stream.try_write(unsent) {
                Ok(sent) => unsent = &unsent[sent..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                // The far end has heard enough; what it said can still be read.
                Err(_) => unsent = &[],
            }
            continue;
        }
        stream.readable().await.unwrap();
        match stream.try_read_buf(&mut received) {
            Ok(0) => break,
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => break,
            _ => {}
        }
    }
    let head_ends = received.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(received[..head_ends].to_vec()).unwrap();
    let status = head.split(' ').nth(1)?.parse().unwrap();
    Some(Reply { status, head, body: received[head_ends + 4..].to_vec() })
}
