//! Random texts: what must be unique, or secret.

/// So many random bytes of the system's, as lower-case hexadecimal digits.
pub(super) fn hex(bytes: usize) -> Result<String, getrandom::Error> {
    let mut random = vec![0; bytes];
    getrandom::getrandom(&mut random)?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
