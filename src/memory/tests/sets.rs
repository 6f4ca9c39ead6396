//! What holds of every memory because it is a set; and memories by lot, for all properties.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use super::*;

/// The same cases on every machine.
pub fn config() -> Config {
    Config { cases: 512, rng_seed: RngSeed::Fixed(4711), failure_persistence: None, ..Config::default() }
}

/// A day of the first six hundred: few enough that some coincide.
fn any_day() -> impl Strategy<Value = i64> {
    (0_i64..60).prop_map(|number| number * 10)
}

/// As of when a source dates what it says, if it does: before, between, with and after all that is remembered.
fn any_dated() -> impl Strategy<Value = Option<Timestamp>> {
    proptest::option::of((-1_i64..122).prop_map(|number| day(number * 5)))
}

fn any_key() -> impl Strategy<Value = CredentialId> {
    prop_oneof![Just(id(KEY)), Just(id(OTHER))]
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(ENABLED), Just(DISABLED)]
}

fn any_purpose() -> impl Strategy<Value = Purpose> {
    prop_oneof![Just(Purpose::Hygiene), Just(Purpose::Contested), Just(Purpose::Restore)]
}

fn any_subject() -> impl Strategy<Value = Subject> {
    prop_oneof![any_key().prop_map(Subject::Key), Just(Subject::Synchronization)]
}

/// An intent and, perhaps, its end: on the same day or later. A restore means to end one incident or two, or the clock was put
/// back to the instant of one that ended another.
fn any_intent() -> impl Strategy<Value = Vec<(Timestamp, Fact)>> {
    let end = proptest::option::of((0_i64..2, any::<bool>()));
    let restored = prop_oneof![Just(vec!["A"]), Just(vec!["AB"]), Just(vec!["A", "B"])];
    (any_day(), any_subject(), any_purpose(), "[ef]", end, restored).prop_map(
        |(at, subject, purpose, by, end, restored)| {
            let execution = execution(&format!("{by}{at}{purpose:?}"));
            let (names, disable) = match purpose {
                Purpose::Hygiene => (vec![""], None),
                Purpose::Contested => (vec!["A"], None),
                Purpose::Restore => (restored, Some(day(at))),
            };
            let (of, by) = (subject.clone(), execution.clone());
            let intents = names.into_iter().map(|names| {
                let incidents = names.chars().map(|name| incident(&name.to_string())).collect();
                let (subject, execution) = (of.clone(), by.clone());
                (day(at), Fact::Intended { subject, purpose, incidents, disable, execution })
            });
            let end =
                end.map(|(later, sent)| (day(at + later), Fact::Done { subject, execution, formed: day(at), sent }));
            intents.chain(end).collect()
        },
    )
}

fn any_incident() -> impl Strategy<Value = IncidentId> {
    prop_oneof![Just(incident("A")), Just(incident("B"))]
}

/// An incident that implicates something and has had its containment, of which its source tells again.
fn any_told_again() -> impl Strategy<Value = Vec<(Timestamp, Fact)>> {
    let told = proptest::collection::vec((any_day(), any_dated()), 2..5);
    (any_subject(), any_incident(), told).prop_map(|(subject, incident, told)| {
        let first = (day(told[0].0), Fact::Implicated { subject, incident: incident.clone(), dated: told[0].1 });
        let answers =
            told.into_iter().map(|(at, dated)| (day(at), Fact::Answered { incident: incident.clone(), dated }));
        std::iter::once(first).chain(answers).collect()
    })
}

/// One fact that stands alone.
fn any_other() -> impl Strategy<Value = Vec<(Timestamp, Fact)>> {
    let warned = (any_key(), 0_u8..2, 0_i64..20, any_day()).prop_map(|(credential, step, before, at)| {
        let Fact::Warned { rule, fingerprint, .. } = warned(0, day(0)) else { unreachable!() };
        Fact::Warned { credential, rule, fingerprint, step, looked: day(at - before) }
    });
    let fact = prop_oneof![
        (any_subject(), any_status()).prop_map(|(subject, status)| Fact::Seen { subject, status }),
        (any_subject(), "[rs]", proptest::option::of(Just(rule("90d").id)))
            .prop_map(|(subject, name, rule)| Fact::Disabled { subject, run: run(&name), rule }),
        (any_subject(), any_incident(), any_dated()).prop_map(|(subject, incident, dated)| Fact::Implicated {
            subject,
            incident,
            dated
        }),
        (any_incident(), any_dated()).prop_map(|(incident, dated)| Fact::Answered { incident, dated }),
        (any_incident(), any_dated()).prop_map(|(incident, dated)| Fact::AllClear { incident, dated }),
        (any_key(), "[pq]").prop_map(|(credential, by)| Fact::Vouched { credential, by: Text::of(&by).unwrap() }),
        Just(Fact::Resumed),
        (any_subject(), "[tu]").prop_map(|(subject, about)| Fact::Told { subject, about }),
        (any_subject(), any_status()).prop_map(|(subject, status)| Fact::Heard { subject, status }),
        warned,
    ];
    (any_day(), fact).prop_map(|(at, fact)| {
        // A warning is accepted after the look that it came from.
        let at = if let Fact::Warned { looked, .. } = &fact { looked.plus(Duration::from_hours(24)) } else { day(at) };
        vec![(at, fact)]
    })
}

/// A memory of up to twelve facts, and what belongs to them.
pub fn any_memory() -> impl Strategy<Value = Memory> {
    let facts = prop_oneof![6 => any_other(), 3 => any_intent(), 1 => any_told_again()];
    proptest::collection::vec(facts, 0..12).prop_map(|facts| memory(facts.into_iter().flatten()))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn merging_takes_no_notice_of_order_grouping_and_repetition(
        a in any_memory(), b in any_memory(), c in any_memory(),
    ) {
        prop_assert_eq!(a.clone().merge(b.clone()), b.clone().merge(a.clone()));
        prop_assert_eq!(a.clone().merge(b.clone()).merge(c.clone()), a.clone().merge(b.clone().merge(c)));
        prop_assert_eq!(a.clone().merge(a.clone()), a.clone());
        let both = a.clone().merge(b.clone());
        prop_assert_eq!(both.clone().merge(b.clone()), both.clone());
        prop_assert!(!a.adds_to(&both) && !b.adds_to(&both));
        prop_assert_eq!(both.adds_to(&a), both != a);
    }

    #[test]
    fn a_memory_comes_back_whole_from_its_json(memory in any_memory()) {
        let text = serde_json::to_string(&memory).unwrap();
        prop_assert_eq!(serde_json::from_str::<Memory>(&text).unwrap(), memory);
    }
}
