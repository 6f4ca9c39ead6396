//! What stands in the bodies: parameters in, an envelope out.
//!
//! Written from the API's published model, and shared with nobody: a mistake in the client's structs must not be
//! cancelled out by the same mistake here.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::time::Timestamp;

use super::action::Action;
use super::model::{SimAccount, SimKey};

/// An error that the service answers with, still in an HTTP 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The documented code.
    pub(super) code: String,
    /// For people; nobody may parse it.
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }
}

/// A request, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Zone,
    Keys { zone: String, only: Option<String> },
    SetStatus { zone: String, credential: String, status: String },
    Sync { zone: String },
    SetSync { zone: String, status: String },
}

impl Asked {
    /// Reads the parameters of `action`.
    pub(super) fn read(action: Action, body: &[u8]) -> Result<Self, Refusal> {
        let mut parameters = Parameters::read(body)?;
        let asked = match action {
            Action::DescribeIdentityCenter => Self::Zone,
            Action::ListScimCredentials => {
                Self::Keys { zone: parameters.required("ZoneId")?, only: parameters.optional("CredentialId")? }
            }
            Action::UpdateScimCredentialStatus => Self::SetStatus {
                zone: parameters.required("ZoneId")?,
                credential: parameters.required("CredentialId")?,
                status: parameters.required("NewStatus")?,
            },
            Action::GetScimSynchronizationStatus => Self::Sync { zone: parameters.required("ZoneId")? },
            Action::UpdateScimSynchronizationStatus => Self::SetSync {
                zone: parameters.required("ZoneId")?,
                status: parameters.required("SCIMSynchronizationStatus")?,
            },
        };
        parameters.none_left()?;
        Ok(asked)
    }
}

/// The parameters that nobody has taken yet.
struct Parameters(Map<String, Value>);

impl Parameters {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(body)
            .map(Self)
            .map_err(|_| Refusal::new("InvalidParameter", "The request body is not a JSON object."))
    }

    fn optional(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::new("InvalidParameter", format!("The parameter `{name}` must be a string."))),
        }
    }

    fn required(&mut self, name: &str) -> Result<String, Refusal> {
        let missing = || Refusal::new("MissingParameter", format!("The request lacks the parameter `{name}`."));
        self.optional(name)?.ok_or_else(missing)
    }

    fn none_left(&self) -> Result<(), Refusal> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => {
                Err(Refusal::new("UnknownParameter", format!("The parameter `{name}` is not one of this action's.")))
            }
        }
    }
}

/// What an answer says, besides its `RequestId`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Answer {
    #[serde(rename_all = "PascalCase")]
    Zone {
        zone_id: String,
        zone_name: String,
        service_status: &'static str,
        scim_sync_status: &'static str,
        create_time: String,
        update_time: String,
    },
    #[serde(rename_all = "PascalCase")]
    Keys {
        total_counts: usize,
        #[serde(rename = "SCIMCredentials")]
        credentials: Vec<ListedKey>,
    },
    Sync {
        #[serde(rename = "SCIMSynchronizationStatus")]
        status: &'static str,
    },
    /// A change answers nothing but a `RequestId`.
    Done {},
    Refused {
        #[serde(rename = "Error")]
        error: WireError,
    },
}

/// One entry of `SCIMCredentials`: six texts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedKey {
    zone_id: String,
    status: &'static str,
    credential_id: String,
    credential_type: &'static str,
    create_time: String,
    expire_time: String,
}

/// `Response.Error`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct WireError {
    code: String,
    message: String,
}

impl Answer {
    pub(super) fn zone(account: &SimAccount) -> Self {
        let opened = printed(account, account.opened);
        Self::Zone {
            zone_id: account.zone_id.clone(),
            zone_name: account.zone_name.clone(),
            service_status: account.service.word(),
            scim_sync_status: account.sync.word(),
            create_time: opened.clone(),
            update_time: opened,
        }
    }

    pub(super) fn keys(account: &SimAccount, only: Option<&str>) -> Self {
        let wanted = account.keys.iter().filter(|key| only.is_none_or(|id| id == key.id));
        let credentials: Vec<ListedKey> = wanted.map(|key| ListedKey::of(account, key)).collect();
        Self::Keys { total_counts: credentials.len(), credentials }
    }

    pub(super) fn sync(account: &SimAccount) -> Self {
        Self::Sync { status: account.sync.word() }
    }

    pub(super) fn refused(refusal: Refusal) -> Self {
        Self::Refused { error: WireError { code: refusal.code, message: refusal.message } }
    }

    /// `ok`, or the error's code.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Refused { error } => &error.code,
            _ => "ok",
        }
    }

    /// The body that carries this answer.
    pub(super) fn enveloped(&self, request_id: &str) -> Vec<u8> {
        let envelope = Envelope { response: Stamped { answer: self, request_id } };
        serde_json::to_vec(&envelope).expect("texts and numbers can always be written as JSON")
    }
}

impl ListedKey {
    fn of(account: &SimAccount, key: &SimKey) -> Self {
        Self {
            zone_id: account.zone_id.clone(),
            status: key.status.word(),
            credential_id: key.id.clone(),
            credential_type: "BearerToken",
            create_time: printed(account, key.created),
            expire_time: printed(account, key.expires),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    response: Stamped<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Stamped<'a> {
    #[serde(flatten)]
    answer: &'a Answer,
    request_id: &'a str,
}

/// An instant as the account's zone prints it: its own time of day, without a word on the offset.
fn printed(account: &SimAccount, instant: Timestamp) -> String {
    instant.to_utc().with_timezone(&account.utc_offset).format("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;

    use super::*;
    use crate::simulator::model::SimStatus;

    fn refused(action: Action, body: &str) -> String {
        Asked::read(action, body.as_bytes()).unwrap_err().code
    }

    fn account() -> SimAccount {
        let created = Timestamp::parse_rfc3339("2024-05-31T07:04:53Z").unwrap();
        let expires = Timestamp::parse_rfc3339("2025-05-31T07:04:53Z").unwrap();
        let mut account = SimAccount::new("AKID1", "key", "z-vft38p2hq8tq");
        account.keys =
            vec![SimKey { id: "scimcred-un1tgbnt0s9j".to_owned(), status: SimStatus::Enabled, created, expires }];
        account
    }

    fn text(answer: &Answer) -> String {
        String::from_utf8(answer.enveloped("60ebab32-73ff-4d3d-abdf-af9b1e866add")).unwrap()
    }

    #[test]
    fn parameters_are_refused_with_the_code_that_fits() {
        let list = Action::ListScimCredentials;
        assert_eq!(refused(list, "{}"), "MissingParameter");
        assert_eq!(refused(list, r#"{"ZoneId":7}"#), "InvalidParameter");
        assert_eq!(refused(list, r#"{"ZoneId":"z","Limit":"1"}"#), "UnknownParameter");
        assert_eq!(refused(list, "[]"), "InvalidParameter");
        assert_eq!(refused(list, ""), "InvalidParameter");
        assert_eq!(refused(Action::DescribeIdentityCenter, r#"{"ZoneId":"z"}"#), "UnknownParameter");
        assert_eq!(refused(Action::UpdateScimCredentialStatus, r#"{"ZoneId":"z"}"#), "MissingParameter");
    }

    #[test]
    fn a_list_has_the_six_documented_texts_in_the_zones_own_time() {
        assert_eq!(
            text(&Answer::keys(&account(), None)),
            concat!(
                r#"{"Response":{"TotalCounts":1,"SCIMCredentials":[{"ZoneId":"z-vft38p2hq8tq","Status":"Enabled","#,
                r#""CredentialId":"scimcred-un1tgbnt0s9j","CredentialType":"BearerToken","#,
                r#""CreateTime":"2024-05-31 15:04:53","ExpireTime":"2025-05-31 15:04:53"}],"#,
                r#""RequestId":"60ebab32-73ff-4d3d-abdf-af9b1e866add"}}"#,
            )
        );
    }

    #[test]
    fn another_zone_prints_the_same_instant_at_its_own_offset() {
        let mut elsewhere = account();
        elsewhere.utc_offset = FixedOffset::west_opt(3600).unwrap();
        assert!(text(&Answer::keys(&elsewhere, None)).contains(r#""CreateTime":"2024-05-31 06:04:53""#));
    }

    #[test]
    fn an_unknown_id_lists_nothing() {
        let listed = text(&Answer::keys(&account(), Some("scimcred-000000000000")));
        assert!(listed.contains(r#""TotalCounts":0,"SCIMCredentials":[]"#), "{listed}");
    }

    #[test]
    fn a_change_answers_only_a_request_id_and_an_error_its_code_and_message() {
        let id = r#""RequestId":"60ebab32-73ff-4d3d-abdf-af9b1e866add""#;
        assert_eq!(text(&Answer::Done {}), format!(r#"{{"Response":{{{id}}}}}"#));
        assert_eq!(
            text(&Answer::refused(Refusal::new("InvalidAction", "No."))),
            format!(r#"{{"Response":{{"Error":{{"Code":"InvalidAction","Message":"No."}},{id}}}}}"#)
        );
    }

    #[test]
    fn describing_tells_the_zone_and_both_switches() {
        let mut account = account();
        account.sync = SimStatus::Disabled;
        let told = text(&Answer::zone(&account));
        for part in [r#""ZoneId":"z-vft38p2hq8tq""#, r#""ServiceStatus":"Enabled""#, r#""ScimSyncStatus":"Disabled""#] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }
}
