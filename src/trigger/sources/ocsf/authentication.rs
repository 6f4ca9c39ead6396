//! A sign-in, class 3002: <https://schema.ocsf.io/classes/authentication>.

use super::super::signin;
use super::{At, Incident, Said, Source, Text, activity, id_of, severity, when, who, whole};
use crate::trigger::cause::Evidence;

/// Activity: a session ended.
const LOGOFF: i64 = 2;
/// Activity: a step before a sign-in, in which nobody has shown a credential yet.
const PREAUTH: i64 = 6;
/// Status: it succeeded.
const SUCCESS: i64 = 1;

pub(super) fn said(record: At<'_>, time: At<'_>, source: Source) -> Said {
    if activity(record) == Some(LOGOFF) || record.get("activity_name").is("Logoff") {
        return Said::Nothing("this OCSF event is the end of a session, not a sign-in".to_owned());
    }
    let call = record.way("api.operation");
    if let Some(step) = signin::step(call, succeeded(record)) {
        return Said::Nothing(format!("this OCSF event is a step of a sign-in or its end, not a sign-in: {step}"));
    }
    let id = id_of(source, [record.way("metadata.uid")], record);
    let took_a_credential = succeeded(record) && !is_before(record) && !signin::is_anybodys(call);
    let evidence = if took_a_credential { Evidence::Authenticated } else { Evidence::Outsider };
    Said::Incident(Incident {
        severity: severity(record),
        actor: actor(record),
        address: record.way("src_endpoint.ip").address(),
        at: when([record.get("time"), record.get("time_dt"), record.way("metadata.logged_time"), time]),
        ..Incident::of(source, id, kind(record), evidence)
    })
}

fn kind(record: At<'_>) -> Text {
    let kind = who([record.get("type_name"), record.get("activity_name"), record.get("class_name")]);
    kind.unwrap_or_else(|| Text::ours("Authentication"))
}

fn is_before(record: At<'_>) -> bool {
    activity(record) == Some(PREAUTH) || record.get("activity_name").is("Preauth")
}

/// Did it certainly succeed? Number and word have to agree, and the call must tell of no error.
fn succeeded(record: At<'_>) -> bool {
    let status = record.get("status");
    if record.way("api.response.error").is_said() {
        return false;
    }
    match whole(record.get("status_id")) {
        Some(SUCCESS) => !status.is("Failure") && !status.is("Failed"),
        Some(_) => false,
        None => status.is("Success"),
    }
}

/// `user` is who is signed in, `actor` who asked for it; a name says more than a number.
fn actor(record: At<'_>) -> Option<Text> {
    let (user, actor) = (record.get("user"), record.way("actor.user"));
    let named = who([user.get("name"), user.get("email_addr"), actor.get("name"), actor.get("email_addr")]);
    named.or_else(|| who([user.get("uid"), actor.get("uid")]))
}
