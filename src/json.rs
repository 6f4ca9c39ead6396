//! JSON read strictly: bounded depth, and no key twice in one object.
//!
//! Events and policies come from outside. `serde_json` alone keeps the last of two equal keys, so that two readers of
//! one document may see different policies; here that is an error which names the place. Pure.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How deep objects and arrays may stand in each other.
pub const MAX_DEPTH: usize = 64;

/// Why a text is not acceptable JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct Malformed {
    /// A JSON path: `$`, `$.rules[2].when`.
    pub path: String,
    /// What is wrong there, for a person.
    pub why: String,
}

/// Reads one JSON document.
pub fn parse(text: &[u8]) -> Result<Value, Malformed> {
    parse_to(text, MAX_DEPTH)
}

/// The same, no deeper than this.
pub fn parse_to(text: &[u8], most: usize) -> Result<Value, Malformed> {
    if text.starts_with("\u{feff}".as_bytes()) {
        let why = "not JSON: it starts with a byte order mark, and must be saved without one".to_owned();
        return Err(Malformed { path: "$".to_owned(), why });
    }
    let found = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let root = Strict { path: Path::Root, depth: 0, most, found: &found };
    let parsed = root.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| {
        let syntax = || Malformed { path: "$".to_owned(), why: format!("not JSON: {error}") };
        found.take().unwrap_or_else(syntax)
    })
}

/// `$.rules[2]` and a key: `$.rules[2].when`, or `["a b"]` where the key is not a plain word. A key may be anybody's
/// text, so it is cut to 40 characters, and the path to 200.
pub fn member(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let key = cut(key, 40);
    cut(&if plain { format!("{path}.{key}") } else { format!("{path}[{}]", excerpt(&Value::from(key))) }, 200)
}

/// `$.rules` and an index: `$.rules[2]`, cut to 200 characters.
pub fn element(path: &str, index: usize) -> String {
    cut(&format!("{path}[{index}]"), 200)
}

/// A value as an error message shows it: JSON on one line, cut to 80 characters, control characters escaped or blank.
/// What is not seen itself but can disguise the rest of a line, as the marks of direction can, is shown as `\u{202e}`.
pub fn excerpt(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        match c {
            _ if c.is_control() => text.push(' '),
            _ if is_unseen(c) => text.extend(c.escape_unicode()),
            _ => text.push(c),
        }
    }
    cut(&text, 80)
}

/// What of somebody's text may stand on a line of ours: nothing that breaks the line, and nothing that is not seen.
pub fn visible(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_control() && !is_unseen(*c))
}

/// Is it one of the marks of direction, a character without width, or one of Unicode's own ends of line?
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The first so many characters, and `…` if there are more.
fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn text(&self) -> String {
        match self {
            Self::Root => "$".to_owned(),
            Self::Key(parent, key) => member(&parent.text(), key),
            Self::Index(parent, index) => element(&parent.text(), *index),
        }
    }

    /// The place that holds this one.
    fn above(&self) -> &Self {
        match self {
            Self::Root => self,
            Self::Key(parent, _) | Self::Index(parent, _) => parent,
        }
    }
}

/// Reads one value at `path`; leaves what it found wrong, and where, in `found`.
struct Strict<'a> {
    path: Path<'a>,
    depth: usize,
    most: usize,
    found: &'a RefCell<Option<Malformed>>,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(&self, why: String) -> E {
        self.refuse_at(&self.path, why)
    }

    fn refuse_at<E: serde::de::Error>(&self, path: &Path<'_>, why: String) -> E {
        self.found.replace(Some(Malformed { path: path.text(), why }));
        E::custom("refused")
    }

    fn deeper<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth < self.most {
            Ok(self.depth + 1)
        } else {
            // Of the whole path a person needs only the part of the document.
            let part = (2..self.depth).fold(&self.path, |path, _| path.above());
            Err(self.refuse_at(part, format!("nested deeper than {}", self.most)))
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| self.refuse("not a finite number".to_owned()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut list = Vec::new();
        loop {
            let path = Path::Index(&self.path, list.len());
            match items.next_element_seed(Strict { path, depth, most: self.most, found: self.found })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let path = Path::Key(&self.path, &key);
            let here = Strict { path, depth, most: self.most, found: self.found };
            if object.contains_key(&key) {
                return Err(here.refuse("this key stands twice in one object".to_owned()));
            }
            let value = entries.next_value_seed(here)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn plain_json_reads_as_serde_reads_it() {
        let text = r#"{"a":[1,-2,2.5,true,null,"x"],"b":{"c":{}}}"#;
        assert_eq!(parse(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn a_key_that_stands_twice_is_named_with_its_place() {
        let twice = r#"{"rules":[{"mode":1},{"mode":1,"mode":2}]}"#;
        assert_eq!(refused(twice), "$.rules[1].mode: this key stands twice in one object");
    }

    #[test]
    fn a_hundred_thousand_levels_are_refused_not_followed() {
        assert_eq!(refused(&"[".repeat(100_000)), "$[0][0]: nested deeper than 64");
        assert_eq!(refused(&r#"{"a":"#.repeat(100_000)), "$.a.a: nested deeper than 64");
        let second_rule = format!(r#"{{"rules":[{{"when":{{}}}},{{"when":{}"#, r#"{"not":"#.repeat(100_000));
        assert_eq!(refused(&second_rule), "$.rules[1]: nested deeper than 64");
        let deepest = format!("{}{}", "[".repeat(64), "]".repeat(64));
        assert!(parse(deepest.as_bytes()).is_ok());
        let deeper = format!("[{deepest}]");
        assert!(parse_to(deeper.as_bytes(), 65).is_ok());
        assert_eq!(parse_to(format!("[{deeper}]").as_bytes(), 65).unwrap_err().why, "nested deeper than 65");
    }

    #[test]
    fn a_text_that_is_not_json_says_where() {
        assert_eq!(refused("{\"a\": tru}"), "$: not JSON: expected ident at line 1 column 10");
        assert_eq!(refused(""), "$: not JSON: EOF while parsing a value at line 1 column 0");
        assert!(refused("{} {}").contains("trailing characters"));
        let marked = "$: not JSON: it starts with a byte order mark, and must be saved without one";
        assert_eq!(refused("\u{feff}{}"), marked);
    }

    #[test]
    fn a_long_key_and_a_long_path_are_cut() {
        let (secret, kept) = ("s".repeat(41), "s".repeat(40));
        assert_eq!(
            refused(&format!(r#"{{"{secret}":1,"{secret}":2}}"#)),
            format!("$.{kept}…: this key stands twice in one object")
        );
        assert_eq!(member("$", &"é".repeat(41)), format!("$[\"{}…\"]", "é".repeat(40)));
        let levels = 60;
        let deep =
            format!(r#"{}{{"a":1,"a":2}}{}"#, format!(r#"{{"{secret}":["#).repeat(levels / 2), "]}".repeat(levels / 2));
        let path = parse(deep.as_bytes()).unwrap_err().path;
        assert_eq!((path.chars().count(), path.chars().last()), (201, Some('…')));
        assert_eq!(element(&path, 7), path);
    }

    #[test]
    fn an_excerpt_is_short_and_on_one_line() {
        let long = excerpt(&Value::from("é".repeat(200)));
        assert_eq!(long.chars().count(), 81);
        assert_eq!(excerpt(&Value::from("a\nb")), r#""a\nb""#);
    }

    #[test]
    fn what_may_stand_on_a_line_breaks_none_and_is_seen() {
        assert_eq!(visible("a\nb\u{7f}c\u{85}\u{202e}\u{feff} d\u{e9}").collect::<String>(), "abc d\u{e9}");
    }

    #[test]
    fn nothing_unseen_disguises_an_excerpt_or_a_path() {
        let unseen = ['\u{61c}', '\u{feff}'].into_iter();
        let unseen =
            unseen.chain('\u{200b}'..='\u{200f}').chain('\u{2028}'..='\u{202e}').chain('\u{2060}'..='\u{2069}');
        for c in unseen {
            let shown = format!("\"a\\u{{{:x}}}b\"", u32::from(c));
            assert_eq!(excerpt(&Value::from(format!("a{c}b"))), shown);
            assert_eq!(member("$", &format!("a{c}b")), format!("$[{shown}]"));
        }
        assert_eq!(excerpt(&Value::from("é\u{200a}\u{2010}中")), "\"é\u{200a}\u{2010}中\"");
    }
}
