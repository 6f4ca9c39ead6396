//! `secretsmanager:ARN`: the secret stands in AWS Secrets Manager. Its text is JSON of ours:
//! `{"secret_id": "…", "secret_key": "…"}`, with `"token"` for a temporary one.

use secrecy::ExposeSecret;
use serde_json::Value;

use super::names::FIELDS;
use super::{ApiSecret, Fault, Surroundings, extension};
use crate::clock::Clock;
use crate::json;

/// Reads the secret of this ARN.
pub async fn read(arn: &str, surroundings: &Surroundings, clock: &impl Clock) -> Result<ApiSecret, Fault> {
    let text = extension::text(arn, surroundings, clock).await?;
    secret_in(text.expose_secret())
}

/// The secret in a secret's text. Whatever is wrong with it, the error does not repeat any of it.
fn secret_in(text: &str) -> Result<ApiSecret, Fault> {
    let Ok(Value::Object(fields)) = json::parse(text.as_bytes()) else {
        return Err(Fault::Shape("the secret is not a JSON object with distinct fields"));
    };
    if [FIELDS.id, FIELDS.key, FIELDS.token]
        .iter()
        .any(|name| fields.get(*name).is_some_and(|field| !field.is_string()))
    {
        return Err(Fault::Shape("a field of the secret is not text"));
    }
    FIELDS.read(|name| fields.get(name).and_then(Value::as_str).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::SecretSource;
    use crate::tencent::secret::extension::stand_in::{Waits, serving};
    use crate::tencent::secret::fetch;

    const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:scim/acme-a1b2c3";
    const ANSWER: &str = r#"{"SecretString":"{\"secret_id\":\"AKIDA\",\"secret_key\":\"KEYA\"}"}"#;

    /// Fetches through the extension while another source would have a secret as well.
    fn fetch_from(answers: &'static [(u16, &'static str)]) -> Result<ApiSecret, String> {
        serving(answers, async |port| {
            let surroundings = Surroundings::of(&[
                ("AWS_SESSION_TOKEN", "THE-FUNCTIONS-OWN"),
                ("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", port),
                ("TENCENTCLOUD_SECRET_ID", "AKID-OF-ANOTHER-SOURCE"),
                ("TENCENTCLOUD_SECRET_KEY", "KEY-OF-ANOTHER-SOURCE"),
            ]);
            let source = SecretSource::SecretsManager(ARN.to_owned());
            fetch(&source, &surroundings, &Waits::default()).await.map_err(|error| error.to_string())
        })
        .0
    }

    #[test]
    fn the_secret_is_the_one_that_the_extension_hands_out() {
        let secret = fetch_from(&[(200, ANSWER)]).unwrap();
        assert_eq!((secret.id(), secret.key().expose_secret()), ("AKIDA", "KEYA"));
        assert!(secret.token().is_none());
    }

    #[test]
    fn where_the_extension_refuses_no_other_source_is_read() {
        let said = fetch_from(&[(401, "")]).unwrap_err();
        let expected =
            format!("no secret from `secretsmanager:{ARN}`: the secrets extension answers 401; check the ARN");
        assert!(said.starts_with(&expected), "{said}");
    }

    #[test]
    fn a_temporary_secret_brings_its_token() {
        let secret = secret_in(r#"{"secret_id":"AKIDA","secret_key":"KEYA","token":"TOKENA","note":1}"#).unwrap();
        assert_eq!(secret.token().unwrap().expose_secret(), "TOKENA");
    }

    #[test]
    fn a_secret_of_another_shape_is_explained_and_not_shown() {
        for (text, why) in [
            ("hunter2", "the secret is not a JSON object"),
            (r#"["hunter2"]"#, "the secret is not a JSON object"),
            (r#"{"hunter2":1,"hunter2":2}"#, "with distinct fields"),
            (r#"{"secret_id":"hunter2"}"#, "secret_key is missing or empty; it must stand beside secret_id"),
            (r#"{"secret_id":"hunter2","secret_key":""}"#, "secret_key is missing or empty"),
            (r#"{"secret_key":"hunter2"}"#, "secret_id is missing or empty; it must stand beside secret_key"),
            (
                r#"{"secret_id":"hunter2","secret_key":"b c"}"#,
                "secret_key cannot be used: the secret key holds a blank",
            ),
            (r#"{"secret_id":"hunter2","secret_key":"b","token":7}"#, "a field of the secret is not text"),
        ] {
            let said = secret_in(text).unwrap_err().to_string();
            assert!(said.contains(why) && !said.contains("hunter2"), "{said}");
        }
        assert_eq!(
            secret_in("[]").unwrap_err().to_string(),
            "the secret is not a JSON object with distinct fields; store the secret as text: \
             {\"secret_id\": \"…\", \"secret_key\": \"…\"}, and \"token\" for a temporary one"
        );
    }
}
