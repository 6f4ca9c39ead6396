//! What one account's execution came to on this machine: what is printed of it, and what people hear where the loop itself
//! gave up.

use std::fmt;

use scim_key_lifecycle::cursor::OutcomeState;
use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::notice::{Notice, Topic};
use scim_key_lifecycle::report::{Answer, Believed, MemoryReport, OutcomeReport, ReportedState};
use scim_key_lifecycle::zone::{AccountName, Status, Subject};
use serde::Serialize;

use super::print;

/// How one account's execution ended.
#[derive(Serialize)]
pub(super) struct Ran {
    /// The account.
    pub account: AccountName,
    execution: String,
    /// Why what it switched off has no receipt, and what leads back then.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_way_back: Option<String>,
    /// What its answers come to.
    #[serde(flatten)]
    pub answer: Answer,
    /// Did the loop give up, other than the function has answered?
    #[serde(skip)]
    gave_up: bool,
}

impl Ran {
    /// The execution of this name has had these answers, and ended so.
    pub(super) fn of(account: AccountName, execution: String, ending: Ending, answers: Vec<Answer>) -> Self {
        let last = answers.last();
        let gave_up = last.is_none_or(|last| last.ending != ending);
        let memory = last.and_then(|last| last.report.as_ref()).map(|report| report.memory.clone());
        let answer = summary(ending, answers);
        Self { account, execution, no_way_back: no_way_back(&answer, memory), answer, gave_up }
    }

    /// What people should hear where the loop itself gave up: of that the function knows nothing. What it has told them may
    /// have been put off, or speak of what was done alone.
    pub(super) fn of_the_loop(&self) -> Option<Notice> {
        let Self { account, execution, no_way_back, answer, gave_up } = self;
        let Ending::Failed { why } = &answer.ending else { return None };
        let topic = Topic::NotThrough;
        let id = format!("{execution}/{account}/{}", topic.word());
        let no_way_back = no_way_back.iter().map(|why| format!("; {why}")).collect::<String>();
        let text = format!("account {account}: {why}{no_way_back}");
        gave_up.then(|| Notice { id, topic, credentials: Vec::new(), rule: None, text })
    }
}

/// For people.
impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.answer.report.is_none() {
            write!(f, "account {}\n\n", self.account)?;
        }
        f.write_str(&print::answer(&self.answer, print::coloured()))?;
        if let Some(why) = &self.no_way_back {
            writeln!(f, "  way back  {why}")?;
        }
        f.write_str("\n")
    }
}

/// What an execution's answers come to: the last that tells of a look, the last ways back, which are all, and what nobody
/// was told.
fn summary(ending: Ending, mut answers: Vec<Answer>) -> Answer {
    let mut newest_first = answers.iter_mut().rev().map(|answer| std::mem::take(&mut answer.receipts));
    let receipts = newest_first.find(|receipts| !receipts.is_empty()).unwrap_or_default();
    let notices = if matches!(ending, Ending::Failed { .. }) {
        answers.last_mut().map(|answer| std::mem::take(&mut answer.notices)).unwrap_or_default()
    } else {
        Vec::new()
    };
    let mut reports: Vec<_> = answers.into_iter().filter_map(|answer| answer.report).collect();
    let looked = reports.iter().rposition(|report| report.looked_at.is_some());
    let report = looked.map(|at| reports.swap_remove(at)).or_else(|| reports.pop());
    Answer { report, notices, receipts, ..Answer::without_run(ending) }
}

/// What this run switched off and has no receipt of, and what leads back then; `None` if there is no such thing. The function
/// leaves a receipt once the register knows of the disable. `memory` is what was last believed of that.
fn no_way_back(answer: &Answer, memory: Option<MemoryReport>) -> Option<String> {
    // What is complete has been settled.
    let (report, ended) = (answer.report.as_ref()?, answer.ending.why()?);
    let why = memory.filter(|memory| memory.state == Believed::None).map_or(ended, |memory| memory.means);
    let earlier = |of: &Subject| report.earlier.iter().any(|outcome| outcome.subject == *of && is_off(outcome.state));
    let keys = report.credentials.iter().map(|key| (key.credential.clone().into(), &key.decision, &key.status));
    let synchronization = report.synchronization.iter().map(|it| (Subject::Synchronization, &it.decision, &it.status));
    let off = keys.chain(synchronization).filter_map(|(subject, decision, status)| {
        let now = matches!(&decision.outcome, Some(OutcomeReport { state: ReportedState::Tried(state), .. }) if is_off(*state));
        let went_off = now || (earlier(&subject) && status.is(Status::Disabled));
        let has_receipt = answer.receipts.iter().any(|receipt| receipt.subject == subject);
        (went_off && !has_receipt).then(|| subject.to_string())
    });
    let off: Vec<String> = off.collect();
    (!off.is_empty()).then(|| {
        format!(
            "{} has no receipt, as the run ended before the register was seen to know that it went off ({why}): the same \
             event leaves one if it is sent again and the register knows; otherwise the way back is the console, and what goes \
             off again after that leaves a receipt",
            off.join(" and ")
        )
    })
}

const fn is_off(state: OutcomeState) -> bool {
    matches!(state, OutcomeState::Disabled | OutcomeState::NoGoodKey)
}
