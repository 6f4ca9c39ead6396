//! The loop's first question: which accounts does an event concern?
//!
//! ```json
//! { "source": "scim-key-lifecycle", "kind": "resolve", "event": { "…": "the event, unchanged" } }
//! ```

use crate::policy::Policy;
use crate::trigger::fields::Fields;
use crate::trigger::refused::Declined;
use crate::trigger::{Arrival, happening, names};

const FIELDS: [&str; 3] = ["source", "kind", "event"];

/// Answers it. An event that a hop would refuse is refused here already, with its place under `$.event`.
pub(in crate::trigger) fn read(resolve: &Fields<'_>, policy: &Policy) -> Result<Arrival, Declined> {
    resolve.only(&FIELDS)?;
    let event = resolve.event()?;
    let (happening, accounts) = happening(&event, policy)?;
    Ok(Arrival::Resolve(happening.kind(), names(&accounts)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::tests::{all_refused, arrives};

    fn resolve(event: &str) -> String {
        format!(r#"{{"source":"scim-key-lifecycle","kind":"resolve","event":{event}}}"#)
    }

    /// Our own event of this kind.
    fn native(kind: &str, rest: &str) -> String {
        format!(r#"{{"source":"scim-key-lifecycle","kind":"{kind}"{rest}}}"#)
    }

    fn accounts(event: &str, policy: &[&str]) -> Vec<String> {
        match arrives(&resolve(event), policy) {
            Ok(Arrival::Resolve(_, accounts)) => accounts.iter().map(ToString::to_string).collect(),
            other => panic!("{event}: {other:?}"),
        }
    }

    #[test]
    fn an_event_concerns_the_account_that_it_names_or_the_only_one() {
        let both = ["acme", "globex"];
        for (event, policy, concerned) in [
            (native("schedule", ""), &both[..1], &both[..1]),
            (native("schedule", ""), &both, &both),
            (native("schedule", r#","account":"globex""#), &both, &both[1..]),
            (native("incident", r#","id":"INC-1""#), &both[..1], &both[..1]),
            (native("incident", r#","id":"INC-1","account":"acme""#), &both, &both[..1]),
            (native("restore", r#","receipt":"eyJ","account":"acme""#), &both, &both[..1]),
            (include_str!("../../../events/schedule.json").to_owned(), &both, &both),
        ] {
            assert_eq!(accounts(&event, policy), concerned, "{event}");
        }
    }

    #[test]
    fn somebody_elses_event_is_ignored() {
        let foreign = resolve(include_str!("../../../events/someone-elses.json"));
        let Ok(Arrival::NotOurs { why }) = arrives(&foreign, &["acme"]) else { panic!("not ignored") };
        assert_eq!(why, r#"source not supported: "aws.ec2""#);
    }

    #[test]
    fn an_incident_or_a_restore_that_names_no_account_concerns_none_of_several() {
        for event in [native("incident", r#","id":"INC-1""#), native("restore", r#","receipt":"eyJ""#)] {
            let problem = arrives(&resolve(&event), &["acme", "globex"]).unwrap_err().0;
            assert_eq!(problem.path, "$.event.account", "{problem}");
            assert!(problem.why.starts_with("the policy has several accounts"), "{problem}");
        }
    }

    #[test]
    fn what_is_wrong_inside_is_refused_with_its_place_there() {
        let scheduled = r#"{"source":"aws.events","detail-type":"Scheduled Event","resources":[5]}"#;
        let own = |rest: &str| format!(r#"{{"source":"scim-key-lifecycle","kind":"resolve"{rest}}}"#);
        let deep = format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65));
        all_refused(&[
            (own(""), "$.event", "this is missing"),
            (own(r#","event":null"#), "$.event", "this is missing"),
            (own(r#","event":"{}""#), "$.event", "an event is a JSON object"),
            (own(r#","event":{},"account":"acme""#), "$.account", "this field is not known"),
            (resolve(&native("schedule", r#","time":7"#)), "$.event.time", "this must be a text"),
            (resolve(&native("schedule", r#","account":"globex""#)), "$.event.account", "the policy has no account"),
            (resolve(&native("schedule", r#","a b":7"#)), r#"$.event["a b"]"#, "this field is not known"),
            (resolve(&native("incident", "")), "$.event.id", "this is missing"),
            (resolve(&native("restore", "")), "$.event.receipt", "this is missing"),
            (resolve(r#"{"source":"scim-key-lifecycle"}"#), "$.event.kind", "this is missing"),
            (resolve(&native("hop", "")), "$.event.kind", "cannot stand inside another"),
            (resolve(&native("resolve", "")), "$.event.kind", "cannot stand inside another"),
            (resolve(scheduled), "$.event.resources[0]", "this must be a text"),
            (resolve(&deep), "$.event.a", "nested deeper than 64"),
            (resolve(r#"{"source":"x","source":"x"}"#), "$.event.source", "this key stands twice"),
        ]);
    }
}
