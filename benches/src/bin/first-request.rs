//! The first signed request over TLS: what its client's CPU does from nothing to the bytes written, the client's making
//! included.
//!
//! ```text
//! first-request serve FILE        listens, writes its authority to FILE and prints its port; hangs up on every request
//! first-request ours ROOTS PORT FILE     ROOTS: mozilla, or system (with SSL_CERT_FILE)
//! first-request bare ROOTS PORT FILE     a rustls handshake and one write of the same request, on a blocking socket; or one,
//!                                        which is FILE's authority alone
//! ```
//!
//! Prints the microseconds of CPU that the whole process used since its first line. A client cannot see when its library has
//! written; so each counts until the far end, having the whole request, hangs up. `mozilla` is Mozilla's list with the bench's
//! own authority beside it.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use scim_key_lifecycle::tencent::endpoint::Endpoint;
use scim_key_lifecycle::tencent::https::{self, Https, TrustRoots};
use scim_key_lifecycle::tencent::transport::{Request, Transport, Undelivered};
use scim_key_lifecycle_benches::bare::{self, BODY, Cloud};
use scim_key_lifecycle_benches::{measure, tls};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

fn main() -> Result<(), Box<dyn Error>> {
    let began = measure::process_cpu();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve", file] => return serve(Path::new(file)),
        ["ours", roots, port, file] => ours(roots, port, Path::new(file))?,
        ["bare", roots, port, file] => floor(roots, port, Path::new(file))?,
        _ => return Err("serve FILE, ours ROOTS PORT FILE, or bare ROOTS PORT FILE".into()),
    }
    measure::print(&json!({ "cpu_us": (measure::process_cpu() - began).as_nanos() as f64 / 1e3 }));
    Ok(())
}

/// Mozilla's authorities, and the bench's own.
fn mozilla(file: &Path) -> Result<RootCertStore, Box<dyn Error>> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add(CertificateDer::from_pem_file(file)?)?;
    Ok(roots)
}

fn ours(roots: &str, port: &str, file: &Path) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = match roots {
        "mozilla" => https::client_trusting(mozilla(file)?)?,
        _ => https::client(TrustRoots::System)?,
    };
    let endpoint = Endpoint::parse(&format!("https://127.0.0.1:{port}"))?;
    let request = Request {
        headers: Cloud::simulated(endpoint.host().to_owned())?.headers("ListSCIMCredentials", BODY),
        body: BODY.into(),
    };
    match runtime.block_on(Https::new(client, endpoint).send(request, Duration::from_secs(5))) {
        Err(Undelivered::MaybeSent(_)) => Ok(()),
        other => Err(format!("it was not hung up on: {other:?}").into()),
    }
}

fn floor(roots: &str, port: &str, file: &Path) -> Result<(), Box<dyn Error>> {
    let roots = match roots {
        "mozilla" => mozilla(file)?,
        "one" => bare::one_authority(file)?,
        _ => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots
        }
    };
    let host = format!("127.0.0.1:{port}");
    bare::first_request(&host, bare::tls(&host, roots, rustls::crypto::ring::default_provider())?)
}

#[tokio::main(flavor = "current_thread")]
async fn serve(file: &Path) -> Result<(), Box<dyn Error>> {
    let (authority, config) = tls::server()?;
    std::fs::write(file, authority)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    measure::print(&json!({ "port": listener.local_addr()?.port() }));
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    loop {
        let (socket, _) = listener.accept().await?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(socket).await else { return };
            let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
            while !read.ends_with(BODY.as_bytes()) {
                match stream.read(&mut buffer).await {
                    Ok(bytes @ 1..) => read.extend_from_slice(&buffer[..bytes]),
                    Ok(0) | Err(_) => return,
                }
            }
        });
    }
}
