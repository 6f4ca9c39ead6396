//! The alternatives to rustls with ring: the floor's request over another TLS library, with one authority.
//!
//! Usage: `handshake aws-lc PORT FILE` or `handshake openssl PORT FILE`. Prints what `first-request` does, and what the same takes
//! a second time in this process.

use std::error::Error;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use native_tls::{Certificate, TlsConnector};
use scim_key_lifecycle_benches::{bare, measure};

fn main() -> Result<(), Box<dyn Error>> {
    let began = measure::process_cpu();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, port, file] = arguments.as_slice() else { return Err("LIBRARY PORT FILE".into()) };
    let host = format!("127.0.0.1:{port}");
    let request = || match library.as_str() {
        "aws-lc" => aws_lc(&host, file.as_ref()),
        "openssl" => openssl(&host, file.as_ref()),
        other => Err(format!("{other}: aws-lc or openssl").into()),
    };
    request()?;
    let first = measure::process_cpu();
    request()?;
    let microseconds = |used: Duration| used.as_nanos() as f64 / 1e3;
    let (cpu, again) = (microseconds(first - began), microseconds(measure::process_cpu() - first));
    measure::print(&serde_json::json!({ "cpu_us": cpu, "again_us": again }));
    Ok(())
}

fn aws_lc(host: &str, authority: &Path) -> Result<(), Box<dyn Error>> {
    let roots = bare::one_authority(authority)?;
    bare::first_request(host, bare::tls(host, roots, rustls::crypto::aws_lc_rs::default_provider())?)
}

fn openssl(host: &str, authority: &Path) -> Result<(), Box<dyn Error>> {
    let authority = Certificate::from_pem(&std::fs::read(authority)?)?;
    let connector = TlsConnector::builder().disable_built_in_roots(true).add_root_certificate(authority).build()?;
    let socket = TcpStream::connect(host)?;
    socket.set_nodelay(true)?;
    bare::first_request(host, connector.connect("127.0.0.1", socket)?)
}
