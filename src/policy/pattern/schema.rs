//! The schema of patterns, for `policy.schema.json`: they have no type that it could be generated from.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// What stands under `on`.
pub(in crate::policy) struct OnDocument;

impl JsonSchema for OnDocument {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OnDocument".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`schedule`, `incident` (this tool's own event), or a pattern in EventBridge's language.",
            "anyOf": [{ "enum": ["schedule", "incident"] }, generator.subschema_for::<PatternDocument>()]
        })
    }
}

/// An object of a pattern.
struct PatternDocument;

impl JsonSchema for PatternDocument {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PatternDocument".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let inside = generator.subschema_for::<Self>();
        json_schema!({
            "description": "What an event must have: each field that is named, and one of the alternatives of `$or`.",
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "pattern": r"^([^.]|\\\.)*$" },
            "properties": { "$or": { "type": "array", "minItems": 2, "items": inside } },
            "additionalProperties": {
                "anyOf": [
                    inside,
                    { "type": "array", "minItems": 1, "items": generator.subschema_for::<ComparisonDocument>() }
                ]
            }
        })
    }
}

/// One entry of a field's list.
struct ComparisonDocument;

impl JsonSchema for ComparisonDocument {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ComparisonDocument".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let text = json_schema!({ "type": "string" });
        let ignoring = one_of(&serde_json::json!({ "equals-ignore-case": text }));
        let end = json_schema!({ "anyOf": [text, ignoring] });
        let wildcard = json_schema!({ "type": "string", "pattern": r"^\*?(([^*\\]|\\[*\\])\*?)*$" });
        let number = json_schema!({ "type": "number", "minimum": -5_000_000_000i64, "maximum": 5_000_000_000i64 });
        let pairs = |signs: &[&[&str]]| {
            let items: Vec<_> =
                signs.iter().flat_map(|signs| [json_schema!({ "enum": signs }), number.clone()]).collect();
            json_schema!({ "type": "array", "prefixItems": items, "minItems": items.len(), "maxItems": items.len() })
        };
        json_schema!({
            "description": "A value, or one operator: any of the entries of a list is enough.",
            "anyOf": [{ "type": ["string", "number", "boolean", "null"] }, one_of(&serde_json::json!({
                "prefix": end,
                "suffix": end,
                "equals-ignore-case": text,
                "wildcard": wildcard,
                "anything-but": anything_but(&wildcard),
                "numeric": { "anyOf": [pairs(&[&["=", "<", "<=", ">", ">="]]), pairs(&[&[">", ">="], &["<", "<="]])] },
                "cidr": { "type": "string", "pattern": "^[0-9A-Fa-f:.]+/[0-9]{1,3}$" },
                "exists": { "type": "boolean" }
            }))]
        })
    }
}

/// An object with one of these words.
fn one_of(words: &serde_json::Value) -> Schema {
    json_schema!({
        "type": "object",
        "properties": words,
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1
    })
}

fn anything_but(wildcard: &Schema) -> Schema {
    let some = |item: &Schema| json_schema!({ "anyOf": [item, { "type": "array", "minItems": 1, "items": item }] });
    let text = json_schema!({ "type": "string", "minLength": 1 });
    let patterned = json_schema!({ "allOf": [wildcard, text] });
    json_schema!({
        "anyOf": [
            some(&json_schema!({ "type": "string" })),
            some(&json_schema!({ "type": "number" })),
            one_of(&serde_json::json!({
                "prefix": some(&text),
                "suffix": some(&text),
                "equals-ignore-case": some(&text),
                "wildcard": some(&patterned)
            }))
        ]
    })
}
