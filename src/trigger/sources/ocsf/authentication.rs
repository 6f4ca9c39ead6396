//! A sign-in, class 3002: <https://schema.ocsf.io/classes/authentication>.

use serde_json::Value;

use super::super::signin;
use super::{At, Event, Incident, Said, Source, Text, activity, id_of, severity, when, who, whole};
use crate::trigger::cause::Evidence;

/// Activity: a session ended.
const LOGOFF: i64 = 2;
/// Activity: a step before a sign-in, in which nobody has shown a credential yet.
const PREAUTH: i64 = 6;
/// Status: it succeeded.
const SUCCESS: i64 = 1;
/// Action: it was denied.
const DENIED: i64 = 2;
/// Dispositions beside which somebody may have been let in: Unknown, Allowed, Approved, those that only note what they see
/// (Detected, No Action, Logged, Tagged, Alert, Count), Other. <https://schema.ocsf.io/profiles/security_control>
const LET_IN: [i64; 10] = [0, 1, 8, 15, 16, 17, 18, 19, 20, 99];

pub(super) fn said(event: Event<'_>, source: Source) -> Said {
    let record = event.record();
    if activity(record) == Some(LOGOFF) || record.get("activity_name").is("Logoff") {
        return Said::Nothing("this OCSF event is the end of a session, not a sign-in".to_owned());
    }
    let call = record.way("api.operation");
    if let Some(step) = signin::step(call, succeeded(record)) {
        return Said::Nothing(format!("this OCSF event is a step of a sign-in or its end, not a sign-in: {step}"));
    }
    let id = id_of(source, [record.way("metadata.uid")], event);
    let is_somebodys = !is_before(record) && !signin::is_anybodys(call) && !is_anonymous(record);
    let authenticated = succeeded(record) && is_somebodys;
    Said::Incident(Incident {
        severity: severity(record),
        actor: actor(record),
        address: record.way("src_endpoint.ip").address(),
        at: when([record.get("time"), record.get("time_dt"), record.way("metadata.logged_time"), event.time()]),
        ..Incident::of(source, id, kind(record), Evidence::of(authenticated))
    })
}

fn kind(record: At<'_>) -> Text {
    let kind = who([record.get("type_name"), record.get("activity_name"), record.get("class_name")]);
    kind.unwrap_or_else(|| Text::ours("Authentication"))
}

fn is_before(record: At<'_>) -> bool {
    activity(record) == Some(PREAUTH) || record.get("activity_name").is("Preauth")
}

/// Is the one who is signed in nobody? A session of Windows without a credential is of `ANONYMOUS LOGON`, and everybody on
/// its network may open one. <https://learn.microsoft.com/en-us/windows-server/identity/ad-ds/manage/understand-security-identifiers>
fn is_anonymous(record: At<'_>) -> bool {
    let (user, actor) = (record.get("user"), record.way("actor.user"));
    let user = if user.is_there() { user } else { actor };
    let is_nobodys =
        |name: &str| ["ANONYMOUS", "ANONYMOUS LOGON"].iter().any(|nobody| name.eq_ignore_ascii_case(nobody));
    let name = user.get("name").str().and_then(|name| name.rsplit(['\\', ':']).next());
    user.get("uid").is("S-1-5-7") || name.is_some_and(is_nobodys)
}

/// Did it certainly succeed? By the schema `status_id` says so, and `status` is the caption of it. The source's own code
/// and words beside them, an error, and an action or a disposition that kept somebody out must not contradict: a mapping may
/// fill `status_id` from how the request went, and `status_code` from how the sign-in did.
fn succeeded(record: At<'_>) -> bool {
    let (word, code) = (record.get("status"), record.get("status_code"));
    let is_told = |place: At<'_>| place.is_there() && (place.is_said() || !place.value().is_some_and(Value::is_string));
    let by_status = match whole(record.get("status_id")) {
        Some(SUCCESS) => !is_told(word) || is_success(word),
        Some(_) => false,
        None => is_success(word),
    };
    let is_refused = record.way("api.response.error").is_said()
        || whole(record.get("action_id")) == Some(DENIED)
        || whole(record.get("disposition_id")).is_some_and(|id| !LET_IN.contains(&id))
        || ["status_detail", "action", "disposition"].iter().any(|words| tells_of_failure(record.get(words)));
    by_status && !is_refused && (!is_told(code) || is_success(code))
}

/// A word for success, a code of zero in any spelling, or one of HTTP's.
fn is_success(told: At<'_>) -> bool {
    let hex = || told.str()?.to_ascii_lowercase().strip_prefix("0x").and_then(|hex| i64::from_str_radix(hex, 16).ok());
    match whole(told).or_else(hex) {
        Some(code) => code == 0 || (200..300).contains(&code),
        None => ["Success", "Succeeded", "Successful", "OK"].iter().any(|word| told.is(word)),
    }
}

/// Does this free text tell of a failure? Those that the schema names, `INVALID_CREDENTIALS` and the like, are among them.
fn tells_of_failure(detail: At<'_>) -> bool {
    const FAILURES: [&str; 11] = [
        "fail",
        "invalid",
        "incorrect",
        "denied",
        "reject",
        "notexist",
        "disabled",
        "locked",
        "expired",
        "dropped",
        "unauthorized",
    ];
    let letters: String = detail.str().unwrap_or_default().chars().filter(char::is_ascii_alphabetic).collect();
    let letters = letters.to_ascii_lowercase();
    FAILURES.iter().any(|failure| letters.contains(failure))
}

/// `user` is who is signed in, `actor` who asked for it; a name says more than a number.
fn actor(record: At<'_>) -> Option<Text> {
    let (user, actor) = (record.get("user"), record.way("actor.user"));
    let named = who([user.get("name"), user.get("email_addr"), actor.get("name"), actor.get("email_addr")]);
    named.or_else(|| who([user.get("uid"), actor.get("uid")]))
}
