//! Every directory of `tests/fixtures/signing` is one signed request, with one file for each stage, so that a failure
//! names the stage that broke. `SOURCE.md` there says who made the signatures.

use std::fs;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::Deserialize;

use super::signing_key::DateKey;
use super::*;
use crate::hex::Hex;

/// What is signed: `case.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    secret_id: String,
    secret_key: String,
    token: Option<String>,
    service: String,
    timestamp: i64,
    signed_headers: Vec<(String, String)>,
    body: String,
}

impl Case {
    fn secret(&self) -> ApiSecret {
        let token = self.token.as_deref().map(SecretString::from);
        ApiSecret::new(self.secret_id.clone(), self.secret_key.as_str().into(), token).unwrap()
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.timestamp)
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        self.signed_headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn scope(&self) -> CredentialScope<'_> {
        CredentialScope::new(self.at(), &self.service)
    }

    fn canonical_request(&self) -> CanonicalRequest {
        CanonicalRequest::post(&self.headers(), self.body.as_bytes())
    }

    fn derived_keys(&self) -> String {
        let hex = |key: &SecretBox<[u8; 32]>| Hex(key.expose_secret()).to_string();
        let date_key = DateKey::derive(self.secret().key(), self.scope().date());
        let service_key = date_key.service_key(&self.service);
        let signing_key = service_key.signing_key();
        let keys = [("date", hex(&date_key.0)), ("service", hex(&service_key.0)), ("signing", hex(&signing_key.0))];
        keys.map(|(name, key)| format!("{name} {key}")).join("\n")
    }

    fn authorization(&self) -> String {
        let headers = self.headers();
        Signer::new(self.secret()).authorization(&Signing {
            service: &self.service,
            at: self.at(),
            signed_headers: &headers,
            body: self.body.as_bytes(),
        })
    }
}

fn directories() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/signing");
    let mut found: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

fn read(directory: &Path, file: &str) -> String {
    let path = directory.join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Holds one stage of every case against its file; names the cases that fail.
fn reproduces(file: &str, stage: impl Fn(&Case) -> String) {
    let directories = directories();
    assert_eq!(directories.len(), 10, "one directory for each known signature");
    for directory in directories {
        let case: Case = serde_json::from_str(&read(&directory, "case.json")).unwrap();
        let name = directory.file_name().unwrap().display();
        assert_eq!(stage(&case), read(&directory, file), "{name}: stage {file}");
    }
}

#[test]
fn every_known_canonical_request_is_reproduced() {
    reproduces("canonical-request.txt", |case| case.canonical_request().as_str().to_owned());
}

#[test]
fn every_known_string_to_sign_is_reproduced() {
    reproduces("string-to-sign.txt", |case| {
        StringToSign::new(case.at(), &case.scope(), &case.canonical_request()).as_str().to_owned()
    });
}

#[test]
fn every_known_derived_key_is_reproduced() {
    reproduces("derived-keys.txt", Case::derived_keys);
}

#[test]
fn every_known_authorization_is_reproduced() {
    reproduces("authorization.txt", Case::authorization);
}

#[test]
fn headers_are_signed_in_lower_case_without_outer_blanks_and_by_name() {
    let given =
        [("Host", " Example.COM\t"), ("X-TC-Action", "ListX"), ("Content-Type", "Application/JSON; charset=UTF-8")];
    let request = CanonicalRequest::post(&given, b"");
    let headers = "content-type:application/json; charset=utf-8\nhost:example.com\nx-tc-action:listx\n";
    assert!(request.as_str().starts_with(&format!("POST\n/\n\n{headers}\n")), "{}", request.as_str());
    assert_eq!(request.signed_headers(), "content-type;host;x-tc-action");
}

#[test]
fn the_scope_is_of_the_utc_day_that_the_second_lies_in() {
    let scope = |millis| CredentialScope::new(Timestamp::from_unix_millis(millis), "s").to_string();
    assert_eq!(scope(1_735_689_599_999), "2024-12-31/s/tc3_request");
    assert_eq!(scope(1_735_689_600_000), "2025-01-01/s/tc3_request");
}

#[test]
fn the_sent_second_is_the_signed_one_within_it() {
    let request = CanonicalRequest::post(&[], b"");
    let signed = |millis| {
        let at = Timestamp::from_unix_millis(millis);
        StringToSign::new(at, &CredentialScope::new(at, "s"), &request).as_str().to_owned()
    };
    assert_eq!(signed(1_735_689_600_000), signed(1_735_689_600_999));
    assert_ne!(signed(1_735_689_600_999), signed(1_735_689_601_000));
}

#[test]
fn a_kept_key_signs_nothing_of_another_day_or_service() {
    let secret = || ApiSecret::new("AKID".to_owned(), "SecretKeyExample".into(), None).unwrap();
    let signer = Signer::new(secret());
    for (second, service) in [(1_735_689_599, "a"), (1_735_689_599, "a"), (1_735_689_600, "a"), (1_735_689_600, "b")] {
        let at = Timestamp::from_unix_seconds(second);
        let signing = Signing { service, at, signed_headers: &[], body: b"" };
        let anew = Signer::new(secret()).authorization(&signing);
        assert_eq!(signer.authorization(&signing), anew, "{second} {service}");
    }
}

#[test]
fn neither_secret_nor_derived_keys_print() {
    let secret = ApiSecret::new("AKID".to_owned(), "SecretKeyExample".into(), Some("TOKENEXAMPLE".into())).unwrap();
    let date_key = DateKey::derive(secret.key(), "2025-01-01");
    let service_key = date_key.service_key("organization");
    let signing_key = service_key.signing_key();
    let hidden = [&date_key.0, &service_key.0, &signing_key.0].map(|key| format!("{:?}", key.expose_secret()));
    let signer = Signer::new(secret.clone());
    signer.authorization(&Signing {
        service: "organization",
        at: Timestamp::from_unix_seconds(1_735_689_600),
        signed_headers: &[],
        body: b"",
    });
    let printed = format!("{secret:?} {date_key:?} {service_key:?} {signing_key:?} {signer:?}");
    for text in hidden.iter().map(String::as_str).chain(["SecretKeyExample", "TOKENEXAMPLE"]) {
        assert!(!printed.contains(text), "{printed}");
    }
}
