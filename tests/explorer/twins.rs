//! Do worlds that count as the same go on alike? What the search leaves out rests on that.

use std::rc::Rc;

use crate::play::EVERYTHING;
use crate::search;
use crate::stage::Fixed;
use crate::world::World;
use crate::{Begin, SCENES, number, sameness, with_deep_stack};

/// Plays on under events that a seed draws, and says what came of it.
fn goes_on(world: World, fixed: &Rc<Fixed>, seed: u64) -> (String, String) {
    let (rested, broken, path) = search::walk(world, fixed, EVERYTHING, seed);
    let keys: Vec<String> = rested.keys.iter().map(|key| format!("{} {:?}", key.id, key.status)).collect();
    let broken: Vec<&str> = broken.iter().map(|broken| broken.invariant).collect();
    let told = format!("{path} {keys:?} {broken:?} {:?}", rested.ghost.last_heartbeat);
    (told, sameness::written(&rested, fixed))
}

/// Every pair of one search, or as many of them as `EXPLORE_TWINS` says, evenly spread.
fn all_go_on_alike(name: &str, begin: Begin) {
    let (world, fixed) = begin(number("EXPLORE_EVENTS", 1));
    let twins = search::twins(world, &fixed, EVERYTHING);
    let every = (twins.len() / number("EXPLORE_TWINS", 100)).max(1);
    let mut different = 0;
    for (mut one, mut other) in twins.into_iter().step_by(every) {
        if format!("{one:?}") == format!("{other:?}") {
            continue;
        }
        different += 1;
        one.extras.clone_from(&other.extras);
        // Those that are gone on from without an event need not be alike under one.
        let budget = if other.budget == 0 { 0 } else { 2 };
        (one.budget, other.budget) = (budget, budget);
        for seed in 0..4 {
            let told = format!("{name}: {one:?}\n{other:?}");
            assert_eq!(goes_on(one.clone(), &fixed, seed), goes_on(other.clone(), &fixed, seed), "{told}");
        }
    }
    println!("{name}: {different} pairs that count as the same, and are not, went on alike");
    assert!(different > 0, "{name}: no two worlds that count as the same differ");
}

#[test]
fn worlds_that_count_as_the_same_go_on_alike() {
    with_deep_stack(move || SCENES.into_iter().for_each(|(name, begin)| all_go_on_alike(name, begin)));
}
