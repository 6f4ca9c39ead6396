//! The typed calls, one by one, against the simulator in process: what each sends, what it makes of the answer.

use std::time::Duration;

use scim_key_lifecycle::clock::{Clock, Deadline};
use scim_key_lifecycle::policy::{Permit, Policy};
use scim_key_lifecycle::simulator::clock::VirtualClock;
use scim_key_lifecycle::simulator::{Action, Fault, InProcess, SimStatus, Simulator, When, zones};
use scim_key_lifecycle::tencent::error::{Class, Failure};
use scim_key_lifecycle::tencent::kept::Kept;
use scim_key_lifecycle::tencent::secret::ApiSecret;
use scim_key_lifecycle::tencent::{Client, Writer};
use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::zone::{CredentialId, ReportedStatus, Status, Subject, ZoneId};

/// A zone, a clock, and what a client needs to reach them.
struct Bench {
    clock: VirtualClock,
    simulator: Simulator,
    kept: Kept,
}

impl Bench {
    fn new() -> Self {
        let clock = VirtualClock::at(Timestamp::parse_rfc3339("2026-11-24T06:00:00Z").unwrap());
        let seen = clock.clone();
        let simulator = Simulator::new(move || seen.now());
        simulator.add_account(zones::believable(clock.now()));
        Self { clock, simulator, kept: Kept::default() }
    }

    fn client(&self) -> Client<'_, InProcess<VirtualClock>, VirtualClock> {
        let secret = ApiSecret::new(zones::SECRET_ID.to_owned(), zones::SECRET_KEY.into(), None).unwrap();
        let transport = InProcess::new(self.simulator.clone(), self.clock.clone());
        let host = "organization.intl.tencentcloudapi.com";
        Client::new(transport, &self.clock, &self.kept, host, secret, "seed")
    }

    fn soon(&self) -> Deadline {
        Deadline(self.clock.now().plus(Duration::from_secs(60)))
    }

    fn sync(&self) -> SimStatus {
        self.simulator.with(|world| world.account(zones::SECRET_ID).unwrap().sync)
    }
}

fn zone() -> ZoneId {
    ZoneId::parse(zones::ZONE_ID).unwrap()
}

fn permit() -> Permit {
    Policy::parse(include_bytes!("../demo/policy.json")).unwrap().permit().unwrap()
}

#[tokio::test]
async fn the_identity_center_tells_its_zone_and_that_it_is_on() {
    let bench = Bench::new();
    let center = bench.client().describe_identity_center(bench.soon()).await.unwrap();
    assert_eq!((center.zone, center.service), (zone(), ReportedStatus::Known(Status::Enabled)));
}

#[tokio::test]
async fn the_list_is_read_whole() {
    let bench = Bench::new();
    let listing = bench.client().list_scim_credentials(&zone(), bench.soon()).await.unwrap();
    assert_eq!((listing.counted, listing.asked), (2, bench.clock.now()));
    let first = &listing.credentials[0];
    assert_eq!((first.id.as_str(), first.kind.as_str()), (zones::EXPIRED, "BearerToken"));
    assert_eq!(first.created.to_string(), "2025-11-10 09:00:00");
    assert!(first.status.is(Status::Enabled));
}

#[tokio::test]
async fn a_credential_is_switched_off_and_on() {
    let bench = Bench::new();
    let client = bench.client();
    let writer = Writer::new(&client, permit());
    let key = Subject::Key(CredentialId::parse(zones::AGEING).unwrap());
    for (to, is) in [(Status::Disabled, SimStatus::Disabled), (Status::Enabled, SimStatus::Enabled)] {
        let turn = writer.turn(&key, bench.soon()).await.unwrap();
        let request_id = writer.set_status(turn, &zone(), &key, to, 1).await.unwrap();
        assert_eq!(request_id.len(), 36, "{request_id}");
        let key = |world: &mut scim_key_lifecycle::simulator::World| {
            world.account(zones::SECRET_ID).unwrap().key(zones::AGEING).unwrap().status
        };
        assert_eq!(bench.simulator.with(key), is);
    }
}

#[tokio::test]
async fn synchronisation_is_told_and_switched() {
    let bench = Bench::new();
    let client = bench.client();
    let before = client.scim_synchronization_status(&zone(), bench.soon()).await.unwrap();
    assert_eq!((before, bench.sync()), (ReportedStatus::Known(Status::Enabled), SimStatus::Enabled));
    let writer = Writer::new(&client, permit());
    let turn = writer.turn(&Subject::Synchronization, bench.soon()).await.unwrap();
    writer.set_status(turn, &zone(), &Subject::Synchronization, Status::Disabled, 1).await.unwrap();
    let after = client.scim_synchronization_status(&zone(), bench.soon()).await.unwrap();
    assert_eq!((after, bench.sync()), (ReportedStatus::Known(Status::Disabled), SimStatus::Disabled));
}

#[tokio::test]
async fn a_session_token_is_sent_and_a_wrong_one_is_refused() {
    let bench = Bench::new();
    let mut account = zones::believable(bench.clock.now());
    account.token = Some("the-right-token".to_owned());
    bench.simulator.add_account(account);
    for (token, class) in
        [(Some("the-right-token"), None), (Some("another"), Some(Class::Denied)), (None, Some(Class::Denied))]
    {
        let secret = ApiSecret::new(zones::SECRET_ID.into(), zones::SECRET_KEY.into(), token.map(Into::into)).unwrap();
        let transport = InProcess::new(bench.simulator.clone(), bench.clock.clone());
        let client = Client::new(transport, &bench.clock, &bench.kept, "host", secret, "seed");
        let answer = client.list_scim_credentials(&zone(), bench.soon()).await;
        assert_eq!(answer.err().and_then(|error| error.class()), class, "{token:?}");
    }
}

#[tokio::test]
async fn every_attempt_is_signed_with_its_own_time() {
    let bench = Bench::new();
    let begun = bench.clock.now();
    for nth in 1..=3 {
        let clock = bench.clock.clone();
        bench.simulator.inject(Action::ListScimCredentials, nth, Fault::ResetBefore);
        bench.simulator.on_call(Action::ListScimCredentials, nth, When::After, move |_| {
            clock.advance(Duration::from_secs(120));
        });
    }
    let late = Deadline(begun.plus(Duration::from_secs(3_600)));
    let listing = bench.client().list_scim_credentials(&zone(), late).await.unwrap();
    assert_eq!(bench.simulator.calls().len(), 4);
    assert!(listing.asked.since(begun) > Duration::from_secs(300), "a first signature would have expired by now");
}

#[tokio::test]
async fn a_list_that_does_not_make_sense_is_unreadable_and_names_the_field() {
    let key = |id: &str, created: &str| {
        format!(
            r#"{{"ZoneId":"{}","Status":"Enabled","CredentialId":"{id}","CredentialType":"BearerToken","CreateTime":"{created}","ExpireTime":"2027-01-01 00:00:00"}}"#,
            zones::ZONE_ID
        )
    };
    for (entry, field) in [
        (key("scimcred-short", "2026-01-01 00:00:00"), "CredentialId is \"scimcred-short\""),
        (key(zones::AGEING, "2026-01-01T00:00:00Z"), "CreateTime is \"2026-01-01T00:00:00Z\""),
    ] {
        let bench = Bench::new();
        let answer = format!(r#"{{"Response":{{"TotalCounts":1,"SCIMCredentials":[{entry}],"RequestId":"r"}}}}"#);
        bench.simulator.inject(Action::ListScimCredentials, 1, Fault::Instead(answer));
        let error = bench.client().list_scim_credentials(&zone(), bench.soon()).await.unwrap_err();
        assert!(matches!(&error.failure, Failure::Unreadable(why) if why.contains(field)), "{error}");
    }
}
