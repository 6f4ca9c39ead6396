//! Signs one request many times with the crate `tencent-sdk`. Usage: `sign CALLS`. Prints the nanoseconds of a call in each of
//! seven rounds, and the signature.

use std::hint::black_box;
use std::time::Instant;

use tencent_sdk::Auth;
use tencent_sdk::signing::{SigningInput, build_tc3_headers};

fn main() {
    let calls: u32 = std::env::args().nth(1).and_then(|calls| calls.parse().ok()).expect("how many calls");
    let auth = Auth::tc3("AKIDSIMULATOR0000000000000000000NOTREAL", "simulator-secret-key-not-real");
    let input = SigningInput {
        method: &http::Method::POST,
        service: "organization",
        host: "organization.intl.tencentcloudapi.com",
        path: "/",
        canonical_query: "",
        region: None,
        action: "ListSCIMCredentials",
        version: "2021-03-31",
        payload: r#"{"ZoneId":"z-acme0demo001"}"#,
        timestamp: 1_795_500_000,
    };
    let sign = || build_tc3_headers(black_box(&auth), black_box(&input)).expect("it signs");
    let mut rounds: Vec<String> = Vec::new();
    for round in 0..8 {
        let began = Instant::now();
        for _ in 0..calls {
            black_box(sign());
        }
        if round > 0 {
            rounds.push((began.elapsed().as_nanos() as f64 / f64::from(calls)).to_string());
        }
    }
    let authorization = sign()["Authorization"].to_str().expect("visible ASCII").to_owned();
    println!(r#"{{"ns":[{}],"authorization":"{authorization}"}}"#, rounds.join(","));
}
