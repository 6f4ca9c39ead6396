//! A restore: a person wants back a key, or SCIM synchronisation, that a run switched off.
//!
//! ```json
//! { "source": "scim-key-lifecycle", "kind": "restore", "receipt": "eyJ…", "account": "acme" }
//! ```
//!
//! `receipt` is what the disable's answer gave to its caller alone. It is a bearer token: no error, log or Debug print
//! shows it. With the account it makes the run id.

use secrecy::SecretString;

use crate::trigger::cause::Restore;
use crate::trigger::fields::Fields;
use crate::trigger::{Happening, Refused};

const FIELDS: [&str; 4] = ["source", "kind", "receipt", "account"];

/// Reads it.
pub(super) fn read(event: &Fields<'_>) -> Result<Happening, Refused> {
    const RECEIPT: &str = "put in the `receipt` that the answer of the disable had, as it was";
    event.only(&FIELDS)?;
    let receipt = event.needed("receipt", RECEIPT, event.sealed("receipt", RECEIPT)?)?;
    let restore = Restore { receipt: SecretString::from(receipt) };
    Ok(Happening::Restore { restore, account: event.account()? })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use crate::trigger::tests::{all_refused, arrives, refused, run};
    use crate::trigger::{Arrival, Cause};

    /// Made up; no disable ever gave it.
    const RECEIPT: &str = "eyJhbGciOiJIUzI1NiJ9.nobodyMayEverSeeThis.c2lnbmF0dXJl";

    fn event(rest: &str) -> String {
        format!(r#"{{"source":"scim-key-lifecycle","kind":"restore"{rest}}}"#)
    }

    fn with_receipt(rest: &str) -> String {
        event(&format!(r#","receipt":"{RECEIPT}"{rest}"#))
    }

    #[test]
    fn a_restore_brings_its_receipt() {
        let Cause::Restore(restore) = run(&with_receipt("")).cause else { panic!("no restore") };
        assert_eq!(restore.receipt.expose_secret(), RECEIPT);
    }

    #[test]
    fn the_receipt_and_the_account_make_the_run_id() {
        assert_eq!(run(&with_receipt("")).run, run(&with_receipt(r#","account":"acme""#)).run);
        assert_ne!(run(&with_receipt("")).run, run(&event(r#","receipt":"another""#)).run);
    }

    #[test]
    fn no_debug_print_and_no_error_shows_the_receipt() {
        let hidden = |text: String| assert!(!text.contains("nobody") && !text.contains("eyJ"), "{text}");
        hidden(format!("{:?}", arrives(&with_receipt(""), &["acme"])));
        let hop = r#"{"source":"scim-key-lifecycle","kind":"hop","account":"acme","execution":"e","register":null"#;
        hidden(format!("{:?}", arrives(&format!(r#"{hop},"event":{}}}"#, with_receipt("")), &["acme"])));
        for event in [
            with_receipt(r#","account":"globex""#),
            with_receipt(r#","time":7"#),
            event(&format!(r#","receipt":["{RECEIPT}"]"#)),
            event(&format!(r#","receipt":"{}""#, RECEIPT.repeat(2_000))),
            event(&format!(r#","recipt":"{RECEIPT}""#)),
            format!(r#"{hop},"event":"{RECEIPT}"}}"#),
            format!(r#"{hop},"event":{}}}"#, with_receipt(r#","account":"globex""#)),
            format!(r#"{{"source":"scim-key-lifecycle","kind":"resolve","event":["{RECEIPT}"]}}"#),
        ] {
            hidden(format!("{:?}", refused(&event)));
        }
    }

    #[test]
    fn where_there_are_several_accounts_it_must_name_its_own() {
        let both = ["acme", "globex"];
        let problem = arrives(&with_receipt(""), &both).unwrap_err().0;
        assert_eq!(problem.path, "$.account");
        assert_eq!(problem.why, "the policy has several accounts, and this restore names none");
        let Ok(Arrival::Bare { trigger, .. }) = arrives(&with_receipt(r#","account":"globex""#), &both) else {
            panic!("no run")
        };
        assert_eq!(trigger.account.name.as_str(), "globex");
    }

    #[test]
    fn a_malformed_restore_is_refused_by_the_place() {
        all_refused(&[
            (event(""), "$.receipt", "this is missing"),
            (event(r#","receipt":null"#), "$.receipt", "this is missing"),
            (event(r#","receipt":7"#), "$.receipt", "this must be a text"),
            (event(&format!(r#","receipt":"{}""#, "x".repeat(65_537))), "$.receipt", "more than 65536 bytes"),
            (with_receipt(r#","cursor":"eyJ""#), "$.cursor", "this field is not known"),
            (with_receipt(r#","credential":"scimcred-aaaaaaaaaaaa""#), "$.credential", "this field is not known"),
        ]);
    }
}
