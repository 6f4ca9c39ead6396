//! The front door without sockets: the byte seam, answered on the spot under any clock.

use std::time::Duration;

use crate::clock::Clock;
use crate::tencent::transport::{Request, Response, Transport, Undelivered};
use crate::time::Timestamp;

use super::Simulator;
use super::service::Outcome;
use super::signature::Received;

/// A [`Transport`] that ends in a simulator. Slow answers take their time on `clock`, which a virtual one has plenty of.
#[derive(Clone)]
pub struct InProcess<C> {
    simulator: Simulator,
    clock: C,
}

impl<C: Clock> InProcess<C> {
    /// A way to `simulator`. `clock` should be the one that the simulator reads.
    pub const fn new(simulator: Simulator, clock: C) -> Self {
        Self { simulator, clock }
    }
}

impl<C: Clock> Transport for InProcess<C> {
    async fn send(&self, request: Request, within: Duration) -> Result<Response, Undelivered> {
        let headers = request.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        match self.simulator.receive(&Received { headers, body: request.body }) {
            Outcome::Refused => Err(Undelivered::NotSent("connection refused".to_owned())),
            Outcome::Closed => Err(Undelivered::MaybeSent("connection closed before an answer".to_owned())),
            Outcome::Answered { after, .. } if after > within => {
                self.clock.sleep(within).await;
                Err(Undelivered::MaybeSent(format!("no answer within {within:?}")))
            }
            Outcome::Answered { status, body, after } => {
                if after > Duration::ZERO {
                    self.clock.sleep(after).await;
                }
                // A `Date` header has whole seconds.
                let date = Timestamp::from_unix_seconds(self.simulator.now().unix_seconds());
                Ok(Response { status, date: Some(date), body })
            }
        }
    }
}
