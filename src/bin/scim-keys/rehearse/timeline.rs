//! What a rehearsal shows: a line for each thing that happens, and none for what has been said and has not changed.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use scim_key_lifecycle::cursor::OutcomeState;
use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::notice::{Notice, Topic};
use scim_key_lifecycle::policy::Guard;
use scim_key_lifecycle::report::{Answer, Report, ReportedState};
use scim_key_lifecycle::simulator::SimKey;
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::zone::{AccountName, Subject};
use serde::Serialize;

/// One thing that happens.
#[derive(Clone, PartialEq, Eq, Serialize)]
struct Entry {
    /// Counted from 1.
    day: u16,
    date: String,
    account: AccountName,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
    what: &'static str,
    /// What holds it, if something does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guards: Vec<Guard>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    why: String,
}

/// A guard as policies write it.
struct Word(Guard);

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

/// A key as it is at the end.
#[derive(Serialize)]
struct AtTheEnd {
    account: AccountName,
    credential: String,
    status: &'static str,
}

/// What an entry is about: the account, the key, the rule.
type About = (AccountName, Option<String>, Option<String>);

/// A whole rehearsal.
#[derive(Serialize)]
pub(super) struct Timeline {
    policy: String,
    from: String,
    days: u16,
    /// What this rehearsal cannot show.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<String>,
    /// How many of its runs failed.
    pub(super) failed: u32,
    timeline: Vec<Entry>,
    at_the_end: Vec<AtTheEnd>,
    #[serde(skip)]
    first: Timestamp,
    /// What was last said of each key and rule.
    #[serde(skip)]
    said: BTreeMap<About, (&'static str, String)>,
}

impl Timeline {
    pub(super) fn new(policy: &str, first: Timestamp, days: u16) -> Self {
        let (notes, timeline, at_the_end, said) = (Vec::new(), Vec::new(), Vec::new(), BTreeMap::new());
        Self { policy: policy.to_owned(), from: date(first), days, notes, failed: 0, timeline, at_the_end, first, said }
    }

    /// Takes in what one day's execution told people, and how it ended.
    pub(super) fn add(
        &mut self,
        day: u16,
        account: &AccountName,
        notices: &[Notice],
        answers: &[Answer],
        ending: &Ending,
    ) {
        let reports: Vec<&Report> = answers.iter().filter_map(|answer| answer.report.as_ref()).collect();
        let date = date(self.first.plus(Duration::from_hours(24) * (u32::from(day) - 1)));
        for notice in notices {
            let credential = notice.credentials.first().map(ToString::to_string);
            let bare = credential.as_deref().and_then(|key| notice.text.strip_prefix(key)).unwrap_or(&notice.text);
            let entry = Entry {
                what: what(notice, &reports),
                guards: guards(notice, &reports),
                rule: notice.rule.as_ref().map(ToString::to_string),
                why: bare.trim_start_matches([':', ' ']).to_owned(),
                account: account.clone(),
                date: date.clone(),
                day,
                credential,
            };
            self.say(entry);
        }
        if let Ending::Failed { why } = ending {
            let (account, guards, why) = (account.clone(), Vec::new(), why.clone());
            // Each of them, also if it is for the same reason as the day before.
            self.timeline.push(Entry { day, date, account, credential: None, what: "FAILED", guards, rule: None, why });
            self.failed += 1;
        }
    }

    fn say(&mut self, entry: Entry) {
        let about = (entry.account.clone(), entry.credential.clone(), entry.rule.clone());
        let said = self.said.insert(about, (entry.what, entry.why.clone()));
        if said != Some((entry.what, entry.why.clone())) {
            self.timeline.push(entry);
        }
    }

    /// Takes in the keys as they are at the end.
    pub(super) fn ends_with(&mut self, accounts: Vec<(&AccountName, Vec<SimKey>)>) {
        let of = |(account, keys): (&AccountName, Vec<SimKey>)| {
            let account = account.clone();
            keys.into_iter().map(move |key| AtTheEnd {
                account: account.clone(),
                credential: key.id,
                status: key.status.word(),
            })
        };
        self.at_the_end = accounts.into_iter().flat_map(of).collect();
    }
}

/// The one word for it: what people were told, or what came of it.
fn what(notice: &Notice, reports: &[&Report]) -> &'static str {
    let credentials = reports.iter().flat_map(|report| &report.credentials);
    let mut its = credentials.filter(|key| notice.credentials.first() == Some(&key.credential));
    match notice.topic {
        Topic::Warning => "WARNED",
        Topic::Found => "FOUND",
        Topic::Held | Topic::NoSubject => "HELD",
        Topic::Unsure => "UNSURE",
        Topic::UnvouchedKey | Topic::NotBelieved | Topic::AllClear => "NOTE",
        Topic::NoGoodKey => "NO KEY",
        Topic::Blind => "BLIND",
        Topic::NotThrough => "GAVE UP",
        Topic::Disable | Topic::Restore | Topic::Contested | Topic::WouldDisable | Topic::WouldRestore => {
            match its.find_map(|key| key.decision.outcome.as_ref()).map(|outcome| outcome.state) {
                Some(ReportedState::Tried(OutcomeState::Disabled)) => "DISABLED",
                Some(ReportedState::Tried(OutcomeState::Undone)) => "UNDONE",
                _ => "NOT DONE",
            }
        }
    }
}

/// The guards that hold what the notice says is held.
fn guards(notice: &Notice, reports: &[&Report]) -> Vec<Guard> {
    if notice.topic != Topic::Held {
        return Vec::new();
    }
    let rule = notice.rule.as_ref().map(ToString::to_string);
    let trips = reports.iter().flat_map(|report| &report.guards);
    let its = trips.filter(|trip| {
        let key = trip.subject.as_ref().and_then(Subject::key);
        key == notice.credentials.first() && Some(&trip.rule) == rule.as_ref()
    });
    let mut guards: Vec<Guard> = Vec::new();
    for trip in its {
        if !guards.contains(&trip.guard) {
            guards.push(trip.guard);
        }
    }
    guards
}

fn date(at: Timestamp) -> String {
    at.to_utc().format("%Y-%m-%d").to_string()
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, from, days, .. } = self;
        writeln!(f, "Rehearsal of {policy} in mode enforce, from {from}: {days} days, a run each day at 06:00 UTC.")?;
        writeln!(f, "Nothing real is touched. Every notice is accepted at once, and nobody but the policy acts.\n")?;
        self.notes.iter().try_for_each(|note| writeln!(f, "Note: {note}.\n"))?;
        let mut shown = 0;
        for entry in &self.timeline {
            quiet(f, shown + 1, entry.day)?;
            shown = entry.day;
            self.line(f, entry)?;
        }
        quiet(f, shown + 1, days + 1)?;
        writeln!(f, "\nat the end")?;
        for AtTheEnd { account, credential, status } in &self.at_the_end {
            writeln!(f, "  {credential}  {status}{}", self.of(account))?;
        }
        match self.failed {
            0 => Ok(()),
            1 => writeln!(f, "\n1 run failed"),
            failed => writeln!(f, "\n{failed} runs failed"),
        }
    }
}

impl Timeline {
    fn line(&self, f: &mut fmt::Formatter<'_>, entry: &Entry) -> fmt::Result {
        let key = entry.credential.as_deref().unwrap_or("the run");
        let date = &entry.date;
        let rule = entry.rule.iter().map(|rule| format!("rule {rule}, "));
        let by = entry.guards.iter().map(|guard| format!("by {}, ", Word(*guard)));
        let details: String = rule.chain(by).collect();
        let of = self.of(&entry.account);
        writeln!(f, "day {:>4}  {date}  {:<8}  {key}{of}  {details}{}", entry.day, entry.what, entry.why)
    }

    /// Whose key it is, where there are several accounts.
    fn of(&self, account: &AccountName) -> String {
        let several = self.at_the_end.iter().any(|key| key.account != *account);
        if several { format!(" of {account}") } else { String::new() }
    }
}

/// The days from `first` up to but without `next`, on which nothing new happened.
fn quiet(f: &mut fmt::Formatter<'_>, first: u16, next: u16) -> fmt::Result {
    match next.saturating_sub(first) {
        0 => Ok(()),
        1 => writeln!(f, "day {first:>4}  nothing new"),
        _ => writeln!(f, "day {first:>4} to {}: nothing new", next - 1),
    }
}
