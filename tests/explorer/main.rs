//! The explorer: the production handler, cursor and orchestrator under every list of choices up to a length.
//!
//! `cargo test --test explorer` is the quick form. The deep one is
//! `cargo test --release --test explorer -- --ignored --nocapture`; its figures stand in `docs/reliability.md`.

mod chooser;
mod judge;
mod play;
mod scenes;
mod script;
mod search;
mod stage;
mod traces;
mod world;

use play::EVERYTHING;

#[test]
fn an_undisturbed_ladder_ends_with_the_key_off() {
    let (world, fixed) = scenes::due(0);
    let found = search::every(world.clone(), &fixed, EVERYTHING);
    assert_eq!(found.broken, None);
    let rest = play::come_to_rest(world, &fixed);
    assert!(!rest.is_on(world::A) && rest.is_on(world::B), "{:?}", rest.keys);
}

type Scene = fn(usize) -> (world::World, std::rc::Rc<stage::Fixed>);

/// A search goes as deep as a run is long: more than a test's own stack holds.
const STACK: usize = 4 << 30;

fn explore(name: &'static str, scene: Scene, events: usize) {
    let searching = move || (0..=events).for_each(|budget| search_with(name, scene, budget));
    let searched = std::thread::Builder::new().stack_size(STACK).spawn(searching).unwrap().join();
    if let Err(panic) = searched {
        std::panic::resume_unwind(panic);
    }
}

fn search_with(name: &str, scene: Scene, budget: usize) {
    let (world, fixed) = scene(budget);
    let found = search::every(world, &fixed, EVERYTHING);
    println!(
        "{name}, at most {budget} events: {} segments, {} worlds, {} equal, {} runs to rest; reached {:?}",
        found.segments, found.worlds, found.equal, found.rests, found.reached
    );
    if let Some((broken, path)) = found.broken {
        let (world, fixed) = scene(budget);
        let (_, told) = search::replay(world, &fixed, EVERYTHING, &path);
        panic!("{name}\n{told}choices: {path}\n{}: {}", broken.invariant, broken.how);
    }
}

fn events(quick: usize) -> usize {
    std::env::var("EXPLORE_EVENTS").ok().and_then(|events| events.parse().ok()).unwrap_or(quick)
}

#[test]
fn a_due_disable_with_events_out_of_schedule() {
    explore("due", scenes::due, events(1));
}

#[test]
fn a_ladder_with_events_out_of_schedule() {
    explore("ladder", scenes::ladder, events(1));
}

#[test]
fn an_incident_with_events_out_of_schedule() {
    explore("incident", scenes::incident, events(1));
}

#[test]
fn a_restore_with_events_out_of_schedule() {
    explore("restore", scenes::restore, events(1));
}
