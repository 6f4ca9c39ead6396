//! What it takes to cause a GuardDuty finding, by its type and by who was seen to act.
//!
//! The types: <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-active.html>, their form:
//! <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-format.html>.
//!
//! | of | authenticated | anybody can |
//! |---|---|---|
//! | `IAMUser` | a call of the API; a console login where the type says that somebody was let in | a call of another account, or without a credential; a console login of any other type, or with an error; what shows no call |
//! | `S3` | `Policy`, `Stealth`: they change a bucket; a call with a credential of this account | calls of strangers and of other accounts to a public bucket |
//! | `Kubernetes` | a call of a user that has a name | `system:anonymous` |
//! | `RDS` | a login that succeeded | one that failed |
//! | `AttackSequence` | `IAM` and `S3`; others that name a user's credential | the rest |
//! | `EC2`, `Runtime`, `Lambda`, malware, what comes later | | all: scans, guessed passwords, traffic, files that are sent in |
//!
//! A compromised machine is no small thing, but traffic and uploads can be had without being inside.
//!
//! **Unverified**: no finding about a console login that failed is public. `errorCode` is documented as that of a call that
//! failed, but CloudTrail gives such a login an `errorMessage` and no code; so that there is no code proves nothing. The types
//! `ConsoleLoginSuccess.B` and, retired, `ConsoleLogin` are documented as of logins that took place. Nor is one public about
//! a stranger's call; but CloudTrail, which GuardDuty reads, records those: a role that another account tries to assume, or
//! somebody with a token of the web's, and what takes no credential, as Cognito's `GetId`.

use super::super::lenient::At;
use crate::trigger::cause::Evidence;

/// Who called an API, as far as a finding tells. Of several the one that stands last here counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::trigger::sources) enum Caller {
    /// Neither a type nor a credential is told.
    #[default]
    Untold,
    /// Somebody of another account, or who showed no credential.
    Stranger,
    /// A user or role of this account whose key is not named, as CloudTrail may leave it out; or somebody of another type,
    /// with one.
    Known,
    /// A user or role of this account, with the key that was used.
    Own,
}

impl Caller {
    /// One of this type, whose credential is named or not. CloudTrail calls strangers and other accounts `AWSAccount`:
    /// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>.
    pub(in crate::trigger::sources) fn of(kind: At<'_>, has_credential: bool) -> Self {
        let is_one_of = |kinds: &[&str]| kinds.iter().any(|one| kind.is(one));
        match is_one_of(&["Root", "IAMUser", "AssumedRole", "Role", "FederatedUser"]) {
            true if has_credential => Self::Own,
            true => Self::Known,
            false if has_credential && !is_one_of(&["AWSAccount", "AWSService"]) => Self::Known,
            false if kind.is_there() || has_credential => Self::Stranger,
            false => Self::Untold,
        }
    }
}

/// What was seen of who acted.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::trigger::sources) struct Seen {
    /// It is about a console login that failed.
    pub(in crate::trigger::sources) sign_in_failed: bool,
    /// It is about a console login, or nothing shows what was called, so it may be.
    pub(in crate::trigger::sources) may_be_sign_in: bool,
    /// Who called an API.
    pub(in crate::trigger::sources) caller: Caller,
    /// A cluster was called by a user that has a name.
    pub(in crate::trigger::sources) cluster_user: bool,
    /// An attack sequence names a user and the credential that was used.
    pub(in crate::trigger::sources) sequence_user: bool,
}

/// What it takes to cause a finding of this type: `UnauthorizedAccess:IAMUser/TorIPCaller`, or as Security Hub has it,
/// `TTPs/Initial Access/UnauthorizedAccess:IAMUser-TorIPCaller`.
pub(in crate::trigger::sources) fn evidence(kind: &str, seen: Seen) -> Evidence {
    let Some((purpose, resource, family)) = parts(kind) else { return Evidence::Outsider };
    let is_sequence = purpose.eq_ignore_ascii_case("AttackSequence");
    let authenticated = match resource.to_ascii_lowercase().as_str() {
        "iam" | "s3" if is_sequence => true,
        _ if is_sequence => seen.sequence_user,
        "iamuser" => {
            let has_signed_in = family == "ConsoleLogin" || family.starts_with("ConsoleLoginSuccess");
            let is_call = !seen.may_be_sign_in && seen.caller != Caller::Stranger;
            !seen.sign_in_failed && (is_call || has_signed_in)
        }
        "s3" => ["Policy", "Stealth"].iter().any(|own| purpose.eq_ignore_ascii_case(own)) || seen.caller == Caller::Own,
        "kubernetes" => seen.cluster_user,
        "rds" => family.contains("Successful"),
        _ => false,
    };
    Evidence::of(authenticated)
}

/// Is this, in small letters, what others call GuardDuty?
pub(in crate::trigger::sources) fn is_its_name(product: &str) -> bool {
    ["guardduty", "amazon guardduty", "aws guardduty"].contains(&product)
}

/// `ThreatPurpose:ResourceTypeAffected/ThreatFamilyName…` in its three parts.
fn parts(kind: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = kind.split_once(':')?;
    let purpose = before.rsplit('/').next().unwrap_or(before);
    let (resource, family) = after.split_once(['/', '-'])?;
    Some((purpose.trim(), resource.trim(), family))
}

/// Does a sequence name a user and the credential that was used?
pub(in crate::trigger::sources) fn has_a_credential(sequence: At<'_>) -> bool {
    sequence.get("actors").items().any(|actor| actor.way("user.credentialUid").is_said())
}
