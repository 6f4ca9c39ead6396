//! The policy as it is written: one type for each part of the JSON document.
//!
//! These types are what [`super::check`] reads a document with, one part at a time, and (in tests) what
//! `policy.schema.json` is generated from: the doc comments below are the descriptions that an editor shows. Parts
//! that hold other parts, and lists, keep what they hold as plain JSON, so that each is read by itself and one mistake
//! hides no other.
//! Shapes (ids, lengths of time, dates) are checked later; the patterns here tell editors the same.

use serde::Deserialize;
use serde_json::{Value, json};

use super::island::{Field, Island};
use super::{Mode, Site, account, guards};

mod condition;
mod rule;

pub(super) use condition::ConditionDocument;
pub(super) use rule::{ByFieldDocument, RuleDocument};

/// The shapes of texts, as regular expressions for the schema.
#[cfg(test)]
mod pattern {
    pub const NAME: &str = r"^[A-Za-z0-9._\-]{1,64}$";
    pub const ZONE: &str = "^(auto|z-[0-9a-z]{12})$";
    pub const SECRET: &str = r"^(env|profile:[A-Za-z0-9._\-]{1,64}|secretsmanager:arn:[!-~]{1,2000})$";
    pub const CREDENTIAL: &str = "^scimcred-[0-9a-z]{12}$";
    pub const SPAN: &str = "^([1-9][0-9]{0,4}|100000)[smhd]$";
    pub const OFFSET: &str = r"^[+\-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)$";
    pub const TEXT: &str = r"^[^\u0000-\u001f\u007f-\u009f]{1,200}$";
    pub const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
    pub const ACTOR: &str = "^[!-~]{1,200}$";
    pub const FIELD: &str = r"^[^.\u0000-\u001f\u007f-\u009f]+(\.[^.\u0000-\u001f\u007f-\u009f]+){0,19}$";
}

/// A policy of scim-key-lifecycle: which accounts it looks after, and what it does about their SCIM keys.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// The version of this format.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    pub version: u64,
    /// `report` says what would be done and never writes; `enforce` does it.
    pub mode: Mode,
    /// The cloud accounts that the policy looks after.
    #[cfg_attr(test, schemars(with = "Vec<AccountDocument>", length(min = 1, max = 200)))]
    pub accounts: Vec<Value>,
    /// How the cloud's times, which carry no time zone, may be read. A rule acts only if it holds under each reading.
    #[serde(default = "both_offsets")]
    #[cfg_attr(test, schemars(with = "Vec<String>", length(min = 1, max = 8), extend("uniqueItems" = true)))]
    #[cfg_attr(test, schemars(inner(regex(pattern = pattern::OFFSET))))]
    pub utc_offsets: Vec<Value>,
    /// The keys that the organisation says are its own: each may count as the successor of another key.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<KnownDocument>", length(max = 100)))]
    pub known: Vec<Value>,
    /// Who may create keys, by the ids that the cloud's audit has of them: a key that one of them is seen to create is
    /// vouched for, as long as that one is named here, and one that anybody else creates is implicated.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>", length(max = 100), extend("uniqueItems" = true)))]
    #[cfg_attr(test, schemars(inner(regex(pattern = pattern::ACTOR))))]
    pub vouchers: Vec<Value>,
    /// What is to be done about which keys.
    #[cfg_attr(test, schemars(with = "Vec<RuleDocument>", length(min = 1, max = 100)))]
    pub rules: Vec<Value>,
    /// What holds rules back, beyond the guards that always stand.
    #[serde(default = "no_guards")]
    #[cfg_attr(test, schemars(with = "GuardsDocument"))]
    pub guards: Value,
}

fn both_offsets() -> Vec<Value> {
    vec!["+08:00".into(), "+00:00".into()]
}

fn no_guards() -> Value {
    json!({})
}

impl Island for Document {
    const WHAT: &str = "a policy";
    const FIELDS: &[Field] = &[
        Field::required("version", "1"),
        Field::required("mode", r#""report""#).or(r#"write "report", or "enforce""#),
        Field::required("accounts", r#"[{"name": "main", "site": "intl", "zone": "auto", "secret": "env"}]"#),
        Field::optional("utc_offsets", r#"["+08:00", "+00:00"]"#),
        Field::optional("known", r#"[{"credential": "scimcred-un1tgbnt0s9j", "note": "Okta, change 4711"}]"#),
        Field::optional("vouchers", r#"["100000000001"]"#),
        Field::required(
            "rules",
            r#"[{"id": "expired", "on": "schedule", "when": {"expired_for": "7d"}, "then": "disable"}]"#,
        ),
        Field::optional("guards", r#"{"protect": []}"#),
    ];
}

/// A cloud account, and how to reach it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct AccountDocument {
    /// Your name for it, unique in the policy.
    #[cfg_attr(test, schemars(regex(pattern = pattern::NAME)))]
    pub name: String,
    /// The international site (`intl`) or the one for mainland China (`cn`).
    pub site: Site,
    /// The zone's id, or `auto` to have it looked up: an account has one.
    #[cfg_attr(test, schemars(regex(pattern = pattern::ZONE)))]
    pub zone: String,
    /// Where the API secret comes from: `env`, `profile:NAME` (a section of ~/.tencentcloud/credentials) or
    /// `secretsmanager:ARN`. The secret itself never stands in a policy.
    #[cfg_attr(test, schemars(regex(pattern = pattern::SECRET)))]
    pub secret: String,
}

impl Island for AccountDocument {
    const WHAT: &str = "an account";
    const FIELDS: &[Field] = &[
        Field::required("name", r#""main""#),
        Field::required("site", r#""intl""#).or(r#"write "intl", or "cn""#),
        Field::required("zone", r#""auto""#),
        Field::required("secret", r#""env""#).or(account::SECRET_REMEDY).unseen(),
    ];
}

/// A key that the organisation says is its own.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct KnownDocument {
    /// The key's id.
    #[cfg_attr(test, schemars(regex(pattern = pattern::CREDENTIAL)))]
    pub credential: String,
    /// Who or what says so, e.g. a change number.
    #[cfg_attr(test, schemars(regex(pattern = pattern::TEXT)))]
    pub note: String,
}

impl Island for KnownDocument {
    const WHAT: &str = "a known key";
    const FIELDS: &[Field] = &[
        Field::required("credential", r#""scimcred-un1tgbnt0s9j""#),
        Field::required("note", r#""Okta, change 4711""#),
    ];
}

/// What holds rules back, beyond the guards that always stand.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct GuardsDocument {
    /// Keys that rules leave alone, for a while and for a reason.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<ProtectionDocument>", length(max = 100)))]
    pub protect: Vec<Value>,
    /// The greatest age at which an event of others is still acted on, when it comes in. This tool's own has none.
    #[serde(default = "one_hour")]
    #[cfg_attr(test, schemars(regex(pattern = pattern::SPAN)))]
    pub max_event_age: String,
    /// The longest time between two scheduled runs after which earlier warnings still count. After a longer one people
    /// are warned anew. It must be longer than the schedule's period.
    #[serde(default = "three_days")]
    #[cfg_attr(test, schemars(regex(pattern = pattern::SPAN)))]
    pub max_gap: String,
    /// How long rules on a schedule leave a key alone that was enabled again, whoever did it.
    #[serde(default = "thirty_days")]
    #[cfg_attr(test, schemars(regex(pattern = pattern::SPAN)))]
    pub hold_after_reenable: String,
    /// How often a key that an incident implicates is disabled again if it is found enabled. After that there are only
    /// alarms.
    #[serde(default = "three_times")]
    #[cfg_attr(test, schemars(range(max = 100)))]
    pub hold_ground: u32,
}

fn one_hour() -> String {
    "1h".to_owned()
}

fn three_days() -> String {
    "3d".to_owned()
}

fn thirty_days() -> String {
    "30d".to_owned()
}

fn three_times() -> u32 {
    3
}

impl Island for GuardsDocument {
    const WHAT: &str = "the guards";
    const FIELDS: &[Field] = &[
        Field::optional(
            "protect",
            r#"[{"credential": "scimcred-un1tgbnt0s9j", "reason": "migration", "until": "2027-01-31"}]"#,
        ),
        Field::optional("max_event_age", r#""1h""#),
        Field::optional("max_gap", r#""3d""#),
        Field::optional("hold_after_reenable", r#""30d""#),
        Field::optional("hold_ground", "3").or(guards::HOLD_GROUND_REMEDY),
    ];
}

/// A key that rules leave alone until the end of a day.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ProtectionDocument {
    /// The key's id.
    #[cfg_attr(test, schemars(regex(pattern = pattern::CREDENTIAL)))]
    pub credential: String,
    /// Why, for the report.
    #[cfg_attr(test, schemars(regex(pattern = pattern::TEXT)))]
    pub reason: String,
    /// The last day (UTC) on which it holds.
    #[cfg_attr(test, schemars(regex(pattern = pattern::DAY)))]
    pub until: String,
}

impl Island for ProtectionDocument {
    const WHAT: &str = "a protection";
    const FIELDS: &[Field] = &[
        Field::required("credential", r#""scimcred-un1tgbnt0s9j""#),
        Field::required("reason", r#""migration""#),
        Field::required("until", r#""2027-01-31""#),
    ];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const STORED: &str = include_str!("../../policy.schema.json");

    /// The schema, as a file holds it.
    fn generated() -> String {
        let mut schema = schemars::schema_for!(Document);
        schema.insert("title".to_owned(), "Policy of scim-key-lifecycle".into());
        let text = serde_json::to_string_pretty(&schema).unwrap();
        format!("{text}\n")
    }

    #[test]
    fn the_stored_schema_is_the_one_that_the_types_give() {
        let generated = generated();
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            let file = concat!(env!("CARGO_MANIFEST_DIR"), "/policy.schema.json");
            std::fs::write(file, &generated).unwrap();
        } else {
            assert!(STORED == generated, "policy.schema.json is stale: run the tests once with UPDATE_SCHEMA=1");
        }
    }

    fn names<'a>(fields: impl Iterator<Item = &'a Field>) -> BTreeSet<&'a str> {
        fields.map(|field| field.name).collect()
    }

    fn agrees<T: Island + schemars::JsonSchema>() {
        let schema = schemars::schema_for!(T);
        let schema = schema.as_value();
        let properties = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names(T::FIELDS.iter()), properties, "{}", T::WHAT);
        let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        let required: BTreeSet<_> = required.iter().filter_map(Value::as_str).collect();
        assert_eq!(names(T::FIELDS.iter().filter(|field| field.required)), required, "{}", T::WHAT);
        let whole: serde_json::Map<String, Value> =
            T::FIELDS.iter().map(|field| (field.name.to_owned(), field.example())).collect();
        assert!(serde_json::from_value::<T>(Value::Object(whole)).is_ok(), "{}", T::WHAT);
    }

    #[test]
    fn the_tables_of_fields_say_what_the_types_say() {
        agrees::<Document>();
        agrees::<AccountDocument>();
        agrees::<KnownDocument>();
        agrees::<RuleDocument>();
        agrees::<ByFieldDocument>();
        agrees::<GuardsDocument>();
        agrees::<ProtectionDocument>();
    }

    #[test]
    fn the_table_of_words_says_what_the_condition_type_says() {
        let schema = schemars::schema_for!(ConditionDocument);
        let variants = schema.as_value()["oneOf"].as_array().unwrap();
        let words = variants.iter().map(|variant| variant["required"][0].as_str().unwrap()).collect();
        assert_eq!(names(ConditionDocument::WORDS.iter()), words);
        for word in ConditionDocument::WORDS {
            let condition = json!({ word.name: word.example() });
            assert!(serde_json::from_value::<ConditionDocument>(condition).is_ok(), "{}", word.name);
        }
    }
}
