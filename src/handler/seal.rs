//! What travels with an answer, sealed: the cursor, and the ways back.

use crate::act::{Deed, Outcome};
use crate::cursor::{Keys, MAX_CURSOR, Sealed, TooLarge, Type, jws};
use crate::decide::{Consequence, Step};
use crate::memory::{Disable, Memory};
use crate::policy::Account;
use crate::report::{About, SealedReceipt, Seen};
use crate::run::{Standing, Work};
use crate::time::Timestamp;
use crate::trigger::Receipt;
use crate::zone::{Snapshot, Status, Subject};

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

    /// The ways back from what this hop switched off, and from what its event's incidents found off by an earlier run's
    /// doing; that of SCIM synchronisation first, since no other is good before it.
    pub(super) fn receipts(&self, seen: &Seen, work: &Work, now: Timestamp) -> Vec<SealedReceipt> {
        let Some(keys) = self.keys else { return Vec::new() };
        // Nobody settles the disable, and a receipt is refused without it.
        if *work.standing() == Standing::Bare {
            return Vec::new();
        }
        let memory = work.memory();
        let off = seen.plan.steps.iter().filter(|step| {
            was_switched_off(step, &seen.deeds) || was_found_off(step, memory) || self.was_off_before(step, work)
        });
        let receipts = off.filter_map(|step| receipt(&step.subject, self.about.account(), memory, now));
        let mut sealed: Vec<_> = receipts.filter_map(|receipt| seal(receipt, keys)).collect();
        sealed.sort_by_key(|receipt| receipt.subject.key().is_some());
        sealed
    }

    /// Is it off since before this execution, which is over, and did an incident of the event want that? Whoever sends an
    /// event again may have lost what the first delivery left.
    fn was_off_before(&self, step: &Step, work: &Work) -> bool {
        let mut incidents = self.about.occasion.incidents().iter().map(|asked| &asked.incident.id);
        work.record().ended.is_some()
            && step.status.is(Status::Disabled)
            && !work.record().may_have_switched(&step.subject)
            && incidents.any(|incident| work.memory().has_implicated(incident, &step.subject))
    }
}

/// So many bytes of JSON, at least, take so many sealed: base64 writes three as four.
fn json_bytes(sealed: usize) -> usize {
    (sealed * 3 / 4).max(1)
}

/// Did this hop switch it off, for sure or probably, and has that not been undone since?
fn was_switched_off(step: &Step, deeds: &[Deed]) -> bool {
    let stands = |deed: &&Deed| !matches!(deed.outcome, Outcome::Undone | Outcome::Gone);
    let mut deeds = deeds.iter().filter(stands).filter(|deed| deed.subject == step.subject);
    deeds.any(Deed::switched_off)
}

/// Is it now off for an incident of the event as well, which has nothing to switch off that could leave a receipt?
fn was_found_off(step: &Step, memory: &Memory) -> bool {
    let mut already = step.findings.iter().filter(|finding| finding.consequence == Consequence::AlreadyDisabled);
    already.any(|finding| finding.incidents.iter().any(|incident| memory.has_implicated(incident, &step.subject)))
}

/// The way back from its last disable by us, if it may be taken back. It ends every incident that holds it off by now:
/// with one that names fewer, each of two incidents would hold the other's way back for ever.
fn receipt(subject: &Subject, account: &Account, memory: &Memory, now: Timestamp) -> Option<Receipt> {
    let Disable { at: disabled, run, .. } = memory.last_disable(subject)?;
    let receipt = Receipt {
        account: account.name.clone(),
        subject: subject.clone(),
        run: run.clone(),
        disabled,
        incidents: memory.implicated_by(subject).cloned().collect(),
        expires: now.plus(Receipt::LASTS),
    };
    memory.may_restore(&receipt, now).is_ok().then_some(receipt)
}

fn seal(receipt: Receipt, keys: &Keys) -> Option<SealedReceipt> {
    let payload = serde_json::to_vec(&receipt).ok()?;
    Some(SealedReceipt { subject: receipt.subject, token: jws::seal(Type::Receipt, &payload, keys) })
}
