//! What computes and touches nothing, so many times: signing a request, deciding about a zone, sealing and opening a cursor.
//!
//! ```text
//! pure sign CALLS
//! pure decide KEYS RULES FACTS CALLS
//! pure cursor FACTS CALLS
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
use scim_key_lifecycle_benches::{measure, pure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (what, sizes) = arguments.split_first().ok_or("say sign, decide or cursor")?;
    let sizes: Vec<usize> = sizes.iter().map(|size| size.parse()).collect::<Result<_, _>>()?;
    let measured = match (what.as_str(), sizes.as_slice()) {
        ("sign", [calls]) => sign(u32::try_from(*calls)?)?,
        ("decide", [keys, rules, facts, calls]) => decided(*keys, *rules, *facts, u32::try_from(*calls)?)?,
        ("cursor", [facts, calls]) => cursor(*facts, u32::try_from(*calls)?)?,
        _ => return Err("sign CALLS, decide KEYS RULES FACTS CALLS, or cursor FACTS CALLS".into()),
    };
    measure::print(&measured);
    Ok(())
}

/// The same request as the peers sign: with the two headers that the official SDKs sign, and with the three of `tencent-sdk`.
fn sign(calls: u32) -> Result<Value, Box<dyn Error>> {
    let signer = Signer::new(ApiSecret::new(zones::SECRET_ID.to_owned(), zones::SECRET_KEY.into(), None)?);
    let host = ("host", "organization.intl.tencentcloudapi.com");
    let two = [("content-type", "application/json"), host];
    let three = [("content-type", "application/json; charset=utf-8"), host, ("x-tc-action", "ListSCIMCredentials")];
    let signed = |signed_headers: &[(&str, &str)]| {
        black_box(&signer).authorization(&Signing {
            service: "organization",
            at: pure::NOW,
            signed_headers,
            body: br#"{"ZoneId":"z-acme0demo001"}"#,
        })
    };
    Ok(json!({
        "floor": { "ns": measure::rounds(calls, hashes) },
        "two": { "ns": measure::rounds(calls, || signed(&two)), "authorization": signed(&two) },
        "three": { "ns": measure::rounds(calls, || signed(&three)), "authorization": signed(&three) },
    }))
}

/// The floor: the hashes that a signature is made of, with a key that is there, over texts of the request's lengths.
fn hashes() -> [u8; 32] {
    let (body, canonical, to_sign) = (black_box([0; 27]), black_box([0; 172]), black_box([0; 131]));
    black_box((Sha256::digest(body), Sha256::digest(canonical)));
    let mut mac = Hmac::<Sha256>::new_from_slice(&black_box([0; 32])).expect("HMAC takes a key of any length");
    mac.update(&to_sign);
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

fn cursor(facts: usize, calls: u32) -> Result<Value, Box<dyn Error>> {
    let (policy, keys) = (pure::policy(20)?, pure::cursor_keys()?);
    let cursor = pure::cursor(pure::memory(facts, &policy.rules().rules, 2)?)?;
    let sealed = cursor.seal(&keys)?;
    Ok(json!({
        "bytes": sealed.as_str().len(),
        "seal": { "ns": measure::rounds(calls, || black_box(&cursor).seal(&keys)) },
        "open": { "ns": measure::rounds(calls, || Cursor::open(sealed.as_str(), &cursor.account, Some(&keys))) },
    }))
}
