//! Do worlds that count as the same go on alike, and is everything come to though not all is offered everywhere? What the
//! search leaves out rests on that.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::play::Offered;
use crate::search;
use crate::stage::Fixed;
use crate::world::World;
use crate::{Begin, SCENES, number, sameness, with_deep_stack};

/// Plays on under events that a seed draws, and says what came of it.
fn goes_on(world: World, fixed: &Rc<Fixed>, seed: u64) -> (String, String) {
    let (rested, broken, path) = search::walk(world, fixed, seed);
    let keys: Vec<String> = rested.keys.iter().map(|key| format!("{} {:?}", key.id, key.status)).collect();
    let broken: Vec<&str> = broken.iter().map(|broken| broken.invariant).collect();
    let told = format!("{path} {keys:?} {broken:?} {:?}", rested.ghost.last_heartbeat);
    (told, sameness::written(&rested, fixed))
}

/// Every pair of one search, or as many of them as `EXPLORE_TWINS` says, evenly spread.
fn all_go_on_alike(name: &str, begin: Begin) {
    let (world, fixed) = begin(number("EXPLORE_ALIKE", 1));
    let twins = search::twins(world, &fixed);
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

/// What an end says without its dates, each thing once: when a clock goes wrong between two looks at it, or an execution
/// waits a little longer, only which of two moments was first may differ, and how often the same was seen.
fn undated(end: &str) -> String {
    let rests = end.split('<').skip(1).map(|dated| dated.split_once('>').map_or(dated, |(_, rest)| rest));
    let undated: String = end.split('<').take(1).chain(rests).collect();
    let mut parts: Vec<&str> = undated.split(['{', '}']).collect();
    parts.sort_unstable();
    parts.dedup();
    parts.join("\n")
}

/// Everything that a search comes to if turns, starts and wrong clocks are offered everywhere is come to without that.
fn nothing_else_is_come_to(name: &str, begin: Begin) {
    let ends = |offered| {
        let (world, fixed) = begin(number("EXPLORE_ALIKE", 1));
        search::ends(world, &fixed, offered).iter().map(|end| undated(end)).collect::<BTreeSet<String>>()
    };
    let (some, all) = (ends(Offered::WhereItMatters), ends(Offered::Everywhere));
    println!("{name}: {} ends, and {} if all is offered everywhere", some.len(), all.len());
    assert_eq!(all.difference(&some).next(), None, "{name}");
}

#[test]
fn what_is_offered_where_it_matters_leads_to_every_end() {
    with_deep_stack(move || SCENES.into_iter().for_each(|(name, begin)| nothing_else_is_come_to(name, begin)));
}

#[test]
fn worlds_that_count_as_the_same_go_on_alike() {
    with_deep_stack(move || SCENES.into_iter().for_each(|(name, begin)| all_go_on_alike(name, begin)));
}
