//! Reads one part of the document by itself, and says everything that is wrong with it.
//!
//! serde stops at the first mistake. So each field is tried alone, inside an example of its part; a field that is
//! missing or wrong is reported, and the example's stands in for it, so that the rest is still checked. Nothing read
//! with a stand-in is ever used: its problem is on the list, and a list with problems yields no policy.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::problems::Problems;
use super::unknown_word;
use crate::json::member;

/// A field of a part of the document.
pub(super) struct Field {
    /// Its name.
    pub name: &'static str,
    /// Must it be there?
    pub required: bool,
    example: &'static str,
    remedy: Option<&'static str>,
    shown: bool,
}

impl Field {
    /// A field that must be there; `example` is JSON that is right for it.
    pub(super) const fn required(name: &'static str, example: &'static str) -> Self {
        Self { name, required: true, example, remedy: None, shown: true }
    }

    /// A field that may be left out; `example` is JSON that is right for it.
    pub(super) const fn optional(name: &'static str, example: &'static str) -> Self {
        Self { name, required: false, example, remedy: None, shown: true }
    }

    /// The same field, with a better remedy than its example.
    pub(super) const fn or(self, remedy: &'static str) -> Self {
        Self { remedy: Some(remedy), ..self }
    }

    /// The same field; what stands there is never shown.
    pub(super) const fn unseen(self) -> Self {
        Self { shown: false, ..self }
    }

    /// The example as a value.
    pub(super) fn example(&self) -> Value {
        serde_json::from_str(self.example).expect("the examples are JSON: a test reads each of them")
    }

    /// The example as it stands in a document.
    fn written(&self) -> String {
        format!("\"{}\": {}", self.name, self.example)
    }

    /// What to write instead of something wrong.
    pub(super) fn remedy(&self) -> String {
        self.remedy.map_or_else(|| format!("write it as in {}", self.written()), str::to_owned)
    }

    /// Says that `value`, which stands at `path` in this field, is of a wrong type or no known word. serde's own words
    /// are not used: they repeat the whole value.
    pub(super) fn refuse(&self, path: &str, value: &Value, found: &mut Problems) {
        let why = "this does not belong here";
        if self.shown {
            found.add(path, value, why, self.remedy());
        } else {
            found.add_unseen(path, why, self.remedy());
        }
    }
}

/// A part of the document that is read by itself.
pub(super) trait Island: DeserializeOwned {
    /// What it is, for a person: `a rule`.
    const WHAT: &'static str;
    /// Every field that it can have. A test holds this table against the type.
    const FIELDS: &'static [Field];
}

/// Reads `value`, which stands at `path`. `None` only if it is no object at all.
pub(super) fn read<T: Island>(path: &str, value: &Value, found: &mut Problems) -> Option<T> {
    let Some(object) = value.as_object() else {
        // Not shown: somebody may have put a secret where an account should stand.
        found.add_unseen(path, format!("{} must be an object", T::WHAT), example::<T>());
        return None;
    };
    for key in object.keys().filter(|key| T::FIELDS.iter().all(|field| field.name != key.as_str())) {
        unknown_word::report(&member(path, key), key, T::WHAT, T::FIELDS, found);
    }
    let mut whole = smallest::<T>();
    for field in T::FIELDS {
        match object.get(field.name) {
            None if field.required => {
                let why = format!("this is missing, and {} must have it", T::WHAT);
                found.add_unseen(&member(path, field.name), why, field.remedy());
            }
            Some(value) if fits::<T>(path, field, value, found) => {
                whole.insert(field.name.to_owned(), value.clone());
            }
            _ => {}
        }
    }
    serde_json::from_value(Value::Object(whole)).ok()
}

/// The required fields, each with its example.
fn smallest<T: Island>() -> Map<String, Value> {
    let required = T::FIELDS.iter().filter(|field| field.required);
    required.map(|field| (field.name.to_owned(), field.example())).collect()
}

/// What to write where something else stands that is no object.
fn example<T: Island>() -> String {
    let required: Vec<String> = T::FIELDS.iter().filter(|field| field.required).map(Field::written).collect();
    format!("write it as in {{{}}}", required.join(", "))
}

/// Has `value` the right type for this field of the part at `path`?
fn fits<T: Island>(path: &str, field: &Field, value: &Value, found: &mut Problems) -> bool {
    let path = member(path, field.name);
    if value.is_null() {
        // serde would take it for a field that is left out.
        found.add(&path, value, "null says nothing here", field.remedy());
        return false;
    }
    let mut whole = smallest::<T>();
    whole.insert(field.name.to_owned(), value.clone());
    let fits = serde_json::from_value::<T>(Value::Object(whole)).is_ok();
    if !fits {
        field.refuse(&path, value, found);
    }
    fits
}
