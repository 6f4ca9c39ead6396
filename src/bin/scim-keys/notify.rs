//! How `scim-keys run` tells people.

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
