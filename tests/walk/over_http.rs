//! The same walk on real sockets: the production transport, and the machine's own clock.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, Deadline, SystemClock};
use scim_key_lifecycle::handler::{self, Function};
use scim_key_lifecycle::live::{Live, Secrets};
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::simulator::{Action, Fault, Simulator, http, zones};
use scim_key_lifecycle::tencent::endpoint::Endpoint;
use scim_key_lifecycle::tencent::https::{self, TrustRoots};
use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::tencent::transport::MAX_ANSWER;
use scim_key_lifecycle::zone::AccountName;
use serde_json::Value;

use crate::raw_server;
use crate::stage::{EVENT, LIST, UPDATE};

fn policy() -> Policy {
    Policy::parse(include_bytes!("../../demo/policy.json")).unwrap()
}

/// Sends the event to the handler, whose calls go to `url`.
async fn answer(url: &str) -> Value {
    answers(url, 1).await.remove(0)
}

/// Sends it so many times to the handler of one process.
async fn answers(url: &str, times: usize) -> Vec<Value> {
    let policy = policy();
    let secret = ApiSecret::new(zones::SECRET_ID.to_owned(), zones::SECRET_KEY.into(), None).unwrap();
    let secrets = BTreeMap::from([(AccountName::parse("acme").unwrap(), secret)]);
    let endpoint = Some(Endpoint::parse(url).unwrap());
    let client = https::client(TrustRoots::Webpki).unwrap();
    let cloud = Live::new(client, endpoint, Secrets::Given(secrets), SystemClock, &policy);
    let function = Function { policy: &policy, cloud: &cloud, keys: None };
    let mut answers = Vec::new();
    for _ in 0..times {
        let by = Deadline(SystemClock.now().plus(Duration::from_secs(60)));
        let answer = handler::handle(EVENT.as_bytes(), &function, by).await.unwrap();
        answers.push(serde_json::to_value(answer).unwrap());
    }
    answers
}

async fn simulator() -> (Simulator, http::Listening) {
    let simulator = Simulator::new(|| SystemClock.now());
    simulator.add_account(zones::believable(SystemClock.now()));
    let listening = http::serve(simulator.clone(), SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    (simulator, listening)
}

fn statuses(simulator: &Simulator) -> [scim_key_lifecycle::simulator::SimStatus; 2] {
    simulator.with(|world| {
        let account = world.account(zones::SECRET_ID).unwrap();
        [zones::EXPIRED, zones::AGEING].map(|key| account.key(key).unwrap().status)
    })
}

#[tokio::test]
async fn a_whole_run_disables_the_expired_key() {
    let (simulator, listening) = simulator().await;
    let answer = answer(&listening.url()).await;
    assert_eq!((&answer["status"], statuses(&simulator)), (&"complete".into(), [Disabled, Enabled]));
    assert_eq!(answer["report"]["credentials"][0]["outcome"]["state"], "disabled");
    assert!(simulator.calls().iter().all(|call| call.answer == "ok"));
}

#[tokio::test]
async fn a_process_asks_for_the_zone_once() {
    let (simulator, listening) = simulator().await;
    let answers = answers(&listening.url(), 3).await;
    assert!(answers.iter().all(|answer| answer["status"] == "complete"), "{answers:?}");
    let calls = simulator.calls();
    let count = |action: Action| calls.iter().filter(|call| call.action == action.name()).count();
    assert_eq!((count(Action::DescribeIdentityCenter), count(LIST), count(UPDATE)), (1, 4, 1));
}

#[tokio::test]
async fn a_lost_answer_is_settled_and_a_gateways_page_is_asked_again() {
    let (simulator, listening) = simulator().await;
    simulator.inject(UPDATE, 1, Fault::ResetAfter);
    simulator.inject(LIST, 1, Fault::Gateway(503));
    let answer = answer(&listening.url()).await;
    assert_eq!((&answer["status"], statuses(&simulator)), (&"complete".into(), [Disabled, Enabled]));
    let calls = simulator.calls();
    assert_eq!(calls.iter().filter(|call| call.is_write()).count(), 1);
    let why = answer["report"]["credentials"][0]["outcome"]["why"].as_str().unwrap();
    assert!(why.contains("got no answer"), "{why}");
}

#[tokio::test]
async fn a_closed_port_means_that_nothing_was_sent() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let answer = answer(&format!("http://{closed}")).await;
    let why = answer["why"].as_str().unwrap();
    assert_eq!(answer["status"], "failed");
    assert!(why.starts_with("DescribeIdentityCenter was not sent: "), "{why}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, visits) = raw_server::saying(|_| b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec());
    let (url, _) = raw_server::saying(move |_| {
        format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {elsewhere}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .into_bytes()
    });
    let answer = answer(&url).await;
    assert_eq!(answer["status"], "failed");
    let why = answer["why"].as_str().unwrap();
    assert!(why.contains("a gateway's HTTP status 307"), "{why}");
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let (url, visits) = raw_server::saying(|_| {
        let mut answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        answer.resize(answer.len() + 4 * MAX_ANSWER, b' ');
        answer
    });
    let answer = answer(&url).await;
    assert_eq!(answer["status"], "failed");
    let why = answer["why"].as_str().unwrap();
    assert!(why.contains(&format!("the answer is longer than {MAX_ANSWER} bytes")), "{why}");
    assert_eq!(visits.load(Ordering::SeqCst), 4, "a read is tried four times");
}
