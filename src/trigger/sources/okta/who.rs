//! Whom one of Okta's log events is about, and from where.

use core::net::IpAddr;

use crate::trigger::cause::Text;
use crate::trigger::sources::lenient::At;

/// The person: the actor, or the first target that is a user where the actor is none (an address, the system itself).
pub(super) fn actor(record: At<'_>) -> Option<Text> {
    let actor = record.get("actor");
    let target = || record.get("target").items().find(|target| target.get("type").is("User")).and_then(name);
    if is_a_person(actor) { name(actor).or_else(target) } else { target() }
}

/// The address: of a user's report, the one that is reported, not the user's own.
pub(super) fn address(record: At<'_>, kind: &str) -> Option<IpAddr> {
    let reported = || record.way("debugContext.debugData.suspiciousActivityEventIp").address();
    let reported = if kind == "user.account.report_suspicious_activity_by_enduser" { reported() } else { None };
    let actor = record.get("actor");
    let chain = || {
        let mut hops = record.way("request.ipChain").items();
        hops.find_map(|hop| hop.get("ip").address().or_else(|| hop.way("geographicalContext.ip").address()))
    };
    reported
        .or_else(|| record.way("client.ipAddress").address())
        .or_else(|| actor.get("id").address())
        .or_else(|| actor.get("displayName").address())
        .or_else(chain)
}

fn is_a_person(actor: At<'_>) -> bool {
    let kind: String = actor.get("type").str().unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    !["ipaddress", "systemprincipal"].iter().any(|none| kind.eq_ignore_ascii_case(none))
}

/// What people call it; an address is nobody's name.
fn name(somebody: At<'_>) -> Option<Text> {
    let nobody = |text: &Text| text.as_str().eq_ignore_ascii_case("unknown") || text.as_str().parse::<IpAddr>().is_ok();
    let names = ["alternateId", "displayName", "id"].into_iter();
    names.filter_map(|key| somebody.get(key).text()).find(|text| !nobody(text))
}
