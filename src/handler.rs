//! Bytes in, answer out: what the Lambda function, the operator's tool, the loop and the tests all call.

use secrecy::ExposeSecret;
use tracing::{Instrument, Span};

use crate::clock::{Clock, Deadline};
use crate::cursor::{Keys, Type, jws};
use crate::decide::Occasion;
use crate::ending::{ConcernedAccount, Ending};
use crate::hex;
use crate::policy::{Account, Policy};
use crate::report::{About, Answer};
use crate::tencent::Client;
use crate::tencent::secret::SecretError;
use crate::tencent::transport::Transport;
use crate::time::Timestamp;
use crate::trigger::{self, Arrival, Cause, Kind, Receipt, Refused, RunId, Trigger};
use crate::zone::AccountName;

mod hop;
mod seal;

use hop::Past;

/// The way to the cloud: the edge hands it in.
#[expect(async_fn_in_trait, reason = "one invocation runs on one thread; no caller needs a Send future")]
pub trait Cloud {
    /// Carries the requests.
    type Transport: Transport;
    /// Tells the time.
    type Clock: Clock;

    /// The clock of this run.
    fn clock(&self) -> &Self::Clock;

    /// A client for one account and one run; fetches the account's secret from its one source.
    async fn client(
        &self,
        account: &Account,
        run: &RunId,
    ) -> Result<Client<'_, Self::Transport, Self::Clock>, SecretError>;
}

/// What the function is made of: the edge builds it at the start.
pub struct Function<'a, C> {
    /// What the organisation wants.
    pub policy: &'a Policy,
    /// The way to the cloud.
    pub cloud: &'a C,
    /// What cursors are sealed with; without it there are none.
    pub keys: Option<&'a Keys>,
}

/// Reads an event that comes in at `now`, once, for a function that takes these kinds. A refused event is the only error
/// of the handler: nothing was opened, fetched or called for it.
pub fn receive(event: &[u8], policy: &Policy, accepts: &[Kind], now: Timestamp) -> Result<Arrival, Refused> {
    let arrival = trigger::read(event, policy, now)?;
    arrival.kind().map_or(Ok(()), |kind| kind.admitted(accepts))?;
    Ok(arrival)
}

/// Handles one event of any kind before `by`, for callers that already hold the cursor keys.
pub async fn handle<C: Cloud>(event: &[u8], function: &Function<'_, C>, by: Deadline) -> Result<Answer, Refused> {
    let arrival = receive(event, function.policy, &Kind::ALL, function.cloud.clock().now())?;
    Ok(answer(arrival, function, by).await)
}

/// Answers an event that was received under the same policy, before `by`.
pub async fn answer<C: Cloud>(arrival: Arrival, function: &Function<'_, C>, by: Deadline) -> Answer {
    match arrival {
        Arrival::NotOurs { why } => without_run(Ending::Ignored { why }),
        Arrival::FanOut(_, accounts) | Arrival::Resolve(_, accounts) => {
            without_run(Ending::FanOut { accounts: accounts.into_iter().map(concerned).collect() })
        }
        Arrival::Bare { trigger, cursor } => {
            let max_gap = function.policy.rules().max_gap.duration();
            let past = Past::of_event(cursor.as_deref(), &trigger, function.keys, max_gap);
            run(&trigger, past, function, by).await
        }
        Arrival::Hop(hop) => {
            let past = Past::of_hop(&hop, function.keys);
            run(&hop.trigger, past, function, by).await
        }
    }
}

fn without_run(ending: Ending) -> Answer {
    let answer = Answer::without_run(ending);
    log_end(&answer);
    answer
}

/// What every line that is logged of a run bears, whatever level is asked for: its id and the account.
pub fn span(trigger: &Trigger) -> Span {
    tracing::error_span!("run", run = %trigger.run, account = %trigger.account.name)
}

/// Serves the one account that the trigger names.
async fn run<C: Cloud>(trigger: &Trigger, past: Past, function: &Function<'_, C>, by: Deadline) -> Answer {
    let run = async {
        let answer = serve(trigger, past, function, by).await;
        log_end(&answer);
        answer
    };
    run.instrument(span(trigger)).await
}

/// The account, and the prefix under which its register is kept: a hash, because an account's name may be too long to
/// be part of another name.
pub fn concerned(account: AccountName) -> ConcernedAccount {
    ConcernedAccount { register: hex::name_of(account.as_str(), 8), account }
}

async fn serve<C: Cloud>(trigger: &Trigger, past: Past, function: &Function<'_, C>, by: Deadline) -> Answer {
    let trigger = &as_accepted(trigger, past.accepted(), function.policy);
    let receipt = match &trigger.cause {
        Cause::Restore(restore) => Some(open_receipt(restore.receipt.expose_secret(), trigger, function.keys)),
        Cause::Schedule(_) | Cause::Incident(_) => None,
    };
    let occasion = match (&trigger.cause, &receipt) {
        (Cause::Incident(claims), _) => Occasion::Incident(claims),
        (_, Some(Ok(receipt))) => Occasion::Restore(receipt),
        (_, Some(Err(why))) => return Answer::without_run(Ending::Failed { why: why.clone() }),
        (_, None) => Occasion::Schedule,
    };
    let about = About { trigger, occasion, policy: function.policy };
    hop::serve(about, past, function, by).await
}

/// The trigger of a run that was accepted then: an event's age is judged once.
fn as_accepted(trigger: &Trigger, accepted: Timestamp, policy: &Policy) -> Trigger {
    let cause = match &trigger.cause {
        Cause::Incident(claims) => {
            Cause::Incident(claims.clone().fresh(accepted, policy.rules().max_event_age.duration()))
        }
        other => other.clone(),
    };
    Trigger { accepted, cause, ..trigger.clone() }
}

/// A receipt is refused without a word on what it holds.
fn open_receipt(sealed: &str, trigger: &Trigger, keys: Option<&Keys>) -> Result<Receipt, String> {
    let keys = keys.ok_or_else(|| format!("a receipt cannot be verified: {}", hop::NO_KEY))?;
    let payload =
        jws::open(sealed, Type::Receipt, keys).map_err(|wrong| format!("the receipt is not good: {wrong}"))?;
    let receipt: Receipt = serde_json::from_slice(&payload).map_err(|_| {
        "the receipt is not good: another version wrote it; give it to that one, or enable the key in the console"
            .to_owned()
    })?;
    if receipt.account == trigger.account.name {
        Ok(receipt)
    } else {
        Err(format!(
            "the receipt is not good: it is for another account than {}; send it with its own",
            trigger.account.name
        ))
    }
}

/// One line for each notice, since nobody receives the answer of an asynchronous invocation, and one for the end of
/// every event that was not refused, in fields of its own.
fn log_end(answer: &Answer) {
    for notice in &answer.notices {
        tracing::warn!(topic = notice.topic.word(), id = notice.id, text = notice.text, "notice");
    }
    tracing::info!(status = answer.ending.word(), why = answer.ending.why(), "invocation ended");
}
