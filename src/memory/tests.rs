//! Each question by table. Days count from one that does not matter; of every key there is only one, unless said.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::policy::{Policy, Rule};
use crate::trigger::{Receipt, Text};

mod deeds;
mod pruning;
mod sets;

const KEY: &str = "scimcred-aaaaaaaaaaaa";
const OTHER: &str = "scimcred-bbbbbbbbbbbb";
const ENABLED: Status = Status::Enabled;
const DISABLED: Status = Status::Disabled;

fn day(number: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_790_000_000 + number * 86_400)
}

fn seconds(number: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_790_000_000 + number)
}

fn id(text: &str) -> CredentialId {
    CredentialId::parse(text).unwrap()
}

fn key() -> CredentialId {
    id(KEY)
}

fn execution(name: &str) -> ExecutionName {
    ExecutionName::parse(name).unwrap()
}

fn incident(name: &str) -> IncidentId {
    IncidentId::parse(name).unwrap()
}

fn run(name: &str) -> RunId {
    serde_json::from_value(name.into()).unwrap()
}

/// A rule that warns seven days before and one day before; `then` makes it another one.
fn rule(then: &str) -> Rule {
    let text = format!(
        r#"{{"version":1,"mode":"enforce","accounts":[{{"name":"a","site":"intl","zone":"auto","secret":"env"}}],
            "rules":[{{"id":"r","on":"schedule","when":{{"older_than":"{then}"}},"then":"disable",
                       "warn_before":["7d","1d"]}}]}}"#
    );
    Policy::parse(text.as_bytes()).unwrap().rules().rules[0].clone()
}

fn heard(status: Status) -> Fact {
    Fact::Heard { subject: key().into(), status }
}

fn seen(status: Status) -> Fact {
    Fact::Seen { subject: key().into(), status }
}

/// A warning of `rule("90d")` that came from a look at this time.
fn warned(step: u8, looked: Timestamp) -> Fact {
    let Rule { id: rule, fingerprint, .. } = rule("90d");
    Fact::Warned { credential: key(), rule, fingerprint, step, looked }
}

fn intended(purpose: Purpose, by: &str) -> Fact {
    Fact::Intended {
        subject: key().into(),
        purpose,
        incidents: BTreeSet::new(),
        disable: None,
        execution: execution(by),
    }
}

/// An intent for an incident: to uphold it, or to take back the disable of day 10 that it led to.
fn intended_for(purpose: Purpose, of: &str, by: &str) -> Fact {
    let disable = (purpose == Purpose::Restore).then(|| day(10));
    let incidents = BTreeSet::from([incident(of)]);
    Fact::Intended { subject: key().into(), purpose, incidents, disable, execution: execution(by) }
}

fn done(by: &str, formed: Timestamp, sent: bool) -> Fact {
    Fact::Done { subject: key().into(), execution: execution(by), formed, sent }
}

fn disabled(by: &str) -> Fact {
    Fact::Disabled { subject: key().into(), run: run(by), rule: None }
}

fn implicated(by: &str) -> Fact {
    Fact::Implicated { subject: key().into(), incident: incident(by), dated: None }
}

fn vouched(by: &str) -> Fact {
    Fact::Vouched { credential: key(), by: Text::of(by).unwrap() }
}

fn all_clear(of: &str) -> Fact {
    Fact::AllClear { incident: incident(of), dated: None }
}

fn memory(facts: impl IntoIterator<Item = (Timestamp, Fact)>) -> Memory {
    let mut memory = Memory::default();
    facts.into_iter().for_each(|(at, fact)| memory.learn(at, fact));
    memory
}

/// Since when the first warning of the rule counts: it came from a look on day 10 and was accepted on day 11.
fn since(more: impl IntoIterator<Item = (Timestamp, Fact)>) -> Option<Timestamp> {
    let memory = memory(more.into_iter().chain([(day(11), warned(0, day(10)))]));
    memory.warned(&key(), &rule("90d"), 0).next()
}

#[test]
fn a_warning_counts_from_its_acceptance() {
    assert_eq!(since([]), Some(day(11)));
    assert_eq!(memory([]).warned(&key(), &rule("90d"), 0).next(), None);
}

#[test]
fn a_warning_is_about_its_key_and_its_step() {
    let memory = memory([(day(11), warned(0, day(10)))]);
    assert_eq!(memory.warned(&id(OTHER), &rule("90d"), 0).next(), None);
    assert_eq!(memory.warned(&key(), &rule("90d"), 1).next(), None);
}

#[test]
fn a_warning_lapses_when_the_rule_changes() {
    let memory = memory([(day(11), warned(0, day(10)))]);
    assert_eq!(memory.warned(&key(), &rule("91d"), 0).next(), None);
}

#[test]
fn a_warning_lapses_when_the_key_was_seen_off_at_its_look_or_later() {
    assert_eq!(since([(day(9), seen(DISABLED))]), Some(day(11)));
    for at in [day(10), day(12)] {
        assert_eq!(since([(at, seen(DISABLED))]), None, "{at}");
        assert_eq!(since([(at, seen(ENABLED))]), Some(day(11)), "{at}");
    }
}

#[test]
fn a_warning_lapses_when_a_run_switched_the_key_off_at_its_look_or_later() {
    assert_eq!(since([(day(9), disabled("run"))]), Some(day(11)));
    for at in [day(10), day(12)] {
        assert_eq!(since([(at, disabled("run"))]), None, "{at}");
    }
}

#[test]
fn a_warning_lapses_when_the_key_was_meant_to_be_off_at_its_look_or_later() {
    for purpose in [Purpose::Hygiene, Purpose::Contested] {
        assert_eq!(since([(day(9), intended(purpose, "e"))]), Some(day(11)));
        for at in [day(10), day(12)] {
            let intent = (at, intended(purpose, "e"));
            assert_eq!(since([intent.clone()]), None, "{at}");
            assert_eq!(since([intent.clone(), (day(13), done("e", at, true))]), None, "it may have been done");
            assert_eq!(since([intent, (day(13), done("e", at, false))]), Some(day(11)), "nothing was sent");
        }
    }
    assert_eq!(since([(day(12), intended(Purpose::Restore, "e"))]), Some(day(11)));
}

#[test]
fn an_intent_is_void_only_by_its_own_end() {
    let intent = (day(12), intended(Purpose::Hygiene, "e"));
    let another_key = Fact::Done { subject: id(OTHER).into(), execution: execution("e"), formed: day(12), sent: false };
    for end in [done("another", day(12), false), done("e", day(11), false), another_key] {
        assert_eq!(since([intent.clone(), (day(13), end.clone())]), None, "{end:?}");
    }
}

#[test]
fn a_warning_lapses_when_the_ladders_started_again_after_its_look() {
    for (at, counts) in [(day(9), true), (day(10), true), (seconds(864_001), false), (day(12), false)] {
        assert_eq!(since([(at, Fact::Resumed)]).is_some(), counts, "{at}");
    }
}

#[test]
fn of_several_warnings_the_oldest_that_did_not_lapse_counts() {
    let later = (day(15), warned(0, day(14)));
    assert_eq!(since([later.clone()]), Some(day(11)));
    assert_eq!(since([later.clone(), (day(12), seen(DISABLED))]), Some(day(15)));
    assert_eq!(since([later, (day(16), seen(DISABLED))]), None);
}

#[test]
fn a_key_of_which_nothing_is_known_was_not_enabled_again() {
    assert_eq!(memory([]).enabled_again(&key(), day(20)), None);
    assert_eq!(memory([(day(10), seen(ENABLED))]).enabled_again(&key(), day(20)), None);
    assert_eq!(memory([(day(10), seen(DISABLED))]).enabled_again(&id(OTHER), day(20)), None);
}

#[test]
fn a_key_was_enabled_again_at_the_first_look_that_shows_it_on_after_it_was_off() {
    for off in [seen(DISABLED), disabled("run"), intended(Purpose::Hygiene, "e")] {
        let again = |more: &[i64]| {
            let looks = more.iter().map(|number| (day(*number), seen(ENABLED)));
            memory(looks.chain([(day(10), off.clone())])).enabled_again(&key(), day(20))
        };
        assert_eq!(again(&[]), Some(day(20)), "this look is the first: {off:?}");
        assert_eq!(again(&[9]), Some(day(20)), "{off:?}");
        assert_eq!(again(&[9, 12, 14]), Some(day(12)), "{off:?}");
        assert_eq!(again(&[10]), Some(day(10)), "at one time Disabled comes first: {off:?}");
    }
}

#[test]
fn only_the_newest_time_that_it_was_off_counts() {
    let facts = [(day(8), seen(DISABLED)), (day(9), seen(ENABLED)), (day(10), disabled("run"))];
    assert_eq!(memory(facts.clone()).enabled_again(&key(), day(20)), Some(day(20)));
    let intent = [(day(10), intended(Purpose::Hygiene, "e")), (day(11), done("e", day(10), false))];
    let before = facts.into_iter().take(2);
    assert_eq!(
        memory(before.chain(intent)).enabled_again(&key(), day(20)),
        Some(day(9)),
        "a void intent is no evidence"
    );
}

fn incidents(facts: impl IntoIterator<Item = (Timestamp, Fact)>) -> Vec<String> {
    memory(facts).implicated_by(&key()).map(ToString::to_string).collect()
}

#[test]
fn a_key_is_implicated_by_each_incident_once() {
    let facts = [(day(3), implicated("B")), (day(2), implicated("A")), (day(4), implicated("A"))];
    assert_eq!(incidents(facts), ["A", "B"]);
    assert_eq!(memory([(day(2), implicated("A"))]).implicated_by(&id(OTHER)).count(), 0);
}

#[test]
fn a_restore_ends_its_own_incident_whenever_it_came_and_no_other() {
    let facts = [(day(2), implicated("A")), (day(3), implicated("B"))];
    // Clocks differ: the restore may seem to be older than what it ends.
    for at in [day(1), day(4)] {
        let restore = (at, intended_for(Purpose::Restore, "A", "e"));
        assert_eq!(incidents(facts.clone().into_iter().chain([restore.clone()])), ["B"]);
        let closed = |sent| facts.clone().into_iter().chain([restore.clone(), (day(5), done("e", at, sent))]);
        assert_eq!(incidents(closed(true)), ["B"]);
        assert_eq!(incidents(closed(false)), ["A", "B"], "nothing was sent, so nothing has ended");
    }
}

#[test]
fn a_second_telling_of_an_incident_does_not_revive_it() {
    let restore = intended_for(Purpose::Restore, "A", "e");
    let facts = [(day(2), implicated("A")), (day(4), restore), (day(5), implicated("A"))];
    assert_eq!(incidents(facts), Vec::<String>::new());
}

#[test]
fn an_all_clear_ends_its_own_incident_on_every_key_and_no_other() {
    let other = Fact::Implicated { subject: id(OTHER).into(), incident: incident("A"), dated: None };
    let facts = [(day(2), implicated("A")), (day(2), other), (day(3), implicated("B"))];
    for at in [day(1), day(4)] {
        let cleared = memory(facts.clone().into_iter().chain([(at, all_clear("A"))]));
        assert_eq!(cleared.implicated_by(&key()).map(ToString::to_string).collect::<Vec<_>>(), ["B"], "{at}");
        assert_eq!(cleared.implicated_by(&id(OTHER)).count(), 0, "{at}");
        assert!(cleared.has_implicated(&incident("A"), &key()), "that it was is remembered");
    }
}

#[test]
fn ground_is_no_longer_held_for_an_incident_that_was_called_off() {
    let facts = [(day(2), implicated("A")), (day(3), intended_for(Purpose::Contested, "A", "a"))];
    assert_eq!(memory(facts.clone()).ground_held(&key()), 1);
    assert_eq!(memory(facts.into_iter().chain([(day(4), all_clear("A"))])).ground_held(&key()), 0);
}

#[test]
fn an_incident_is_known_by_what_it_left() {
    let knows = |fact| memory([(day(1), fact)]).knows(&incident("A"));
    assert!(knows(implicated("A")) && knows(Fact::Answered { incident: incident("A"), dated: None }));
    assert!(!knows(implicated("B")) && !knows(all_clear("A")), "an all-clear alone is of nothing");
}

#[test]
fn a_key_is_vouched_for_since_the_first_who_did_and_is_a_voucher_still() {
    let memory = memory([(day(3), vouched("2")), (day(2), vouched("1"))]);
    let among = |vouchers: &[&str]| vouchers.iter().map(ToString::to_string).collect();
    let since = |vouchers| memory.vouched(&key(), &among(vouchers)).map(|(since, by)| (since, by.to_string()));
    assert_eq!(since(&["1", "2"]), Some((day(2), "1".to_owned())));
    assert_eq!((since(&["2"]), since(&[])), (Some((day(3), "2".to_owned())), None));
    assert_eq!(memory.vouched(&id(OTHER), &among(&["1", "2"])), None);
}

#[test]
fn ground_was_held_as_often_as_it_was_meant_for_incidents_that_are_not_ended() {
    let contested = |at, by| (day(at), intended_for(Purpose::Contested, "A", by));
    let facts = [contested(2, "a"), contested(3, "b"), (day(3), done("b", day(3), true))];
    assert_eq!(memory(facts.clone()).ground_held(&key()), 2);
    assert_eq!(memory(facts.clone()).ground_held(&id(OTHER)), 0);
    let void = [contested(4, "c"), (day(4), done("c", day(4), false)), (day(4), intended(Purpose::Hygiene, "h"))];
    let with_void = memory(facts.clone().into_iter().chain(void));
    assert_eq!(with_void.ground_held(&key()), 2, "what was not sent does not count");
    let other = (day(6), intended_for(Purpose::Contested, "B", "d"));
    let restored = [(day(5), intended_for(Purpose::Restore, "A", "r")), other];
    assert_eq!(memory(facts.into_iter().chain(restored)).ground_held(&key()), 1);
}

/// What memory says of the receipt of the run `run`, which switched the key off on day 10; it is day 20.
fn restore(more: impl IntoIterator<Item = (Timestamp, Fact)>) -> Result<(), &'static str> {
    memory(more.into_iter().chain([(day(10), disabled("run"))])).may_restore(&receipt(), Some(DISABLED), day(20))
}

fn receipt() -> Receipt {
    let account = crate::zone::AccountName::parse("acme").unwrap();
    Receipt {
        account,
        subject: key().into(),
        run: run("run"),
        disabled: day(10),
        incidents: BTreeSet::new(),
        expires: day(40),
    }
}

#[test]
fn the_receipt_of_the_newest_disable_is_good() {
    assert_eq!(restore([]), Ok(()));
    assert_eq!(restore([(day(9), disabled("before")), (day(10), seen(ENABLED))]), Ok(()));
    let (subject, purpose, execution) = (key().into(), Purpose::Restore, execution("e"));
    let (incidents, disable) = (BTreeSet::new(), Some(day(9)));
    let other = Fact::Intended { subject, purpose, incidents, disable, execution };
    assert_eq!(restore([(day(11), other)]), Ok(()), "that was for another disable");
}

#[test]
fn a_receipt_expires() {
    let memory = memory([(day(10), disabled("run"))]);
    assert_eq!(memory.may_restore(&receipt(), Some(DISABLED), day(40).minus(Duration::from_millis(1))), Ok(()));
    assert_eq!(memory.may_restore(&receipt(), Some(DISABLED), day(40)), Err("the receipt has expired"));
}

#[test]
fn without_memory_no_receipt_is_good() {
    assert_eq!(memory([]).may_restore(&receipt(), Some(DISABLED), day(20)), Err("no disable of it is remembered"));
}

#[test]
fn a_later_disable_makes_a_receipt_void() {
    for later in [disabled("later"), disabled("run")] {
        assert_eq!(restore([(day(11), later)]), Err("it has been disabled again since"));
    }
    let of_another = memory([(day(10), disabled("another"))]);
    assert_eq!(of_another.may_restore(&receipt(), Some(DISABLED), day(20)), Err("it has been disabled again since"));
}

#[test]
fn a_receipt_is_good_once() {
    for at in [day(9), day(10), day(11)] {
        let intent = (at, intended_for(Purpose::Restore, "A", "e"));
        assert_eq!(restore([intent.clone()]), Err("the receipt was used already"), "{at}");
        assert_eq!(restore([intent, (day(12), done("e", at, false))]), Ok(()), "nothing was sent");
    }
}

#[test]
fn a_receipt_is_void_once_the_key_was_seen_on() {
    assert_eq!(restore([(day(11), seen(ENABLED))]), Err("it has been seen on since"));
}

#[test]
fn what_is_on_is_given_back_only_as_long_as_an_incident_wants_it_off() {
    let given_back = |facts: Vec<(Timestamp, Fact)>, status| memory(facts).may_restore(&receipt(), status, day(20));
    let enabled = || vec![(day(10), disabled("run")), (day(11), seen(ENABLED))];
    let contained = || [enabled(), vec![(day(9), implicated("A"))]].concat();
    assert_eq!(given_back(enabled(), Some(ENABLED)), Err("it has been seen on since"));
    assert_eq!(given_back(contained(), Some(ENABLED)), Ok(()));
    for other in [Some(DISABLED), None] {
        assert_eq!(given_back(contained(), other), Err("it has been seen on since"), "{other:?}");
    }
    let ended = (day(12), Fact::AllClear { incident: incident("A"), dated: None });
    assert_eq!(given_back([contained(), vec![ended]].concat(), Some(ENABLED)), Err("it has been seen on since"));
}

#[test]
fn the_lease_is_held_from_the_intent_until_its_end_or_for_ten_minutes() {
    let intent = (seconds(0), intended(Purpose::Hygiene, "e"));
    let holder = |memory: &Memory, at| {
        memory.lease(seconds(at)).map(|lease| (lease.holder.to_string(), lease.until.since(seconds(0)).as_secs()))
    };
    assert_eq!(holder(&memory([]), 0), None);
    let open = memory([intent.clone()]);
    assert_eq!(holder(&open, 0), Some(("e".to_owned(), 600)));
    assert_eq!(holder(&open, 599), Some(("e".to_owned(), 600)));
    assert_eq!(holder(&open, 600), None, "it has aged out");
    for sent in [true, false] {
        assert_eq!(holder(&memory([intent.clone(), (seconds(9), done("e", seconds(0), sent))]), 10), None);
    }
    let next = memory([intent, (seconds(5), intended(Purpose::Restore, "f"))]);
    assert_eq!(holder(&next, 10), Some(("f".to_owned(), 605)));
}

#[test]
fn an_intent_may_be_written_on_for_a_minute() {
    let memory = memory([(seconds(0), intended(Purpose::Hygiene, "e"))]);
    let intents: Vec<Intent<'_>> = memory.open_intents().collect();
    assert_eq!((intents.len(), intents[0].write_by(), intents[0].until()), (1, seconds(60), seconds(600)));
    assert_eq!(intents[0].done(true), done("e", seconds(0), true));
}

#[test]
fn what_an_execution_decided_from_has_none_of_its_own_open_intents() {
    let others = [(day(1), intended(Purpose::Hygiene, "other")), (day(2), seen(ENABLED))];
    let closed = [(day(3), intended(Purpose::Hygiene, "e")), (day(4), done("e", day(3), true))];
    let rest = memory(others.into_iter().chain(closed));
    let mut all = rest.clone();
    all.learn(day(5), intended(Purpose::Hygiene, "e"));
    assert_eq!(all.before_intents_of(&execution("e")), rest);
    assert_eq!(rest.before_intents_of(&execution("e")), rest, "what it did, it did");
}

#[test]
fn an_answered_incident_is_known_by_its_name() {
    let memory = memory([(day(1), Fact::Answered { incident: incident("A"), dated: None })]);
    assert!(memory.answered(&incident("A")) && !memory.answered(&incident("B")));
}

#[test]
fn the_newest_look_says_in_which_state_a_key_was_seen_last() {
    let facts = [(day(2), seen(DISABLED)), (day(1), seen(ENABLED))];
    assert_eq!(memory(facts.clone()).last_seen(&key()), Some(DISABLED));
    assert_eq!(memory(facts).last_seen(&id(OTHER)), None);
}

#[test]
fn what_was_seen_before_a_key_is_only_what_an_earlier_look_saw() {
    let other = |status| Fact::Seen { subject: id(OTHER).into(), status };
    let before = |facts: Vec<(Timestamp, Fact)>| memory(facts).seen_before(&key()).cloned().collect::<Vec<_>>();
    assert_eq!(before(vec![(day(1), other(ENABLED)), (day(2), seen(ENABLED))]), [id(OTHER)]);
    assert_eq!(before(vec![(day(1), other(ENABLED))]), [id(OTHER)], "this one was never seen");
    assert!(before(vec![(day(1), other(ENABLED)), (day(1), seen(ENABLED)), (day(2), other(DISABLED))]).is_empty());
}

#[test]
fn what_people_were_told_is_known_by_what_it_was_about() {
    let told = |about: &str| Fact::Told { subject: key().into(), about: about.to_owned() };
    let memory = memory([(day(1), told("held/r")), (day(3), told("held/r")), (day(4), told("unsure/r"))]);
    assert_eq!(memory.told(&key(), "held/r"), Some(day(3)));
    assert_eq!((memory.told(&key(), "held/s"), memory.told(&id(OTHER), "held/r")), (None, None));
    let news = [(day(5), told("held/r#a")), (day(6), told("held/r#b")), (day(7), told("held/s#a"))];
    let memory = memory.merge(super::tests::memory(news));
    let of = |about| memory.told(&key(), about);
    assert_eq!((of("held/r#a"), of("held/r#b"), of("held/s#a")), (None, Some(day(6)), Some(day(7))));
}

fn keys(ids: &[&CredentialId]) -> BTreeSet<CredentialId> {
    ids.iter().map(|id| (*id).clone()).collect()
}

#[test]
fn an_all_clear_ends_what_is_no_later_than_itself_and_what_is_of_no_known_time() {
    let told = |dated| memory([(day(5), Fact::Answered { incident: incident("A"), dated })]);
    let ends = |memory: &Memory, at| memory.ended_with(&incident("A"), at).next().is_some();
    for (dated, at, expected) in [
        (Some(day(4)), Some(day(3)), false),
        (Some(day(4)), Some(day(4)), true),
        (Some(day(4)), Some(day(5)), true),
        (Some(day(4)), None, true),
        (None, Some(day(3)), true),
    ] {
        assert_eq!(ends(&told(dated), at), expected, "of {dated:?}, called off at {at:?}");
        let outlives = at.and_then(|at| told(dated).outlives(&incident("A"), at));
        assert_eq!(outlives, dated.filter(|_| !expected));
    }
    let again = incident("A").again(day(4));
    let (by_its_id, by_its_source) = ((day(5), None), (day(5), Some(day(2))));
    for ((at, dated), expected) in [(by_its_id, false), (by_its_source, true)] {
        let memory = memory([(at, Fact::Answered { incident: again.clone(), dated })]);
        assert_eq!(ends(&memory, Some(day(3))), expected, "{dated:?}");
    }
    let both = [Some(day(2)), Some(day(4))].map(|dated| (day(5), Fact::Answered { incident: incident("A"), dated }));
    assert!(!ends(&memory(both), Some(day(3))), "the newest of what was told counts");
}
