//! The register as the loop has it: in its folder, or nowhere to be read.

use scim_key_lifecycle::orchestrator::{Entry, Folder, NotCreated, Register};

/// Where a run's memory is kept.
pub(in super::super) enum Kept {
    /// In a folder.
    In(Folder),
    /// In none that can be worked with. Every run finds it unreadable, for this reason.
    Nowhere(String),
}

impl Kept {
    fn folder(&self) -> Result<&Folder, String> {
        match self {
            Self::In(folder) => Ok(folder),
            Self::Nowhere(why) => Err(why.clone()),
        }
    }
}

impl Register for Kept {
    async fn list(&self, prefix: &str) -> Result<Vec<Entry>, String> {
        self.folder()?.list(prefix).await
    }

    async fn get(&self, prefix: &str, generation: u64) -> Result<String, String> {
        self.folder()?.get(prefix, generation).await
    }

    async fn create(&self, prefix: &str, generation: u64, cursor: &str) -> Result<(), NotCreated> {
        self.folder().map_err(NotCreated::Failed)?.create(prefix, generation, cursor).await
    }

    async fn delete(&self, prefix: &str, generation: u64) -> Result<(), String> {
        self.folder()?.delete(prefix, generation).await
    }
}
