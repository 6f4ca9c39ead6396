//! What is printed beside what is done, and never decides it.

use std::io;
use std::process::ExitCode;

use super::{exit, print};

/// Standard output for whoever goes on though it cannot be written to.
#[derive(Default)]
pub(super) struct Beside {
    /// The first failure.
    failed: Option<io::Error>,
}

impl Beside {
    /// Prints it, if it can be printed.
    pub(super) fn out(&mut self, text: &str) {
        if let Err(error) = print::out(text) {
            self.failed.get_or_insert(error);
        }
    }

    /// How to end. That something could not be printed shows, unless a person is called anyway.
    pub(super) fn ended(self, code: u8) -> ExitCode {
        let Some(error) = self.failed else { return ExitCode::from(code) };
        print::wrong(&format!("what was done is done, but not all of it could be printed: standard output: {error}"));
        ExitCode::from(if [exit::HELD, exit::FAILED].contains(&code) { code } else { exit::REFUSED })
    }
}
