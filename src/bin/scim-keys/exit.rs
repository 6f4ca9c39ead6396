//! Exit codes: they tell how an invocation ended. The README has the same list.

use scim_key_lifecycle::ending::Ending;

/// Done, or nothing to do.
pub(super) const COMPLETE: u8 = 0;
/// The event, the policy or the settings cannot be worked with, or what came of it cannot be printed. (2 is a wrong command
/// line.)
pub(super) const REFUSED: u8 = 1;
/// Work is left over: send the event again.
pub(super) const CONTINUE: u8 = 3;
/// A guard holds something back, or no good key is left: a person is needed.
pub(super) const HELD: u8 = 4;
/// The zone could not be seen, or a disable cannot be done.
pub(super) const FAILED: u8 = 5;
/// Somebody else's event.
pub(super) const IGNORED: u8 = 6;
/// The event concerns several accounts: send one for each.
pub(super) const FAN_OUT: u8 = 7;

/// The list, for `--help`.
pub(super) const HELP: &str = "Exit codes: 0 complete, 1 refused (event, policy or settings), 2 wrong command line, \
3 continue, 4 held, 5 failed, 6 ignored, 7 fan_out";

/// The code of an ending.
pub(super) fn code(ending: &Ending) -> u8 {
    match ending {
        Ending::Complete => COMPLETE,
        Ending::Continue { .. } => CONTINUE,
        Ending::Held { .. } => HELD,
        Ending::Failed { .. } => FAILED,
        Ending::Ignored { .. } => IGNORED,
        Ending::FanOut { .. } => FAN_OUT,
    }
}

/// The code of several executions: that of the worst of their endings.
pub(super) fn worst<'a>(endings: impl IntoIterator<Item = &'a Ending>) -> u8 {
    let severity = |ending: &&Ending| match ending {
        Ending::Failed { .. } => 5,
        Ending::Held { .. } => 4,
        Ending::Continue { .. } => 3,
        Ending::FanOut { .. } => 2,
        Ending::Complete => 1,
        Ending::Ignored { .. } => 0,
    };
    endings.into_iter().max_by_key(severity).map_or(COMPLETE, code)
}
