//! `scim-keys run`: the whole loop for one event on this machine, all accounts side by side, in real time.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::cursor::{Keys, Record};
use scim_key_lifecycle::ending::{ConcernedAccount, Ending};
use scim_key_lifecycle::handler::{Cloud, Function};
use scim_key_lifecycle::notice::Addressed;
use scim_key_lifecycle::orchestrator::{Channel, Command, Execution, Machine};
use scim_key_lifecycle::report::Answer;
use scim_key_lifecycle::time::{Timestamp, spoken};
use scim_key_lifecycle::trigger::SOURCE;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::beside::Beside;
use super::cli::{Place, Run};
use super::local::Local;
use super::notify::Notify;
use super::places::{Placed, places};
use super::ran::Ran;
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
        beside.out(&if asked.json { serde_json::to_string(&ran)? + "\n" } else { ran.to_string() });
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
    let ran = Ran::of(account.account, name, ending, function.it.take());
    if let Some(notice) = ran.of_the_loop() {
        // It ends with an exit code that calls somebody, heard or not.
        channel.publish(Addressed { account: &ran.account, notice: &notice }).await;
    }
    ran
}
