//! Takes a document apart and makes the policy of it, or the list of everything that is wrong with it.
//!
//! Each account, rule, known key, protection and item of a list is read by itself, so that one mistake hides no other.
//! No clock is read: a policy that is good today is good tomorrow.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::document::{Document, KnownDocument};
use super::problems::{Problems, Repeated, repeated, texts};
use super::{Known, Policy, Problem, Rules};
use super::{account, guards, island, rule, shape};
use crate::json::{self, element, member};
use crate::time::{Offsets, UtcOffset};
use crate::zone::{AccountName, CredentialId};

/// The longest policy that is read, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// The version of the format that this program reads.
const VERSION: u64 = 1;

impl Policy {
    /// Reads a policy: JSON, as `policy.schema.json` describes it, at most 256 KiB. Else tells everything that is
    /// wrong with it; that list is never empty.
    pub fn parse(text: &[u8]) -> Result<Self, Vec<Problem>> {
        let mut found = Problems::default();
        let policy = load(text, &mut found).and_then(|document| whole(&document, &mut found));
        let problems = found.into_problems();
        policy.filter(|_| problems.is_empty()).ok_or(problems)
    }
}

/// Reads the JSON.
fn load(text: &[u8], found: &mut Problems) -> Option<Value> {
    if text.len() > MAX_BYTES {
        let why = format!("the policy is {} bytes long", text.len());
        found.add_unseen("$", why, format!("at most {MAX_BYTES} are read: split the policy"));
        return None;
    }
    let parsed = json::parse(text);
    parsed.map_err(|wrong| found.add_unseen(&wrong.path, wrong.why, "mend the JSON there, then check again")).ok()
}

fn whole(document: &Value, found: &mut Problems) -> Option<Policy> {
    let document: Document = island::read("$", document, found)?;
    if document.version != VERSION {
        let why = "this program does not read that version of the format";
        found.add("$.version", &document.version.into(), why, format!("write {VERSION}"));
    }
    let accounts = each("$.accounts", &document.accounts, 1..=200, found, account::read);
    found.distinct(column("$.accounts", &document.accounts, "name"));
    one_name_each(&document.accounts, found);
    let utc_offsets = offsets(&document.utc_offsets, found);
    let known_keys = each("$.known", &document.known, 0..=100, found, known);
    found.distinct(column("$.known", &document.known, "credential"));
    found.count("$.vouchers", document.vouchers.len(), &(0..=100));
    found.distinct(texts("$.vouchers", &document.vouchers));
    let vouchers = found.all_shaped("$.vouchers", &document.vouchers, shape::ACTOR, shape::actor);
    let names = names(&document.accounts);
    let read = |path: &str, value: &Value, found: &mut Problems| rule::read(path, value, &names, found);
    let rules = each("$.rules", &document.rules, 1..=100, found, read);
    found.distinct(column("$.rules", &document.rules, "id"));
    let guards = guards::read("$.guards", &document.guards, found)?;
    let rules = Rules {
        rules,
        known: known_keys,
        vouchers: vouchers.into_iter().collect(),
        utc_offsets: utc_offsets?,
        protect: guards.protect,
        max_event_age: guards.max_event_age,
        max_gap: guards.max_gap,
        hold_after_reenable: guards.hold_after_reenable,
        hold_ground: guards.hold_ground,
    };
    Some(Policy { mode: document.mode, accounts, rules })
}

/// The names of the accounts, also of those in which something else is wrong, each once.
fn names(accounts: &[Value]) -> Vec<AccountName> {
    let mut names = Vec::new();
    for name in column("$.accounts", accounts, "name").filter_map(|(_, name)| AccountName::parse(&name).ok()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Says so where two names stand for one cloud account. An account has one zone and belongs to one site, so the same
/// zone, or the same secret at the same site, is the same account. What is the same is not shown: it may be a secret.
fn one_name_each(accounts: &[Value], found: &mut Problems) {
    let path = "$.accounts";
    let zones = column(path, accounts, "zone").filter(|(_, zone)| zone != "auto");
    for Repeated { path, earlier, .. } in repeated(zones) {
        let why = format!("{earlier} says the same, and a zone belongs to one account");
        found.add_unseen(&path, why, "name the account once");
    }
    let at_its_site = |(i, account): (usize, &Value)| {
        let (site, secret) = (account.get("site")?.as_str()?, account.get("secret")?.as_str()?);
        Some((member(&element(path, i), "secret"), format!("{site} {secret}")))
    };
    let secrets = accounts.iter().enumerate().filter_map(at_its_site);
    for Repeated { path, earlier, .. } in repeated(secrets) {
        let why = format!("{earlier} says the same of the same site, and a secret belongs to one account");
        found.add_unseen(&path, why, "name the account once");
    }
}

/// Reads every item of the list at `path`; of a list that is too long, only so many as are allowed.
pub(super) fn each<T>(
    path: &str,
    items: &[Value],
    allowed: RangeInclusive<usize>,
    found: &mut Problems,
    read: impl Fn(&str, &Value, &mut Problems) -> Option<T>,
) -> Vec<T> {
    found.count(path, items.len(), &allowed);
    let items = items.iter().take(*allowed.end()).enumerate();
    items.filter_map(|(i, item)| read(&element(path, i), item, found)).collect()
}

/// The texts that the items of the list at `path` have under `key`, each with its place.
pub(super) fn column(path: &str, items: &[Value], key: &str) -> impl Iterator<Item = (String, String)> {
    let texts = items.iter().enumerate().filter_map(move |(i, item)| Some((i, item.get(key)?.as_str()?)));
    texts.map(move |(i, text)| (member(&element(path, i), key), text.to_owned()))
}

fn offsets(items: &[Value], found: &mut Problems) -> Option<Offsets> {
    let path = "$.utc_offsets";
    found.count(path, items.len(), &(1..=8));
    let shape = "a distance from UTC between -14:00 and +14:00, as in +08:00";
    let offsets = found.all_shaped(path, items, shape, UtcOffset::parse);
    let read = |(path, text): (String, String)| Some((path, UtcOffset::parse(&text)?.to_string()));
    found.distinct(texts(path, items).filter_map(read));
    Offsets::new(offsets)
}

fn known(path: &str, value: &Value, found: &mut Problems) -> Option<Known> {
    let known: KnownDocument = island::read(path, value, found)?;
    let credential =
        found.shaped(&member(path, "credential"), &known.credential, CredentialId::SHAPE, shape::credential);
    let note = found.shaped(&member(path, "note"), &known.note, shape::LINE, shape::line);
    Some(Known { credential: credential?, note: note? })
}
