//! An answer for people: what happened, why, and what happens next; aligned, and coloured only where asked.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write as _};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::time::Duration;

use scim_key_lifecycle::cursor::{OutcomeState, RecordedOutcome};
use scim_key_lifecycle::decide::VerdictKind;
use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::notice::Topic;
use scim_key_lifecycle::policy::{Mode, RuleId};
use scim_key_lifecycle::report::{
    Answer, CredentialReport, DecisionReport, IncidentReport, OutcomeReport, Report, ReportedState, SealedReceipt,
    SpeedReport, SynchronizationReport, TimeReport,
};
use scim_key_lifecycle::time::spoken;
use scim_key_lifecycle::trigger::{Kind, Source};
use scim_key_lifecycle::zone::Status;

/// The answer as text, ending in a newline.
pub(super) fn answer(answer: &Answer, coloured: bool) -> String {
    let mut page = Page { text: String::new(), coloured };
    if let Some(report) = &answer.report {
        page.head(report);
        page.claims(report);
        for credential in &report.credentials {
            page.credential(credential, next(credential, report, &answer.receipts));
        }
        report.synchronization.iter().for_each(|it| page.synchronization(it));
        let strangers = answer.notices.iter().filter(|notice| notice.topic == Topic::UnvouchedKey);
        page.foot("earlier", report.earlier.iter().map(earlier));
        page.foot("before", report.delivered_before.iter().map(ToString::to_string));
        page.foot("note", strangers.map(|notice| notice.text.clone()));
        page.foot("not seen", report.not_looked_at.iter().map(|left| format!("{}: {}", left.what, left.why)));
        page.foot("memory", [format!("{}: {}", report.memory.state.word(), report.memory.means)]);
        if !answer.receipts.is_empty() {
            let keys: Vec<&str> = answer.receipts.iter().map(|receipt| receipt.subject.as_str()).collect();
            page.foot("way back", [format!("for {}; --json prints the receipt, for you alone", keys.join(", "))]);
        }
        page.push("\n");
    }
    page.ending(&answer.ending);
    page.text
}

/// Is standard output read by people who want colours?
pub(super) fn coloured() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Writes to standard output. A reader that has gone away (`| head`) has seen enough.
pub(super) fn out(text: &str) -> io::Result<()> {
    match stdout()?.write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// The same for what somebody must have received: a reader that has gone away has not, and at the null device is nobody.
/// That is where a standard output is led that was closed.
pub(super) fn all_out(text: &str) -> io::Result<()> {
    let mut out = stdout()?;
    let led_to = out.metadata()?;
    let null = fs::metadata("/dev/null");
    if led_to.file_type().is_char_device() && null.is_ok_and(|null| null.rdev() == led_to.rdev()) {
        return Err(io::Error::other("nobody reads the null device"));
    }
    out.write_all(text.as_bytes())
}

/// Standard output itself: nothing is kept back, and no failure goes unnoticed.
fn stdout() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// Says what went wrong, if it can be said: nothing ends because it cannot.
pub(super) fn wrong(why: &str) {
    let _unheard = writeln!(io::stderr(), "scim-keys: {why}");
}

/// The colours that matter: what was switched off, what a person should look at, what is well.
#[derive(Clone, Copy)]
enum Colour {
    Red,
    Yellow,
    Green,
}

struct Page {
    text: String,
    coloured: bool,
}

impl Page {
    fn head(&mut self, report: &Report) {
        let zone = report.zone.as_ref().map_or_else(|| "no zone".to_owned(), |zone| format!("zone {zone}"));
        let punctual = report.trigger.punctuality.as_deref().unwrap_or("no time given");
        let mode = match report.mode {
            Mode::Report => "report",
            Mode::Enforce => "enforce",
        };
        let account = &report.account;
        let (run, kind) = (&report.run, report.trigger.kind.as_str());
        self.push(&format!("account {account}, {zone}, mode {mode}, run {run}, {kind} ({punctual})\n\n"));
    }

    /// What an event of others says, and how fast it was answered.
    fn claims(&mut self, report: &Report) {
        let claims = &report.trigger.claims;
        let others = claims.incidents.iter().filter(|incident| incident.source != Source::Own.as_str());
        self.foot("incident", others.map(incident));
        self.foot("vouched", claims.vouched.iter().map(|vouched| format!("{} by {}", vouched.credential, vouched.by)));
        self.foot("over", claims.called_off.iter().map(|incident| format!("{incident} was called off by its source")));
        self.foot("unasked", claims.not_answered.clone());
        self.foot("left out", claims.not_believed.iter().map(|stale| format!("{}: {}", stale.what, stale.why)));
        let more = (claims.left_out > 0)
            .then(|| format!("{} more incidents that ask a rule: send it in parts", claims.left_out));
        self.foot("left out", more);
        self.foot("speed", report.speed.iter().map(speed));
        if !self.text.ends_with("\n\n") {
            self.push("\n");
        }
    }

    fn credential(&mut self, credential: &CredentialReport, next: Option<String>) {
        let (word, colour) = headline(&credential.decision);
        let word = self.paint(&format!("{word:<9}"), colour);
        self.push(&format!("  {word} {}  {}\n", credential.credential, life(credential)));
        self.line("because", [because(&credential.decision)]);
        self.line("outcome", credential.decision.outcome.iter().map(outcome));
        self.line("vouched", credential.vouched_by.clone());
        let follows = credential.successor.iter().map(|next| format!("followed by {}: {}", next.credential, next.why));
        self.line("beside", follows);
        self.line("next", next);
        self.push("\n");
    }

    fn synchronization(&mut self, it: &SynchronizationReport) {
        let (word, colour) = headline(&it.decision);
        let word = self.paint(&format!("{word:<9}"), colour);
        let was = if it.decision.outcome.is_some() { "was " } else { "" };
        self.push(&format!("  {word} SCIM synchronisation  {was}{}\n", it.status));
        self.line("because", [because(&it.decision)]);
        self.line("outcome", it.decision.outcome.iter().map(outcome));
        self.push("\n");
    }

    /// What is said of one key under one label, aligned; nothing if there is nothing to say.
    fn line(&mut self, label: &str, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            self.push(&format!("            {label:<8} {line}\n"));
        }
    }

    /// What is said of the run as a whole.
    fn foot(&mut self, label: &str, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            self.push(&format!("  {label:<9} {line}\n"));
        }
    }

    fn ending(&mut self, ending: &Ending) {
        let (colour, before) = match ending {
            Ending::Complete => (Colour::Green, "nothing is left for this run; the next scheduled run looks again"),
            Ending::Continue { .. } | Ending::FanOut { .. } => (Colour::Yellow, ""),
            Ending::Held { .. } => (Colour::Yellow, "a person is needed: "),
            Ending::Ignored { .. } => (Colour::Green, "this event is not for us: "),
            Ending::Failed { .. } => (Colour::Red, ""),
        };
        let word = self.paint(ending.word(), colour);
        self.push(&format!("{word}: {before}{}\n", ending.why().unwrap_or_default()));
    }

    fn push(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = self.text.write_str(text);
    }

    fn paint(&self, text: &str, colour: Colour) -> String {
        let code = match colour {
            Colour::Red => 31,
            Colour::Yellow => 33,
            Colour::Green => 32,
        };
        if self.coloured { format!("\x1b[1;{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// What a source reports, of whom, and who is asked about it.
fn incident(incident: &IncidentReport) -> String {
    let actor = incident.actor.iter().map(|actor| format!(", {actor}")).collect::<String>();
    let address = incident.address.iter().map(|address| format!(" from {address}")).collect::<String>();
    let rules: Vec<&str> = incident.rules.iter().map(RuleId::as_str).collect();
    let (source, kind, evidence) = (incident.source, &incident.kind, incident.evidence);
    format!("{source} reports {kind}{actor}{address} (evidence: {evidence}); it asks {}", rules.join(", "))
}

fn speed(speed: &SpeedReport) -> String {
    let event = speed.ms_since_the_event.map(|ms| format!(", {ms} ms after the event")).unwrap_or_default();
    format!(
        "off {} ms after the invocation began ({} before the look, {} for it, {} for the writes){event}",
        speed.ms_since_the_invocation, speed.ms_before_the_look, speed.ms_for_the_look, speed.ms_for_the_writes
    )
}

/// The one word in front: what was done, or else what was decided.
fn headline(decision: &DecisionReport) -> (&'static str, Colour) {
    match (decision.outcome.as_ref().map(|outcome| outcome.state), decision.verdict) {
        (Some(ReportedState::Tried(state)), _) => done(state),
        (Some(ReportedState::ReportOnly), VerdictKind::Enable) => ("WOULD BE ON", Colour::Yellow),
        (Some(ReportedState::ReportOnly), _) => ("WOULD GO", Colour::Yellow),
        // It is meant, and must be settled first.
        (None, VerdictKind::Disable) => ("TO GO OFF", Colour::Yellow),
        (None, VerdictKind::Enable) => ("TO GO ON", Colour::Yellow),
        (_, VerdictKind::Warn) => ("WARN", Colour::Yellow),
        (_, VerdictKind::Wait) => ("WAIT", Colour::Yellow),
        (_, VerdictKind::Held) => ("HELD", Colour::Yellow),
        (_, VerdictKind::Unsure) => ("UNSURE", Colour::Yellow),
        (_, VerdictKind::Keep) => ("KEEP", Colour::Green),
    }
}

fn done(state: OutcomeState) -> (&'static str, Colour) {
    match state {
        OutcomeState::Disabled => ("DISABLED", Colour::Red),
        OutcomeState::Enabled => ("ENABLED", Colour::Green),
        OutcomeState::Freed => ("FREED", Colour::Green),
        OutcomeState::Gone => ("GONE", Colour::Green),
        OutcomeState::Changed => ("CHANGED", Colour::Yellow),
        OutcomeState::Undone => ("UNDONE", Colour::Red),
        OutcomeState::NoGoodKey => ("NO KEY", Colour::Red),
        OutcomeState::Deferred => ("DEFERRED", Colour::Yellow),
        OutcomeState::Unsettled => ("UNCLEAR", Colour::Yellow),
        OutcomeState::Failed => ("FAILED", Colour::Red),
        OutcomeState::Held => ("HELD", Colour::Yellow),
    }
}

/// State, age and expiry in a few words; the readings only where they differ in words.
fn life(credential: &CredentialReport) -> String {
    let was = if credential.decision.outcome.is_some() { "was " } else { "" };
    let created = distances(&credential.created);
    let expires = distances(&credential.expires);
    let expires = if expires.starts_with("in ") { format!("expires {expires}") } else { format!("expired {expires}") };
    format!("{was}{}, created {created}, {expires}", credential.status)
}

/// The distance in every reading, in its largest unit, said once where they agree: `97d ago`, `378d or 379d ago`.
fn distances(time: &TimeReport) -> String {
    let side = |past: bool| {
        let seconds = time.readings.iter().map(|reading| reading.seconds_from_now).filter(move |s| (*s < 0) == past);
        let mut apart: Vec<u64> = seconds.map(i64::unsigned_abs).collect();
        apart.sort_unstable();
        let mut said: Vec<String> = apart.into_iter().map(|s| coarse(Duration::from_secs(s))).collect();
        said.dedup();
        said.join(" or ")
    };
    match (side(true), side(false)) {
        (past, ahead) if ahead.is_empty() => format!("{past} ago"),
        (past, ahead) if past.is_empty() => format!("in {ahead}"),
        (past, ahead) => format!("{past} ago or in {ahead}"),
    }
}

fn coarse(duration: Duration) -> String {
    spoken(duration).split(' ').next().unwrap_or_default().to_owned()
}

fn because(decision: &DecisionReport) -> String {
    let DecisionReport { rule, controls, why, .. } = decision;
    let controls =
        if controls.is_empty() { String::new() } else { format!(" (follows {} by analogy)", controls.join(", ")) };
    match rule {
        Some(rule) => format!("rule {rule}{controls}: {why}"),
        None => why.clone(),
    }
}

fn outcome(outcome: &OutcomeReport) -> String {
    let mut text = match (outcome.state, &outcome.why) {
        (_, Some(why)) => why.clone(),
        (ReportedState::Tried(OutcomeState::Disabled), None) => "disabled, and seen to be off".to_owned(),
        (ReportedState::Tried(OutcomeState::Enabled), None) => "enabled, and seen to be on".to_owned(),
        (ReportedState::Tried(state), None) => state.word().to_owned(),
        (ReportedState::ReportOnly, None) => String::new(),
    };
    if !outcome.request_ids.is_empty() {
        text.push_str(&format!(" (request {})", outcome.request_ids.join(", ")));
    }
    text
}

/// What came of a write in an earlier hop of the run.
pub(super) fn earlier(outcome: &RecordedOutcome) -> String {
    let mut text = format!("{} {}", outcome.subject, outcome.state.word());
    text.extend(outcome.why.iter().map(|why| format!(": {why}")));
    if !outcome.request_ids.is_empty() {
        text.push_str(&format!(" (request {})", outcome.request_ids.join(", ")));
    }
    text
}

/// What happens next to this key, or what a person may do.
fn next(credential: &CredentialReport, report: &Report, receipts: &[SealedReceipt]) -> Option<String> {
    let has_receipt = receipts.iter().any(|receipt| receipt.subject == credential.credential);
    let decision = &credential.decision;
    let text = match (decision.outcome.as_ref().map(|outcome| outcome.state), decision.verdict) {
        (Some(ReportedState::Tried(state)), _) => match state {
            OutcomeState::Disabled => way_back(credential, report, has_receipt),
            OutcomeState::Undone | OutcomeState::NoGoodKey => "see that one key works now",
            OutcomeState::Deferred | OutcomeState::Unsettled => "send the same event again",
            OutcomeState::Failed => "mend what stands in the way, then send the same event again",
            OutcomeState::Enabled
            | OutcomeState::Freed
            | OutcomeState::Gone
            | OutcomeState::Changed
            | OutcomeState::Held => return None,
        },
        (Some(ReportedState::ReportOnly), VerdictKind::Enable) => "with \"mode\": \"enforce\" it would be given back",
        (Some(ReportedState::ReportOnly), _) => "with \"mode\": \"enforce\" it would go off",
        // An incident found it off, or an earlier hop of this run has switched it off.
        (None, VerdictKind::Keep) if has_receipt => way_back(credential, report, true),
        (None, VerdictKind::Warn) if credential.successor.as_ref().is_some_and(|next| next.counts) => {
            "see that nothing uses it any more: its successor is there"
        }
        (None, VerdictKind::Warn) => "make a new key, give it to the identity provider, name it under known",
        (None, VerdictKind::Held) if credential.status.is(Status::Disabled) => {
            "it stays off until what holds that back is mended"
        }
        (None, VerdictKind::Held) => "it stays on until what holds it back is mended",
        (None, VerdictKind::Unsure) => "it is left alone until that is clear",
        (None, VerdictKind::Keep | VerdictKind::Wait | VerdictKind::Disable | VerdictKind::Enable) => return None,
    };
    Some(text.to_owned())
}

/// What an incident holds off is contested if it is on without its receipt.
const RECEIPT: &str = "its receipt is the way back: if it is enabled in the console, each run that remembers the incident disables it again";

/// How a person may have a key back that this run switched off.
fn way_back(credential: &CredentialReport, report: &Report, has_receipt: bool) -> &'static str {
    // Only containments switch keys off on other occasions than a schedule, and no rule is named where one is upheld.
    let earlier = report.earlier.iter().rfind(|outcome| outcome.subject == credential.credential);
    let rule = credential.decision.rule.as_ref().or(earlier.and_then(|outcome| outcome.because.rule()));
    let contained = report.trigger.kind != Kind::Schedule || rule.is_none();
    match (contained, has_receipt) {
        (false, _) => {
            "it can be enabled again in the console; while the rule applies, name it under guards.protect first"
        }
        (true, true) => RECEIPT,
        (true, false) => {
            "this run could leave no receipt: it can be enabled again in the console, and goes off again if the same \
             event comes again"
        }
    }
}
