//! The alternatives to rustls with ring: the floor's request over another TLS library, with one authority.
//!
//! Usage: `handshake aws-lc PORT FILE` or `handshake openssl PORT FILE`. Prints what `first-request` does.

use std::error::Error;
use std::net::TcpStream;

use native_tls::{Certificate, TlsConnector};
use scim_key_lifecycle_benches::{bare, measure};

fn main() -> Result<(), Box<dyn Error>> {
    let began = measure::process_cpu();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, port, file] = arguments.as_slice() else { return Err("LIBRARY PORT FILE".into()) };
    let host = format!("127.0.0.1:{port}");
    match library.as_str() {
        "aws-lc" => {
            let roots = bare::one_authority(file.as_ref())?;
            bare::first_request(&host, bare::tls(&host, roots, rustls::crypto::aws_lc_rs::default_provider())?)?;
        }
        "openssl" => {
            let authority = Certificate::from_pem(&std::fs::read(file)?)?;
            let connector =
                TlsConnector::builder().disable_built_in_roots(true).add_root_certificate(authority).build()?;
            let socket = TcpStream::connect(&host)?;
            socket.set_nodelay(true)?;
            bare::first_request(&host, connector.connect("127.0.0.1", socket)?)?;
        }
        other => return Err(format!("{other}: aws-lc or openssl").into()),
    }
    measure::print(&serde_json::json!({ "cpu_us": (measure::process_cpu() - began).as_nanos() as f64 / 1e3 }));
    Ok(())
}
