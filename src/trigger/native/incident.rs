//! An incident: what a person, or a system that watches, sends when a key may be in somebody else's hands.
//!
//! ```json
//! { "source": "scim-key-lifecycle", "kind": "incident", "id": "INC-4711",
//!   "credentials": ["scimcred-un1tgbnt0s9j"], "time": "2026-11-24T05:55:00Z", "account": "acme" }
//! ```
//!
//! `id` tells it from all others, and makes the run id with the account: a second report of the same incident is the same
//! run. It must not look like a source's id: otherwise that source's all-clear or containment would count for this incident.
//! `credentials` are the keys that it implicates; `time` is when it happened. `cursor` is the memory of an account for
//! which no loop keeps one.
//!
//! A person sent it by hand, or a system that is meant to: one that no rule of the policy is on is refused, since an event
//! that is ignored is told to nobody.

use serde_json::Value;

use crate::policy::Policy;
use crate::trigger::IncidentId;
use crate::trigger::cause::Incident;
use crate::trigger::fields::Fields;
use crate::trigger::{Happening, Kind, Refused, hearing, named_or_only};
use crate::zone::{AccountName, CredentialId};

const FIELDS: [&str; 7] = ["source", "kind", "id", "credentials", "time", "account", "cursor"];
/// The most keys that one incident may name. A zone has two; a report may name those of other zones as well.
const MAX_CREDENTIALS: usize = 100;

/// Reads it.
pub(super) fn read(event: &Fields<'_>, policy: &Policy) -> Result<Happening, Refused> {
    const ID: &str = "name the incident, the same way each time it is reported: \"id\": \"INC-4711\"";
    const CREDENTIALS: &str = "list the ids of the keys that it implicates, or leave it out";
    event.only(&FIELDS)?;
    let id = event.needed("id", ID, event.shaped("id", "an incident's id", IncidentId::parse, ID)?)?;
    not_of_a_source(&id, event)?;
    let implicated = event.texts("credentials", MAX_CREDENTIALS, "a key's id", CredentialId::parse, CREDENTIALS)?;
    let incident = Incident::own(id, event.instant("time")?, implicated.into_iter().collect());
    let (account, cursor) = (event.account()?, event.cursor()?);
    let account = &named_or_only(event, account.as_ref(), Kind::Incident, policy)?.name;
    let body = Value::Object(event.body().clone());
    let piece = hearing::own(incident, &body, account, policy).ok_or_else(|| unasked(event, account))?;
    Ok(Happening::Said { pieces: vec![piece], rest: None, cursor })
}

/// A report shows such ids, and people copy them.
fn not_of_a_source(id: &IncidentId, event: &Fields<'_>) -> Result<(), Refused> {
    let Some(source) = id.source() else { return Ok(()) };
    let why = format!("{} names its own incidents so, and this is another one", source.as_str());
    let remedy = "give it an id of yours, such as the number of a ticket: \"id\": \"INC-4711\"; what the source's incident \
                  holds off stays off beside it";
    Err(Refused::new(event.place("id"), &Value::from(id.as_str()), why, remedy))
}

fn unasked(event: &Fields<'_>, account: &AccountName) -> Refused {
    let why =
        format!("no rule of the policy is on this incident of the account {account}: nothing would be done about it");
    let remedy = r#"add a rule to the policy that says which keys go off, such as {"id": "contain", "on": "incident", "when": {"implicated": true}, "then": "disable"}, and send the event again; until then, disable the key by hand"#;
    Refused::unseen(event.place("kind"), why, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;
    use crate::trigger::tests::{all_refused, arrives, cursor, run};
    use crate::trigger::{Arrival, Cause, RunId};

    fn event(rest: &str) -> String {
        format!(r#"{{"source":"scim-key-lifecycle","kind":"incident"{rest}}}"#)
    }

    fn incident(event: &str) -> Incident {
        match run(event).cause {
            Cause::Incident(mut claims) => claims.incidents.remove(0).incident,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_sample_names_its_key_and_its_time() {
        let incident = incident(include_str!("../../../events/incident-native.json"));
        assert_eq!(incident.id.as_str(), "INC-4711");
        assert_eq!(incident.at.map(|at| at.to_string()).as_deref(), Some("2026-11-24T05:55:00Z"));
        assert_eq!(incident.implicated.iter().map(CredentialId::as_str).collect::<Vec<_>>(), ["scimcred-acme0new0001"]);
    }

    #[test]
    fn an_incident_needs_no_more_than_its_id() {
        for rest in ["", r#","credentials":[]"#, r#","credentials":null,"time":null,"account":null,"cursor":null"#] {
            let incident = incident(&event(&format!(r#","id":"INC-1"{rest}"#)));
            assert!(incident.implicated.is_empty() && incident.at.is_none(), "{rest}");
        }
        let twice = r#","id":"INC-1","credentials":["scimcred-aaaaaaaaaaaa","scimcred-aaaaaaaaaaaa"]"#;
        assert_eq!(incident(&event(twice)).implicated.len(), 1);
    }

    #[test]
    fn its_id_and_account_make_the_run_id_and_nothing_else_does() {
        let id = |rest: &str| run(&event(rest)).run;
        let first = id(r#","id":"INC-1""#);
        for rest in [
            r#","id":"INC-1","credentials":["scimcred-aaaaaaaaaaaa"]"#,
            r#","id":"INC-1","time":"2026-11-24T05:55:00Z""#,
            r#","id":"INC-1","account":"acme""#,
            r#","id":"INC-1","cursor":"eyJ""#,
        ] {
            assert_eq!(id(rest), first, "{rest}");
        }
        assert_ne!(id(r#","id":"INC-2""#), first);
        let both = ["acme", "globex"];
        let of = |account: &str| -> RunId {
            match arrives(&event(&format!(r#","id":"INC-1","account":"{account}""#)), &both) {
                Ok(Arrival::Bare { trigger, .. }) => trigger.run,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(of("acme"), first);
        assert_ne!(of("globex"), first);
    }

    #[test]
    fn it_may_bring_a_cursor() {
        assert_eq!(cursor(&event(r#","id":"INC-1","cursor":"eyJ.x""#)).as_deref(), Some("eyJ.x"));
    }

    #[test]
    fn one_that_no_rule_is_on_is_refused_in_every_wrapper_and_says_which_rule_to_add() {
        let ruled = |rules: &str| {
            let account = |name: &str| format!(r#"{{"name":"{name}","site":"intl","zone":"auto","secret":"env"}}"#);
            let accounts = format!("{},{}", account("acme"), account("globex").replace("env", "profile:globex"));
            let text = format!(r#"{{"version":1,"mode":"report","accounts":[{accounts}],"rules":[{rules}]}}"#);
            Policy::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"))
        };
        let on_a_schedule = r#"{"id":"r","on":"schedule","when":{"expired_for":"7d"},"then":"disable"}"#;
        let on_pages =
            r#"{"id":"p","on":{"id":[{"prefix":"PAGE-"}]},"account":"acme","when":{"all":[]},"then":"disable"}"#;
        let on_all = r#"{"id":"i","on":"incident","when":{"implicated":true},"then":"disable"}"#;
        for (rules, id, account, is_refused) in [
            (on_a_schedule, "INC-1", "acme", true),
            (on_pages, "INC-1", "acme", true),
            (on_pages, "PAGE-1", "acme", false),
            (on_pages, "PAGE-1", "globex", true),
            (on_all, "INC-1", "globex", false),
        ] {
            let bare = event(&format!(r#","id":"{id}","account":"{account}""#));
            let around = |kind: &str, rest: &str| {
                format!(r#"{{"source":"scim-key-lifecycle","kind":"{kind}","event":{bare}{rest}}}"#)
            };
            let hop = around("hop", &format!(r#","account":"{account}","execution":"e","register":null"#));
            for (event, path) in
                [(bare.clone(), "$.kind"), (around("resolve", ""), "$.event.kind"), (hop, "$.event.kind")]
            {
                let read = crate::trigger::read(event.as_bytes(), &ruled(rules), Timestamp::from_unix_seconds(0));
                assert_eq!(read.is_err(), is_refused, "{rules}: {event}");
                let Err(Refused(problem)) = read else { continue };
                assert_eq!(problem.path, path, "{problem}");
                assert!(problem.why.starts_with("no rule of the policy is on this incident"), "{problem}");
                assert!(problem.remedy.contains(r#""on": "incident""#), "{problem}");
            }
        }
    }

    #[test]
    fn where_there_are_several_accounts_it_must_name_its_own() {
        let problem = arrives(&event(r#","id":"INC-1""#), &["acme", "globex"]).unwrap_err().0;
        assert_eq!(problem.path, "$.account");
        assert_eq!(problem.why, "the policy has several accounts, and this incident names none");
        assert_eq!(problem.remedy, "name one that the policy has: acme, globex");
    }

    #[test]
    fn an_id_that_a_source_gives_is_refused_and_one_that_only_looks_like_it_is_not() {
        let with = |id: &str| event(&format!(r#","id":"{id}""#));
        let given =
            ["okta:U1", "okta:U1@2026-11-24T06:00:00Z", "entra:u-1", "ocsf:GuardDuty/f", "tencent.cloudaudit:e"];
        let amazons = ["aws.signin:s", "aws.guardduty:3eb7", "aws.health:h", "aws.securityhub:arn:aws:f"];
        all_refused(&given.iter().chain(&amazons).map(|id| (with(id), "$.id", "names its own")).collect::<Vec<_>>());
        let problem = arrives(&with("okta:U1"), &["acme"]).unwrap_err().0;
        assert!(problem.remedy.starts_with("give it an id of yours, such as the number of a ticket: "), "{problem}");
        for id in ["okta", "okta-U1", "INC:okta:U1", "Okta:U1", "own:U1"] {
            assert_eq!(incident(&with(id)).id.as_str(), id);
        }
    }

    #[test]
    fn a_malformed_incident_is_refused_by_the_place() {
        let with = |rest: &str| event(&format!(r#","id":"INC-1",{rest}"#));
        let many = format!(r#""credentials":[{}]"#, vec!["1"; 101].join(","));
        all_refused(&[
            (event(""), "$.id", "this is missing"),
            (event(r#","id":null"#), "$.id", "this is missing"),
            (event(r#","id":4711"#), "$.id", "this must be a text"),
            (event(r#","id":"""#), "$.id", "an incident's id is 1 to 200 visible ASCII"),
            (event(r#","id":"two words""#), "$.id", "an incident's id is 1 to 200 visible ASCII"),
            (event(&format!(r#","id":"{}""#, "x".repeat(201))), "$.id", "an incident's id is 1 to 200"),
            (with(r#""credentials":"scimcred-aaaaaaaaaaaa""#), "$.credentials", "this must be a list"),
            (with(r#""credentials":["scimcred-aaaaaaaaaaaa",7]"#), "$.credentials[1]", "this must be a text"),
            (with(r#""credentials":["scimcred-A"]"#), "$.credentials[0]", "a key's id is 'scimcred-'"),
            (with(&many), "$.credentials", "101 entries stand here, and at most 100 are read"),
            (with(r#""time":"soon""#), "$.time", "this is not a time"),
            (with(r#""account":"globex""#), "$.account", "the policy has no account of this name"),
            (with(r#""credential":"scimcred-aaaaaaaaaaaa""#), "$.credential", "this field is not known"),
        ]);
    }
}
