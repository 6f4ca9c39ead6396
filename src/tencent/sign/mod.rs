//! TC3-HMAC-SHA256.
use super::secret::ApiSecret;
use crate::time::Timestamp;
/// stub
pub struct Signing<'a> {
    /// a
    pub secret: &'a ApiSecret,
    /// b
    pub service: &'a str,
    /// c
    pub at: Timestamp,
    /// d
    pub signed_headers: &'a [(&'a str, &'a str)],
    /// e
    pub body: &'a [u8],
}
/// stub
pub fn authorization(_: &Signing<'_>) -> String {
    String::new()
}
