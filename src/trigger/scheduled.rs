//! AWS's scheduled events: those of EventBridge rules, and the default event of EventBridge Scheduler.
//!
//! Rules send `source: aws.events` and `detail: {}`; Scheduler sends `source: aws.scheduler` and, as `detail`, the
//! *string* `"{}"`. Nothing in `detail` is ours, so it is not read at all.
//! Source: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html>,
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html>.

use serde_json::{Map, Value};

use super::{Refused, Schedule, Tick, instant};

/// Is this one of them?
pub(super) fn claims(body: &Map<String, Value>) -> bool {
    is_from_a_scheduler(body) && body.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event")
}

/// Does it come from where scheduled events come from?
pub(super) fn is_from_a_scheduler(body: &Map<String, Value>) -> bool {
    matches!(body.get("source").and_then(Value::as_str), Some("aws.events" | "aws.scheduler"))
}

/// Reads its time and its name, the ARN of the rule or schedule. The AWS account in it says nothing about ours.
pub(super) fn read(body: &Map<String, Value>) -> Result<Tick, Refused> {
    let schedule = Schedule { name: name(body)?, due: instant(body, "time")? };
    Ok(Tick { schedule, account: None })
}

/// The first of its `resources`, if it has any.
fn name(body: &Map<String, Value>) -> Result<Option<String>, Refused> {
    const REMEDY: &str = "leave it as AWS sends it: a list with the ARN of the rule or schedule";
    match body.get("resources") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(resources)) => match resources.first() {
            None => Ok(None),
            Some(Value::String(arn)) => Ok(Some(arn.clone())),
            Some(other) => Err(Refused::new("$.resources[0]", other, "this must be a text", REMEDY)),
        },
        Some(other) => Err(Refused::new("$.resources", other, "this must be a list", REMEDY)),
    }
}
