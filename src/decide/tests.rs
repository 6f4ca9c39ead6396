//! Decisions by table. Times are written as the cloud prints them; *now* is 2026-11-24 06:00:00 UTC.

use super::guards;
use super::keys::View;
use super::*;
use crate::memory::{Fact, Purpose};
use crate::policy::{Guard, Policy};
use crate::time::CloudTime;
use crate::trigger::{Asked, Evidence, Incident, Text};
use crate::zone::{CredentialId, ZoneId};

mod incidents;
mod restraints;
mod synchronization;

const ZONE: &str = "z-vft38p2hq8tq";
const OLD: &str = "scimcred-aaaaaaaaaaaa";
const YOUNG: &str = "scimcred-bbbbbbbbbbbb";

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-24T06:00:00Z").unwrap()
}

fn key(id: &str, status: &str, created: &str, expires: &str) -> Credential {
    Credential {
        id: CredentialId::parse(id).unwrap(),
        zone: ZoneId::parse(ZONE).unwrap(),
        status: ReportedStatus::read(status),
        kind: "BearerToken".to_owned(),
        created: CloudTime::parse(created).unwrap(),
        expires: CloudTime::parse(expires).unwrap(),
    }
}

/// Enabled, about 200 days old, good for 165 more.
fn old() -> Credential {
    key(OLD, "Enabled", "2026-05-08 12:00:00", "2027-05-08 12:00:00")
}

/// Enabled, about 100 days old, good for 265 more.
fn young() -> Credential {
    key(YOUNG, "Enabled", "2026-08-16 12:00:00", "2027-08-16 12:00:00")
}

fn zone(keys: &[Credential]) -> Snapshot {
    let count = i64::try_from(keys.len()).unwrap();
    Snapshot::whole(ZoneId::parse(ZONE).unwrap(), now(), count, keys.to_vec()).unwrap()
}

/// A policy of one account with these rules, and whatever `more` says (`"known": …,`).
fn policy(more: &str, rules: &str) -> Policy {
    let text = format!(
        r#"{{"version":1,"mode":"report",{more}"accounts":[{{"name":"a","site":"intl","zone":"auto","secret":"env"}}],
            "rules":[{rules}]}}"#
    );
    Policy::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The policy names one voucher.
const VOUCHERS: &str = r#""vouchers":["100000000001"],"#;

/// One rule called `r`.
fn rule(when: &str, rest: &str) -> String {
    format!(r#"{{"id":"r","on":"schedule","when":{when},{rest}}}"#)
}

fn known(ids: &[&str]) -> String {
    let entries: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"credential":"{id}","note":"change 4711"}}"#)).collect();
    format!(r#""known":[{}],"#, entries.join(","))
}

/// The verdicts, oldest key first.
fn verdicts(policy: &Policy, keys: &[Credential]) -> Vec<String> {
    plan(policy, keys).steps.iter().map(|step| step.verdict.word().to_owned()).collect()
}

/// A scheduled run's grounds.
fn grounds<'a>(policy: &'a Policy, memory: &'a Memory) -> Grounds<'a> {
    Grounds { occasion: Occasion::Schedule, memory, rules: policy.rules() }
}

/// All rules of the policy are asked by each of these.
fn claims(incidents: &[&Incident], policy: &Policy) -> Claims {
    let rules: std::collections::BTreeSet<_> = policy.rules().rules.iter().map(|rule| rule.id.clone()).collect();
    let asked = |incident: &&Incident| Asked { incident: (*incident).clone(), rules: rules.clone(), call: None };
    Claims { incidents: incidents.iter().map(asked).collect(), ..Claims::default() }
}

fn plan(policy: &Policy, keys: &[Credential]) -> Plan {
    decide(&zone(keys), grounds(policy, &Memory::default()), now())
}

/// The guards that hold the oldest key, with their reasons.
fn held(policy: &Policy, keys: &[Credential]) -> Vec<(Guard, String)> {
    let plan = plan(policy, keys);
    match &plan.steps[0].findings[0].consequence {
        Consequence::Held(trips) => trips.iter().map(|trip| (trip.guard, trip.why.clone())).collect(),
        other => panic!("not held: {other:?}"),
    }
}

const DISABLE_OLD: &str = r#""then":"disable""#;

#[test]
fn the_older_of_two_good_keys_goes_when_the_policy_knows_the_younger() {
    let policy = policy(&known(&[YOUNG]), &rule(r#"{"older_than":"90d"}"#, DISABLE_OLD));
    assert_eq!(verdicts(&policy, &[old(), young()]), ["disable", "held"]);
}

#[test]
fn of_two_known_keys_one_always_stays() {
    let policy = policy(&known(&[OLD, YOUNG]), &rule(r#"{"all":[]}"#, DISABLE_OLD));
    assert_eq!(verdicts(&policy, &[young(), old()]), ["disable", "held"]);
}

#[test]
fn the_only_key_is_held_by_keep_one() {
    let policy = policy(&known(&[OLD]), &rule(r#"{"older_than":"90d"}"#, DISABLE_OLD));
    let why = "it may be working and no good key would stay on: it is the only key";
    assert_eq!(held(&policy, &[old()]), [(Guard::KeepOne, why.to_owned())]);
}

#[test]
fn a_key_that_does_not_work_for_sure_is_no_reason_to_switch_another_off() {
    let policy = policy(&known(&[YOUNG]), &rule(r#"{"older_than":"90d"}"#, DISABLE_OLD));
    for (status, expires, why) in [
        ("Disabled", "2027-08-16 12:00:00", "does not work"),
        ("Enabled", "2026-11-20 12:00:00", "does not work"),
        ("Enabled", "2026-11-24 10:00:00", "may not work"),
        ("Suspended", "2027-08-16 12:00:00", "may not work"),
    ] {
        let other = key(YOUNG, status, "2026-08-16 12:00:00", expires);
        let (guard, reason) = held(&policy, &[old(), other]).remove(0);
        assert_eq!(guard, Guard::KeepOne);
        assert!(reason.ends_with(&format!("{YOUNG} {why}")), "{reason}");
    }
}

#[test]
fn a_key_that_an_incident_implicates_is_not_the_good_one_though_it_stays_on() {
    let ground = r#""guards":{"hold_ground":0},"#;
    let policy = policy(&(known(&[YOUNG]) + ground), &rule(r#"{"older_than":"150d"}"#, DISABLE_OLD));
    let mut memory = Memory::default();
    let incident = IncidentId::parse("INC-4711").unwrap();
    memory
        .learn(now(), Fact::Implicated { subject: CredentialId::parse(YOUNG).unwrap().into(), incident, dated: None });
    let plan = decide(&zone(&[old(), young()]), grounds(&policy, &memory), now());
    assert_eq!(plan.to_string(), format!("{OLD}: held (r)\n{YOUNG}: held (contested: INC-4711)\n"));
}

#[test]
fn an_incident_that_names_no_key_selects_none_that_another_one_named() {
    let policy = policy("", r#"{"id":"r","on":"incident","when":{"implicated":true},"then":"disable"}"#);
    let named = Incident::own(IncidentId::parse("INC-1").unwrap(), None, [old().id].into());
    let other = Incident::own(IncidentId::parse("INC-2").unwrap(), None, [].into());
    let mut memory = Memory::default();
    memory.learn(now(), Fact::Implicated { subject: old().id.into(), incident: named.id.clone(), dated: None });
    for (incident, answer) in [(&named, Truth::Yes), (&other, Truth::No)] {
        let claims = claims(&[incident], &policy);
        let grounds = Grounds { occasion: Occasion::Incident(&claims), ..grounds(&policy, &memory) };
        let plan = decide(&zone(&[old()]), grounds, now());
        assert_eq!(plan.steps[0].findings[0].answer, answer, "{}", incident.id);
    }
}

#[test]
fn an_answered_incident_that_is_sent_again_contests_its_own_key_and_does_not_call_it_named_too_late() {
    let policy = policy("", r#"{"id":"r","on":"incident","when":{"implicated":true},"then":"disable"}"#);
    let named = Incident::own(IncidentId::parse("INC-1").unwrap(), None, [old().id].into());
    let mut memory = Memory::default();
    memory.learn(now(), Fact::Implicated { subject: old().id.into(), incident: named.id.clone(), dated: None });
    memory.learn(now(), Fact::Answered { incident: named.id.clone(), dated: None });
    let claims = claims(&[&named], &policy);
    let grounds = Grounds { occasion: Occasion::Incident(&claims), ..grounds(&policy, &memory) };
    let plan = decide(&zone(&[old()]), grounds, now());
    let findings = plan.steps[0].findings.iter();
    let wanting = findings.filter(|finding| !matches!(finding.consequence, Consequence::LetBe { .. }));
    let because: Vec<String> = wanting.map(|finding| finding.because.to_string()).collect();
    assert_eq!(because, ["contested: INC-1"]);
}

#[test]
fn a_contained_key_that_is_on_again_is_left_on_while_the_policy_protects_it() {
    let policy = policy(&protected(&[OLD]), &rule(r#"{"older_than":"999d"}"#, r#""then":"warn""#));
    let mut memory = Memory::default();
    let incident = IncidentId::parse("INC-1").unwrap();
    memory.learn(now(), Fact::Implicated { subject: old().id.into(), incident, dated: None });
    let plan = decide(&zone(&[old()]), grounds(&policy, &memory), now());
    let trips = plan.steps[0].findings.iter().filter_map(|finding| match &finding.consequence {
        Consequence::Held(trips) => Some(trips.iter().map(|trip| trip.guard).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(plan.to_string(), format!("{OLD}: held (contested: INC-1)\n"));
    assert_eq!(trips.collect::<Vec<_>>(), [[Guard::Protected]]);
}

#[test]
fn a_successor_for_which_a_voucher_vouches_counts_from_the_vouching() {
    let superseded = policy(VOUCHERS, &rule(r#"{"superseded_for":"14d"}"#, DISABLE_OLD));
    let by_then = |days: u64, more: Option<Fact>| {
        let vouched = Fact::Vouched { credential: young().id, by: Text::of("100000000001").unwrap() };
        let mut memory = Memory::default();
        memory.learn(now().minus(std::time::Duration::from_hours(24 * days)), vouched);
        more.into_iter().for_each(|fact| memory.learn(now(), fact));
        decide(&zone(&[old(), young()]), grounds(&superseded, &memory), now())
    };
    assert_eq!(by_then(14, None).to_string(), format!("{OLD}: disable (r)\n{YOUNG}: keep\n"));
    let early = by_then(13, None);
    let Consequence::Held(trips) = &early.steps[0].findings[0].consequence else { panic!("{early}") };
    assert_eq!(
        (trips[0].guard, trips[0].why.as_str()),
        (Guard::Vouched, "its successor has not been vouched for long enough")
    );
    let voucher = &early.steps[1].key.as_ref().unwrap().assessment.vouched_by;
    assert_eq!(voucher.as_deref(), Some("voucher 100000000001, who created it at 2026-11-11T06:00:00Z"));
    let implicated =
        Fact::Implicated { subject: young().id.into(), incident: IncidentId::parse("INC-1").unwrap(), dated: None };
    assert_eq!(by_then(14, Some(implicated)).steps[0].verdict.word(), "held", "an incident speaks against it");
}

/// The verdict on each key when these incidents ask the one rule.
fn contained(policy: &Policy, incidents: &[&Incident]) -> Plan {
    let claims = claims(incidents, policy);
    let memory = Memory::default();
    let grounds = Grounds { occasion: Occasion::Incident(&claims), ..grounds(policy, &memory) };
    decide(&zone(&[old(), young()]), grounds, now())
}

fn on_incidents(when: &str) -> Policy {
    policy("", &format!(r#"{{"id":"r","on":"incident","when":{when},"then":"disable","waives":["keep_one"]}}"#))
}

#[test]
fn a_key_that_an_incident_names_goes_though_no_good_one_is_left_and_no_rule_waives_keep_one() {
    let policy = policy(&known(&[OLD]), r#"{"id":"r","on":"incident","when":{"implicated":true},"then":"disable"}"#);
    let named = Incident::own(IncidentId::parse("INC-1").unwrap(), None, [old().id].into());
    assert_eq!(contained(&policy, &[&named]).to_string(), format!("{OLD}: disable (r)\n{YOUNG}: keep\n"));
}

#[test]
fn each_of_several_incidents_selects_its_own_keys_and_one_plan_serves_all() {
    let named =
        |id: &str, key: &Credential| Incident::own(IncidentId::parse(id).unwrap(), None, [key.id.clone()].into());
    let (one, other) = (named("INC-1", &old()), named("INC-2", &young()));
    let plan = contained(&on_incidents(r#"{"implicated":true}"#), &[&one, &other]);
    assert_eq!(plan.to_string(), format!("{OLD}: disable (r)\n{YOUNG}: disable (r)\n"));
    let incidents: Vec<_> = plan.steps.iter().map(|step| step.findings[0].incidents.clone()).collect();
    assert_eq!(incidents, [vec![one.id.clone()], vec![other.id.clone()]]);
    let both = contained(&on_incidents(r#"{"all":[]}"#), &[&one, &other]);
    assert_eq!(both.steps[0].findings.len(), 1, "a rule says one thing of a key");
    assert_eq!(both.steps[0].findings[0].incidents, [one.id, other.id]);
}

#[test]
fn what_an_outsider_can_cause_disables_nothing() {
    let own = Incident::own(IncidentId::parse("INC-1").unwrap(), None, [old().id].into());
    let spray = Incident { id: IncidentId::parse("INC-2").unwrap(), evidence: Evidence::Outsider, ..own.clone() };
    let policy = on_incidents(r#"{"implicated":true}"#);
    let plan = contained(&policy, &[&spray]);
    let Consequence::Held(trips) = &plan.steps[0].findings[0].consequence else { panic!("{plan}") };
    assert_eq!((trips.len(), trips[0].guard), (1, Guard::Evidence));
    assert!(plan.steps[0].findings[0].incidents.is_empty(), "it is held, not implicated");
    let plan = contained(&policy, &[&spray, &own]);
    assert_eq!(plan.steps[0].verdict.word(), "disable", "another incident, which is authenticated, does");
    assert_eq!(plan.steps[0].findings[0].incidents, [own.id]);
}

#[test]
fn an_expired_key_goes_even_if_it_is_the_only_one() {
    let policy = policy("", &rule(r#"{"expired_for":"7d"}"#, DISABLE_OLD));
    let expired = key(OLD, "Enabled", "2025-11-10 12:00:00", "2026-11-10 12:00:00");
    assert_eq!(verdicts(&policy, &[expired]), ["disable"]);
}

#[test]
fn an_unvouched_successor_holds_the_old_key() {
    let superseded = rule(r#"{"superseded_for":"14d"}"#, DISABLE_OLD);
    let held = held(&policy("", &superseded), &[old(), young()]);
    let guards: Vec<Guard> = held.iter().map(|(guard, _)| *guard).collect();
    assert_eq!(guards, [Guard::Vouched, Guard::KeepOne]);
    assert_eq!(held[0].1, format!("nobody vouches for its successor {YOUNG}: it may be a thief's"));
    assert_eq!(verdicts(&policy(&known(&[YOUNG]), &superseded), &[old(), young()]), ["disable", "keep"]);
}

#[test]
fn any_successor_counts_only_where_the_rule_says_so_aloud() {
    let aloud = rule(r#"{"superseded_for":"14d"}"#, r#""then":"disable","successor":"any""#);
    assert_eq!(verdicts(&policy("", &aloud), &[old(), young()]), ["disable", "keep"]);
}

#[test]
fn a_successor_must_work_and_must_have_done_so_long_enough() {
    let superseded = policy(&known(&[YOUNG]), &rule(r#"{"superseded_for":"14d"}"#, DISABLE_OLD));
    let fresh = key(YOUNG, "Enabled", "2026-11-15 12:00:00", "2027-11-15 12:00:00");
    let off = key(YOUNG, "Disabled", "2026-08-16 12:00:00", "2027-08-16 12:00:00");
    assert_eq!(verdicts(&superseded, &[old(), fresh]), ["keep", "keep"]);
    assert_eq!(verdicts(&superseded, &[old(), off]), ["keep", "keep"]);
}

#[test]
fn a_working_key_is_only_switched_off_alone_if_keep_one_is_waived_by_name() {
    let waived = rule(r#"{"older_than":"90d"}"#, r#""then":"disable","waives":["keep_one"]"#);
    assert_eq!(verdicts(&policy("", &waived), &[old()]), ["disable"]);
}

#[test]
fn a_key_that_goes_regardless_is_no_reason_to_let_an_older_one_go() {
    let rotate = r#"{"id":"rotate","on":"schedule","when":{"older_than":"150d"},"then":"disable"}"#;
    let named = r#"{"id":"named","on":"schedule","when":{"ids":["scimcred-bbbbbbbbbbbb"]},"then":"disable","waives":["keep_one"]}"#;
    let plan = plan(&policy(&known(&[YOUNG]), &format!("{rotate},{named}")), &[old(), young()]);
    assert_eq!(plan.to_string(), format!("{OLD}: held (rotate)\n{YOUNG}: disable (named)\n"));
    let Consequence::Held(trips) = &plan.steps[0].findings[0].consequence else { panic!("{plan}") };
    assert!(trips[0].why.ends_with(&format!("{YOUNG} goes off as well")), "{}", trips[0].why);
}

/// Whatever the rules are: once all is done that a plan clears, every key that must leave a good one behind has done so.
#[test]
fn no_plan_leaves_the_zone_without_a_good_key_unless_keep_one_is_waived() {
    let whens = [
        r#"{"all":[]}"#,
        r#"{"older_than":"150d"}"#,
        r#"{"ids":["scimcred-bbbbbbbbbbbb"]}"#,
        r#"{"superseded_for":"14d"}"#,
    ];
    let rests = [DISABLE_OLD, r#""then":"disable","waives":["keep_one"]"#, r#""then":"disable","successor":"any""#];
    let rules: Vec<String> = whens.iter().flat_map(|when| rests.iter().map(move |rest| rule(when, rest))).collect();
    let expired = key(OLD, "Enabled", "2025-11-10 12:00:00", "2026-11-10 12:00:00");
    let mut cleared_in_all = 0;
    for (first, second, known_ids) in product(&rules, &rules, &[&[][..], &[OLD], &[YOUNG], &[OLD, YOUNG]]) {
        let second = second.replace(r#""id":"r""#, r#""id":"s""#);
        let policy = policy(&known(known_ids), &format!("{first},{second}"));
        for keys in [[old(), young()], [expired.clone(), young()]] {
            let plan = plan(&policy, &keys);
            let gone: Vec<&CredentialId> = plan.cleared().filter_map(|cleared| cleared.subject().key()).collect();
            let zone = zone(&keys);
            let memory = Memory::default();
            let view = View {
                zone: &zone,
                grounds: grounds(&policy, &memory),
                now: now(),
                reading: Reading::Every,
                incident: None,
            };
            for successor in plan.cleared().filter_map(Cleared::must_stay) {
                cleared_in_all += 1;
                assert!(view.good_key_beside(successor, &gone), "{first} {second} {known_ids:?}\n{plan}");
            }
        }
    }
    assert!(cleared_in_all > 100, "the small world clears something: {cleared_in_all}");
}

#[test]
fn a_protected_key_stays_until_the_end_of_its_last_day() {
    let protect = |until: &str| {
        let guards =
            format!(r#""guards":{{"protect":[{{"credential":"{OLD}","reason":"migration","until":"{until}"}}]}},"#);
        policy(&(known(&[YOUNG]) + &guards), &rule(r#"{"older_than":"150d"}"#, DISABLE_OLD))
    };
    let why = "the policy protects it until the end of 2026-11-24 (UTC): migration";
    assert_eq!(held(&protect("2026-11-24"), &[old(), young()]), [(Guard::Protected, why.to_owned())]);
    assert_eq!(verdicts(&protect("2026-11-23"), &[old(), young()]), ["disable", "keep"]);
}

#[test]
fn a_time_in_doubt_leaves_the_key_alone_and_names_the_reading_that_would_act() {
    let policy = policy("", &rule(r#"{"expired_for":"1s"}"#, DISABLE_OLD));
    let plan = plan(&policy, &[key(OLD, "Enabled", "2025-11-24 10:00:00", "2026-11-24 10:00:00")]);
    assert_eq!(plan.to_string(), format!("{OLD}: unsure (r)\n"));
    let why = "it applies if the cloud's times are +08:00, and not if they are +00:00".to_owned();
    assert_eq!(plan.steps[0].findings[0].consequence, Consequence::Unsure { why });
}

#[test]
fn a_status_that_nobody_documents_leaves_the_key_alone() {
    let policy = policy(&known(&[YOUNG]), &rule(r#"{"older_than":"150d"}"#, DISABLE_OLD));
    let odd = key(OLD, "Suspended", "2026-05-08 12:00:00", "2027-05-08 12:00:00");
    assert_eq!(verdicts(&policy, &[odd, young()]), ["unsure", "keep"]);
}

#[test]
fn a_key_that_is_off_is_kept_and_the_finding_says_so() {
    let policy = policy("", &rule(r#"{"older_than":"90d"}"#, DISABLE_OLD));
    let plan = plan(&policy, &[key(OLD, "Disabled", "2026-05-08 12:00:00", "2027-05-08 12:00:00")]);
    assert_eq!(plan.steps[0].verdict, Verdict::Keep);
    assert_eq!(plan.steps[0].findings[0].consequence, Consequence::AlreadyDisabled);
}

#[test]
fn without_memory_a_rule_that_warns_first_only_warns() {
    let ladder = rule(r#"{"superseded_for":"14d"}"#, r#""then":"disable","warn_before":["7d","1d"]"#);
    let plan = plan(&policy(&known(&[YOUNG]), &ladder), &[old(), young()]);
    let Consequence::Warn { step: Some(rung) } = &plan.steps[0].findings[0].consequence else { panic!("{plan}") };
    assert_eq!((rung.step, rung.before.to_string().as_str()), (0, "7d"));
    assert_eq!(plan.cleared().count(), 0);
}

#[test]
fn the_strongest_of_several_rules_decides_and_the_first_of_equals() {
    let rules = [
        r#"{"id":"soon","on":"schedule","when":{"older_than":"90d"},"then":"warn"}"#,
        r#"{"id":"first","on":"schedule","when":{"older_than":"150d"},"then":"disable"}"#,
        r#"{"id":"second","on":"schedule","when":{"older_than":"90d"},"then":"disable"}"#,
    ];
    let plan = plan(&policy(&known(&[YOUNG]), &rules.join(",")), &[old(), young()]);
    assert_eq!(plan.to_string(), format!("{OLD}: disable (first)\n{YOUNG}: held (second)\n"));
}

#[test]
fn conditions_say_what_they_say() {
    let yes = [
        r#"{"older_than":"190d"}"#,
        r#"{"created_within":"210d"}"#,
        r#"{"expires_within":"200d"}"#,
        r#"{"superseded_for":"90d"}"#,
        r#"{"status":"Enabled"}"#,
        r#"{"ids":["scimcred-aaaaaaaaaaaa"]}"#,
        r#"{"all":[]}"#,
        r#"{"any":[{"older_than":"999d"},{"older_than":"1d"}]}"#,
        r#"{"not":{"status":"Disabled"}}"#,
        r#"{"not":{"not":{"older_than":"190d"}}}"#,
    ];
    let no = [
        r#"{"older_than":"210d"}"#,
        r#"{"created_within":"190d"}"#,
        r#"{"expires_within":"100d"}"#,
        r#"{"expired_for":"1s"}"#,
        r#"{"superseded_for":"110d"}"#,
        r#"{"any":[]}"#,
        r#"{"all":[{"older_than":"1d"},{"older_than":"999d"}]}"#,
        r#"{"not":{"superseded_for":"90d"}}"#,
    ];
    for (conditions, answer) in [(&yes[..], Truth::Yes), (&no[..], Truth::No)] {
        for condition in conditions {
            let plan = plan(&policy("", &rule(condition, r#""then":"warn""#)), &[old(), young()]);
            assert_eq!(plan.steps[0].findings[0].answer, answer, "{condition}");
        }
    }
}

#[test]
fn an_expired_key_does_not_expire_within_anything() {
    let policy = policy("", &rule(r#"{"expires_within":"30d"}"#, r#""then":"warn""#));
    let expired = key(OLD, "Enabled", "2025-11-10 12:00:00", "2026-11-10 12:00:00");
    assert_eq!(verdicts(&policy, &[expired]), ["keep"]);
}

/// *More restraints or fewer permissions never clear one more disable*, for each key by itself: before any order among
/// keys picks one. Every pair of keys, rule and policy of a small world is tried.
#[test]
fn fewer_vouchers_or_more_protection_never_clear_one_more_disable() {
    let conditions = [
        r#"{"older_than":"90d"}"#,
        r#"{"superseded_for":"14d"}"#,
        r#"{"not":{"superseded_for":"14d"}}"#,
        r#"{"any":[{"superseded_for":"14d"},{"not":{"superseded_for":"1d"}}]}"#,
        r#"{"not":{"not":{"superseded_for":"14d"}}}"#,
    ];
    let rests = [DISABLE_OLD, r#""then":"disable","successor":"any""#, r#""then":"disable","waives":["keep_one"]"#];
    let others = [young(), key(YOUNG, "Disabled", "2026-08-16 12:00:00", "2027-08-16 12:00:00")];
    let subsets: [&[&str]; 4] = [&[], &[OLD], &[YOUNG], &[OLD, YOUNG]];
    let mut cleared = 0;
    for (condition, rest, other) in product(&conditions, &rests, &others) {
        let keys = [old(), other.clone()];
        for (fewer, more) in pairs(&subsets) {
            for (weaker, stronger) in pairs(&subsets) {
                let strict = policy(&(known(fewer) + &protected(stronger)), &rule(condition, rest));
                let free = policy(&(known(more) + &protected(weaker)), &rule(condition, rest));
                for key in &keys {
                    let strictly = clears(&strict, key, &keys);
                    assert!(!strictly || clears(&free, key, &keys), "{condition} {rest} {fewer:?} {stronger:?}");
                    cleared += usize::from(strictly);
                }
            }
        }
    }
    assert!(cleared > 50, "the small world clears something: {cleared}");
}

fn clears(policy: &Policy, key: &Credential, keys: &[Credential]) -> bool {
    let zone = zone(keys);
    let memory = Memory::default();
    let view =
        View { zone: &zone, grounds: grounds(policy, &memory), now: now(), reading: Reading::Every, incident: None };
    let rule = &policy.rules().rules[0];
    holds(&rule.when, key, view, Superseding::Any) == Truth::Yes && guards::clear(rule, key, view, &[]).is_ok()
}

fn protected(ids: &[&str]) -> String {
    let entry = |id: &&str| format!(r#"{{"credential":"{id}","reason":"x","until":"2027-01-01"}}"#);
    let entries: Vec<String> = ids.iter().map(entry).collect();
    format!(r#""guards":{{"protect":[{}]}},"#, entries.join(","))
}

/// Every pair of subsets of which the first is part of the second.
fn pairs<'a>(subsets: &'a [&'a [&'a str]]) -> impl Iterator<Item = (&'a [&'a str], &'a [&'a str])> {
    let part = |a: &[&str], b: &[&str]| a.iter().all(|id| b.contains(id));
    subsets.iter().flat_map(move |a| subsets.iter().filter(move |b| part(a, b)).map(move |b| (*a, *b)))
}

fn product<'a, A, B, C>(a: &'a [A], b: &'a [B], c: &'a [C]) -> impl Iterator<Item = (&'a A, &'a B, &'a C)> {
    a.iter().flat_map(move |x| b.iter().flat_map(move |y| c.iter().map(move |z| (x, y, z))))
}
