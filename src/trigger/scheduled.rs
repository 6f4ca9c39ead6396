//! AWS's scheduled events: those of EventBridge rules, and the default event of EventBridge Scheduler.
//!
//! Rules send `source: aws.events` and `detail: {}`; Scheduler sends `source: aws.scheduler` and, as `detail`, the
//! *string* `"{}"`. Nothing in `detail` is ours, so it is not read at all.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html>,
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html>.

use serde_json::Value;

use super::fields::Fields;
use super::{Happening, Refused, Schedule};
use crate::json;

/// Is this one of them?
pub(super) fn is_scheduled(event: &Fields<'_>) -> bool {
    is_from_a_scheduler(event) && event.body().get("detail-type").and_then(Value::as_str) == Some("Scheduled Event")
}

/// Does it come from where scheduled events come from?
pub(super) fn is_from_a_scheduler(event: &Fields<'_>) -> bool {
    matches!(event.body().get("source").and_then(Value::as_str), Some("aws.events" | "aws.scheduler"))
}

/// Reads its time and its name, the ARN of the rule or schedule. The AWS account in it says nothing about ours.
pub(super) fn read(event: &Fields<'_>) -> Result<Happening, Refused> {
    let schedule = Schedule { name: name(event)?, due: event.instant("time")? };
    let key = key(&schedule, event);
    Ok(Happening::Schedule { schedule, account: None, key, cursor: None })
}

/// Tells a tick from others, of our own schedules as well: its name and its time; else all of the event but the memory that
/// it brings.
pub(super) fn key(schedule: &Schedule, event: &Fields<'_>) -> String {
    if let (Some(name), Some(due)) = (&schedule.name, schedule.due) {
        return format!("{name}\n{due}");
    }
    let mut body = event.body().clone();
    body.remove("cursor");
    Value::Object(body).to_string()
}

/// The first of its `resources`, if it has any.
fn name(event: &Fields<'_>) -> Result<Option<String>, Refused> {
    const REMEDY: &str = "leave it as AWS sends it: a list with the ARN of the rule or schedule";
    let place = event.place("resources");
    match event.body().get("resources") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(resources)) => match resources.first() {
            None => Ok(None),
            Some(Value::String(arn)) => Ok(Some(arn.clone())),
            Some(other) => Err(Refused::new(json::element(&place, 0), other, "this must be a text", REMEDY)),
        },
        Some(other) => Err(Refused::new(place, other, "this must be a list", REMEDY)),
    }
}
