//! Why a call failed, ordered by how far the request got, and the one table that classes the cloud's codes.

use std::fmt;
use std::time::Duration;

use super::Action;
use crate::time::spoken;

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// Which call.
    pub action: Action,
    /// The cloud's id of the request, if an answer came and named it.
    pub request_id: Option<String>,
    /// How far the request got, and what came back.
    pub failure: Failure,
}

/// How far a request got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It was not started: it could not have finished in the time that is left.
    OutOfTime,
    /// It surely had no effect: no connection was made.
    NotSent(String),
    /// It may have had its effect: no answer came.
    MaybeSent(String),
    /// It may have had its effect: what came back is a gateway's word or makes no sense.
    Unreadable(String),
    /// The cloud answered with an error code.
    Service {
        /// Its code, e.g. `FailedOperation.ZoneIdNotExist`.
        code: String,
        /// How far the far end's clock is from ours, if its answer has a date.
        skew: Option<Skew>,
    },
}

/// How far two clocks are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skew {
    /// Ours is behind the cloud's by so much.
    Behind(Duration),
    /// Ours is ahead of the cloud's by so much.
    Ahead(Duration),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = self.action.as_str();
        match &self.failure {
            Failure::OutOfTime => write!(f, "{action} was not started: too little time is left")?,
            Failure::NotSent(why) => write!(f, "{action} was not sent: {why} (check the endpoint, and the way out)")?,
            Failure::MaybeSent(why) => write!(f, "{action} got no answer: {why}")?,
            Failure::Unreadable(why) => write!(f, "{action} got an answer that cannot be read: {why}")?,
            Failure::Service { code, skew } => {
                write!(f, "{action} was answered with {code}")?;
                if let Some(advice) = advice(code) {
                    write!(f, " ({advice})")?;
                }
                if Class::of(code) == Class::Expired {
                    write!(f, " ({})", expiry_advice(*skew))?;
                }
            }
        }
        match &self.request_id {
            Some(id) => write!(f, " [request {id}]"),
            None => Ok(()),
        }
    }
}

impl Error {
    /// The class of the cloud's code, if it answered with one.
    pub fn class(&self) -> Option<Class> {
        match &self.failure {
            Failure::Service { code, .. } => Some(Class::of(code)),
            _ => None,
        }
    }

    /// May the same call succeed a minute later?
    pub fn will_pass(&self) -> bool {
        match self.class() {
            Some(class) => matches!(class, Class::Throttled | Class::Transient | Class::Expired),
            None => true,
        }
    }

    /// Did the cloud say that we are too fast?
    pub fn is_throttled(&self) -> bool {
        self.class() == Some(Class::Throttled)
    }
}

/// What to do about the refusals that a first set-up meets.
fn advice(code: &str) -> Option<&'static str> {
    match code {
        "AuthFailure.SignatureFailure" => Some("the secret key does not fit the secret id"),
        "AuthFailure.SecretIdNotFound" | "AuthFailure.InvalidSecretId" => {
            Some("this site does not know the secret id: check it, and the account's site in the policy")
        }
        "AuthFailure.TokenFailure" => Some("the session token is missing, wrong or over"),
        "FailedOperation.ZoneIdNotExist" => Some("check the account's zone in the policy, or write auto"),
        "FailedOperation.IdentityCenterNotOpen" => Some("Identity Center is not activated for this account"),
        _ if code.starts_with("UnauthorizedOperation") || code == "AuthFailure.UnauthorizedOperation" => {
            Some("give the secret's owner the actions of the README's CAM policy")
        }
        _ => None,
    }
}

/// How old a signature may be on arrival (<https://cloud.tencent.com/document/api/213/30654>).
const SIGNATURE_LIFETIME: Duration = Duration::from_mins(5);

/// Why a signature may have expired.
fn expiry_advice(skew: Option<Skew>) -> String {
    match skew {
        // The clocks agree well enough: the time was lost between them.
        Some(Skew::Behind(by) | Skew::Ahead(by)) if by < SIGNATURE_LIFETIME => {
            "the request was more than five minutes on its way".to_owned()
        }
        Some(Skew::Behind(by)) => format!("this machine's clock is {} behind the cloud's: set it", spoken(by)),
        Some(Skew::Ahead(by)) => format!("this machine's clock is {} ahead of the cloud's: set it", spoken(by)),
        None => "this machine's clock may be more than five minutes off: set it".to_owned(),
    }
}

/// What an error code means for the one who got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Too many requests; nothing was done. Again, later and slower.
    Throttled,
    /// The service has trouble of its own. A read may be repeated; a write may have had its effect.
    Transient,
    /// The signature was too old on arrival; nothing was done.
    Expired,
    /// We may not do this; a person must change something.
    Denied,
    /// What the call is about does not exist, or no longer.
    Gone,
    /// The state is not what the call supposes: look before anything else.
    LookAgain,
    /// The request itself is wrong; sending it again does not help.
    Rejected,
    /// A code that no documentation we have read names, and of no family whose members all mean one thing. Never retried.
    Unknown,
}

impl Class {
    /// The class of a code: what the table says of it, or else what its family, the part before the first dot, means.
    pub fn of(code: &str) -> Self {
        let listed = TABLE.iter().find(|(documented, _)| *documented == code);
        let of_family = || {
            let (family, _) = code.split_once('.')?;
            FAMILIES.iter().find(|(name, _)| *name == family)
        };
        listed.or_else(of_family).map_or(Self::Unknown, |(_, class)| *class)
    }

    /// The class in one word, for logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Transient => "transient",
            Self::Expired => "expired",
            Self::Denied => "denied",
            Self::Gone => "gone",
            Self::LookAgain => "look_again",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
        }
    }
}

/// Every code that the cloud documents for these actions or as common to all
/// (<https://www.tencentcloud.com/document/product/1031/66419>, <https://cloud.tencent.com/document/api/628/45176>).
/// A test holds it against the documentation's list.
pub const TABLE: &[(&str, Class)] = &[
    ("ActionOffline", Class::Rejected),
    ("AuthFailure.InvalidAuthorization", Class::Denied),
    ("AuthFailure.InvalidSecretId", Class::Denied),
    ("AuthFailure.MFAFailure", Class::Denied),
    ("AuthFailure.SecretIdNotFound", Class::Denied),
    ("AuthFailure.SignatureExpire", Class::Expired),
    ("AuthFailure.SignatureFailure", Class::Denied),
    ("AuthFailure.TokenFailure", Class::Denied),
    ("AuthFailure.UnauthorizedOperation", Class::Denied),
    ("DryRunOperation", Class::Rejected),
    ("FailedOperation", Class::Transient),
    ("FailedOperation.DBOperationError", Class::Transient),
    ("FailedOperation.IdentityCenterNotOpen", Class::Gone),
    ("FailedOperation.ScimCredentialGenerateError", Class::Rejected),
    ("FailedOperation.ZoneIdNotExist", Class::Gone),
    ("InternalError", Class::Transient),
    ("InvalidAction", Class::Rejected),
    ("InvalidParameter", Class::Rejected),
    ("InvalidParameter.ScimCredentialNotFound", Class::Gone),
    ("InvalidParameter.ScimSyncStatusError", Class::LookAgain),
    ("InvalidParameter.UserScimCredentialStatusError", Class::LookAgain),
    ("InvalidParameterValue", Class::Rejected),
    ("InvalidRequest", Class::Rejected),
    ("IpInBlacklist", Class::Denied),
    ("IpNotInWhitelist", Class::Denied),
    ("LimitExceeded", Class::Rejected),
    ("LimitExceeded.ScimCredentialLimitExceeded", Class::Rejected),
    ("MissingParameter", Class::Rejected),
    ("NoSuchProduct", Class::Rejected),
    ("NoSuchVersion", Class::Rejected),
    ("RequestLimitExceeded", Class::Throttled),
    ("RequestLimitExceeded.GlobalRegionUinLimitExceeded", Class::Throttled),
    ("RequestLimitExceeded.IPLimitExceeded", Class::Throttled),
    ("RequestLimitExceeded.UinLimitExceeded", Class::Throttled),
    ("RequestSizeLimitExceeded", Class::Rejected),
    ("ResourceInUse", Class::LookAgain),
    ("ResourceInsufficient", Class::Transient),
    ("ResourceNotFound", Class::Gone),
    ("ResourceUnavailable", Class::Transient),
    ("ResponseSizeLimitExceeded", Class::Rejected),
    ("ServiceUnavailable", Class::Transient),
    ("UnauthorizedOperation", Class::Denied),
    ("UnknownParameter", Class::Rejected),
    ("UnsupportedOperation", Class::Rejected),
    ("UnsupportedProtocol", Class::Rejected),
    ("UnsupportedRegion", Class::Rejected),
];

/// The families in which a code that is not in the table means what all the others do: each service adds such codes of
/// its own, and nothing was done whatever follows the dot. Other families have members of several classes.
const FAMILIES: [(&str, Class); 3] = [
    ("AuthFailure", Class::Denied),
    ("RequestLimitExceeded", Class::Throttled),
    ("UnauthorizedOperation", Class::Denied),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_is_in_the_table_with_its_class_and_no_other() {
        let documented: Vec<(&str, &str)> = include_str!("../../tests/fixtures/error-codes.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once(' ').unwrap())
            .collect();
        let classed: Vec<(&str, &str)> = TABLE.iter().map(|(code, class)| (*code, class.word())).collect();
        assert_eq!(classed, documented);
    }

    #[test]
    fn a_code_that_nobody_documents_is_of_its_family_if_all_of_that_mean_one_thing() {
        for (code, class) in [
            ("UnauthorizedOperation.CamNoAuth", Class::Denied),
            ("UnauthorizedOperation.Two.Dots", Class::Denied),
            ("AuthFailure.Surprise", Class::Denied),
            ("AuthFailure.SignatureExpire", Class::Expired),
            ("RequestLimitExceeded.Surprise", Class::Throttled),
        ] {
            assert_eq!(Class::of(code), class, "{code}");
        }
    }

    #[test]
    fn any_other_code_that_nobody_documents_is_unknown() {
        for code in [
            "FailedOperation.Surprise",
            "LimitExceeded.Surprise",
            "UnauthorizedOperations.CamNoAuth",
            "Some.UnauthorizedOperation",
            "AuthFailure",
            "",
        ] {
            assert_eq!(Class::of(code), Class::Unknown, "{code}");
        }
    }

    #[test]
    fn an_expired_signature_says_how_far_the_clock_is_off_or_that_the_way_was_long() {
        for (skew, advice) in [
            (Some(Skew::Behind(Duration::from_secs(372))), "this machine's clock is 6m 12s behind the cloud's: set it"),
            (Some(Skew::Ahead(Duration::from_secs(300))), "this machine's clock is 5m ahead of the cloud's: set it"),
            (Some(Skew::Ahead(Duration::from_secs(299))), "the request was more than five minutes on its way"),
            (Some(Skew::Behind(Duration::ZERO)), "the request was more than five minutes on its way"),
            (None, "this machine's clock may be more than five minutes off: set it"),
        ] {
            let failure = Failure::Service { code: "AuthFailure.SignatureExpire".to_owned(), skew };
            let error = Error { action: Action::ListScimCredentials, request_id: Some("r-1".to_owned()), failure };
            assert_eq!(
                error.to_string(),
                format!("ListSCIMCredentials was answered with AuthFailure.SignatureExpire ({advice}) [request r-1]")
            );
        }
    }
}
