//! What a memory may forget, and what it may not.

use proptest::prelude::*;

use super::sets::{any_memory, config};
use super::*;

/// What is left of these facts at the end of a day, when the zone has the key, or has it no more.
fn left(facts: &[(i64, Fact)], number: i64, there: bool) -> Vec<i64> {
    let key = key();
    let keys = if there { BTreeSet::from([&key]) } else { BTreeSet::new() };
    let pruned = memory(facts.iter().map(|(at, fact)| (day(*at), fact.clone()))).pruned(day(number), &keys);
    pruned.facts().map(|dated| (dated.at.unix_seconds() - day(0).unix_seconds()) / 86_400).collect()
}

#[test]
fn of_each_kind_the_newest_stays_as_long_as_its_key() {
    let intents = [Purpose::Hygiene, Purpose::Contested].map(|purpose| intended(purpose, "e"));
    for [older, newer] in [
        [disabled("one"), disabled("two")],
        intents,
        [intended(Purpose::Restore, "e"), intended(Purpose::Restore, "f")],
        [Fact::Resumed, Fact::Resumed],
    ] {
        let facts = [(1, older), (2, newer)];
        assert_eq!(left(&facts, 400, true), [1, 2], "{facts:?}");
        assert_eq!(left(&facts, 401, true), [2], "{facts:?}");
        assert_eq!(left(&facts, 9_999, true), [2], "{facts:?}");
    }
}

#[test]
fn on_and_off_are_remembered_side_by_side() {
    assert_eq!(left(&[(1, seen(DISABLED)), (2, seen(ENABLED))], 9_999, true), [1, 2]);
    assert_eq!(
        left(&[(1, intended(Purpose::Hygiene, "e")), (2, intended(Purpose::Restore, "f"))], 9_999, true),
        [1, 2]
    );
}

#[test]
fn what_implicates_a_living_key_and_what_was_answered_stay() {
    let answered = |name| Fact::Answered { incident: incident(name), dated: None };
    let facts = [(1, implicated("A")), (2, implicated("B")), (3, answered("A")), (4, answered("B"))];
    assert_eq!(left(&facts, 9_999, true), [1, 2, 3, 4]);
}

#[test]
fn an_incident_that_implicates_no_key_of_the_zone_is_forgotten_after_four_hundred_days() {
    let answered = Fact::Answered { incident: incident("A"), dated: None };
    let facts = [(1, implicated("B")), (2, answered), (2, all_clear("A"))];
    assert_eq!(left(&facts, 401, true), [1, 2, 2]);
    assert_eq!(left(&facts, 402, true), [1]);
}

#[test]
fn an_incident_that_held_synchronisation_off_is_forgotten_whole_once_it_is_over_and_four_hundred_days_old() {
    let sync = Subject::Synchronization;
    let held = Fact::Implicated { subject: sync.clone(), incident: incident("A"), dated: None };
    let intent = Fact::Intended {
        subject: sync,
        purpose: Purpose::Restore,
        incidents: BTreeSet::from([incident("A")]),
        disable: Some(day(1)),
        execution: execution("e"),
    };
    let answered = Fact::Answered { incident: incident("A"), dated: None };
    for over in [all_clear("A"), intent] {
        let facts = [(1, held.clone()), (2, answered.clone()), (3, over.clone())];
        assert_eq!(left(&facts, 402, true), [1, 2, 3], "{over:?}: not in parts");
        assert_eq!(left(&facts, 403, true), [0; 0], "{over:?}");
        let with_a_key = facts.into_iter().chain([(1, implicated("A"))]).collect::<Vec<_>>();
        assert_eq!(left(&with_a_key, 9_999, true), [1, 1, 2, 3], "{over:?}: it implicates a key of the zone, too");
    }
    assert_eq!(left(&[(1, held), (2, answered)], 9_999, true), [1, 2], "as long as it stands, it is remembered");
}

#[test]
fn an_incident_that_a_restore_ended_does_not_come_back_because_another_was_restored_later() {
    let restored = |of, by| intended_for(Purpose::Restore, of, by);
    let facts = [(1, implicated("A")), (2, restored("A", "e")), (3, implicated("B")), (4, restored("B", "f"))];
    assert_eq!(left(&facts, 9_999, true), [1, 2, 3, 4]);
}

#[test]
fn who_vouches_does_so_for_good_and_an_all_clear_stays_with_its_incident() {
    let facts = [(1, vouched("1")), (2, vouched("2")), (3, implicated("A")), (4, all_clear("A"))];
    assert_eq!(left(&facts, 9_999, true), [1, 2, 3, 4]);
    assert_eq!(left(&facts, 9_999, false), [0_i64; 0], "of a key that is gone nothing needs to be known");
}

#[test]
fn warnings_and_what_people_were_told_go_by_age() {
    let told = Fact::Told { subject: key().into(), about: "held".to_owned() };
    for fact in [warned(0, day(1)), told] {
        assert_eq!(left(&[(1, fact.clone())], 400, true), [1], "{fact:?}");
        assert_eq!(left(&[(1, fact.clone())], 401, true), [0; 0], "{fact:?}");
    }
}

#[test]
fn of_what_people_were_told_again_only_the_newest_stays() {
    let told = |about: &str| Fact::Told { subject: key().into(), about: about.to_owned() };
    let facts = [(1, told("held/a")), (2, told("held/b")), (8, told("held/a")), (9, told("held/b"))];
    assert_eq!(left(&facts, 9, true), [8, 9]);
    assert_eq!(left(&[(1, told("held/a#1")), (2, told("held/a#2"))], 2, true), [2], "whichever news of it");
    assert_eq!(left(&[(1, heard(DISABLED)), (2, heard(ENABLED))], 9_999, true), [2]);
}

#[test]
fn of_an_incident_that_is_told_again_and_again_the_first_answer_and_the_latest_date_stay() {
    let answered = |dated| Fact::Answered { incident: incident("A"), dated: Some(day(dated)) };
    let facts = [(1, answered(1)), (2, answered(4)), (3, answered(2)), (3, answered(3))];
    assert_eq!(left(&facts, 3, true), [1, 2]);
    // Two runs at once may each have answered it, and neither loses what it has settled.
    assert_eq!(left(&[(1, answered(1)), (2, answered(1)), (3, answered(1))], 3, true), [1, 2, 3]);
    let undated = |by| Fact::Answered { incident: incident(by), dated: None };
    assert_eq!(left(&[(4, undated("B")), (5, undated("A")), (6, answered(6))], 6, true), [4, 5, 6]);
}

#[test]
fn of_looks_only_those_stay_that_something_is_asked_of() {
    let looks = |states: [Status; 5]| {
        let facts: Vec<_> = (1..).zip(states.map(seen)).collect();
        left(&facts, 5, true)
    };
    assert_eq!(looks([ENABLED, DISABLED, ENABLED, DISABLED, ENABLED]), [1, 4, 5]);
    assert_eq!(looks([DISABLED, ENABLED, ENABLED, ENABLED, ENABLED]), [1, 2, 5], "the hold runs from the second");
    let on = |days: [i64; 3]| days.map(|at| (at, seen(ENABLED)));
    let unseen: Vec<_> = on([1, 2, 3]).into_iter().chain([(4, disabled("run"))]).chain(on([5, 6, 7])).collect();
    assert_eq!(left(&unseen, 7, true), [1, 3, 4, 5, 7], "the third shows that it was not off before that was written");
    assert_eq!(left(&unseen, 405, true), [4, 7], "only the newest stay for ever");
}

#[test]
fn what_came_to_nothing_is_forgotten_soon_with_its_end() {
    let after = |minutes: i64, facts: &[(i64, Fact)]| {
        let facts = facts.iter().map(|(at, fact)| (seconds(60 * at), fact.clone()));
        memory(facts).pruned(seconds(60 * minutes), &BTreeSet::from([&key()])).facts().count()
    };
    let intent = (0, intended(Purpose::Contested, "e"));
    let end = |sent| (3, done("e", seconds(0), sent));
    assert_eq!(after(22, &[intent.clone(), end(false)]), 2, "who closed it may not have settled that yet");
    assert_eq!(after(23, &[intent.clone(), end(false)]), 0);
    assert_eq!(after(99, &[intent.clone(), end(true)]), 2, "that is evidence");
    assert_eq!(after(99, std::slice::from_ref(&intent)), 1, "nobody closed it");
    // The clock was put back between the two: neither goes before the other.
    let late = (10, intended(Purpose::Contested, "e"));
    assert_eq!(after(25, &[late.clone(), (3, done("e", seconds(600), false))]), 2);
    assert_eq!(after(30, &[late, (3, done("e", seconds(600), false))]), 0);
    assert_eq!(after(23, &[end(true)]), 0, "what it closed is forgotten already");
}

#[test]
fn the_end_of_an_intent_goes_with_it() {
    let older = [(1, intended(Purpose::Hygiene, "e")), (1, done("e", day(1), true))];
    assert_eq!(left(&older, 9_999, true), [1, 1]);
    let newer = (3, intended(Purpose::Hygiene, "f"));
    let all = older.into_iter().chain([newer]).collect::<Vec<_>>();
    assert_eq!(left(&all, 400, true), [1, 1, 3]);
    assert_eq!(left(&all, 401, true), [3]);
}

#[test]
fn an_intent_on_which_nothing_was_sent_does_not_stand_for_an_older_one() {
    // It has just been closed.
    let void = [(9_999, intended(Purpose::Hygiene, "f")), (9_999, done("f", day(9_999), false))];
    let facts = [(1, intended(Purpose::Hygiene, "e"))].into_iter().chain(void).collect::<Vec<_>>();
    assert_eq!(left(&facts, 9_999, true), [1, 9_999, 9_999]);
}

#[test]
fn all_about_a_key_that_is_gone_goes_after_ninety_days() {
    let facts = [seen(ENABLED), disabled("run"), implicated("A"), intended(Purpose::Hygiene, "e"), warned(0, day(1))];
    for fact in facts {
        assert_eq!(left(&[(1, fact.clone())], 90, false), [1], "{fact:?}");
        assert_eq!(left(&[(1, fact.clone())], 91, false), [0; 0], "{fact:?}");
    }
    assert_eq!(left(&[(1, Fact::Resumed)], 9_999, false), [1], "that is about the account");
}

proptest! {
    #![proptest_config(config())]

    /// A hold that anybody would write is shorter than the time for which replaced facts are kept.
    #[test]
    fn forgetting_never_gives_a_permission_or_ends_a_restraint(
        memory in any_memory(), later in 0_i64..500, hold in 1_u64..400,
    ) {
        let (now, hold) = (day(600 + later), Duration::from_hours(24 * hold));
        for living in [vec![&id(KEY)], vec![&id(KEY), &id(OTHER)]] {
            let pruned = memory.clone().pruned(now, &living.iter().copied().collect());
            prop_assert!(!pruned.adds_to(&memory));
            for key in keys(&living) {
                let rule = rule("90d");
                for step in 0..2 {
                    let warned = |memory: &Memory| memory.warned(&key, &rule, step).collect::<BTreeSet<_>>();
                    prop_assert!(warned(&pruned).is_subset(&warned(&memory)), "{pruned:?}");
                }
                let holds = |memory: &Memory| memory.enabled_again(&key, now).is_some_and(|at| at.plus(hold) > now);
                prop_assert!(!holds(&memory) || holds(&pruned), "{pruned:?}");
                let implicates = |memory: &Memory| memory.implicated_by(&key).cloned().collect::<BTreeSet<_>>();
                prop_assert!(implicates(&pruned).is_superset(&implicates(&memory)), "{pruned:?}");
            }
            let holds_off = |memory: &Memory| -> BTreeSet<_> {
                memory.implicated_by(&Subject::Synchronization).cloned().collect()
            };
            prop_assert_eq!(holds_off(&pruned), holds_off(&memory), "{:?}", pruned);
            let implicating = |it: &IncidentId| living.iter().any(|key| memory.has_implicated(it, *key));
            let asked = ["A", "B"].map(incident).into_iter().filter(implicating);
            for it in asked {
                let told = |memory: &Memory| {
                    let times = (-2_i64..123).map(|number| day(number * 5));
                    let ends = times.clone().map(|at| memory.ended_with(&it, Some(at)).next().is_some());
                    let news = times.clone().map(|at| memory.is_news_since(at.minus(Duration::from_hours(60)), &it, at));
                    let (ends, news): (Vec<_>, Vec<_>) = (ends.collect(), news.collect());
                    (memory.answered_at(&it), memory.called_off_at(&it), ends, news)
                };
                prop_assert_eq!(told(&pruned), told(&memory), "{}: {:?}", it, pruned);
            }
            prop_assert_eq!(pruned.lease(now), memory.lease(now));
        }
    }

    #[test]
    fn forgetting_twice_is_forgetting_once(memory in any_memory(), later in 0_i64..500) {
        let (key, now) = (key(), day(600 + later));
        let once = memory.pruned(now, &BTreeSet::from([&key]));
        prop_assert_eq!(once.clone().pruned(now, &BTreeSet::from([&key])), once);
    }
}
