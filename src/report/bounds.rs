//! How long an answer may be, and what it leaves out to keep to that.
//!
//! The cursor has its own bound, the notices have that of `run`, and there is at most one receipt for each key of a zone, and
//! one for SCIM synchronisation. So an answer without the details of its report always fits: no write can lead to one that does not.

use super::{Answer, HeardReport, Report};

/// The longest answer, in bytes of JSON.
pub const MAX_ANSWER: usize = 128 * 1024;

/// The longest text of a notice, in characters.
pub(super) const NOTICE: usize = 1000;

impl Answer {
    /// The same answer, without the details of its report that it has no room for.
    #[must_use]
    pub fn within_bounds(mut self) -> Self {
        for leave_out in [Report::without_rules, Report::without_event, Report::without_credentials] {
            let bytes = self.length();
            if bytes > MAX_ANSWER {
                self.report = self.report.map(|report| leave_out(report, bytes));
            }
        }
        self
    }

    fn length(&self) -> usize {
        // What serde cannot write is written by nobody.
        serde_json::to_vec(self).map_or(0, |json| json.len())
    }
}

impl Report {
    fn without_rules(mut self, bytes: usize) -> Self {
        for credential in &mut self.credentials {
            credential.decision.shorten();
        }
        if let Some(it) = &mut self.synchronization {
            it.decision.shorten();
        }
        self.guards.clear();
        self.left_out =
            Some(format!("what each rule says of each key, the guards and the controls: {}", too_long(bytes)));
        self
    }

    fn without_event(mut self, bytes: usize) -> Self {
        self.trigger.heard = HeardReport::default();
        self.left_out =
            Some(format!("what each rule says of each key, and all that the event says: {}", too_long(bytes)));
        self
    }

    fn without_credentials(mut self, bytes: usize) -> Self {
        self.credentials.clear();
        self.earlier.clear();
        self.delivered_before.clear();
        self.left_out =
            Some(format!("every key, what came of earlier writes, and all that the event says: {}", too_long(bytes)));
        self
    }
}

fn too_long(bytes: usize) -> String {
    format!("the answer would have {bytes} bytes, and {MAX_ANSWER} are allowed")
}
