//! A rule as it is written.

use serde::Deserialize;
use serde_json::{Map, Value};

#[cfg(test)]
use super::{condition::ConditionDocument, pattern};
use crate::policy::island::{Field, Island};
use crate::policy::{Measure, Successor, event, rule};

/// One rule: about the keys of which `when` holds, do `then`.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct RuleDocument {
    /// The rule's name, unique in the policy.
    #[cfg_attr(test, schemars(regex(pattern = pattern::NAME)))]
    pub id: String,
    /// When the rule is asked: on every scheduled run, on every incident that is reported with this tool's own event, or
    /// on every event that a pattern matches. A rule on incidents or events disables, and warns of nothing beforehand.
    #[cfg_attr(test, schemars(with = "crate::policy::pattern::schema::OnDocument"))]
    pub on: Value,
    /// Which account the events concern: its name, or how a field of the event tells it. Only for a rule on events; it
    /// may be left out if the policy has one account.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "ConcernedDocument", skip_serializing_if = "Option::is_none"))]
    pub account: Option<Value>,
    /// The events concern all accounts of the policy. Only for a rule on events.
    #[serde(default)]
    pub all_accounts: bool,
    /// The rule disables for what an outsider can cause at will, too: whoever fails to sign in can then have keys
    /// switched off. Only for a rule on events.
    #[serde(default)]
    pub outsider_may_trigger: bool,
    /// Which keys it is about. A rule that switches SCIM synchronisation off does so if this holds for any key of the zone.
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
        Field::required("on", r#""schedule""#).or(rule::ON_REMEDY),
        Field::optional("account", r#""main""#).or(event::ACCOUNT_REMEDY),
        Field::optional("all_accounts", "true"),
        Field::optional("outsider_may_trigger", "true"),
        Field::required("when", r#"{"expired_for": "7d"}"#),
        Field::required("then", r#""disable""#).or(r#"write "warn", "disable", or "disable_sync""#),
        Field::optional("warn_before", r#"["7d", "1d"]"#),
        Field::optional("successor", r#""vouched""#).or(r#"write "vouched", or "any""#),
        Field::optional("waives", r#"["keep_one"]"#),
        Field::optional("controls", r#"["CIS-AWS-2.12"]"#),
    ];
}

/// Which account a rule's events concern.
#[cfg(test)]
#[derive(schemars::JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is made of it")]
enum ConcernedDocument {
    /// This account.
    One(#[schemars(regex(pattern = pattern::NAME))] String),
    /// The account that a field of the event tells.
    ByField(ByFieldDocument),
}

/// How a field of an event tells an account.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct ByFieldDocument {
    /// The keys that lead to the field, with dots between them.
    #[cfg_attr(test, schemars(length(max = 200), regex(pattern = pattern::FIELD)))]
    pub field: String,
    /// The account for each value. An event with any other value concerns none.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, String>"))]
    #[cfg_attr(test, schemars(extend("minProperties" = 1, "maxProperties" = 200)))]
    #[cfg_attr(test, schemars(extend("additionalProperties" = {"type": "string", "pattern": pattern::NAME})))]
    pub map: Map<String, Value>,
}

impl Island for ByFieldDocument {
    const WHAT: &str = "a rule's way to an account";
    const FIELDS: &[Field] =
        &[Field::required("field", r#""detail.accountId""#), Field::required("map", r#"{"111122223333": "main"}"#)];
}
