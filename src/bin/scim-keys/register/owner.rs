//! Whose the folder and its key must be: who can put a key there, with what it seals, can make a run believe anything.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Display, Path};

/// Refuses a folder in which anybody but this user and root may create files.
pub(super) fn check_folder(dir: &Path) -> Result<(), String> {
    let place = dir.display();
    let about = fs::metadata(dir).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("{place} is not there"),
        _ => format!("{place} cannot be read: {error}; let this user read it"),
    })?;
    check_owner(&about, &place)?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o022 == 0 {
        return Ok(());
    }
    Err(format!(
        "{place} is not used: others may create files in it (mode {mode:03o}); `chmod go-w {place}` if nobody has, or name \
         a folder in it that is not there yet"
    ))
}

/// Refuses what belongs to neither this user nor root.
pub(super) fn check_owner(about: &Metadata, place: &Display<'_>) -> Result<(), String> {
    let (owner, us) = (about.uid(), rustix::process::geteuid().as_raw());
    if owner == us || owner == 0 {
        return Ok(());
    }
    Err(format!(
        "{place} is not used: it belongs to user {owner}, and this is user {us}; run as that one (`sudo -u '#{owner}' …`), or, \
         if that user's runs need it no more and nobody has changed it, `chown {us} {place}`"
    ))
}
