//! Recovery: an execution is cut right before and right after each of its calls, and goes on in every way that there is.
//!
//! The explorer meets these cuts as well, among all else; here each has its own name, and is asked what it came to.

use std::collections::BTreeMap;

use crate::scenes::Scene;
use crate::script::Script;

mod cases;
mod cut;
mod verdict;

use cases::Case;
use cut::{Cut, Play, Way};
use verdict::Undisturbed;

/// Cuts the execution everywhere, and lets it go on in every way. Each cut that does not end well is told.
fn recovers_from_every_cut(case: &Case) {
    let scene = (case.begin)();
    let undisturbed = undisturbed(case, scene.clone());
    let mut wrong = Vec::new();
    let mut cuts = 0;
    for at in 0..undisturbed.calls.len() {
        for after in [false, true] {
            for way in Way::ALL {
                let cut = Cut { at, after, way };
                cuts += 1;
                let told = verdict::of(case, cut, scene.clone(), &undisturbed);
                wrong.extend(told.into_iter().map(|told| format!("{}: {told}", cut.named(&undisturbed.calls))));
            }
        }
    }
    assert_eq!(cuts, undisturbed.calls.len() * 2 * Way::ALL.len());
    assert!(wrong.is_empty(), "{} of {cuts} cuts\n{}", wrong.len(), wrong.join("\n"));
}

/// What it does when nobody cuts it. It makes calls of every kind, so that no kind of cut is left out.
fn undisturbed(case: &Case, scene: Scene) -> Undisturbed {
    let mut script = Script::of(scene);
    let before = script.history().writes.len();
    let run = script.start(case.trigger);
    let mut play = Play::of(case);
    let mut calls = Vec::new();
    while let Some(gate) = play.next_call(&mut script, run) {
        calls.push(gate);
    }
    let writes = script.history().writes.split_off(before);
    let writes: Vec<_> = writes.iter().map(|wrote| (wrote.key.as_str(), wrote.on)).collect();
    assert_eq!(writes, case.writes);
    let mut kinds = BTreeMap::new();
    for gate in &calls {
        *kinds.entry(cut::kind(gate)).or_insert(0) += 1;
    }
    let all = ["a creation", "a list of the register", "a look", "a notice", "a write", "an answer"];
    assert_eq!(kinds.keys().copied().collect::<Vec<_>>(), all, "{kinds:?}");
    println!("{} calls: {kinds:?}", calls.len());
    Undisturbed { calls, end: verdict::end(&script) }
}

#[test]
fn a_due_disable_recovers_from_every_cut() {
    recovers_from_every_cut(&cases::DUE);
}

#[test]
fn the_disable_of_an_expired_key_recovers_from_every_cut() {
    recovers_from_every_cut(&cases::EXPIRED);
}

#[test]
fn a_first_containment_recovers_from_every_cut() {
    recovers_from_every_cut(&cases::INCIDENT);
}

#[test]
fn a_contested_key_recovers_from_every_cut() {
    recovers_from_every_cut(&cases::CONTESTED);
}

#[test]
fn a_restore_recovers_from_every_cut() {
    recovers_from_every_cut(&cases::RESTORE);
}

#[test]
fn an_undo_recovers_from_every_cut() {
    recovers_from_every_cut(&cases::UNDO);
}

#[test]
fn a_late_undo_recovers_from_every_cut() {
    recovers_from_every_cut(&cases::LATE_UNDO);
}
