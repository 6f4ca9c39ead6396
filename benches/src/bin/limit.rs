//! At the cloud's limit of twenty requests a second for each action of an account.
//!
//! ```text
//! limit alone SECONDS     one account's client looks as often as its pace allows
//! limit shared SECONDS    two of them, each with a pace of its own, at one account
//! ```

use std::error::Error;
use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, Deadline, SystemClock};
use scim_key_lifecycle::simulator::zones;
use scim_key_lifecycle::tencent::Client;
use scim_key_lifecycle::tencent::endpoint::Endpoint;
use scim_key_lifecycle::tencent::https::{self, Https, TrustRoots};
use scim_key_lifecycle::tencent::kept::Kept;
use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::zone::ZoneId;
use scim_key_lifecycle_benches::{measure, stage};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, seconds] = arguments.as_slice() else { return Err("say which, and how long".into()) };
    let measured = match what.as_str() {
        "alone" => looks(1, seconds.parse()?).await?,
        "shared" => looks(2, seconds.parse()?).await?,
        _ => return Err("alone or shared".into()),
    };
    measure::print(&measured);
    Ok(())
}

/// Clients of one account, each of which looks as often as its own pace allows. Says what came of their calls in each second.
async fn looks(clients: usize, seconds: u64) -> Result<Value, Box<dyn Error>> {
    let (simulator, listening) = stage::cloud().await?;
    let began = SystemClock.now();
    let until = began.plus(Duration::from_secs(seconds));
    let secret = ApiSecret::new(zones::SECRET_ID.to_owned(), zones::SECRET_KEY.into(), None)?;
    let (http, endpoint) = (https::client(TrustRoots::Webpki)?, Endpoint::parse(&listening.url())?);
    let zone = ZoneId::parse(zones::ZONE_ID).map_err(|wrong| wrong.to_string())?;
    let one = |number: usize| {
        let (http, endpoint, secret, zone) = (http.clone(), endpoint.clone(), secret.clone(), zone.clone());
        async move {
            let kept = Kept::default();
            let by = Deadline(until.plus(Duration::from_secs(60)));
            for run in 0.. {
                if SystemClock.now() >= until {
                    break;
                }
                // As the function does: a client for each run, and a pace that outlives it.
                let transport = Https::new(http.clone(), endpoint.clone());
                let seed = format!("{number}-{run}");
                let client = Client::new(transport, &SystemClock, &kept, endpoint.host(), secret.clone(), &seed);
                let _given_up = client.list_scim_credentials(&zone, by).await;
            }
        }
    };
    match clients {
        1 => one(0).await,
        _ => drop(tokio::join!(one(0), one(1))),
    }
    let mut buckets = vec![(0, 0); usize::try_from(seconds)?];
    for call in simulator.calls() {
        let second = usize::try_from(call.at.since(began).as_secs())?;
        let Some((answered, throttled)) = buckets.get_mut(second) else { continue };
        match call.answer.as_str() {
            "ok" => *answered += 1,
            "RequestLimitExceeded" => *throttled += 1,
            other => return Err(format!("the cloud answered {other}").into()),
        }
    }
    let (answered, throttled): (Vec<u32>, Vec<u32>) = buckets.into_iter().unzip();
    Ok(json!({ "answered": answered, "throttled": throttled }))
}
