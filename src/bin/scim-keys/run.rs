//! `scim-keys run`: the whole loop for one event on this machine, all accounts side by side, in real time.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::cursor::{Keys, OutcomeState, Record};
use scim_key_lifecycle::ending::{ConcernedAccount, Ending};
use scim_key_lifecycle::handler::{Cloud, Function};
use scim_key_lifecycle::notice::{Addressed, Notice, Topic};
use scim_key_lifecycle::orchestrator::{Channel, Command, Execution, Machine};
use scim_key_lifecycle::report::{Answer, Believed, MemoryReport, OutcomeReport, ReportedState};
use scim_key_lifecycle::time::{Timestamp, spoken};
use scim_key_lifecycle::trigger::SOURCE;
use scim_key_lifecycle::zone::{AccountName, Status, Subject};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::beside::Beside;
use super::cli::{Place, Run};
use super::local::Local;
use super::notify::Notify;
use super::places::{Placed, places};
use super::register::{Kept, Unusable};
use super::{cloud, exit, invoke, notify, policy, print, random, register};

pub(super) async fn run(asked: &Run) -> Result<ExitCode, Box<dyn Error>> {
    let event = event(asked, SystemClock.now())?;
    let purpose = if asked.event.is_none() { Purpose::Schedule } else { Purpose::Event };
    play(purpose, &event, &asked.register, &asked.place).await
}

/// What the loop is played for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// It is time to look.
    Schedule,
    /// What somebody sends by hand: it may be an incident, and comes once.
    Event,
    /// A person wants a key back.
    Restore,
}

impl Purpose {
    /// How long it may take, unless something else is asked for. A schedule is never far from the next one, which begins
    /// anew; its time is longer than another run may keep it waiting.
    const fn longest(self) -> Duration {
        match self {
            Self::Schedule => Duration::from_mins(30),
            Self::Event | Self::Restore => Record::LONGEST,
        }
    }

    /// Is the loop played without a register? An incident is contained all the same. A scheduled run goes on where the
    /// register is broken, so that people are told; a mistake on the command line is told to whoever typed it. A receipt is
    /// good for nothing without one.
    const fn goes_on_without(self, unusable: &Unusable) -> bool {
        match self {
            Self::Schedule => matches!(unusable, Unusable::Found(_)),
            Self::Event => true,
            Self::Restore => false,
        }
    }
}

/// Plays the loop for an event.
pub(super) async fn play(
    purpose: Purpose,
    event: &Value,
    register: &Path,
    asked: &Place,
) -> Result<ExitCode, Box<dyn Error>> {
    let policy = policy::read(asked.policy.as_deref())?;
    match asked.notify.as_deref().and_then(notify::cannot_be_started) {
        // It must be contained all the same; and it ends failed, since nobody can be told.
        Some(why) if matches!(purpose, Purpose::Event) => print::wrong(&why),
        Some(why) => return Err(why.into()),
        None => {}
    }
    let (cloud, listening) = match &asked.endpoint {
        Some(url) => (cloud::real(url, &policy)?, None),
        None => {
            let (cloud, listening) = cloud::simulated(asked.zone.as_deref(), &policy, SystemClock).await?;
            (cloud, Some(listening))
        }
    };
    let (kept, keys) = kept(purpose, register)?;
    let longest = asked.longest.unwrap_or(purpose.longest());
    let mut beside = Beside::default();
    if !asked.json {
        let register = register.display();
        let simulator = listening.as_ref().map(|listening| format!("the embedded simulator at {}", listening.url()));
        let place = simulator.or_else(|| asked.endpoint.clone()).unwrap_or_default();
        let longest = spoken(longest);
        beside.out(&format!(
            "Calls go to {place}, by today's clock. The register is {register}. What has not finished within {longest} \
             is given up.\n\n"
        ));
    }
    let channel = match &asked.notify {
        Some(program) => Notify::Program(Command::new(program.clone(), SystemClock)),
        None => Notify::Print { json: asked.json },
    };
    let function = Function { policy: &policy, cloud: &cloud, keys: Some(&keys) };
    let stage = Stage { function: &function, register: &kept, channel: &channel, places: &places() };
    let asking = Local::new(&function);
    let machine = Machine { function: &asking, register: &kept, channel: &channel, clock: cloud.clock() };
    let accounts = match machine.resolve(event).await? {
        Ending::FanOut { accounts } => accounts,
        other => {
            let answer = Answer::without_run(other.clone());
            let json = || serde_json::to_string(&answer).map(|line| line + "\n");
            beside.out(&if asked.json { json()? } else { print::answer(&answer, print::coloured()) });
            return Ok(beside.ended(exit::code(&other)));
        }
    };
    let until = SystemClock.now().plus(longest);
    let begin = |account| Ok(execution(&stage, random::hex(16)?, event, account, until));
    let mut running: FuturesUnordered<_> = accounts.into_iter().map(begin).collect::<Result<_, getrandom::Error>>()?;
    let mut endings = Vec::new();
    while let Some(ran) = running.next().await {
        beside.out(&said(asked, &ran)?);
        endings.push(ran.answer.ending);
    }
    Ok(beside.ended(exit::worst(&endings)))
}

/// Where the memory is, and what seals it. Where there is no usable register and the purpose allows it: nowhere, sealed with
/// a key for this run only.
fn kept(purpose: Purpose, register: &Path) -> Result<(Kept, Keys), Box<dyn Error>> {
    match register::open(register) {
        Ok((folder, keys)) => Ok((Kept::In(folder), keys)),
        Err(unusable) if purpose.goes_on_without(&unusable) => {
            Ok((Kept::Nowhere(unusable.why()), register::passing_keys()?))
        }
        Err(unusable) => Err(unusable.why().into()),
    }
}

/// The event that is asked for: the one in the file, or a schedule that is due now.
fn event(asked: &Run, now: Timestamp) -> Result<Value, Box<dyn Error>> {
    let Some(file) = &asked.event else {
        let kind = "schedule";
        return Ok(serde_json::json!({ "source": SOURCE, "kind": kind, "schedule": "scim-keys run", "time": now }));
    };
    invoke::event(file)
}

/// How one account's execution ended.
#[derive(Serialize)]
struct Ran {
    account: AccountName,
    execution: String,
    /// Why what it switched off has no receipt, and what leads back then.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_way_back: Option<String>,
    #[serde(flatten)]
    answer: Answer,
}

/// What this run switched off and has no receipt of, and what leads back then; `None` if there is no such thing. The function
/// leaves a receipt once the register knows of the disable. `memory` is what was last believed of that.
fn no_way_back(answer: &Answer, memory: Option<MemoryReport>) -> Option<String> {
    // What is complete has been settled.
    let (report, ended) = (answer.report.as_ref()?, answer.ending.why()?);
    let why = memory.filter(|memory| memory.state == Believed::None).map_or(ended, |memory| memory.means);
    let earlier = |of: &Subject| report.earlier.iter().any(|outcome| outcome.subject == *of && is_off(outcome.state));
    let keys = report.credentials.iter().map(|key| (key.credential.clone().into(), &key.decision, &key.status));
    let synchronization = report.synchronization.iter().map(|it| (Subject::Synchronization, &it.decision, &it.status));
    let off = keys.chain(synchronization).filter_map(|(subject, decision, status)| {
        let now = matches!(&decision.outcome, Some(OutcomeReport { state: ReportedState::Tried(state), .. }) if is_off(*state));
        let went_off = now || (earlier(&subject) && status.is(Status::Disabled));
        let has_receipt = answer.receipts.iter().any(|receipt| receipt.subject == subject);
        (went_off && !has_receipt).then(|| subject.to_string())
    });
    let off: Vec<String> = off.collect();
    (!off.is_empty()).then(|| {
        format!(
            "{} has no receipt, as the run ended before the register was seen to know that it went off ({why}): the same \
             event leaves one if it is sent again and the register knows; otherwise the way back is the console, and what goes \
             off again after that leaves a receipt",
            off.join(" and ")
        )
    })
}

const fn is_off(state: OutcomeState) -> bool {
    matches!(state, OutcomeState::Disabled | OutcomeState::NoGoodKey)
}

/// What every account's loop is played on.
struct Stage<'a, C> {
    function: &'a Function<'a, C>,
    register: &'a Kept,
    channel: &'a Notify,
    places: &'a Semaphore,
}

/// Takes one account's execution to its end, and says what it came to.
async fn execution<C: Cloud>(
    stage: &Stage<'_, C>,
    name: String,
    event: &Value,
    account: ConcernedAccount,
    until: Timestamp,
) -> Ran {
    let function = Local::new(stage.function);
    let function = Placed { it: &function, places: stage.places };
    let channel = Placed { it: stage.channel, places: stage.places };
    let machine = Machine { function: &function, register: stage.register, channel: &channel, clock: &SystemClock };
    let begun = Execution::new(name.clone(), event.clone(), account.clone()).through_by(until);
    let ending = machine.run(begun).await;
    let answers = function.it.take();
    let last = answers.last();
    let gave_up = last.is_none_or(|last| last.ending != ending);
    let memory = last.and_then(|last| last.report.as_ref()).map(|report| report.memory.clone());
    let answer = summary(ending, answers);
    let ran = Ran { account: account.account, execution: name, no_way_back: no_way_back(&answer, memory), answer };
    if let Some(notice) = of_the_loop(&ran).filter(|_| gave_up) {
        // It ends with an exit code that calls somebody, heard or not.
        channel.publish(Addressed { account: &ran.account, notice: &notice }).await;
    }
    ran
}

/// What people should hear where the loop itself gave up: of that the function knows nothing. What it has told them may have
/// been put off, or speak of what was done alone.
fn of_the_loop(ran: &Ran) -> Option<Notice> {
    let Ran { account, execution, no_way_back, answer } = ran;
    let Ending::Failed { why } = &answer.ending else { return None };
    let topic = Topic::NotThrough;
    let id = format!("{execution}/{account}/{}", topic.word());
    let no_way_back = no_way_back.iter().map(|why| format!("; {why}")).collect::<String>();
    let text = format!("account {account}: {why}{no_way_back}");
    Some(Notice { id, topic, credentials: Vec::new(), rule: None, text })
}

/// What an execution's answers come to: the last that tells of a look, the last ways back, which are all, and what nobody
/// was told.
fn summary(ending: Ending, mut answers: Vec<Answer>) -> Answer {
    let mut newest_first = answers.iter_mut().rev().map(|answer| std::mem::take(&mut answer.receipts));
    let receipts = newest_first.find(|receipts| !receipts.is_empty()).unwrap_or_default();
    let notices = if matches!(ending, Ending::Failed { .. }) {
        answers.last_mut().map(|answer| std::mem::take(&mut answer.notices)).unwrap_or_default()
    } else {
        Vec::new()
    };
    let mut reports: Vec<_> = answers.into_iter().filter_map(|answer| answer.report).collect();
    let looked = reports.iter().rposition(|report| report.looked_at.is_some());
    let report = looked.map(|at| reports.swap_remove(at)).or_else(|| reports.pop());
    Answer { report, notices, receipts, ..Answer::without_run(ending) }
}

fn said(asked: &Place, ran: &Ran) -> Result<String, serde_json::Error> {
    if asked.json {
        return Ok(serde_json::to_string(ran)? + "\n");
    }
    let alone = if ran.answer.report.is_none() { format!("account {}\n\n", ran.account) } else { String::new() };
    let no_way_back = ran.no_way_back.iter().map(|why| format!("  way back  {why}\n")).collect::<String>();
    Ok(format!("{alone}{}{no_way_back}\n", print::answer(&ran.answer, print::coloured())))
}
