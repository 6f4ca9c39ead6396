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
use super::{Measure, Mode, Site, Successor, account, guards};

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

/// One rule: for the keys of which `when` holds, do `then`.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RuleDocument {
    /// The rule's name, unique in the policy.
    #[cfg_attr(test, schemars(regex(pattern = pattern::NAME)))]
    pub id: String,
    /// When the rule is asked: on every scheduled run, or on every incident. A rule on incidents disables, and warns of
    /// nothing beforehand.
    #[cfg_attr(test, schemars(extend("enum" = ["schedule", "incident"])))]
    pub on: Value,
    /// Which keys it is about.
    #[cfg_attr(test, schemars(with = "ConditionDocument"))]
    pub when: Value,
    /// What is to be done about them.
    pub then: Measure,
    /// How long before the disable each warning must stand, the longest first. Without it, the rule acts at once.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>", skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(test, schemars(length(min = 1, max = 8), extend("uniqueItems" = true)))]
    #[cfg_attr(test, schemars(inner(regex(pattern = pattern::SPAN))))]
    pub warn_before: Option<Vec<Value>>,
    /// Which keys may count as the one that stays on.
    #[serde(default)]
    pub successor: Successor,
    /// The guards that this rule steps over.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    #[cfg_attr(test, schemars(extend("items" = {"enum": ["keep_one", "protected"]}, "uniqueItems" = true)))]
    pub waives: Vec<Value>,
    /// The controls that the rule follows, as you name them; they are only reported.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>", length(max = 20), inner(regex(pattern = pattern::TEXT))))]
    pub controls: Vec<Value>,
}

impl Island for RuleDocument {
    const WHAT: &str = "a rule";
    const FIELDS: &[Field] = &[
        Field::required("id", r#""expired""#),
        Field::required("on", r#""schedule""#).or(r#"write "schedule", or "incident""#),
        Field::required("when", r#"{"expired_for": "7d"}"#),
        Field::required("then", r#""disable""#).or(r#"write "warn", or "disable""#),
        Field::optional("warn_before", r#"["7d", "1d"]"#),
        Field::optional("successor", r#""vouched""#).or(r#"write "vouched", or "any""#),
        Field::optional("waives", r#"["keep_one"]"#),
        Field::optional("controls", r#"["CIS-AWS-2.12"]"#),
    ];
}

/// A question about one key, answered yes, no or unknown.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(super) enum ConditionDocument {
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
    /// The incident names it. Only rules on incidents ask this.
    Implicated(#[cfg_attr(test, schemars(extend("const" = true)))] bool),
    /// All of these hold. With none, it is every key.
    All(#[cfg_attr(test, schemars(with = "Vec<ConditionDocument>"))] Vec<Value>),
    /// One of these holds. With none, it is no key.
    Any(#[cfg_attr(test, schemars(with = "Vec<ConditionDocument>"))] Vec<Value>),
    /// This does not hold.
    Not(#[cfg_attr(test, schemars(with = "ConditionDocument"))] Value),
}

impl ConditionDocument {
    /// The words that a condition may be, each with an example of what follows it.
    pub(super) const WORDS: &[Field] = &[
        Field::required("older_than", r#""90d""#),
        Field::required("created_within", r#""1d""#),
        Field::required("expires_within", r#""30d""#),
        Field::required("expired_for", r#""7d""#),
        Field::required("superseded_for", r#""14d""#),
        Field::required("status", r#""Enabled""#),
        Field::required("ids", r#"["scimcred-un1tgbnt0s9j"]"#),
        Field::required("implicated", "true"),
        Field::required("all", r#"[{"older_than": "90d"}, {"status": "Enabled"}]"#),
        Field::required("any", r#"[{"expired_for": "7d"}, {"older_than": "90d"}]"#),
        Field::required("not", r#"{"status": "Disabled"}"#),
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
