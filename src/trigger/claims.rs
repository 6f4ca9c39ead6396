//! What one event says to one account: incidents that rules are asked about, keys that somebody vouches for, all-clears.
//! Pure.
//!
//! One body may say several things: Security Hub sends two findings, a log file a hundred sign-ins, a batch of CloudAudit
//! that a key was created and another switched on. All that one account has to answer is one run: one list and one write
//! serve it, and what rules want of a key is decided once, from all of it. Each incident is still answered for itself, and
//! once.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use super::IncidentId;
use super::cause::{Evidence, Incident, Text};
use super::hearing::reasons::listed;
use crate::policy::RuleId;
use crate::time::{CLOCKS_APART, Timestamp, spoken};
use crate::zone::{CredentialId, Snapshot};

/// The most incidents that one run deals with: each must be remembered, and a cursor has its bounds.
const MOST: usize = 20;

/// What one event says to one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The incidents that a rule is asked about, the worst first.
    pub incidents: Vec<Asked>,
    /// The keys that somebody vouches for.
    pub vouched: Vec<Vouched>,
    /// The incidents that their source calls over.
    pub called_off: Vec<AllClear>,
    /// What is not believed, because of its age.
    pub stale: Vec<Stale>,
    /// How many more incidents ask a rule than one run deals with.
    pub left_out: usize,
    /// Why nothing comes of the rest of what it says, if it says more.
    pub not_answered: Option<String>,
}

/// An incident, and who is asked about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// It.
    pub incident: Incident,
    /// The rules.
    pub rules: BTreeSet<RuleId>,
    /// The call of the cloud's that it is, if it is one, as long as nobody has told whose.
    pub call: Option<Call>,
}

/// What tells a call of the cloud's from others: this program's own are no incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The cloud's id of the request.
    pub request: Option<Text>,
    /// The id of the API secret that signed it.
    pub secret: Option<Text>,
}

/// Who made a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This program.
    Ours,
    /// Somebody else.
    Others,
    /// Nobody can tell now.
    Unknown,
}

/// A key that somebody vouches for whom the policy lets. It may be another account's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Vouched {
    /// The key.
    pub credential: CredentialId,
    /// Who, by the id that the policy names.
    pub by: Text,
    /// When, as far as is known.
    #[serde(skip)]
    pub at: Option<Timestamp>,
}

/// An incident that its source calls a false alarm, or settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllClear {
    /// Which.
    pub incident: IncidentId,
    /// When, as far as is known.
    pub at: Option<Timestamp>,
}

/// Something that is not believed, because it is too old, or not yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// What it is: an incident's id, or a key's, or that an incident was called off.
    pub what: String,
    /// The incident that it calls off, if it is an all-clear.
    #[serde(skip)]
    pub calls_off: Option<IncidentId>,
    /// Why, and what to do about it.
    pub why: String,
}

impl Claims {
    /// Is there nothing to do about it?
    pub fn is_empty(&self) -> bool {
        self.incidents.is_empty() && self.vouched.is_empty() && self.called_off.is_empty()
    }

    /// The same, the worst first, and each thing once. Who vouches, and what is called off, is never left out: a good key would
    /// go off. Of either only what is about the zone's own keys, and what is remembered already, finds its way into a cursor.
    fn in_order(mut self) -> Self {
        let mut once = merged(self.incidents);
        once.sort_by_key(Asked::badness);
        self.left_out = too_many(&once);
        self.vouched.sort_by_key(|vouched| (vouched.at.is_none(), vouched.at));
        let mut told = BTreeSet::new();
        self.vouched.retain(|vouched| told.insert((vouched.credential.clone(), vouched.by.clone())));
        self.called_off.sort_by_key(|clear| Reverse(clear.at));
        let mut told = BTreeSet::new();
        self.called_off.retain(|clear| told.insert((clear.incident.clone(), clear.at.is_none())));
        Self { incidents: once, ..self }
    }

    /// What of it may be believed, if it came in at `accepted` and may be at most so old: the worst first. The age comes first,
    /// so that nothing old pushes out what is fresh. An incident is as old as its source's latest word on it, and a person's own
    /// event has no greatest age.
    #[must_use]
    pub fn fresh(self, accepted: Timestamp, max_age: Duration) -> Self {
        let Self { incidents, vouched, called_off, mut stale, not_answered, .. } = self;
        let mut is_fresh = |what: String, calls_off: Option<&IncidentId>, why: Option<String>| match why {
            None => true,
            Some(why) => {
                stale.push(Stale { what, calls_off: calls_off.cloned(), why });
                false
            }
        };
        let incident = |incident: &Incident| {
            let oldest = if incident.source == super::Source::Own { Duration::MAX } else { max_age };
            let remedy = "if it still has to be answered, send this tool's own incident event";
            age_is_wrong(incident.latest(), accepted, oldest, remedy)
        };
        let age_of = |at, remedy| age_is_wrong(at, accepted, max_age, remedy);
        Self {
            incidents: incidents
                .into_iter()
                .filter(|asked| {
                    let why = incident(&asked.incident);
                    is_fresh(asked.incident.id.to_string(), None, why)
                })
                .collect(),
            vouched: vouched
                .into_iter()
                .filter(|Vouched { credential, by, at }| {
                    let why = age_of(*at, "if that is so, name the key under known");
                    is_fresh(format!("that {by} created {credential}"), None, why)
                })
                .collect(),
            called_off: called_off
                .into_iter()
                .filter(|AllClear { incident, at }| {
                    let why = age_of(*at, "if it is over, give back its receipts");
                    is_fresh(format!("that {incident} was called off"), Some(incident), why)
                })
                .collect(),
            stale,
            not_answered,
            ..Self::default()
        }
        .in_order()
    }

    /// The same, once somebody has told whose the calls in it are; `None` if there are none. Our own are no incidents, and are
    /// told beside what else is not answered.
    pub fn judged(&self, whose: impl Fn(&IncidentId, &Call) -> Whose) -> Option<Self> {
        if self.incidents.iter().all(|asked| asked.call.is_none()) {
            return None;
        }
        let (mut own, mut incidents) = (Vec::new(), Vec::new());
        for asked in &self.incidents {
            match asked.call.as_ref().map(|call| whose(&asked.incident.id, call)) {
                Some(Whose::Ours) => own.push(asked.incident.id.as_str()),
                Some(Whose::Others) => incidents.push(Asked { call: None, ..asked.clone() }),
                Some(Whose::Unknown) | None => incidents.push(asked.clone()),
            }
        }
        let told = (!own.is_empty()).then(|| format!("{}: a call of this program's own", listed(&own, ", ")));
        let told: Vec<String> = told.into_iter().chain(self.not_answered.clone()).collect();
        let not_answered = (!told.is_empty()).then(|| told.join("; "));
        let left_out = too_many(&incidents);
        Some(Self { incidents, left_out, not_answered, ..self.clone() })
    }

    /// The same, with no more incidents than one run deals with, in their order; `None` if it has no more. `zone` is the look,
    /// if one was taken: whoever makes keys and deletes them again hides none with their records that is still there.
    pub fn the_most(&self, zone: Option<&Snapshot>) -> Option<Self> {
        let is_more = too_many(&self.incidents) > 0;
        is_more.then(|| Self { incidents: the_most(self.incidents.clone(), zone), ..self.clone() })
    }
}

impl Claims {
    /// Gives a new id to each incident that was called off and that its source has reported since; `None` if there is none.
    /// `called_off` tells when that was last. Compared are the source's own dates, not when it happened. `since` finds the id
    /// under which a recurrence is remembered already.
    pub fn come_again(
        &self,
        called_off: impl Fn(&IncidentId) -> Option<Timestamp>,
        since: impl Fn(&IncidentId, Timestamp) -> Option<IncidentId>,
    ) -> Option<Self> {
        let here = |id: &IncidentId| {
            let clears = self.called_off.iter().filter(|clear| clear.incident == *id);
            clears.filter_map(|clear| clear.at).max()
        };
        let again = |incident: &Incident| {
            let ended = called_off(&incident.id).max(here(&incident.id))?;
            let of = incident.dated().filter(|of| *of > ended)?;
            Some(since(&incident.id, ended).unwrap_or_else(|| incident.id.again(of)))
        };
        let again: Vec<Option<IncidentId>> = self.incidents.iter().map(|asked| again(&asked.incident)).collect();
        if again.iter().all(Option::is_none) {
            return None;
        }
        let mut claims = self.clone();
        for (asked, again) in claims.incidents.iter_mut().zip(again) {
            if let Some(again) = again {
                asked.incident.id = again;
            }
        }
        Some(claims)
    }
}

impl Claims {
    /// The same, in which an all-clear that is older than what it calls off is not believed; `None` if there is none.
    /// `outlives` tells of when that is.
    pub fn without_outlived(&self, outlives: impl Fn(&IncidentId, Timestamp) -> Option<Timestamp>) -> Option<Self> {
        let (mut called_off, mut stale) = (Vec::new(), self.stale.clone());
        for clear in &self.called_off {
            match clear.at.and_then(|at| Some((at, outlives(&clear.incident, at)?))) {
                Some((at, of)) => stale.push(Stale {
                    what: format!("that {} was called off", clear.incident),
                    calls_off: Some(clear.incident.clone()),
                    why: format!(
                        "it is of {at}, and the incident of {of}: an all-clear that is older ends none, and what the \
                         incident holds off stays off; if it is over all the same, give back its receipt"
                    ),
                }),
                None => called_off.push(clear.clone()),
            }
        }
        (called_off.len() < self.called_off.len()).then(|| Self { called_off, stale, ..self.clone() })
    }
}

impl Asked {
    /// What is authenticated first: nothing else may push it out. Then the incidents that name a key, then by severity.
    fn badness(&self) -> Reverse<(bool, bool, Option<super::Severity>)> {
        let Incident { implicated, severity, .. } = &self.incident;
        Reverse((self.is_authenticated(), !implicated.is_empty(), *severity))
    }

    fn is_authenticated(&self) -> bool {
        self.incident.evidence == Evidence::Authenticated
    }

    /// Is it the same incident, on the same evidence, by the same call?
    fn is_as(&self, other: &Self) -> bool {
        let (one, another) = (&self.incident, &other.incident);
        (&one.id, one.evidence, &self.call) == (&another.id, another.evidence, &other.call)
    }

    /// Does it ask all that the other does, about the same incident, and is authenticated where that is not?
    fn covers(&self, other: &Self) -> bool {
        let (incident, weaker) = (&self.incident, &other.incident);
        incident.id == weaker.id
            && (self.is_authenticated() && self.call.is_none() && !other.is_authenticated())
            && weaker.implicated.is_subset(&incident.implicated)
            && other.rules.is_subset(&self.rules)
    }

    /// Does it name keys, and none of them is in the zone?
    fn names_only_others(&self, zone: &Snapshot) -> bool {
        let implicated = &self.incident.implicated;
        !implicated.is_empty() && implicated.iter().all(|key| zone.credential(key).is_none())
    }

    /// What it asks: each rule, about each key that it names.
    fn questions(&self) -> Vec<(RuleId, Option<CredentialId>)> {
        let keys = || self.incident.implicated.iter().cloned().map(Some);
        let keys: Vec<_> = if self.incident.implicated.is_empty() { vec![None] } else { keys().collect() };
        self.rules.iter().flat_map(|rule| keys.iter().map(|key| (rule.clone(), key.clone()))).collect()
    }
}

/// Each incident once, with the keys and the rules of all its records. Records that differ in their evidence, or in the call
/// that they are, stay apart: they are one incident to whoever remembers it, but each asks its rules on its own evidence.
fn merged(incidents: Vec<Asked>) -> Vec<Asked> {
    let mut once: Vec<Asked> = Vec::new();
    for asked in incidents {
        match once.iter_mut().find(|other| other.is_as(&asked)) {
            Some(other) => {
                other.rules.extend(asked.rules);
                other.incident.implicated.extend(asked.incident.implicated);
                other.incident.severity = other.incident.severity.max(asked.incident.severity);
            }
            None => once.push(asked),
        }
    }
    let is_covered: Vec<bool> = once.iter().map(|asked| once.iter().any(|other| other.covers(asked))).collect();
    once.into_iter().zip(is_covered).filter(|(_, covered)| !covered).map(|(asked, _)| asked).collect()
}

/// How many more these are than one run deals with.
fn too_many(incidents: &[Asked]) -> usize {
    incidents.len().saturating_sub(MOST)
}

/// As many of these as one run deals with, in their order. Kept first is what is authenticated; among those, what does not
/// only name keys which the zone has not; among those, whatever puts a question that no earlier one puts: a call that is made
/// again and again, about one key, pushes out none about another.
fn the_most(incidents: Vec<Asked>, zone: Option<&Snapshot>) -> Vec<Asked> {
    let mut questions = BTreeSet::new();
    let mut asks_anew = |asked: &Asked| {
        let known = questions.len();
        questions.extend(asked.questions());
        questions.len() > known
    };
    let mut ranked: Vec<(bool, bool, bool, usize)> = Vec::new();
    for (place, asked) in incidents.iter().enumerate() {
        let names_only_others = zone.is_some_and(|zone| asked.names_only_others(zone));
        ranked.push((!asked.is_authenticated(), names_only_others, !asks_anew(asked), place));
    }
    ranked.sort_unstable();
    let kept: BTreeSet<usize> = ranked.iter().take(MOST).map(|(.., place)| *place).collect();
    let in_order = incidents.into_iter().enumerate().filter(|(place, _)| kept.contains(place));
    in_order.map(|(_, asked)| asked).collect()
}

/// Why something of this time is not believed, if it is not. What has no time that can be read is as old as its arrival.
fn age_is_wrong(at: Option<Timestamp>, accepted: Timestamp, max_age: Duration, remedy: &str) -> Option<String> {
    let at = at?;
    if at > accepted.plus(CLOCKS_APART) {
        let ahead = spoken(at.since(accepted));
        Some(format!("its time, {at}, is {ahead} ahead of this clock: correct the sender's clock"))
    } else if accepted.since(at) > max_age {
        let most = spoken(max_age);
        Some(format!(
            "it is of {at}, and when it came in that was more than guards.max_event_age ({most}) ago: {remedy}"
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::{Severity, Source};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_795_500_000 + second)
    }

    fn asked(id: &str, when: Option<Timestamp>, rule: &str) -> Asked {
        let id = IncidentId::parse(id).unwrap();
        let incident = Incident { source: Source::Okta, ..Incident::own(id, when, BTreeSet::new()) };
        Asked { incident, rules: [RuleId::parse(rule).unwrap()].into(), call: None }
    }

    fn ids(claims: &Claims) -> Vec<&str> {
        claims.incidents.iter().map(|asked| asked.incident.id.as_str()).collect()
    }

    #[test]
    fn the_worst_comes_first_and_none_twice() {
        let key = CredentialId::parse("scimcred-aaaaaaaaaaaa").unwrap();
        let mut all = ["low", "outsider", "named", "critical", "low"].map(|id| asked(id, None, id));
        all[1].incident.evidence = Evidence::Outsider;
        all[2].incident.implicated.insert(key);
        all[3].incident.severity = Some(Severity::Critical);
        all[4].rules = [RuleId::parse("another").unwrap()].into();
        let claims = Claims { incidents: all.to_vec(), ..Claims::default() }.in_order();
        assert_eq!((ids(&claims), claims.left_out), (vec!["named", "critical", "low", "outsider"], 0));
        assert_eq!(claims.incidents[2].rules.len(), 2, "both rules are asked about it");
    }

    fn naming(mut asked: Asked, key: &str) -> Asked {
        asked.incident.implicated.insert(CredentialId::parse(key).unwrap());
        asked
    }

    fn outsiders(mut asked: Asked) -> Asked {
        asked.incident.evidence = Evidence::Outsider;
        asked
    }

    fn believed(incidents: Vec<Asked>) -> Claims {
        let claims = Claims { incidents, ..Claims::default() }.fresh(at(0), Duration::from_hours(1));
        claims.the_most(None).unwrap_or(claims)
    }

    #[test]
    fn what_an_outsider_can_cause_pushes_out_nothing_authenticated() {
        let outsiders = |n| outsiders(asked(&format!("o{n}"), None, &format!("r{n}")));
        let mut flood: Vec<Asked> = (0..MOST).map(outsiders).collect();
        flood.iter_mut().for_each(|asked| asked.incident.severity = Some(Severity::Critical));
        // The second asks nothing that the first does not, and each of the flood does.
        let real = ["real", "too"].map(|id| asked(id, None, "r"));
        let claims = believed(flood.into_iter().chain(real).collect());
        assert_eq!((&ids(&claims)[..2], claims.left_out), (&["real", "too"][..], 2));
    }

    #[test]
    fn what_is_too_old_pushes_out_nothing_that_is_fresh() {
        let old = (0..MOST).map(|n| naming(asked(&format!("o{n}"), Some(at(-86_400)), "r"), "scimcred-aaaaaaaaaaaa"));
        let claims = believed(old.chain([asked("fresh", Some(at(0)), "r")]).collect());
        assert_eq!((ids(&claims), claims.left_out, claims.stale.len()), (vec!["fresh"], 0, MOST));
        // Nor does it lend its age to a later record of the same incident.
        let claims = believed(vec![asked("i", Some(at(-86_400)), "r"), asked("i", Some(at(0)), "r")]);
        assert_eq!((ids(&claims), claims.stale.len()), (vec!["i"], 1));
    }

    #[test]
    fn many_records_of_one_key_or_for_one_rule_push_out_none_of_another() {
        let flood = || (0..MOST + 5).map(|n| naming(asked(&format!("f{n}"), None, "r"), "scimcred-aaaaaaaaaaaa"));
        for other in [naming(asked("other", None, "r"), "scimcred-bbbbbbbbbbbb"), asked("other", None, "another")] {
            let claims = believed(flood().chain([other]).collect());
            assert!(ids(&claims).contains(&"other"));
            assert_eq!((claims.incidents.len(), claims.left_out), (MOST, 6));
        }
    }

    #[test]
    fn of_two_records_of_one_incident_neither_borrows_the_evidence_of_the_other() {
        let told = |claims: &Claims| {
            let told = |asked: &Asked| {
                let rules: Vec<&str> = asked.rules.iter().map(RuleId::as_str).collect();
                let keys: Vec<&str> = asked.incident.implicated.iter().map(CredentialId::as_str).collect();
                format!("{} {} by {}", rules.join(" "), keys.join(" "), asked.incident.evidence.as_str())
            };
            claims.incidents.iter().map(told).collect::<Vec<_>>()
        };
        let (a, b) = ("scimcred-aaaaaaaaaaaa", "scimcred-bbbbbbbbbbbb");
        let strong = |rule| naming(asked("i", None, rule), a);
        let weak = |rule| outsiders(asked("i", None, rule));
        for both in [[weak("w"), strong("s")], [strong("s"), weak("w")]] {
            let apart = ["s scimcred-aaaaaaaaaaaa by authenticated", "w  by outsider"];
            assert_eq!(told(&believed(both.to_vec())), apart);
        }
        for both in [[weak("s"), strong("s")], [strong("s"), weak("s")]] {
            let one = ["s scimcred-aaaaaaaaaaaa by authenticated"];
            assert_eq!(told(&believed(both.to_vec())), one, "the weaker asks nothing of its own");
        }
        let both = vec![strong("s"), naming(asked("i", None, "t"), b)];
        let one = ["s t scimcred-aaaaaaaaaaaa scimcred-bbbbbbbbbbbb by authenticated"];
        assert_eq!(told(&believed(both)), one, "one incident has the keys of all its records");
        let [worst, mild] = [Severity::High, Severity::Low].map(|severity| {
            let mut asked = strong("s");
            asked.incident.severity = Some(severity);
            asked
        });
        for both in [[worst.clone(), mild.clone()], [mild, worst]] {
            let claims = believed(both.to_vec());
            assert_eq!(claims.incidents[0].incident.severity, Some(Severity::High), "it is as bad as its worst record");
        }
        let called = |key, secret| {
            let call = Call { request: None, secret: Text::of(secret) };
            Asked { call: Some(call), ..naming(asked("i", None, "s"), key) }
        };
        assert_eq!(
            believed(vec![called(a, "ours"), called(b, "theirs")]).incidents.len(),
            2,
            "each has its own caller"
        );
    }

    #[test]
    fn what_one_run_cannot_deal_with_is_counted() {
        let claims = believed((0..25).map(|number| asked(&format!("i{number}"), None, "r")).collect());
        assert_eq!((claims.incidents.len(), claims.left_out), (20, 5));
        assert_eq!(claims.the_most(None), None, "it is no more than that");
    }

    #[test]
    fn who_vouches_and_what_is_called_off_is_told_once_and_never_left_out() {
        let key = |n: usize| CredentialId::parse(&format!("scimcred-aaaaaaaaaa{n:02}")).unwrap();
        let vouched = |n, at| Vouched { credential: key(n), by: Text::of("1").unwrap(), at };
        let clear = |n: usize, at| AllClear { incident: IncidentId::parse(&format!("i{n}")).unwrap(), at };
        let times = [None, Some(at(-5)), Some(at(-9)), Some(at(-9))];
        let all = |n| times.map(|at| (vouched(n, at), clear(n, at)));
        let (vouched, called_off) = (0..MOST + 5).flat_map(all).unzip();
        let claims = Claims { vouched, called_off, ..Claims::default() }.fresh(at(0), Duration::from_hours(1));
        assert_eq!((claims.vouched.len(), claims.left_out), (MOST + 5, 0));
        assert!(claims.vouched.iter().all(|vouched| vouched.at == Some(at(-9))), "since when it counts");
        // One without a time ends what another, which has one, may not.
        assert_eq!(claims.called_off.len(), 2 * (MOST + 5));
        assert!(claims.called_off.iter().all(|clear| clear.at.is_none_or(|of| of == at(-5))), "what it ends at most");
    }

    #[test]
    fn what_is_too_old_or_of_the_future_is_not_believed_and_says_why() {
        let hour = Duration::from_hours(1);
        for (when, fresh) in [
            (Some(at(0)), true),
            (None, true),
            (Some(at(-3_600)), true),
            (Some(at(-3_601)), false),
            (Some(at(300)), true),
            (Some(at(301)), false),
        ] {
            let clear = AllClear { incident: IncidentId::parse("c").unwrap(), at: when };
            let vouched = Vouched {
                credential: CredentialId::parse("scimcred-aaaaaaaaaaaa").unwrap(),
                by: Text::of("1").unwrap(),
                at: when,
            };
            let said = Claims {
                incidents: vec![asked("i", when, "r")],
                vouched: vec![vouched],
                called_off: vec![clear],
                ..Claims::default()
            };
            let claims = said.fresh(at(0), hour);
            assert_eq!((claims.is_empty(), claims.stale.len()), (!fresh, if fresh { 0 } else { 3 }), "{when:?}");
        }
        let old = Claims { incidents: vec![asked("i", Some(at(-7_200)), "r")], ..Claims::default() }.fresh(at(0), hour);
        assert_eq!(old.stale[0].what, "i");
        let why =
            format!("it is of {}, and when it came in that was more than guards.max_event_age (1h) ago: ", at(-7_200));
        assert!(old.stale[0].why.starts_with(&why), "{old:?}");
    }

    #[test]
    fn a_persons_own_event_has_no_greatest_age() {
        let mut own = asked("i", Some(at(-9_999_999)), "r");
        own.incident.source = Source::Own;
        let claims = Claims { incidents: vec![own], ..Claims::default() }.fresh(at(0), Duration::from_hours(1));
        assert_eq!((claims.incidents.len(), claims.stale.len()), (1, 0));
    }
}
