//! A pattern, and an event that may match it: two JSON texts with a line's end between them.

use scim_key_lifecycle::json;
use scim_key_lifecycle::policy::{Pattern, Policy};
use serde_json::{Value, json};

use super::text::{assert_told, depth, rewritten, settled};

/// Reads both. Whether the event matches does not depend on how either is written, nor on the order of its lists.
pub fn check(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (pattern, event) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
    let (Ok(pattern), Ok(event)) = (json::parse(pattern), json::parse(event)) else { return };
    assert!(depth(&pattern) <= json::MAX_DEPTH && depth(&event) <= json::MAX_DEPTH, "no nesting is followed further");
    let (Some(document), Some(event)) = (settled(&pattern), settled(&event)) else { return };
    let Some(pattern) = read(&document.to_string()) else { return };
    assert!(!pattern.to_string().is_empty());
    assert_eq!(Some(&pattern), read(&rewritten(&document)).as_ref(), "however it is written");
    let matches = pattern.matches(&event);
    assert_eq!(matches, pattern.matches(&json::parse(rewritten(&event).as_bytes()).unwrap()), "however it is written");
    assert_eq!(matches, pattern.matches(&reversed(&event)), "in whatever order its lists are");
    assert_eq!(matches, pattern.matches(&listed(&event)), "a value is a list of one");
}

/// The pattern as the policy has it, if it is one.
fn read(pattern: &str) -> Option<Pattern> {
    let policy = format!(
        r#"{{"version":1,"mode":"report","accounts":[{{"name":"a","site":"intl","zone":"auto","secret":"env"}}],
        "rules":[{{"id":"r","on":{pattern},"when":{{"created_since_incident":"2h"}},"then":"disable"}}]}}"#
    );
    match Policy::parse(policy.as_bytes()) {
        Ok(policy) => policy.rules().rules[0].on.event().map(|event| event.pattern.clone()),
        Err(problems) => {
            problems.iter().for_each(assert_told);
            None
        }
    }
}

/// The same with each list in the opposite order.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().rev().map(reversed).collect(),
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), reversed(value))).collect(),
        plain => plain.clone(),
    }
}

/// The same with each member of an object in a list of its own.
fn listed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(listed).collect(),
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), json!([listed(value)]))).collect(),
        plain => plain.clone(),
    }
}
