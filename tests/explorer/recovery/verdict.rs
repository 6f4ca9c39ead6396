//! What must be true after a cut, by what really happened.

use scim_key_lifecycle::ending::Ending;
use scim_key_lifecycle::memory::Fact;
use scim_key_lifecycle::notice::{Notice, Topic};
use scim_key_lifecycle::time::Timestamp;

use super::cases::{Case, Meanwhile};
use super::cut::{Cut, Play, Way};
use crate::events::Trigger;
use crate::history::{History, Wrote};
use crate::judge::TELLING;
use crate::scenes::Scene;
use crate::script::Script;
use crate::stage::Gate;
use crate::world::{A, B};

/// Which keys are on.
pub type End = [(&'static str, bool); 2];

pub fn end(script: &Script) -> End {
    [A, B].map(|key| (key, script.is_on(key)))
}

/// What the case comes to when nobody cuts it.
pub struct Undisturbed {
    pub calls: Vec<Gate>,
    pub end: End,
}

/// How things stood at the cut.
struct AtTheCut {
    end: End,
    writes: usize,
    heard: usize,
    /// Does the register hold anything of this execution?
    known: bool,
}

/// Plays the case with this cut. What is wrong with how it ended; empty if nothing is.
pub fn of(case: &Case, cut: Cut, scene: Scene, undisturbed: &Undisturbed) -> Vec<String> {
    let mut script = Script::of(scene);
    let mut play = Play::of(case);
    let began = (script.now(), script.history().writes.len());
    let run = cut.reach(case, &mut script, &mut play);
    let History { writes, heard } = script.history();
    let known = knows(&script, began.0);
    let at_the_cut = AtTheCut { end: end(&script), writes: writes.len(), heard: heard.len(), known };
    let resumed = cut.go_on(case, &mut script, run, &undisturbed.calls[cut.at]);
    if !play.finish(&mut script, resumed) {
        return vec!["it does not come to an end".to_owned()];
    }
    let (writes, end, ending) = (script.history().writes.split_off(began.1), end(&script), script.ending(resumed));
    let (world, broken) = script.at_rest();
    let expected = if case.meanwhile == Meanwhile::Nothing || play.acted() {
        undisturbed.end
    } else {
        // Nothing was written after the cut, so that nobody acted either.
        [(A, false), (B, true)]
    };
    let history = world.ghost.history;
    let mut wrong = After { case, way: cut.way, at_the_cut, expected, end, ending, writes, history }.judge(began.1);
    wrong.extend(broken.into_iter().map(|broken| format!("{}: {}", broken.invariant, broken.how)));
    wrong
}

/// Does the register hold what this execution meant, did, or was started for?
fn knows(script: &Script, began: Timestamp) -> bool {
    script.dated_facts().iter().any(|(at, fact)| {
        let of_a_run = matches!(fact, Fact::Intended { .. } | Fact::Disabled { .. } | Fact::Implicated { .. });
        of_a_run && *at >= began
    })
}

/// How things stand once what went on after the cut is over.
struct After<'a> {
    case: &'a Case,
    way: Way,
    at_the_cut: AtTheCut,
    expected: End,
    end: End,
    ending: Option<Ending>,
    /// What was written up to then, by the execution and by what went on.
    writes: Vec<Wrote>,
    /// All that happened until three more scheduled runs had passed.
    history: History,
}

impl After<'_> {
    fn judge(&self, began: usize) -> Vec<String> {
        let mut wrong: Vec<String> = self.written_without_memory(began).into_iter().collect();
        wrong.extend(self.ended_otherwise());
        wrong.extend(self.wrong_ending());
        for wrote in &self.writes {
            if wrote.already {
                wrong.push(format!("{} is switched {}, and is so already", wrote.key, word(wrote.on)));
            }
            if !self.is_reported(wrote) {
                wrong.push(format!("nobody was told that {} was switched {}", wrote.key, word(wrote.on)));
            }
        }
        if self.end.iter().all(|(_, on)| !on) && !self.forgotten() && !self.told_since(A, &[Topic::NoGoodKey]) {
            wrong.push("no key is on, and nobody is called".to_owned());
        }
        wrong
    }

    /// Where nobody can know what the execution did or was started for: its memory is gone, or it was lost before it
    /// had settled anything, and nobody sends its event again.
    fn forgotten(&self) -> bool {
        let lost = self.way == Way::NextDay && !matches!(self.case.trigger, Trigger::Heartbeat(_));
        self.way.forgets() || (lost && !self.at_the_cut.known)
    }

    /// Without memory nothing is written but what needs none.
    fn written_without_memory(&self, began: usize) -> Option<String> {
        if !self.way.forgets() {
            return None;
        }
        let since = &self.writes[self.at_the_cut.writes - began..];
        let writes: Vec<_> = since.iter().map(|wrote| (wrote.key.as_str(), wrote.on)).collect();
        let open = |(key, on): &&(&'static str, bool)| !self.at_the_cut.end.contains(&(key, *on));
        let expected: Vec<_> = self.case.without_memory.iter().filter(open).copied().collect();
        (writes != expected).then(|| format!("without memory it wrote {writes:?} and not {expected:?}"))
    }

    /// Each key ends as if nobody had cut; or people were told of it; or nobody can know.
    fn ended_otherwise(&self) -> Vec<String> {
        let both = self.end.iter().zip(&self.expected);
        let other = both.filter(|(end, expected)| end != expected).map(|(end, _)| end);
        let unnamed = other.filter(|end| {
            let as_it_was = self.forgotten() && self.at_the_cut.end.contains(end);
            !as_it_was && !self.told_since(end.0, &TELLING)
        });
        unnamed.map(|(key, on)| format!("{key} ends {}, and nobody was told why", word(*on))).collect()
    }

    /// Only a receipt may be refused: one of which nothing is remembered, or that was spent before the cut.
    fn wrong_ending(&self) -> Option<String> {
        match &self.ending {
            Some(Ending::Complete | Ending::Held { .. }) => None,
            Some(Ending::Failed { why }) if matches!(self.case.trigger, Trigger::Restore(_)) => {
                let refused = if self.way.forgets() { "is for" } else { "was used already" };
                let named = why.contains(refused) || (self.way.forgets() && why.contains("no disable of it"));
                (!named).then(|| format!("it failed: {why}"))
            }
            other => Some(format!("it ended {other:?}")),
        }
    }

    /// Has somebody received a notice of the key since it was written? Outside of a loop the caller has the report.
    fn is_reported(&self, wrote: &Wrote) -> bool {
        let contained = matches!(self.case.trigger, Trigger::Incident(..)) && self.way == Way::WithoutRegister;
        let by_the_lost_run = wrote.heard <= self.at_the_cut.heard;
        (self.forgotten() && by_the_lost_run && !contained) || self.told(wrote.heard, &wrote.key, &TELLING)
    }

    fn told_since(&self, key: &str, topics: &[Topic]) -> bool {
        self.told(self.at_the_cut.heard, key, topics)
    }

    /// Did people hear this of the key, after they had received so many notices?
    fn told(&self, heard: usize, key: &str, topics: &[Topic]) -> bool {
        let names = |notice: &Notice| notice.credentials.iter().any(|id| id.as_str() == key);
        self.history.heard[heard..].iter().any(|notice| names(notice) && topics.contains(&notice.topic))
    }
}

fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
