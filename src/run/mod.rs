//! One hop for one account, from look to answer: the whole story on one screen.
//!
//! A hop looks, and then does one of three things: it writes, if it has the [`leave`] to; it says what it means to write,
//! so that the next hop has it; or it ends the run. `docs/protocol.md` §5 says why.

use crate::act::{Deed, Hands};
use crate::clock::{Clock, Deadline};
use crate::decide::{Plan, decide};
use crate::ending::Ending;
use crate::observe::{self, Unobserved};
use crate::policy::Account;
use crate::report::{self, About, Run};
use crate::tencent::transport::Transport;
use crate::tencent::{Client, Writer};
use crate::zone::Snapshot;

mod late;
mod leave;
mod work;

pub use work::{Standing, Work};

use leave::Leave;

/// Looks, decides, acts if it may, and says what came of it. What is to be remembered is in `work` afterwards.
pub async fn run<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    about: About<'_>,
    work: &mut Work,
    by: Deadline,
) -> Run {
    let clock = client.clock();
    let mut zone = match look(client, about.account(), by).await {
        Ok(zone) => zone,
        Err(blind) => return Run::blind(work.blind(&blind, clock.now()), &blind.to_string()),
    };
    work.saw(&zone, about);
    let mut deeds = late::look(client, about, work, &mut zone, by).await;
    let leave = leave::of(about, work, clock.now(), by);
    let grounds = about.grounds(leave.memory());
    let plan = decide(&zone, grounds, clock.now());
    log_plan(&plan, about);
    if let (Leave::Write { write_by, .. }, Some(permit)) = (&leave, about.policy.permit()) {
        let hands = Hands { writer: Writer::new(client, permit), grounds, write_by: *write_by, by };
        let seen = zone.clone();
        let done = hands.carry_out(&plan, &mut zone, |cleared| leave.covers(cleared)).await;
        work.wrote(about, &plan, &done, &zone, clock.now());
        deeds.extend(done);
        let ending = work.after_writing(&plan, &deeds, clock.now());
        return Run::of(ending, seen, plan, deeds);
    }
    let ending = intend_or_end(about, work, &leave, &plan, &deeds, client);
    Run::of(ending, zone, plan, deeds)
}
