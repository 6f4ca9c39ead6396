//! One account, one invocation: what is believed of the past, the run, and what is sealed for the next hop.

use std::time::Duration;

use super::seal::Seal;
use super::{Cloud, Function};
use crate::clock::{Clock, Deadline};
use crate::cursor::{Cursor, Disbelieved, Keys, Record, Unusable};
use crate::ending::Ending;
use crate::memory::{Fact, Memory};
use crate::report::{About, Answer, Believed, MemoryReport, Report, Seen, Settle, delivered_before};
use crate::run::{NoMemory, Remembered, Standing, Work, nothing_to_look_for, owe_what_is_not_dealt_with, run};
use crate::tencent::Client;
use crate::tencent::transport::Transport;
use crate::time::Timestamp;
use crate::trigger::{Call, Claims, Hop, IncidentId, Receipt, Register, Text, Trigger, Whose};
use crate::zone::Snapshot;

/// A register's first generation. It is always the same: of two runs that find no register, one must lose.
const FIRST: u64 = 1;

/// Why nothing can be remembered in a loop.
pub(super) const NO_KEY: &str =
    "no key for cursors is configured (SCIM_KEYS_CURSOR_KEY, or SCIM_KEYS_CURSOR_KEY_SECRET)";

/// What it means to remember nothing.
const NOTHING_REMEMBERED: &str = "no earlier run is remembered, so rules that warn first only warn, and a key that a \
                                  person enabled again may be disabled again";

/// What it means that an event's cursor is old.
const PERMITS_NOTHING: &str = "; no scheduled run has looked for longer than guards.max_gap, so the warnings and the \
                               vouching that it remembers count no more";

/// What follows where an execution's own last cursor is not believed.
const BEGINS_ANEW: &str = "so the run begins anew from the register alone, and what it did before is told as what was \
                           found: the loop must send each answer's cursor back as it was";

/// What is believed of the past, and what that means.
pub(super) struct Past {
    work: Work,
    /// The generation in which the next cursor would be settled.
    next: u64,
    report: MemoryReport,
    /// Why this execution's own last cursor is not believed, if it is not.
    forgotten: Option<String>,
}

impl Past {
    /// Outside of a loop: what the event's own cursor says, if it brings one that is believed. One that no scheduled run
    /// has renewed for longer than `max_gap` permits nothing: whoever kept it may bring it at any time.
    pub(super) fn of_event(cursor: Option<&str>, trigger: &Trigger, keys: Option<&Keys>, max_gap: Duration) -> Self {
        let opened = cursor.map(|sealed| Cursor::open(sealed, &trigger.account.name, keys));
        let as_of = opened.as_ref().and_then(|opened| opened.as_ref().ok()?.as_of);
        let is_old = as_of.is_none_or(|as_of| trigger.accepted.since(as_of) > max_gap);
        let report = event_report(opened.as_ref(), keys.is_some(), is_old);
        let mut past = opened.and_then(Result::ok);
        if is_old && let Some(old) = &mut past {
            old.facts = std::mem::take(&mut old.facts)
                .only(|dated| !matches!(dated.fact, Fact::Warned { .. } | Fact::Vouched { .. }));
        }
        let next = past.as_ref().map_or(FIRST, |cursor| cursor.generation.saturating_add(1));
        let register = past.map(remembered).unwrap_or_default();
        let work = Work::new(Standing::Bare, None, register, Record::begun(trigger), trigger.accepted);
        Self { work, next, report, forgotten: None }
    }

    /// In a loop: what the register says, and this execution's own last answer. Where that is not believed, the register
    /// says all: the run is one that begins.
    pub(super) fn of_hop(hop: &Hop, keys: Option<&Keys>) -> Self {
        let account = &hop.trigger.account.name;
        let ours = hop.ours.as_deref().map(|sealed| own(sealed, &hop.trigger, keys)).transpose();
        // Without a key nothing is believed, and the report says so.
        let forgotten = ours.as_ref().err().filter(|_| keys.is_some()).cloned();
        let begun = || (Record::begun(&hop.trigger), Remembered::default());
        let (mut record, ours) = ours.ok().flatten().unwrap_or_else(begun);
        record.hops = record.hops.saturating_add(1);
        record.until = hop.until.map_or(record.until, |until| until.min(record.until));
        let opened = Cursor::of_register(&hop.register, account, keys);
        let report = register_report(&opened, keys);
        let no_memory = match &opened {
            _ if keys.is_none() => Some(NoMemory::NoKey { why: NO_KEY.to_owned() }),
            Err(unusable) => Some(NoMemory::Unusable { why: unusable.to_string() }),
            Ok(_) => None,
        };
        let next = match &hop.register {
            Register::Newest { generation, .. } => generation.saturating_add(1),
            Register::Absent | Register::Unreadable(_) => FIRST,
        };
        let mut register = opened.ok().flatten();
        let earlier = register.as_mut().and_then(|cursor| cursor.run.take());
        let register = register.map(remembered).unwrap_or_default();
        let standing = Standing::Loop { execution: hop.execution.clone() };
        let work = Work::new(standing, no_memory, register, record, hop.trigger.accepted);
        let mut work = work.recalling(ours);
        earlier.iter().for_each(|earlier| work.knows_of(earlier));
        work.notices_accepted(&hop.accepted, hop.trigger.accepted);
        Self { work, next, report, forgotten }
    }

    /// When the run's event came in: its first hop's time.
    pub(super) fn accepted(&self) -> Timestamp {
        self.work.record().accepted
    }
}

/// This execution's own record, and what it learnt; why they are not believed.
fn own(sealed: &str, trigger: &Trigger, keys: Option<&Keys>) -> Result<(Record, Remembered), String> {
    match Cursor::open(sealed, &trigger.account.name, keys).map_err(|why| why.to_string())? {
        Cursor { run: Some(record), facts, as_of, .. } if record.run == trigger.run => {
            Ok((record, Remembered { facts, as_of }))
        }
        _ => Err("it is another run's".to_owned()),
    }
}

/// The same, which says why this execution's own last cursor is not believed. So does the log.
fn forgetting(report: MemoryReport, why: &str) -> MemoryReport {
    tracing::warn!(why, means = BEGINS_ANEW, "the cursor of this execution's last answer is not believed");
    let means = format!(
        "{}; the cursor of this execution's last answer (ours) is not believed: {why}; {BEGINS_ANEW}",
        report.means
    );
    MemoryReport { means, ..report }
}

fn remembered(Cursor { facts, as_of, .. }: Cursor) -> Remembered {
    Remembered { facts, as_of }
}

fn event_report(opened: Option<&Result<Cursor, Disbelieved>>, has_key: bool, is_old: bool) -> MemoryReport {
    let none = |means: String| MemoryReport { state: Believed::None, means, as_of: None };
    match opened {
        None if !has_key => none(format!("{NOTHING_REMEMBERED}; {NO_KEY}, so the answer has no cursor")),
        None => none(NOTHING_REMEMBERED.to_owned()),
        Some(Err(why)) => none(format!("the event's cursor is not believed: {why}; {NOTHING_REMEMBERED}")),
        Some(Ok(cursor)) => {
            let old = if is_old { PERMITS_NOTHING } else { "" };
            MemoryReport {
                state: Believed::Event,
                means: format!(
                    "the event's cursor is believed; what this run learns travels on only if its cursor does{old}"
                ),
                as_of: cursor.as_of,
            }
        }
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
    let Past { mut work, next, report, forgotten } = past;
    let report = match forgotten {
        Some(why) => forgetting(report, &why),
        None => report,
    };
    let clock = function.cloud.clock();
    let as_remembered = about.occasion.claims().and_then(|claims| as_remembered(claims, work.memory()));
    let about = about.with_claims(as_remembered.as_ref());
    let idle = work.idle(about, clock.now());
    let begins = idle.is_none();
    let client = match idle.or_else(|| nothing_to_look_for(about, work.memory())) {
        Some(ending) => Err(ending),
        None => client(about, &mut work, function).await,
    };
    // From here on nothing rests on a call of our own. Only who signs for the account can surely tell which are.
    let judged = judged(about, client.as_ref().ok(), &work);
    let about = about.with_claims(judged.as_ref());
    if begins {
        owe_what_is_not_dealt_with(about, &mut work);
    }
    let seal = Seal { about, generation: next, keys: function.keys };
    let (ending, seen) = match client {
        Ok(client) => look(&client, &seal, &mut work, by).await,
        Err(ending) => (ending, None),
    };
    let mut ending = work.within_its_time(about, ending, clock.now());
    let zone = seen.as_ref().map(|seen| &seen.zone);
    let cursor = match seal.cursor(&mut work, zone, clock.now()) {
        Ok(sealed) => sealed,
        Err(too_large) => {
            ending = work.cannot_be_remembered(about, too_large.bytes);
            seal.of_the_run_alone(&work, clock.now())
        }
    };
    let settle = (cursor.is_some() && work.is_to_be_settled()).then_some(Settle { generation: next });
    let (ending, ways_back) = with_ways_back(ending, &seal, &work, settle.is_some(), clock.now());
    let report = braked(report, work.memory(), seen.as_ref());
    let most = match &seen {
        Some(seen) => seen.claims.clone(),
        None => about.occasion.claims().and_then(|claims| claims.the_most(None)),
    };
    let about = about.with_claims(most.as_ref());
    let delivered_before = delivered_before(about, work.memory(), work.record(), work.standing().execution());
    let report = match &seen {
        Some(seen) => Report::of(about, report, seen),
        None => {
            let why = ending.why().unwrap_or_else(|| "the run is over".to_owned());
            Report { earlier: work.record().outcomes.clone(), ..Report::without_look(about, report, why) }
        }
    };
    let report = Report { delivered_before, ..report };
    let notices = work.record().notices.iter().map(|outstanding| outstanding.notice.clone()).collect();
    let receipts = seal.receipts(ways_back);
    Answer { ending, report: Some(report), notices, cursor, settle, receipts }.within_bounds()
}

/// What the event says, as memory has it; `None` if that makes no difference. An all-clear that is not believed goes first:
/// what it names is not over, so nothing of that has come again.
fn as_remembered(claims: &Claims, memory: &Memory) -> Option<Claims> {
    let believed = claims.without_outlived(|id, at| memory.outlives(id, at));
    let since = |id: &IncidentId, ended| memory.come_again_since(id, ended).cloned();
    let again = believed.as_ref().unwrap_or(claims).come_again(|id| memory.called_off_at(id), since);
    again.or(believed)
}

/// How the hop ends, and the ways back that it hands to its caller: a run that ends has those of which the register that was
/// read for it knows. What that does not know yet is settled first, if it can be.
fn with_ways_back(
    ending: Ending,
    seal: &Seal<'_>,
    work: &Work,
    settles: bool,
    now: Timestamp,
) -> (Ending, Vec<Receipt>) {
    if matches!(ending, Ending::Continue { .. }) {
        return (ending, Vec::new());
    }
    let ways_back = seal.ways_back(work.memory(), work, now);
    if ways_back.is_empty() {
        return (ending, ways_back);
    }
    let settled = seal.ways_back(work.settled(), work, now);
    let (known, unknown): (Vec<_>, Vec<_>) = ways_back.into_iter().partition(|way| settled.contains(way));
    if unknown.is_empty() || !settles {
        return (ending, known);
    }
    let why = "what was switched off must be settled before its way back is handed out".to_owned();
    (Ending::Continue { resume_at: now, why }, Vec::new())
}

/// The same of a register, which says so if this run found that nobody had looked for too long.
fn braked(report: MemoryReport, memory: &Memory, seen: Option<&Seen>) -> MemoryReport {
    let resumes = seen.is_some_and(|seen| memory.resumed_at() == Some(seen.zone.taken()));
    if !resumes || report.state != Believed::Register || report.as_of.is_none() {
        return report;
    }
    let brake =
        "no scheduled run has looked for longer than guards.max_gap, so what was warned of before counts no more";
    MemoryReport { means: format!("{}; {brake}", report.means), ..report }
}

/// Who signs for the account; how the hop ends, if that cannot be had.
async fn client<'f, C: Cloud>(
    about: About<'_>,
    work: &mut Work,
    function: &Function<'f, C>,
) -> Result<Client<'f, C::Transport, C::Clock>, Ending> {
    let client = function.cloud.client(about.account(), &about.trigger.run).await;
    client.map_err(|error| work.cannot_see(about, error.to_string(), error.will_pass(), function.cloud.clock().now()))
}

/// What the event says, once it is told whose the calls in it are; `None` if it tells none.
fn judged<T: Transport, C: Clock>(about: About<'_>, client: Option<&Client<'_, T, C>>, work: &Work) -> Option<Claims> {
    about.occasion.claims()?.judged(|incident, call| whose(incident, call, client, work))
}

async fn look<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    seal: &Seal<'_>,
    work: &mut Work,
    by: Deadline,
) -> (Ending, Option<Seen>) {
    // What an event says besides calls of our own may be nothing that has to be looked for.
    if let Some(ending) = nothing_to_look_for(seal.about, work.memory()) {
        return (ending, None);
    }
    let fits = |work: &Work, zone: &Snapshot| seal.fits(work, zone, client.clock().now());
    match run(client, seal.about, work, fits, by).await {
        Ok((ending, seen)) => (ending, Some(seen)),
        Err(ending) => (ending, None),
    }
}

/// Who made the call, by its request or by the API secret that signed it. An incident that is remembered was found to be
/// somebody else's.
fn whose<T: Transport, C: Clock>(
    incident: &IncidentId,
    call: &Call,
    client: Option<&Client<'_, T, C>>,
    work: &Work,
) -> Whose {
    let is = |text: &Option<Text>, own: &dyn Fn(&str) -> bool| text.as_ref().is_some_and(|text| own(text.as_str()));
    let signs = |id: &str| client.is_some_and(|client| client.signs_as(id));
    if is(&call.secret, &signs) || is(&call.request, &|request| work.sent(request)) {
        Whose::Ours
    } else if client.is_some() || work.memory().knows(incident) {
        Whose::Others
    } else {
        Whose::Unknown
    }
}
