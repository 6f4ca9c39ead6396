//! What it takes to cause a GuardDuty finding, by its type and by who was seen to act.
//!
//! The types: <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-active.html>, their form:
//! <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-format.html>.
//!
//! | of | authenticated | anybody can |
//! |---|---|---|
//! | `IAMUser` | a call of the API; a console login where the type says that somebody was let in | a console login of any other type, or with an error; what shows no call |
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
//! `ConsoleLoginSuccess.B` and, retired, `ConsoleLogin` are documented as of logins that took place.

use super::super::lenient::At;
use crate::trigger::cause::Evidence;

/// What was seen of who acted.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::trigger::sources) struct Seen {
    /// It is about a console login that failed.
    pub(in crate::trigger::sources) sign_in_failed: bool,
    /// It is about a console login, or nothing shows what was called, so it may be.
    pub(in crate::trigger::sources) may_be_sign_in: bool,
    /// An API was called with a credential of this account.
    pub(in crate::trigger::sources) own_credential: bool,
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
            !seen.sign_in_failed && (!seen.may_be_sign_in || has_signed_in)
        }
        "s3" => ["Policy", "Stealth"].iter().any(|own| purpose.eq_ignore_ascii_case(own)) || seen.own_credential,
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

/// Is it the type of a user or role of this account? CloudTrail calls strangers and other accounts `AWSAccount`:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>.
pub(in crate::trigger::sources) fn is_own_user(kind: At<'_>) -> bool {
    ["Root", "IAMUser", "AssumedRole", "Role", "FederatedUser"].iter().any(|own| kind.is(own))
}

/// Does a sequence name a user and the credential that was used?
pub(in crate::trigger::sources) fn has_a_credential(sequence: At<'_>) -> bool {
    sequence.get("actors").items().any(|actor| actor.way("user.credentialUid").is_said())
}
