//! One account, one invocation: what is believed of the past, the run, and what is sealed for the next hop.

use std::collections::BTreeSet;

use super::{Cloud, Function};
use crate::act::{Deed, Outcome};
use crate::clock::{Clock, Deadline};
use crate::cursor::{Cursor, Disbelieved, Keys, MAX_CURSOR, Record, Type, Unusable, jws};
use crate::decide::{Because, Occasion};
use crate::ending::Ending;
use crate::memory::Memory;
use crate::report::{self, About, Answer, Believed, MemoryReport, Report, SealedReceipt, Seen, Settle};
use crate::run::{Standing, Work, before_looking, run};
use crate::tencent::Client;
use crate::tencent::transport::Transport;
use crate::time::Timestamp;
use crate::trigger::{Call, Hop, Receipt, Register, Text, Trigger};

/// What is kept of the cursor's length for what a hop may add.
const ROOM: usize = 4 * 1024;

/// Why nothing can be remembered in a loop.
const NO_KEY: &str = "no key for cursors is configured (SCIM_KEYS_CURSOR_KEY, or SCIM_KEYS_CURSOR_KEY_SECRET)";

/// What it means to remember nothing.
const NOTHING_REMEMBERED: &str = "no earlier run is remembered, so rules that warn first only warn, and a key that a \
                                  person enabled again may be disabled again";

/// What is believed of the past, and what that means.
pub(super) struct Past {
    work: Work,
    /// The generation in which the next cursor would be settled; `None` if the first has yet to be named.
    next: Option<u64>,
    report: MemoryReport,
}

impl Past {
    /// Outside of a loop: what the event's own cursor says, if it brings one that is believed.
    pub(super) fn of_event(cursor: Option<&str>, trigger: &Trigger, keys: Option<&Keys>) -> Self {
        let opened = cursor.map(|sealed| Cursor::open(sealed, &trigger.account.name, keys));
        let report = event_report(opened.as_ref());
        let past = opened.and_then(Result::ok);
        let next = past.as_ref().map(|cursor| cursor.generation.saturating_add(1));
        let register = past.map(|cursor| (cursor.facts, cursor.as_of));
        let work = Work::new(Standing::Bare, register, None, Record::begun(trigger), trigger.accepted);
        Self { work, next, report }
    }

    /// In a loop: what the register says, and this execution's own last answer.
    pub(super) fn of_hop(hop: &Hop, keys: Option<&Keys>) -> Self {
        let account = &hop.trigger.account.name;
        let ours = hop.ours.as_deref().and_then(|sealed| Cursor::open(sealed, account, keys).ok());
        let (mut record, ours) = own(ours, &hop.trigger);
        record.hops = record.hops.saturating_add(1);
        let opened = Cursor::of_register(&hop.register, account, keys);
        let report = register_report(&opened, keys);
        let standing = match (&opened, keys) {
            (_, None) => Standing::Blind { why: NO_KEY.to_owned() },
            (Ok(_), Some(_)) => Standing::Loop { execution: hop.execution.clone() },
            (Err(unusable), Some(_)) => Standing::Blind { why: unusable.to_string() },
        };
        let next = match &hop.register {
            Register::Newest { generation, .. } => Some(generation.saturating_add(1)),
            Register::Absent | Register::Unreadable(_) => None,
        };
        let (earlier, register) = match opened.ok().flatten() {
            Some(cursor) => (cursor.run, Some((cursor.facts, cursor.as_of))),
            None => (None, None),
        };
        let mut work = Work::new(standing, register, ours, record, hop.trigger.accepted);
        earlier.iter().for_each(|earlier| work.knows_of(earlier));
        work.accepted(&hop.accepted, hop.trigger.accepted);
        Self { work, next, report }
    }

    /// When the run's event came in: its first hop's time.
    pub(super) fn accepted(&self) -> Timestamp {
        self.work.record().accepted
    }
}

/// This execution's own record, and what it learnt; a record that begins, if its last answer was for another run.
fn own(ours: Option<Cursor>, trigger: &Trigger) -> (Record, Option<(Memory, Option<Timestamp>)>) {
    match ours {
        Some(Cursor { run: Some(record), facts, as_of, .. }) if record.run == trigger.run => {
            (record, Some((facts, as_of)))
        }
        _ => (Record::begun(trigger), None),
    }
}

fn event_report(opened: Option<&Result<Cursor, Disbelieved>>) -> MemoryReport {
    let none = |means: String| MemoryReport { state: Believed::None, means, as_of: None };
    match opened {
        None => none(NOTHING_REMEMBERED.to_owned()),
        Some(Err(why)) => none(format!("the event's cursor is not believed: {why}; {NOTHING_REMEMBERED}")),
        Some(Ok(cursor)) => MemoryReport {
            state: Believed::Event,
            means: "the event's cursor is believed; what this run learns travels on only if its cursor does".to_owned(),
            as_of: cursor.as_of,
        },
    }
}

fn register_report(opened: &Result<Option<Cursor>, Unusable>, keys: Option<&Keys>) -> MemoryReport {
    let none = |means: String| MemoryReport { state: Believed::None, means, as_of: None };
    match opened {
        _ if keys.is_none() => none(format!("{NO_KEY}; nothing is written but the first containment of an incident")),
        Err(why) => none(format!("{why}; nothing is written but the first containment of an incident")),
        Ok(None) => none("the account has no register yet: its ladders start now".to_owned()),
        Ok(Some(cursor)) => MemoryReport {
            state: Believed::Register,
            means: format!("generation {} of the register is believed", cursor.generation),
            as_of: cursor.as_of,
        },
    }
}

/// One hop of the one account that `about` names.
pub(super) async fn serve<C: Cloud>(about: About<'_>, past: Past, function: &Function<'_, C>, by: Deadline) -> Answer {
    let Past { mut work, next, report } = past;
    let clock = function.cloud.clock();
    // The first is always the same: of two runs that find no register, one must lose.
    let generation = next.unwrap_or(1);
    if let Some(keys) = function.keys {
        let length = work.cursor(about, generation, None, clock.now()).sealed_length(keys);
        if length.saturating_add(ROOM) > MAX_CURSOR {
            work.is_full(length);
        }
    }
    let (ending, seen) = match work.idle(about, clock.now()).or_else(|| before_looking(about, &mut work)) {
        Some(ending) => (ending, None),
        None => look(about, &mut work, function, by).await,
    };
    let report = match &seen {
        Some(seen) => Report::of(about, report, seen),
        None => Report::without_look(about, report, ending.why().unwrap_or_else(|| "the run is over".to_owned())),
    };
    let report = Report { earlier: work.earlier_outcomes(seen.as_ref()), ..report };
    let mut answer = Answer { report: Some(report), ..Answer::without_run(ending) };
    answer.notices = work.record().notices.iter().map(|outstanding| outstanding.notice.clone()).collect();
    if let Some(keys) = function.keys {
        seal(&mut answer, about, &work, generation, seen.as_ref(), keys, clock.now());
    }
    answer
}

async fn look<C: Cloud>(
    about: About<'_>,
    work: &mut Work,
    function: &Function<'_, C>,
    by: Deadline,
) -> (Ending, Option<Seen>) {
    let client = match function.cloud.client(about.account(), &about.trigger.run).await {
        Ok(client) => client,
        Err(error) => return (work.unreachable(report::blind(about, &error.to_string()), error.to_string()), None),
    };
    let others = match about.occasion {
        Occasion::Incident(heard) => Some(heard.without_calls(|call| is_ours(call, &client, work))),
        Occasion::Schedule | Occasion::Restore(_) => None,
    };
    let about = match &others {
        Some(heard) if heard.is_empty() => {
            let why = "it is a call of this program's own".to_owned();
            return (work.end(Ending::Ignored { why }), None);
        }
        Some(heard) => About { occasion: Occasion::Incident(heard), ..about },
        None => about,
    };
    match run(&client, about, work, by).await {
        Ok((ending, seen)) => (ending, Some(seen)),
        Err(ending) => (ending, None),
    }
}

/// Did this program make the call, by its request or by the API secret that signed it?
fn is_ours<T: Transport, C: Clock>(call: &Call, client: &Client<'_, T, C>, work: &Work) -> bool {
    let is = |text: &Option<Text>, own: &dyn Fn(&str) -> bool| text.as_ref().is_some_and(|text| own(text.as_str()));
    is(&call.secret, &|id| client.signs_as(id)) || is(&call.request, &|request| work.sent(request))
}

/// Puts into the answer what travels: the cursor, where it is to be settled, and the ways back.
fn seal(
    answer: &mut Answer,
    about: About<'_>,
    work: &Work,
    generation: u64,
    seen: Option<&Seen>,
    keys: &Keys,
    now: Timestamp,
) {
    match work.cursor(about, generation, seen.map(|seen| &seen.zone), now).seal(keys) {
        Ok(sealed) => {
            answer.cursor = Some(sealed);
            answer.settle = work.is_to_be_settled().then_some(Settle { generation });
        }
        Err(too_large) => answer.ending = Ending::Failed { why: too_large.to_string() },
    }
    let deeds = seen.map(|seen| seen.deeds.as_slice()).unwrap_or_default();
    answer.receipts = deeds.iter().filter_map(|deed| receipt(deed, about, work, keys)).collect();
}

/// The way back from one disable that the cloud acknowledged, as far as is known still stands, and may be unwanted.
fn receipt(deed: &Deed, about: About<'_>, work: &Work, keys: &Keys) -> Option<SealedReceipt> {
    if !deed.acknowledged() || !deed.switched_off() || matches!(deed.outcome, Outcome::Undone | Outcome::Gone) {
        return None;
    }
    let (disabled, run) = work.memory().last_disable(&deed.credential)?;
    let incidents = match (&deed.because, about.occasion) {
        (Because::Contested(incident), _) => [incident.clone()].into(),
        (_, Occasion::Incident(heard)) => {
            let ids = heard.incidents.iter().map(|asked| &asked.incident.id);
            ids.filter(|incident| work.memory().was_implicated(&deed.credential, incident)).cloned().collect()
        }
        _ => BTreeSet::new(),
    };
    let receipt = Receipt {
        account: about.account().name.clone(),
        credential: deed.credential.clone(),
        run: run.clone(),
        disabled,
        incidents,
        expires: disabled.plus(Receipt::LASTS),
    };
    let payload = serde_json::to_vec(&receipt).ok()?;
    let token = jws::seal(Type::Receipt, &payload, keys);
    Some(SealedReceipt { credential: receipt.credential, token })
}
