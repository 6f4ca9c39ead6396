//! The traces that broke earlier drafts of the protocol, each by its number (`docs/protocol.md`, the table of traces).
//!
//! HB is a scheduled run, INC an incident's, R a restore's; A is the owner's old key, B the one that follows it.
//! Number 17 is no trace of steps but a property of `decide`: `trace_17_…` in `src/decide/tests/restraints.rs`.

use std::time::Duration;

use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::memory::{Fact, Purpose};
use scim_key_lifecycle::simulator::Fault;
use scim_key_lifecycle::simulator::SimStatus::{Disabled, Enabled};
use scim_key_lifecycle::zone::{CredentialId, Status, Subject};

use crate::events::{Receipt, Trigger};
use crate::scenes;
use crate::script::{Script, Stop};
use crate::stage::Fate;
use crate::world::{A, B};

const HB: Trigger = Trigger::Heartbeat(2);
const INC: Trigger = Trigger::Incident(1, &[A]);
const INC_B: Trigger = Trigger::Incident(2, &[B]);
const INC_A_TOO: Trigger = Trigger::Incident(3, &[A]);
const R: Trigger = Trigger::Restore(Receipt::First);

/// A's disable is due.
fn due() -> Script {
    Script::of(scenes::due(0))
}

/// A is contained, and its receipt is at hand.
fn contained() -> Script {
    Script::of(scenes::contained())
}

fn stale() -> Fault {
    Fault::StaleList(1)
}

#[test]
fn trace_01_a_generation_whose_name_was_swept_and_is_free_again_is_not_the_newest() {
    let mut script = Script::of(scenes::ladder(0));
    let x = script.start(Trigger::Heartbeat(0));
    script.until(x, Stop::Create);
    script.one(x, Fate::Well);
    // What it is about to settle now is that people were warned.
    script.until(x, Stop::Create);
    script.play(Trigger::Incident(9, &[]));
    script.play(Trigger::Incident(8, &[]));
    script.sweep();
    script.finish(x);
    assert!(script.facts().iter().any(|fact| matches!(fact, Fact::Warned { .. })));
    script.rest();
}

#[test]
fn trace_02_a_run_that_is_lost_after_its_write_leaves_no_good_key_and_somebody_is_called() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Write);
    script.switch(B, Disabled);
    script.one(hb, Fate::Well);
    script.die(hb);
    assert!(!script.is_on(A) && !script.is_on(B));
    assert!(matches!(script.day(3), Ending::Held { .. }));
    script.rest();
}

#[test]
fn trace_03_a_write_that_was_never_remembered_is_not_repeated_against_a_person() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Write);
    script.one(hb, Fate::Well);
    script.die(hb);
    script.switch(A, Enabled);
    script.day(3);
    assert!(script.is_on(A));
    script.rest();
}

#[test]
fn trace_04_one_look_at_an_enabled_key_starts_the_hold() {
    let mut script = due();
    script.switch(A, Disabled);
    script.day(2);
    script.switch(A, Enabled);
    script.day(3);
    script.day(4);
    assert!(script.is_on(A));
    script.rest();
}

#[test]
fn trace_05_after_an_outage_old_warnings_are_void() {
    let mut script = due();
    // Nobody has looked for more than `max_gap`; what the warnings promised is not that long past.
    script.day(4);
    script.day(5);
    assert!(script.is_on(A), "only new warnings count");
    script.day(6);
    assert!(!script.is_on(A), "two days after the first of them");
    script.rest();
}

#[test]
fn trace_06_a_warning_that_was_accepted_after_the_key_was_off_does_not_count() {
    // Longer than the hold after the re-enable, so that what the warning promises is not long past when that ends.
    let ladder = r#"
        {"id":"superseded","on":"schedule","when":{"superseded_for":"14d"},"then":"disable","warn_before":["40d","1d"]}"#;
    let (world, _) = scenes::ladder(0);
    let mut script = Script::of((world, scenes::under(ladder)));
    let first = script.start(Trigger::Heartbeat(0));
    script.until(first, Stop::Publish);
    script.switch(A, Disabled);
    script.play(Trigger::Heartbeat(1));
    script.switch(A, Enabled);
    script.finish(first);
    for day in 1..=45 {
        script.day(day);
        assert!(script.is_on(A), "day {day}");
    }
    script.rest();
}

#[test]
fn trace_07_off_and_on_within_one_second_is_not_missed() {
    let mut script = due();
    let hb = script.start(HB);
    script.switch(A, Disabled);
    script.until(hb, Stop::Create);
    script.one(hb, Fate::Well);
    script.switch_at_once(A, Enabled);
    script.play(Trigger::Incident(9, &[]));
    script.finish(hb);
    let seen: Vec<_> =
        script.dated_facts().iter().filter(|(_, fact)| matches!(fact, Fact::Seen { .. })).cloned().collect();
    let of_a = |status| Fact::Seen { subject: Subject::Key(CredentialId::parse(A).unwrap()), status };
    let off = seen.iter().find(|(_, fact)| *fact == of_a(Status::Disabled)).unwrap().0;
    assert!(seen.contains(&(off, of_a(Status::Enabled))), "both within the second: {seen:?}");
    // The warnings of before are old enough by far.
    for day in 3..=6 {
        script.day(day);
        assert!(script.is_on(A), "day {day}");
    }
    script.rest();
}

#[test]
fn trace_08_a_run_with_older_memory_does_not_fight_a_restore() {
    let mut script = contained();
    let hb = script.start(Trigger::Heartbeat(1));
    script.until(hb, Stop::Look);
    script.play(R);
    script.finish(hb);
    assert!(script.is_on(A));
    script.rest();
}

#[test]
fn trace_09_a_finding_that_is_sent_again_does_not_contain_a_restored_key() {
    let mut script = Script::of(scenes::ladder(0));
    let second = script.start(INC);
    script.until(second, Stop::Look);
    let first = script.start(INC);
    script.until(first, Stop::Create);
    script.one(first, Fate::Well);
    script.one(first, Fate::Well);
    // A third delivery has nothing left to do, and leaves the receipt.
    script.play(INC);
    let restore = script.start(R);
    script.until(restore, Stop::Write);
    script.one(restore, Fate::Well);
    assert!(script.is_on(A));
    // The second has been on its way for longer than what it read may be written on.
    script.pass(Duration::from_secs(15));
    script.finish(second);
    script.finish(restore);
    script.finish(first);
    assert!(script.is_on(A));
    script.rest();
}

#[test]
fn trace_10_a_restore_that_was_lost_is_not_carried_out_twice() {
    let mut script = contained();
    let first = script.start(R);
    script.until(first, Stop::Write);
    script.one(first, Fate::Well);
    script.switch(A, Disabled);
    script.die(first);
    script.play(R);
    assert!(!script.is_on(A));
    script.rest();
}

#[test]
fn trace_11_a_receipt_does_not_open_what_another_incident_holds() {
    let mut script = contained();
    script.play(INC_A_TOO);
    assert!(matches!(script.play(R), Ending::Held { .. }));
    assert!(!script.is_on(A));
    script.play(Trigger::Restore(Receipt::Newest));
    assert!(script.is_on(A), "it names both");
    script.rest();
}

#[test]
fn trace_12_what_an_undo_enables_although_it_is_implicated_is_switched_off_again() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Write);
    script.one(hb, Fate::Well);
    // The incident finds A off already, and goes on as far as it can without the minute of its late look.
    let inc = script.start(INC);
    script.within(inc, Duration::from_secs(5));
    script.switch(B, Disabled);
    script.until(hb, Stop::Create);
    assert!(script.is_on(A), "the undo of the scheduled run");
    script.finish(hb);
    script.finish(inc);
    assert!(!script.is_on(A));
    script.rest();
}

#[test]
fn trace_12_what_a_late_undo_enables_is_found_by_the_late_look_of_the_containment() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Write);
    script.one(hb, Fate::Well);
    script.one(hb, Fate::Well);
    // Its late look: it has read the register, and its lease has ended.
    script.until(hb, Stop::Look);
    let inc = script.start(INC);
    script.within(inc, Duration::from_secs(5));
    script.switch(B, Disabled);
    script.finish(hb);
    assert!(script.is_on(A), "the late undo of the scheduled run");
    script.finish(inc);
    assert!(!script.is_on(A));
    script.rest();
}

#[test]
fn trace_13_a_containment_without_effect_is_repeated() {
    let mut script = Script::of(scenes::ladder(0));
    let inc = script.start(INC);
    script.until(inc, Stop::Write);
    script.fault(inc, Fault::NoEffect);
    script.finish(inc);
    assert!(!script.is_on(A));
    script.rest();
}

#[test]
fn trace_14_first_containments_do_not_count_as_holding_ground() {
    let mut script = contained();
    script.play(INC_A_TOO);
    script.play(Trigger::Incident(4, &[A]));
    let contested = |fact: &Fact| matches!(fact, Fact::Intended { purpose: Purpose::Contested, .. });
    assert!(!script.facts().iter().any(contested));
    script.rest();
}

#[test]
fn trace_15_what_implicates_a_key_stays_as_long_as_the_key() {
    let mut script = contained();
    script.day(500);
    assert!(script.facts().iter().any(|fact| matches!(fact, Fact::Implicated { .. })));
    assert!(script.facts().iter().any(|fact| matches!(fact, Fact::Answered { .. })));
    script.play(INC);
    script.switch(A, Enabled);
    script.day(501);
    assert!(!script.is_on(A));
    script.rest();
}

#[test]
fn trace_16_a_stale_first_read_back_is_found_out_a_minute_later() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Write);
    script.one(hb, Fate::Well);
    script.switch(B, Disabled);
    script.fault(hb, stale());
    script.finish(hb);
    assert!(script.is_on(A), "it is undone");
    script.rest();
}

#[test]
fn trace_18_a_containment_that_was_lost_before_it_settled_is_done_again() {
    let mut script = Script::of(scenes::ladder(0));
    let first = script.start(INC);
    script.until(first, Stop::Create);
    script.die(first);
    script.switch(A, Enabled);
    script.play(INC);
    assert!(!script.is_on(A));
    script.rest();
}

#[test]
fn trace_19_a_hop_that_is_tried_again_does_not_write_on_the_intent_of_the_first_try() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Write);
    script.one(hb, Fate::Well);
    script.crash(hb);
    script.switch(A, Enabled);
    script.finish(hb);
    assert!(script.is_on(A));
    script.rest();
}

#[test]
fn trace_20_a_restore_that_lost_its_settle_ends_no_incident() {
    let mut script = contained();
    let restore = script.start(R);
    script.until(restore, Stop::Create);
    let other = script.start(Trigger::Incident(9, &[]));
    script.within(other, Duration::from_secs(5));
    script.one(restore, Fate::Well);
    script.until(restore, Stop::Create);
    script.die(restore);
    script.switch(A, Enabled);
    script.day(1);
    assert!(!script.is_on(A));
    script.rest();
}

#[test]
fn trace_21_a_newer_register_does_not_make_a_run_forget_its_late_look() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Write);
    let inc = script.start(INC_B);
    script.until(inc, Stop::Create);
    script.one(hb, Fate::Well);
    script.fault(hb, stale());
    script.finish(inc);
    script.finish(hb);
    assert!(script.is_on(A) && !script.is_on(B), "A is enabled again, since B is contained");
    script.rest();
}

#[test]
fn trace_22_the_intent_of_a_run_that_died_makes_the_others_wait_ten_minutes_and_no_longer() {
    let mut script = contained();
    script.switch(A, Enabled);
    let first = script.start(Trigger::Heartbeat(1));
    script.until(first, Stop::Write);
    script.die(first);
    let died = script.now();
    script.play(Trigger::Heartbeat(1));
    let waited = script.now().since(died);
    assert!(!script.is_on(A));
    let minutes = Duration::from_mins(9)..Duration::from_mins(12);
    assert!(minutes.contains(&waited), "with the minute of its late look: {waited:?}");
    script.rest();
}

#[test]
fn trace_23_the_late_look_is_taken_whatever_the_first_one_showed() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Write);
    script.switch(B, Disabled);
    script.one(hb, Fate::Well);
    for _ in 0..3 {
        script.fault(hb, stale());
    }
    script.finish(hb);
    assert!(script.is_on(A), "it is undone");
    script.rest();
}

#[test]
fn trace_24_an_expired_key_that_was_alone_is_not_enabled_again() {
    let mut script = Script::of(scenes::expired());
    for day in 0..3 {
        assert_eq!(script.day(day), Ending::Complete);
        assert!(!script.is_on(A));
    }
}

#[test]
fn trace_25_a_key_that_a_guard_held_is_not_implicated() {
    let mut script = Script::of(scenes::selecting());
    assert!(matches!(script.play(Trigger::Incident(1, &[])), Ending::Held { .. }));
    assert!(script.is_on(A));
    script.day(1);
    assert!(script.is_on(A));
    script.rest();
}

#[test]
fn trace_26_two_runs_that_mean_the_same_write_once_and_both_end() {
    let mut script = due();
    let (first, second) = (script.start(HB), script.start(HB));
    script.until(first, Stop::Create);
    script.until(second, Stop::Create);
    script.finish(first);
    script.pass(Duration::from_secs(1));
    script.finish(second);
    assert!(!script.is_on(A) && script.is_on(B));
    let intents = |fact: &&Fact| matches!(fact, Fact::Intended { .. });
    assert_eq!(script.facts().iter().filter(intents).count(), 1);
    script.rest();
}

// The explorer found these three in the first form of this program.

#[test]
fn trace_27_two_first_runs_with_different_clocks_want_the_same_first_generation() {
    let mut script = Script::of(scenes::ladder(0));
    let first = script.start(Trigger::Heartbeat(0));
    script.until(first, Stop::Create);
    script.set_clock(-240_000);
    let second = script.start(Trigger::Heartbeat(0));
    script.finish(second);
    script.finish(first);
    script.rest();
}

#[test]
fn trace_28_an_intent_that_came_to_nothing_is_not_formed_again_at_the_same_instant() {
    let mut script = contained();
    script.switch(A, Enabled);
    let hb = script.start(Trigger::Heartbeat(1));
    script.until(hb, Stop::Look);
    script.one(hb, Fate::Well);
    // A stale list shows the key off, so what was meant comes to nothing; the next look shows it on.
    script.until(hb, Stop::Look);
    script.fault(hb, stale());
    script.finish(hb);
    assert!(!script.is_on(A));
    script.rest();
}

#[test]
fn trace_29_a_receipt_is_spent_though_the_clock_stepped_back_between() {
    let mut script = contained();
    script.set_clock(-240_000);
    script.play(R);
    script.switch(A, Disabled);
    script.play(R);
    assert!(!script.is_on(A));
    script.rest();
}

/// Found when each enabling was judged that is no undo of the run's own write.
#[test]
fn an_undone_disable_is_not_undone_again_when_an_incident_has_disabled_the_key_since() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Write);
    script.switch(B, Disabled);
    script.until(hb, Stop::Create);
    assert!(script.is_on(A), "undone at once");
    script.one(hb, Fate::Well);
    let inc = script.start(INC);
    script.until(inc, Stop::Create);
    assert!(!script.is_on(A), "contained, and not settled yet");
    script.finish(hb);
    assert!(!script.is_on(A), "the late look leaves it off");
    script.finish(inc);
    script.rest();
}

/// Found with three events. A containment waits for no lease, and people hear of it alone.
#[test]
fn a_write_is_told_though_a_containment_told_people_the_same_in_its_millisecond() {
    let mut script = due();
    let hb = script.start(HB);
    script.until(hb, Stop::Look);
    script.one(hb, Fate::Well);
    script.until(hb, Stop::Look);
    let inc = script.start(INC);
    script.within(inc, Duration::ZERO);
    assert!(!script.is_on(A), "contained and told");
    // A stale list shows the key on, so it is switched off once more.
    script.fault(hb, stale());
    script.until(hb, Stop::Publish);
    script.die(hb);
    assert_eq!(script.history().writes.len(), 2);
    script.finish(inc);
    script.rest();
}

#[test]
fn a_warning_counts_from_its_look_at_the_earliest_though_the_clock_stepped_back_before_it_was_accepted() {
    let mut script = Script::of(scenes::ladder(0));
    let first = script.start(Trigger::Heartbeat(0));
    script.until(first, Stop::Publish);
    let looked = script.now();
    script.one(first, Fate::Well);
    script.set_clock(-8 * 86_400_000);
    script.finish(first);
    let facts = script.dated_facts();
    let warned = facts.iter().find(|(_, fact)| matches!(fact, Fact::Warned { .. })).unwrap().0;
    assert_eq!(warned, looked);
}
