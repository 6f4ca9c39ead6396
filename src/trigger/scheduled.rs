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
    let says = |key: &str, word: &str| body.get(key).and_then(Value::as_str) == Some(word);
    (says("source", "aws.events") || says("source", "aws.scheduler")) && says("detail-type", "Scheduled Event")
}

/// Reads its time and its name, the ARN of the rule or schedule. The AWS account in it says nothing about ours.
pub(super) fn read(body: &Map<String, Value>) -> Result<Tick, Refused> {
    let name = body.get("resources").and_then(|resources| resources.get(0)).and_then(Value::as_str);
    let schedule = Schedule { name: name.map(str::to_owned), due: instant(body, "time")? };
    Ok(Tick { schedule, account: None })
}
