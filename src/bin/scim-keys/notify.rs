//! How `scim-keys run` tells people.

use std::path::Path;

use rustix::fs::{Access, access};
use scim_key_lifecycle::clock::SystemClock;
use scim_key_lifecycle::notice::Addressed;
use scim_key_lifecycle::orchestrator::{Channel, Command};
use serde_json::json;

use super::print;

/// The way to people.
pub(super) enum Notify {
    /// A program. Its word counts.
    Program(Command<SystemClock>),
    /// Standard output, for whoever reads it: what was written there counts as accepted.
    Print {
        /// As lines of JSON?
        json: bool,
    },
}

/// Why this program could not be started now, and what to do, if that shows without starting it. It is found out before the
/// first notice is due, which may be in weeks.
pub(super) fn cannot_be_started(program: &Path) -> Option<String> {
    let shown = program.display();
    let wrong = |what: &str| Some(format!("--notify {shown}: {what}"));
    // As the system looks for it: a name alone in PATH, anything else from here.
    if !program.as_os_str().as_encoded_bytes().contains(&b'/') {
        let path = std::env::var_os("PATH")?;
        let is_there = std::env::split_paths(&path).any(|folder| refusal(&folder.join(program)).is_none());
        let what = "PATH has no program of this name: give its path, such as ./NAME, and nothing else, since it is started \
                    without arguments";
        return if is_there { None } else { wrong(what) };
    }
    refusal(program).and_then(|what| wrong(&what))
}

fn refusal(program: &Path) -> Option<String> {
    match std::fs::metadata(program) {
        Err(error) => {
            Some(format!("{error}: give the path of a program, and nothing else: it is started without arguments"))
        }
        Ok(about) if !about.is_file() => Some("it is no file: give the path of a program".to_owned()),
        Ok(_) => {
            access(program, Access::EXEC_OK).err().map(|_| "it is not executable for this user: chmod +x".to_owned())
        }
    }
}

impl Channel for Notify {
    async fn publish(&self, addressed: Addressed<'_>) -> bool {
        let Addressed { account, notice } = addressed;
        match self {
            Self::Program(program) => program.publish(addressed).await,
            Self::Print { json: true } => print::all_out(&format!("{}\n", json!({ "notice": addressed }))).is_ok(),
            Self::Print { json: false } => {
                // Where a notice is of the account as a whole, its text says so by itself.
                let text = notice.text.strip_prefix(&format!("account {account}: ")).unwrap_or(&notice.text);
                print::all_out(&format!("notice of {account}: {}: {text}\n", notice.topic.word())).is_ok()
            }
        }
    }
}
