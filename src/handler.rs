//! Bytes in, answer out: what the Lambda function, the operator's tool and the tests all call.

use tracing::Instrument;

use crate::clock::{Clock, Deadline};
use crate::cursor;
use crate::policy::{Account, Policy};
use crate::report::{About, Answer, Ending};
use crate::run::run;
use crate::tencent::Client;
use crate::tencent::secret::SecretError;
use crate::tencent::transport::Transport;
use crate::trigger::{self, Arrival, Refused, RunId, Trigger};

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

/// Handles one event before `by`. A refused event is the only error: everything else is an answer.
pub async fn handle(event: &[u8], policy: &Policy, cloud: &impl Cloud, by: Deadline) -> Result<Answer, Refused> {
    let answer = match trigger::read(event, policy, cloud.clock().now())? {
        Arrival::NotOurs { why } => Answer::without_run(Ending::Ignored { why }),
        Arrival::FanOut(accounts) => Answer::without_run(Ending::FanOut { accounts }),
        Arrival::Hop(_) | Arrival::Resolve(_) => todo!(),
        Arrival::Bare { trigger, .. } => {
            let span = tracing::info_span!("run", run = %trigger.run, account = %trigger.account.name);
            serve(&trigger, policy, cloud, by).instrument(span).await
        }
    };
    log_end(&answer);
    Ok(answer)
}

/// Serves the one account that the trigger names.
async fn serve(trigger: &Trigger, policy: &Policy, cloud: &impl Cloud, by: Deadline) -> Answer {
    let memory = cursor::open();
    match cloud.client(&trigger.account, &trigger.run).await {
        Ok(client) => run(&client, About { trigger, policy, memory }, by).await,
        Err(error) => Answer::unobserved(trigger, policy, memory, error.to_string()),
    }
}

/// One line for each notice, since nobody receives the answer of an asynchronous invocation, and one for the end of
/// every event that was not refused; `template.yaml` has a metric filter on its very fields.
fn log_end(answer: &Answer) {
    let run = answer.report.as_ref().map(|report| report.run.as_str());
    for notice in &answer.notices {
        tracing::warn!(run, topic = notice.topic.word(), id = notice.id, text = notice.text, "notice");
    }
    tracing::info!(run, status = answer.ending.word(), why = answer.ending.why(), "invocation ended");
}
