//! OCSF: sign-ins (class 3002) and detections (class 2004, and 2001 of older writers) of any product that writes them.
//!
//! A detection that is closed, suppressed or resolved is an all-clear, also where one field says so and another still
//! says `New`; so is one of which a person has judged that it was none. Of who could cause a detection nobody can tell,
//! unless it is one of GuardDuty's.
//!
//! Sources: <https://schema.ocsf.io/classes/authentication>, <https://schema.ocsf.io/classes/detection_finding>,
//! <https://schema.ocsf.io/1.0.0/classes/security_finding>; a class is told by `class_uid`, or by `type_uid`, which is
//! that times 100 and the activity.

use super::lenient::{At, when, who};
use super::records::Event;
use super::{Incident, Said, Text, identity, securityhub};
use crate::trigger::IncidentId;
use crate::trigger::cause::{Severity, Source};

mod authentication;
mod detection;
#[cfg(test)]
mod tests;

/// Is it one of its events?
pub(super) fn is_own(event: Event<'_>) -> bool {
    is_one(event.record())
}

/// What it says.
pub(super) fn said(event: Event<'_>) -> Said {
    said_by(event, Source::Ocsf)
}

/// Is it an event of OCSF?
pub(super) fn is_one(record: At<'_>) -> bool {
    class(record).is_some()
}

/// What one says that is of this source.
pub(super) fn said_by(event: Event<'_>, source: Source) -> Said {
    let record = event.record();
    match class(record) {
        Some(3002) => authentication::said(event, source),
        Some(2001 | 2004) => detection::said(event, source),
        _ => {
            let name = record.get("class_name").text().or_else(|| record.get("class_uid").text());
            let class = name.map_or_else(String::new, |name| format!(" ({name})"));
            Said::Nothing(format!("this OCSF event is neither a sign-in (3002) nor a detection (2004, 2001){class}"))
        }
    }
}

/// The number of its class.
fn class(record: At<'_>) -> Option<i64> {
    let category = record.get("category_uid").is_there() || record.get("metadata").is_there();
    let by_type = || whole(record.get("type_uid")).filter(|_| category).map(|kind| kind / 100);
    whole(record.get("class_uid")).or_else(by_type)
}

/// The number of its activity.
fn activity(record: At<'_>) -> Option<i64> {
    whole(record.get("activity_id")).or_else(|| whole(record.get("type_uid")).map(|kind| kind % 100))
}

/// The incident that the first usable of these ids names. Ids are a product's own, so its name stands before them; and a
/// record says itself which product it is of, so who sent it stands before that: nobody writes in another sender's name.
fn named<'a>(source: Source, ids: impl IntoIterator<Item = At<'a>>, event: Event<'_>) -> Option<IncidentId> {
    let id = ids.into_iter().find_map(identity::usable)?;
    let product = event.record().way("metadata.product");
    if source == Source::SecurityHub {
        return Some(securityhub::of_product(product.get("uid"), id));
    }
    let product = ["uid", "name"].iter().find_map(|key| product.get(key).str());
    let words = |product: &str| product.split_whitespace().collect::<Vec<_>>().join("-");
    let parts: Vec<String> = [event.sent_by(), product.map(words), Some(id)].into_iter().flatten().collect();
    Some(IncidentId::of(source, &parts.join("/")))
}

/// The same; where no id is usable, a hash of the whole record.
fn id_of<'a>(source: Source, ids: impl IntoIterator<Item = At<'a>>, event: Event<'_>) -> IncidentId {
    named(source, ids, event).unwrap_or_else(|| identity::of_whole(source, event.record()))
}

/// A whole number, also one that is written as a text.
fn whole(place: At<'_>) -> Option<i64> {
    let number = place.number().filter(|number| number.fract() == 0.0 && number.abs() < 1e15)?;
    Some(number as i64)
}

/// `severity_id`, or else the word beside it.
fn severity(record: At<'_>) -> Option<Severity> {
    match whole(record.get("severity_id")) {
        Some(1) => Some(Severity::Informational),
        Some(2) => Some(Severity::Low),
        Some(3) => Some(Severity::Medium),
        Some(4) => Some(Severity::High),
        Some(5 | 6) => Some(Severity::Critical),
        _ => record.get("severity").severity_word(),
    }
}
