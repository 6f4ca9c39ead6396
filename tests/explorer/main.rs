//! The explorer: the production handler, cursor and orchestrator under every list of choices up to a length.
//!
//! What may happen is drawn from one chooser: which call meets which fault, where the function or the loop dies, what
//! people do, what else starts, whose turn it is, whether a clock is wrong. A search tries every list of choices with so
//! many events out of schedule, or shows that it leads to a world that was gone on from already. `judge` holds what must
//! be true, during a run and at rest.
//!
//! `cargo test --test explorer` tries one event. `EXPLORE_EVENTS` says how many, `EXPLORE_WALKS` how many seeded walks go
//! beyond. `twins` tries the search itself, with `EXPLORE_ALIKE` events and so many pairs of worlds as `EXPLORE_TWINS`
//! says. `docs/reliability.md` has the figures of deeper forms, and their commands; these want optimised code
//! (`CARGO_PROFILE_DEV_OPT_LEVEL=2`).

mod chooser;
mod events;
mod history;
mod judge;
mod play;
mod recovery;
mod sameness;
mod scenes;
mod script;
mod seams;
mod search;
mod stage;
mod traces;
mod twins;
mod world;

use std::collections::BTreeSet;

use play::Offered;
use scenes::Scene;

/// Begins an exploration with so many events out of schedule.
type Begin = fn(usize) -> Scene;

const SCENES: [(&str, Begin); 8] = [
    ("due", scenes::due),
    ("ladder", scenes::ladder),
    ("incident", scenes::incident),
    ("restore", scenes::restore),
    ("stopped", scenes::stopped),
    ("thief", scenes::thief),
    ("finding", scenes::finding),
    ("reporting", scenes::reporting),
];

/// A search goes as deep as a run is long: more than a test's own stack holds.
const STACK: usize = 4 << 30;

fn number(variable: &str, quick: usize) -> usize {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(quick)
}

/// Tries every list of choices with up to `EXPLORE_EVENTS` events, fewest first, and tells which rare states it met.
fn explore(name: &'static str, begin: Begin) -> BTreeSet<&'static str> {
    explore_up_to(number("EXPLORE_EVENTS", 1), name, begin)
}

fn explore_up_to(events: usize, name: &'static str, begin: Begin) -> BTreeSet<&'static str> {
    with_deep_stack(move || (0..=events).flat_map(|budget| search_with(name, begin, budget)).collect())
}

fn with_deep_stack<T: Send + 'static>(searching: impl FnOnce() -> T + Send + 'static) -> T {
    let searched = std::thread::Builder::new().stack_size(STACK).spawn(searching).unwrap().join();
    searched.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn search_with(name: &str, begin: Begin, budget: usize) -> BTreeSet<&'static str> {
    let (world, fixed) = begin(budget);
    let found = search::every(world, &fixed, Offered::WhereItMatters);
    println!(
        "{name}, up to {budget} events: {} segments, {} worlds, {} equal to one before, {} runs to rest",
        found.segments, found.worlds, found.equal, found.rests
    );
    if let Some((broken, path)) = found.broken {
        let (world, fixed) = begin(budget);
        let (_, told) = search::replay(world, &fixed, Offered::WhereItMatters, &path);
        panic!("{name}, {budget} events\n{told}choices: {path}\n{}: {}", broken.invariant, broken.how);
    }
    found.reached
}

fn assert_reached(reached: &BTreeSet<&str>, states: &[&str]) {
    for state in states {
        assert!(reached.contains(state), "{state} was never met: {reached:?}");
    }
}

#[test]
fn a_due_disable_under_everything() {
    let reached = explore("due", scenes::due);
    let states = [
        "a hygiene disable",
        "an undo",
        "a crash of the function",
        "a settle that was lost",
        "an intent that nobody closed",
        "an intent on which nothing was sent",
    ];
    assert_reached(&reached, &states);
}

#[test]
#[ignore = "takes an hour"]
fn four_events_while_a_due_disable_is_delivered_again() {
    let reached = explore_up_to(number("EXPLORE_EVENTS", 4), "redelivered", scenes::redelivered);
    assert_reached(&reached, &["a hygiene disable", "an undo", "a settle that was lost", "a crash of the function"]);
}

#[test]
fn a_ladder_under_everything() {
    let reached = explore("ladder", scenes::ladder);
    assert_reached(&reached, &["a hygiene disable", "an intent that nobody closed"]);
    if number("EXPLORE_EVENTS", 1) > 1 {
        assert_reached(&reached, &["a warning that was accepted when the key was off"]);
    }
}

#[test]
fn an_incident_under_everything() {
    let reached = explore("incident", scenes::incident);
    assert_reached(&reached, &["a settle that was lost", "a crash of the function"]);
}

#[test]
fn a_restore_under_everything() {
    let reached = explore("restore", scenes::restore);
    assert_reached(&reached, &["a restore", "a key that was freed", "an intent that nobody closed"]);
}

#[test]
fn stopped_synchronisation_under_everything() {
    let reached = explore("stopped", scenes::stopped);
    assert_reached(&reached, &["a containment of synchronisation"]);
    if number("EXPLORE_EVENTS", 1) > 1 {
        assert_reached(&reached, &["a restore of synchronisation"]);
    }
}

#[test]
fn a_thief_under_everything() {
    let reached = explore("thief", scenes::thief);
    assert_reached(&reached, &["a record's containment", "an outsider who was not obeyed"]);
}

#[test]
fn a_finding_under_everything() {
    let reached = explore("finding", scenes::finding);
    assert_reached(&reached, &["a finding's containment", "a restore", "an all-clear"]);
}

#[test]
fn report_mode_under_everything() {
    let reached = explore("reporting", scenes::reporting);
    assert_reached(&reached, &["a settle that was lost", "a generation that was swept"]);
    assert!(!reached.contains("a hygiene disable"), "{reached:?}");
}

#[test]
fn a_due_disable_that_nothing_disturbs_switches_its_key_off() {
    let (world, fixed) = scenes::due(0);
    let rest = play::come_to_rest(world, &fixed, |_| false).unwrap();
    assert!(!rest.is_on(world::A) && rest.is_on(world::B), "{:?}", rest.keys);
}

#[test]
fn seeded_walks_go_beyond() {
    let walks = number("EXPLORE_WALKS", 400);
    for seed in 0..walks {
        let (name, begin) = SCENES[seed % SCENES.len()];
        let (world, fixed) = begin(usize::MAX);
        let (_, broken, path) = search::walk(world, &fixed, u64::try_from(seed).unwrap());
        if let Some(first) = broken.first() {
            let (world, fixed) = begin(usize::MAX);
            let (_, told) = search::replay(world, &fixed, Offered::WhereItMatters, &path);
            panic!("{name}, seed {seed}\n{told}choices: {path}\n{}: {}", first.invariant, first.how);
        }
    }
    println!("{walks} seeded walks");
}

#[test]
fn the_same_seed_twice_is_the_same_to_the_byte() {
    let walk = || {
        let (world, fixed) = scenes::incident(usize::MAX);
        let (_, _, path) = search::walk(world, &fixed, 4711);
        let (world, fixed) = scenes::incident(usize::MAX);
        let (world, told) = search::replay(world, &fixed, Offered::WhereItMatters, &path);
        format!("{path}\n{told}\n{:?}", world.register)
    };
    assert_eq!(walk(), walk());
}
