//! What the floors do: the least that asks the cloud for the same, on a blocking connection, with no policy, no client library
//! and no checks.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::simulator::zones;
use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::tencent::sign::{Signer, Signing};

/// The body of [`first_request`].
pub const BODY: &str = r#"{"ZoneId":"z-acme0demo001"}"#;

/// rustls on a blocking socket.
pub type Tls = StreamOwned<ClientConnection, TcpStream>;

/// Sends a request, and reads the body of the answer.
///
/// # Errors
/// If the connection ends, or the answer has no length.
pub fn exchange(connection: &mut BufReader<impl Read + Write>, request: &str) -> Result<String, Box<dyn Error>> {
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
///
/// # Errors
/// If there is none.
pub fn field<'a>(json: &'a str, name: &str) -> Result<&'a str, Box<dyn Error>> {
    let found = json.split_once(&format!("\"{name}\":\"")).and_then(|(_, rest)| rest.split_once('"'));
    Ok(found.ok_or_else(|| format!("no {name} in {json}"))?.0)
}

/// The cloud at a host, and the secret that signs.
pub struct Cloud {
    /// With its port.
    pub host: String,
    signer: Signer,
}

impl Cloud {
    /// Asks `host`, in the name of this secret.
    ///
    /// # Errors
    /// If it is no secret.
    pub fn new(host: String, id: String, key: String) -> Result<Self, Box<dyn Error>> {
        Ok(Self { host, signer: Signer::new(ApiSecret::new(id, key.into(), None)?) })
    }

    /// The headers of a signed request, in the order in which our client has them.
    pub fn headers(&self, action: &str, body: &str) -> Vec<(&'static str, String)> {
        let at = SystemClock.now();
        let signed_headers = [("content-type", "application/json"), ("host", self.host.as_str())];
        let signing = Signing { service: "organization", at, signed_headers: &signed_headers, body: body.as_bytes() };
        vec![
            ("Host", self.host.clone()),
            ("Content-Type", "application/json".to_owned()),
            ("X-TC-Action", action.to_owned()),
            ("X-TC-Version", "2021-03-31".to_owned()),
            ("X-TC-Timestamp", at.unix_seconds().to_string()),
            ("Authorization", self.signer.authorization(&signing)),
        ]
    }

    /// The whole request, as it is written.
    pub fn request(&self, action: &str, body: &str) -> String {
        let headers = self.headers(action, body);
        let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        format!("POST / HTTP/1.1\r\n{lines}Content-Length: {length}\r\n\r\n{body}")
    }

    /// The simulated cloud's first account, at `host`.
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn simulated(host: String) -> Result<Self, Box<dyn Error>> {
        Self::new(host, zones::SECRET_ID.to_owned(), zones::SECRET_KEY.to_owned())
    }

    /// Lists the keys of a zone, and disables the first.
    ///
    /// # Errors
    /// If the cloud does not answer so.
    pub fn disable_one(&self, to: &mut BufReader<impl Read + Write>, zone: &str) -> Result<(), Box<dyn Error>> {
        let list = exchange(to, &self.request("ListSCIMCredentials", &format!(r#"{{"ZoneId":"{zone}"}}"#)))?;
        let key = field(&list, "CredentialId")?;
        let off = format!(r#"{{"ZoneId":"{zone}","CredentialId":"{key}","NewStatus":"Disabled"}}"#);
        let answer = exchange(to, &self.request("UpdateSCIMCredentialStatus", &off))?;
        if answer.contains("\"Error\"") { Err(answer.into()) } else { Ok(()) }
    }
}

/// A TLS connection that nothing has been written to yet: rustls, and nothing around it.
///
/// # Errors
/// If nobody listens at `host`.
pub fn tls(host: &str, roots: RootCertStore, provider: CryptoProvider) -> Result<Tls, Box<dyn Error>> {
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "127.0.0.1".try_into()?)?;
    let socket = TcpStream::connect(host)?;
    socket.set_nodelay(true)?;
    Ok(StreamOwned::new(connection, socket))
}

/// The authority in a file, alone.
///
/// # Errors
/// If the file has none.
pub fn one_authority(file: &Path) -> Result<RootCertStore, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(file)?)?;
    Ok(roots)
}

/// Writes one signed request, whose far end hangs up once it has all of it.
///
/// # Errors
/// If the request is answered.
pub fn first_request(host: &str, mut connection: impl Read + Write) -> Result<(), Box<dyn Error>> {
    let cloud = Cloud::simulated(host.to_owned())?;
    connection.write_all(cloud.request("ListSCIMCredentials", BODY).as_bytes())?;
    connection.flush()?;
    let mut answer = Vec::new();
    let _hung_up = connection.read_to_end(&mut answer);
    if answer.is_empty() { Ok(()) } else { Err("it was answered".into()) }
}
