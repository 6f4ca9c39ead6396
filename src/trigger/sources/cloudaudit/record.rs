//! The fields of a CloudAudit record, which may stand in three places and have several types.

use core::net::IpAddr;
use std::borrow::Cow;
use std::time::Duration;

use serde_json::Value;

use crate::time::Timestamp;
use crate::trigger::cause::Text;
use crate::trigger::sources::Actor;
use crate::trigger::sources::lenient::At;
use crate::trigger::sources::records::Event;

/// One record, and what stands around it.
pub(super) struct Audit<'a> {
    /// The time of the envelope.
    envelope: At<'a>,
    /// The CloudEvent, or the event of CloudAudit's API, that holds the record; or the record itself.
    around: At<'a>,
    /// The record. Nothing if it cannot be read.
    record: At<'a>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Both codes are there, and say so.
    Well,
    /// One of the codes says no.
    Badly,
    /// A code is missing, or is none that can be read.
    Untold,
}

/// The record that an event holds, if it holds one that can be read.
pub(super) fn inner(item: At<'_>) -> Option<Cow<'_, Value>> {
    let held = held(item)?;
    held.opened().filter(|record| record.is_object())
}

/// Where an event holds its record, if it is no record itself.
fn held(item: At<'_>) -> Option<At<'_>> {
    [item.get("data"), item.get("CloudAuditEvent")].into_iter().find(|held| held.is_there())
}

/// Does an event hold a record that cannot be read?
pub(super) fn is_broken(item: At<'_>) -> bool {
    held(item).is_some() && inner(item).is_none()
}

impl<'a> Audit<'a> {
    /// An event, with the record that was found in it.
    pub(super) fn of(event: Event<'a>, inner: Option<&'a Value>) -> Self {
        let item = event.record();
        let alone = || if held(item).is_some() { At::nothing() } else { item };
        Self { envelope: event.time(), around: item, record: inner.map_or_else(alone, At::of) }
    }

    /// A field of the record; where there is none, the one around it. Both spell it alike but for the case.
    pub(super) fn field(&self, key: &str) -> At<'a> {
        let own = self.record.get(key);
        if own.is_there() { own } else { self.around.get(key) }
    }

    /// A field of the record alone.
    pub(super) fn own(&self, key: &str) -> At<'a> {
        self.record.get(key)
    }

    /// A field of what stands around the record.
    pub(super) fn around(&self, key: &str) -> At<'a> {
        self.around.get(key)
    }

    /// Success takes both codes: `errorCode`, that it was let in, and `apiErrorCode`, that it was done.
    pub(super) fn ended(&self) -> Ended {
        let let_in = self.field("errorCode");
        let done = self.field("apiErrorCode");
        let is_empty = matches!(done.value(), Some(Value::String(text)) if text.trim().is_empty());
        match (is_zero(let_in), is_zero(done).or(is_empty.then_some(true))) {
            (Some(true), Some(true)) => Ended::Well,
            (Some(false), _) | (_, Some(false)) => Ended::Badly,
            _ => Ended::Untold,
        }
    }

    /// Is it a call that only reads, by its type or by its name?
    pub(super) fn reads(&self, action: &Text) -> bool {
        let name = action.as_str().to_ascii_lowercase();
        let named = ["describe", "list", "get", "lookup"].iter().any(|with| name.starts_with(with));
        self.field("actionType").is("Read") || named
    }

    /// Ids, the best first: the record's, the request's, the CloudEvent's.
    pub(super) fn ids(&self) -> [At<'a>; 3] {
        [self.field("eventID"), self.field("requestID"), self.around.get("id")]
    }

    /// The id of the request.
    pub(super) fn request(&self) -> Option<Text> {
        self.field("requestID").text()
    }

    /// Who did it.
    pub(super) fn by(&self) -> Actor {
        let identity = self.record.get("userIdentity").opened();
        let identity = identity.as_deref().map_or(At::nothing(), At::of);
        let told = |own, around| identity.get(own).text().or_else(|| self.around.get(around).text());
        let account: Option<Text> = told("accountId", "AccountID");
        // The account's own id is the root user's. Where it stands for somebody else, it is everybody's.
        let is_own = |id: &Text| account.as_ref() != Some(id) || identity.get("type").is("root");
        Actor {
            principal: id(identity.get("principalId")).filter(is_own),
            secret: id(identity.get("secretId")).or_else(|| id(self.around.get("SecretId"))),
            account,
            name: told("userName", "Username"),
        }
    }

    /// From where: the record's own address; if that is masked or none, the session's.
    pub(super) fn address(&self) -> Option<IpAddr> {
        let session = || {
            let identity = self.record.get("userIdentity").opened()?;
            let session = At::of(&identity).get("sessionContext").opened()?;
            At::of(&session).get("userIp").address()
        };
        self.field("sourceIPAddress").address().or_else(session)
    }

    /// When; where it says nothing of that, the time of what forwards it.
    pub(super) fn when(&self) -> Option<Timestamp> {
        self.at().or_else(|| in_beijing(self.envelope))
    }

    /// When: the earliest of what the record and its event say, so that nothing is taken for fresher than it is.
    ///
    /// A time without a zone is read at UTC+8. No page says so, but two published records do: in one, `2019-03-20 12:36:27`
    /// stands beside a request id made of the epoch second 1553056587, which is 12:36:27 in Beijing; in the other, a session
    /// that ends at `2023-04-03 19:23:29` beside an event at 1680513809, two hours earlier there. Were it wrong, and the time
    /// UTC, an event would seem eight hours older than it is, and be refused: never the other way round.
    pub(super) fn at(&self) -> Option<Timestamp> {
        let told = [self.field("eventTime"), self.around.get("time")];
        told.into_iter().filter_map(in_beijing).min()
    }
}

/// An id by which somebody is known: as it stands, for what is read out of another text is another's id.
fn id(at: At<'_>) -> Option<Text> {
    let is_exact = |text: &Text| at.value().and_then(Value::as_str).is_none_or(|raw| raw == text.as_str());
    at.text().filter(is_exact)
}

/// Is it zero, as a number or a text? A word that is no number is some error's.
fn is_zero(code: At<'_>) -> Option<bool> {
    code.number().map(|number| number == 0.0).or_else(|| code.str().map(|_| false))
}

/// An instant; one without a zone, at UTC+8.
fn in_beijing(at: At<'_>) -> Option<Timestamp> {
    const AHEAD: Duration = Duration::from_hours(8);
    let has_zone = |text: &str| {
        let clock = text.get(10..).unwrap_or_default();
        clock.ends_with(['Z', 'z']) || clock.contains(['+', '-'])
    };
    let zoneless = at.number().is_none() && at.str().is_some_and(|text| !has_zone(text));
    at.time().map(|time| if zoneless { time.minus(AHEAD) } else { time })
}
