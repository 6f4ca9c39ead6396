//! How `scim-keys run` tells people.

use scim_key_lifecycle::clock::SystemClock;
use scim_key_lifecycle::notice::Notice;
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
    async fn publish(&self, notice: &Notice) -> bool {
        match self {
            Self::Program(program) => program.publish(notice).await,
            Self::Print { json: true } => print::all_out(&format!("{}\n", json!({ "notice": notice }))).is_ok(),
            Self::Print { json: false } => {
                print::all_out(&format!("notice: {}: {}\n", notice.topic.word(), notice.text)).is_ok()
            }
        }
    }
}
