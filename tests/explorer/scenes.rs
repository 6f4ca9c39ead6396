//! Where explorations begin.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use scim_key_lifecycle::cursor::Keys;
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::simulator::{SimKey, SimStatus};
use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::time::Timestamp;

use crate::chooser::List;
use crate::events::{self, OWNER, Receipt, Trigger};
use crate::judge::Ghost;
use crate::play::{self, Offered};
use crate::stage::{CURSOR_KEY, Fixed, SECRET_ID, SECRET_KEY, ZONE};
use crate::world::{A, B, C, DAY, SYNC, World};

pub type Scene = (World, Rc<Fixed>);

/// A ladder of two days, and a containment of what an incident names.
const RULES: &str = r#"
    {"id":"superseded","on":"schedule","when":{"superseded_for":"14d"},"then":"disable","warn_before":["2d","1d"]},
    {"id":"contain","on":"incident","when":{"implicated":true},"then":"disable"}"#;

fn fixed() -> Rc<Fixed> {
    under(RULES)
}

fn attacked() -> Rc<Fixed> {
    under(&format!("{RULES},{}", events::RULES))
}

/// The account and its known keys, under these rules.
pub fn under(rules: &str) -> Rc<Fixed> {
    governed("enforce", rules)
}

fn governed(mode: &str, rules: &str) -> Rc<Fixed> {
    let text = format!(
        r#"{{"version":1,"mode":"{mode}",
        "accounts":[{{"name":"acme","site":"intl","zone":"{ZONE}","secret":"env"}}],
        "known":[{{"credential":"{A}","note":"a"}},{{"credential":"{B}","note":"b"}}],
        "rules":[{rules}],
        "vouchers":["{OWNER}"],
        "guards":{{"max_gap":"3d","max_event_age":"30d"}}}}"#
    );
    let policy = Policy::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"));
    let keys = Keys::parse(&CURSOR_KEY.into()).unwrap_or_else(|bad| panic!("{bad}"));
    Rc::new(Fixed::new(policy, keys, ApiSecret::new(SECRET_ID.to_owned(), SECRET_KEY.into(), None).unwrap()))
}

fn key(id: &str, created: Timestamp) -> SimKey {
    SimKey { id: id.to_owned(), status: SimStatus::Enabled, created, expires: created.plus(DAY * 500) }
}

/// Two keys that are on: the owner's old one, and the one that follows it.
pub fn world(days: &[u32], extras: &[Trigger]) -> World {
    let start = Timestamp::parse_rfc3339("2026-11-24T06:00:00Z").unwrap();
    let keys = vec![key(A, start.minus(DAY * 200)), key(B, start.minus(DAY * 60))];
    World {
        start,
        now: start,
        skew: 0,
        before: keys.clone(),
        keys,
        register: BTreeMap::new(),
        executions: Vec::new(),
        current: 0,
        days: days.to_vec(),
        extras: extras.to_vec(),
        budget: 0,
        started: 0,
        undisturbed: 0,
        ghost: Ghost::default(),
    }
}

/// Lets it go on without an event until nothing is left to happen.
pub fn after(mut world: World, fixed: &Rc<Fixed>) -> World {
    let mut ordinary = List::default();
    while let Some(next) = play::segment(world.clone(), fixed, Offered::WhereItMatters, &mut ordinary) {
        world = next;
    }
    world.forget_ended();
    world
}

/// A was warned of twice, and its disable is due.
pub fn due(budget: usize) -> Scene {
    let fixed = fixed();
    let mut world = after(world(&[0, 1], &[]), &fixed);
    world.days = vec![2];
    world.extras = vec![Trigger::Heartbeat(2), Trigger::Incident(1, &[A]), Trigger::Incident(2, &[B])];
    world.budget = budget;
    (world, fixed)
}

/// The same, and the only other execution is of the same event: it is delivered again.
pub fn redelivered(budget: usize) -> Scene {
    let (mut world, fixed) = due(budget);
    world.extras = vec![Trigger::Heartbeat(2)];
    (world, fixed)
}

/// Nothing is remembered yet; three scheduled runs go up the ladder.
pub fn ladder(budget: usize) -> Scene {
    let fixed = fixed();
    let mut world = world(&[0, 1, 2], &[Trigger::Heartbeat(0), Trigger::Heartbeat(2)]);
    world.budget = budget;
    (world, fixed)
}

/// An incident names A, while a scheduled run would disable it.
pub fn incident(budget: usize) -> Scene {
    let (mut world, fixed) = due(budget);
    world.days = vec![2, 3];
    world.extras = vec![Trigger::Incident(1, &[A]), Trigger::Incident(1, &[A]), Trigger::Incident(2, &[A, B])];
    world.start_execution(Trigger::Incident(1, &[A]));
    (world, fixed)
}

/// A is contained, and its receipt is at hand.
pub fn contained() -> Scene {
    let fixed = fixed();
    let mut world = after(world(&[0], &[]), &fixed);
    world.start_execution(Trigger::Incident(1, &[A]));
    (after(world, &fixed), fixed)
}

/// A restore of what is contained.
pub fn restore(budget: usize) -> Scene {
    let (mut world, fixed) = contained();
    world.days = vec![1];
    let restore = Trigger::Restore(Receipt::First);
    let newest = Trigger::Restore(Receipt::Newest);
    world.extras = vec![restore, newest, Trigger::Incident(1, &[A]), Trigger::Incident(2, &[A])];
    world.budget = budget;
    world.start_execution(restore);
    (world, fixed)
}

/// SCIM synchronisation and A are off for an incident, and its receipt is given back.
pub fn stopped(budget: usize) -> Scene {
    const STOP: &str =
        r#"{"id":"stop","on":"incident","when":{"implicated":true},"then":"disable_sync","waives":["keep_one"]}"#;
    let fixed = under(&format!("{RULES},{STOP}"));
    let mut world = world(&[0], &[]);
    world.keys.push(key(SYNC, world.start.minus(DAY * 200)));
    world.before.clone_from(&world.keys);
    let mut world = after(world, &fixed);
    world.start_execution(Trigger::Incident(1, &[A, SYNC]));
    world.days = vec![1];
    let [first, newest] = [Receipt::First, Receipt::Newest].map(Trigger::Restore);
    world.extras = vec![first, newest, Trigger::Incident(1, &[A, SYNC]), Trigger::Incident(2, &[B, SYNC])];
    world.budget = budget;
    (world, fixed)
}

/// C, which nobody vouches for, is old enough to be taken for what followed A, and its thief switches it on and off.
pub fn thief(budget: usize) -> Scene {
    let fixed = attacked();
    let days = [0, 1, 2];
    let mut world = world(&days, &[Trigger::Record("UpdateSCIMCredentialStatus"), Trigger::FailedLogin]);
    world.keys[1] = key(C, world.start.minus(DAY * 20));
    world.before.clone_from(&world.keys);
    world.budget = budget;
    (world, fixed)
}

/// Somebody logged in with a stolen secret, and made C; a finding comes of it, and its end.
pub fn finding(budget: usize) -> Scene {
    let fixed = attacked();
    let record = Trigger::Record("CreateSCIMCredential");
    let mut world = world(&[1], &[Trigger::Finding, Trigger::AllClear, Trigger::Restore(Receipt::First), record]);
    world.keys[1] = key(C, world.start.minus(Duration::from_mins(30)));
    world.before.clone_from(&world.keys);
    world.budget = budget;
    world.start_execution(Trigger::Finding);
    (world, fixed)
}

/// A's disable is due, and an incident names it; but by now the policy only reports.
pub fn reporting(budget: usize) -> Scene {
    let (mut world, _) = due(budget);
    world.extras = vec![Trigger::Heartbeat(2), Trigger::Incident(1, &[A])];
    (world, governed("report", RULES))
}

/// The zone has nothing but a key that expired long ago.
pub fn expired() -> Scene {
    let fixed = under(r#"{"id":"expired","on":"schedule","when":{"expired_for":"7d"},"then":"disable"}"#);
    let mut world = world(&[], &[]);
    world.keys.truncate(1);
    world.keys[0].expires = world.start.minus(DAY * 14);
    world.before.clone_from(&world.keys);
    (world, fixed)
}

/// An incident that names no key, and a rule that selects the only one.
pub fn selecting() -> Scene {
    let fixed = under(r#"{"id":"all","on":"incident","when":{"older_than":"1d"},"then":"disable"}"#);
    let mut world = world(&[], &[]);
    world.keys.truncate(1);
    world.before.clone_from(&world.keys);
    (world, fixed)
}
