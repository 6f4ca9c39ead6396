//! What was done about a key last, and what people heard of it.

use super::*;

/// On which day the last deed about the key was, seen from a time of seconds later than the last of these facts.
fn last(facts: &[(i64, Fact)], later: u64) -> Option<i64> {
    let newest = facts.iter().map(|(at, _)| *at).max().unwrap();
    let memory = memory(facts.iter().map(|(at, fact)| (day(*at), fact.clone())));
    let deed = memory.last_deed(&key(), day(newest).plus(Duration::from_secs(later)))?;
    Some((deed.at.unix_seconds() - day(0).unix_seconds()) / 86_400)
}

#[test]
fn a_disable_an_implication_and_an_intent_that_may_have_been_sent_are_deeds() {
    for deed in [disabled("run"), implicated("A")] {
        assert_eq!(last(&[(1, deed), (2, seen(DISABLED))], 0), Some(1));
    }
    for purpose in [Purpose::Hygiene, Purpose::Contested, Purpose::Restore] {
        let closed = |sent| [(1, disabled("run")), (2, intended(purpose, "e")), (2, done("e", day(2), sent))];
        assert_eq!((last(&closed(true), 0), last(&closed(false), 9_999)), (Some(2), Some(1)), "{purpose:?}");
    }
    assert_eq!(last(&[(1, seen(DISABLED)), (2, Fact::Resumed)], 9_999), None);
}

#[test]
fn an_open_intent_is_a_deed_once_its_lease_is_over() {
    let facts = [(1, disabled("run")), (2, intended(Purpose::Hygiene, "e"))];
    assert_eq!((last(&facts, 599), last(&facts, 600)), (Some(1), Some(2)));
}

/// Who told it did not know what was meant: it would have waited.
#[test]
fn what_people_heard_before_a_write_was_over_tells_nothing_of_it() {
    let at = |second: u64| day(1).plus(Duration::from_secs(second));
    let told = |closed: bool, heard_at: u64| {
        let end = closed.then(|| (at(5), done("e", at(0), true)));
        let facts = [(at(0), intended(Purpose::Restore, "e")), (at(heard_at), heard(DISABLED))];
        let memory = memory(facts.into_iter().chain(end));
        memory.unheard(&key(), Some(DISABLED), at(600)).is_none()
    };
    assert_eq!([0, 5, 6].map(|second| told(true, second)), [false, false, true]);
    assert_eq!([4, 600, 601].map(|second| told(false, second)), [false, false, true]);
}

/// A containment waits for no lease: two may write in one millisecond.
#[test]
fn what_another_told_in_the_same_millisecond_tells_nothing_of_a_write_either() {
    let written = day(1).plus(Duration::from_secs(5));
    let told_of = |known: &Memory| (known.known_as_of(&key().into(), written).unwrap(), heard(DISABLED));
    let contained =
        memory([(day(1), intended(Purpose::Hygiene, "e")), (written, disabled("another")), (written, implicated("A"))]);
    let done = memory([(written, done("e", day(1), true)), told_of(&contained)]);
    let both = contained.merge(done);
    assert!(both.unheard(&key(), Some(DISABLED), written).is_some());
    assert!(both.clone().merge(memory([told_of(&both)])).unheard(&key(), Some(DISABLED), written).is_none());
}

#[test]
fn what_people_heard_last_of_a_key_counts() {
    let memory = memory([(day(2), heard(ENABLED)), (day(1), heard(DISABLED))]);
    assert_eq!((memory.heard(&key()), memory.heard(&id(OTHER))), (Some((day(2), ENABLED)), None));
}
