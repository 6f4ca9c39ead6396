//! Tencent CloudAudit: records of API calls and sign-ins, through Tencent's EventBridge, from its API, or alone.
//!
//! What is known of them: the event (<https://www.tencentcloud.com/document/product/1108/46246>), the record's fields
//! (<https://www.tencentcloud.com/document/product/1021/40499>), the API `DescribeEvents`
//! (<https://www.tencentcloud.com/document/product/1021/42703>), which actions are recorded
//! (<https://cloud.tencent.com/document/product/629/96574>). **Unverified**: no event that EventBridge delivered is public,
//! and no record of a SCIM action or of a sign-in either. That they look as other records do is inferred.
//!
//! An event is a CloudEvent, alone or in an `EventList`; `data` is the record. Numbers come as texts, objects as JSON in
//! texts, and such a text may be broken: then what stands around it counts. `requestParameters` and `sessionContext` hold
//! tokens, and `responseElements` of a `CreateSCIMCredential` may hold the new key's secret. Of these, only the fields
//! that `key.rs` and, of `sessionContext`, `record.rs` name are ever looked at, and nothing else of them goes on.
//!
//! | action | says |
//! |---|---|
//! | `CreateSCIMCredential` | a key was created, which its answer may name |
//! | `UpdateSCIMCredentialStatus` | to `Enabled`: a key was switched on. To `Disabled`: nothing; it is what this program does. To what cannot be read: an incident that an outsider can cause and that names no key |
//! | `UpdateSCIMSynchronizationStatus` | nothing: this program does it, it concerns no single key, and an answer to it would answer itself |
//! | `ConsoleLogin` | an incident; where it did not succeed, one that an outsider can cause |
//! | another call that writes, `DeleteSCIMCredential` and those that change users and roles among them | an incident that names no key: it answers to whichever rule names the action |
//! | a call that reads | nothing: it changes nothing, and this program's own look would answer itself |
//! | a call that writes, of which nobody can tell how it ended | an incident that an outsider can cause and that names no key |
//! | a record that cannot be read, with no action around it | an incident that an outsider can cause and that names no key |
//! | a call that did not succeed | nothing: whoever may not switch a key on must not be able to implicate it |

use super::lenient::At;
use super::records::Event;
use super::{Actor, Change, Changed, Said, identity};
use crate::time::Timestamp;
use crate::trigger::cause::{Evidence, Incident, Source, Text};
use crate::zone::CredentialId;
use record::{Audit, Ended};

mod key;
mod record;
#[cfg(test)]
mod tests;

/// Is it CloudAudit's?
pub(super) fn is_own(event: Event<'_>) -> bool {
    !event.looks_like_amazons() && is_audit(event.record())
}

/// A CloudEvent of Tencent's, an event of the API, or a record alone, which is told from CloudTrail's by the fields that
/// only one of them has.
fn is_audit(item: At<'_>) -> bool {
    let text = |key| item.get(key).str().unwrap_or_default().to_ascii_lowercase();
    let has = |key| item.get(key).is_there();
    let ours = ["actionType", "apiErrorCode", "eventPlatform", "sensitiveAction"];
    text("source").ends_with(".cloud.tencent")
        || text("type").contains(":cloudevent:")
        || has("CloudAuditEvent")
        || (has("eventName") && !has("awsRegion") && ours.iter().any(|key| has(key)))
}

/// What it says.
pub(super) fn said(event: Event<'_>) -> Said {
    let item = event.record();
    let inner = record::inner(item);
    let audit = Audit::of(event, inner.as_deref());
    let Some(action) = audit.field("eventName").text() else {
        // Whoever can break a record with what he sends must not be able to hide it so.
        let unread =
            || record::is_broken(item).then(|| incident(&audit, Text::ours("unreadable"), Evidence::Outsider, None));
        let nothing = || Said::Nothing("a CloudAudit event that names no action".to_owned());
        return unread().map_or_else(nothing, Said::Incident);
    };
    match (action.as_str().to_ascii_lowercase().as_str(), audit.ended()) {
        ("consolelogin", ended) => Said::Incident(incident(&audit, action, who_could(ended), None)),
        ("updatescimsynchronizationstatus" | "setscimsynchronizationstatus", _) => {
            Said::Nothing(format!("{action} concerns no single key, and may be this program's own"))
        }
        ("updatescimcredentialstatus", ended) => switched(&audit, action, ended),
        // Whatever type its record has.
        ("createscimcredential", Ended::Well) => {
            changed(&audit, action, Evidence::Authenticated, Changed::Created, key::created(&audit))
        }
        _ if audit.reads(&action) => Said::Nothing(format!("{action} changes nothing")),
        (_, Ended::Badly) => Said::Nothing(format!("{action} did not succeed")),
        (_, ended) => Said::Incident(incident(&audit, action, who_could(ended), None)),
    }
}

/// What succeeded is authenticated; of the rest nobody can tell.
fn who_could(ended: Ended) -> Evidence {
    Evidence::of(ended == Ended::Well)
}

/// A key's status was updated.
fn switched(audit: &Audit<'_>, action: Text, ended: Ended) -> Said {
    let to = key::status(audit);
    match (ended, to.as_deref()) {
        (Ended::Well, Some("enabled")) => {
            changed(audit, action, Evidence::Authenticated, Changed::Enabled, key::updated(audit))
        }
        (Ended::Well, Some("disabled")) => Said::Nothing(format!("{action} switched a key off")),
        (Ended::Badly, _) => Said::Nothing(format!("{action} did not succeed")),
        (Ended::Untold, Some("disabled")) => Said::Nothing(format!("{action} does not say whether it succeeded")),
        // As of a creation: a person is to look, but it names no key, since it may not have been let, or not have been this.
        _ => changed(audit, action, Evidence::Outsider, Changed::Enabled, None),
    }
}

fn changed(audit: &Audit<'_>, action: Text, evidence: Evidence, what: Changed, key: Option<CredentialId>) -> Said {
    let incident = incident(audit, action, evidence, key);
    Said::Changed(Change { incident, what, by: audit.by(), request: audit.request() })
}

fn incident(audit: &Audit<'_>, kind: Text, evidence: Evidence, key: Option<CredentialId>) -> Incident {
    let by = audit.by();
    let id = identity::named(Source::CloudAudit, audit.ids());
    let id = id.unwrap_or_else(|| identity::hashed(Source::CloudAudit, &deed(&kind, audit.at(), &by, key.as_ref())));
    Incident {
        // For people: the name, else an id.
        actor: [&by.name, &by.principal, &by.account, &by.secret].into_iter().find_map(Clone::clone),
        address: audit.address(),
        at: audit.when(),
        implicated: key.into_iter().collect(),
        ..Incident::of(Source::CloudAudit, id, kind, evidence)
    }
}

/// What tells a record without an id from others. Registers hold the hash of it as an incident's id, so it must stay as it
/// is. None of the parts has a line break. Of two keys that one call after the other switches on in one second, each is an
/// incident of its own.
fn deed(kind: &Text, at: Option<Timestamp>, by: &Actor, key: Option<&CredentialId>) -> String {
    let Actor { principal, secret, account, name } = by;
    let said = |text: &Option<Text>| text.as_ref().map(ToString::to_string);
    let parts = [
        ("eventName", Some(kind.to_string())),
        ("eventTime", at.map(|at| at.unix_millis().to_string())),
        ("principalId", said(principal)),
        ("secretId", said(secret)),
        ("accountId", said(account)),
        ("userName", said(name)),
    ];
    let parts = parts.map(|(name, part)| format!("{name}={}", part.unwrap_or_default()));
    parts.into_iter().chain(key.map(|key| format!("credentialId={key}"))).collect::<Vec<_>>().join("\n")
}
