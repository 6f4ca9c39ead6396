//! The risk that a log event tells of, in `debugContext.debugData`: a text of pairs,
//! `{previousLevel=LOW, level=MEDIUM, detectionName=Session Influenced User Risk, reasons=a, b, issuer=OKTA}`
//! (<https://developer.okta.com/docs/reference/api/itp-et/>), an object, or one in the JSON text `logOnlySecurityData`.

use serde_json::{Map, Value};

use crate::trigger::cause::Severity;
use crate::trigger::sources::lenient::At;

/// A risk, as far as it is told.
pub(super) struct Risk(Value);

impl Risk {
    /// The one that an event tells of.
    pub(super) fn of(record: At<'_>) -> Self {
        let debug = record.way("debugContext.debugData");
        let told = debug.get("risk").opened().map(std::borrow::Cow::into_owned);
        let pairs = || debug.get("risk").str().and_then(pairs);
        let logged = || At::of(&*debug.get("logOnlySecurityData").opened()?).get("risk").value().cloned();
        Self(told.or_else(pairs).or_else(logged).unwrap_or_default())
    }

    /// How high it is.
    pub(super) fn level(&self) -> Option<Severity> {
        At::of(&self.0).get("level").severity_word()
    }

    /// What was detected, by its name.
    pub(super) fn detection(&self) -> Option<&str> {
        At::of(&self.0).get("detectionName").str()
    }

    /// Is it low, and was higher before?
    pub(super) fn fell(&self) -> bool {
        let before = At::of(&self.0).get("previousLevel").severity_word();
        self.level().is_some_and(|level| level <= Severity::Low && before > Some(level))
    }
}

/// Reads `{a=1, b=2, 3, c=4}`. A key that stands twice could be somebody's text, so then nothing is read.
fn pairs(text: &str) -> Option<Value> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut parts = inner.split('=').peekable();
    let mut key = parts.next()?.trim();
    let mut pairs = Map::new();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        let (value, next) = if last { (part, "") } else { part.rsplit_once(',').unwrap_or((part, "")) };
        if pairs.insert(key.to_ascii_lowercase(), Value::from(value.trim())).is_some() {
            return None;
        }
        key = next.trim();
    }
    Some(Value::Object(pairs))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn risk(debug: Value) -> Risk {
        let record = json!({ "debugcontext": { "debugData": debug } });
        Risk::of(At::of(&record))
    }

    #[test]
    fn a_risk_is_read_in_each_form() {
        let pairs = "{reasons=Anomalous Geo-Distance, New Device, New ASN, previousLevel=LOW, level=HIGH, \
            detectionName=Session Influenced User Risk, issuer=OKTA}";
        for debug in [
            json!({ "Risk": pairs }),
            json!({ "risk": { "level": "HIGH", "detectionName": "Session Influenced User Risk" } }),
            json!({ "risk": r#"{"level":"high","detectionName":"Session Influenced User Risk"}"# }),
            json!({ "logOnlySecurityData": r#"{"risk":{"level":"HIGH","detectionName":"Session Influenced User Risk"}}"# }),
        ] {
            let risk = risk(debug.clone());
            let read = (risk.level(), risk.detection(), risk.fell());
            assert_eq!(read, (Some(Severity::High), Some("Session Influenced User Risk"), false), "{debug}");
        }
    }

    #[test]
    fn a_risk_that_fell_is_low_and_was_higher() {
        for (text, fell) in [
            ("{previousLevel=HIGH, level=LOW}", true),
            ("{level=NONE, previousLevel=LOW}", true),
            ("{previousLevel=HIGH, level=MEDIUM}", false),
            ("{previousLevel=LOW, level=LOW}", false),
            ("{level=LOW}", false),
            ("{}", false),
            ("LOW", false),
        ] {
            assert_eq!(risk(json!({ "risk": text })).fell(), fell, "{text}");
        }
    }

    #[test]
    fn a_key_that_stands_twice_spoils_the_text() {
        let text = "{reasons=x, detectionName=Admin Reported User Risk, level=HIGH, detectionName=Suspected Brute Force Attack}";
        assert_eq!(risk(json!({ "risk": text })).detection(), None);
    }
}
