//! A simulated cloud, a policy and a clock: what a test needs to play an event.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, Deadline};
use scim_key_lifecycle::handler::{self, Cloud, Function};
use scim_key_lifecycle::policy::{Account, Policy};
use scim_key_lifecycle::simulator::clock::VirtualClock;
use scim_key_lifecycle::simulator::{Action, Call, InProcess, SimAccount, SimKey, SimStatus, Simulator, World};
use scim_key_lifecycle::tencent::Client;
use scim_key_lifecycle::tencent::kept::Kept;
use scim_key_lifecycle::tencent::secret::{self, ApiSecret, SecretError, Surroundings};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::{Kind, Refused, RunId};
use serde_json::Value;

use crate::promises;

pub const LIST: Action = Action::ListScimCredentials;
pub const UPDATE: Action = Action::UpdateScimCredentialStatus;

pub const ZONE: &str = "z-vft38p2hq8tq";
pub const OLD: &str = "scimcred-aaaaaaaaaaaa";
pub const YOUNG: &str = "scimcred-bbbbbbbbbbbb";
pub const SECRET_KEY: &str = "walk-secret-key-not-real";

/// The event of these tests: our own, due at the second at which every stage's clock starts.
pub const EVENT: &str = r#"{ "source": "scim-key-lifecycle", "kind": "schedule", "schedule": "daily",
    "time": "2026-11-24T06:00:00Z" }"#;

/// A rule for keys that expired a week ago.
pub const EXPIRED: &str =
    r#"{ "id": "expired", "on": "schedule", "when": { "expired_for": "7d" }, "then": "disable" }"#;

/// A rule for keys that are past ninety days.
pub const AGED: &str = r#"{ "id": "aged", "on": "schedule", "when": { "older_than": "90d" }, "then": "disable" }"#;

const DAY: Duration = Duration::from_secs(86_400);

pub fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-24T06:00:00Z").unwrap()
}

/// A key that is on, was created so many days ago, and lives so many days.
pub fn key(id: &str, age: u32, life: u32) -> SimKey {
    let created = start().minus(DAY * age);
    SimKey { id: id.to_owned(), status: SimStatus::Enabled, created, expires: created.plus(DAY * life) }
}

/// The `SecretId` of an account: what the simulator tells it by.
pub fn secret_id(account: &str) -> String {
    format!("AKID{account}")
}

/// A person switches a key of the account `acme` on or off.
pub fn switch(key: &'static str, status: SimStatus) -> impl FnOnce(&mut World) + Send + 'static {
    move |world| assert!(world.account_mut(&secret_id("acme")).unwrap().set_status(key, status))
}

/// A person deletes a key of the account `acme`.
pub fn delete(key: &'static str) -> impl FnOnce(&mut World) + Send + 'static {
    move |world| assert!(world.account_mut(&secret_id("acme")).unwrap().delete(key))
}

pub struct Stage {
    pub simulator: Simulator,
    /// The program's clock. The simulator's goes with it.
    pub clock: VirtualClock,
    /// How far ahead the simulator's is, in milliseconds.
    ahead: i64,
    /// How long an invocation has.
    pub time: Duration,
    accounts: Vec<&'static str>,
    zone: &'static str,
    known: Vec<&'static str>,
    accepts: Vec<Kind>,
    mode: &'static str,
    rules: String,
    /// What the process keeps from one run to the next.
    kept: BTreeMap<String, Kept>,
    secrets: BTreeMap<String, ApiSecret>,
    /// The environment in which the program looks for the secrets that it was not given.
    variables: fn(&str) -> Option<OsString>,
}

impl Stage {
    /// The account `acme` with these keys, in enforce, under these rules.
    pub fn new(keys: &[SimKey], known: &[&'static str], rules: &str) -> Self {
        Self::ahead_by(0, keys, known, rules)
    }

    /// The same, while the cloud's clock is so many milliseconds ahead of the program's.
    pub fn ahead_by(millis: i64, keys: &[SimKey], known: &[&'static str], rules: &str) -> Self {
        let clock = VirtualClock::at(start());
        let cloud = clock.clone();
        let mut stage = Self {
            simulator: Simulator::new(move || Timestamp::from_unix_millis(cloud.now().unix_millis() + millis)),
            clock,
            ahead: millis,
            time: Duration::from_secs(60),
            accounts: Vec::new(),
            zone: "auto",
            known: known.to_vec(),
            accepts: Kind::ALL.to_vec(),
            mode: "enforce",
            rules: rules.to_owned(),
            kept: BTreeMap::new(),
            secrets: BTreeMap::new(),
            variables: |_| None,
        };
        stage.add_account("acme", keys);
        stage
    }

    /// A key that expired two weeks ago, and a good one, under [`EXPIRED`].
    pub fn expired() -> Self {
        Self::new(&[key(OLD, 379, 365), key(YOUNG, 30, 365)], &[YOUNG], EXPIRED)
    }

    /// Two working keys past ninety days for which the policy vouches, under [`AGED`].
    pub fn aged() -> Self {
        Self::new(&[key(OLD, 200, 365), key(YOUNG, 100, 365)], &[OLD, YOUNG], AGED)
    }

    pub fn add_account(&mut self, name: &'static str, keys: &[SimKey]) {
        let mut account = SimAccount::new(&secret_id(name), SECRET_KEY, ZONE);
        account.keys = keys.to_vec();
        self.simulator.add_account(account);
        let secret = ApiSecret::new(secret_id(name), SECRET_KEY.into(), None).unwrap();
        self.accounts.push(name);
        self.kept.insert(name.to_owned(), Kept::default());
        self.secrets.insert(name.to_owned(), secret);
    }

    /// The function takes events of this kind only.
    pub fn accepting(mut self, kind: Kind) -> Self {
        self.accepts = vec![kind];
        self
    }

    pub fn reporting(mut self) -> Self {
        self.mode = "report";
        self
    }

    /// The policy names the zone instead of having it looked up.
    pub fn in_zone(mut self, zone: &'static str) -> Self {
        self.zone = zone;
        self
    }

    pub fn with_time(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// The program was given no secret for the account, and looks for it in this environment.
    pub fn lose_secret(&mut self, variables: fn(&str) -> Option<OsString>) {
        self.secrets.clear();
        self.variables = variables;
    }

    /// The account's secret becomes that of another account of the cloud.
    pub fn change_secret(&mut self, name: &str, to: &str) {
        let secret = ApiSecret::new(secret_id(to), SECRET_KEY.into(), None).unwrap();
        assert!(self.secrets.insert(name.to_owned(), secret).is_some());
    }

    pub fn policy(&self) -> Policy {
        let list = |texts: Vec<String>| texts.join(",");
        let account = |name: &&str| {
            let secret = if *name == "acme" { "env" } else { &format!("profile:{name}") };
            format!(r#"{{"name":"{name}","site":"intl","zone":"{}","secret":"{secret}"}}"#, self.zone)
        };
        let known = |id: &&str| format!(r#"{{"credential":"{id}","note":"change 4711"}}"#);
        let text = format!(
            r#"{{"version":1,"mode":"{}","accounts":[{}],"known":[{}],"rules":[{}]}}"#,
            self.mode,
            list(self.accounts.iter().map(account).collect()),
            list(self.known.iter().map(known).collect()),
            self.rules
        );
        Policy::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// Plays [`EVENT`].
    pub async fn play(&self) -> Played {
        self.play_event(EVENT).await.unwrap()
    }

    /// Plays any event, and holds the run against the promises.
    pub async fn play_event(&self, event: &str) -> Result<Played, Refused> {
        let before = self.simulator.calls().len();
        let by = Deadline(self.clock.now().plus(self.time));
        let policy = self.policy();
        let arrival = handler::receive(event.as_bytes(), &policy, &self.accepts, self.clock.now())?;
        let answer = handler::answer(arrival, &Function { policy: &policy, cloud: self, keys: None }, by).await;
        let played = Played {
            answer: serde_json::to_value(&answer).unwrap(),
            calls: self.calls_since(before),
            by: by.0,
            ended: self.clock.now(),
        };
        promises::check(&played, self.mode);
        Ok(played)
    }

    /// The calls after so many, dated by the program's clock.
    fn calls_since(&self, before: usize) -> Vec<Call> {
        let ours = |at: Timestamp| Timestamp::from_unix_millis(at.unix_millis() - self.ahead);
        let calls = self.simulator.calls().split_off(before).into_iter();
        calls.map(|call| Call { at: ours(call.at), ..call }).collect()
    }

    /// The ground truth about a key of `acme`.
    pub fn status(&self, key: &str) -> SimStatus {
        self.simulator.with(|world| world.account(&secret_id("acme")).unwrap().key(key).unwrap().status)
    }

    /// Both keys of `acme` as they really are: the old one, the young one.
    pub fn statuses(&self) -> [SimStatus; 2] {
        [OLD, YOUNG].map(|key| self.status(key))
    }

    /// Changes the account `acme` behind the program's back.
    pub fn change<R>(&self, change: impl FnOnce(&mut SimAccount) -> R) -> R {
        self.simulator.with(|world| change(world.account_mut(&secret_id("acme")).unwrap()))
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
        let name = account.name.as_str();
        let secret = match self.secrets.get(name) {
            Some(secret) => secret.clone(),
            None => secret::fetch(&account.secret, &Surroundings::new(self.variables), &self.clock).await?,
        };
        let transport = InProcess::new(self.simulator.clone(), self.clock.clone());
        Ok(Client::new(transport, &self.clock, &self.kept[name], "organization.test", secret, run.as_str()))
    }
}

/// What came of one event.
pub struct Played {
    /// The answer, as it is published.
    pub answer: Value,
    /// The calls that this run made, as the simulator recorded them, dated by the program's clock.
    pub calls: Vec<Call>,
    /// When the run had to be over.
    pub by: Timestamp,
    /// When it was over.
    pub ended: Timestamp,
}

impl Played {
    pub fn status(&self) -> &str {
        self.answer["status"].as_str().unwrap()
    }

    /// Why it ended so; empty where the status needs no reason.
    pub fn why(&self) -> &str {
        self.answer["why"].as_str().unwrap_or_default()
    }

    /// What the report says of one key.
    pub fn credential(&self, key: &str) -> &Value {
        let credentials = self.answer["report"]["credentials"].as_array().unwrap();
        credentials.iter().find(|credential| credential["credential"] == key).unwrap()
    }

    pub fn outcome(&self, key: &str) -> &str {
        self.credential(key)["outcome"]["state"].as_str().unwrap_or_default()
    }

    pub fn outcome_why(&self, key: &str) -> &str {
        self.credential(key)["outcome"]["why"].as_str().unwrap_or_default()
    }

    /// The writes that were sent: which key, to which status, and what the program was told.
    pub fn writes(&self) -> Vec<(&str, &str, &str)> {
        let writes = self.calls.iter().filter(|call| call.is_write());
        writes
            .map(|call| (call.credential.as_deref().unwrap(), call.new_status.as_deref().unwrap(), &*call.answer))
            .collect()
    }

    /// How often an action was called.
    pub fn count(&self, action: Action) -> usize {
        self.calls.iter().filter(|call| call.action == action.name()).count()
    }
}
