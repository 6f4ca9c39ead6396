//! A detection: class 2004, <https://schema.ocsf.io/classes/detection_finding>, or the older 2001,
//! <https://schema.ocsf.io/1.0.0/classes/security_finding>, which has `finding` for `finding_info` and `state` for
//! `status`, and in which Security Lake has every finding of Security Hub, checks among them.

use core::net::IpAddr;

use super::super::{guardduty, securityhub};
use super::{At, Event, Incident, Said, Source, Text, activity, id_of, named, severity, when, who, whole};
use crate::time::Timestamp;
use crate::trigger::cause::Evidence;

/// How a detection stands, if it is no longer open.
enum Over {
    /// It was closed, or looked at and settled.
    Settled,
    /// It is no longer shown, or told elsewhere, which says nothing about whether it was true.
    PutAway,
    /// It is a check that did not fail.
    NotFailed,
    /// Nothing has happened.
    Sample,
}

/// What a person judged of a detection, where that ends it.
enum Judged {
    /// It was false, harmless, a mistake or a test.
    Harmless,
    /// Another one tells the same.
    Duplicate,
}

pub(super) fn said(event: Event<'_>, source: Source) -> Said {
    let why = match over(event.record()) {
        None => return Said::Incident(incident(event, source)),
        Some(Over::Settled) => return all_clear(event, source),
        Some(Over::PutAway) => {
            "this OCSF detection was archived, deleted, dismissed or told twice; nobody says whether it was true"
        }
        Some(Over::NotFailed) => "this OCSF finding is a check that did not fail",
        Some(Over::Sample) => "this OCSF detection is a sample: nothing has happened",
    };
    Said::Nothing(why.to_owned())
}

/// Activity 3 is Close; statuses 3 to 6 are Suppressed, Resolved, Archived, Deleted. Who closes a duplicate has not
/// settled the other.
fn over(record: At<'_>) -> Option<Over> {
    let states = [record.get("state"), record.get("status")];
    let word = |words: &[&str]| words.iter().any(|word| states.iter().any(|state| state.is(word)));
    let status = whole(record.get("state_id")).or_else(|| whole(record.get("status_id")));
    let closed = activity(record) == Some(3) || record.get("activity_name").is("Close");
    let verdict = verdict(record);
    let archived = record.way("unmapped.RecordState").is("ARCHIVED");
    let settled = closed || matches!(status, Some(3 | 4)) || word(&["Suppressed", "Resolved", "False Positive"]);
    if guardduty::is_titled_sample(info(record).get("title")) || guardduty::is_sample(record.get("unmapped")) {
        Some(Over::Sample)
    } else if matches!(verdict, Some(Judged::Duplicate)) {
        Some(Over::PutAway)
    } else if verdict.is_some() || settled {
        Some(Over::Settled)
    } else if archived || matches!(status, Some(5 | 6)) || word(&["Archived", "Deleted", "Closed", "Dismissed"]) {
        Some(Over::PutAway)
    } else {
        has_not_failed(record.get("compliance")).then_some(Over::NotFailed)
    }
}

/// The number counts, and the word only where the number says nothing. That nobody can tell yet, or that others see to
/// it, ends nothing. <https://schema.ocsf.io/profiles/incident>
fn verdict(record: At<'_>) -> Option<Judged> {
    let word = |words: &[&str]| words.iter().any(|word| record.get("verdict").is(word));
    match whole(record.get("verdict_id")) {
        Some(1 | 3 | 5 | 6) => Some(Judged::Harmless),
        Some(10) => Some(Judged::Duplicate),
        Some(2 | 4 | 7..=9) => None,
        _ if word(&["False Positive", "Disregard", "Benign", "Test"]) => Some(Judged::Harmless),
        _ => word(&["Duplicate"]).then_some(Judged::Duplicate),
    }
}

/// Is it a check's result, and not that it failed?
fn has_not_failed(check: At<'_>) -> bool {
    let status = check.get("status");
    status.is_said() && !status.is("FAILED") && !status.is("Fail")
}

/// What is said of the finding itself.
fn info(record: At<'_>) -> At<'_> {
    let info = record.get("finding_info");
    if info.is_there() { info } else { record.get("finding") }
}

/// The finding's own id, or else the event's.
fn ids(record: At<'_>) -> [At<'_>; 2] {
    [info(record).get("uid"), record.way("metadata.uid")]
}

fn all_clear(event: Event<'_>, source: Source) -> Said {
    let Some(incident) = named(source, ids(event.record()), event) else {
        let why = "an OCSF detection was settled, but it has no finding_info.uid, so nobody can tell which it is";
        return Said::Nothing(why.to_owned());
    };
    Said::AllClear { incident, at: changed(event) }
}

/// When the finding last changed.
fn changed(event: Event<'_>) -> Option<Timestamp> {
    let record = event.record();
    let modified = ["modified_time", "modified_time_dt"].map(|key| info(record).get(key));
    when(modified).or_else(|| when([record.get("time"), record.get("time_dt"), event.time()]))
}

fn incident(event: Event<'_>, source: Source) -> Incident {
    let record = event.record();
    let info = info(record);
    let seen = ["last_seen_time", "last_seen_time_dt"].map(|key| info.get(key));
    let told = ["end_time", "end_time_dt", "time", "time_dt"].map(|key| record.get(key));
    Incident {
        severity: severity(record),
        actor: actor(record),
        address: address(record),
        at: when(seen).or_else(|| when(told)).or_else(|| when([info.get("created_time"), event.time()])),
        changed: changed(event),
        ..Incident::of(source, id_of(source, ids(record), event), kind(record), evidence(record, source))
    }
}

fn kind(record: At<'_>) -> Text {
    let info = info(record);
    let first_type = info.get("types").items().find_map(|kind| who([kind]));
    let analytic = [info.way("analytic.name"), record.way("analytic.name")];
    let otherwise = || who(analytic).or_else(|| who([info.get("title"), record.get("type_name")]));
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
fn evidence(record: At<'_>, source: Source) -> Evidence {
    let is_guardduty = is_guardduty(record.way("metadata.product"), source);
    let types = info(record).get("types").items().filter_map(At::str);
    match types.filter(|_| is_guardduty).find(|kind| kind.contains(':')) {
        Some(kind) => guardduty::evidence(kind, seen(record)),
        None => Evidence::Outsider,
    }
}

/// Is a product GuardDuty? Whoever imports findings into Security Hub calls his product as he likes: AWS vouches for its
/// ARN alone. So the name counts only where no such ARN is to be expected; there who writes a record is who sends it.
fn is_guardduty(product: At<'_>, source: Source) -> bool {
    let arn = product.get("uid");
    if source == Source::SecurityHub || securityhub::product(arn).is_some() {
        return securityhub::is_guardduty(arn);
    }
    let names = ["name", "uid"].iter().filter_map(|key| product.get(key).str());
    names.map(str::to_ascii_lowercase).any(|name| guardduty::is_its_name(&name))
}

fn seen(record: At<'_>) -> guardduty::Seen {
    let evidences = || record.get("evidences").items();
    let login = |evidence: At<'_>| evidence.way("api.operation").is("ConsoleLogin");
    let failed = |evidence: At<'_>| login(evidence) && evidence.way("api.response.error").is_said();
    let users = || evidences().map(|evidence| evidence.way("actor.user"));
    let has_credential = |user: At<'_>| user.get("credential_uid").is_said();
    let caller = |user: At<'_>| guardduty::Caller::of(user.get("type"), has_credential(user));
    let unseen = !evidences().any(|evidence| evidence.way("api.operation").is_said());
    guardduty::Seen {
        sign_in_failed: evidences().any(failed),
        may_be_sign_in: unseen || evidences().any(login),
        caller: users().map(caller).max().unwrap_or_default(),
        cluster_user: false,
        // Those of an attack sequence are evidence here.
        sequence_user: users().any(has_credential),
    }
}
