//! Bytes in lower-case hexadecimal, and hashes that serve as names. Pure.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

/// Prints the bytes as two digits each.
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digit by digit, because `{:02x}` takes ten times as long, and every request has three hashes in it.
        let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
        self.0.iter().try_for_each(|byte| {
            f.write_char(digit(byte >> 4))?;
            f.write_char(digit(byte & 15))
        })
    }
}

/// The first bytes of the SHA-256 of a text, so many: a name that is short, and the same wherever it is made.
pub fn name_of(text: &str, bytes: usize) -> String {
    Hex(&Sha256::digest(text)[..bytes]).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Registers and run ids are kept under such names.
    #[test]
    fn a_name_is_the_beginning_of_the_hash() {
        assert_eq!(name_of("test", 8), "9f86d081884c7d65");
        assert_eq!(name_of("test", 16), "9f86d081884c7d659a2feaa0c55ad015");
        assert_eq!(Hex(&[0, 10, 255]).to_string(), "000aff");
    }
}
