//! *More restraints or fewer permissions never clear one more hygiene write*, for each key by itself: before any order
//! among keys picks one.

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use proptest::test_runner::{Config, RngSeed};

use super::*;
use crate::memory::{Dated, Fact};
use crate::policy::RuleId;
use crate::trigger::{ExecutionName, Text};

const BOTH: [&str; 2] = [OLD, YOUNG];

/// Rules of one and the same name, and what is known and protected.
#[derive(Clone, Debug)]
struct World {
    rules: String,
    known: Vec<&'static str>,
    /// Does the policy name the voucher?
    has_voucher: bool,
    protected: Vec<&'static str>,
    keys: Vec<Credential>,
    memory: Memory,
}

impl World {
    fn policy(&self) -> Policy {
        let vouchers = if self.has_voucher { VOUCHERS } else { "" };
        policy(&(known(&self.known) + vouchers + &protected(&self.protected)), &self.rules)
    }

    /// The keys that a rule clears for a hygiene disable.
    fn cleared(&self, policy: &Policy) -> Vec<CredentialId> {
        let zone = zone(&self.keys);
        let view = View {
            zone: &zone,
            grounds: grounds(policy, &self.memory),
            now: now(),
            reading: Reading::Every,
            incident: None,
        };
        let hygiene = |finding: &Finding| matches!(&finding.consequence, Consequence::Disable(cleared) if cleared.purpose() == Some(Purpose::Hygiene));
        let keys = zone.credentials().iter().filter(|key| findings(key, view, &[]).iter().any(hygiene));
        keys.map(|key| key.id.clone()).collect()
    }
}

/// One thing more that restrains, or one less that permits.
#[derive(Clone, Debug)]
enum Change {
    Learn(Timestamp, Fact),
    Forget(Dated),
    /// One of the facts that permit, if there is any.
    ForgetOne(Index),
    Protect(&'static str),
    Unvouch(&'static str),
    /// The policy names the voucher no more.
    DismissVoucher,
}

impl Change {
    fn made(&self, world: &World) -> World {
        let mut world = world.clone();
        match self {
            Self::Learn(at, fact) => world.memory.learn(*at, fact.clone()),
            Self::Forget(gone) => world.memory = world.memory.only(|dated| dated != gone),
            Self::ForgetOne(which) => {
                let permissions = permissions(&world.memory);
                if !permissions.is_empty() {
                    return Self::Forget(which.get(&permissions).clone()).made(&world);
                }
            }
            Self::Protect(key) => {
                world.protected = BOTH.into_iter().filter(|it| it == key || world.protected.contains(it)).collect()
            }
            Self::Unvouch(key) => world.known.retain(|it| it != key),
            Self::DismissVoucher => world.has_voucher = false,
        }
        world
    }
}

fn permissions(memory: &Memory) -> Vec<Dated> {
    memory.facts().filter(|dated| permits(dated, memory)).cloned().collect()
}

/// Is this a fact without which hygiene may do no more than with it?
fn permits(dated: &Dated, memory: &Memory) -> bool {
    match &dated.fact {
        Fact::Warned { .. }
        | Fact::Seen { status: Status::Enabled, .. }
        | Fact::Vouched { .. }
        | Fact::AllClear { .. } => true,
        Fact::Intended { purpose, .. } => *purpose == Purpose::Restore,
        // It says that a disable was never sent. That a restore was never sent restrains.
        Fact::Done { sent: false, execution, .. } => memory.facts().any(|other| {
            matches!(&other.fact, Fact::Intended { purpose, execution: by, .. }
                if by == execution && purpose.to() == Status::Disabled)
        }),
        _ => false,
    }
}

fn ago(days: u64) -> Timestamp {
    now().minus(std::time::Duration::from_hours(24 * days))
}

fn id(text: &str) -> CredentialId {
    CredentialId::parse(text).unwrap()
}

fn seen(key: &str, status: Status) -> Fact {
    Fact::Seen { subject: id(key).into(), status }
}

fn disabled(key: &str, rule: Option<&str>) -> Fact {
    Fact::Disabled {
        subject: id(key).into(),
        run: serde_json::from_value("0123456789abcdef".into()).unwrap(),
        rule: rule.map(|rule| RuleId::parse(rule).unwrap()),
    }
}

fn incident_id(name: &str) -> IncidentId {
    IncidentId::parse(name).unwrap()
}

fn implicated(key: &str, by: &str, dated: Option<Timestamp>) -> Fact {
    Fact::Implicated { subject: id(key).into(), incident: incident_id(by), dated }
}

fn answered(incident: &str, dated: Option<Timestamp>) -> Fact {
    Fact::Answered { incident: incident_id(incident), dated }
}

fn vouched(key: &str) -> Fact {
    Fact::Vouched { credential: id(key), by: Text::of("100000000001").unwrap() }
}

/// The names of executions tell purpose and time, so that each intent has its own. A restore ends all of these incidents.
fn intended(key: &str, purpose: Purpose, days: u64, incidents: &[&str]) -> Fact {
    let execution = ExecutionName::parse(&format!("{key}/{purpose:?}/{days}")).unwrap();
    let most = match purpose {
        Purpose::Hygiene => 0,
        Purpose::Contested => 1,
        Purpose::Restore => incidents.len(),
    };
    let incidents = incidents[..most].iter().map(|name| incident_id(name)).collect();
    let disable = (purpose == Purpose::Restore).then(|| ago(days + 2));
    Fact::Intended { subject: id(key).into(), purpose, incidents, disable, execution }
}

fn done(key: &str, purpose: Purpose, days: u64, sent: bool) -> Fact {
    let execution = ExecutionName::parse(&format!("{key}/{purpose:?}/{days}")).unwrap();
    Fact::Done { subject: id(key).into(), execution, formed: ago(days), sent }
}

/// One of each kind of condition, and one of each way to write the rest. Hygiene clears often enough under them.
const WHENS: [&str; 6] = [
    r#"{"older_than":"90d"}"#,
    r#"{"superseded_for":"14d"}"#,
    r#"{"not":{"superseded_for":"14d"}}"#,
    r#"{"expired_for":"7d"}"#,
    r#"{"any":[{"status":"Enabled"},{"not":{"not":{"superseded_for":"14d"}}}]}"#,
    r#"{"all":[]}"#,
];
const RESTS: [&str; 5] = [
    r#""then":"disable""#,
    r#""then":"disable","successor":"any""#,
    r#""then":"disable","waives":["keep_one"]"#,
    r#""then":"disable","warn_before":["14d","3d"]"#,
    r#""then":"disable","waives":["keep_one","protected"],"warn_before":["1d"]"#,
];

/// A warning of that rule, which stands alone in its policy.
fn warned(key: &str, rule: &str, step: u8, days: u64) -> Fact {
    let Rule { id: rule, fingerprint, .. } = policy("", rule).rules().rules[0].clone();
    Fact::Warned { credential: id(key), rule, fingerprint, step, looked: ago(days) }
}

fn any_days() -> impl Strategy<Value = u64> {
    (0_u64..30).prop_map(|number| number * 2)
}

/// As of when a source dates what it says, if it does: before, between, with and after all that is remembered.
fn any_dated() -> impl Strategy<Value = Option<Timestamp>> {
    proptest::option::of((0_u64..32).prop_map(|number| ago(number * 2)))
}

fn any_of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(texts)
}

fn any_fact(rule: String) -> impl Strategy<Value = Vec<(Timestamp, Fact)>> {
    let single = move |(key, days, kind, flag, dated): (&'static str, u64, u8, bool, Option<Timestamp>)| {
        let incident = if flag { "A" } else { "B" };
        let fact = match kind {
            0 => seen(key, if flag { Status::Enabled } else { Status::Disabled }),
            1 => disabled(key, flag.then_some("r")),
            2 => implicated(key, incident, dated),
            3 => Fact::Resumed,
            4 => answered(incident, dated),
            5 => vouched(key),
            6 => Fact::AllClear { incident: incident_id(incident), dated },
            _ => warned(key, &rule, u8::from(flag), days),
        };
        vec![(ago(days), fact)]
    };
    let purposes = prop_oneof![Just(Purpose::Hygiene), Just(Purpose::Contested), Just(Purpose::Restore)];
    let incidents = prop_oneof![Just(&["A"][..]), Just(&["B"][..]), Just(&["A", "B"][..])];
    let intent = (any_of(&BOTH), any_days(), purposes, proptest::option::of(any::<bool>()), incidents);
    prop_oneof![
        4 => (any_of(&BOTH), any_days(), 0_u8..12, any::<bool>(), any_dated()).prop_map(single),
        1 => intent.prop_map(|(key, days, purpose, sent, incidents)| {
            let end = sent.map(|sent| (ago(days), done(key, purpose, days, sent)));
            [(ago(days), intended(key, purpose, days, incidents))].into_iter().chain(end).collect()
        }),
    ]
}

fn any_world() -> impl Strategy<Value = World> {
    let keys = (
        any_of(&["Enabled", "Enabled", "Disabled", "Suspended"]),
        any_of(&["Enabled", "Enabled", "Disabled", "Suspended"]),
        any_of(&["2027-05-08 12:00:00", "2026-11-10 12:00:00", "2026-11-24 10:00:00"]),
    );
    let keys = keys.prop_map(|(first, second, expires)| {
        vec![
            key(OLD, first, "2026-05-08 12:00:00", expires),
            key(YOUNG, second, "2026-08-16 12:00:00", "2027-08-16 12:00:00"),
        ]
    });
    let rule = (any_of(&WHENS), any_of(&RESTS)).prop_map(|(when, rest)| rule(when, rest));
    (rule, subsequence(BOTH.to_vec(), 0..=2), subsequence(BOTH.to_vec(), 0..=1), keys, any::<bool>()).prop_flat_map(
        |(rules, known, protected, keys, has_voucher)| {
            proptest::collection::vec(any_fact(rules.clone()), 0..7).prop_map(move |facts| {
                let mut memory = Memory::default();
                facts.into_iter().flatten().for_each(|(at, fact)| memory.learn(at, fact));
                let (rules, known, protected) = (rules.clone(), known.clone(), protected.clone());
                World { rules, known, has_voucher, protected, keys: keys.clone(), memory }
            })
        },
    )
}

fn any_change() -> impl Strategy<Value = Change> {
    let incident = any_of(&["A", "B", "new"]);
    let restrains = (any_of(&BOTH), any_days(), 0_u8..7, incident, any_dated());
    let restrains = restrains.prop_map(|(key, days, kind, incident, dated)| {
        let fact = match kind {
            0 => seen(key, Status::Disabled),
            1 => disabled(key, dated.map(|_| "r")),
            2 => implicated(key, incident, dated),
            3 => Fact::Resumed,
            4 => answered(incident, dated),
            5 => intended(key, Purpose::Hygiene, days, &[]),
            _ => intended(key, Purpose::Contested, days, &[incident]),
        };
        Change::Learn(ago(days), fact)
    });
    prop_oneof![
        3 => restrains,
        3 => any::<Index>().prop_map(Change::ForgetOne),
        1 => any_of(&BOTH).prop_map(Change::Protect),
        1 => any_of(&BOTH).prop_map(Change::Unvouch),
        1 => Just(Change::DismissVoucher),
    ]
}

/// Panics if one of the changes lets hygiene do more. Says how many keys were cleared without them.
fn assert_no_more(free: &World, changes: &[Change]) -> usize {
    let policy = free.policy();
    let before = free.cleared(&policy);
    for change in changes {
        let strict = change.made(free);
        let after = match change {
            Change::Protect(_) | Change::Unvouch(_) | Change::DismissVoucher => strict.cleared(&strict.policy()),
            Change::Learn(..) | Change::Forget(_) | Change::ForgetOne(_) => strict.cleared(&policy),
        };
        let no_more = after.iter().all(|key| before.contains(key));
        assert!(no_more, "{change:?} lets {after:?} go, before {before:?}: {free:#?}");
    }
    before.len()
}

proptest! {
    #![proptest_config(Config { cases: 1_000, rng_seed: RngSeed::Fixed(4711), failure_persistence: None, ..Config::default() })]

    #[test]
    fn trace_17_one_more_restraint_or_one_permission_less_never_clears_one_more_disable(
        world in any_world(), change in any_change(),
    ) {
        assert_no_more(&world, &[change]);
    }
}

/// The facts of the small world that is tried whole: one of each kind that says something about the old key.
fn pool(rule: &str) -> [Vec<(Timestamp, Fact)>; 10] {
    let intent = (ago(36), intended(OLD, Purpose::Hygiene, 36, &[]));
    [
        vec![(ago(20), warned(OLD, rule, 0, 20))],
        vec![(ago(5), warned(OLD, rule, 1, 5))],
        vec![(ago(40), seen(OLD, Status::Disabled))],
        vec![(ago(38), seen(OLD, Status::Enabled))],
        vec![(ago(45), implicated(OLD, "A", Some(ago(46))))],
        vec![(ago(42), intended(OLD, Purpose::Restore, 42, &["A", "B"]))],
        vec![intent],
        vec![(ago(36), done(OLD, Purpose::Hygiene, 36, false))],
        vec![(ago(30), vouched(YOUNG))],
        vec![(ago(1), Fact::AllClear { incident: incident_id("A"), dated: Some(ago(47)) })],
    ]
}

#[test]
fn in_a_small_world_that_is_tried_whole_no_restraint_clears_one_more_disable() {
    let mut cleared = 0;
    for rest in [RESTS[0], RESTS[2], RESTS[3]] {
        let rules = rule(WHENS[0], rest);
        let pool = pool(&rules);
        for (chosen, second) in
            (0_u32..1 << pool.len()).flat_map(|it| ["Enabled", "Disabled"].map(|status| (it, status)))
        {
            let mut memory = Memory::default();
            let facts = pool.iter().enumerate().filter(|(bit, _)| chosen >> bit & 1 == 1).flat_map(|(_, facts)| facts);
            facts.for_each(|(at, fact)| memory.learn(*at, fact.clone()));
            let keys = vec![old(), key(YOUNG, second, "2026-08-16 12:00:00", "2027-08-16 12:00:00")];
            let (rules, known, protected) = (rules.clone(), vec![OLD], Vec::new());
            let world = World { rules, known, has_voucher: true, protected, keys, memory };
            cleared += assert_no_more(&world, &every_change(&world));
        }
    }
    assert!(cleared > 100, "the small world clears something: {cleared}");
}

/// Each way to restrain, at a time before, between and after all that is remembered; and each permission forgotten.
fn every_change(world: &World) -> Vec<Change> {
    let learnt = [60, 37, 21, 10, 1].into_iter().flat_map(|days| {
        [
            seen(OLD, Status::Disabled),
            disabled(OLD, Some("r")),
            implicated(OLD, "A", Some(ago(days + 1))),
            implicated(OLD, "new", None),
            implicated(YOUNG, "new", None),
            answered("A", Some(ago(days + 1))),
            Fact::Resumed,
            intended(OLD, Purpose::Contested, days, &["A"]),
        ]
        .map(|fact| Change::Learn(ago(days), fact))
    });
    let forgotten = permissions(&world.memory).into_iter().map(Change::Forget);
    let policies = BOTH.into_iter().flat_map(|key| [Change::Protect(key), Change::Unvouch(key)]);
    let policies = policies.chain([Change::DismissVoucher]);
    learnt.chain(policies).chain(forgotten).collect()
}
