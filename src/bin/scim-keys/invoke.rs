//! `scim-keys invoke`: the real handler on one event, over HTTP, against the embedded simulator or a real endpoint.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{IsTerminal, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;

use scim_key_lifecycle::clock::{Clock, Deadline, SystemClock};
use scim_key_lifecycle::config::{self, RESERVE, TIMEOUT};
use scim_key_lifecycle::handler::{self, Cloud, Function};
use scim_key_lifecycle::json;
use scim_key_lifecycle::live::{Live, Secrets};
use scim_key_lifecycle::policy::{Account, Policy};
use scim_key_lifecycle::simulator::clock::ShiftedClock;
use scim_key_lifecycle::simulator::http::{self, Listening};
use scim_key_lifecycle::simulator::{Simulator, zones};
use scim_key_lifecycle::tencent::endpoint::Endpoint;
use scim_key_lifecycle::tencent::https::{self, TrustRoots};
use scim_key_lifecycle::tencent::secret::{ApiSecret, Surroundings};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::zone::AccountName;

use super::cli::Invoke;
use super::{exit, print, zone_file};

const DEMONSTRATION: &str = include_str!("../../../demo/policy.json");

pub(super) async fn invoke(asked: &Invoke) -> Result<ExitCode, Box<dyn Error>> {
    let event = read(&asked.event)?;
    let policy = policy(asked)?;
    match &asked.endpoint {
        Some(url) => live(asked, url, &event, &policy).await,
        None => simulated(asked, &event, &policy).await,
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    if file == Path::new("-") {
        let mut event = Vec::new();
        std::io::stdin().read_to_end(&mut event)?;
        return Ok(event);
    }
    std::fs::read(file).map_err(|error| {
        let file = file.display();
        format!("the event {file} cannot be read ({error}): name another file, or - for standard input").into()
    })
}

fn policy(asked: &Invoke) -> Result<Policy, Box<dyn Error>> {
    match &asked.policy {
        Some(file) => Ok(config::policy_file(&file.to_string_lossy())?),
        None => Ok(config::policy_text("the demonstration", DEMONSTRATION.as_bytes())?),
    }
}

/// With the policy's own secrets and today's clock.
async fn live(asked: &Invoke, url: &str, event: &[u8], policy: &Policy) -> Result<ExitCode, Box<dyn Error>> {
    let endpoint = Endpoint::parse(url)?;
    let preface = format!("Calls go to {url}, by today's clock.");
    let roots = config::trust_roots(|name| std::env::var(name).ok())?;
    let secrets = Secrets::AsThePolicySays(Surroundings::of_process());
    let cloud = Live::new(https::client(roots)?, Some(endpoint), secrets, SystemClock, policy);
    answer(asked, &preface, event, policy, &cloud).await
}

/// Against an embedded simulator with one believable zone for each account of the policy.
async fn simulated(asked: &Invoke, event: &[u8], policy: &Policy) -> Result<ExitCode, Box<dyn Error>> {
    let own_time = if asked.now { None } else { time_of(event) };
    let start = own_time.unwrap_or_else(|| SystemClock.now());
    let clock = ShiftedClock::starting_at(SystemClock, start);
    let (simulator, secrets) = cloud_of(asked, policy, clock)?;
    let listening = http::serve(simulator, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let preface = preface(&listening, own_time);
    let endpoint = Endpoint::parse(&listening.url())?;
    let cloud = Live::new(https::client(TrustRoots::Webpki)?, Some(endpoint), Secrets::Given(secrets), clock, policy);
    answer(asked, &preface, event, policy, &cloud).await
}

fn preface(listening: &Listening, own_time: Option<Timestamp>) -> String {
    let clock = match own_time {
        Some(time) => format!("its clock and ours are set to the event's own time, {time} (--now keeps today's)"),
        None => "by today's clock".to_owned(),
    };
    format!("Calls go to the embedded simulator at {}; {clock}.", listening.url())
}

/// A simulated cloud with one zone for each account, and the secrets that it knows them by.
type Simulated = (Simulator, BTreeMap<AccountName, ApiSecret>);

fn cloud_of(asked: &Invoke, policy: &Policy, clock: ShiftedClock<SystemClock>) -> Result<Simulated, Box<dyn Error>> {
    let simulator = Simulator::new(move || clock.now());
    let mut secrets = BTreeMap::new();
    for (number, account) in policy.accounts().iter().enumerate() {
        let mut zone = zone_file::account(asked.zone.as_deref(), clock.now())?;
        zone.secret_id = format!("{}{number}", zones::SECRET_ID);
        zone.zone_id = zone_of(account).unwrap_or(zone.zone_id);
        let secret = ApiSecret::new(zone.secret_id.clone(), zones::SECRET_KEY.into(), None)?;
        secrets.insert(account.name.clone(), secret);
        simulator.add_account(zone);
    }
    Ok((simulator, secrets))
}

fn zone_of(account: &Account) -> Option<String> {
    account.zone.as_ref().map(ToString::to_string)
}

/// The event's own time, if it has a field `time` that is one.
fn time_of(event: &[u8]) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(json::parse(event).ok()?.get("time")?.as_str()?)
}

async fn answer(
    asked: &Invoke,
    preface: &str,
    event: &[u8],
    policy: &Policy,
    cloud: &impl Cloud,
) -> Result<ExitCode, Box<dyn Error>> {
    // As long as the function has on Lambda.
    let by = Deadline(cloud.clock().now().plus(TIMEOUT).minus(RESERVE));
    let keys = config::given_cursor_keys(|name| std::env::var(name).ok())?;
    let answer = handler::handle(event, &Function { policy, cloud, keys: keys.as_ref() }, by).await?;
    let coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let text = if asked.json {
        serde_json::to_string(&answer)? + "\n"
    } else {
        format!("{preface}\n\n{}", print::answer(&answer, coloured))
    };
    print::out(&text)?;
    Ok(ExitCode::from(exit::code(&answer.ending)))
}
