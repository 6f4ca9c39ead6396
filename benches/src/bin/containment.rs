//! From an incident to the disable that the cloud acknowledges, in round trips: the function over TLS and a long wire.
//!
//! Usage: `containment FUNCTION`. One process of the function has four incidents: the first on a new connection, the second on
//! the same, the third after it was frozen and the connection closed meanwhile, the fourth after it was frozen and the
//! connection went silent. Prints of each how long it took, what the cloud was asked, how many requests were lost before the
//! disable was acknowledged, and its trace; and the floors of the first two: a bare connection over the same wire. It fails if a
//! write was lost or doubled.

use std::error::Error;
use std::io::BufReader;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustls::RootCertStore;
use rustls::crypto::ring;
use scim_key_lifecycle::clock::{Clock, SystemClock};
use scim_key_lifecycle::simulator::{Action, SimStatus, Simulator, When, zones};
use scim_key_lifecycle_benches::bare::{self, Cloud};
use scim_key_lifecycle_benches::delay::{Moment, ROUND_TRIP, Wire};
use scim_key_lifecycle_benches::stage::{self, Function, RuntimeApi};
use scim_key_lifecycle_benches::{measure, tls};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let program: Vec<String> = std::env::args().skip(1).collect();
    let (simulator, listening) = stage::cloud().await?;
    let (authority, config) = tls::server()?;
    let wire = Wire::to(front(TlsAcceptor::from(config), listening.addr()).await?)?;
    let file = std::env::temp_dir().join(format!("scim-keys-bench-{}.pem", std::process::id()));
    std::fs::write(&file, authority)?;
    let mut runtime = RuntimeApi::listen().await?;
    let function = start(&program, &runtime, &wire, file.to_str().ok_or("the folder for temporary files")?)?;
    runtime.polled().await?;
    let pid = Pid::from_raw(i32::try_from(function.pid())?).ok_or("no process")?;
    let mut bench = Bench { simulator, wire, runtime };
    let (cold_floor, warm_floor) = floor(bench.wire.addr.to_string(), bare::one_authority(&file)?).await?;
    let (cold, warm) = (bench.incident("cold").await?, bench.incident("warm").await?);
    kill_process(pid, Signal::STOP)?;
    bench.wire.close();
    kill_process(pid, Signal::CONT)?;
    let closed = bench.incident("closed").await?;
    kill_process(pid, Signal::STOP)?;
    bench.wire.silence();
    kill_process(pid, Signal::CONT)?;
    let silent = bench.incident("silent").await?;
    std::fs::remove_file(file)?;
    measure::print(&json!({
        "cold_floor": cold_floor, "warm_floor": warm_floor,
        "cold": cold, "warm": warm, "closed": closed, "silent": silent,
    }));
    Ok(())
}

/// The function as it is deployed, but for the authority that it trusts.
fn start(program: &[String], runtime: &RuntimeApi, wire: &Wire, authority: &str) -> Result<Function, Box<dyn Error>> {
    let policy = json!({
        "version": 1, "mode": "enforce",
        "accounts": [{ "name": "acme", "site": "intl", "zone": zones::ZONE_ID, "secret": "env" }],
        "rules": [{ "id": "leak", "on": "incident", "when": { "implicated": true }, "then": "disable", "waives": ["keep_one"] }],
    });
    let (policy, endpoint) = (policy.to_string(), format!("https://{}", wire.addr));
    let variables = [
        ("SCIM_KEYS_ENDPOINT", endpoint.as_str()),
        ("SCIM_KEYS_POLICY", &policy),
        ("SCIM_KEYS_TRUST_ROOTS", "system"),
        ("SSL_CERT_FILE", authority),
        ("SSL_CERT_DIR", ""),
    ];
    Ok(Function::start(program, runtime.addr, &variables)?)
}

/// Ends TLS before the simulator, which speaks none.
async fn front(acceptor: TlsAcceptor, simulator: SocketAddr) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let addr = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                socket.set_nodelay(true)?;
                let (mut near, mut far) = (acceptor.accept(socket).await?, TcpStream::connect(simulator).await?);
                tokio::io::copy_bidirectional(&mut near, &mut far).await
            });
        }
    });
    Ok(addr)
}

/// The round trips of a bare connection, a look and a disable, and of a look and a disable on the same connection.
async fn floor(host: String, roots: RootCertStore) -> Result<(f64, f64), Box<dyn Error>> {
    let work = move || -> Result<(f64, f64), Box<dyn Error>> {
        let cloud = Cloud::simulated(host)?;
        let began = measure::now();
        let mut connection = BufReader::new(bare::tls(&cloud.host, roots, ring::default_provider())?);
        cloud.disable_one(&mut connection, zones::ZONE_ID)?;
        let first = measure::now();
        cloud.disable_one(&mut connection, zones::ZONE_ID)?;
        Ok((round_trips(first.duration_since(began)), round_trips(first.elapsed())))
    };
    // A thread of its own: the cloud's is this one.
    Ok(tokio::task::spawn_blocking(move || work().map_err(|error| error.to_string())).await??)
}

fn round_trips(duration: Duration) -> f64 {
    duration.as_secs_f64() / ROUND_TRIP.as_secs_f64()
}

struct Bench {
    simulator: Simulator,
    wire: Wire,
    runtime: RuntimeApi,
}

impl Bench {
    /// One incident about a key that is on, and what became of it.
    async fn incident(&mut self, id: &str) -> Result<Value, Box<dyn Error>> {
        self.simulator.with(|world| {
            let keys = world.account_mut(zones::SECRET_ID).into_iter().flat_map(|account| &mut account.keys);
            keys.for_each(|key| key.status = SimStatus::Enabled);
        });
        let before = self.simulator.calls().len();
        let answered = [Action::ListScimCredentials, Action::UpdateScimCredentialStatus].map(|action| {
            let (tell, told) = channel();
            self.simulator.on_call(action, 1, When::After, move |_| {
                let _told = tell.send(measure::now());
            });
            told
        });
        self.wire.take();
        let began = measure::now();
        self.runtime.give(&json!({
            "source": "scim-key-lifecycle", "kind": "incident", "id": id, "credentials": [zones::AGEING],
            "time": SystemClock.now(), "account": "acme",
        }));
        self.runtime.answered().await?;
        // What the wire still carries belongs to this incident.
        SystemClock.sleep(ROUND_TRIP * 2).await;
        self.runtime.polled().await?;
        let calls = self.simulator.calls().split_off(before);
        let writes: Vec<usize> = (0..calls.len()).filter(|number| calls[*number].is_write()).collect();
        let effects = calls.iter().filter(|call| call.changed).count();
        let ([write], 1) = (writes.as_slice(), effects) else {
            return Err(format!("{id}: {writes:?} wrote, {effects} had an effect: {calls:?}").into());
        };
        let names: Vec<&str> = calls.iter().map(|call| call.action.as_str()).collect();
        story(began, &self.wire.take(), answered, &names, write + 1)
    }
}

/// A signed request is longer than this under TLS; whatever else leaves the function is shorter.
const SHORTEST_REQUEST: usize = 400;

/// What became of one incident, of whose requests the cloud saw so many up to the disable.
fn story(
    began: Instant,
    moments: &[(Instant, Moment)],
    answered: [Receiver<Instant>; 2],
    calls: &[&str],
    seen: usize,
) -> Result<Value, Box<dyn Error>> {
    let [listed, disabled] = answered.map(|told| told.try_recv());
    let (listed, disabled) = (listed?, disabled?);
    let after = moments.iter().find(|(at, moment)| *at > disabled && matches!(moment, Moment::Arrives(_)));
    let (acknowledged, _) = after.ok_or("the acknowledgement never arrived")?;
    let until: Vec<&(Instant, Moment)> = moments.iter().filter(|(at, _)| at <= acknowledged).collect();
    let sent = until.iter().filter(|(_, moment)| matches!(moment, Moment::Leaves(SHORTEST_REQUEST..))).count();
    let mut lines: Vec<(Instant, String)> = vec![
        (began, "the event is handed to the function".to_owned()),
        (listed, "the cloud lists the keys".to_owned()),
        (disabled, "the cloud disables the key".to_owned()),
    ];
    lines.extend(until.iter().map(|(at, moment)| {
        let text = match moment {
            Moment::Connects => "the function asks for a connection".to_owned(),
            Moment::Leaves(bytes) => format!("{bytes} bytes leave the function"),
            Moment::Arrives(bytes) => format!("{bytes} bytes reach the function"),
        };
        (*at, text)
    }));
    lines.sort();
    let trace: Vec<String> = lines
        .iter()
        .map(|(at, text)| format!("{:5.2}  {text}", round_trips(at.saturating_duration_since(began))))
        .collect();
    let took = round_trips(acknowledged.duration_since(began));
    Ok(json!({ "round_trips": took, "trace": trace, "calls": calls, "lost": sent.saturating_sub(seen) }))
}
