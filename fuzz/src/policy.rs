//! A policy: what its author wrote, also where that is no policy.

use scim_key_lifecycle::json;
use scim_key_lifecycle::policy::Policy;
use scim_key_lifecycle::time::Timestamp;

use super::text::{assert_told, rewritten, settled};

/// Some time, for what a policy says of protections.
const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_500_000);

/// Reads it: it is a good one however it is written, or everything that is wrong with it is told in plain words.
pub fn check(bytes: &[u8]) {
    let policy = match Policy::parse(bytes) {
        Ok(policy) => policy,
        Err(problems) => {
            assert!(!problems.is_empty());
            return problems.iter().for_each(assert_told);
        }
    };
    assert!(!policy.accounts().is_empty() && !policy.rules().rules.is_empty());
    assert!(policy.accounts().iter().all(|account| policy.account(&account.name) == Some(account)), "names are unique");
    assert!(policy.rules().rules.iter().all(|rule| policy.rules().rule(&rule.id) == Some(rule)), "ids are unique");
    assert_same_however_written(&policy, bytes);
    let explained = policy.explain(NOW);
    assert!(!explained.chars().any(|c| c.is_control() && c != '\n'), "not plain: {explained:?}");
}

/// The order of keys and the blanks between them say nothing, to a fingerprint either.
fn assert_same_however_written(policy: &Policy, bytes: &[u8]) {
    let Some(document) = json::parse(bytes).ok().as_ref().and_then(settled) else { return };
    let otherwise = rewritten(&document);
    if otherwise.len() <= 256 * 1024 {
        let again = Policy::parse(otherwise.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"));
        assert_eq!(format!("{policy:?}"), format!("{again:?}"));
    }
}
