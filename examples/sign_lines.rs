//! Signs requests that it reads from standard input, one JSON object a line, and prints the value of each one's
//! `Authorization` header. It is how a foreign signer is compared with ours: `tests/sdk/sign_crosscheck.py`.
//!
//! A line is what `case.json` under `tests/fixtures/signing` is. Never give it a secret that is in use.

use std::error::Error;
use std::io::{self, BufRead, Write};

use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::tencent::sign::{Signer, Signing};
use scim_key_lifecycle::time::Timestamp;
use serde::Deserialize;

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

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", sign(serde_json::from_str(&line?)?)?)?;
    }
    Ok(())
}

fn sign(case: Case) -> Result<String, Box<dyn Error>> {
    let secret = ApiSecret::new(case.secret_id, case.secret_key.into(), case.token.map(Into::into))?;
    let headers: Vec<(&str, &str)> = case.signed_headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    Ok(Signer::new(secret).authorization(&Signing {
        service: &case.service,
        at: Timestamp::from_unix_seconds(case.timestamp),
        signed_headers: &headers,
        body: case.body.as_bytes(),
    }))
}
