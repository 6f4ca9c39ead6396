//! Depth-first over all choices, and a seeded walk beyond.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::rc::Rc;

use scim_key_lifecycle::orchestrator::Step;

use crate::chooser::{List, Walk};
use crate::judge::{self, Broken};
use crate::play::{self, Offered};
use crate::sameness::{self, Sameness};
use crate::stage::Fixed;
use crate::world::{Open, World};

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
    pub reached: BTreeSet<&'static str>,
}

/// Tries every list of choices with at most `world.budget` events out of schedule, from this world on.
pub fn every(world: World, fixed: &Rc<Fixed>, offered: Offered) -> Found {
    let mut search = Search::new(fixed, offered, None);
    search.from(world);
    search.found
}

/// The worlds at rest that such a search comes to, as `sameness` writes them.
pub fn ends(world: World, fixed: &Rc<Fixed>, offered: Offered) -> BTreeSet<String> {
    let mut search = Search::new(fixed, offered, None);
    search.ends = Some(BTreeSet::new());
    search.from(world);
    search.ends.unwrap_or_default()
}

/// All pairs of worlds that such a search takes for the same, the one that is gone on from first.
pub fn twins(world: World, fixed: &Rc<Fixed>) -> Vec<(World, World)> {
    let mut search = Search::new(fixed, Offered::WhereItMatters, Some(Kept::default()));
    search.from(world);
    search.kept.map(|kept| kept.twins).unwrap_or_default()
}

struct Search<'a> {
    fixed: &'a Rc<Fixed>,
    offered: Offered,
    /// What the worlds have in common that were gone on from without another event.
    quiet: HashSet<u128>,
    /// The same for those that were gone on from with events, and how much could happen in each.
    open: HashMap<u128, Vec<Open>>,
    /// The worlds on the way to where the search is, as `quiet` has them.
    way: Vec<u128>,
    /// The choices on that way.
    path: Vec<Vec<usize>>,
    found: Found,
    /// The worlds at rest, if anybody wants to compare them with another search's.
    ends: Option<BTreeSet<String>>,
    /// Where each first world of its kind is kept, if anybody wants to compare the others with it.
    kept: Option<Kept>,
}

/// Worlds that count as the same.
#[derive(Default)]
struct Kept {
    first: HashMap<u128, World>,
    twins: Vec<(World, World)>,
}

impl Kept {
    /// A world came up, and it counts as one of this kind.
    fn keep(&mut self, kind: u128, world: &World) {
        match self.first.entry(kind) {
            Entry::Vacant(place) => {
                place.insert(world.clone());
            }
            Entry::Occupied(first) => self.twins.push((first.get().clone(), world.clone())),
        }
    }
}

impl<'a> Search<'a> {
    fn new(fixed: &'a Rc<Fixed>, offered: Offered, kept: Option<Kept>) -> Self {
        let (quiet, open, way, path) = (HashSet::new(), HashMap::new(), Vec::new(), Vec::new());
        Self { fixed, offered, quiet, open, way, path, found: Found::default(), ends: None, kept }
    }

    fn from(&mut self, world: World) {
        let mut choices = Some(List::default());
        while let Some(mut list) = choices {
            let next = play::segment(world.clone(), self.fixed, self.offered, &mut list);
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
        self.found.reached.extend(&world.ghost.reached.0);
        self.judge(&world.ghost.broken);
        if self.found.broken.is_some() {
            return;
        }
        let sameness = sameness::of(&world, self.fixed);
        if world.budget > 0 && self.may_lead_to_more(&world, sameness) {
            self.way.push(sameness.quiet);
            self.from(world);
            self.way.pop();
        } else if world.budget == 0 || self.way.contains(&sameness.quiet) {
            self.rest(world);
        }
    }

    /// Could less happen in each world like it that was gone on from?
    fn may_lead_to_more(&mut self, world: &World, Sameness { quiet, open }: Sameness) -> bool {
        if let Some(kept) = &mut self.kept {
            kept.keep(open, world);
        }
        let mine = world.open();
        let others = self.open.entry(open).or_default();
        let more = !others.iter().any(|other| other.covers(&mine));
        if more {
            others.retain(|other| !mine.covers(other));
            others.push(mine);
            self.quiet.insert(quiet);
        }
        self.count(more);
        more
    }

    /// Nothing but what is under way happens any more.
    fn rest(&mut self, world: World) {
        let fixed = Rc::clone(self.fixed);
        let way = self.way.len();
        let rested = play::come_to_rest(world, &fixed, |world| self.is_known(world));
        self.way.truncate(way);
        let Some(mut world) = rested else { return };
        self.found.rests += 1;
        self.judge(&judge::at_rest(&mut world, &fixed));
        if let Some(ends) = &mut self.ends {
            ends.insert(sameness::written(&world, &fixed));
        }
        self.found.reached.extend(&world.ghost.reached.0);
    }

    /// Was a world like it gone on from, and not only on the way to this one? Whoever goes round in a circle has not come
    /// to an end yet.
    fn is_known(&mut self, world: &World) -> bool {
        let Sameness { quiet, .. } = sameness::of(world, self.fixed);
        if !world.ghost.broken.is_empty() || self.way.contains(&quiet) {
            return false;
        }
        if let Some(kept) = &mut self.kept {
            kept.keep(quiet, world);
        }
        self.way.push(quiet);
        let new = self.quiet.insert(quiet);
        self.count(new);
        self.found.reached.extend(&world.ghost.reached.0);
        !new
    }

    fn count(&mut self, new: bool) {
        *(if new { &mut self.found.worlds } else { &mut self.found.equal }) += 1;
    }

    fn judge(&mut self, broken: &[Broken]) {
        if let (Some(first), None) = (broken.first(), &self.found.broken) {
            self.found.broken = Some((first.clone(), written(&self.path)));
        }
    }
}

/// One seeded walk to rest.
pub fn walk(mut world: World, fixed: &Rc<Fixed>, seed: u64) -> (World, Vec<Broken>, String) {
    let mut walk = Walk::seeded(seed, 12);
    let mut path = Vec::new();
    loop {
        walk.taken.clear();
        let next = play::segment(world.clone(), fixed, Offered::WhereItMatters, &mut walk);
        path.push(walk.taken.clone());
        let Some(next) = next else { break };
        world = next;
        let broken = world.ghost.broken.clone();
        if !broken.is_empty() {
            return (world, broken, written(&path));
        }
    }
    let mut world = play::come_to_rest(world, fixed, |_| false).expect("nothing is known");
    let broken = judge::at_rest(&mut world, fixed);
    (world, broken, written(&path))
}

/// Plays a written path again, telling each step.
pub fn replay(mut world: World, fixed: &Rc<Fixed>, offered: Offered, path: &str) -> (World, String) {
    let mut told = String::new();
    for segment in path.split('/') {
        let choices = segment.split('.').filter(|choice| !choice.is_empty()).map(|choice| choice.parse().unwrap());
        let mut list = List::of(choices.collect());
        let Some(next) = play::segment(world.clone(), fixed, offered, &mut list) else { break };
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
        Step::Notify(_) => "Notify".to_owned(),
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
