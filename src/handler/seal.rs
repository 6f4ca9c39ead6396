//! What travels with an answer, sealed: the cursor, and the ways back.

use std::collections::BTreeSet;

use crate::act::{Deed, Outcome};
use crate::cursor::{Keys, MAX_CURSOR, Sealed, TooLarge, Type, jws};
use crate::decide::{Because, Occasion};
use crate::report::{About, SealedReceipt};
use crate::run::{Standing, Work};
use crate::time::Timestamp;
use crate::trigger::Receipt;
use crate::zone::Snapshot;

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
            match work.cursor(self.about, self.generation, zone, now).seal(keys) {
                Ok(sealed) => return Ok(Some(sealed)),
                Err(too_large) if work.put_off_notices(json_bytes(too_large.bytes - MAX_CURSOR)) => {}
                Err(too_large) => return Err(too_large),
            }
        }
    }

    /// In a loop, a cursor with the run's record alone, so that its next hop knows that it is over and what was accepted.
    pub(super) fn of_the_run_alone(&self, work: &Work, now: Timestamp) -> Option<Sealed> {
        let keys = self.keys.filter(|_| *work.standing() != Standing::Bare)?;
        work.cursor(self.about, self.generation, None, now).without_facts().seal(keys).ok()
    }

    /// The ways back from these; that of SCIM synchronisation first, since no other is good before it.
    pub(super) fn receipts(&self, deeds: &[Deed], work: &Work) -> Vec<SealedReceipt> {
        let of = |keys| deeds.iter().filter_map(move |deed| receipt(deed, self.about, work, keys));
        let mut receipts: Vec<_> = self.keys.map(|keys| of(keys).collect()).unwrap_or_default();
        receipts.sort_by_key(|receipt: &SealedReceipt| receipt.subject.key().is_some());
        receipts
    }
}

/// So many bytes of JSON, at least, take so many sealed: base64 writes three as four.
fn json_bytes(sealed: usize) -> usize {
    (sealed * 3 / 4).max(1)
}

/// The way back from one disable that the cloud acknowledged, as far as is known still stands, and may be unwanted.
fn receipt(deed: &Deed, about: About<'_>, work: &Work, keys: &Keys) -> Option<SealedReceipt> {
    if !deed.acknowledged() || !deed.switched_off() || matches!(deed.outcome, Outcome::Undone | Outcome::Gone) {
        return None;
    }
    let (disabled, run) = work.memory().last_disable(&deed.subject)?;
    let incidents = match (&deed.because, about.occasion) {
        (Because::Contested(incident), _) => [incident.clone()].into(),
        (_, Occasion::Incident(heard)) => {
            let ids = heard.incidents.iter().map(|asked| &asked.incident.id);
            ids.filter(|incident| work.memory().has_implicated(incident, &deed.subject)).cloned().collect()
        }
        _ => BTreeSet::new(),
    };
    let receipt = Receipt {
        account: about.account().name.clone(),
        subject: deed.subject.clone(),
        run: run.clone(),
        disabled,
        incidents,
        expires: disabled.plus(Receipt::LASTS),
    };
    let payload = serde_json::to_vec(&receipt).ok()?;
    let token = jws::seal(Type::Receipt, &payload, keys);
    Some(SealedReceipt { subject: receipt.subject, token })
}
