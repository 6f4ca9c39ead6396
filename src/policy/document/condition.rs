//! A condition as it is written.

use serde::Deserialize;
use serde_json::Value;

#[cfg(test)]
use super::pattern;
use crate::policy::island::Field;

/// A question about one key, answered yes, no or unknown.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::policy) enum ConditionDocument {
    /// It was created at least this long ago.
    OlderThan(#[cfg_attr(test, schemars(regex(pattern = pattern::SPAN)))] String),
    /// It was created less than this long ago.
    CreatedWithin(#[cfg_attr(test, schemars(regex(pattern = pattern::SPAN)))] String),
    /// It has not expired, and will within this time.
    ExpiresWithin(#[cfg_attr(test, schemars(regex(pattern = pattern::SPAN)))] String),
    /// It expired at least this long ago.
    ExpiredFor(#[cfg_attr(test, schemars(regex(pattern = pattern::SPAN)))] String),
    /// For at least this long the zone has had a younger key that works.
    SupersededFor(#[cfg_attr(test, schemars(regex(pattern = pattern::SPAN)))] String),
    /// It is in this state.
    Status(#[cfg_attr(test, schemars(extend("enum" = ["Enabled", "Disabled"])))] String),
    /// It is one of these.
    Ids(
        #[cfg_attr(test, schemars(with = "Vec<String>", length(min = 1, max = 100), extend("uniqueItems" = true)))]
        #[cfg_attr(test, schemars(inner(regex(pattern = pattern::CREDENTIAL))))]
        Vec<Value>,
    ),
    /// The incident names it. Only rules on incidents or events ask this.
    Implicated(#[cfg_attr(test, schemars(extend("const" = true)))] bool),
    /// It was created no earlier than this long before the incident: of a finding that goes on, before its last sign. Only
    /// rules on incidents or events ask this.
    CreatedSinceIncident(#[cfg_attr(test, schemars(regex(pattern = pattern::SPAN)))] String),
    /// All of these hold. With none, it is every key.
    All(#[cfg_attr(test, schemars(with = "Vec<ConditionDocument>"))] Vec<Value>),
    /// One of these holds. With none, it is no key.
    Any(#[cfg_attr(test, schemars(with = "Vec<ConditionDocument>"))] Vec<Value>),
    /// This does not hold.
    Not(#[cfg_attr(test, schemars(with = "ConditionDocument"))] Value),
}

impl ConditionDocument {
    /// The words that a condition may be, each with an example of what follows it.
    pub(in crate::policy) const WORDS: &[Field] = &[
        Field::required("older_than", r#""90d""#),
        Field::required("created_within", r#""1d""#),
        Field::required("expires_within", r#""30d""#),
        Field::required("expired_for", r#""7d""#),
        Field::required("superseded_for", r#""14d""#),
        Field::required("status", r#""Enabled""#),
        Field::required("ids", r#"["scimcred-un1tgbnt0s9j"]"#),
        Field::required("implicated", "true"),
        Field::required("created_since_incident", r#""2h""#),
        Field::required("all", r#"[{"older_than": "90d"}, {"status": "Enabled"}]"#),
        Field::required("any", r#"[{"expired_for": "7d"}, {"older_than": "90d"}]"#),
        Field::required("not", r#"{"status": "Disabled"}"#),
    ];
}
