//! Against the stand-in.

use std::process::Command;

use super::stand_in::{Asked, Waits, serving};
use super::*;

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:scim/acme+key-a1b2c3";
const GOOD: &str = r#"{"ARN":"a","SecretString":"the text","VersionId":"v"}"#;
const STARTING: (u16, &str) = (400, "not ready to serve traffic, please wait");

/// How one fetch went.
struct Went {
    fetched: Result<SecretString, String>,
    asked: Vec<Asked>,
    waited: Vec<Duration>,
}

impl Went {
    fn text(&self) -> &str {
        self.fetched.as_ref().unwrap().expose_secret()
    }
}

/// Fetches from an extension that gives these answers in turn, the last one for ever.
fn fetch_from(answers: &'static [(u16, &'static str)]) -> Went {
    let clock = Waits::default();
    let (fetched, asked) = serving(answers, async |port| fetch_at(port, &clock).await);
    Went { fetched, asked, waited: clock.0.take() }
}

async fn fetch_at(port: &str, clock: &Waits) -> Result<SecretString, String> {
    let surroundings = Surroundings::of(&[
        ("AWS_SESSION_TOKEN", "THE-FUNCTIONS-OWN"),
        ("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", port),
    ]);
    text(ARN, &surroundings, clock).await.map_err(|error| error.to_string())
}

#[test]
fn the_extension_is_asked_by_its_path_and_with_its_token() {
    let went = fetch_from(&[(200, GOOD)]);
    assert_eq!(went.text(), "the text");
    let path = "/secretsmanager/get?secretId=arn%3Aaws%3Asecretsmanager%3Aeu-west-1%3A111122223333%3Asecret%3Ascim%2Facme%2Bkey-a1b2c3";
    assert_eq!(went.asked, [(path.to_owned(), Some("THE-FUNCTIONS-OWN".to_owned()))]);
    assert!(went.waited.is_empty());
}

#[test]
fn the_environments_proxy_is_not_asked() {
    let test = "tencent::secret::extension::tests::the_extension_is_asked_by_its_path_and_with_its_token";
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
    assert_eq!(went.text(), "the text");
    assert_eq!(went.waited, WAITS[..2]);
}

#[test]
fn an_extension_that_never_is_ready_is_given_up() {
    let went = fetch_from(&[STARTING]);
    let said = went.fetched.unwrap_err();
    assert!(said.contains("was not ready after 5 attempts; add the layer"), "{said}");
    assert_eq!((went.asked.len(), went.waited.as_slice()), (5, WAITS.as_slice()));
}

#[test]
fn where_nobody_listens_the_extension_may_still_come() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let clock = Waits::default();
    let said = runtime.block_on(fetch_at(&port.to_string(), &clock)).unwrap_err();
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
    assert_eq!(Extension::on(&Surroundings::of(&[])).err(), Some(NotFetched::NoToken));
    let broken = Surroundings::of(&[("AWS_SESSION_TOKEN", "hunter2\n")]);
    let said = Extension::on(&broken).err().unwrap().to_string();
    assert_eq!(said, "the secrets extension cannot be called: AWS_SESSION_TOKEN cannot be sent in a header");
}

#[test]
fn an_answer_without_text_is_explained_and_not_shown() {
    let shapeless = NotFetched::Client("its answer is not a JSON object".to_owned());
    for (answer, fault) in [
        (r#"{"SecretBinary":"aHVudGVyMg=="}"#, NotFetched::NoText),
        (r#"{"SecretString":["hunter2"]}"#, NotFetched::NoText),
        ("hunter2", shapeless),
    ] {
        assert_eq!(text_in(answer.as_bytes()).err(), Some(fault));
    }
}
