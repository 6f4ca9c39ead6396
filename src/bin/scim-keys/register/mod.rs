//! A register in a folder of this machine, with the key that seals it.

mod kept;
mod key;
mod owner;
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

pub(super) use kept::Kept;
pub(super) use key::{existing as existing_keys, given as given_keys, passing as passing_keys};
pub(super) use reset::reset;

/// Why a run has no register.
pub(super) enum Unusable {
    /// What was asked for cannot be: a folder in a place that is not there, a key in the environment that is none.
    Asked(String),
    /// What is there cannot be worked with.
    Found(String),
}

impl Unusable {
    /// In words, with the remedy.
    pub(super) fn why(self) -> String {
        match self {
            Self::Asked(why) | Self::Found(why) => why,
        }
    }
}

/// The register in `dir` and its keys, both made if this is their first use.
pub(super) fn open(dir: &Path) -> Result<(Folder, Keys), Unusable> {
    let given = given_keys().map_err(|bad| Unusable::Asked(bad.to_string()))?;
    make(dir)?;
    let found = |why: Box<dyn Error>| Unusable::Found(why.to_string());
    let folder = folder(dir).map_err(found)?;
    let keys = match given {
        Some(keys) => keys,
        None => sealed_with(&folder).map_err(found)?,
    };
    folder.sweep_left_over(SystemClock.now());
    Ok((folder, keys))
}

/// Makes sure that a register is there and remembers something: a receipt is good for nothing in another.
pub(super) fn check_used(dir: &Path) -> Result<(), String> {
    const REMEDY: &str = "name the register in which the disable is remembered";
    match Folder::new(dir.to_owned(), String::new()).holds_any() {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("{} holds no register: {REMEDY}", dir.display())),
        Err(why) => Err(format!("{why}: {REMEDY}")),
    }
}

/// Makes the folder, if it is not there.
fn make(dir: &Path) -> Result<(), Unusable> {
    let Err(error) = DirBuilder::new().mode(0o700).create(dir) else { return Ok(()) };
    let why = format!("the register {} cannot be made ({error}): make the folder, or name another", dir.display());
    match error.kind() {
        ErrorKind::AlreadyExists => Ok(()),
        ErrorKind::NotFound => Err(Unusable::Asked(why)),
        _ => Err(Unusable::Found(why)),
    }
}

/// The folder's own key, made where nothing was sealed yet.
fn sealed_with(folder: &Folder) -> Result<Keys, Box<dyn Error>> {
    match key::of_folder(folder.path())? {
        Some(keys) => Ok(keys),
        None if folder.holds_any()? => Err(lost(folder.path()).into()),
        None => key::make(folder),
    }
}

fn folder(dir: &Path) -> Result<Folder, Box<dyn Error>> {
    owner::check_folder(dir)?;
    Ok(Folder::new(dir.to_owned(), random::hex(8)?))
}

fn lost(dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "{dir}/key is missing, and the register holds what was sealed with it: put it back, or set \
         SCIM_KEYS_CURSOR_KEY; if it is lost, `scim-keys register reset --register {dir} --account NAME` goes on without"
    )
}
