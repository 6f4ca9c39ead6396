//! What kinds of thing an event may want, and which of them a function takes. Pure.

use serde::Serialize;
use serde_json::Value;

use super::Refused;

/// What an event wants. What the loop sends around it is of no kind of its own: the event inside is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// That somebody looks: a schedule's time, or a register that fired.
    Schedule,
    /// That something be answered: an audit event, a finding, an all-clear, or this tool's own incident.
    Incident,
    /// That a key, or SCIM synchronisation, be given back.
    Restore,
}

impl Kind {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Schedule, Self::Incident, Self::Restore];

    /// The word for it, in events, reports, settings and run ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Incident => "incident",
            Self::Restore => "restore",
        }
    }

    /// The kind of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Refuses it where it is none of these.
    ///
    /// # Errors
    /// The function is not the one for such events.
    pub fn admitted(self, accepted: &[Self]) -> Result<(), Refused> {
        if accepted.contains(&self) {
            return Ok(());
        }
        let words = accepted.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        let why = format!("this function takes no event of this kind (SCIM_KEYS_ACCEPT is {words})");
        let remedy = "send it to the state machine, or the function, that takes this kind (see README, Deploy)";
        Err(Refused::new("$", &Value::from(self.as_str()), why, remedy))
    }
}
