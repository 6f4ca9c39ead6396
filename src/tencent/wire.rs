//! What goes over the wire: the names and shapes of the organization API, version 2021-03-31, and nothing of ours.
//!
//! Source: the API pages (<https://www.tencentcloud.com/document/product/1031/66419> and its neighbours) and the
//! official SDK's model. Times have no zone; there is no paging and no idempotency token.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::zone::ZoneId;

/// The service's name in signatures.
pub(super) const SERVICE: &str = "organization";
/// The API's version, sent as `X-TC-Version`.
pub(super) const VERSION: &str = "2021-03-31";

/// A call of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Finds the account's one zone.
    DescribeIdentityCenter,
    /// Lists the zone's credentials, whole: there is no paging.
    ListScimCredentials,
    /// Switches one credential on or off.
    UpdateScimCredentialStatus,
    /// Tells whether SCIM synchronisation is on.
    GetScimSynchronizationStatus,
    /// Switches SCIM synchronisation on or off.
    UpdateScimSynchronizationStatus,
}

impl Action {
    /// The cloud's name of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DescribeIdentityCenter => "DescribeIdentityCenter",
            Self::ListScimCredentials => "ListSCIMCredentials",
            Self::UpdateScimCredentialStatus => "UpdateSCIMCredentialStatus",
            Self::GetScimSynchronizationStatus => "GetSCIMSynchronizationStatus",
            Self::UpdateScimSynchronizationStatus => "UpdateSCIMSynchronizationStatus",
        }
    }
}

#[derive(Serialize)]
pub(super) struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfZone<'a> {
    pub(super) zone_id: &'a ZoneId,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NewCredentialStatus<'a> {
    pub(super) zone_id: &'a ZoneId,
    pub(super) credential_id: &'a str,
    pub(super) new_status: &'static str,
}

#[derive(Serialize)]
pub(super) struct NewSynchronizationStatus<'a> {
    #[serde(rename = "ZoneId")]
    pub(super) zone_id: &'a ZoneId,
    #[serde(rename = "SCIMSynchronizationStatus")]
    pub(super) status: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct IdentityCenter {
    pub(super) zone_id: String,
    pub(super) service_status: String,
}

#[derive(Deserialize)]
pub(super) struct CredentialList {
    #[serde(rename = "TotalCounts")]
    pub(super) total_counts: i64,
    #[serde(rename = "SCIMCredentials")]
    pub(super) credentials: Vec<ListedCredential>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedCredential {
    pub(super) zone_id: String,
    pub(super) status: String,
    pub(super) credential_id: String,
    pub(super) credential_type: String,
    pub(super) create_time: String,
    pub(super) expire_time: String,
}

#[derive(Deserialize)]
pub(super) struct SynchronizationStatus {
    #[serde(rename = "SCIMSynchronizationStatus")]
    pub(super) status: String,
}

#[derive(Deserialize)]
pub(super) struct Acknowledgement {}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "Response", borrow)]
    response: &'a serde_json::value::RawValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Outcome {
    request_id: Option<String>,
    error: Option<CodedError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CodedError {
    code: String,
}

/// An answer's body, told apart. The `Message` beside a code is for people of the vendor's and is not relied on.
pub(super) enum Answer<R> {
    /// What was asked for.
    Given { answer: R, request_id: String },
    /// An error code.
    Refused { code: String, request_id: Option<String> },
    /// Neither.
    Unreadable { why: String, request_id: Option<String> },
}

/// Reads a body that came with HTTP status 200.
pub(super) fn read<R: DeserializeOwned>(body: &[u8]) -> Answer<R> {
    let unreadable = |error: serde_json::Error, request_id| Answer::Unreadable { why: fault(&error), request_id };
    let envelope: Envelope<'_> = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(error) => return unreadable(error, None),
    };
    let outcome: Outcome = match serde_json::from_str(envelope.response.get()) {
        Ok(outcome) => outcome,
        Err(error) => return unreadable(error, None),
    };
    let request_id = outcome.request_id.map(bounded);
    if let Some(error) = outcome.error {
        return Answer::Refused { code: bounded(error.code), request_id };
    }
    match (serde_json::from_str(envelope.response.get()), request_id) {
        (Ok(answer), Some(request_id)) => Answer::Given { answer, request_id },
        (Ok(_), None) => Answer::Unreadable { why: "it has no RequestId".to_owned(), request_id: None },
        (Err(error), request_id) => unreadable(error, request_id),
    }
}

/// What is wrong with a body, without a word of it: it may be long, and may repeat what we sent. What serde says of a
/// value of the wrong type quotes the value; what it says of a missing field, or of bad syntax, does not.
fn fault(error: &serde_json::Error) -> String {
    let said = error.to_string();
    if error.is_data() && !said.starts_with("missing field") {
        return format!("a value of another type than documented at line {} column {}", error.line(), error.column());
    }
    said
}

/// The longest request id, or code, that is taken from the cloud, in bytes.
pub const LONGEST_REQUEST_ID: usize = 128;

/// Codes and request ids go into logs and reports: visible ASCII only, and not for ever.
fn bounded(text: String) -> String {
    text.chars().filter(char::is_ascii_graphic).take(LONGEST_REQUEST_ID).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_empty_list_is_read() {
        let body = br#"{"Response":{"RequestId":"60ebab32-73ff-4d3d-abdf-af9b1e866add","SCIMCredentials":[],"TotalCounts":0}}"#;
        let Answer::Given { answer, request_id } = read::<CredentialList>(body) else { panic!("not read") };
        assert_eq!((answer.total_counts, answer.credentials.len()), (0, 0));
        assert_eq!(request_id, "60ebab32-73ff-4d3d-abdf-af9b1e866add");
    }

    #[test]
    fn an_error_in_an_answer_of_status_200_is_an_error() {
        let body = br#"{"Response":{"Error":{"Code":"FailedOperation.ZoneIdNotExist","Message":"x"},"RequestId":"r"}}"#;
        let Answer::Refused { code, request_id } = read::<CredentialList>(body) else { panic!("not refused") };
        assert_eq!((code.as_str(), request_id.as_deref()), ("FailedOperation.ZoneIdNotExist", Some("r")));
    }

    #[test]
    fn everything_else_is_unreadable_and_keeps_its_request_id() {
        for body in ["", "<html>", "{}", r#"{"Response":[]}"#, r#"{"Response":{}}"#, r#"{"Response":{"RequestId":7}}"#]
        {
            assert!(
                matches!(read::<Acknowledgement>(body.as_bytes()), Answer::Unreadable { request_id: None, .. }),
                "{body}"
            );
        }
        let half = br#"{"Response":{"RequestId":"r","TotalCounts":1}}"#;
        let Answer::Unreadable { request_id, .. } = read::<CredentialList>(half) else { panic!("it was read") };
        assert_eq!(request_id.as_deref(), Some("r"));
    }

    #[test]
    fn what_is_wrong_is_said_without_quoting_the_answer() {
        let why = |body: &str| match read::<CredentialList>(body.as_bytes()) {
            Answer::Unreadable { why, .. } => why,
            _ => panic!("it was read"),
        };
        let other_type = "a value of another type than documented at line 1 column ";
        assert!(why(r#"{"Response":"hunter2"}"#).starts_with(other_type));
        assert!(why(r#"{"Response":{"RequestId":"r","TotalCounts":"hunter2"}}"#).starts_with(other_type));
        assert!(
            why(r#"{"Response":{"RequestId":"r","TotalCounts":1}}"#).starts_with("missing field `SCIMCredentials`")
        );
        assert!(why("hunter2").starts_with("expected value at line 1 column 1"));
    }

    #[test]
    fn codes_and_request_ids_cannot_break_a_log_line() {
        let body = br#"{"Response":{"Error":{"Code":"A\nB\u001b[31m"},"RequestId":"r\r\n"}}"#;
        let Answer::Refused { code, request_id } = read::<Acknowledgement>(body) else { panic!("not refused") };
        assert_eq!((code.as_str(), request_id.as_deref()), ("AB[31m", Some("r")));
    }
}
