//! The key that seals a folder's register: the environment's, or the one in the folder itself.

use std::error::Error;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use scim_key_lifecycle::config::{self, BadConfig};
use scim_key_lifecycle::cursor::Keys;
use scim_key_lifecycle::orchestrator::{Folder, NotCreated};

use super::owner::check_owner;
use super::random;

/// The name of the key's file in the folder.
const NAME: &str = "key";

/// How many random bytes a key has: as many as SHA-256 puts out.
const BYTES: usize = 32;

/// The key of `SCIM_KEYS_CURSOR_KEY`, or else the one in this folder; `None` if there is neither.
pub(in super::super) fn existing(dir: Option<&Path>) -> Result<Option<Keys>, Box<dyn Error>> {
    match (given()?, dir) {
        (None, Some(dir)) => of_folder(dir),
        (given, _) => Ok(given),
    }
}

/// The key of `SCIM_KEYS_CURSOR_KEY`, if it is set.
pub(in super::super) fn given() -> Result<Option<Keys>, BadConfig> {
    config::given_cursor_keys(|name| std::env::var(name).ok())
}

/// The key in this folder, if there is one.
pub(super) fn of_folder(dir: &Path) -> Result<Option<Keys>, Box<dyn Error>> {
    read(&dir.join(NAME))
}

/// A key for one run alone, which seals what that run's hops tell each other and is gone with it.
pub(in super::super) fn passing() -> Result<Keys, Box<dyn Error>> {
    Ok(Keys::parse(&random::hex(BYTES)?.into())?)
}

/// Makes the folder's key. If another process is making it at the same time, both get the one that was first.
pub(super) fn make(folder: &Folder) -> Result<Keys, Box<dyn Error>> {
    let key = random::hex(BYTES)?;
    match folder.create_file(NAME, key.as_bytes()) {
        Ok(()) => Ok(Keys::parse(&key.into())?),
        Err(NotCreated::Taken) => {
            let path = folder.path().join(NAME);
            read(&path)?.ok_or_else(|| format!("{} came and went", path.display()).into())
        }
        Err(NotCreated::Failed(why)) => Err(format!("the register's key cannot be made: {why}").into()),
    }
}

/// Reads a key that nobody but its owner may read, this user or root. Anybody who has it can make the function believe anything.
fn read(path: &Path) -> Result<Option<Keys>, Box<dyn Error>> {
    let place = path.display();
    let unreadable =
        |error: std::io::Error| format!("{place} cannot be read: {error}; let this user read it, and nobody else");
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    let about = file.metadata().map_err(unreadable)?;
    check_owner(&about, &place)?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let why = format!("others may read or change it (mode {mode:03o})");
        return Err(format!("{place} is not used: {why}; `chmod 600 {place}` if nobody has").into());
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    // An editor, or `openssl rand -hex 32 >key`, ends the line.
    let text = text.trim_end().to_owned();
    Keys::parse(&text.into()).map(Some).map_err(|bad| format!("{place}: {bad}; put the right key there").into())
}
