//! `profile:NAME`: the secret stands in a section of `~/.tencentcloud/credentials`, the file of the SDKs.
//!
//! ```ini
//! [NAME]
//! secret_id = AKID…
//! secret_key = …
//! token = …
//! ```
//!
//! (`token` is our addition, for a temporary secret; the SDKs ignore it.) Other fields are ignored. Lines may be empty or
//! comments (`#` or `;` at their start). Where two readers could differ about which value counts (a section or a field
//! twice, a value in quotes, a line that is none of these), the file is refused.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::names::FIELDS;
use super::{ApiSecret, Fault, Surroundings};

/// The longest file that is read, in bytes. A hundred profiles need about 20 KiB.
const MAX_FILE: u64 = 256 * 1024;

/// Reads the secret of one profile.
pub fn read(name: &str, surroundings: &Surroundings) -> Result<ApiSecret, Fault> {
    let path = surroundings.credentials_file()?;
    let text = read_file(&path).map_err(|error| Fault::File { path: path.clone(), why: error.to_string() })?;
    let sections = sections(&text).map_err(|(line, why)| Fault::Line { path: path.clone(), line, why })?;
    let section = sections.get(name).ok_or_else(|| Fault::NoSection { path, section: name.to_owned() })?;
    FIELDS.read(|field| section.get(field).map(|value| (*value).to_owned()))
}

fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_FILE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE {
        return Err(io::Error::other(format!("it is longer than {} KiB", MAX_FILE / 1024)));
    }
    Ok(text)
}

type Sections<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>;

/// Every section of the file, or the number of the first wrong line and what is wrong with it.
fn sections(text: &str) -> Result<Sections<'_>, (usize, &'static str)> {
    let mut sections = Sections::new();
    let mut current = None;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let name = name.trim();
            if sections.insert(name, BTreeMap::new()).is_some() {
                return Err((number, "this section stands twice; leave one"));
            }
            current = Some(name);
            continue;
        }
        let (field, value) = line.split_once('=').ok_or((number, "write `[section]` or `field = value`"))?;
        let section = current.and_then(|name| sections.get_mut(name));
        let section = section.ok_or((number, "this field stands before the first `[section]`"))?;
        let value = value.trim_start();
        if value.starts_with(['"', '\'']) {
            return Err((number, "leave out the quotes; some readers take them for a part of the value"));
        }
        if section.insert(field.trim_end(), value).is_some() {
            return Err((number, "this field stands twice in its section; leave one"));
        }
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use secrecy::ExposeSecret;

    use super::*;

    /// A home directory of one test's own, gone when the test is.
    struct Home(PathBuf);

    impl Home {
        fn with(test: &str, credentials: &[u8]) -> Self {
            let home = std::env::temp_dir().join(format!("scim-keys-profile-{}-{test}", std::process::id()));
            fs::create_dir_all(home.join(".tencentcloud")).unwrap();
            fs::write(home.join(".tencentcloud/credentials"), credentials).unwrap();
            Self(home)
        }

        fn read(&self, profile: &str) -> Result<ApiSecret, Fault> {
            read(profile, &Surroundings::of(&[("HOME", self.0.to_str().unwrap())]))
        }
    }

    impl Drop for Home {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    const FILE: &[u8] = b"# two accounts\r\n[default]\r\nsecret_id=AKIDA\r\nsecret_key = KEYA==\r\nrole_arn = x\r\n\
        \n; a temporary one\n[ acme ]\n  secret_id = AKIDB\n  secret_key\t=\tKEYB\ntoken = TOKENB\n[empty]\nsecret_id =\n";

    #[test]
    fn a_profile_is_the_section_of_its_name() {
        let home = Home::with("sections", FILE);
        let secret = home.read("default").unwrap();
        assert_eq!((secret.id(), secret.key().expose_secret()), ("AKIDA", "KEYA=="));
        assert!(secret.token().is_none());
        let secret = home.read("acme").unwrap();
        assert_eq!((secret.id(), secret.key().expose_secret()), ("AKIDB", "KEYB"));
        assert_eq!(secret.token().unwrap().expose_secret(), "TOKENB");
    }

    #[test]
    fn no_other_profile_stands_in_for_a_missing_one() {
        let home = Home::with("missing", FILE);
        let said = home.read("Acme").unwrap_err().to_string();
        assert!(said.ends_with("has no section [Acme]; add one with secret_id and secret_key"), "{said}");
        let said = home.read("empty").unwrap_err().to_string();
        assert_eq!(said, "secret_id is missing or empty; it must stand beside secret_key");
    }

    #[test]
    fn a_file_that_two_readers_could_read_differently_is_refused_with_its_line() {
        let home = Home::with("lines", b"");
        let refused = |text: &str| {
            fs::write(home.0.join(".tencentcloud/credentials"), text).unwrap();
            match home.read("a").unwrap_err() {
                Fault::Line { line, why, .. } => (line, why),
                other => panic!("{other}"),
            }
        };
        assert_eq!(refused("[a]\n[b]\n[a]\n"), (3, "this section stands twice; leave one"));
        assert_eq!(refused("[a]\nx=1\n\nx = 2\n"), (4, "this field stands twice in its section; leave one"));
        assert_eq!(refused("x=1\n[a]\n"), (1, "this field stands before the first `[section]`"));
        let quotes = "leave out the quotes; some readers take them for a part of the value";
        assert_eq!(refused("[a]\nsecret_id = \"AKIDA\"\n"), (2, quotes));
        assert_eq!(refused("[a]\nsecret_id='AKIDA'\n"), (2, quotes));
        assert_eq!(refused("[a]\nsecret_key: hunter2\n"), (2, "write `[section]` or `field = value`"));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let home = Home::with("unreadable", &[0xff, 0xfe]);
        assert!(home.read("a").unwrap_err().to_string().contains(".tencentcloud/credentials cannot be read: "));
        let endless = vec![b'\n'; 256 * 1024 + 1];
        fs::write(home.0.join(".tencentcloud/credentials"), endless).unwrap();
        assert!(home.read("a").unwrap_err().to_string().contains("it is longer than 256 KiB"));
        fs::remove_file(home.0.join(".tencentcloud/credentials")).unwrap();
        assert!(home.read("a").unwrap_err().to_string().contains("No such file"));
        assert_eq!(read("a", &Surroundings::of(&[])).unwrap_err(), Fault::NoHome);
    }
}
