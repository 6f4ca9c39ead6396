//! Which key a CloudAudit record names, and nothing else of what it was asked or answered.
//!
//! Only the fields of these names are looked at: `CredentialId`, `NewStatus`, and of an update the list of resources and what
//! the CloudEvent says that it is about. `CredentialSecret` stands beside the first of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::record::Audit;
use crate::trigger::sources::lenient::At;
use crate::zone::CredentialId;

/// The key that a successful creation names, in its answer alone: before that nobody knew it, so what else the record holds
/// may be the caller's words. The field table calls the answer `requestElements`, the samples `responseElements`; where there
/// is the one, the other is none.
pub(super) fn created(audit: &Audit<'_>) -> Option<CredentialId> {
    let mut answers = ["responseElements", "requestElements"].map(|key| audit.own(key)).into_iter();
    answers.find(|answer| answer.is_there()).and_then(named)
}

/// The key that a successful update names: in its request, or as its only resource.
pub(super) fn updated(audit: &Audit<'_>) -> Option<CredentialId> {
    named(audit.own("requestParameters")).or_else(|| only_resource(audit))
}

/// The status that was asked for, in small letters.
pub(super) fn status(audit: &Audit<'_>) -> Option<String> {
    let asked = audit.own("requestParameters").opened()?;
    At::of(&asked).get("NewStatus").str().map(str::to_ascii_lowercase)
}

fn named(body: At<'_>) -> Option<CredentialId> {
    let body = body.opened()?;
    let at = At::of(&body);
    let ids = [at.get("CredentialId"), at.way("Response.CredentialId")];
    ids.into_iter().find_map(|id| CredentialId::parse(id.str()?).ok())
}

/// The one key that the record's resources name, or what stands around it; of several, none.
fn only_resource(audit: &Audit<'_>) -> Option<CredentialId> {
    let mut found = BTreeSet::new();
    let own = ["resources", "resourceSet", "resourceName"].map(|key| audit.own(key));
    let around = ["subject", "resource"].map(|key| audit.around(key));
    for text in own.into_iter().chain(around).flat_map(texts) {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        found.extend(words.filter_map(|word| CredentialId::parse(word).ok()));
    }
    (found.len() == 1).then(|| found.pop_first()).flatten()
}

/// A text, or those of a list, which may itself be JSON in a text.
fn texts(at: At<'_>) -> Vec<String> {
    let list = at.opened();
    let items = list.as_deref().map_or(at, At::of).items();
    items.filter_map(At::value).filter_map(Value::as_str).map(str::to_owned).collect()
}
