//! The brake after a gap, and the hold after a person has enabled a key again.

use scim_key_lifecycle::simulator::SimStatus;

use crate::looped::{AGED, DAY, LADDER, Loop, off, schedule, topics};
use crate::stage::OLD;

#[tokio::test]
async fn without_memory_and_after_a_gap_the_ladders_start_again() {
    let mut this = Loop::new(LADDER);
    this.run(schedule(), true).await;
    assert_eq!(this.facts("resumed").len(), 1, "there was no memory");
    this.pass(DAY * 3);
    assert_eq!(topics(&this.run(schedule(), true).await[0]), [""; 0], "three days are no gap");
    this.pass(DAY * 4);
    let answers = this.run(schedule(), true).await;
    assert_eq!((topics(&answers[0]), this.facts("resumed").len()), (vec!["warning"], 2));
    assert_eq!(this.facts("warned").len(), 2);
}

#[tokio::test]
async fn a_key_that_a_person_enabled_again_is_left_alone_for_a_while() {
    let mut this = Loop::remembering(AGED).await;
    this.guards = r#"{"hold_after_reenable":"5d"}"#;
    this.run(schedule(), true).await;
    assert_eq!(this.writes(), [off(OLD)]);
    this.switch(OLD, SimStatus::Enabled);
    for day in 0..5 {
        this.pass(DAY);
        this.run(schedule(), true).await;
        assert_eq!(this.writes().len(), 1, "day {day}");
    }
    this.pass(DAY);
    this.run(schedule(), true).await;
    assert_eq!(this.writes(), [off(OLD), off(OLD)]);
}
