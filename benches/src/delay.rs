//! A proxy that makes a wire long: whatever goes through it takes half of a round trip each way.
//!
//! On loopback a connection is there at once. On a long wire its first byte leaves a round trip after it was asked for, so here
//! it does too. Threads and blocking sockets: tokio's timers are a millisecond wide, which is too wide for this.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::measure;

/// The round trip.
pub const ROUND_TRIP: Duration = Duration::from_millis(50);

/// What the near end sees of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It asks for a connection.
    Connects,
    /// So many bytes leave it.
    Leaves(usize),
    /// So many bytes reach it.
    Arrives(usize),
}

#[derive(Default)]
struct State {
    moments: Vec<(Instant, Moment)>,
    near_ends: Vec<TcpStream>,
    /// How many connections there were so far.
    connections: usize,
    /// Nothing that comes on the first so many of them is carried on.
    silenced: usize,
}

/// A proxy that listens.
#[derive(Clone)]
pub struct Wire {
    /// Where the near end connects.
    pub addr: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Wire {
    /// A long wire to `far`.
    ///
    /// # Errors
    /// If no port can be listened at.
    pub fn to(far: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let wire = Self { addr: listener.local_addr()?, state: Arc::default() };
        let its = wire.clone();
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                if its.carry(near, far).is_err() {
                    break;
                }
            }
        });
        Ok(wire)
    }

    /// What the near end saw since this was last asked.
    pub fn take(&self) -> Vec<(Instant, Moment)> {
        let mut moments = self.with(|state| std::mem::take(&mut state.moments));
        moments.sort_by_key(|(at, _)| *at);
        moments
    }

    /// Closes every connection, as a far end does with one that was idle for long.
    pub fn close(&self) {
        self.with(|state| {
            for near in state.near_ends.drain(..) {
                let _closed = near.shutdown(Shutdown::Both);
            }
        });
    }

    /// Carries nothing on any of the present connections, and tells nobody, as a gateway does that has forgotten them.
    pub fn silence(&self) {
        self.with(|state| state.silenced = state.connections);
    }

    fn with<T>(&self, deed: impl FnOnce(&mut State) -> T) -> T {
        deed(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn carry(&self, near: TcpStream, far: SocketAddr) -> std::io::Result<()> {
        let far = TcpStream::connect(far)?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let connected = measure::now();
        let end = near.try_clone()?;
        let number = self.with(|state| {
            state.moments.push((connected, Moment::Connects));
            state.near_ends.push(end);
            state.connections += 1;
            state.connections
        });
        let (there, back) = (channel(), channel());
        let (mut from_near, mut from_far) = (near.try_clone()?, far.try_clone()?);
        let wire = self.clone();
        thread::spawn(move || {
            wire.read(&mut from_near, number, &there.0, |at| at.max(connected + ROUND_TRIP), Some(Moment::Leaves))
        });
        thread::spawn(move || deliver(far, there.1, |_, _| ()));
        let wire = self.clone();
        thread::spawn(move || wire.read(&mut from_far, number, &back.0, |at| at, None));
        let wire = self.clone();
        thread::spawn(move || {
            deliver(near, back.1, |at, bytes| wire.with(|state| state.moments.push((at, Moment::Arrives(bytes)))))
        });
        Ok(())
    }

    /// Takes in what one end sends. `leaves` says when it really does; it is at the other end half of a round trip later.
    fn read(
        &self,
        from: &mut TcpStream,
        number: usize,
        to: &Sender<(Instant, Vec<u8>)>,
        leaves: impl Fn(Instant) -> Instant,
        moment: Option<fn(usize) -> Moment>,
    ) {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(bytes @ 1..) = from.read(&mut buffer) {
            let at = leaves(measure::now());
            let silent = self.with(|state| {
                state.moments.extend(moment.map(|moment| (at, moment(bytes))));
                number <= state.silenced
            });
            if !silent && to.send((at + ROUND_TRIP / 2, buffer[..bytes].to_vec())).is_err() {
                break;
            }
        }
    }
}

/// Hands on what is due, and closes the connection once nothing more comes.
fn deliver(mut to: TcpStream, from: std::sync::mpsc::Receiver<(Instant, Vec<u8>)>, told: impl Fn(Instant, usize)) {
    for (due, bytes) in from {
        thread::sleep(due.saturating_duration_since(measure::now()));
        told(measure::now(), bytes.len());
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _closed = to.shutdown(Shutdown::Both);
}
