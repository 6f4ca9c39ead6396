//! Bodies that hold events and are none: what a topic, a queue or a stream puts around them, and lists. They are refused,
//! with what to do. Pure.
//!
//! They are not opened, although that would be easy. Whoever sends one takes any answer for the end of all that stands in
//! it: a queue deletes the message although the run ended `failed`, or said only for which accounts to send it again. The
//! loop carries an event on until it is dealt with, and tells somebody if it cannot; so the event itself must come to it.
//! What is refused is an error, and comes back to the queue, or to where the sender puts what fails.
//!
//! The records: <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>; what a topic sends to a queue:
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html>; a pipe sends lists:
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html>.

use serde_json::Value;

use super::Refused;
use super::fields::Fields;

/// Refuses what is no object, and so no event; `remedy` is for what is no list either.
pub(super) fn no_object(path: &str, found: &Value, remedy: &str) -> Refused {
    match found.as_array() {
        Some(list) => Refused::unseen(
            path,
            format!("an event is a JSON object, and this is a list of {}; nothing in it was looked at", list.len()),
            "send each of its entries as an event of its own",
        ),
        None => Refused::unseen(path, "an event is a JSON object", remedy),
    }
}

/// Refuses what another service of AWS has put around events.
pub(super) fn refuse(event: &Fields<'_>) -> Result<(), Refused> {
    let Some((key, service)) = service(event) else { return Ok(()) };
    let why = "events do not stand here themselves, but inside what this service sends; nothing in it was looked at: a \
               queue would take any answer for the end of all that it sent";
    let remedy = "let the rule of EventBridge send the event itself to the state machine for incidents, with no topic, \
                  queue or stream between (see README, Audit events and findings)";
    Err(Refused::new(event.place(key), service, why, remedy))
}

/// The service, and the field that shows it.
fn service<'a>(event: &Fields<'a>) -> Option<(&'static str, &'a Value)> {
    let body = event.body();
    let records = body.get("Records").and_then(Value::as_array).into_iter().flatten();
    let services = records.flat_map(|record| [record.get("eventSource"), record.get("EventSource")]).flatten();
    let mut of_aws = services.filter(|service| service.as_str().is_some_and(|name| name.starts_with("aws:")));
    let topic = || body.get("TopicArn").filter(|_| body.contains_key("Message") && body.contains_key("MessageId"));
    of_aws.next().map(|service| ("Records", service)).or_else(|| Some(("TopicArn", topic()?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::trigger::tests::{refused, run};

    const EVENT: &str = include_str!("../../events/schedule.json");

    /// What Lambda is sent, as the services' pages have it.
    fn sns(message: &str) -> Value {
        json!({ "Records": [{
            "EventVersion": "1.0", "EventSubscriptionArn": "arn:aws:sns:us-east-1:123456789012:t:1", "EventSource": "aws:sns",
            "Sns": { "Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": message },
        }] })
    }

    fn sqs(body: &str) -> Value {
        json!({ "Records": [{
            "messageId": "m", "receiptHandle": "h", "body": body, "attributes": {}, "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:q", "awsRegion": "us-east-1",
        }] })
    }

    #[test]
    fn what_a_topic_a_queue_or_a_stream_puts_around_events_is_refused_with_its_name_and_what_to_do() {
        let published = json!({ "Type": "Notification", "MessageId": "m", "TopicArn": "arn:t", "Message": EVENT });
        let stream = json!({ "Records": [{ "eventSource": "aws:kinesis", "kinesis": { "data": "e30=" } }] });
        for (body, path, found) in [
            (sns(EVENT), "$.Records", "\"aws:sns\""),
            (sqs(EVENT), "$.Records", "\"aws:sqs\""),
            (sqs(&sns(EVENT).to_string()), "$.Records", "\"aws:sqs\""),
            (stream, "$.Records", "\"aws:kinesis\""),
            (published, "$.TopicArn", "\"arn:t\""),
        ] {
            for (around, at) in [("", "$"), (r#"{"source":"scim-key-lifecycle","kind":"resolve","event":"#, "$.event")]
            {
                let event = format!("{around}{body}{}", if around.is_empty() { "" } else { "}" });
                let problem = refused(&event);
                assert_eq!((problem.path, problem.value.as_str()), (path.replacen('$', at, 1), found));
                assert!(problem.why.contains("nothing in it was looked at"), "{}", problem.why);
                assert!(problem.remedy.contains("send the event itself to the state machine"), "{}", problem.remedy);
            }
        }
    }

    #[test]
    fn a_list_of_events_is_refused_and_says_to_send_each_alone() {
        let list = format!("[{EVENT},{EVENT}]");
        for (event, path) in [
            (list.clone(), "$"),
            (format!(r#"{{"source":"scim-key-lifecycle","kind":"resolve","event":{list}}}"#), "$.event"),
        ] {
            let problem = refused(&event);
            assert_eq!(
                (problem.path.as_str(), problem.remedy.as_str()),
                (path, "send each of its entries as an event of its own")
            );
            assert!(problem.why.contains("a list of 2; nothing in it was looked at"), "{}", problem.why);
        }
    }

    #[test]
    fn a_log_file_and_an_event_that_only_looks_a_little_like_it_are_none() {
        let file = include_str!("../../tests/fixtures/events/ours_signin_log_file.json");
        let parsed = |text: &str| crate::json::parse(text.as_bytes()).unwrap();
        assert!(parsed(file)["Records"].is_array());
        for body in [file, r#"{"Records":[{"eventSource":7}]}"#, r#"{"Records":{}}"#, r#"{"TopicArn":"arn:t"}"#] {
            let body = parsed(body);
            assert!(super::refuse(&Fields::of(body.as_object().unwrap())).is_ok(), "{body}");
        }
        assert_eq!(run(EVENT).account.name.as_str(), "acme");
    }
}
