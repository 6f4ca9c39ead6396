//! Where the keys come from that seal cursors. They sign no call, but reach us by the same extension as what does.

use super::{NotFetched, Surroundings, extension};
use crate::clock::Clock;
use crate::cursor::{BadKeys, Keys};

/// The one place that the keys come from. As with an API secret, no other is tried.
#[derive(Clone, Debug)]
pub enum CursorKey {
    /// Nowhere: no cursor is sealed, and none is believed.
    None,
    /// They were given at the start, as on a laptop.
    Given(Keys),
    /// The secret of this ARN in AWS Secrets Manager; its text is what [`Keys::parse`] reads.
    SecretsManager(String),
}

/// There are no keys although a place for them is set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKeys {
    /// The secret could not be had.
    #[error("no cursor key from `{arn}`: {fault}")]
    NotFetched {
        /// The secret.
        arn: String,
        /// Why not.
        fault: NotFetched,
    },
    /// The secret holds something else.
    #[error("no cursor key from `{arn}`: {fault}; `openssl rand -hex 32` makes one")]
    Unusable {
        /// The secret.
        arn: String,
        /// What is wrong with it.
        fault: BadKeys,
    },
}

/// Fetches the keys, or says that none are meant to be.
///
/// Call it for each event that needs them, not while the function starts: the extension answers only then, and it keeps
/// what it fetched, so a rotated key arrives in a function that stays warm. No deadline bounds it, but it ends, as
/// [`fetch`](super::fetch) does.
pub async fn cursor_keys(
    source: &CursorKey,
    surroundings: &Surroundings,
    clock: &impl Clock,
) -> Result<Option<Keys>, NoKeys> {
    match source {
        CursorKey::None => Ok(None),
        CursorKey::Given(keys) => Ok(Some(keys.clone())),
        CursorKey::SecretsManager(arn) => {
            let text = extension::text(arn, surroundings, clock).await;
            let text = text.map_err(|fault| NoKeys::NotFetched { arn: arn.clone(), fault })?;
            Keys::parse(&text).map(Some).map_err(|fault| NoKeys::Unusable { arn: arn.clone(), fault })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::jws::{Type, open, seal};
    use crate::tencent::secret::extension::stand_in::{Waits, serving};

    const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:scim-keys/cursor-a1b2c3";
    const KEY: &str = "made-up-key-of-a-test-0123456789";
    const ROTATED: &str = r#"{"SecretString": "{\"current\": \"another-made-up-key-of-this-test\", \"previous\": \"made-up-key-of-a-test-0123456789\"}"}"#;

    fn fetch_from(answers: &'static [(u16, &'static str)]) -> Result<Option<Keys>, NoKeys> {
        serving(answers, async |port| {
            let surroundings =
                Surroundings::of(&[("AWS_SESSION_TOKEN", "T"), ("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", port)]);
            cursor_keys(&CursorKey::SecretsManager(ARN.to_owned()), &surroundings, &Waits::default()).await
        })
        .0
    }

    /// Fetches where nothing is set that the extension needs.
    async fn fetch_nowhere(source: &CursorKey) -> Result<Option<Keys>, NoKeys> {
        cursor_keys(source, &Surroundings::of(&[]), &Waits::default()).await
    }

    #[test]
    fn a_secret_that_was_rotated_brings_both_keys() {
        let before = Keys::parse(&KEY.into()).unwrap();
        let after = fetch_from(&[(200, ROTATED)]).unwrap().unwrap();
        let sealed = seal(Type::Cursor, b"{}", &before);
        assert_eq!(open(sealed.as_str(), Type::Cursor, &after).unwrap(), b"{}");
        assert_ne!(after.current().kid(), before.current().kid());
    }

    #[test]
    fn a_secret_that_is_no_key_is_explained_and_not_shown() {
        let error = fetch_from(&[(200, r#"{"SecretString":"hunter2"}"#)]).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(
            said.starts_with(&format!("no cursor key from `{ARN}`: the key has fewer than 32 characters; ")),
            "{said}"
        );
        assert!(said.contains("; `openssl rand -hex 32` makes one") && !said.contains("hunter2"), "{said}");
    }

    #[test]
    fn an_extension_that_refuses_gives_no_key() {
        let error = fetch_from(&[(403, "")]).unwrap_err();
        assert_eq!(error, NoKeys::NotFetched { arn: ARN.to_owned(), fault: NotFetched::Refused { status: 403 } });
    }

    #[tokio::test]
    async fn nobody_is_asked_for_keys_that_are_given_or_not_wanted() {
        let given = CursorKey::Given(Keys::parse(&KEY.into()).unwrap());
        assert!(fetch_nowhere(&given).await.unwrap().is_some());
        assert!(fetch_nowhere(&CursorKey::None).await.unwrap().is_none());
        let error = fetch_nowhere(&CursorKey::SecretsManager(ARN.to_owned())).await.unwrap_err();
        assert_eq!(error, NoKeys::NotFetched { arn: ARN.to_owned(), fault: NotFetched::NoToken });
    }
}
