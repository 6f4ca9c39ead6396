//! Changes JSON as JSON: changed letter by letter it would seldom be any.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Value, json};

/// Values that are at the edge of something.
const EDGES: [&str; 36] = [
    "null",
    "true",
    "[]",
    "{}",
    "0",
    "-0.0",
    "1e308",
    "-9223372036854775808",
    "18446744073709551615",
    "253402300800000",
    r#""""#,
    r#"" ""#,
    r#""\n\u0007\u007f""#,
    r#""\u202ea\u2028b\ufeff""#,
    r#""ǅİß""#,
    r#""9999-12-31T23:59:59-12:00""#,
    r#""0000-01-01T00:00:00+12:00""#,
    r#""2026-11-24T05:55:60Z""#,
    r#""2026-11-24 05:55:00.123456789+00:00""#,
    r#""1970-01-01T00:00:00Z""#,
    r#""1795500000""#,
    r#""scimcred-aaaaaaaaaaaa""#,
    r#""acme""#,
    r#""globex""#,
    r#""111122223333""#,
    r#""444455556666""#,
    r#""100000000001""#,
    r#""CreateSCIMCredential""#,
    r#""UpdateSCIMCredentialStatus""#,
    r#""Enabled""#,
    r#""scim-key-lifecycle""#,
    r#""{\"a\":[1]}""#,
    r#""10.0.0.1""#,
    r#""::ffff:10.0.0.1/128""#,
    r#""100000d""#,
    r#""*\\*\\\\**""#,
];

/// Changes the JSON that stands in the first `size` bytes, or these bytes if it is none; the new size.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut chance = Chance(u64::from(seed) | 1 << 40);
    let parsed = serde_json::from_slice::<Value>(&data[..size]).ok().filter(|_| chance.below(4) > 0);
    let Some(mut document) = parsed else { return fuzzer_mutate(data, size, max_size) };
    for _ in 0..=chance.below(3) {
        change(&mut document, &mut chance);
    }
    let text = document.to_string();
    if text.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}

fn change(document: &mut Value, chance: &mut Chance) {
    let mut places = Vec::new();
    collect(document, "", &mut places);
    let (place, other) = (chance.one_of(&places).clone(), chance.one_of(&places).clone());
    let elsewhere = document.pointer(&other).cloned().unwrap_or_default();
    let key = other.rsplit('/').next().unwrap_or_default().to_owned();
    let edge: Value = serde_json::from_str(chance.one_of::<&str>(&EDGES)).expect("the edges are JSON");
    let Some(here) = document.pointer_mut(&place) else { return };
    match (chance.below(9), &mut *here) {
        (0 | 1, _) => *here = edge,
        (2, _) => *here = elsewhere,
        (3, _) => *here = json!([here.take(), edge]),
        (4, _) => *here = here.to_string().into(),
        (5, Value::Object(object)) => drop(object.insert(key, edge)),
        (6, Value::Object(object)) => {
            let gone = object.keys().nth(chance.below(object.len().max(1))).cloned().unwrap_or_default();
            let value = object.remove(&gone).unwrap_or(edge);
            if chance.below(2) == 0 {
                object.insert(key, value);
            }
        }
        (5, Value::Array(items)) => items.push(elsewhere),
        (6, Value::Array(items)) => drop(items.pop()),
        (7, Value::String(text)) => text.push_str(edge.as_str().unwrap_or("\u{7f}")),
        (8, Value::String(text)) => *text = text.repeat(2 + chance.below(40)).chars().take(5_000).collect(),
        (_, Value::Number(number)) => *here = (number.as_f64().unwrap_or_default() * 10.0).into(),
        (_, plain) => *plain = edge,
    }
}

/// Every place in a document, as JSON pointers.
fn collect(value: &Value, here: &str, into: &mut Vec<String>) {
    into.push(here.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| collect(item, &format!("{here}/{i}"), into))
        }
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            let key = key.replace('~', "~0").replace('/', "~1");
            collect(value, &format!("{here}/{key}"), into);
        }),
        _ => {}
    }
}

/// What follows from the seed (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 20).unwrap_or_default() % end
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}
