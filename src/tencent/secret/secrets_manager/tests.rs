//! Against a stand-in for the extension: a small HTTP server of its own on a loopback port.

use std::cell::RefCell;
use std::convert::Infallible;
use std::process::Command;
use std::rc::Rc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use super::*;
use crate::policy::SecretSource;
use crate::tencent::secret::fetch;
use crate::time::Timestamp;

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:scim/acme+key-a1b2c3";
const GOOD: &str = r#"{"ARN":"a","SecretString":"{\"secret_id\":\"AKIDA\",\"secret_key\":\"KEYA\"}","VersionId":"v"}"#;
const STARTING: (u16, &str) = (400, "not ready to serve traffic, please wait");

/// Lets no time pass, and keeps what it was asked to wait.
#[derive(Default)]
struct Waits(RefCell<Vec<Duration>>);

impl Clock for Waits {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(0)
    }

    async fn sleep(&self, duration: Duration) {
        self.0.borrow_mut().push(duration);
    }
}

/// What the extension was asked: path with query, and the token shown.
type Asked = (String, Option<String>);

/// How one fetch went.
struct Went {
    fetched: Result<ApiSecret, String>,
    asked: Vec<Asked>,
    waited: Vec<Duration>,
}

/// Fetches from an extension that gives these answers in turn, the last one for ever.
fn fetch_from(answers: &'static [(u16, &'static str)]) -> Went {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Rc::new(RefCell::new(Vec::new()));
        tokio::task::spawn_local(serve(listener, answers, Rc::clone(&asked)));
        let clock = Waits::default();
        let fetched = fetch_at(port, &clock).await;
        Went { fetched, asked: asked.take(), waited: clock.0.take() }
    })
}

async fn fetch_at(port: u16, clock: &Waits) -> Result<ApiSecret, String> {
    let port = port.to_string();
    let surroundings = Surroundings::of(&[
        ("AWS_SESSION_TOKEN", "THE-FUNCTIONS-OWN"),
        ("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", &port),
        ("TENCENTCLOUD_SECRET_ID", "AKID-OF-ANOTHER-SOURCE"),
        ("TENCENTCLOUD_SECRET_KEY", "KEY-OF-ANOTHER-SOURCE"),
    ]);
    let source = SecretSource::SecretsManager(ARN.to_owned());
    fetch(&source, &surroundings, clock).await.map_err(|error| error.to_string())
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

#[test]
fn the_extension_is_asked_by_its_path_and_with_its_token() {
    let went = fetch_from(&[(200, GOOD)]);
    let secret = went.fetched.unwrap();
    assert_eq!((secret.id(), secret.key().expose_secret()), ("AKIDA", "KEYA"));
    assert!(secret.token().is_none());
    let path = "/secretsmanager/get?secretId=arn%3Aaws%3Asecretsmanager%3Aeu-west-1%3A111122223333%3Asecret%3Ascim%2Facme%2Bkey-a1b2c3";
    assert_eq!(went.asked, [(path.to_owned(), Some("THE-FUNCTIONS-OWN".to_owned()))]);
    assert!(went.waited.is_empty());
}

#[test]
fn the_environments_proxy_is_not_asked() {
    let test = "tencent::secret::secrets_manager::tests::the_extension_is_asked_by_its_path_and_with_its_token";
    let nowhere = "http://127.0.0.1:1";
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args([test, "--exact"]).envs([("http_proxy", nowhere), ("HTTP_PROXY", nowhere), ("ALL_PROXY", nowhere)]);
    again.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn an_extension_that_starts_is_waited_for() {
    let went = fetch_from(&[STARTING, STARTING, (200, GOOD)]);
    assert_eq!(went.fetched.unwrap().id(), "AKIDA");
    assert_eq!(went.waited, WAITS[..2]);
}

#[test]
fn an_extension_that_never_is_ready_is_given_up() {
    let went = fetch_from(&[STARTING]);
    let said = went.fetched.unwrap_err();
    assert!(said.starts_with(&format!("no secret from `secretsmanager:{ARN}`: ")), "{said}");
    assert!(said.contains("was not ready after 5 attempts; add the layer"), "{said}");
    assert_eq!((went.asked.len(), went.waited.as_slice()), (5, WAITS.as_slice()));
}

#[test]
fn where_nobody_listens_the_extension_may_still_come() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let clock = Waits::default();
    let said = runtime.block_on(fetch_at(port, &clock)).unwrap_err();
    assert!(said.contains(&format!("on port {port} was not ready after 5 attempts")), "{said}");
    assert_eq!(clock.0.take(), WAITS);
}

#[test]
fn a_refusal_is_final_and_no_redirect_is_followed() {
    let refusals: [&'static [(u16, &'static str)]; 5] =
        [&[(400, "AccessDeniedException")], &[(401, "")], &[(500, "not ready")], &[(302, "")], &[(204, "")]];
    for answers in refusals {
        let status = answers[0].0;
        let went = fetch_from(answers);
        let said = went.fetched.unwrap_err();
        assert!(said.contains(&format!("the secrets extension answers {status}; check the ARN")), "{said}");
        assert_eq!((went.asked.len(), went.waited.len()), (1, 0), "{status}");
    }
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let endless: &'static str = " ".repeat(MAX_ANSWER + 1).leak();
    let went = fetch_from(vec![(200, endless)].leak());
    assert!(went.fetched.unwrap_err().contains("its answer is longer than 256 KiB"));
}

#[test]
fn without_a_token_to_show_nobody_is_asked() {
    assert_eq!(Extension::on(&Surroundings::of(&[])).err(), Some(Fault::NoExtensionToken));
    let broken = Surroundings::of(&[("AWS_SESSION_TOKEN", "hunter2\n")]);
    let said = Extension::on(&broken).err().unwrap().to_string();
    assert_eq!(said, "the secrets extension cannot be called: AWS_SESSION_TOKEN cannot be sent in a header");
}

/// The secret in an answer whose `SecretString` is this.
fn secret_of(text: &str) -> Result<ApiSecret, String> {
    let answer = serde_json::json!({ "SecretString": text }).to_string();
    secret_in(answer.as_bytes()).map_err(|fault| fault.to_string())
}

#[test]
fn a_temporary_secret_brings_its_token() {
    let secret = secret_of(r#"{"secret_id":"AKIDA","secret_key":"KEYA","token":"TOKENA","note":1}"#).unwrap();
    assert_eq!(secret.token().unwrap().expose_secret(), "TOKENA");
}

#[test]
fn a_secret_of_another_shape_is_explained_and_not_shown() {
    for (text, why) in [
        ("hunter2", "the secret is not a JSON object"),
        (r#"["hunter2"]"#, "the secret is not a JSON object"),
        (r#"{"hunter2":1,"hunter2":2}"#, "with distinct fields"),
        (r#"{"secret_id":"hunter2"}"#, "secret_key is missing or empty; it must stand beside secret_id"),
        (r#"{"secret_id":"hunter2","secret_key":""}"#, "secret_key is missing or empty"),
        (r#"{"secret_key":"hunter2"}"#, "secret_id is missing or empty; it must stand beside secret_key"),
        (r#"{"secret_id":"hunter2","secret_key":"b c"}"#, "secret_key cannot be used: the secret key holds a blank"),
        (r#"{"secret_id":"hunter2","secret_key":"b","token":7}"#, "a field of the secret is not text"),
    ] {
        let said = secret_of(text).unwrap_err();
        assert!(said.contains(why) && !said.contains("hunter2"), "{said}");
    }
    let said = secret_in(br#"{"SecretBinary":"aHVudGVyMg=="}"#).unwrap_err().to_string();
    assert_eq!(
        said,
        "the secret holds no text (no SecretString); store the secret as text: \
         {\"secret_id\": \"…\", \"secret_key\": \"…\"}, and \"token\" for a temporary one"
    );
    assert!(secret_in(b"hunter2").unwrap_err().to_string().starts_with("the extension's answer is not a JSON object"));
}
