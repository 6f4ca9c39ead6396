//! What a rehearsal runs on: a simulated cloud, a register in memory, and people who hear everything.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use scim_key_lifecycle::clock::Clock;
use scim_key_lifecycle::handler::Cloud;
use scim_key_lifecycle::notice::{Addressed, Notice};
use scim_key_lifecycle::orchestrator::{Channel, Entry, NotCreated, Register};
use scim_key_lifecycle::policy::{Account, Policy};
use scim_key_lifecycle::simulator::clock::VirtualClock;
use scim_key_lifecycle::simulator::{InProcess, SimKey, Simulator};
use scim_key_lifecycle::tencent::Client;
use scim_key_lifecycle::tencent::kept::Kept;
use scim_key_lifecycle::tencent::secret::{ApiSecret, Fault, SecretError};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::RunId;
use scim_key_lifecycle::zone::AccountName;

use super::super::cloud;

/// A simulated cloud, in which nobody acts but the function, under a clock that jumps.
pub(super) struct Stage {
    simulator: Simulator,
    clock: VirtualClock,
    accounts: BTreeMap<AccountName, (ApiSecret, Kept)>,
}

impl Stage {
    /// One with a zone for each account of the policy, as it is at `start`.
    pub(super) fn new(zone: Option<&Path>, policy: &Policy, start: Timestamp) -> Result<Self, Box<dyn Error>> {
        let clock = VirtualClock::at(start);
        let its = clock.clone();
        let simulator = Simulator::new(move || its.now());
        let secrets = cloud::fill(&simulator, zone, policy, start)?;
        let accounts = secrets.into_iter().map(|(name, secret)| (name, (secret, Kept::default()))).collect();
        Ok(Self { simulator, clock, accounts })
    }

    /// Every account's keys as they really are.
    pub(super) fn keys(&self) -> Vec<(&AccountName, Vec<SimKey>)> {
        let of = |secret_id: &str| {
            self.simulator
                .with(|world| world.account(secret_id).map(|account| account.keys.clone()).unwrap_or_default())
        };
        self.accounts.iter().map(|(name, (secret, _))| (name, of(secret.id()))).collect()
    }
}

impl Cloud for Stage {
    type Transport = InProcess<VirtualClock>;
    type Clock = VirtualClock;

    fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    async fn client(
        &self,
        account: &Account,
        run: &RunId,
    ) -> Result<Client<'_, Self::Transport, VirtualClock>, SecretError> {
        let not_given = || SecretError { origin: account.secret.clone(), fault: Fault::NotGiven };
        let (secret, kept) = self.accounts.get(&account.name).ok_or_else(not_given)?;
        let transport = InProcess::new(self.simulator.clone(), self.clock.clone());
        Ok(Client::new(transport, &self.clock, kept, "organization.rehearsal", secret.clone(), run.as_str()))
    }
}

/// A register in memory.
pub(super) struct Drawer {
    clock: VirtualClock,
    generations: RefCell<BTreeMap<(String, u64), (Timestamp, String)>>,
}

impl Drawer {
    pub(super) fn new(clock: VirtualClock) -> Self {
        Self { clock, generations: RefCell::default() }
    }
}

impl Register for Drawer {
    async fn list(&self, prefix: &str) -> Result<Vec<Entry>, String> {
        let generations = self.generations.borrow();
        let own = generations.iter().filter(|((of, _), _)| of == prefix);
        Ok(own.map(|((_, generation), (created, _))| Entry { generation: *generation, created: *created }).collect())
    }

    async fn get(&self, prefix: &str, generation: u64) -> Result<String, String> {
        let generations = self.generations.borrow();
        let found = generations.get(&(prefix.to_owned(), generation));
        found.map(|(_, cursor)| cursor.clone()).ok_or_else(|| "there is no such generation".to_owned())
    }

    async fn create(&self, prefix: &str, generation: u64, cursor: &str) -> Result<(), NotCreated> {
        let mut generations = self.generations.borrow_mut();
        let name = (prefix.to_owned(), generation);
        if generations.contains_key(&name) {
            return Err(NotCreated::Taken);
        }
        generations.insert(name, (self.clock.now(), cursor.to_owned()));
        Ok(())
    }

    async fn delete(&self, prefix: &str, generation: u64) -> Result<(), String> {
        self.generations.borrow_mut().remove(&(prefix.to_owned(), generation));
        Ok(())
    }
}

/// People who accept every notice at once.
#[derive(Default)]
pub(super) struct Audience {
    heard: RefCell<Vec<Notice>>,
}

impl Audience {
    /// What they have heard since this was last asked, each notice once.
    pub(super) fn take(&self) -> Vec<Notice> {
        self.heard.take()
    }
}

impl Channel for Audience {
    async fn publish(&self, Addressed { notice, .. }: Addressed<'_>) -> bool {
        let mut heard = self.heard.borrow_mut();
        if heard.iter().all(|other| other.id != notice.id) {
            heard.push(notice.clone());
        }
        true
    }
}
