//! A certificate of ours, and whoever listens with it.

use std::error::Error;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Makes an authority and a certificate of it for 127.0.0.1, and returns the authority as PEM and a server that shows the
/// certificate. It speaks TLS 1.3 alone.
///
/// # Errors
/// None that a caller could cause.
pub fn server() -> Result<(String, Arc<ServerConfig>), Box<dyn Error>> {
    let mut params = CertificateParams::new(Vec::new())?;
    // OpenSSL takes a certificate that has its authority's name for one that signed itself.
    params.distinguished_name.push(DnType::CommonName, "the bench's authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &authority)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(leaf)], key)?;
    Ok((authority.pem(), Arc::new(config)))
}
