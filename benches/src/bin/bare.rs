//! The floor of a start: the smallest Rust program that does the same job, on blocking sockets, with no policy, no client
//! library and no checks. It polls, finds the zone, lists its keys, disables the first, and answers.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::tencent::sign::{Signer, Signing};

fn main() -> Result<(), Box<dyn Error>> {
    let host = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let mut runtime = BufReader::new(TcpStream::connect(&host)?);
    let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {host}\r\n\r\n");
    exchange(&mut runtime, &next)?;
    let cloud = Cloud::from_environment()?;
    let mut connection = BufReader::new(TcpStream::connect(&cloud.host)?);
    let zone = cloud.call(&mut connection, "DescribeIdentityCenter", "{}")?;
    let zone = field(&zone, "ZoneId")?;
    let list = cloud.call(&mut connection, "ListSCIMCredentials", &format!(r#"{{"ZoneId":"{zone}"}}"#))?;
    let key = field(&list, "CredentialId")?;
    let off = format!(r#"{{"ZoneId":"{zone}","CredentialId":"{key}","NewStatus":"Disabled"}}"#);
    cloud.call(&mut connection, "UpdateSCIMCredentialStatus", &off)?;
    let answer = format!(
        "POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    exchange(&mut runtime, &answer)?;
    // Its memory is read once it has answered.
    exchange(&mut runtime, &next)?;
    Ok(())
}

struct Cloud {
    host: String,
    signer: Signer,
}

impl Cloud {
    fn from_environment() -> Result<Self, Box<dyn Error>> {
        let url = std::env::var("SCIM_KEYS_ENDPOINT")?;
        let host = url.strip_prefix("http://").ok_or("SCIM_KEYS_ENDPOINT is not plain http")?.to_owned();
        let (id, key) = (std::env::var("TENCENTCLOUD_SECRET_ID")?, std::env::var("TENCENTCLOUD_SECRET_KEY")?);
        Ok(Self { host, signer: Signer::new(ApiSecret::new(id, key.into(), None)?) })
    }

    fn call(&self, connection: &mut BufReader<TcpStream>, action: &str, body: &str) -> Result<String, Box<dyn Error>> {
        let at = SystemClock.now();
        let authorization = self.signer.authorization(&Signing {
            service: "organization",
            at,
            signed_headers: &[("content-type", "application/json"), ("host", &self.host)],
            body: body.as_bytes(),
        });
        let (host, at, length) = (&self.host, at.unix_seconds(), body.len());
        exchange(
            connection,
            &format!(
                "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nX-TC-Action: {action}\r\n\
                 X-TC-Version: 2021-03-31\r\nX-TC-Timestamp: {at}\r\nAuthorization: {authorization}\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            ),
        )
    }
}

/// Sends a request, and reads the body of the answer.
fn exchange(connection: &mut BufReader<TcpStream>, request: &str) -> Result<String, Box<dyn Error>> {
    connection.get_mut().write_all(request.as_bytes())?;
    let (mut line, mut length) = (String::new(), 0);
    while connection.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(String::from_utf8(body)?)
}

/// The first text of this name.
fn field<'a>(json: &'a str, name: &str) -> Result<&'a str, Box<dyn Error>> {
    let found = json.split_once(&format!("\"{name}\":\"")).and_then(|(_, rest)| rest.split_once('"'));
    Ok(found.ok_or_else(|| format!("no {name} in {json}"))?.0)
}
