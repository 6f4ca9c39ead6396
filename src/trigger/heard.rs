//! What one event says to one account: incidents that rules are asked about, keys that somebody vouches for, all-clears.
//! Pure.
//!
//! One body may say several things: Security Hub sends two findings, a log file a hundred sign-ins, a batch of CloudAudit
//! that a key was created and another switched on. All that one account has to answer is one run: one list and one write
//! serve it, and what rules want of a key is decided once, from all of it. Each incident is still answered for itself, and
//! once.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use super::cause::{Evidence, Incident, IncidentId, Text};
use super::hearing::reasons::listed;
use crate::policy::RuleId;
use crate::time::{CLOCKS_APART, Timestamp, spoken};
use crate::zone::CredentialId;

/// The most of each kind that one run deals with: each must be remembered, and a cursor has its bounds.
const MOST: usize = 20;

/// What one event says to one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The incidents that a rule is asked about, the worst first.
    pub incidents: Vec<Asked>,
    /// The keys that somebody vouches for.
    pub vouched: Vec<Vouched>,
    /// The incidents that their source calls over.
    pub called_off: Vec<AllClear>,
    /// What is not believed, because of its age.
    pub stale: Vec<Stale>,
    /// How many more things it says than one run deals with.
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

impl Heard {
    /// Is there nothing to do about it?
    pub fn is_empty(&self) -> bool {
        self.incidents.is_empty() && self.vouched.is_empty() && self.called_off.is_empty()
    }

    /// The same, the worst first, each incident once, and no more than one run deals with.
    pub(super) fn in_order(mut self) -> Self {
        let mut once: Vec<Asked> = Vec::new();
        for asked in self.incidents {
            match once.iter_mut().find(|other| other.incident.id == asked.incident.id) {
                Some(other) => other.rules.extend(asked.rules),
                None => once.push(asked),
            }
        }
        once.sort_by_key(|asked| std::cmp::Reverse(asked.badness()));
        let lengths = [once.len(), self.vouched.len(), self.called_off.len()];
        self.left_out = lengths.into_iter().map(|length| length.saturating_sub(MOST)).sum();
        once.truncate(MOST);
        self.vouched.truncate(MOST);
        self.called_off.truncate(MOST);
        Self { incidents: once, ..self }
    }

    /// What of it may be believed, if it came in at `accepted` and may be at most so old. A person's own event has no
    /// greatest age.
    #[must_use]
    pub fn fresh(self, accepted: Timestamp, max_age: Duration) -> Self {
        let Self { incidents, vouched, called_off, mut stale, left_out, not_answered } = self;
        let mut is_fresh = |what: String, calls_off: Option<&IncidentId>, at: Option<Timestamp>| match age_is_wrong(
            at, accepted, max_age,
        ) {
            None => true,
            Some(why) => {
                stale.push(Stale { what, calls_off: calls_off.cloned(), why });
                false
            }
        };
        let believed = |asked: &Asked| asked.incident.source == super::Source::Own;
        Self {
            incidents: incidents
                .into_iter()
                .filter(|asked| believed(asked) || is_fresh(asked.incident.id.to_string(), None, asked.incident.at))
                .collect(),
            vouched: vouched
                .into_iter()
                .filter(|vouched| is_fresh(vouched.credential.to_string(), None, vouched.at))
                .collect(),
            called_off: called_off
                .into_iter()
                .filter(|clear| {
                    is_fresh(format!("that {} was called off", clear.incident), Some(&clear.incident), clear.at)
                })
                .collect(),
            stale,
            left_out,
            not_answered,
        }
    }

    /// The same, once somebody has told whose the calls in it are; `None` if there are none. Our own are no incidents, and are
    /// told beside what else is not answered.
    pub fn judged(&self, whose: impl Fn(&IncidentId, &Call) -> Whose) -> Option<Self> {
        self.incidents.iter().any(|asked| asked.call.is_some()).then_some(())?;
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
        Some(Self { incidents, not_answered, ..self.clone() })
    }
}

impl Heard {
    /// The same, in which an incident that its source has called off and that has come again since is the next one of its
    /// name; `None` if none has. `called_off` tells when that was last; by the source's own times, on both sides.
    pub fn come_again(&self, called_off: impl Fn(&IncidentId) -> Option<Timestamp>) -> Option<Self> {
        let here = |id: &IncidentId| {
            let clears = self.called_off.iter().filter(|clear| clear.incident == *id);
            clears.filter_map(|clear| clear.at).max()
        };
        let again = |incident: &Incident| {
            let ended = called_off(&incident.id).max(here(&incident.id))?;
            incident.at.filter(|at| *at > ended).map(|at| incident.id.again(at))
        };
        let again: Vec<Option<IncidentId>> = self.incidents.iter().map(|asked| again(&asked.incident)).collect();
        if again.iter().all(Option::is_none) {
            return None;
        }
        let mut heard = self.clone();
        for (asked, again) in heard.incidents.iter_mut().zip(again) {
            asked.incident.id = again.unwrap_or(asked.incident.id.clone());
        }
        Some(heard)
    }
}

impl Heard {
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
    /// The incidents that name a key first, then by severity, and of equals those that took a credential.
    fn badness(&self) -> (bool, Option<super::Severity>, bool) {
        let Incident { implicated, severity, evidence, .. } = &self.incident;
        (!implicated.is_empty(), *severity, *evidence == Evidence::Authenticated)
    }
}

/// Why something of this time is not believed, if it is not. What has no time that can be read is as old as its arrival.
fn age_is_wrong(at: Option<Timestamp>, accepted: Timestamp, max_age: Duration) -> Option<String> {
    let at = at?;
    if at > accepted.plus(CLOCKS_APART) {
        let ahead = spoken(at.since(accepted));
        Some(format!("its time, {at}, is {ahead} ahead of this clock: set the clock of whoever sent it right"))
    } else if accepted.since(at) > max_age {
        let (age, most) = (spoken(accepted.since(at)), spoken(max_age));
        Some(format!(
            "it is {age} old, and guards.max_event_age is {most}: if it still has to be answered, send this tool's own \
             incident event"
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

    fn ids(heard: &Heard) -> Vec<&str> {
        heard.incidents.iter().map(|asked| asked.incident.id.as_str()).collect()
    }

    #[test]
    fn the_worst_comes_first_and_none_twice() {
        let key = CredentialId::parse("scimcred-aaaaaaaaaaaa").unwrap();
        let mut all = ["low", "outsider", "named", "critical", "low"].map(|id| asked(id, None, id));
        all[1].incident.evidence = Evidence::Outsider;
        all[2].incident.implicated.insert(key);
        all[3].incident.severity = Some(Severity::Critical);
        all[4].rules = [RuleId::parse("another").unwrap()].into();
        let heard = Heard { incidents: all.to_vec(), ..Heard::default() }.in_order();
        assert_eq!((ids(&heard), heard.left_out), (vec!["named", "critical", "low", "outsider"], 0));
        assert_eq!(heard.incidents[2].rules.len(), 2, "both rules are asked about it");
    }

    #[test]
    fn what_one_run_cannot_deal_with_is_counted() {
        let incidents: Vec<Asked> = (0..25).map(|number| asked(&format!("i{number}"), None, "r")).collect();
        let heard = Heard { incidents, ..Heard::default() }.in_order();
        assert_eq!((heard.incidents.len(), heard.left_out), (20, 5));
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
            let said = Heard {
                incidents: vec![asked("i", when, "r")],
                vouched: vec![vouched],
                called_off: vec![clear],
                ..Heard::default()
            };
            let heard = said.fresh(at(0), hour);
            assert_eq!((heard.is_empty(), heard.stale.len()), (!fresh, if fresh { 0 } else { 3 }), "{when:?}");
        }
        let old = Heard { incidents: vec![asked("i", Some(at(-7_200)), "r")], ..Heard::default() }.fresh(at(0), hour);
        assert_eq!(old.stale[0].what, "i");
        assert!(old.stale[0].why.starts_with("it is 2h old, and guards.max_event_age is 1h: "), "{old:?}");
    }

    #[test]
    fn a_persons_own_event_has_no_greatest_age() {
        let mut own = asked("i", Some(at(-9_999_999)), "r");
        own.incident.source = Source::Own;
        let heard = Heard { incidents: vec![own], ..Heard::default() }.fresh(at(0), Duration::from_hours(1));
        assert_eq!((heard.incidents.len(), heard.stale.len()), (1, 0));
    }
}
