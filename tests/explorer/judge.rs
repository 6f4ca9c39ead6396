//! What must be true, whatever happens: the invariants of `docs/protocol.md`, judged on what really happened.
//!
//! The judge keeps its own record. It reads the register's facts as anybody with the key could, and never asks the
//! program what they mean.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use scim_key_lifecycle::cursor::{MAX_CURSOR, OutcomeState};
use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::memory::{Fact, Purpose};
use scim_key_lifecycle::notice::{Notice, Topic};
use scim_key_lifecycle::report::{Answer, DecisionReport, ReportedState};
use scim_key_lifecycle::simulator::{SimKey, SimStatus};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::IncidentId;
use scim_key_lifecycle::zone::Status;
use serde_json::Value;

use crate::events::{OWNER, Receipt, Trigger};
use crate::history::History;
use crate::stage::{CURSOR_KEY, Facts, Fixed, SECRET_KEY, payload};
use crate::world::{SYNC, World};

/// A promise that was not kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    pub invariant: &'static str,
    pub how: String,
}

/// A warning that people really received.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Received {
    key: String,
    step: u8,
    looked: Timestamp,
    at: Timestamp,
}

/// When a look was answered, and which key it showed in which state.
pub type Look = (Timestamp, BTreeMap<String, String>);

/// What the judge remembers of a run of the world.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    received: Vec<Received>,
    /// The last look that was answered, and what it showed.
    look: Option<Look>,
    /// When a scheduled run's disable last took effect, by key; not if another run has disabled it since.
    our_off: BTreeMap<String, Timestamp>,
    /// Which runs sent a disable, by key, the last at the end.
    sent_off: BTreeMap<String, Vec<Trigger>>,
    /// The keys that a write was sent for, of which nobody has heard since, and whether that was an undo: whoever switches
    /// such a key off again has seen that it was on. A first containment is written before it is settled: if its loop dies
    /// between, nobody knows of it.
    untold: BTreeMap<String, bool>,
    /// Was a clock ever wrong? What was done and what was told then have dates that tell nothing of their order.
    clock_was_wrong: bool,
    /// When a person switched a key on that a write of ours had switched off.
    person_on: BTreeMap<String, Timestamp>,
    /// The keys that hygiene switched off, and that are off since.
    off_by_hygiene: BTreeSet<String>,
    /// The last settled look of a scheduled run, and since when the ladders start again.
    scheduled: Option<Timestamp>,
    resumed: Option<Timestamp>,
    /// Every fact that was ever settled.
    settled: Settled,
    /// The intents on which nothing was sent, as the answers said, settled or not.
    in_vain: Settled,
    pub receipts: Vec<String>,
    /// The keys that a receipt enabled, and that no run has sent a disable for since: it leaves another receipt.
    given_back: BTreeSet<String>,
    first_receipt_used: bool,
    /// Which keys a run was through with that an event implicates, and the event.
    accused: BTreeSet<(String, Trigger)>,
    pub broken: Vec<Broken>,
    pub reached: Reached,
    pub history: History,
    /// The last ending of a scheduled run, and whether its notices called for a person.
    pub last_heartbeat: Option<String>,
}

/// Rare states that were met. Where they were met makes no two worlds differ.
#[derive(Clone, Default)]
pub struct Reached(pub BTreeSet<&'static str>);

impl Reached {
    pub fn insert(&mut self, state: &'static str) {
        self.0.insert(state);
    }
}

impl std::fmt::Debug for Reached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reached")
    }
}

/// Facts that were settled. They are in the register as long as I7 holds, and so make no two worlds differ.
#[derive(Clone, Default)]
struct Settled(Rc<Facts>);

impl std::fmt::Debug for Settled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settled")
    }
}

impl Ghost {
    pub fn broken(&mut self, invariant: &'static str, how: String) {
        self.broken.push(Broken { invariant, how });
    }

    /// All of it that makes a difference to what is judged later: the last look does while somebody is to settle or to tell
    /// what came of it, and the last ending never, since others follow.
    pub fn that_matters(&self, look: bool) -> String {
        let Self {
            received,
            our_off,
            sent_off,
            untold,
            clock_was_wrong,
            person_on,
            off_by_hygiene,
            scheduled,
            resumed,
            given_back,
            first_receipt_used,
            accused,
            ..
        } = self;
        let look = self.look.as_ref().filter(|_| look);
        format!(
            "{received:?} {our_off:?} {sent_off:?} {untold:?} {clock_was_wrong} {person_on:?} {off_by_hygiene:?} {scheduled:?} {resumed:?} {given_back:?} {first_receipt_used} {accused:?} {look:?}"
        )
    }

    /// A list was answered.
    pub fn looked(&mut self, body: &[u8], now: Timestamp) -> Option<Look> {
        let body = serde_json::from_slice::<Value>(body).ok()?;
        let listed = body["Response"]["SCIMCredentials"].as_array()?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let shown = listed.iter().map(|key| (text(&key["CredentialId"]), text(&key["Status"]))).collect();
        self.look = Some((now, shown));
        self.look.clone()
    }

    /// A write is about to be sent.
    #[expect(clippy::too_many_arguments, reason = "the judge sees everything")]
    pub fn writes(
        &mut self,
        trigger: Trigger,
        key: &str,
        to: &str,
        keys: &[SimKey],
        facts: &Facts,
        look: Option<&Look>,
        now: Timestamp,
        fixed: &Fixed,
    ) {
        if fixed.policy.permit().is_none() {
            self.broken("I12", format!("report mode writes {key} {to}"));
        }
        let open = facts.iter().filter(|intent| !is_closed(facts, intent));
        let purposes: Vec<Purpose> = open
            .filter_map(|(_, fact)| match fact {
                Fact::Intended { subject, purpose, .. } if subject.as_str() == key => Some(*purpose),
                _ => None,
            })
            .collect();
        let hygiene =
            matches!(trigger, Trigger::Heartbeat(_)) && to == "Disabled" && purposes.last() == Some(&Purpose::Hygiene);
        if hygiene {
            self.hygiene(key, keys, facts, look, now, fixed);
        }
        let first = trigger.implicates(key);
        let answered =
            |(_, fact): &(Timestamp, Fact)| matches!(fact, Fact::Answered { incident, .. } if trigger.is_of(incident));
        // Hygiene leaves alone what an incident implicates, and nothing else is contested.
        let purpose = if implicated(facts).contains(key) { Purpose::Contested } else { Purpose::Hygiene };
        let meant_so = purposes.last() == Some(&purpose);
        if to == "Disabled" && !first && !meant_so {
            let how =
                format!("{trigger:?} disables {key}, and no intent to do so ({purpose:?}) is settled: {purposes:?}");
            self.broken("I9", how);
        }
        let contests = to == "Disabled" && purpose == Purpose::Contested && meant_so && !first;
        if contests && !shows_on(look, key) {
            self.broken("I8", format!("{trigger:?} disables {key} again, and its look does not show it on: {look:?}"));
        }
        if to == "Disabled" && first && !meant_so && facts.iter().any(answered) {
            self.broken("I13", format!("{trigger:?} contains {key} again"));
        }
        if matches!(trigger, Trigger::Restore(_)) && to == "Enabled" && !purposes.contains(&Purpose::Restore) {
            self.broken("I9", format!("a restore enables {key}, and no intent is settled"));
        }
        if to == "Enabled" && key != SYNC && holds_synchronisation(facts, key) {
            self.broken(
                "I6",
                format!("{key} is given back before SCIM synchronisation, which an incident of it holds off"),
            );
        }
        // Of a first containment that is not settled nobody can know.
        let is_known = |by: &&Trigger| {
            let settled = |(_, fact): &(Timestamp, Fact)| match fact {
                Fact::Implicated { subject, incident, .. } => subject.as_str() == key && by.is_of(incident),
                _ => false,
            };
            !by.implicates(key) || facts.iter().any(settled)
        };
        let last = self.sent_off.get(key).and_then(|sent| sent.iter().rev().find(is_known));
        let undoes = matches!(trigger, Trigger::Heartbeat(_)) && last == Some(&trigger);
        if to == "Enabled" && !undoes && !matches!(trigger, Trigger::Restore(_)) {
            self.broken("I9", format!("{trigger:?} enables {key}, and that is no undo of its own disable"));
        }
        let is_undo = undoes && to == "Enabled";
        if !first && !is_undo && !self.clock_was_wrong {
            self.untold.insert(key.to_owned(), false);
        }
        if to == "Disabled" {
            let sent = self.sent_off.entry(key.to_owned()).or_default();
            sent.retain(|earlier| *earlier != trigger);
            sent.push(trigger);
            self.given_back.remove(key);
        }
        if to == "Disabled" && purposes.last() == Some(&Purpose::Hygiene) && matches!(trigger, Trigger::Restore(_)) {
            self.broken("I9", format!("a restore disables {key}"));
        }
    }

    fn hygiene(
        &mut self,
        key: &str,
        keys: &[SimKey],
        facts: &Facts,
        look: Option<&Look>,
        now: Timestamp,
        fixed: &Fixed,
    ) {
        self.reached.insert("a hygiene disable");
        // It is judged as of the look that led to the intent: what others do after that, the next look shows.
        let formed = facts.iter().rev().find_map(|(at, fact)| match fact {
            Fact::Intended { subject, purpose: Purpose::Hygiene, .. } if subject.as_str() == key => Some(*at),
            _ => None,
        });
        let formed = formed.unwrap_or(now);
        let rule = fixed.policy.rules().rules.iter().find(|rule| !rule.warn_before.is_empty());
        let steps = rule.map(|rule| rule.warn_before.clone()).unwrap_or_default();
        // Each step may be late by as much.
        let longest = fixed.policy.rules().max_gap.duration() * u32::try_from(steps.len()).unwrap();
        for (step, before) in (0_u8..).zip(steps) {
            let seen_off = facts.iter().filter_map(|(at, fact)| match fact {
                Fact::Seen { subject, status: Status::Disabled } if subject.as_str() == key => Some(*at),
                _ => None,
            });
            let our_off = self.our_off.get(key).copied();
            let off = seen_off.chain(our_off).filter(|off| *off < formed).max();
            let good = self.received.iter().any(|warning| {
                warning.key == key
                    && warning.step == step
                    && now.since(warning.at) + SLACK + EARLY >= before.duration()
                    && formed.since(warning.at) <= before.duration() + longest + SLACK
                    && off.is_none_or(|off| off < warning.looked)
                    && self.resumed.is_none_or(|resumed| resumed <= warning.looked.plus(SLACK))
            });
            if !good {
                let how = format!(
                    "{key} is disabled, and its warning {step} is missing, too young, too old or void: {:?}, off {off:?}, resumed \
                     {:?}, intent {formed}",
                    self.received, self.resumed
                );
                self.broken("I1", how);
            }
        }
        let own_again = self.our_off.get(key).is_some_and(|at| *at >= formed);
        if let Some(on) = self.person_on.get(key)
            && now.since(*on) < fixed.policy.rules().hold_after_reenable.duration()
            && (*on < formed || own_again)
        {
            self.broken("I13", format!("{key} is disabled again, though a person enabled it at {on}"));
        }
        let others_on = look.as_ref().is_some_and(|(_, shown)| {
            shown.iter().any(|(id, status)| {
                id != key && status == "Enabled" && works(keys, id, now) && is_good(fixed, facts, id)
            })
        });
        if !others_on {
            self.broken("I4", format!("{key} is disabled, and its own look shows no other good key"));
        }
        match look {
            Some((at, _)) if now.since(*at) <= OLDEST_LOOK => {}
            _ => self.broken("fresh", format!("{key} is disabled on an old look")),
        }
    }

    /// A write changed a key.
    pub fn took_effect(&mut self, trigger: Trigger, key: &str, to: &str, now: Timestamp) {
        if to == "Disabled" {
            self.person_on.remove(key);
            // A first containment is written before it is settled: if its loop dies between, nobody can know of it.
            match trigger {
                _ if key == SYNC => self.reached.insert("a containment of synchronisation"),
                Trigger::Finding => self.reached.insert("a finding's containment"),
                Trigger::Record(_) => self.reached.insert("a record's containment"),
                _ => {}
            }
            if matches!(trigger, Trigger::Heartbeat(_)) {
                self.our_off.insert(key.to_owned(), now);
                // Synchronisation is no key that provisions anything by itself.
                if key != SYNC {
                    self.off_by_hygiene.insert(key.to_owned());
                }
            } else {
                self.our_off.remove(key);
            }
        } else {
            self.off_by_hygiene.remove(key);
            if let Trigger::Restore(_) = trigger {
                self.reached.insert(if key == SYNC { "a restore of synchronisation" } else { "a restore" });
                self.gives_back(trigger, key);
            } else {
                self.reached.insert("an undo");
                // Nobody has to hear of one that had no effect: the key is as they heard.
                if !self.clock_was_wrong {
                    self.untold.insert(key.to_owned(), true);
                }
            }
        }
    }

    /// The register was lost: of what was settled, nobody knows any more.
    pub fn register_is_gone(&mut self) {
        let known = std::mem::take(self);
        let Self { sent_off, clock_was_wrong, receipts, given_back, first_receipt_used, .. } = known;
        let Self { broken, reached, history, .. } = known;
        let lost = Self { sent_off, clock_was_wrong, receipts, given_back, first_receipt_used, ..Self::default() };
        *self = Self { broken, reached, history, ..lost };
    }

    /// From now on the function's clock is wrong.
    pub fn wrong_clock(&mut self) {
        self.clock_was_wrong = true;
        self.untold.clear();
    }

    /// A receipt gives it back: it is switched on, or freed.
    fn gives_back(&mut self, trigger: Trigger, key: &str) {
        let first = trigger == Trigger::Restore(Receipt::First);
        let again = !self.given_back.insert(key.to_owned());
        if again || (first && std::mem::replace(&mut self.first_receipt_used, true)) {
            self.broken("I6", format!("the receipt of {key} gave it back twice"));
        }
    }

    /// This receipt gives it back: it must name the newest disable of which the register that was read knows.
    pub fn gives_back_by(&mut self, receipt: &str, key: &str, facts: &Facts) {
        let receipt: Value = serde_json::from_str(&payload(receipt)).unwrap();
        let newest = facts.iter().rev().find_map(|(at, fact)| match fact {
            Fact::Disabled { subject, run, .. } if subject.as_str() == key => Some((run.to_string(), at.to_string())),
            _ => None,
        });
        let [of, run, at] = ["credential", "run", "disabled"].map(|name| receipt[name].as_str().unwrap().to_owned());
        if of != key || newest.as_ref() != Some(&(run, at)) {
            self.broken(
                "I6",
                format!("{key} is given back by the receipt {receipt}, and its last disable is {newest:?}"),
            );
        }
    }

    /// A person switched a key.
    pub fn person(&mut self, key: &str, on: bool, now: Timestamp) {
        if on {
            self.off_by_hygiene.remove(key);
            if self.our_off.contains_key(key) {
                self.person_on.insert(key.to_owned(), now);
            }
        } else {
            self.off_by_hygiene.remove(key);
            if self.untold.get(key) == Some(&true) {
                self.untold.remove(key);
            }
        }
    }

    /// A generation was created that is the newest now.
    pub fn settled(&mut self, trigger: Trigger, cursor: &str, now: Timestamp, fixed: &Fixed) {
        if cursor.len() > MAX_CURSOR {
            self.broken("I11", format!("a cursor has {} bytes", cursor.len()));
        }
        let facts = fixed.facts(cursor);
        let settled = Rc::make_mut(&mut self.settled.0);
        let lost: Vec<String> = settled
            .difference(&facts)
            .filter(|(at, _)| now.since(*at) < PRUNED_AFTER)
            .filter(|dated| !facts.iter().any(|newer| newer > *dated && is_told_again(&dated.1, &newer.1)))
            .filter(|dated| !is_answered_by_others(&facts, dated) && !is_seen_by_others(&facts, dated))
            .filter(|(at, fact)| now.since(*at) < IN_VAIN || !is_in_vain(&self.in_vain.0, *at, fact))
            .map(|(at, fact)| format!("{at} {fact:?}"))
            .collect();
        settled.extend(facts.iter().cloned());
        if facts.iter().any(|(_, fact)| matches!(fact, Fact::Done { sent: false, .. })) {
            self.reached.insert("an intent on which nothing was sent");
        }
        let strangers =
            facts.iter().filter(|(_, fact)| matches!(fact, Fact::Vouched { by, .. } if by.as_str() != OWNER));
        if let Some((_, fact)) = strangers.clone().next() {
            self.broken("I13", format!("who is no voucher vouches: {fact:?}"));
        }
        if facts.iter().any(|(_, fact)| matches!(fact, Fact::AllClear { .. })) {
            self.reached.insert("an all-clear");
        }
        if !lost.is_empty() {
            self.broken("I7", format!("settled facts are lost: {}", lost.join(", ")));
        }
        if matches!(trigger, Trigger::Heartbeat(_)) {
            let gap = fixed.policy.rules().max_gap.duration();
            if self.scheduled.is_none_or(|last| now.since(last) > gap + SLACK) {
                self.resumed = self.look.as_ref().map(|(at, _)| *at);
            }
            self.scheduled = Some(now);
        }
    }

    /// People received a notice.
    pub fn told(&mut self, notice: &Notice, keys: &[SimKey], now: Timestamp) {
        self.history.heard.push(notice.clone());
        if TELLING.contains(&notice.topic) {
            let is_about = |key: &str| {
                let its = notice.credentials.iter().any(|told| told.as_str() == key);
                its || (key == SYNC && notice.id.contains(SYNC))
            };
            self.untold.retain(|key, _| !is_about(key));
        }
        let step = notice.id.rsplit('/').next().and_then(|step| step.parse::<u8>().ok());
        if let (Topic::Warning, Some(step), Some(key)) = (notice.topic, step, notice.credentials.first()) {
            let looked = self.look.as_ref().map_or(now, |(at, _)| *at);
            if keys.iter().any(|other| other.id == key.as_str() && other.status == SimStatus::Disabled) {
                self.reached.insert("a warning that was accepted when the key was off");
            }
            self.received.push(Received { key: key.to_string(), step, looked, at: now });
        }
    }

    /// Have people heard since our disable that the key is on? A list that was out of date may have said so, just before an
    /// undo made it true.
    fn is_believed_on(&self, key: &str, facts: &Facts) -> bool {
        let newest = facts.iter().rev().find_map(|(at, fact)| match fact {
            Fact::Heard { subject, status } if subject.as_str() == key => Some((*at, *status)),
            _ => None,
        });
        newest.is_some_and(|(at, status)| {
            status == Status::Enabled && self.our_off.get(key).is_some_and(|off| at >= *off)
        })
    }

    /// An execution is through, and what it learnt is settled. These keys were there when it all began.
    pub fn through<'a>(&mut self, trigger: Trigger, ending: &Ending, keys: impl Iterator<Item = &'a SimKey>) {
        if *ending == Ending::Complete {
            let accused: Vec<_> = keys.map(|key| &key.id).filter(|key| trigger.implicates(key)).collect();
            // Synchronisation goes off for the sake of a key of the zone.
            if accused.iter().any(|key| *key != SYNC) {
                self.accused.extend(accused.into_iter().map(|key| (key.clone(), trigger)));
            }
        }
    }

    /// What an answer means to do that the register, as it was read for it, does not hold.
    pub fn meant(&mut self, answer: &Answer, read: &Facts, look: Option<&Look>, fixed: &Fixed) {
        let Some(cursor) = &answer.cursor else { return };
        for dated in fixed.facts(cursor.as_str()).difference(read) {
            let Fact::Intended { subject, purpose: Purpose::Contested, .. } = &dated.1 else { continue };
            if !shows_on(look, subject.as_str()) {
                self.broken("I8", format!("{subject} is contested, and the look does not show it on: {look:?}"));
            }
        }
    }

    /// The function answered.
    pub fn answered(&mut self, trigger: Trigger, answer: &Answer, fixed: &Fixed) {
        if let Some(cursor) = &answer.cursor {
            let facts = fixed.facts(cursor.as_str());
            let ends = facts.iter().filter(|(_, fact)| matches!(fact, Fact::Done { sent: false, .. }));
            let new: Vec<_> = ends.filter(|end| !self.in_vain.0.contains(*end)).cloned().collect();
            if !new.is_empty() {
                Rc::make_mut(&mut self.in_vain.0).extend(new);
            }
        }
        if trigger == Trigger::FailedLogin && matches!(answer.ending, Ending::Held { .. }) {
            self.reached.insert("an outsider who was not obeyed");
        }
        for key in freed(answer) {
            self.reached.insert("a key that was freed");
            self.gives_back(trigger, &key);
        }
        self.receipts.extend(answer.receipts.iter().map(|receipt| receipt.token.to_string()));
        if matches!(trigger, Trigger::Heartbeat(_)) {
            self.last_heartbeat = Some(answer.ending.word().to_owned());
        }
        let text = serde_json::to_string(answer).unwrap();
        if text.len() > 128 * 1024 {
            self.broken("I11", format!("an answer has {} bytes", text.len()));
        }
        let sealed = answer.cursor.iter().chain(answer.receipts.iter().map(|receipt| &receipt.token));
        let texts = sealed.map(|sealed| payload(sealed.as_str())).chain([text]);
        if texts.flat_map(|text| [SECRET_KEY, CURSOR_KEY].map(|secret| text.contains(secret))).any(|holds| holds) {
            self.broken("I11", "an answer holds a secret".to_owned());
        }
    }
}

/// Does the look show it on?
fn shows_on(look: Option<&Look>, key: &str) -> bool {
    look.is_some_and(|(_, shown)| shown.get(key).is_some_and(|status| status == "Enabled"))
}

/// What this answer says was freed.
pub fn freed(answer: &Answer) -> Vec<String> {
    let Some(report) = &answer.report else { return Vec::new() };
    let is_freed = |decision: &DecisionReport| {
        let freed = ReportedState::Tried(OutcomeState::Freed);
        decision.outcome.as_ref().is_some_and(|outcome| outcome.state == freed)
    };
    let keys = report.credentials.iter().filter(|key| is_freed(&key.decision)).map(|key| key.credential.to_string());
    let synchronisation = report.synchronization.iter().filter(|it| is_freed(&it.decision)).map(|_| SYNC.to_owned());
    keys.chain(synchronisation).collect()
}

/// Of what tells that an incident had its containment only the first and the last that its source said count.
fn is_answered_by_others(facts: &Facts, (at, fact): &(Timestamp, Fact)) -> bool {
    let Fact::Answered { incident: of, dated: said } = fact else { return false };
    let others = || {
        facts.iter().filter_map(|(at, fact)| match fact {
            Fact::Answered { incident, dated } if incident == of => Some((at, dated)),
            _ => None,
        })
    };
    others().any(|(first, _)| first <= at) && others().any(|(_, last)| last >= said)
}

/// Of the looks that show one state of a key only the first of all, the newest, and the one that begins a hold count; that it
/// is counted is judged by the hold.
fn is_seen_by_others(facts: &Facts, (at, fact): &(Timestamp, Fact)) -> bool {
    let Fact::Seen { subject: of, status: state } = fact else { return false };
    let looks = || {
        facts.iter().filter_map(|(at, fact)| match fact {
            Fact::Seen { subject, status } if subject == of => Some((at, status)),
            _ => None,
        })
    };
    looks().any(|(first, _)| first <= at) && looks().any(|(last, status)| last >= at && status == state)
}

/// Is it an intent on which nothing was sent, or the end of one?
fn is_in_vain(ends: &Facts, at: Timestamp, fact: &Fact) -> bool {
    match fact {
        Fact::Intended { subject: of, execution: by, .. } => ends.iter().any(|(_, end)| match end {
            Fact::Done { subject, execution, formed, sent } => {
                (subject, execution, *formed, *sent) == (of, by, at, false)
            }
            _ => false,
        }),
        Fact::Done { sent, .. } => !sent,
        _ => false,
    }
}

/// Does `other` say anew what people were told? Nobody asks when they were told before.
fn is_told_again(fact: &Fact, other: &Fact) -> bool {
    match (fact, other) {
        // What stands behind `#` tells other news of the same thing: only the last of them is asked about.
        (Fact::Told { subject: of, about: before }, Fact::Told { subject, about }) => {
            subject == of && about.split('#').next() == before.split('#').next()
        }
        (Fact::Heard { subject: of, .. }, Fact::Heard { subject, .. }) => subject == of,
        _ => false,
    }
}

/// What tells in which state a key is.
pub const TELLING: [Topic; 6] =
    [Topic::Found, Topic::Held, Topic::NoGoodKey, Topic::Disable, Topic::Restore, Topic::Contested];

/// The youngest that may be pruned of what came to nothing, by a clock that is wrong.
const IN_VAIN: Duration = Duration::from_secs(15 * 60);

/// The youngest fact that may be pruned.
const PRUNED_AFTER: Duration = Duration::from_secs(89 * 86_400);

/// The oldest look that a write may rest on: two seconds, and what people do at the last moment here takes one each.
const OLDEST_LOOK: Duration = Duration::from_secs(5);

/// How much early a step of days may end.
const EARLY: Duration = Duration::from_secs(60 * 60);
/// What is lost between the cloud's clock and a wrong one.
const SLACK: Duration = Duration::from_secs(5 * 60);

/// What must be true at rest: everything is over, and three undisturbed scheduled runs have passed.
pub fn at_rest(world: &mut World, fixed: &Fixed) -> Vec<Broken> {
    let mut broken = world.ghost.broken.clone();
    let newest = world.register.last_key_value().map(|(_, (newest, _))| fixed.facts(newest));
    let facts = newest.unwrap_or_default();
    let now = world.now;
    let good_on = world.keys.iter().any(|key| {
        key.status == SimStatus::Enabled && works(&world.keys, &key.id, now) && is_good(fixed, &facts, &key.id)
    });
    let called = world.ghost.last_heartbeat.as_deref() == Some("held");
    let is_intent = |(_, fact): &&(Timestamp, Fact)| matches!(fact, Fact::Intended { .. });
    let outlived = facts.iter().filter(is_intent).any(|intent| !is_closed(&facts, intent));
    for key in &world.ghost.off_by_hygiene {
        if works(&world.keys, key, now) && !good_on && !called {
            broken.push(Broken {
                invariant: "I4",
                how: format!("{key} is off by hygiene, no good key is on, and nobody was called"),
            });
        }
    }
    let enforces = fixed.policy.permit().is_some();
    let accused = world
        .ghost
        .accused
        .iter()
        .filter(|_| enforces)
        .filter(|(key, by)| !is_over(&facts, key, |incident| by.is_of(incident)));
    let implicated = implicated(&facts).into_iter().chain(accused.map(|(key, _)| key.clone()));
    for key in implicated.collect::<BTreeSet<_>>() {
        if world.is_on(&key) && !called {
            broken.push(Broken { invariant: "I5", how: format!("{key} is implicated and on, and nobody was called") });
        }
    }
    match world.ghost.last_heartbeat.as_deref() {
        Some("complete" | "held") => {}
        other => broken.push(Broken { invariant: "I10", how: format!("the last scheduled run ended {other:?}") }),
    }
    let untold = world.ghost.untold.iter().filter(|(key, undo)| !(**undo && world.ghost.is_believed_on(key, &facts)));
    for (key, _) in untold.filter(|(key, _)| world.key(key).is_some()) {
        broken.push(Broken { invariant: "I14", how: format!("{key} was written, and nobody has heard of it") });
    }
    if outlived {
        world.ghost.reached.insert("an intent that nobody closed");
    }
    broken
}

/// Is it an intent of which the execution has not said what became of it?
pub fn is_open(facts: &Facts, fact: &(Timestamp, Fact)) -> bool {
    matches!(fact, (_, Fact::Intended { .. })) && !is_closed(facts, fact)
}

/// Has the execution said what became of its intent?
fn is_closed(facts: &Facts, intent: &(Timestamp, Fact)) -> bool {
    ends(facts, intent).next().is_some()
}

/// Has it said that it sent nothing?
fn is_void(facts: &Facts, intent: &(Timestamp, Fact)) -> bool {
    ends(facts, intent).any(|sent| !sent)
}

/// What the execution said of its intent: whether it sent anything.
fn ends<'a>(facts: &'a Facts, (at, intent): &'a (Timestamp, Fact)) -> impl Iterator<Item = bool> + 'a {
    facts.iter().filter_map(move |(_, fact)| match (fact, intent) {
        (Fact::Done { subject, execution, formed, sent }, Fact::Intended { subject: of, execution: by, .. }) => {
            (subject == of && execution == by && formed == at).then_some(*sent)
        }
        _ => None,
    })
}

/// Has its time not come? A key that was just deleted counts as it was.
fn works(keys: &[SimKey], id: &str, now: Timestamp) -> bool {
    keys.iter().all(|key| key.id != id || key.expires > now)
}

/// Does the policy know it, and no incident implicate it?
fn is_good(fixed: &Fixed, facts: &Facts, id: &str) -> bool {
    let known = fixed.policy.rules().known.iter().any(|known| known.credential.as_str() == id);
    let vouched =
        |(_, fact): &(Timestamp, Fact)| matches!(fact, Fact::Vouched { credential, .. } if credential.as_str() == id);
    (known || facts.iter().any(vouched)) && !implicated(facts).contains(id)
}

/// The keys that an incident implicates which is not over.
fn implicated(facts: &Facts) -> BTreeSet<String> {
    let implicated = facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Implicated { subject, incident, .. } if !is_over(facts, subject.as_str(), |other| other == incident) => {
            Some(subject.as_str().to_owned())
        }
        _ => None,
    });
    implicated.collect()
}

/// Does an incident that ever implicated the key hold off what a run of ours switched off: SCIM synchronisation?
fn holds_synchronisation(facts: &Facts, key: &str) -> bool {
    let of = |id: &str| {
        let incidents = facts.iter().filter_map(move |(_, fact)| match fact {
            Fact::Implicated { subject, incident, .. } if subject.as_str() == id => Some(incident),
            _ => None,
        });
        incidents.collect::<BTreeSet<_>>()
    };
    let off =
        |(_, fact): &(Timestamp, Fact)| matches!(fact, Fact::Disabled { subject, .. } if subject.as_str() == SYNC);
    facts.iter().any(off) && of(key).intersection(&of(SYNC)).any(|both| !is_over(facts, SYNC, |other| other == *both))
}

/// Has a restore been meant that ends such an incident for the key, or its source called it over?
fn is_over(facts: &Facts, key: &str, is: impl Fn(&IncidentId) -> bool) -> bool {
    facts.iter().any(|dated| match &dated.1 {
        Fact::Intended { subject, purpose: Purpose::Restore, incidents, .. } => {
            subject.as_str() == key && incidents.iter().any(&is) && !is_void(facts, dated)
        }
        Fact::AllClear { incident, .. } => is(incident),
        _ => false,
    })
}
