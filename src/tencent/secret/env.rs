//! `env`: the secret stands in the process environment.
//!
//! Two spellings are in use: the SDKs' (`TENCENTCLOUD_SECRET_ID`) and the one that the cloud's own functions are given
//! (`TENCENTCLOUD_SECRETID`). The id decides which one is read, and the other parts must stand in the same: a key of
//! one secret is never paired with the id of another. Where both ids are set, nothing says which one is meant, and the
//! secret is refused, even if they are equal.

use super::names::Names;
use super::{ApiSecret, Fault, Surroundings};

/// What the SDKs and the command line tool read. (The token is our addition: they read none.)
pub const OF_THE_SDKS: Names =
    Names { id: "TENCENTCLOUD_SECRET_ID", key: "TENCENTCLOUD_SECRET_KEY", token: "TENCENTCLOUD_SESSION_TOKEN" };

/// What the cloud's own functions are given, and nobody else may set there.
pub const OF_CLOUD_FUNCTIONS: Names =
    Names { id: "TENCENTCLOUD_SECRETID", key: "TENCENTCLOUD_SECRETKEY", token: "TENCENTCLOUD_SESSIONTOKEN" };

/// Reads the secret in the one spelling that gives an id.
pub fn read(surroundings: &Surroundings) -> Result<ApiSecret, Fault> {
    let given = |names: Names| surroundings.text(names.id).is_some();
    let names = match (given(OF_THE_SDKS), given(OF_CLOUD_FUNCTIONS)) {
        (true, false) => OF_THE_SDKS,
        (false, true) => OF_CLOUD_FUNCTIONS,
        (true, true) => return Err(Fault::TwoSpellings),
        (false, false) => return Err(Fault::NoId),
    };
    names.read(|name| surroundings.text(name))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const ID: (&str, &str) = ("TENCENTCLOUD_SECRET_ID", "AKIDA");
    const KEY: (&str, &str) = ("TENCENTCLOUD_SECRET_KEY", "KEYA");
    const TOKEN: (&str, &str) = ("TENCENTCLOUD_SESSION_TOKEN", "TOKENA");
    const SCF_ID: (&str, &str) = ("TENCENTCLOUD_SECRETID", "AKIDB");
    const SCF_KEY: (&str, &str) = ("TENCENTCLOUD_SECRETKEY", "KEYB");
    const SCF_TOKEN: (&str, &str) = ("TENCENTCLOUD_SESSIONTOKEN", "TOKENB");

    fn read_from(variables: &[(&str, &str)]) -> Result<ApiSecret, Fault> {
        read(&Surroundings::of(variables))
    }

    fn parts(secret: &ApiSecret) -> (&str, &str, Option<&str>) {
        (secret.id(), secret.key().expose_secret(), secret.token().map(|token| token.expose_secret()))
    }

    #[test]
    fn each_spelling_is_read_whole() {
        assert_eq!(parts(&read_from(&[ID, KEY]).unwrap()), ("AKIDA", "KEYA", None));
        assert_eq!(parts(&read_from(&[ID, KEY, TOKEN]).unwrap()), ("AKIDA", "KEYA", Some("TOKENA")));
        assert_eq!(parts(&read_from(&[SCF_ID, SCF_KEY, SCF_TOKEN]).unwrap()), ("AKIDB", "KEYB", Some("TOKENB")));
    }

    #[test]
    fn a_part_in_the_other_spelling_is_not_borrowed() {
        let missing = |variables: &[_]| match read_from(variables).unwrap_err() {
            Fault::Missing { name, .. } => name,
            other => panic!("{other}"),
        };
        assert_eq!(missing(&[ID, SCF_KEY]), "TENCENTCLOUD_SECRET_KEY");
        assert_eq!(missing(&[SCF_ID, KEY]), "TENCENTCLOUD_SECRETKEY");
        assert_eq!(read_from(&[ID, KEY, SCF_TOKEN]).unwrap().token().map(|_| ()), None);
    }

    #[test]
    fn two_ids_are_one_too_many_even_if_equal() {
        assert_eq!(read_from(&[ID, KEY, SCF_ID, SCF_KEY]).unwrap_err(), Fault::TwoSpellings);
        assert_eq!(read_from(&[ID, KEY, ("TENCENTCLOUD_SECRETID", "AKIDA")]).unwrap_err(), Fault::TwoSpellings);
    }

    #[test]
    fn an_empty_variable_is_a_missing_one() {
        assert_eq!(read_from(&[("TENCENTCLOUD_SECRET_ID", ""), KEY]).unwrap_err(), Fault::NoId);
        assert_eq!(read_from(&[("TENCENTCLOUD_SECRET_ID", ""), SCF_ID, SCF_KEY]).unwrap().id(), "AKIDB");
        assert_eq!(read_from(&[ID, KEY, ("TENCENTCLOUD_SESSION_TOKEN", "")]).unwrap().token().map(|_| ()), None);
        let fault = read_from(&[ID, ("TENCENTCLOUD_SECRET_KEY", "")]).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "TENCENTCLOUD_SECRET_KEY is missing or empty; it must stand beside TENCENTCLOUD_SECRET_ID"
        );
    }

    #[test]
    fn a_broken_variable_is_named_and_not_shown() {
        let fault = read_from(&[ID, ("TENCENTCLOUD_SECRET_KEY", "hunter2\n")]).unwrap_err();
        let said = format!("{fault} {fault:?}");
        assert!(said.contains("TENCENTCLOUD_SECRET_KEY cannot be used: the secret key holds"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}
