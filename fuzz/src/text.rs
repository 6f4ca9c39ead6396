//! What every text must be that a person or a log gets to see, and JSON written in another way.

use scim_key_lifecycle::json;
use scim_key_lifecycle::policy::Problem;
use serde_json::Value;

/// More characters than any reason or remedy has, whatever it quotes.
const LONGEST: usize = 1_000;

/// It is short, and nothing in it disguises the rest of a line.
pub fn assert_plain(text: &str) {
    assert!(text.chars().count() <= LONGEST, "{} characters: {text}", text.chars().count());
    assert!(!text.chars().any(|c| c.is_control() || json::is_unseen(c)), "not plain: {text:?}");
}

/// It says where, why and what to do, each in plain text.
pub fn assert_told(problem: &Problem) {
    let Problem { path, value, why, remedy } = problem;
    [path, value, why, remedy].into_iter().for_each(|text| assert_plain(text));
    assert!(path.starts_with('$') && !why.is_empty() && !remedy.is_empty(), "{problem:?}");
}

/// The same JSON with its keys in the opposite order, and blanks between everything.
pub fn rewritten(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(rewritten).collect();
            format!("[\n{}\t]", items.join(" , "))
        }
        Value::Object(object) => {
            let member = |(key, value)| format!("{} : {}", Value::from(String::clone(key)), rewritten(value));
            let members: Vec<String> = object.iter().rev().map(member).collect();
            format!("{{ {}\r\n}}", members.join(" ,\t"))
        }
        plain => plain.to_string(),
    }
}

/// The value, if its own text has the same: of a number with many digits that may differ in the last of them.
pub fn settled(value: &Value) -> Option<Value> {
    let again = json::parse(value.to_string().as_bytes()).ok()?;
    (again == *value).then_some(again)
}

/// How deep objects and lists stand in each other.
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
