//! `scim-keys invoke`: the real handler on one event, over HTTP, against the embedded simulator or a real endpoint.

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::config;
use scim_key_lifecycle::handler::{self, Cloud, Function};
use scim_key_lifecycle::json;
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::simulator::clock::ShiftedClock;
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger;
use serde_json::Value;

use super::cli::Invoke;
use super::{cloud, exit, local, policy, print};

pub(super) async fn invoke(asked: &Invoke) -> Result<ExitCode, Box<dyn Error>> {
    let event = read(&asked.event)?;
    let policy = policy::read(asked.policy.as_deref())?;
    match &asked.endpoint {
        Some(url) => live(asked, url, &event, &policy).await,
        None => simulated(asked, &event, &policy).await,
    }
}

/// What is in this file; `-` is standard input.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    if file == Path::new("-") {
        let mut event = Vec::new();
        std::io::stdin().read_to_end(&mut event)?;
        return Ok(event);
    }
    std::fs::read(file).map_err(|error| {
        let file = file.display();
        format!("{file} cannot be read ({error}): name another file, or - for standard input").into()
    })
}

/// The text in this file, without the mark that some editors begin it with.
pub(super) fn text(file: &Path) -> Result<String, Box<dyn Error>> {
    let content = read(file)?;
    let place = file.display();
    // No text that is wanted has a zero byte, and UTF-16 has one in each letter of English; other bytes have few.
    let zeros = content.iter().filter(|byte| **byte == 0).count();
    if content.starts_with(&[0xff, 0xfe]) || content.starts_with(&[0xfe, 0xff]) || zeros > content.len() / 4 {
        let why = "as `>` of Windows PowerShell writes: save it as UTF-8, for instance by `| Out-File -Encoding utf8`";
        return Err(format!("{place} is UTF-16, {why}").into());
    }
    let text = String::from_utf8(content).ok().filter(|_| zeros == 0);
    let text = text.ok_or_else(|| format!("{place} is not UTF-8 text: name another file"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The event that is in this file.
pub(super) fn event(file: &Path) -> Result<Value, Box<dyn Error>> {
    let refused = |malformed| format!("the event {}: {malformed}; send one JSON object", file.display());
    Ok(json::parse(&read(file)?).map_err(refused)?)
}

/// With the policy's own secrets and today's clock.
async fn live(asked: &Invoke, url: &str, event: &[u8], policy: &Policy) -> Result<ExitCode, Box<dyn Error>> {
    let cloud = cloud::real(url, policy)?;
    answer(asked, &format!("Calls go to {url}, by today's clock."), event, policy, &cloud).await
}

/// Against an embedded simulator with one believable zone for each account of the policy.
async fn simulated(asked: &Invoke, event: &[u8], policy: &Policy) -> Result<ExitCode, Box<dyn Error>> {
    let own_time = if asked.now { None } else { trigger::newest_time(event) };
    let start = own_time.unwrap_or_else(|| SystemClock.now());
    let clock = ShiftedClock::starting_at(SystemClock, start);
    let (cloud, listening) = cloud::simulated(asked.zone.as_deref(), policy, clock).await?;
    answer(asked, &preface(&listening.url(), own_time), event, policy, &cloud).await
}

fn preface(url: &str, own_time: Option<Timestamp>) -> String {
    let clock = match own_time {
        Some(time) => format!("its clock and ours are set to the event's own time, {time} (--now keeps today's)"),
        None => "by today's clock".to_owned(),
    };
    format!("Calls go to the embedded simulator at {url}; {clock}.")
}

async fn answer(
    asked: &Invoke,
    preface: &str,
    event: &[u8],
    policy: &Policy,
    cloud: &impl Cloud,
) -> Result<ExitCode, Box<dyn Error>> {
    let by = local::as_long_as_on_lambda(cloud.clock());
    let keys = config::given_cursor_keys(|name| std::env::var(name).ok())?;
    let answer = handler::handle(event, &Function { policy, cloud, keys: keys.as_ref() }, by).await?;
    let text = if asked.json {
        serde_json::to_string(&answer)? + "\n"
    } else {
        format!("{preface}\n\n{}", print::answer(&answer, print::coloured()))
    };
    print::out(&text)?;
    Ok(ExitCode::from(exit::code(&answer.ending)))
}
