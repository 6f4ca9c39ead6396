//! What starts an execution, and the event that it is.

use scim_key_lifecycle::time::Timestamp;
use scim_key_lifecycle::trigger::IncidentId;
use serde_json::{Value, json};

use crate::world::{C, D, EVERY, SYNC};

/// The voucher of the policy, and whoever is none.
pub const OWNER: &str = "100000000001";
const INTRUDER: &str = "100000000009";

/// Which of the receipts so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Receipt {
    First,
    /// It names every incident that has come by then.
    Newest,
}

/// What starts an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trigger {
    /// The scheduled run of this day.
    Heartbeat(u32),
    /// An incident of this number that names these keys; SCIM synchronisation among them, if a rule is to switch that off.
    Incident(u32, &'static [&'static str]),
    /// Somebody gives a receipt back.
    Restore(Receipt),
    /// A finding: somebody logged in with a stolen secret. What it implicates are the keys that are young then.
    Finding,
    /// Its source calls that finding settled.
    AllClear,
    /// CloudAudit tells that somebody who is no voucher did this to C.
    Record(&'static str),
    /// Somebody failed to log in, as anybody can.
    FailedLogin,
}

impl Receipt {
    /// It, if there is one.
    pub fn of(self, receipts: &[String]) -> Option<&String> {
        match self {
            Self::First => receipts.first(),
            Self::Newest => receipts.last(),
        }
    }
}

impl Trigger {
    /// The event. Other people's tell of the beginning: how old one may be is no matter of these explorations.
    pub fn event(self, start: Timestamp, receipts: &[String]) -> Value {
        const SOURCE: &str = "scim-key-lifecycle";
        match self {
            Self::Heartbeat(day) => {
                let time = start.plus(EVERY * day).to_string();
                json!({ "source": SOURCE, "kind": "schedule", "schedule": "daily", "time": time })
            }
            Self::Incident(number, keys) => {
                let keys: Vec<_> = keys.iter().filter(|key| **key != SYNC).collect();
                json!({ "source": SOURCE, "kind": "incident", "id": format!("INC-{number}"), "credentials": keys })
            }
            Self::Restore(which) => {
                json!({ "source": SOURCE, "kind": "restore", "receipt": which.of(receipts).unwrap() })
            }
            Self::Finding => finding(start, "NEW"),
            Self::AllClear => finding(start, "RESOLVED"),
            Self::Record(name) => record(start, name),
            Self::FailedLogin => failed_login(start),
        }
    }

    /// Does it ask for the key's containment?
    pub fn implicates(self, key: &str) -> bool {
        match self {
            Self::Incident(_, named) => named.contains(&key),
            Self::Finding => [C, D].contains(&key),
            Self::Record(_) => key == C,
            Self::Heartbeat(_) | Self::Restore(_) | Self::AllClear | Self::FailedLogin => false,
        }
    }

    /// Is it the incident of this id, or its end?
    pub fn is_of(self, incident: &IncidentId) -> bool {
        let id = match self {
            Self::Incident(number, _) => format!("INC-{number}"),
            Self::Finding | Self::AllClear => FINDING.to_owned(),
            Self::Record(name) => record_id(name),
            Self::Heartbeat(_) | Self::Restore(_) | Self::FailedLogin => return false,
        };
        incident.as_str().ends_with(&id)
    }
}

/// The rules that answer the events of other sources. The second is one that an outsider would like to be asked.
pub const RULES: &str = r#"
    {"id":"key-changed","on":{"source":[{"suffix":".cloud.tencent"}]},"when":{"implicated":true},"then":"disable"},
    {"id":"failed-login","on":{"source":["aws.signin"]},"when":{"all":[]},"then":"disable"},
    {"id":"finding","on":{"source":["aws.securityhub"]},"when":{"created_since_incident":"2h"},"then":"disable"}"#;

const FINDING: &str = "arn:aws:guardduty:us-east-1:123456789012:detector/d0/finding/f1";

/// As Security Hub imports one from GuardDuty.
fn finding(start: Timestamp, workflow: &str) -> Value {
    const PRODUCT: &str = "arn:aws:securityhub:us-east-1::product/aws/guardduty";
    let time = start.to_string();
    json!({
        "source": "aws.securityhub", "detail-type": "Security Hub Findings - Imported", "time": time,
        "detail": { "findings": [{
            "Id": FINDING, "ProductArn": PRODUCT,
            "Types": ["TTPs/UnauthorizedAccess:IAMUser-TorIPCaller"], "Severity": { "Label": "HIGH" },
            "Action": { "ActionType": "AWS_API_CALL", "AwsApiCallAction": { "Api": "ListUsers" } },
            "CreatedAt": time, "UpdatedAt": time, "Workflow": { "Status": workflow } }] }
    })
}

fn record_id(name: &str) -> String {
    format!("e-{name}")
}

/// As Tencent Cloud's EventBridge delivers a call of the API.
fn record(start: Timestamp, name: &str) -> Value {
    let second = start.unix_millis() / 1_000;
    json!({
        "specversion": "1.0", "source": "organization.cloud.tencent", "type": "organization:CloudEvent:ApiCall",
        "time": start.unix_millis(),
        "data": {
            "userIdentity": { "principalId": INTRUDER, "type": "CAMUser" }, "errorCode": 0, "apiErrorCode": 0, "actionType": "Write",
            "eventID": record_id(name), "eventName": name, "eventSource": "organization.tencentcloudapi.com",
            "eventTime": second, "requestID": format!("r-{name}"),
            "requestParameters": { "CredentialId": C, "NewStatus": "Enabled" },
            "responseElements": { "CredentialId": C } }
    })
}

/// As CloudTrail tells it, of an address of nobody's.
fn failed_login(start: Timestamp) -> Value {
    json!({
        "source": "aws.signin", "detail-type": "AWS Console Sign In via CloudTrail", "time": start.to_string(),
        "detail": {
            "userIdentity": { "type": "IAMUser", "userName": "jane" }, "eventTime": start.to_string(),
            "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "sourceIPAddress": "198.51.100.7",
            "responseElements": { "ConsoleLogin": "Failure" }, "eventID": "s1" }
    })
}
