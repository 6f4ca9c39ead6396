//! The ground truth: organization accounts, each with one zone and its SCIM keys.
//!
//! Own types, unlike the client's on purpose. An id is a plain text here, and a time is an instant that is printed only
//! on the way out. Nothing here knows HTTP, JSON, signatures or faults.

use std::collections::BTreeSet;

use chrono::FixedOffset;

use crate::time::Timestamp;

use super::action::Action;

/// The offset at which a zone prints its times unless told otherwise: Beijing's, as the cloud's examples suggest.
pub const BEIJING: FixedOffset = FixedOffset::east_opt(8 * 3600).expect("eight hours are less than a day");

/// How many earlier states of an account are kept for stale lists.
const KEPT: usize = 64;

/// On or off, as the cloud says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimStatus {
    /// On.
    Enabled,
    /// Off.
    Disabled,
}

impl SimStatus {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
        }
    }

    /// The status that a word on the wire means, if it is one of the two.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Enabled, Self::Disabled].into_iter().find(|status| status.word() == word)
    }
}

/// A SCIM key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimKey {
    /// `scimcred-` and twelve digits or lower-case letters; nothing here insists.
    pub id: String,
    /// Whether it is switched on. An expired key stays as it was: the cloud documents no status for it.
    pub status: SimStatus,
    /// When it was created.
    pub created: Timestamp,
    /// When it stops working by itself.
    pub expires: Timestamp,
}

/// What the cloud answers when a key is set to the status that it already has. Its documentation does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameStatus {
    /// It says yes, and nothing changes.
    #[default]
    Accepted,
    /// `InvalidParameter.UserScimCredentialStatusError`.
    Refused,
}

/// An organization account and its one zone. It has no `Debug`, so that its secret cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct SimAccount {
    /// The id that tells accounts apart.
    pub secret_id: String,
    /// What signatures are checked with.
    pub secret_key: String,
    /// The session token, where the two above are temporary.
    pub token: Option<String>,
    /// The zone's id.
    pub zone_id: String,
    /// The zone's name, which `DescribeIdentityCenter` tells.
    pub zone_name: String,
    /// When the zone was made.
    pub opened: Timestamp,
    /// Whether Identity Center is open for this account.
    pub service: SimStatus,
    /// Whether SCIM synchronisation is on.
    pub sync: SimStatus,
    /// The zone's keys, in the order in which they are listed. The console allows two.
    pub keys: Vec<SimKey>,
    /// The offset at which this zone prints its times.
    pub utc_offset: FixedOffset,
    /// The actions for which this secret has no permission.
    pub denied: BTreeSet<Action>,
    /// The answer to a change that changes nothing.
    pub same_status: SameStatus,
}

impl SimAccount {
    /// An open zone without keys, and synchronisation on.
    pub fn new(secret_id: &str, secret_key: &str, zone_id: &str) -> Self {
        Self {
            secret_id: secret_id.to_owned(),
            secret_key: secret_key.to_owned(),
            token: None,
            zone_id: zone_id.to_owned(),
            zone_name: "simulated".to_owned(),
            opened: Timestamp::from_unix_seconds(0),
            service: SimStatus::Enabled,
            sync: SimStatus::Enabled,
            keys: Vec::new(),
            utc_offset: BEIJING,
            denied: BTreeSet::new(),
            same_status: SameStatus::default(),
        }
    }

    /// The key with this id.
    pub fn key(&self, id: &str) -> Option<&SimKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Switches a key on or off, as a person does in the console. False if there is no such key.
    pub fn set_status(&mut self, id: &str, status: SimStatus) -> bool {
        let found = self.keys.iter_mut().find(|key| key.id == id);
        found.map(|key| key.status = status).is_some()
    }

    /// Deletes a key, as a person does in the console. False if there is no such key.
    pub fn delete(&mut self, id: &str) -> bool {
        let before = self.keys.len();
        self.keys.retain(|key| key.id != id);
        self.keys.len() < before
    }
}

/// An account, and the states it has been in.
#[derive(Clone)]
struct Record {
    account: SimAccount,
    /// Oldest first; the last one is the present as of the last [`World::note`].
    states: Vec<SimAccount>,
}

/// Every account that the simulator knows.
#[derive(Clone, Default)]
pub struct World {
    records: Vec<Record>,
}

impl World {
    /// Adds an account; one with the same `SecretId` is replaced, its past included.
    pub fn add(&mut self, account: SimAccount) {
        self.records.retain(|record| record.account.secret_id != account.secret_id);
        self.records.push(Record { states: vec![account.clone()], account });
    }

    /// The account with this `SecretId`.
    pub fn account(&self, secret_id: &str) -> Option<&SimAccount> {
        self.records.iter().map(|record| &record.account).find(|account| account.secret_id == secret_id)
    }

    /// The account with this `SecretId`, to be changed.
    pub fn account_mut(&mut self, secret_id: &str) -> Option<&mut SimAccount> {
        self.records.iter_mut().map(|record| &mut record.account).find(|account| account.secret_id == secret_id)
    }

    /// Takes note of what has changed since the last note, and tells whether anything has.
    pub(super) fn note(&mut self) -> bool {
        let mut changed = false;
        for Record { account, states } in &mut self.records {
            if states.last() != Some(account) {
                changed = true;
                states.push(account.clone());
                states.drain(..states.len().saturating_sub(KEPT));
            }
        }
        changed
    }

    /// This world with every account's keys as they were before its last `changes` changes.
    pub(super) fn before_last(&self, changes: usize) -> Self {
        let mut earlier = self.clone();
        for Record { account, states } in &mut earlier.records {
            let index = states.len().saturating_sub(changes.saturating_add(1));
            if let Some(state) = states.get(index) {
                account.keys.clone_from(&state.keys);
            }
        }
        earlier
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> World {
        let at = Timestamp::from_unix_seconds(0);
        let mut account = SimAccount::new("AKID1", "key", "z-aaaaaaaaaaaa");
        let key = SimKey { id: "one".to_owned(), status: SimStatus::Enabled, created: at, expires: at };
        account.keys = vec![key];
        let mut world = World::default();
        world.add(account);
        world
    }

    fn status(world: &World) -> SimStatus {
        world.account("AKID1").unwrap().key("one").unwrap().status
    }

    #[test]
    fn only_a_real_change_is_noted() {
        let mut world = world();
        assert!(!world.note());
        assert!(world.account_mut("AKID1").unwrap().set_status("one", SimStatus::Enabled));
        assert!(!world.note());
        assert!(world.account_mut("AKID1").unwrap().set_status("one", SimStatus::Disabled));
        assert!(world.note());
        assert!(!world.note());
    }

    #[test]
    fn the_past_is_told_by_the_number_of_changes() {
        let mut world = world();
        for status in [SimStatus::Disabled, SimStatus::Enabled] {
            world.account_mut("AKID1").unwrap().set_status("one", status);
            world.note();
        }
        let seen: Vec<SimStatus> = (0..4).map(|changes| status(&world.before_last(changes))).collect();
        use SimStatus::{Disabled, Enabled};
        assert_eq!(seen, [Enabled, Disabled, Enabled, Enabled]);
    }

    #[test]
    fn a_key_that_is_not_there_cannot_be_changed() {
        let mut world = world();
        let account = world.account_mut("AKID1").unwrap();
        assert!(!account.set_status("two", SimStatus::Disabled) && !account.delete("two"));
        assert!(account.delete("one") && account.key("one").is_none());
    }

    #[test]
    fn the_past_that_is_kept_is_bounded() {
        let mut world = world();
        for second in 0..200 {
            world.account_mut("AKID1").unwrap().opened = Timestamp::from_unix_seconds(second);
            world.note();
        }
        assert_eq!(world.records[0].states.len(), KEPT);
    }
}
