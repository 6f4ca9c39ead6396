//! The typed client of one account, for one run: it reads; writing needs a [`super::Writer`].
//!
//! Every attempt needs its [`Turn`] in the account's pace, is signed afresh with the time of that moment, and is logged
//! in one line. Reads are repeated as [`super::retry`] says; a write is one attempt, because what follows a failed
//! write must rest on a fresh look.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Error, Failure, Skew};
use super::kept::{Found, Kept};
use super::log;
use super::retry::{self, Jitter, Kind, Next};
use super::secret::ApiSecret;
use super::sign::{Signer, Signing};
use super::transport::{Request, Response, Transport, Undelivered};
use super::wire::{self, Action, Answer};
use crate::clock::{Clock, Deadline};
use crate::time::Timestamp;
use crate::zone::ZoneId;

/// How long one attempt may take. A call is started only if this much time is left.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);

const CONTENT_TYPE: &str = "application/json";
const REQUEST_CLIENT: &str = concat!("scim-key-lifecycle/", env!("CARGO_PKG_VERSION"));

/// What the cloud gave, when it was asked, and the id by which it knows the request.
#[derive(Debug)]
pub struct Given<R> {
    /// When the attempt that succeeded was sent.
    pub sent: Timestamp,
    /// The answer.
    pub answer: R,
    /// The cloud's `RequestId`.
    pub request_id: String,
}

/// A place in the account's pace: the right to send one request now.
#[derive(Debug)]
pub struct Turn(Action);

/// One account's client.
pub struct Client<'a, T, C> {
    transport: T,
    clock: &'a C,
    kept: &'a Kept,
    host: String,
    signer: Signer,
    jitter: RefCell<Jitter>,
    repeats_left: Cell<u32>,
}

impl<'a, T: Transport, C: Clock> Client<'a, T, C> {
    /// A client that reaches `host` through `transport`. `seed`, the run id, seeds the waits between repeats.
    pub fn new(transport: T, clock: &'a C, kept: &'a Kept, host: &str, secret: ApiSecret, seed: &str) -> Self {
        let jitter = RefCell::new(Jitter::seeded(seed));
        let repeats_left = Cell::new(retry::RUN_BUDGET);
        let signer = Signer::new(secret);
        Self { transport, clock, kept, host: host.to_owned(), signer, jitter, repeats_left }
    }

    /// Is this the id of the secret that signs its calls?
    pub fn signs_as(&self, id: &str) -> bool {
        self.signer.secret().id() == id
    }

    /// The account's zone as the cloud named it to an earlier run of this process, if that was on the same site, to the owner
    /// of the same secret.
    pub fn zone_found(&self) -> Option<ZoneId> {
        let found = self.kept.found.borrow();
        let own = |found: &&Found| found.host == self.host && self.signs_as(&found.secret_id);
        found.as_ref().filter(own).map(|found| found.zone.clone())
    }

    /// Keeps the zone that the cloud has just named for the runs to come.
    pub fn keep_zone(&self, zone: &ZoneId) {
        let (host, secret_id) = (self.host.clone(), self.signer.secret().id().to_owned());
        *self.kept.found.borrow_mut() = Some(Found { host, secret_id, zone: zone.clone() });
    }

    /// The clock that this client works by.
    pub fn clock(&self) -> &'a C {
        self.clock
    }

    /// What to do after the `attempt`-th sending of a call failed. It decides and counts: each [`Next::Again`] is one repeat
    /// less in the run's budget, so ask once for each failure. A repeat that could not end before `by` is given up: the wait for it would be for nothing.
    pub fn after(&self, error: &Error, kind: Kind, attempt: u32, by: Deadline) -> Next {
        let left = self.repeats_left.get();
        let next = retry::next(error, kind, attempt, left, self.jitter.borrow_mut().draw());
        if let Next::Again { after } = next {
            if !self.has_time_after(after, by) {
                return Next::GiveUp;
            }
            self.repeats_left.set(left.saturating_sub(1));
        }
        next
    }

    /// Could a call still end before `by` if it were started after this wait?
    pub fn has_time_after(&self, wait: Duration, by: Deadline) -> bool {
        by.left(self.clock.now()) >= wait + ATTEMPT_TIMEOUT
    }

    /// Reads, repeating as often as is sensible before `by`.
    pub(super) async fn read<R: DeserializeOwned>(
        &self,
        action: Action,
        body: &impl Serialize,
        by: Deadline,
    ) -> Result<Given<R>, Error> {
        let mut attempt = 1;
        let mut last = None;
        loop {
            // Why the last attempt failed tells more than that no time is left for another.
            let turn = self.turn(action, by).await.map_err(|late| last.take().unwrap_or(late))?;
            let error = match self.attempt(turn, body, attempt).await {
                Ok(given) => return Ok(given),
                Err(error) => error,
            };
            match self.after(&error, Kind::Read, attempt, by) {
                Next::Again { after } => self.clock.sleep(after).await,
                Next::LookFirst | Next::GiveUp => return Err(error),
            }
            last = Some(error);
            attempt += 1;
        }
    }

    /// Waits until the account's pace allows a call of `action`; refuses if the call could then not end before `by`.
    pub(super) async fn turn(&self, action: Action, by: Deadline) -> Result<Turn, Error> {
        let now = self.clock.now();
        let longest = by.left(now).checked_sub(ATTEMPT_TIMEOUT);
        let place = longest.and_then(|longest| self.kept.pace.borrow_mut().take(action, now, longest));
        let wait = place.ok_or(Error { action, request_id: None, failure: Failure::OutOfTime })?;
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
        Ok(Turn(action))
    }

    /// One attempt: signs, sends, and reads what comes back.
    pub(super) async fn attempt<R: DeserializeOwned>(
        &self,
        Turn(action): Turn,
        body: &impl Serialize,
        attempt: u32,
    ) -> Result<Given<R>, Error> {
        let failed = |failure, request_id| Error { action, request_id, failure };
        let body = serde_json::to_vec(body).map_err(|error| failed(Failure::NotSent(error.to_string()), None))?;
        let started = self.clock.now();
        let sent = self.transport.send(self.sign(action, body, started), ATTEMPT_TIMEOUT).await;
        let ended = self.clock.now();
        let result = match sent {
            Err(Undelivered::NotSent(why)) => Err(failed(Failure::NotSent(why), None)),
            Err(Undelivered::MaybeSent(why)) => Err(failed(Failure::MaybeSent(why), None)),
            Ok(response) => understand(action, &response, started, ended),
        };
        self.learn_pace(action, &result, ended);
        log::call(action, attempt, ended.since(started), result.as_ref().map(|given| given.request_id.as_str()));
        result
    }

    fn learn_pace<R>(&self, action: Action, result: &Result<Given<R>, Error>, now: Timestamp) {
        let mut pace = self.kept.pace.borrow_mut();
        match result {
            Ok(_) => pace.answered(action, now),
            Err(error) if error.is_throttled() => pace.throttled(action, now),
            Err(_) => {}
        }
    }

    fn sign(&self, action: Action, body: Vec<u8>, at: Timestamp) -> Request {
        let signed = [("content-type", CONTENT_TYPE), ("host", self.host.as_str())];
        let signing = Signing { service: wire::SERVICE, at, signed_headers: &signed, body: &body };
        let mut headers = vec![
            ("Host", self.host.clone()),
            ("Content-Type", CONTENT_TYPE.to_owned()),
            ("X-TC-Action", action.as_str().to_owned()),
            ("X-TC-Version", wire::VERSION.to_owned()),
            ("X-TC-Timestamp", at.unix_seconds().to_string()),
            ("X-TC-Language", "en-US".to_owned()),
            ("X-TC-RequestClient", REQUEST_CLIENT.to_owned()),
            ("Authorization", self.signer.authorization(&signing)),
        ];
        let token = self.signer.secret().token();
        headers.extend(token.map(|token| ("X-TC-Token", token.expose_secret().to_owned())));
        Request { headers, body }
    }
}

fn understand<R: DeserializeOwned>(
    action: Action,
    response: &Response,
    sent: Timestamp,
    now: Timestamp,
) -> Result<Given<R>, Error> {
    let failed = |failure, request_id| Error { action, request_id, failure };
    if response.status != 200 {
        let why = format!("a gateway's HTTP status {}", response.status);
        return Err(failed(Failure::Unreadable(why), None));
    }
    match wire::read(&response.body) {
        Answer::Given { answer, request_id } => Ok(Given { sent, answer, request_id }),
        Answer::Unreadable { why, request_id } => Err(failed(Failure::Unreadable(why), request_id)),
        Answer::Refused { code, request_id } => {
            let skew = response.date.map(|theirs| skew(now, theirs));
            Err(failed(Failure::Service { code, skew }, request_id))
        }
    }
}

fn skew(ours: Timestamp, theirs: Timestamp) -> Skew {
    if ours < theirs { Skew::Behind(theirs.since(ours)) } else { Skew::Ahead(ours.since(theirs)) }
}
