//! Conditions: how they are read from the document, and how reports print them.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Value, json};

use super::document::ConditionDocument;
use super::island::Field;
use super::problems::{Problems, texts};
use super::{Condition, On, Span, shape, unknown_word};
use crate::json::{element, member};
use crate::zone::{CredentialId, Status};

/// Reads the condition at `path`, of a rule that is asked `on` this (`None` if that is not known). The JSON reader has
/// bounded how deep conditions can stand in each other.
pub(super) fn read(path: &str, value: &Value, on: Option<&On>, found: &mut Problems) -> Option<Condition> {
    let remedy = r#"write one word and what follows it, as in {"older_than": "90d"}; all and any join several"#;
    let Some(object) = value.as_object() else {
        found.add(path, value, "a condition is an object", remedy);
        return None;
    };
    let mut condition = None;
    for (key, argument) in object {
        let path = member(path, key);
        match ConditionDocument::WORDS.iter().find(|known| known.name == key.as_str()) {
            Some(field) => condition = term(&path, field, argument, on, found),
            None => unknown_word::report(&path, key, "a condition", ConditionDocument::WORDS, found),
        }
    }
    if object.len() == 1 {
        condition
    } else {
        found.add_unseen(path, format!("this condition has {} words, and needs one", object.len()), remedy);
        None
    }
}

/// Reads a word and its argument, which stands at `path`.
fn term(path: &str, word: &Field, argument: &Value, on: Option<&On>, found: &mut Problems) -> Option<Condition> {
    let Ok(document) = serde_json::from_value(json!({ word.name: argument })) else {
        word.refuse(path, argument, found);
        return None;
    };
    match document {
        ConditionDocument::OlderThan(text) => span(path, &text, found).map(Condition::OlderThan),
        ConditionDocument::CreatedWithin(text) => span(path, &text, found).map(Condition::CreatedWithin),
        ConditionDocument::ExpiresWithin(text) => span(path, &text, found).map(Condition::ExpiresWithin),
        ConditionDocument::ExpiredFor(text) => span(path, &text, found).map(Condition::ExpiredFor),
        ConditionDocument::SupersededFor(text) => span(path, &text, found).map(Condition::SupersededFor),
        ConditionDocument::Status(text) => {
            found.shaped(path, &text, "Enabled or Disabled", status).map(Condition::Status)
        }
        ConditionDocument::Ids(items) => Some(Condition::Ids(ids(path, &items, found))),
        ConditionDocument::Implicated(is) => implicated(path, is, on, found),
        ConditionDocument::CreatedSinceIncident(text) => {
            of_incidents(path, on, found);
            span(path, &text, found).map(Condition::CreatedSinceIncident)
        }
        ConditionDocument::All(parts) => Some(Condition::All(list(path, &parts, on, found))),
        ConditionDocument::Any(parts) => Some(Condition::Any(list(path, &parts, on, found))),
        ConditionDocument::Not(part) => read(path, &part, on, found).map(|part| Condition::Not(Box::new(part))),
    }
}

fn span(path: &str, text: &str, found: &mut Problems) -> Option<Span> {
    found.shaped(path, text, Span::SHAPE, Span::parse)
}

fn status(text: &str) -> Option<Status> {
    [Status::Enabled, Status::Disabled].into_iter().find(|status| status.as_str() == text)
}

fn ids(path: &str, items: &[Value], found: &mut Problems) -> BTreeSet<CredentialId> {
    found.count(path, items.len(), &(1..=100));
    found.distinct(texts(path, items));
    found.all_shaped(path, items, CredentialId::SHAPE, shape::credential).into_iter().collect()
}

/// The word has one form, `true`: its opposite is written with `not`, as that of every word is.
fn implicated(path: &str, is: bool, on: Option<&On>, found: &mut Problems) -> Option<Condition> {
    if !is {
        let remedy = r#"write {"implicated": true}, or {"not": {"implicated": true}}"#;
        found.add(path, &false.into(), "this is written in one way", remedy);
    }
    match on {
        Some(On::Schedule) => {
            let why = "only a rule on incidents or events asks this: those on a schedule leave keys alone that an \
                       incident implicates";
            found.add_unseen(path, why, r#"write "on": "incident", or take it out"#);
        }
        Some(On::Event(rule)) if !rule.pattern.may_name_keys() => {
            let why = "no event that this pattern matches names a key: of AWS's own and Okta's (source aws.…), Entra ID's \
                       (entra) and OCSF's (ocsf, ocsf.…) none does, only those of Tencent's CloudAudit and this tool's own";
            let remedy = r#"select keys as {"created_since_incident": "2h"} does, or match "source": [{"suffix": ".cloud.tencent"}]"#;
            found.add_unseen(path, why, remedy);
        }
        _ => {}
    }
    Some(Condition::Implicated)
}

/// On a schedule there is no incident that a word could be about.
fn of_incidents(path: &str, on: Option<&On>, found: &mut Problems) {
    if on == Some(&On::Schedule) {
        let why = "only a rule on incidents or events asks this: on a schedule there is no incident";
        found.add_unseen(path, why, r#"write "on": "incident" or an event pattern, or take it out"#);
    }
}

fn list(path: &str, parts: &[Value], on: Option<&On>, found: &mut Problems) -> Vec<Condition> {
    let parts = parts.iter().enumerate();
    parts.filter_map(|(i, part)| read(&element(path, i), part, on, found)).collect()
}

impl Condition {
    /// The times before an incident that it asks for, wherever they stand in it.
    pub fn times_before_an_incident(&self) -> Vec<Span> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::times_before_an_incident).collect(),
            Self::Not(part) => part.times_before_an_incident(),
            Self::CreatedSinceIncident(span) => vec![*span],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Condition {
    /// In the policy's own words: `older_than 90d and not status Disabled`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OlderThan(span) => write!(f, "older_than {span}"),
            Self::CreatedWithin(span) => write!(f, "created_within {span}"),
            Self::ExpiresWithin(span) => write!(f, "expires_within {span}"),
            Self::ExpiredFor(span) => write!(f, "expired_for {span}"),
            Self::SupersededFor(span) => write!(f, "superseded_for {span}"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Ids(ids) => {
                f.write_str("ids")?;
                ids.iter().try_for_each(|id| write!(f, " {id}"))
            }
            Self::Implicated => f.write_str("implicated"),
            Self::CreatedSinceIncident(span) => write!(f, "created_since_incident {span}"),
            Self::All(parts) if parts.is_empty() => f.write_str("every key"),
            Self::Any(parts) if parts.is_empty() => f.write_str("no key"),
            Self::All(parts) => joined(f, parts, " and "),
            Self::Any(parts) => joined(f, parts, " or "),
            Self::Not(part) => write!(f, "not {}", Part(part)),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Condition], word: &str) -> fmt::Result {
    if let [only] = parts {
        return write!(f, "{only}");
    }
    for (i, part) in parts.iter().enumerate() {
        write!(f, "{}{}", if i == 0 { "" } else { word }, Part(part))?;
    }
    Ok(())
}

/// A condition inside another: in brackets where it joins several.
struct Part<'a>(&'a Condition);

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Condition::All(parts) | Condition::Any(parts) if parts.len() > 1 => write!(f, "({})", self.0),
            // A list of one prints as that one, which may need the brackets.
            Condition::All(parts) | Condition::Any(parts) if parts.len() == 1 => write!(f, "{}", Part(&parts[0])),
            other => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(condition: &Value) -> String {
        let mut found = Problems::default();
        let read = read("$", condition, Some(&On::Incident), &mut found);
        assert_eq!(found.into_problems(), []);
        read.unwrap().to_string()
    }

    #[test]
    fn a_condition_prints_in_the_policys_own_words() {
        for word in ConditionDocument::WORDS {
            assert!(!printed(&json!({ word.name: word.example() })).is_empty());
        }
        let old = json!({"older_than": "90d"});
        let off = json!({"status": "Disabled"});
        assert_eq!(printed(&json!({"all": [old, {"not": off}]})), "older_than 90d and not status Disabled");
        assert_eq!(printed(&json!({"ids": ["scimcred-un1tgbnt0s9j"]})), "ids scimcred-un1tgbnt0s9j");
        assert_eq!(printed(&json!({"implicated": true})), "implicated");
        assert_eq!(printed(&json!({"all": []})), "every key");
        assert_eq!(printed(&json!({"any": []})), "no key");
    }

    #[test]
    fn brackets_stand_where_words_would_join_wrongly() {
        let either = json!({"any": [{"expired_for": "7d"}, {"older_than": "90d"}]});
        let either_printed = "(expired_for 7d or older_than 90d)";
        assert_eq!(printed(&json!({"not": either})), format!("not {either_printed}"));
        assert_eq!(
            printed(&json!({"all": [either, {"status": "Enabled"}]})),
            format!("{either_printed} and status Enabled")
        );
        assert_eq!(printed(&json!({"not": {"all": [either]}})), format!("not {either_printed}"));
        assert_eq!(printed(&json!({"any": [{"all": [{"status": "Enabled"}]}]})), "status Enabled");
    }
}
