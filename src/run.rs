//! One account's run, from look to report: the whole story on one screen.

use crate::act::Hands;
use crate::clock::{Clock, Deadline};
use crate::decide::{Plan, decide};
use crate::observe::{self, Unobserved};
use crate::policy::{Account, Policy};
use crate::report::{self, About, Answer};
use crate::tencent::transport::Transport;
use crate::tencent::{Client, Writer};
use crate::zone::Snapshot;

/// Looks, decides, acts if the policy permits it, and reports.
pub async fn run<T: Transport, C: Clock>(client: &Client<'_, T, C>, about: About<'_>, by: Deadline) -> Answer {
    let zone = match look(client, &about.trigger.account, by).await {
        Ok(zone) => zone,
        Err(blind) => return Answer::unobserved(about.trigger, about.policy, about.memory, blind.to_string()),
    };
    let rules = about.policy.rules();
    let again = |zone: &Snapshot| decide(zone, about.memory, rules, client.clock().now());
    let plan = again(&zone);
    log_plan(&plan, about.policy);
    let deeds = match about.policy.permit() {
        Some(permit) => {
            let hands = Hands { writer: Writer::new(client, permit), again, rules, by };
            hands.carry_out(&plan, zone.clone()).await
        }
        None => Vec::new(),
    };
    Answer::of(&about, &zone, &plan, &deeds, client.clock().now())
}

async fn look<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    account: &Account,
    by: Deadline,
) -> Result<Snapshot, Unobserved> {
    let zone = observe::find_zone(client, account, by).await?;
    observe::look(client, &zone, by).await
}

/// One line for each decision.
fn log_plan(plan: &Plan, policy: &Policy) {
    for step in &plan.steps {
        let rule = step.verdict.rule().map(ToString::to_string);
        tracing::info!(credential = %step.credential.id, status = %step.credential.status,
            verdict = step.verdict.word(), rule, why = report::why(step, policy), "decision");
    }
}
