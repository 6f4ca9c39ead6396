//! What can go wrong on the way, and what people may do in the meantime.
//!
//! A fault is either planned (*the third list from now is throttled*) or drawn by a source that is asked at every call;
//! the plan goes first. Calls are counted for each action, across accounts, from the moment of planning.

use std::time::Duration;

use super::action::Action;
use super::model::World;
use super::random::Random;

/// One thing that goes wrong with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `RequestLimitExceeded`, without any effect.
    Throttle,
    /// A gateway answers in place of the service, with this HTTP status and an HTML page; no effect.
    Gateway(u16),
    /// No connection comes about; no effect. Over HTTP, where it already has, the same as [`Fault::ResetBefore`].
    RefusedConnection,
    /// The connection closes before there is any effect.
    ResetBefore,
    /// The effect takes place, and then the connection closes.
    ResetAfter,
    /// The effect takes place at once, and the answer comes this much later.
    Slow(Duration),
    /// The effect takes place, and half of the answer comes, as if it were all of it.
    Garbage,
    /// The effect takes place, and these bytes come in place of the answer, in an HTTP 200.
    Instead(String),
    /// The list as it was before the account's last so many changes. Other actions do not feel it.
    StaleList(usize),
    /// This error code, without any effect.
    Code(String),
    /// A change is acknowledged, and nothing has changed.
    NoEffect,
}

/// On which side of a call's effect a person acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The call already meets what they did.
    Before,
    /// The call's answer is made, and does not show it.
    After,
}

/// Draws a fault, or none, for a call of that action.
pub type Source = Box<dyn FnMut(Action) -> Option<Fault> + Send>;

/// What a person does to the world.
pub type Deed = Box<dyn FnOnce(&mut World) + Send>;

/// What is planned, and what has happened so far.
#[derive(Default)]
pub(super) struct Faults {
    /// How many calls of each action there were, at its place in [`Action::ALL`].
    calls: [u64; Action::ALL.len()],
    planned: Vec<(Action, u64, Fault)>,
    deeds: Vec<(Action, u64, When, Deed)>,
    source: Option<Source>,
}

impl Faults {
    /// The `nth` call of `action` from now, the next being the first, meets `fault`.
    pub(super) fn plan(&mut self, action: Action, nth: u64, fault: Fault) {
        let number = self.count(action) + nth;
        self.planned.push((action, number, fault));
    }

    /// At the `nth` call of `action` from now, someone does `deed`.
    pub(super) fn plan_deed(&mut self, action: Action, nth: u64, when: When, deed: Deed) {
        let number = self.count(action) + nth;
        self.deeds.push((action, number, when, deed));
    }

    pub(super) fn draw_from(&mut self, source: Source) {
        self.source = Some(source);
    }

    /// Counts one more call of `action`, and says what happens to it.
    pub(super) fn next(&mut self, action: Action) -> Option<Fault> {
        self.calls[action as usize] += 1;
        let number = self.count(action);
        let planned = self.planned.iter().position(|(of, at, _)| (*of, *at) == (action, number));
        match planned {
            Some(index) => Some(self.planned.remove(index).2),
            None => self.source.as_mut().and_then(|draw| draw(action)),
        }
    }

    /// What people do around the present call of `action`, in the order of planning.
    pub(super) fn deeds(&mut self, action: Action, side: When) -> Vec<Deed> {
        let number = self.count(action);
        let due = |(of, at, when, _): &mut (Action, u64, When, Deed)| (*of, *at, *when) == (action, number, side);
        self.deeds.extract_if(.., due).map(|(_, _, _, deed)| deed).collect()
    }

    fn count(&self, action: Action) -> u64 {
        self.calls[action as usize]
    }
}

/// A source that lets about `percent` of the calls go wrong, in every way that a network and a gateway know. The same
/// seed and the same calls meet the same faults.
pub fn seeded(seed: u64, percent: u8) -> impl FnMut(Action) -> Option<Fault> + Send + 'static {
    let mut random = Random::seeded(seed);
    move |_| (random.below(100) < u64::from(percent)).then(|| any(&mut random))
}

fn any(random: &mut Random) -> Fault {
    match random.below(7) {
        0 => Fault::Throttle,
        1 => Fault::Gateway([502, 503, 504][random.below(3) as usize]),
        2 => Fault::ResetBefore,
        3 => Fault::ResetAfter,
        4 => Fault::Slow(Duration::from_millis(100 + random.below(2_900))),
        5 => Fault::Garbage,
        _ => Fault::StaleList(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Action = Action::ListScimCredentials;

    #[test]
    fn a_planned_fault_meets_the_call_that_it_names_and_no_other() {
        let mut faults = Faults::default();
        faults.next(LIST);
        faults.plan(LIST, 2, Fault::Throttle);
        let met: Vec<_> = [LIST, Action::DescribeIdentityCenter, LIST, LIST].map(|action| faults.next(action)).into();
        assert_eq!(met, [None, None, Some(Fault::Throttle), None]);
    }

    #[test]
    fn a_planned_fault_goes_before_a_drawn_one() {
        let mut faults = Faults::default();
        faults.draw_from(Box::new(|_| Some(Fault::Garbage)));
        faults.plan(LIST, 1, Fault::Throttle);
        assert_eq!([faults.next(LIST), faults.next(LIST)], [Some(Fault::Throttle), Some(Fault::Garbage)]);
    }

    #[test]
    fn a_deed_is_done_once_and_on_its_side_of_the_call() {
        let mut faults = Faults::default();
        faults.plan_deed(LIST, 1, When::After, Box::new(|_| ()));
        assert_eq!(faults.deeds(LIST, When::After).len(), 0, "its call has not come yet");
        faults.next(LIST);
        assert_eq!(faults.deeds(LIST, When::Before).len(), 0);
        assert_eq!(faults.deeds(LIST, When::After).len(), 1);
        assert_eq!(faults.deeds(LIST, When::After).len(), 0);
    }

    #[test]
    fn a_seed_draws_every_kind_of_fault_and_always_the_same_ones() {
        let drawn = |seed, percent| {
            let mut source = seeded(seed, percent);
            (0..1000).map(|_| source(LIST)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(7, 30), drawn(7, 30));
        assert_ne!(drawn(7, 30), drawn(8, 30));
        let count = drawn(7, 30).into_iter().flatten().count();
        assert!((250..350).contains(&count), "{count}");
        assert!(drawn(7, 0).iter().all(Option::is_none));
        let kinds: std::collections::HashSet<_> = drawn(7, 100).iter().flatten().map(std::mem::discriminant).collect();
        assert_eq!(kinds.len(), 7);
    }
}
