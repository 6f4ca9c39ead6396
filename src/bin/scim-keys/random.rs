//! Random texts: what must be unique, or secret.

use scim_key_lifecycle::hex::Hex;

/// So many random bytes of the system's, as lower-case hexadecimal digits.
pub(super) fn hex(bytes: usize) -> Result<String, getrandom::Error> {
    let mut random = vec![0; bytes];
    getrandom::getrandom(&mut random)?;
    Ok(Hex(&random).to_string())
}
