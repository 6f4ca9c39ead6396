//! Depth-first over all choices, and a seeded walk beyond.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::rc::Rc;

use scim_key_lifecycle::orchestrator::Step;

use crate::chooser::{List, Walk};
use crate::judge::{self, Broken};
use crate::play::{self, Menu};
use crate::stage::Fixed;
use crate::world::World;

/// What a search came to.
#[derive(Debug, Default)]
pub struct Found {
    /// Segments that were played.
    pub segments: u64,
    /// Different worlds that were met between two steps.
    pub worlds: u64,
    /// Worlds that were equal to one already gone on from.
    pub equal: u64,
    /// Runs to rest that were judged.
    pub rests: u64,
    /// The first broken promise, with the choices that lead to it.
    pub broken: Option<(Broken, String)>,
    /// What was reached.
    pub reached: std::collections::BTreeSet<&'static str>,
}

/// Tries every list of choices with at most `world.budget` events out of schedule, from this world on.
pub fn every(world: World, fixed: &Rc<Fixed>, menu: Menu) -> Found {
    let mut search =
        Search { fixed, menu, seen: HashMap::new(), rested: HashSet::new(), found: Found::default(), path: Vec::new() };
    search.from(world);
    search.found
}

/// The longest run, in steps: some three hundred hops.
const LONGEST: usize = 2_000;

struct Search<'a> {
    fixed: &'a Rc<Fixed>,
    menu: Menu,
    /// Worlds, and the greatest budget with which each was gone on from.
    seen: HashMap<u128, usize>,
    rested: HashSet<u128>,
    found: Found,
    path: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn from(&mut self, world: World) {
        let mut choices = Some(List::default());
        while let Some(mut list) = choices {
            let next = play::segment(world.clone(), self.fixed, self.menu, &mut list);
            self.found.segments += 1;
            self.path.push(list.taken().to_vec());
            match next {
                Some(next) => self.arrive(next),
                None => self.rest(world.clone()),
            }
            self.path.pop();
            if self.found.broken.is_some() {
                return;
            }
            choices = list.next();
        }
    }

    fn arrive(&mut self, world: World) {
        if self.path.len() > LONGEST {
            let how = format!("after {LONGEST} steps something is still under way");
            self.judge(&[Broken { invariant: "an end", how }]);
        }
        self.judge(&world.ghost.broken);
        if self.found.broken.is_some() {
            return;
        }
        let fingerprint = world.fingerprint();
        match self.seen.get(&fingerprint) {
            Some(budget) if *budget >= world.budget => {
                self.found.equal += 1;
                return;
            }
            Some(_) => {}
            None => self.found.worlds += 1,
        }
        self.seen.insert(fingerprint, world.budget);
        self.from(world);
    }

    fn rest(&mut self, world: World) {
        if !self.rested.insert(world.fingerprint()) {
            return;
        }
        self.found.rests += 1;
        let mut world = play::come_to_rest(world, self.fixed);
        self.judge(&judge::at_rest(&mut world, self.fixed));
        self.found.reached.extend(&world.ghost.reached.0);
    }

    fn judge(&mut self, broken: &[Broken]) {
        if let (Some(first), None) = (broken.first(), &self.found.broken) {
            self.found.broken = Some((first.clone(), written(&self.path)));
        }
    }
}

/// One seeded walk to rest.
pub fn walk(mut world: World, fixed: &Rc<Fixed>, menu: Menu, seed: u64) -> (World, Vec<Broken>, String) {
    let mut walk = Walk::seeded(seed, 12);
    let mut path = Vec::new();
    loop {
        walk.taken.clear();
        let next = play::segment(world.clone(), fixed, menu, &mut walk);
        path.push(walk.taken.clone());
        let Some(next) = next else { break };
        world = next;
        let broken = world.ghost.broken.clone();
        if !broken.is_empty() {
            return (world, broken, written(&path));
        }
    }
    let mut world = play::come_to_rest(world, fixed);
    let broken = judge::at_rest(&mut world, fixed);
    (world, broken, written(&path))
}

/// Plays a written path again, telling each step.
pub fn replay(mut world: World, fixed: &Rc<Fixed>, menu: Menu, path: &str) -> (World, String) {
    let mut told = String::new();
    for segment in path.split('/') {
        let choices = segment.split('.').filter(|choice| !choice.is_empty()).map(|choice| choice.parse().unwrap());
        let mut list = List::of(choices.collect());
        let Some(next) = play::segment(world.clone(), fixed, menu, &mut list) else { break };
        world = next;
        let steps: Vec<String> = world
            .executions
            .iter()
            .map(|running| format!("{:?}: {}", running.trigger, short(running.execution.next())))
            .collect();
        let keys: Vec<String> = world.keys.iter().map(|key| format!("{} {:?}", key.id, key.status)).collect();
        writeln!(told, "{} [{segment}] {} | {}", world.now, keys.join(", "), steps.join(" | ")).unwrap();
    }
    (world, told)
}

fn short(step: &Step) -> String {
    match step {
        Step::Invoke { register } => format!("Invoke on {}", register["generation"]),
        Step::Settle { generation, .. } => format!("Settle {generation}"),
        other => format!("{other:?}"),
    }
}

/// The choices, one segment after the other; ordinary ones at the end of a segment are left out.
fn written(path: &[Vec<usize>]) -> String {
    let segment = |choices: &Vec<usize>| {
        let last = choices.iter().rposition(|choice| *choice != 0).map_or(0, |last| last + 1);
        choices[..last].iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
    };
    path.iter().map(segment).collect::<Vec<_>>().join("/")
}
