//! What the loop is handed: a function, a register, a channel to people.

use serde_json::Value;

use crate::notice::Addressed;
use crate::report::Answer;
use crate::time::Timestamp;

/// The way to the function.
#[expect(async_fn_in_trait, reason = "the loop runs on one thread; no caller needs a Send future")]
pub trait Function {
    /// Invokes it with one event.
    ///
    /// # Errors
    /// Why there is no answer: the function refused the event, crashed, or could not be reached.
    async fn invoke(&self, event: &Value) -> Result<Answer, String>;
}

/// Where an account's generations are kept: each is created once and never changed. `prefix` names the account.
#[expect(async_fn_in_trait, reason = "the loop runs on one thread; no caller needs a Send future")]
pub trait Register {
    /// All generations, in any order.
    async fn list(&self, prefix: &str) -> Result<Vec<Entry>, String>;
    /// The newest generation; `None` if there is none.
    async fn newest(&self, prefix: &str) -> Result<Option<u64>, String> {
        Ok(self.list(prefix).await?.into_iter().map(|entry| entry.generation).max())
    }
    /// What one holds.
    async fn get(&self, prefix: &str, generation: u64) -> Result<String, String>;
    /// Creates one, whole or not at all.
    async fn create(&self, prefix: &str, generation: u64, cursor: &str) -> Result<(), NotCreated>;
    /// Deletes one.
    async fn delete(&self, prefix: &str, generation: u64) -> Result<(), String>;
}

/// One generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub generation: u64,
    /// When it was created.
    pub created: Timestamp,
}

/// Why a generation was not created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCreated {
    /// It exists: somebody was faster.
    Taken,
    /// Something else stood in the way.
    Failed(String),
}

/// A channel to people.
#[expect(async_fn_in_trait, reason = "the loop runs on one thread; no caller needs a Send future")]
pub trait Channel {
    /// Was this notice accepted? Only then does it count as told.
    async fn publish(&self, notice: Addressed<'_>) -> bool;
}
