//! How long an answer may be, and what it leaves out to keep to that.
//!
//! The cursor has its own bound, the notices have that of `run`, and there is at most one receipt for each key of a zone, and
//! one for SCIM synchronisation. So an answer without the details of its report always fits: no write can lead to one that does not.

use super::{Answer, ClaimsReport, Report};

/// The longest answer, in bytes of JSON.
pub const MAX_ANSWER: usize = 128 * 1024;

/// The longest text of a notice, in bytes.
pub(super) const NOTICE: usize = 1000;

impl Answer {
    /// The same answer, without the details of its report that it has no room for.
    #[must_use]
    pub fn within_bounds(mut self) -> Self {
        let bytes = self.length();
        let mut left_out = Vec::new();
        for leave_out in [Report::leave_out_rules, Report::leave_out_event, Report::leave_out_credentials] {
            if self.length() <= MAX_ANSWER {
                break;
            }
            let Some(report) = &mut self.report else { break };
            left_out.push(leave_out(report));
            report.left_out = Some(format!(
                "{}: the answer would have {bytes} bytes, and {MAX_ANSWER} are allowed",
                left_out.join("; ")
            ));
        }
        self
    }

    fn length(&self) -> usize {
        // What serde cannot write is written by nobody.
        serde_json::to_vec(self).map_or(0, |json| json.len())
    }
}

/// Each says what it leaves out.
impl Report {
    fn leave_out_rules(&mut self) -> &'static str {
        for credential in &mut self.credentials {
            credential.decision.shorten();
        }
        if let Some(it) = &mut self.synchronization {
            it.decision.shorten();
        }
        self.guards.clear();
        "what each rule says of each key, the guards and the controls"
    }

    fn leave_out_event(&mut self) -> &'static str {
        self.trigger.claims = ClaimsReport::default();
        "all that the event says"
    }

    fn leave_out_credentials(&mut self) -> &'static str {
        self.credentials.clear();
        self.earlier.clear();
        self.delivered_before.clear();
        "every key, and what came of earlier writes"
    }
}
