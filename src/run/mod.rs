//! One hop for one account, from look to answer: the whole story on one screen.
//!
//! A hop looks, and then does one of four things: it writes, if it has the leave to; it says what it means to write,
//! so that the next hop has it; it waits, as long as another execution holds the lease; or it ends the run.
//! `docs/protocol.md` §5 says why.

use std::time::Duration;

use crate::act::Hands;
use crate::clock::{Clock, Deadline};
use crate::cursor::TooLarge;
use crate::decide::{Cleared, Plan, decide, good_key_stays, may_act_on_synchronization};
use crate::ending::Ending;
use crate::observe::{self, Scope};
use crate::policy::Successor;
use crate::report::{self, About, Seen};
use crate::tencent::transport::Transport;
use crate::tencent::{Client, Writer};
use crate::time::{Timestamp, Truth};
use crate::zone::{Snapshot, Status, Subject};

mod claims;
mod late;
mod leave;
mod patience;
mod work;

pub use claims::{nothing_to_look_for, owe_what_is_not_dealt_with};
pub use work::{NoMemory, Remembered, Standing, Work};

use leave::{Leave, What};

/// How long a run waits before it decides anew what came to nothing.
const ANEW_AFTER: Duration = Duration::from_secs(1);

/// How long a run waits before it asks again whether another execution's lease has ended.
const ASK_AGAIN: Duration = Duration::from_secs(15);

/// Looks, decides, and does what it may. What is to be remembered and told is in `work` afterwards.
///
/// `fits` says whether work like this can be sealed. It is asked before anything is meant or written.
pub async fn run<T: Transport, C: Clock>(
    client: &Client<'_, T, C>,
    about: About<'_>,
    work: &mut Work,
    fits: impl Fn(&Work, &Snapshot) -> Result<(), TooLarge>,
    by: Deadline,
) -> Result<(Ending, Seen), Ending> {
    let clock = client.clock();
    let scope = scope(about, work, clock.now());
    let mut zone = match observe::look_at_account(client, about.account(), scope, by).await {
        Ok(zone) => zone,
        Err(unseen) => return Err(work.cannot_see(about, unseen.to_string(), unseen.will_pass(), clock.now())),
    };
    let (began, looked) = (work.began(), clock.now());
    work.saw(&zone, about);
    claims::remember(about, work, &zone);
    let claims = about.occasion.claims().and_then(|claims| claims.the_most(Some(&zone)));
    let about = about.with_claims(claims.as_ref());
    let mut deeds = late::judge(client, about, work, &mut zone, by).await;
    let earlier = work.record().outcomes.clone();
    let memory = work.remembered();
    let first = zone.clone();
    let grounds = about.grounds(&memory);
    let plan = decide(&zone, grounds, clock.now());
    log_plan(&plan, about);
    claims::call_without_subject(about, work, &plan);
    work.make_sure_of_room(about, &plan, &zone, clock.now(), fits);
    let leave = leave::of(about, work, &plan, clock.now(), by);
    let waits = matches!(leave, Leave::Wait { .. });
    let ending = match (leave, about.policy.permit()) {
        (Leave::NoMemory { why }, _) => {
            let wanted: Vec<&Subject> = plan.cleared().map(Cleared::subject).collect();
            work.owe([report::no_memory(about, &why, &wanted)]);
            Ending::Failed { why }
        }
        // It is asked again soon: most leases end long before their time, and a thief may be at work meanwhile.
        (Leave::Wait { since, until }, _) => Ending::Continue {
            resume_at: until.min(clock.now().plus(ASK_AGAIN)),
            why: format!("another execution is writing for this account, since {since} and until {until} at most"),
        },
        (Leave::Refused { why }, _) => Ending::Failed { why },
        (Leave::Write { what, until }, Some(permit)) => {
            let hands = Hands { writer: Writer::new(client, permit), grounds, write_by: until, by };
            let done = hands.carry_out(&plan, &mut zone, |cleared| what.covers(cleared)).await;
            work.wrote(about, &plan, &done, &zone, clock.now());
            deeds.extend(done);
            after_writing(about, work, &decide(&zone, grounds, clock.now()), &zone, clock.now())
        }
        (Leave::Intend, Some(_)) => intend_or_end(about, work, &plan, &zone, clock.now()),
        (Leave::Write { .. } | Leave::Intend, None) => through(about, work, &plan, &zone, clock.now()),
    };
    // Before it is said what people have not heard: what the run still means and will not do now is none of that.
    let ending = work.end(about, ending);
    let seen = Seen { began, looked, zone: first, claims: claims.clone(), plan, deeds, earlier };
    if !waits {
        let may_pass = matches!(ending, Ending::Continue { .. }) && !work.has_tried_for_long(clock.now());
        owe_what_it_saw(about, work, &seen, may_pass);
    }
    Ok((ending, seen))
}

/// Owes people what was seen and done. What somebody else is about to write is no news yet: a key that another run means to
/// disable would be told of as one that was enabled again.
fn owe_what_it_saw(about: About<'_>, work: &mut Work, seen: &Seen, may_pass: bool) {
    work.owe(report::owed(about, seen, work.memory(), may_pass));
    work.owe_found(about, seen);
}

/// SCIM synchronisation is looked at only where something may come of it: each call takes time from the containment.
fn scope(about: About<'_>, work: &Work, now: Timestamp) -> Scope {
    let may_be_acted_on = may_act_on_synchronization(about.grounds(&work.remembered()), now);
    if may_be_acted_on { Scope::KeysAndSynchronization } else { Scope::Keys }
}

/// After writing, a loop looks once more, also where memory cannot be used: by then it may be usable again. `plan` follows
/// from the last look, `zone`.
fn after_writing(about: About<'_>, work: &mut Work, plan: &Plan, zone: &Snapshot, now: Timestamp) -> Ending {
    let over = |no_memory: &NoMemory| Ending::Failed { why: no_memory.why().to_owned() };
    match (work.standing(), work.no_memory()) {
        (Standing::Bare, Some(why)) | (_, Some(why @ NoMemory::NoKey { .. })) => over(why),
        (Standing::Bare, None) => match plan.cleared().find(|cleared| !What::OfRules.covers(cleared)) {
            Some(left) => Ending::Failed { why: for_the_loop(left) },
            None => report::ended_at_once(&work.record().outcomes, now)
                .unwrap_or_else(|| through(about, work, plan, zone, now)),
        },
        (Standing::Loop { .. }, no_memory) => {
            let (resume_at, why) = match (work.record().look_at, work.tries_again(about, now), no_memory) {
                (Some(look_at), ..) => (look_at, "the late look is to come"),
                (None, Some(again), _) => (again, "work is left over"),
                (None, None, Some(why)) => return over(why),
                // Not at once: two intents for one key that were formed at one instant would be the same.
                (None, None, None) => (now.plus(ANEW_AFTER), "it is to be decided anew"),
            };
            Ending::Continue { resume_at, why: why.to_owned() }
        }
    }
}

fn for_the_loop(left: &Cleared) -> String {
    format!(
        "{} ({}) is written only by the loop, which settles it first: send the event to the state machine, or with \
         scim-keys run --register",
        left.subject(),
        left.because()
    )
}

/// Says what is meant; where nothing is, the run is through.
fn intend_or_end(about: About<'_>, work: &mut Work, plan: &Plan, zone: &Snapshot, now: Timestamp) -> Ending {
    let wanted: Vec<&Cleared> = plan.cleared().filter(|cleared| !work.has_failed(cleared.subject())).collect();
    if wanted.is_empty() {
        return through(about, work, plan, zone, now);
    }
    work.intend(&wanted, now);
    Ending::Continue { resume_at: now, why: "what is meant must be settled before it is done".to_owned() }
}

/// The run is through. If no good key is left, and one that would work is off by our doing, a person is called: now, and on
/// every run until somebody has looked after it, though a key may work for which nobody vouches.
fn through(about: About<'_>, work: &mut Work, plan: &Plan, zone: &Snapshot, now: Timestamp) -> Ending {
    let memory = work.remembered();
    let keys = plan.steps.iter().filter_map(|step| step.key.as_ref());
    let off = keys
        .filter(|key| key.credential.status.is(Status::Disabled) && key.assessment.expired != Truth::Yes)
        .map(|key| &key.credential.id);
    // A rule may count any key as good: then so does whoever asks what its disable has left.
    let alone = off.filter(|key| {
        let by = memory.last_disable(*key).and_then(|disable| disable.rule);
        let rule = by.and_then(|id| about.policy.rules().rule(id));
        let successor = rule.map_or(Successor::Vouched, |rule| rule.successor);
        !good_key_stays(zone, about.grounds(&memory), successor, now)
    });
    match work.switched_off(&alone.collect::<Vec<_>>(), now) {
        Some((key, why)) => {
            let off = key.into();
            let remedy = report::remedy(plan, &memory, &off);
            if !work.left_no_good_key(&off) {
                work.owe([report::no_good_key(about, &off, why, &remedy)]);
            }
            Ending::Held { why: format!("no good key is left: {off} is off ({why}): {remedy}") }
        }
        None => {
            let outcomes = &work.record().outcomes;
            let goes_on = || work.looks_again(plan, now);
            let ended = report::ended_without_good_key(outcomes).or_else(goes_on);
            ended.unwrap_or_else(|| report::at_the_end(plan, &memory, outcomes))
        }
    }
}

/// One line for each decision.
fn log_plan(plan: &Plan, about: About<'_>) {
    for step in &plan.steps {
        let because = step.verdict.because().map(ToString::to_string);
        tracing::info!(credential = step.subject.as_str(), status = %step.status,
            verdict = step.verdict.word(), because, why = report::why(step, about.policy), "decision");
    }
}
