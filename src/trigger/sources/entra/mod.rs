//! Microsoft Entra ID: risk detections, risky users and agents, and sign-ins, as Microsoft Graph answers them and as Azure
//! Monitor exports them.
//!
//! What is known of them: `riskDetection`, `riskyUser`, `signIn` and their states
//! (<https://learn.microsoft.com/en-us/graph/api/resources/riskdetection>,
//! <https://learn.microsoft.com/en-us/graph/api/resources/riskyuser>,
//! <https://learn.microsoft.com/en-us/graph/api/resources/riskyagent?view=graph-rest-beta>,
//! <https://learn.microsoft.com/en-us/graph/api/resources/agentriskdetection?view=graph-rest-beta>,
//! <https://learn.microsoft.com/en-us/graph/api/resources/signin>), the tables of Azure Monitor
//! (<https://learn.microsoft.com/en-us/azure/azure-monitor/reference/tables/aaduserriskevents>), the detections
//! (<https://learn.microsoft.com/en-us/entra/id-protection/concept-identity-protection-risks>) and what a state means
//! (<https://learn.microsoft.com/en-us/entra/id-protection/howto-identity-protection-risk-feedback>). Graph's records come
//! alone or in `value[]`, Azure Monitor's have `category` and `properties` and may come in `records[]`. Their times are
//! UTC, written in several ways.
//!
//! The state of a risk counts, not its level: after a dismissal the level may stay high. There is no delivery of these
//! events to AWS, so whoever forwards them chooses the envelope; its `detail` is looked into.

use super::lenient::{At, when, who};
use super::records::Event;
use super::{Said, identity};
use crate::time::Timestamp;
use crate::trigger::cause::{Evidence, Incident, Severity, Source, Text};
use risk::State;

mod risk;
#[cfg(test)]
mod tests;

/// When the risk of a user or a workload last changed, and that of an agent.
const RISK_CHANGED: [&str; 2] = ["riskLastUpdatedDateTime", "riskLastModifiedDateTime"];
/// When a detection last changed, one of an agent, and when any was made.
const DETECTION_CHANGED: [&str; 3] = ["lastUpdatedDateTime", "lastModifiedDateTime", "detectedDateTime"];

/// Is it Entra ID's?
pub(super) fn is_own(event: Event<'_>) -> bool {
    !event.looks_like_amazons() && Form::of(event.record()).is_some()
}

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// One detected risk.
    Detection,
    /// The risk of a user, a workload or an agent as a whole. Its id is the user's.
    User,
    /// One sign-in.
    SignIn,
}

impl Form {
    const RISK_EVENTS: [&str; 2] = ["userriskevents", "serviceprincipalriskevents"];
    const RISKY: [&str; 2] = ["riskyusers", "riskyserviceprincipals"];

    fn of(record: At<'_>) -> Option<Self> {
        let category = record.get("category").str().unwrap_or_default().to_ascii_lowercase();
        let properties = record.get("properties").opened();
        let inner = properties.as_deref().map_or(record, At::of);
        let has = |key| inner.get(key).is_there();
        if category.ends_with("signinlogs") || has("riskLevelDuringSignIn") {
            Some(Self::SignIn)
        } else if Self::RISK_EVENTS.contains(&category.as_str())
            || has("riskEventType")
            || (has("riskType") && has("riskState"))
        {
            Some(Self::Detection)
        } else if Self::RISKY.contains(&category.as_str()) || (has("riskState") && has("riskLevel")) {
            Some(Self::User)
        } else {
            None
        }
    }
}

/// What it says.
pub(super) fn said(event: Event<'_>) -> Said {
    let record = event.record();
    let Some(form) = Form::of(record) else {
        return Said::Nothing("an event of Microsoft Entra ID that is no sign-in and no risk".to_owned());
    };
    let properties = record.get("properties").opened();
    let inner = properties.as_deref().map_or(record, At::of);
    let record = Record { form, envelope: event.time(), outer: record, inner };
    match (State::of(record.inner.get("riskState")), form) {
        (State::Over, _) => record.all_clear(),
        (State::NoRisk, Form::Detection | Form::User) => Said::Nothing("a record of Entra ID with no risk".to_owned()),
        (State::Untold, _) if risk::is_settled(record.inner.get("riskDetail")) => {
            Said::Nothing("a risk of Entra ID that is settled, in a state that cannot be read".to_owned())
        }
        (state, _) => record.incident(state),
    }
}

/// One record: what stands around it, and the record itself.
struct Record<'a> {
    form: Form,
    /// The time of the envelope.
    envelope: At<'a>,
    outer: At<'a>,
    inner: At<'a>,
}

impl Record<'_> {
    /// The same thing's incident is over.
    fn all_clear(&self) -> Said {
        match identity::named(Source::Entra, [self.inner.get("id")]) {
            Some(incident) => Said::AllClear { incident, at: self.changed() },
            None => Said::Nothing("a risk of Entra ID that is over, and has no id".to_owned()),
        }
    }

    fn incident(&self, state: State) -> Said {
        let kind = Text::of(&self.kind()).unwrap_or_else(|| Text::ours("Entra ID event"));
        let id = identity::of(Source::Entra, [self.inner.get("id")], self.inner);
        Said::Incident(Incident {
            severity: self.severity(),
            actor: self.actor(),
            address: self.inner.get("ipAddress").address().or_else(|| self.outer.get("callerIpAddress").address()),
            at: self.at(state),
            changed: self.changed(),
            ..Incident::of(Source::Entra, id, kind, self.evidence(state))
        })
    }

    fn kind(&self) -> String {
        let word = |key| self.inner.get(key).text().map(|text| text.to_string());
        match self.form {
            Form::Detection => word("riskEventType").or_else(|| word("riskType")).unwrap_or("riskDetection".to_owned()),
            Form::User => format!("riskyUser: {}", word("riskState").unwrap_or("unknown".to_owned())),
            Form::SignIn => {
                let category = self.outer.get("category").text().map_or("signIn".to_owned(), |text| text.to_string());
                let types = self.risk_event_types();
                if types.is_empty() { category } else { format!("{category}: {}", types.join(", ")) }
            }
        }
    }

    /// A sign-in's risks, a list or a text that is one.
    fn risk_event_types(&self) -> Vec<String> {
        let types = ["riskEventTypes_v2", "riskEventTypes"].map(|key| self.inner.get(key).opened());
        let types = types.iter().flatten().next().map(|types| At::of(types).items().filter_map(At::text));
        types.into_iter().flatten().map(|text| text.to_string()).collect()
    }

    /// `hidden` is what a lesser licence is told: no severity.
    fn severity(&self) -> Option<Severity> {
        let level = |key| self.inner.get(key).severity_word();
        match self.form {
            Form::SignIn => level("riskLevelDuringSignIn").max(level("riskLevelAggregated")),
            Form::Detection | Form::User => level("riskLevel"),
        }
    }

    fn actor(&self) -> Option<Text> {
        const NAMES: [&str; 9] = [
            "userPrincipalName",
            "userDisplayName",
            "userId",
            "servicePrincipalName",
            "servicePrincipalDisplayName",
            "servicePrincipalId",
            "agentDisplayName",
            "agentId",
            "appId",
        ];
        who(NAMES.map(|key| self.inner.get(key)))
    }

    /// When it was detected; the activity itself may be two days older. What an administrator confirms is as old as the
    /// confirmation.
    fn at(&self, state: State) -> Option<Timestamp> {
        let [updated, modified, detected] = DETECTION_CHANGED;
        match (self.form, state) {
            (Form::Detection, State::Compromised) => self.time(&DETECTION_CHANGED),
            (Form::Detection, _) => self.time(&[detected, "activityDateTime", updated, modified]),
            (Form::User, _) => self.time(&RISK_CHANGED),
            (Form::SignIn, _) => self.time(&["createdDateTime"]),
        }
    }

    /// When the risk last changed its state.
    fn changed(&self) -> Option<Timestamp> {
        self.time(&[&RISK_CHANGED[..], &DETECTION_CHANGED, &["createdDateTime"]].concat())
    }

    /// The first of these times, else the one around it, else the envelope's.
    fn time(&self, keys: &[&str]) -> Option<Timestamp> {
        when(keys.iter().map(|key| self.inner.get(key)).chain([self.outer.get("time"), self.envelope]))
    }

    fn evidence(&self, state: State) -> Evidence {
        let authenticated = match (state, self.form) {
            (State::Compromised, _) => true,
            (_, Form::SignIn) => self.signed_in(),
            (_, Form::Detection) => risk::is_authenticated(self.inner),
            // Why a user is at risk is not told here, unless somebody decided it.
            (_, Form::User) => risk::is_somebodys_decision(self.inner.get("riskDetail")),
        };
        Evidence::of(authenticated)
    }

    /// Did the sign-in succeed? Every code that is there must be zero. Some others come after a right password, but which
    /// they are changes, and none of them let anybody in.
    fn signed_in(&self) -> bool {
        let status = self.inner.get("status").opened();
        let codes = [
            status.as_deref().map_or(At::nothing(), At::of).get("errorCode"),
            self.outer.get("resultType"),
            self.inner.get("resultType"),
        ];
        let there: Vec<_> = codes.into_iter().filter(|code| code.is_there()).collect();
        !there.is_empty() && there.into_iter().all(|code| code.number() == Some(0.0))
    }
}
