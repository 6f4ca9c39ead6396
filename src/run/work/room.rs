//! Is there room to remember and to tell whatever may come of a write? It is asked before the write. Pure.

use super::{NoMemory, Standing, Work};
use crate::act::Deed;
use crate::cursor::{MAX_CURSOR, TooLarge};
use crate::decide::{Cleared, Plan};
use crate::ending::Ending;
use crate::report::{self, About, Seen};
use crate::time::Timestamp;
use crate::zone::Snapshot;

/// What makes room.
const REMEDY: &str = "if something was tried in vain just now, try again in half an hour; give the policy fewer rules with warn_before; if incidents take the room, begin anew without what is \
                      remembered: `scim-keys register reset`; in the state machine, delete the account's schedules in the \
                      registers' group; without a loop, send the event without its cursor";

impl Work {
    /// Makes sure of it before anything is meant or written: with the intents and the longest outcome for each action of
    /// the plan, what is to be remembered must still fit. `fits` says whether it does. Where it does not, nothing is settled
    /// any more, and nothing written but the first containment of an incident.
    pub(in super::super) fn make_sure_of_room(
        &mut self,
        about: About<'_>,
        plan: &Plan,
        zone: &Snapshot,
        now: Timestamp,
        fits: impl Fn(&Self, &Snapshot) -> Result<(), TooLarge>,
    ) {
        let wanted: Vec<&Cleared> = plan.cleared().collect();
        if self.no_memory.is_some() || wanted.is_empty() {
            return;
        }
        let deeds: Vec<Deed> = wanted.iter().copied().map(Deed::longest).collect();
        let mut worst = self.clone();
        // That of a restore names each incident that it ends.
        if worst.own_intents().next().is_none() {
            worst.intend(&wanted, now);
        }
        worst.wrote(about, plan, &deeds, zone, now);
        let (began, looked) = (self.began, now);
        let seen =
            Seen { began, looked, zone: zone.clone(), claims: None, plan: plan.clone(), deeds, earlier: Vec::new() };
        worst.owe(report::owed(about, &seen, &worst.memory, false));
        if let Err(too_large) = fits(&worst, zone) {
            self.is_full(too_large);
        }
    }

    /// Puts off notices that a later look makes again, so many bytes of them. Is one of them left?
    pub fn put_off_notices(&mut self, bytes: usize) -> bool {
        self.record.put_off_notices(bytes)
    }

    /// What this hop leaves is too long to be sealed; nothing of it is settled, and a person is called, once.
    pub fn cannot_be_remembered(&mut self, about: About<'_>, bytes: usize) -> Ending {
        // Whoever sends the event again without a cursor has none of the restraints that this one holds.
        let lost = if self.standing == Standing::Bare { ", so the answer has none" } else { "" };
        let why =
            format!("its memory is full: the cursor has {bytes} bytes, and {MAX_CURSOR} are allowed{lost}; {REMEDY}");
        self.no_memory = Some(NoMemory::Unusable { why: why.clone() });
        match &self.record.ended {
            Some(failed @ Ending::Failed { .. }) if self.standing != Standing::Bare => failed.clone(),
            _ => {
                self.owe([report::not_through(about, &why)]);
                self.end(about, Ending::Failed { why })
            }
        }
    }

    /// There is no room for what a run would remember.
    fn is_full(&mut self, TooLarge { bytes }: TooLarge) {
        let why = format!(
            "its memory is full: with all that may come of what is to be done the cursor takes {bytes} bytes, and {MAX_CURSOR} \
             are allowed; {REMEDY}"
        );
        self.no_memory = Some(NoMemory::Unusable { why });
    }
}
