//! Several accounts of one event: none waits for what another waits for.

use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::simulator::{Action, SimAccount, SimKey, SimStatus, Simulator, http};
use serde_json::{Value, json};

use super::{command, folder};

const ACCOUNTS: [&str; 3] = ["alpha", "beta", "gamma"];

/// A loop that is through with nobody for a minute or more.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first may not switch a key off, so its run tries again for a day. The others' are through after their late look, a
/// minute after the write.
#[tokio::test]
async fn an_account_that_is_in_trouble_keeps_no_other_from_containment() {
    let simulator = Simulator::new(|| SystemClock.now());
    for name in ACCOUNTS {
        let (id, key) = (format!("AKID{name}"), format!("made-up-key-of-{name}"));
        let mut account = SimAccount::new(&id, &key, &format!("z-{name:0<12}"));
        let (id, created) = (format!("scimcred-{name:0<12}"), SystemClock.now());
        let expires = created.plus(Duration::from_hours(24));
        let key = SimKey { id, status: SimStatus::Enabled, created, expires };
        account.keys.push(key);
        account.denied.extend((name == "alpha").then_some(Action::UpdateScimCredentialStatus));
        simulator.add_account(account);
    }
    let listening = http::serve(simulator.clone(), SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let _running = Running(incident(&listening.url()));
    let contained = |name: &str| {
        let off = |account: &SimAccount| account.keys.iter().all(|key| key.status == SimStatus::Disabled);
        simulator.with(|world| world.account(&format!("AKID{name}")).is_some_and(off))
    };
    // One after the other the second would wait for a minute at least, and here for a day.
    let all = async {
        while !(contained("beta") && contained("gamma")) {
            SystemClock.sleep(Duration::from_millis(20)).await;
        }
    };
    let all = tokio::time::timeout(Duration::from_secs(20), all).await;
    assert!(all.is_ok(), "only these calls were made: {:?}", simulator.calls());
    assert!(!contained("alpha"));
}

/// `scim-keys run` for an incident that concerns all accounts, at this cloud.
fn incident(cloud: &str) -> Child {
    let place = folder("side-by-side");
    let account = |name| json!({ "name": name, "site": "intl", "zone": "auto", "secret": format!("profile:{name}") });
    let policy = json!({
        "version": 1, "mode": "enforce", "accounts": ACCOUNTS.map(account),
        "rules": [{ "id": "taken", "on": { "source": ["aws.guardduty"] }, "all_accounts": true,
                    "when": { "status": "Enabled" }, "then": "disable", "waives": ["keep_one"] }],
    });
    let sample = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/events/incident-guardduty.json")).unwrap();
    let mut finding: Value = serde_json::from_str(&sample).unwrap();
    finding["time"] = json!(SystemClock.now());
    fs::create_dir(place.join(".tencentcloud")).unwrap();
    let secret = |name| format!("[{name}]\nsecret_id = AKID{name}\nsecret_key = made-up-key-of-{name}\n");
    fs::write(place.join(".tencentcloud/credentials"), ACCOUNTS.map(secret).concat()).unwrap();
    fs::write(place.join("policy.json"), policy.to_string()).unwrap();
    fs::write(place.join("event.json"), finding.to_string()).unwrap();
    let path = |name| place.join(name).to_str().unwrap().to_owned();
    let (home, register, policy, event) = (path(""), path("register"), path("policy.json"), path("event.json"));
    let arguments = ["run", "--register", &register, "--policy", &policy, "--event", &event, "--endpoint", cloud];
    command(&[("HOME", &home)], &arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
