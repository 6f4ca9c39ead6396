//! A detection, class 2004: <https://schema.ocsf.io/classes/detection_finding>.

use core::net::IpAddr;

use super::super::guardduty;
use super::{At, Incident, Said, Source, Text, id_of, named, severity, when, who, whole};
use crate::trigger::cause::Evidence;

/// How a detection stands, if it is no longer open.
enum Over {
    /// It was closed, or looked at and settled.
    Settled,
    /// It is no longer shown, which says nothing about whether it was true.
    PutAway,
    /// Nothing has happened.
    Sample,
}

pub(super) fn said(record: At<'_>, time: At<'_>, source: Source) -> Said {
    match over(record) {
        None => Said::Incident(incident(record, time, source)),
        Some(Over::Settled) => all_clear(record, time, source),
        Some(Over::PutAway) => {
            let why = "this OCSF detection was archived, deleted or dismissed; nobody says whether it was true";
            Said::Nothing(why.to_owned())
        }
        Some(Over::Sample) => Said::Nothing("this OCSF detection is a sample: nothing has happened".to_owned()),
    }
}

/// Activity 3 is Close; statuses 3 to 6 are Suppressed, Resolved, Archived, Deleted.
fn over(record: At<'_>) -> Option<Over> {
    let word = |words: &[&str]| words.iter().any(|word| record.get("status").is(word));
    let status = whole(record.get("status_id"));
    let closed = whole(record.get("activity_id")) == Some(3) || record.get("activity_name").is("Close");
    if guardduty::is_titled_sample(record.way("finding_info.title")) || guardduty::is_sample(record.get("unmapped")) {
        Some(Over::Sample)
    } else if closed || matches!(status, Some(3 | 4)) || word(&["Suppressed", "Resolved"]) {
        Some(Over::Settled)
    } else if matches!(status, Some(5 | 6)) || word(&["Archived", "Deleted", "Closed", "Dismissed", "False Positive"]) {
        Some(Over::PutAway)
    } else {
        None
    }
}

/// The finding's own id, or else the event's.
fn ids(record: At<'_>) -> [At<'_>; 2] {
    [record.way("finding_info.uid"), record.way("metadata.uid")]
}

fn all_clear(record: At<'_>, time: At<'_>, source: Source) -> Said {
    let Some(incident) = named(source, ids(record), record) else {
        let why = "an OCSF detection was settled, but it has no finding_info.uid, so nobody can tell which it is";
        return Said::Nothing(why.to_owned());
    };
    let modified = ["finding_info.modified_time", "finding_info.modified_time_dt"].map(|way| record.way(way));
    let at = when(modified).or_else(|| when([record.get("time"), record.get("time_dt"), time]));
    Said::AllClear { incident, at }
}

fn incident(record: At<'_>, time: At<'_>, source: Source) -> Incident {
    let info = record.get("finding_info");
    let seen = ["last_seen_time", "last_seen_time_dt"].map(|key| info.get(key));
    let told = ["end_time", "end_time_dt", "time", "time_dt"].map(|key| record.get(key));
    Incident {
        severity: severity(record),
        actor: actor(record),
        address: address(record),
        at: when(seen).or_else(|| when(told)).or_else(|| when([info.get("created_time"), time])),
        ..Incident::of(source, id_of(source, ids(record), record), kind(record), evidence(record))
    }
}

fn kind(record: At<'_>) -> Text {
    let info = record.get("finding_info");
    let first_type = info.get("types").items().find_map(|kind| who([kind]));
    let otherwise = || who([info.way("analytic.name"), info.get("title"), record.get("type_name")]);
    first_type.or_else(otherwise).unwrap_or_else(|| Text::ours("Detection Finding"))
}

/// Who acted, by the evidence; or else the first resource that it was done to.
fn actor(record: At<'_>) -> Option<Text> {
    let named = |user: At<'_>| who([user.get("name"), user.get("email_addr"), user.get("uid")]);
    let acting = || record.get("evidences").items().find_map(|evidence| named(evidence.way("actor.user")));
    let resource =
        |resource: At<'_>| named(resource.get("owner")).or_else(|| who([resource.get("name"), resource.get("uid")]));
    let own = || named(record.way("actor.user")).or_else(|| named(record.get("user")));
    acting().or_else(own).or_else(|| record.get("resources").items().find_map(resource))
}

fn address(record: At<'_>) -> Option<IpAddr> {
    let shown = record.get("evidences").items().find_map(|evidence| evidence.way("src_endpoint.ip").address());
    shown.or_else(|| record.way("src_endpoint.ip").address())
}

/// GuardDuty's are judged as its own events are, by the type that they carry along.
fn evidence(record: At<'_>) -> Evidence {
    let product = record.way("metadata.product");
    let names_it = ["name", "uid"].iter().filter_map(|key| product.get(key).str());
    let is_guardduty = names_it.map(str::to_ascii_lowercase).any(|name| name.ends_with("guardduty"));
    let types = record.way("finding_info.types").items().filter_map(At::str);
    match types.filter(|_| is_guardduty).find(|kind| kind.contains(':')) {
        Some(kind) => guardduty::evidence(kind, seen(record)),
        None => Evidence::Outsider,
    }
}

fn seen(record: At<'_>) -> guardduty::Seen {
    let evidences = || record.get("evidences").items();
    let failed = |evidence: At<'_>| {
        evidence.way("api.operation").is("ConsoleLogin") && evidence.way("api.response.error").is_said()
    };
    let own = |evidence: At<'_>| {
        let user = evidence.way("actor.user");
        guardduty::is_own_user(user.get("type")) && user.get("credential_uid").is_said()
    };
    guardduty::Seen {
        sign_in_failed: evidences().any(failed),
        own_credential: evidences().any(own),
        ..Default::default()
    }
}
