//! What people should be told of a run, and what is true once they were.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::bounds::NOTICE;
use super::decision::{reason, why};
use super::remedy::remedy;
use super::{About, Seen};
use crate::act::{Deed, Outcome};
use crate::cursor::{self, Outstanding, ToldState};
use crate::decide::{Because, Consequence, Finding, Key, Step, Verdict, way_back};
use crate::hex;
use crate::memory::{Disable, Fact, Memory};
use crate::notice::{Notice, Topic, brief};
use crate::policy::{Mode, Policy, Successor};
use crate::time::{Timestamp, Truth, spoken};
use crate::trigger::{Incident, IncidentId, Receipt, Trigger};
use crate::zone::{Status, Subject};

/// How long people are left alone with what they were told already and can only look at: a week, and an hour less, since a
/// daily run comes at the same hour, and people accept after its look.
const REMIND_AFTER: Duration = Duration::from_hours(7 * 24 - 1);

/// Every notice of a hop that people were not given lately. If it `may_pass` that something is not seen, it says nothing of
/// that yet.
pub fn owed(about: About<'_>, seen: &Seen, memory: &Memory, may_pass: bool) -> Vec<Outstanding> {
    let now = seen.zone.taken();
    let of_step = |step| {
        let verdict = of_verdict(about, seen, memory, step).filter(|_| !(may_pass && is_unseen(step)));
        let others = other_warnings(about, seen, memory, step).chain(stranger(about, seen, memory, step));
        verdict.into_iter().chain(others).chain(called_off(about, memory, step, now))
    };
    let undone = seen.deeds.iter().filter(|deed| deed.outcome == Outcome::Undone).map(|deed| undone(about, deed));
    let all = seen.plan.steps.iter().flat_map(of_step).chain(undone);
    all.filter(|outstanding| !was_told_lately(outstanding, memory, now)).collect()
}
/// What a notice calls it: the id of a key is no other account's, but each account has SCIM synchronisation.
pub(super) fn called(about: About<'_>, subject: &Subject) -> String {
    match subject {
        Subject::Key(id) => id.to_string(),
        Subject::Synchronization => format!("{subject} of {}", about.account().name),
    }
}

/// A key is off for an incident that its source now calls a false alarm, or settled: a person may have it back.
fn called_off(about: About<'_>, memory: &Memory, step: &Step, now: Timestamp) -> Option<Outstanding> {
    let claims = about.occasion.claims()?;
    let subject = &step.subject;
    if !step.status.is(Status::Disabled) {
        return None;
    }
    let Disable { at: disabled, run, .. } = memory.last_disable(subject)?;
    let clear = claims.called_off.iter().find(|clear| {
        let mut ended = memory.ended_with(&clear.incident, clear.at);
        ended.any(|incident| memory.has_implicated(incident, subject))
    })?;
    let others: Vec<&str> = memory.implicated_by(subject).map(IncidentId::as_str).collect();
    let but = if others.is_empty() { String::new() } else { format!(", but {} still wants it off", others.join(", ")) };
    let back = if memory.has_way_back(subject, Status::Disabled) {
        format!(
            "it stays off until somebody gives back the receipt of the run {run}, which disabled it at {disabled}, or the newest \
             one of an incident that found it off (each is good for {})",
            spoken(Receipt::LASTS)
        )
    } else {
        way_back(subject, &step.status, about.grounds(memory), now)
    };
    let text =
        format!("{} is off, and {} was called off by its source{but}: {back}", called(about, subject), clear.incident);
    Some(
        Told { topic: Topic::AllClear, subjects: vec![subject.clone()], because: None, text }
            .now_and_then(about.trigger, &json!([clear.incident, others])),
    )
}

/// Nobody can provision any more, but for a key that is not known to be good.
pub fn no_good_key(about: About<'_>, subject: &Subject, why: &str, remedy: &str) -> Outstanding {
    let text = format!("account {}: NO GOOD KEY IS LEFT ({why}): {remedy}", about.account().name);
    let told = Told { topic: Topic::NoGoodKey, subjects: vec![subject.clone()], because: None, text };
    told.of_state(about.trigger, "disabled", Some(Status::Disabled))
}

/// The run gives up what it has tried in vain.
pub fn given_up(about: About<'_>, outcome: &cursor::RecordedOutcome) -> Outstanding {
    let topic = match &outcome.because {
        Because::Rule(_) => Topic::Disable,
        Because::Contested(_) => Topic::Contested,
        Because::Restore(_) => Topic::Restore,
    };
    let since = outcome.since.map(|since| format!(" since {since}")).unwrap_or_default();
    let text = format!(
        "account {}: {}; it was tried{since}, and this run tries no more",
        about.account().name,
        in_vain(outcome)
    );
    let because = Some(outcome.because.clone());
    let told = Told { topic, subjects: vec![outcome.subject.clone()], because, text };
    told.of_state(about.trigger, "given_up", None)
}

/// What could not be done, and why not.
pub fn in_vain(outcome: &cursor::RecordedOutcome) -> String {
    let wanted = if matches!(outcome.because, Because::Restore(_)) { "enabled" } else { "disabled" };
    let why = outcome.why.as_deref().unwrap_or_default();
    format!("{} could not be {wanted}: {why}", outcome.subject)
}

fn was_told_lately(outstanding: &Outstanding, memory: &Memory, now: Timestamp) -> bool {
    let Some(Fact::Told { subject, about }) = &outstanding.then else { return false };
    let is_news = |said: &ToldState| memory.unheard(&said.subject, Some(said.status), now).is_some();
    let lately = memory.told(subject, about).is_some_and(|told| now.since(told) < REMIND_AFTER);
    lately && !outstanding.says.as_ref().is_some_and(is_news)
}

/// What is to be told, before it is known whether it is told once or again.
pub(super) struct Told {
    pub(super) topic: Topic,
    pub(super) subjects: Vec<Subject>,
    pub(super) because: Option<Because>,
    pub(super) text: String,
}

impl Told {
    /// Every time that it happens; it tells that the key is in this state now. `outcome` is part of its id: a run may
    /// say several things of one key, and that one was accepted says nothing of the others.
    pub(super) fn of_state(self, trigger: &Trigger, outcome: &str, state: Option<Status>) -> Outstanding {
        let subject = self.subjects.first().cloned();
        self.outstanding(trigger, None, Some(outcome)).saying(subject, state)
    }

    /// Once, and again only after [`REMIND_AFTER`], or if this is other news than it was. Of that a hash is kept: it has a
    /// bound, and an incident's id may be long.
    fn now_and_then(self, trigger: &Trigger, news: &Value) -> Outstanding {
        let what = self.because.as_ref().map(|because| format!("/{because}")).unwrap_or_default();
        let news = if news.is_null() { String::new() } else { format!("#{}", hex::name_of(&news.to_string(), 8)) };
        let about = format!("{}{what}{news}", self.topic.word());
        let then = self.subjects.first().map(|subject| Fact::Told { subject: subject.clone(), about });
        self.outstanding(trigger, then, None)
    }

    pub(super) fn outstanding(self, trigger: &Trigger, then: Option<Fact>, detail: Option<&str>) -> Outstanding {
        let Self { topic, subjects, because, text } = self;
        let about = subjects.first().map_or(trigger.account.name.as_str(), Subject::as_str);
        let mut id = format!("{}/{about}/{}", trigger.run, topic.word());
        id.extend(because.iter().map(|because| format!("/{because}")));
        id.extend(detail.iter().map(|detail| format!("/{detail}")));
        let rule = because.as_ref().and_then(Because::rule).cloned();
        let text = brief(&text, NOTICE);
        let credentials = subjects.into_iter().filter_map(|subject| subject.key().cloned()).collect();
        Outstanding { notice: Notice { id, topic, credentials, rule, text }, then, says: None }
    }
}

impl Outstanding {
    /// The same, which says that this is in this state now, if that is sure.
    fn saying(self, subject: Option<Subject>, status: Option<Status>) -> Self {
        let says = subject.zip(status).map(|(subject, status)| ToldState { subject, status, as_of: None });
        Self { says, ..self }
    }
}

/// Is it left alone because no look tells whether it is on?
fn is_unseen(step: &Step) -> bool {
    matches!(step.finding().map(|finding| &finding.consequence), Some(Consequence::Unseen { .. }))
}

fn of_verdict(about: About<'_>, seen: &Seen, memory: &Memory, step: &Step) -> Option<Outstanding> {
    let (trigger, policy) = (about.trigger, about.policy);
    let subject = called(about, &step.subject);
    let why = why(step, policy);
    let told =
        |topic, text| Told { topic, subjects: named(policy, step), because: step.verdict.because().cloned(), text };
    let news = || news(about, memory, step);
    match &step.verdict {
        Verdict::Keep | Verdict::Wait(_) => None,
        Verdict::Unsure(_) => {
            Some(told(Topic::Unsure, format!("{subject} is left alone: {why}")).now_and_then(trigger, &news()))
        }
        Verdict::Held(_) => {
            let stays = match step.status.known() {
                Some(Status::Disabled) => "stays off",
                Some(Status::Enabled) => "stays on",
                None => "is left as it is",
            };
            let held = told(Topic::Held, format!("{subject} {stays}: {why}")).now_and_then(trigger, &news());
            Some(held.saying(Some(step.subject.clone()), step.status.known()))
        }
        Verdict::Warn(_) => step.finding().map(|finding| warning(about, seen, memory, step, finding)),
        Verdict::Disable(_) | Verdict::Enable(_) => {
            let deed = seen.deeds.iter().find(|deed| deed.subject == step.subject && deed.outcome != Outcome::Undone);
            match deed {
                Some(deed) if is_again(deed, &seen.earlier) => None,
                Some(deed) => {
                    let said = said(deed, || remedy(&seen.plan, memory, &deed.subject));
                    let told = told(topic(deed), format!("{subject} {said}: {why}"));
                    Some(told.of_state(trigger, deed.outcome.state().word(), state(deed)))
                }
                None if policy.mode() == Mode::Report => {
                    let (topic, would_be) = match step.verdict {
                        Verdict::Enable(_) => (Topic::WouldRestore, "given back"),
                        _ => (Topic::WouldDisable, "disabled"),
                    };
                    Some(told(topic, format!("{subject} would be {would_be}: {why}")).now_and_then(trigger, &news()))
                }
                None => None,
            }
        }
    }
}

/// What makes a verdict other news than one of the same rule that people were told: the incidents that ask for it, and
/// the guards that hold it; of what was given back, also of when an incident is reported anew. Not the reasons' words:
/// they name times, and each day would be news.
fn news(about: About<'_>, memory: &Memory, step: &Step) -> Value {
    let wanted_for: BTreeSet<_> = step.finding().into_iter().flat_map(|finding| &finding.wanted_for).collect();
    let guards: BTreeSet<_> = step.held().unwrap_or_default().iter().map(|trip| trip.guard).collect();
    let incidents = about.occasion.incidents().iter().map(|asked| &asked.incident);
    let given_back = incidents.filter(|incident| {
        wanted_for.contains(&incident.id) && memory.given_back_at(&step.subject, &incident.id).is_some()
    });
    let anew: BTreeSet<_> = given_back.filter_map(Incident::reported).collect();
    match (wanted_for.is_empty() && guards.is_empty(), anew.is_empty()) {
        (true, _) => Value::Null,
        (false, true) => json!([wanted_for, guards]),
        (false, false) => json!([wanted_for, guards, anew]),
    }
}

/// Has this run said already that this came to nothing, and why?
fn is_again(deed: &Deed, earlier: &[cursor::RecordedOutcome]) -> bool {
    let state = deed.outcome.state();
    state.is_in_vain() && earlier.iter().any(|outcome| outcome.is_again(&deed.subject, &deed.because, state))
}

fn topic(deed: &Deed) -> Topic {
    match (&deed.outcome, &deed.because, deed.to) {
        (Outcome::NoGoodKey { .. }, ..) => Topic::NoGoodKey,
        (_, Because::Contested(_), _) => Topic::Contested,
        (_, _, Status::Disabled) => Topic::Disable,
        (_, _, Status::Enabled) => Topic::Restore,
    }
}

/// The state that the key is in now, if that is sure.
fn state(deed: &Deed) -> Option<Status> {
    match deed.outcome {
        Outcome::Disabled { .. } | Outcome::NoGoodKey { .. } => Some(Status::Disabled),
        Outcome::Enabled { .. } | Outcome::Freed | Outcome::Undone => Some(Status::Enabled),
        _ => None,
    }
}

/// A warning counts, once it is accepted, only where the policy enforces: in report mode nothing follows from it.
fn warning(about: About<'_>, seen: &Seen, memory: &Memory, step: &Step, finding: &Finding) -> Outstanding {
    let policy = about.policy;
    let text = format!("{}: {}", step.subject, reason(finding, policy));
    let told =
        Told { topic: Topic::Warning, subjects: named(policy, step), because: Some(finding.because.clone()), text };
    let rule = finding.because.rule().and_then(|rule| policy.rules().rule(rule));
    match (&finding.consequence, rule, step.subject.key(), policy.mode()) {
        (Consequence::Warn { step: Some(rung) }, Some(rule), Some(key), Mode::Enforce) => {
            let credential = key.clone();
            let (rule, fingerprint) = (rule.id.clone(), rule.fingerprint);
            let looked = seen.zone.taken();
            let then = Fact::Warned { credential, rule, fingerprint, step: rung.step, looked };
            told.outstanding(about.trigger, Some(then), Some(&rung.step.to_string()))
        }
        // It is other news of another form of the rule, and of a key that was off in between: who has enabled it?
        (_, rule, ..) => {
            let (form, off) = (rule.map(|rule| rule.fingerprint), memory.newest_disabled(&step.subject));
            told.now_and_then(about.trigger, &json!([form, off]))
        }
    }
}

/// The warnings of rules that another rule's verdict outweighs. They are due all the same, unless the key goes now.
fn other_warnings<'a>(
    about: About<'a>,
    seen: &'a Seen,
    memory: &'a Memory,
    step: &'a Step,
) -> impl Iterator<Item = Outstanding> + 'a {
    let outweighed = |finding: &&Finding| {
        let goes = matches!(step.verdict, Verdict::Disable(_));
        let warns = matches!(finding.consequence, Consequence::Warn { .. });
        warns && !goes && step.verdict.because() != Some(&finding.because)
    };
    step.findings.iter().filter(outweighed).map(move |finding| warning(about, seen, memory, step, finding))
}

/// A rule that takes any key as a successor names both keys, so that a person can see whom it trusts.
fn named(policy: &Policy, step: &Step) -> Vec<Subject> {
    let rule = step.verdict.rule().and_then(|rule| policy.rules().rule(rule));
    let any = rule.is_some_and(|rule| rule.successor == Successor::Any);
    let successor = step.key.as_ref().and_then(|key| key.assessment.successor.as_ref());
    let beside = successor.filter(|_| any).map(|successor| successor.credential.clone().into());
    std::iter::once(step.subject.clone()).chain(beside).collect()
}

fn said(deed: &Deed, remedy: impl FnOnce() -> String) -> String {
    let (was, undone) = match deed.to {
        Status::Disabled => ("disabled", "off"),
        Status::Enabled => ("enabled", "on"),
    };
    match &deed.outcome {
        Outcome::Disabled { .. } | Outcome::Enabled { .. } => format!("was {was}"),
        Outcome::Freed => "is on, and no incident holds it off any more".to_owned(),
        Outcome::Gone => "no longer exists".to_owned(),
        Outcome::Changed { to } => format!("was not {was} (a fresh look led to {})", to.verdict.word()),
        Outcome::Undone => "was disabled and enabled again, because no good key was left".to_owned(),
        Outcome::NoGoodKey { why } => format!("is off and NO GOOD KEY IS LEFT ({why}): {}", remedy()),
        Outcome::Unsettled { why } => format!("may or may not be {undone} ({why})"),
        Outcome::Deferred { why } => format!("was not {was} yet ({why})"),
        Outcome::Failed { why } => format!("could not be {was} ({why})"),
    }
}

fn undone(about: About<'_>, deed: &Deed) -> Outstanding {
    let text = format!("{} {}", deed.subject, said(deed, String::new));
    let because = Some(deed.because.clone());
    let told = Told { topic: Topic::Disable, subjects: vec![deed.subject.clone()], because, text };
    told.of_state(about.trigger, deed.outcome.state().word(), state(deed))
}

/// A key that was created after another, may work, and for which nobody vouches: perhaps a thief's. The other may be gone by
/// now: whoever can make a key can delete one.
fn stranger(about: About<'_>, seen: &Seen, memory: &Memory, step: &Step) -> Option<Outstanding> {
    let Key { credential, assessment } = step.key.as_ref()?;
    if assessment.vouched_by.is_some() || assessment.works == Truth::No {
        return None;
    }
    let id = &credential.id;
    let older = seen.zone.credentials().iter().rev().find(|other| other.created < credential.created);
    let gone = || memory.seen_before(id).filter(|seen_before| seen.zone.credential(seen_before).is_none()).last();
    let (older, came) = match older {
        Some(older) => (&older.id, format!("was created after {}", older.id)),
        None => gone().map(|gone| (gone, format!("came after {gone}, which is gone")))?,
    };
    let text = format!(
        "nobody vouches for {id}, which {came}: if it is yours, add it to the policy's \"known\"; if not, somebody has made a \
         key"
    );
    let subjects = vec![id.clone().into(), older.clone().into()];
    Some(Told { topic: Topic::UnvouchedKey, subjects, because: None, text }.now_and_then(about.trigger, &Value::Null))
}
