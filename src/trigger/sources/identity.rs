//! Telling one incident from all others by the ids of its record, which may be missing, or no ids at all.

use serde_json::Value;

use super::lenient::At;
use crate::trigger::IncidentId;
use crate::trigger::cause::Source;

/// The incident that the first usable of these ids names. Only such a one can be cleared.
pub(super) fn named<'a>(source: Source, ids: impl IntoIterator<Item = At<'a>>) -> Option<IncidentId> {
    ids.into_iter().find_map(usable).map(|id| IncidentId::of(source, &id))
}

/// The same; where no id is usable, a hash of the whole record, so that a second delivery is the same incident.
pub(super) fn of<'a>(source: Source, ids: impl IntoIterator<Item = At<'a>>, record: At<'_>) -> IncidentId {
    named(source, ids).unwrap_or_else(|| of_whole(source, record))
}

/// The hash of a whole record.
pub(super) fn of_whole(source: Source, record: At<'_>) -> IncidentId {
    hashed(source, &record.value().map(Value::to_string).unwrap_or_default())
}

/// The hash of a text. The blank before it makes it a text that no id is, which is then never shown itself.
pub(super) fn hashed(source: Source, text: &str) -> IncidentId {
    IncidentId::of(source, &format!(" {text}"))
}

/// An id: not empty, not all zeros, not a placeholder.
pub(super) fn usable(at: At<'_>) -> Option<String> {
    let id = match at.value()? {
        Value::String(_) if at.is_said() => at.str()?.to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    id.chars().any(|c| c.is_alphanumeric() && c != '0').then_some(id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_usable_id_counts_and_else_the_record() {
        let record = json!({
            "a": "00000000-0000-0000-0000-000000000000", "b": "...", "c": "", "d": null, "e": {}, "f": "Unknown",
            "id": "9f", "number": 17,
        });
        let at = At::of(&record);
        let of = |keys: &[&str]| of(Source::Okta, keys.iter().map(|key| at.get(key)), at).as_str().to_owned();
        assert_eq!(of(&["a", "b", "c", "d", "e", "f", "id"]), "okta:9f");
        assert_eq!(of(&["number"]), "okta:17");
        let hash = of(&["a", "b", "c", "d", "e", "f"]);
        assert!(hash.starts_with("okta:sha256-") && hash == of(&[]), "{hash}");
        assert_eq!(named(Source::Okta, [at.get("a")]), None);
    }

    #[test]
    fn a_short_record_is_hashed_and_not_shown() {
        let record = json!({"secret":"x"});
        assert!(of(Source::Entra, [], At::of(&record)).as_str().starts_with("entra:sha256-"));
    }
}
