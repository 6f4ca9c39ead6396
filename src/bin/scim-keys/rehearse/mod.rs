//! `scim-keys rehearse`: what a policy will do, day by day, before anybody writes `enforce`.
//!
//! The real handler and the real loop run under a virtual clock against a simulated zone, a scheduled run a day. Nothing
//! real is touched, so the mode is `enforce`, whatever the policy says.

mod stage;
mod timeline;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::config;
use scim_key_lifecycle::cursor::Keys;
use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::handler::{Cloud, Function};
use scim_key_lifecycle::json;
use scim_key_lifecycle::orchestrator::{Execution, Machine};
use scim_key_lifecycle::policy::{Policy, Rules};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::SOURCE;
use serde_json::{Value, json};

use super::cli::Rehearse;
use super::local::Local;
use super::{exit, print};
use stage::{Audience, Drawer, Stage};
use timeline::Timeline;

/// What seals a rehearsal's cursors. It is no secret: nobody else believes them.
const KEY: &str = "the-key-of-every-rehearsal-opens-nothing";

const DAY: Duration = Duration::from_hours(24);

pub(super) async fn rehearse(asked: &Rehearse) -> Result<ExitCode, Box<dyn Error>> {
    let policy = enforcing(&asked.policy.to_string_lossy())?;
    let first = first_run(asked)?;
    let stage = Stage::new(asked.zone.as_deref(), &policy, first)?;
    let keys = Keys::parse(&KEY.into())?;
    let (register, people) = (Drawer::new(stage.clock().clone()), Audience::default());
    let function = Function { policy: &policy, cloud: &stage, keys: Some(&keys) };
    let function = Local::new(&function);
    let machine = Machine { function: &function, register: &register, channel: &people, clock: stage.clock() };
    let mut timeline = Timeline::new(&asked.policy.to_string_lossy(), first, asked.days);
    timeline.notes.extend(brakes_each_day(policy.rules()));
    for day in 1..=asked.days {
        let due = first.plus(DAY * (u32::from(day) - 1));
        stage.clock().set(due);
        let event = event(due);
        let accounts = match machine.resolve(&event).await? {
            Ending::FanOut { accounts } => accounts,
            other => return Err(format!("day {day} concerns no account: {}", other.why().unwrap_or_default()).into()),
        };
        for account in accounts {
            let name = account.account.clone();
            function.take();
            let ending = machine.run(Execution::new(format!("day-{day}-{name}"), event.clone(), account)).await;
            timeline.add(day, &name, &people.take(), &function.take(), &ending);
        }
    }
    timeline.ends_with(stage.keys());
    let text = if asked.json { serde_json::to_string(&timeline)? + "\n" } else { timeline.to_string() };
    print::out(&text)?;
    Ok(ExitCode::from(if timeline.failed > 0 { exit::FAILED } else { exit::COMPLETE }))
}

/// That no warning lasts from one of its runs to the next, if it is so: on a schedule of a shorter period one may.
fn brakes_each_day(rules: &Rules) -> Option<String> {
    let max_gap = rules.max_gap;
    let warns_first = rules.rules.iter().any(|rule| !rule.warn_before.is_empty());
    (warns_first && max_gap.duration() <= DAY).then(|| {
        format!(
            "max_gap is {max_gap}, and a rehearsal has a run a day: each of them may find that nobody has looked for too long, \
             and warns anew, so this is not what a schedule of a shorter period leads to. Rehearse with a max_gap of more than 1d"
        )
    })
}

/// The policy as it would be in `enforce`. Its own problems come first, as `policy check` has them.
fn enforcing(file: &str) -> Result<Policy, Box<dyn Error>> {
    let text = config::policy_bytes(file)?;
    config::policy_text(file, &text)?;
    let mut document = json::parse(&text).map_err(|malformed| malformed.to_string())?;
    document["mode"] = Value::from("enforce");
    Ok(config::policy_text(file, document.to_string().as_bytes())?)
}

/// Six in the morning, in UTC, of the day that is asked for, or of today.
fn first_run(asked: &Rehearse) -> Result<Timestamp, String> {
    let today = || SystemClock.now().to_utc().format("%Y-%m-%d").to_string();
    let day = asked.from.clone().unwrap_or_else(today);
    // The cloud's keys are of no other time, and none is written with a sign or with more than four digits.
    Timestamp::parse_rfc3339(&format!("{day}T06:00:00Z"))
        .filter(|_| day.starts_with('2'))
        .ok_or_else(|| format!("--from {day:?} is not a day from the year 2000 to 2999: write it as in 2026-11-24"))
}

fn event(due: Timestamp) -> Value {
    json!({ "source": SOURCE, "kind": "schedule", "schedule": "scim-keys rehearse", "time": due })
}
