//! The floor of a start: the smallest Rust program that does the same job. It polls, finds the zone, lists its keys, disables
//! the first, and answers.

use std::error::Error;
use std::io::BufReader;
use std::net::TcpStream;

use scim_key_lifecycle_benches::bare::{Cloud, exchange, field};

fn main() -> Result<(), Box<dyn Error>> {
    let host = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut runtime = BufReader::new(TcpStream::connect(&host)?);
    let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {host}\r\n\r\n");
    exchange(&mut runtime, &next)?;
    let url = std::env::var("SCIM_KEYS_ENDPOINT")?;
    let cloud = url.strip_prefix("http://").ok_or("SCIM_KEYS_ENDPOINT is not plain http")?.to_owned();
    let cloud = Cloud::new(cloud, std::env::var("TENCENTCLOUD_SECRET_ID")?, std::env::var("TENCENTCLOUD_SECRET_KEY")?)?;
    let mut connection = BufReader::new(TcpStream::connect(&cloud.host)?);
    let zone = exchange(&mut connection, &cloud.request("DescribeIdentityCenter", "{}"))?;
    cloud.disable_one(&mut connection, field(&zone, "ZoneId")?)?;
    let answer = format!(
        "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    exchange(&mut runtime, &answer)?;
    // Its memory is read once it has answered.
    exchange(&mut runtime, &next)?;
    Ok(())
}
