//! What computes and touches nothing, so many times: signing a request, deciding about a zone, sealing and opening a cursor.
//!
//! ```text
//! pure sign CALLS         as the official SDKs do, with two headers
//! pure headers CALLS      all headers of a request, of which three are signed, as `tencent-sdk` does
//! pure hashes HEADERS CALLS        the floor of both: the hashes that such a signature is made of
//! pure decide KEYS RULES FACTS CALLS
//! pure seal FACTS CALLS
//! pure open FACTS CALLS
//! pure mac FACTS CALLS    the floor of both: the HMAC of as many bytes
//! ```
//!
//! Prints the nanoseconds of one call in each of seven rounds. The same arguments always do the same work, so the instructions
//! can be counted (`benches/instructions.py`).

use std::error::Error;
use std::hint::black_box;

use hmac::{Hmac, KeyInit, Mac};
use scim_key_lifecycle::cursor::Cursor;
use scim_key_lifecycle::decide::{Grounds, Occasion, decide};
use scim_key_lifecycle::simulator::zones;
use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::tencent::sign::{Signer, Signing};
use scim_key_lifecycle_benches::bare::BODY;
use scim_key_lifecycle_benches::{measure, pure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (what, sizes) = arguments.split_first().ok_or("say what to compute")?;
    let sizes: Vec<usize> = sizes.iter().map(|size| size.parse()).collect::<Result<_, _>>()?;
    let (sizes, calls) = sizes.split_last().map(|(calls, sizes)| (sizes, *calls)).ok_or("say how many calls")?;
    let calls = u32::try_from(calls)?;
    let measured = match (what.as_str(), sizes) {
        ("sign", []) => sign(calls)?,
        ("headers", []) => headers(calls)?,
        ("hashes", [2]) => hashes(&TWO, calls),
        ("hashes", [3]) => hashes(&THREE, calls),
        ("decide", [keys, rules, facts]) => decided(*keys, *rules, *facts, calls)?,
        ("seal" | "open" | "mac", [facts]) => cursor(what, *facts, calls)?,
        _ => return Err("sign, headers, hashes, decide, seal, open or mac, with its sizes".into()),
    };
    measure::print(&measured);
    Ok(())
}

const HOST: &str = "organization.intl.tencentcloudapi.com";
const ACTION: &str = "ListSCIMCredentials";

/// The headers that the official SDKs sign.
const TWO: [(&str, &str); 2] = [("content-type", "application/json"), ("host", HOST)];

/// And those that `tencent-sdk` does.
const THREE: [(&str, &str); 3] =
    [("content-type", "application/json; charset=utf-8"), ("host", HOST), ("x-tc-action", ACTION)];

fn signing<'a>(signed_headers: &'a [(&'a str, &'a str)]) -> Signing<'a> {
    Signing { service: "organization", at: pure::NOW, signed_headers, body: BODY.as_bytes() }
}

fn signer() -> Result<Signer, Box<dyn Error>> {
    Ok(Signer::new(ApiSecret::new(zones::SECRET_ID.to_owned(), zones::SECRET_KEY.into(), None)?))
}

/// The same request as the peers sign.
fn sign(calls: u32) -> Result<Value, Box<dyn Error>> {
    let signer = signer()?;
    let sign = || black_box(&signer).authorization(black_box(&signing(&TWO)));
    Ok(json!({ "ns": measure::rounds(calls, sign), "authorization": sign() }))
}

/// The six headers that `tencent-sdk` makes of its request, in a list such as our client hands to its library.
fn headers(calls: u32) -> Result<Value, Box<dyn Error>> {
    let signer = signer()?;
    let [content_type, host, action] = THREE;
    let headers = || {
        let signing = black_box(signing(&THREE));
        let timestamp = signing.at.unix_seconds().to_string();
        let authorization = black_box(&signer).authorization(&signing);
        let given = [content_type, host, action, ("x-tc-version", "2021-03-31"), ("x-tc-timestamp", &timestamp)]
            .map(|(name, value)| (name, value.to_owned()));
        (authorization, given)
    };
    Ok(json!({ "ns": measure::rounds(calls, headers), "authorization": headers().0 }))
}

/// The hashes that a signature is made of, with a key that is there, over texts of the request's lengths.
fn hashes(signed_headers: &[(&str, &str)], calls: u32) -> Value {
    let hash = "0".repeat(64);
    let lines: String = signed_headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names: Vec<&str> = signed_headers.iter().map(|(name, _)| *name).collect();
    let canonical = format!("POST\n/\n\n{lines}\n{}\n{hash}", names.join(";"));
    let at = pure::NOW.unix_seconds();
    let to_sign = format!("TC3-HMAC-SHA256\n{at}\n2026-11-24/organization/tc3_request\n{hash}");
    let ns = measure::rounds(calls, || {
        black_box((Sha256::digest(black_box(BODY)), Sha256::digest(black_box(&canonical))));
        mac(black_box(to_sign.as_bytes()))
    });
    json!({ "ns": ns })
}

fn mac(text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(&black_box([0; 32])).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

fn decided(keys: usize, rules: usize, facts: usize, calls: u32) -> Result<Value, Box<dyn Error>> {
    let (policy, zone) = (pure::policy(rules)?, pure::zone(keys)?);
    let rules = policy.rules();
    let memory = pure::memory(facts, &rules.rules, keys)?;
    let grounds = Grounds { occasion: Occasion::Schedule, memory: &memory, rules };
    let ns = measure::rounds(calls, || decide(black_box(&zone), black_box(grounds), pure::NOW));
    Ok(json!({ "ns": ns }))
}

fn cursor(what: &str, facts: usize, calls: u32) -> Result<Value, Box<dyn Error>> {
    let (policy, keys) = (pure::policy(20)?, pure::cursor_keys()?);
    let cursor = pure::cursor(pure::memory(facts, &policy.rules().rules, 2)?)?;
    let sealed = cursor.seal(&keys)?;
    let sealed = sealed.as_str();
    let ns = match what {
        "seal" => measure::rounds(calls, || black_box(&cursor).seal(&keys)),
        "open" => measure::rounds(calls, || Cursor::open(black_box(sealed), &cursor.account, Some(&keys))),
        _ => measure::rounds(calls, || mac(black_box(sealed.as_bytes()))),
    };
    Ok(json!({ "bytes": sealed.len(), "ns": ns }))
}
