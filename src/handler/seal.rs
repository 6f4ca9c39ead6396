//! What travels with an answer, sealed: the cursor, and the ways back.

use crate::cursor::{Keys, MAX_CURSOR, Record, Sealed, TooLarge, Type, jws};
use crate::memory::{Disable, Memory};
use crate::report::{About, SealedReceipt};
use crate::run::{Standing, Work};
use crate::time::Timestamp;
use crate::trigger::Receipt;
use crate::zone::{Snapshot, Subject};

/// What is kept of the cursor's length for the later hops of a run: an undo, and what people heard.
const LATER: usize = 4 * 1024;

/// Seals what one hop leaves.
pub(super) struct Seal<'a> {
    pub(super) about: About<'a>,
    /// The generation for which it is sealed.
    pub(super) generation: u64,
    /// Without them nothing is sealed.
    pub(super) keys: Option<&'a Keys>,
}

impl Seal<'_> {
    /// Can this be sealed, and what the later hops of the run add to it? Notices that can be put off take no room.
    pub(super) fn fits(&self, work: &Work, zone: &Snapshot, now: Timestamp) -> Result<(), TooLarge> {
        let Some(keys) = self.keys else { return Ok(()) };
        let mut least = work.clone();
        least.put_off_notices(usize::MAX);
        let bytes = least.cursor(self.about, self.generation, Some(zone), now).sealed_length(keys) + LATER;
        if bytes > MAX_CURSOR { Err(TooLarge { bytes }) } else { Ok(()) }
    }

    /// The cursor; none without keys. What it has no room for of the notices that a later look makes again is put off;
    /// but if it has room for none of them, it never will, and that must be said.
    pub(super) fn cursor(
        &self,
        work: &mut Work,
        zone: Option<&Snapshot>,
        now: Timestamp,
    ) -> Result<Option<Sealed>, TooLarge> {
        let Some(keys) = self.keys else { return Ok(None) };
        loop {
            let too_large = match work.cursor(self.about, self.generation, zone, now).seal(keys) {
                Ok(sealed) => return Ok(Some(sealed)),
                Err(too_large) => too_large,
            };
            let is_one_left = work.put_off_notices(json_bytes(too_large.bytes - MAX_CURSOR));
            if !is_one_left {
                return Err(too_large);
            }
        }
    }

    /// In a loop, a cursor with the run's record alone, so that its next hop knows that it is over and what was accepted.
    pub(super) fn of_the_run_alone(&self, work: &Work, now: Timestamp) -> Option<Sealed> {
        if *work.standing() == Standing::Bare {
            return None;
        }
        work.cursor(self.about, self.generation, None, now).without_facts().seal(self.keys?).ok()
    }

    /// The ways back that these facts tell of: from what this run switched off, also when its event was delivered before,
    /// and from what an incident of its event has implicated, whichever run switched that off; that of SCIM synchronisation
    /// first, since no other is good before it. What the last look did not show any more has none.
    pub(super) fn ways_back(&self, memory: &Memory, work: &Work, now: Timestamp) -> Vec<Receipt> {
        // Nobody settles the disable, and a receipt is refused without it.
        if *work.standing() == Standing::Bare {
            return Vec::new();
        }
        let is_gone = |of: &Subject| of.key().is_some_and(|key| work.record().gone.contains(key));
        let there = memory.switched_off().into_iter().filter(|of| !is_gone(of));
        let mut ways_back: Vec<_> = there.filter_map(|of| self.way_back(of, memory, work.record(), now)).collect();
        ways_back.sort_by_key(|receipt| receipt.subject.key().is_some());
        ways_back
    }

    /// The way back from its last disable by us, if that concerns this run and may be taken back. It ends every incident that
    /// holds it off by now: with one that names fewer, each of two incidents would hold the other's way back for ever.
    fn way_back(&self, of: &Subject, memory: &Memory, record: &Record, now: Timestamp) -> Option<Receipt> {
        let Disable { at: disabled, run, .. } = memory.last_disable(of)?;
        let mut incidents = self.about.occasion.incidents().iter().map(|asked| &asked.incident.id);
        if *run != record.run && !incidents.any(|incident| memory.has_implicated(incident, of)) {
            return None;
        }
        let receipt = Receipt {
            account: self.about.account().name.clone(),
            subject: of.clone(),
            run: run.clone(),
            disabled,
            incidents: memory.implicated_by(of).cloned().collect(),
            expires: record.accepted.plus(Receipt::LASTS),
        };
        memory.may_restore(&receipt, memory.last_seen(of), now).is_ok().then_some(receipt)
    }

    /// Seals them for the caller.
    pub(super) fn receipts(&self, ways_back: Vec<Receipt>) -> Vec<SealedReceipt> {
        let Some(keys) = self.keys else { return Vec::new() };
        ways_back.into_iter().filter_map(|receipt| seal(receipt, keys)).collect()
    }
}

/// So many bytes of JSON, at least, take so many sealed: base64 writes three as four.
fn json_bytes(sealed: usize) -> usize {
    (sealed * 3 / 4).max(1)
}

fn seal(receipt: Receipt, keys: &Keys) -> Option<SealedReceipt> {
    let payload = serde_json::to_vec(&receipt).ok()?;
    Some(SealedReceipt { subject: receipt.subject, token: jws::seal(Type::Receipt, &payload, keys) })
}
