//! The orchestrator on a quiet day, account after account, in one process.
//!
//! ```text
//! fleet serve ACCOUNTS    in policies of two hundred, each with a folder of its own for its registers
//! fleet cloud ACCOUNTS    the simulator of that, in a process of its own; prints where it listens
//! ```
//!
//! Prints the CPU time that the process used, and its memory before the first account and at most.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, Deadline, SystemClock};
use scim_key_lifecycle::cursor::Keys;
use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::handler;
use scim_key_lifecycle::live::{Live, Secrets};
use scim_key_lifecycle::notice::Addressed;
use scim_key_lifecycle::orchestrator::{self, Execution, Folder, Machine};
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::report::Answer;
use scim_key_lifecycle::simulator::{Simulator, http, zones};
use scim_key_lifecycle::tencent::endpoint::Endpoint;
use scim_key_lifecycle::tencent::https::{self, TrustRoots};
use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::zone::AccountName;
use scim_key_lifecycle_benches::{measure, pure};
use serde_json::{Value, json};

/// The most accounts of a policy.
const OF_A_POLICY: usize = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, accounts] = arguments.as_slice() else { return Err("say what, and how many".into()) };
    match what.as_str() {
        "serve" => measure::print(&fleet(accounts.parse()?).await?),
        "cloud" => cloud(accounts.parse()?).await?,
        _ => return Err("serve or cloud".into()),
    }
    Ok(())
}

fn secret_id(number: usize) -> String {
    format!("{}{number}", zones::SECRET_ID)
}

fn zone_id(number: usize) -> String {
    format!("z-{number:012}")
}

async fn cloud(accounts: usize) -> Result<(), Box<dyn Error>> {
    let simulator = Simulator::new(|| SystemClock.now());
    for number in 0..accounts {
        let mut account = zones::believable(SystemClock.now());
        account.secret_id = secret_id(number);
        account.zone_id = zone_id(number);
        // A quiet day: the key that has expired is gone.
        account.delete(zones::EXPIRED);
        simulator.add_account(account);
    }
    let listening = http::serve(simulator, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    println!("{}", listening.url());
    std::future::pending().await
}

/// A function in this process.
struct Local<'a>(handler::Function<'a, Live<SystemClock>>);

impl orchestrator::Function for Local<'_> {
    async fn invoke(&self, event: &Value) -> Result<Answer, String> {
        let by = Deadline(SystemClock.now().plus(Duration::from_secs(59)));
        handler::handle(event.to_string().as_bytes(), &self.0, by).await.map_err(|refused| refused.to_string())
    }
}

/// People who accept everything.
struct Everybody;

impl orchestrator::Channel for Everybody {
    async fn publish(&self, _: Addressed<'_>) -> bool {
        true
    }
}

async fn fleet(accounts: usize) -> Result<Value, Box<dyn Error>> {
    let mut process =
        Command::new(std::env::current_exe()?).args(["cloud", &accounts.to_string()]).stdout(Stdio::piped()).spawn()?;
    let mut url = String::new();
    BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut url)?;
    let folder = std::env::temp_dir().join(format!("scim-keys-bench-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let served = serve_all(accounts, url.trim(), &folder).await;
    process.kill()?;
    process.wait()?;
    std::fs::remove_dir_all(folder)?;
    served
}

async fn serve_all(accounts: usize, url: &str, folder: &Path) -> Result<Value, Box<dyn Error>> {
    let (keys, endpoint) = (pure::cursor_keys()?, Endpoint::parse(url)?);
    let http = https::client(TrustRoots::Webpki)?;
    let memory = || measure::memory_kib(std::process::id(), "VmRSS");
    let (cpu, resting, began) = (measure::process_cpu(), memory()?, measure::now());
    let mut complete = 0;
    for first in (0..accounts).step_by(OF_A_POLICY) {
        let numbers = first..accounts.min(first + OF_A_POLICY);
        let its = folder.join(first.to_string());
        std::fs::create_dir(&its)?;
        let register = Folder::new(its, "bench".to_owned());
        let (policy, secrets) = organisation(numbers)?;
        let cloud = Live::new(http.clone(), Some(endpoint.clone()), Secrets::Given(secrets), SystemClock, &policy);
        complete += serve(&policy, &cloud, &keys, &register).await?;
    }
    let cpu = measure::process_cpu() - cpu;
    let peak = measure::memory_kib(std::process::id(), "VmHWM")?;
    Ok(json!({
        "complete": complete, "cpu_us": cpu.as_micros() as u64,
        "seconds": began.elapsed().as_secs_f64(), "resting_kib": resting, "peak_kib": peak,
    }))
}

/// A policy under which nothing is to be done, and the accounts' secrets.
fn organisation(numbers: std::ops::Range<usize>) -> Result<(Policy, BTreeMap<AccountName, ApiSecret>), Box<dyn Error>> {
    let name = |number: usize| format!("account-{number}");
    let accounts: Vec<Value> = numbers
        .clone()
        .map(|number| {
            // Nothing reads the sources: the secrets are given.
            let secret = format!("profile:{}", name(number));
            json!({ "name": name(number), "site": "intl", "zone": zone_id(number), "secret": secret })
        })
        .collect();
    let rules = json!([{ "id": "expired", "on": "schedule", "when": { "expired_for": "7d" }, "then": "disable" }]);
    let document = json!({ "version": 1, "mode": "enforce", "accounts": accounts, "rules": rules });
    let policy = Policy::parse(document.to_string().as_bytes()).map_err(|problems| format!("{problems:?}"))?;
    let secrets = numbers.map(|number| {
        let account = AccountName::parse(&name(number)).map_err(|wrong| wrong.to_string())?;
        Ok((account, ApiSecret::new(secret_id(number), zones::SECRET_KEY.into(), None)?))
    });
    Ok((policy, secrets.collect::<Result<_, Box<dyn Error>>>()?))
}

/// Plays one day's loop for each account of the policy, and counts those that it ends well for.
async fn serve(
    policy: &Policy,
    cloud: &Live<SystemClock>,
    keys: &Keys,
    register: &Folder,
) -> Result<usize, Box<dyn Error>> {
    let function = Local(handler::Function { policy, cloud, keys: Some(keys) });
    let machine = Machine { function: &function, register, channel: &Everybody, clock: &SystemClock };
    let event =
        json!({ "source": "scim-key-lifecycle", "kind": "schedule", "schedule": "daily", "time": SystemClock.now() });
    let Ending::FanOut { accounts } = machine.resolve(&event).await? else { return Err("no accounts".into()) };
    let mut complete = 0;
    for (number, account) in accounts.into_iter().enumerate() {
        let name = format!("bench-{}-{number}", account.account);
        let ending = machine.run(Execution::new(name, event.clone(), account)).await;
        complete += usize::from(matches!(ending, Ending::Complete));
    }
    Ok(complete)
}
