//! When two worlds count as the same, so that only one of them is gone on from.
//!
//! They do if they hold the same, and their dates stand to each other alike: in the same order, now by the function's own
//! clock and the time of which events tell among them, and each as far from now. That is to the second where it lies within
//! the hour after that clock's now, or is an open intent's, and to a fifth of the time between two scheduled runs otherwise.
//! Nothing in the program or its judge looks closer at old dates, but inside one hop, and a hop is played whole. `twins`
//! tries that it is so.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

use scim_key_lifecycle::orchestrator::Step;
use scim_key_lifecycle::time::Timestamp;

use crate::judge;
use crate::stage::Fixed;
use crate::world::World;

/// What a world has in common with those that count as the same, and what more may happen in it than in others.
#[derive(Clone, Copy, Debug)]
pub struct Sameness {
    /// Worlds in which this is the same go on alike without another event,
    pub quiet: u128,
    /// and in which this is the same too, under the same events.
    pub open: u128,
}

/// Which worlds this one is like.
pub fn of(world: &World, fixed: &Fixed) -> Sameness {
    let text = written(world, fixed);
    let half = |salt: u8, text: &str| {
        let mut hasher = DefaultHasher::new();
        (salt, text).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    let quiet = half(0, &text) << 64 | half(1, &text);
    let open = quiet ^ (half(2, &format!("{:?}", world.before)) << 64 | half(3, &format!("{:?}", world.before)));
    Sameness { quiet, open }
}

/// What makes a difference, as it counts.
pub fn written(world: &World, fixed: &Fixed) -> String {
    renamed(&relative(&text(world, fixed), world))
}

/// All that makes a difference to what happens next and to how it is judged, but for what may still happen out of schedule.
fn text(world: &World, fixed: &Fixed) -> String {
    let World { start, now, skew, keys, register, executions, current, days, undisturbed, ghost, .. } = world;
    let newest = register.last_key_value();
    let generation = newest.map_or(0, |(newest, _)| *newest);
    // By a clock that is wrong, what lies before now may be still to come; and other people's events tell of the start.
    let mut text = format!("{start} {now} {} {skew} {days:?} {undisturbed} {keys:?}", world.seen_now());
    if let Some((_, (cursor, _))) = newest {
        text.push_str(&fixed.shown(cursor).memory);
        let facts = fixed.facts(cursor);
        for (at, _) in facts.iter().filter(|intent| judge::is_open(&facts, intent)) {
            write!(text, "{EXACTLY}{at}").unwrap();
        }
    }
    let mut told = false;
    for (index, running) in executions.iter().enumerate() {
        let execution = &running.execution;
        if execution.ended().is_some() {
            continue;
        }
        told |= matches!(execution.next(), Step::Settle { .. } | Step::Notify(_));
        let turn = index == *current;
        let again = running.waited_on.map(|(on, again)| (on == generation, again));
        write!(text, "{turn} {again:?} {:?}", running.trigger).unwrap();
        unsealed(&generations(&format!("{execution:?}"), generation), fixed, &mut text);
    }
    unsealed(&ghost.that_matters(told), fixed, &mut text);
    // What a restore that is to come gives back.
    unsealed(&format!("{:?} {:?}", ghost.receipts.first(), ghost.receipts.last()), fixed, &mut text);
    text
}

/// The text, with the number of each generation replaced by how far it is from the newest.
fn generations(debug: &str, newest: u64) -> String {
    const WORD: &str = "generation";
    let mut text = String::with_capacity(debug.len());
    let mut rest = debug;
    while let Some(at) = rest.find(WORD) {
        let begin = at + WORD.len() + rest[at + WORD.len()..].find(|c: char| c.is_ascii_digit()).unwrap();
        let end = begin + rest[begin..].find(|c: char| !c.is_ascii_digit()).unwrap();
        let number: i64 = rest[begin..end].parse().unwrap();
        write!(text, "{}{}", &rest[..begin], number - i64::try_from(newest).unwrap()).unwrap();
        rest = &rest[end..];
    }
    text + rest
}

/// The text, with executions numbered as they come up in it.
fn renamed(text: &str) -> String {
    const NAME: &str = "execution-";
    let mut names: Vec<&str> = Vec::new();
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(NAME) {
        let begin = at + NAME.len();
        let end = begin + rest[begin..].find(|c: char| !c.is_ascii_digit()).unwrap();
        let name = &rest[begin..end];
        let number = names.iter().position(|other| *other == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        write!(written, "{}{number}", &rest[..begin]).unwrap();
        rest = &rest[end..];
    }
    written + rest
}

/// Writes what is sealed as anybody can read it; of a register's cursor only its memory, since its run is history.
fn unsealed(debug: &str, fixed: &Fixed, text: &mut String) {
    const SEALED: &str = "eyJ";
    let mut rest = debug;
    while let Some(at) = rest.find(SEALED) {
        let end = rest[at..].find(['"', '\\']).map_or(rest.len(), |length| at + length);
        let shown = fixed.shown(&rest[at..end]);
        let is_of_register = rest[..at].ends_with("\"cursor\": String(\"");
        text.push_str(&rest[..at]);
        text.push_str(if is_of_register { &shown.memory } else { &shown.whole });
        rest = &rest[end..];
    }
    text.push_str(rest);
}

/// The text, with each date replaced by how it stands to now and to the others.
fn relative(text: &str, world: &World) -> String {
    let now = world.now.unix_millis();
    let dates = dates(text);
    let ranks = ranks(dates.iter().map(|date| date.millis));
    let mut written = String::with_capacity(text.len());
    let mut from = 0;
    for date in &dates {
        written.push_str(&text[from..date.begin]);
        let rank = ranks.binary_search(&date.millis).unwrap();
        let away = date.millis - now;
        let is_exact = away.abs() <= HOUR && (away > world.skew.min(0) || text[..date.begin].ends_with(EXACTLY));
        let (unit, word) = if is_exact { (STEP, "s") } else { (FIFTH, "f") };
        write!(written, "<{rank}:{}{word}>", (away + unit / 2).div_euclid(unit)).unwrap();
        from = date.end;
    }
    written.push_str(&text[from..]);
    written
}

/// Stands before a date of the last hour whose distance from now counts to the second.
const EXACTLY: char = '!';
const STEP: i64 = 1_000;
const HOUR: i64 = 3_600_000;
const FIFTH: i64 = 5 * HOUR;

/// A date in a text.
struct Date {
    begin: usize,
    end: usize,
    millis: i64,
}

fn dates(text: &str) -> Vec<Date> {
    let bytes = text.as_bytes();
    let mut dates = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find("-") {
        let dash = from + found;
        from = dash + 1;
        let begin = dash.saturating_sub(4);
        if bytes.get(dash + 6) != Some(&b'T') || bytes.get(dash + 3) != Some(&b'-') {
            continue;
        }
        let Some(end) = text[dash..].find('Z').map(|length| dash + length + 1) else { continue };
        if let Some(date) = Timestamp::parse_rfc3339(&text[begin..end]) {
            dates.push(Date { begin, end, millis: date.unix_millis() });
            from = end;
        }
    }
    dates
}

fn ranks(values: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut sorted: Vec<i64> = values.collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}
