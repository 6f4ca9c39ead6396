//! A register in a folder of this machine, one file for each generation.
//!
//! A file appears under its name whole or not at all, and never over another one: it is written beside, forced to the
//! disk, and then linked to its name, which the system refuses if the name exists. So no lock is needed, and a crash
//! leaves at most a temporary file. The folder must be on a file system that knows hard links, as Unix ones do.
//!
//! Nothing in here reads what a generation says, and no file is ever written to again.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Entry, NotCreated, Register};
use crate::cursor::jws::MAX_TEXT;
use crate::time::Timestamp;

/// What the name of a temporary file begins with. No generation's does.
const TEMPORARY: &str = ".temporary-";

/// After this a temporary file is one that a crash left: no process takes so long to write a few kilobytes.
const LEFT_OVER: Duration = Duration::from_hours(1);

/// The register of all accounts, in one folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    unique: String,
    /// How many temporary files this one has made.
    made: Cell<u64>,
}

impl Folder {
    /// The register in the folder at `path`, which must be there. `unique` is a file name's worth of letters and digits
    /// that no other process has, such as a random one.
    pub fn new(path: PathBuf, unique: String) -> Self {
        Self { path, unique, made: Cell::new(0) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Creates a file that only its owner may read, whole or not at all.
    ///
    /// # Errors
    /// [`NotCreated::Taken`] if there is a file of this name; it is left as it is.
    pub fn create_file(&self, name: &str, content: &[u8]) -> Result<(), NotCreated> {
        let temporary = self.path.join(format!("{TEMPORARY}{}-{}", self.unique, self.made.get()));
        self.made.set(self.made.get() + 1);
        let created = write_through(&temporary, content)
            .map_err(|error| failed("write", &temporary, &error))
            .and_then(|()| link(&temporary, &self.path.join(name)));
        // If it stays, it is swept.
        let _stays = fs::remove_file(&temporary);
        created?;
        // The name must be on the disk as well before anybody builds on it.
        File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(|error| failed("sync", &self.path, &error))
    }

    /// Does it hold a generation of any account?
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn holds_any(&self) -> Result<bool, String> {
        let names = self.names()?;
        Ok(names.iter().filter_map(|name| name.rsplit_once('-')).any(|(prefix, number)| {
            // Another process may be making one right now.
            !prefix.starts_with(TEMPORARY) && generation(number).is_some()
        }))
    }

    /// Deletes the temporary files that crashes left behind. What cannot be deleted stays: nobody reads it.
    pub fn sweep_left_over(&self, now: Timestamp) {
        for name in self.names().unwrap_or_default().iter().filter(|name| name.starts_with(TEMPORARY)) {
            let path = self.path.join(name);
            if modified(&path).is_ok_and(|at| at.plus(LEFT_OVER) < now) {
                let _stays = fs::remove_file(path);
            }
        }
    }

    /// The names of its files, as far as they are text.
    fn names(&self) -> Result<Vec<String>, String> {
        let failed = |error| unreadable(&self.path, &error);
        let entries = fs::read_dir(&self.path).map_err(failed)?;
        let names: io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.file_name())).collect();
        Ok(names.map_err(failed)?.into_iter().filter_map(|name| name.into_string().ok()).collect())
    }

    /// Is what is there for a generation surely no cursor? One that merely cannot be read may be good.
    pub fn holds_no_cursor(&self, prefix: &str, generation: u64) -> bool {
        let too_long = |bytes| usize::try_from(bytes).is_ok_and(|bytes: usize| bytes > MAX_TEXT);
        fs::metadata(self.of(prefix, generation)).is_ok_and(|about| !about.is_file() || too_long(about.len()))
    }

    fn of(&self, prefix: &str, generation: u64) -> PathBuf {
        self.path.join(format!("{prefix}-{generation}"))
    }
}

impl Register for Folder {
    async fn list(&self, prefix: &str) -> Result<Vec<Entry>, String> {
        let mut entries = Vec::new();
        for name in self.names()? {
            let number = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
            let Some(generation) = number.and_then(generation) else { continue };
            let path = self.path.join(&name);
            match modified(&path) {
                Ok(created) => entries.push(Entry { generation, created }),
                // Another process has swept it since.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(unreadable(&path, &error)),
            }
        }
        Ok(entries)
    }

    async fn get(&self, prefix: &str, generation: u64) -> Result<String, String> {
        let path = self.of(prefix, generation);
        let mut content = Vec::new();
        // One byte more than a cursor ever has shows that it is too long.
        let limit = u64::try_from(MAX_TEXT).unwrap_or(u64::MAX).saturating_add(1);
        let place = path.display();
        // Whoever opens a pipe waits for somebody at its other end.
        if !fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.is_file() {
            return Err(format!("{place} is not a file: move it away, the folder is the register's own"));
        }
        let read = File::open(&path).and_then(|file| file.take(limit).read_to_end(&mut content));
        read.map_err(|error| unreadable(&path, &error))?;
        if content.len() > MAX_TEXT {
            return Err(format!("{place} has more than {MAX_TEXT} bytes, and no cursor is so long: move it away"));
        }
        // What is not text was not sealed, and whoever opens it says so.
        Ok(String::from_utf8_lossy(&content).into_owned())
    }

    async fn create(&self, prefix: &str, generation: u64, cursor: &str) -> Result<(), NotCreated> {
        self.create_file(&format!("{prefix}-{generation}"), cursor.as_bytes())
    }

    async fn delete(&self, prefix: &str, generation: u64) -> Result<(), String> {
        let path = self.of(prefix, generation);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(format!("{} cannot be deleted: {error}", path.display()))
            }
            _ => Ok(()),
        }
    }
}

/// The number of a generation, as its file's name has it: each number has one name only.
fn generation(digits: &str) -> Option<u64> {
    digits.parse().ok().filter(|number: &u64| number.to_string() == digits)
}

/// Writes a new file, down to the disk.
fn write_through(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn link(from: &Path, to: &Path) -> Result<(), NotCreated> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(in_its_place(to)),
        Err(error) => Err(failed("link", to, &error)),
        Ok(()) => Ok(()),
    }
}

/// What has the name already. A link that leads nowhere is listed by nobody, so whoever waits for it to show waits for ever.
fn in_its_place(path: &Path) -> NotCreated {
    if path.is_symlink() {
        let place = path.display();
        return NotCreated::Failed(format!("{place} is a link: move it away, the folder is the register's own"));
    }
    NotCreated::Taken
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("{} is not there", path.display()),
        _ => format!("{} cannot be read: {error}; let this user read it", path.display()),
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> NotCreated {
    NotCreated::Failed(format!(
        "cannot {what} {}: {error}; the folder must be one that this user may write to, on a disk that has room and hard links",
        path.display()
    ))
}

/// When a file was written, which is when it was created.
fn modified(path: &Path) -> io::Result<Timestamp> {
    let since = fs::metadata(path)?.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp::from_unix_seconds(0).plus(since))
}
