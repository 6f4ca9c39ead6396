//! A register in a folder of this machine, with the key that seals it.

mod key;
mod reset;

use std::error::Error;
use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::cursor::Keys;
use scim_key_lifecycle::orchestrator::Folder;

use super::random;

pub(super) use key::existing as existing_keys;
pub(super) use reset::reset;

/// The register in `dir` and its keys, both made if this is their first use.
pub(super) fn open(dir: &Path) -> Result<(Folder, Keys), Box<dyn Error>> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            let dir = dir.display();
            return Err(format!("the register {dir} cannot be made ({error}): make the folder, or name another").into());
        }
        _ => {}
    }
    let folder = folder(dir)?;
    let keys = match existing_keys(Some(dir))? {
        Some(keys) => keys,
        None if folder.holds_any()? => return Err(lost(dir).into()),
        None => key::make(&folder)?,
    };
    folder.sweep_left_over(SystemClock.now());
    Ok((folder, keys))
}

fn folder(dir: &Path) -> Result<Folder, Box<dyn Error>> {
    Ok(Folder::new(dir.to_owned(), random::hex(8)?))
}

fn lost(dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "{dir}/key is missing, and the register holds what was sealed with it: put it back, or set \
         SCIM_KEYS_CURSOR_KEY; if it is lost, `scim-keys register reset --register {dir} --account NAME` goes on without"
    )
}
