//! Tells whether a rule still says what it said when people were warned.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A hash of all that a rule says: a warning that was given under other words is none.
///
/// It is that of the rule's JSON with sorted keys and without spaces; `controls`, which are only reported, take no part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    /// Of a rule as the document has it.
    pub(super) fn of(rule: &Value) -> Self {
        let mut rule = rule.clone();
        if let Some(fields) = rule.as_object_mut() {
            fields.remove("controls");
        }
        // serde_json keeps an object's keys sorted, so its plain text is the canonical one.
        let digest = Sha256::digest(rule.to_string());
        Self(std::array::from_fn(|i| digest[i]))
    }

    /// Reads 16 hexadecimal digits, as it prints them.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let bits = u64::from_str_radix(text, 16).ok().filter(|_| digits)?;
        Some(Self(bits.to_be_bytes()))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("a fingerprint is 16 hexadecimal digits"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::json;

    const RULE: &str = r#"{"id":"r","on":"schedule","when":{"all":[{"superseded_for":"14d"},{"status":"Enabled"}]},
        "then":"disable","warn_before":["7d","1d"],"successor":"vouched","waives":["keep_one"],"controls":["CIS"]}"#;

    fn of(rule: &str) -> Fingerprint {
        Fingerprint::of(&json::parse(rule.as_bytes()).unwrap())
    }

    #[test]
    fn how_a_rule_is_written_down_and_which_controls_it_follows_make_no_difference() {
        let reordered = r#"{
            "controls": [], "waives": ["keep_one"], "successor": "vouched", "warn_before": ["7d", "\u0031d"],
            "then": "disable", "when": { "all": [{ "superseded_for": "14d" }, { "status": "Enabled" }] },
            "on": "schedule", "id": "r"
        }"#;
        for same in [reordered, &RULE.replace(r#","controls":["CIS"]"#, ""), &RULE.replace("CIS", "SOC")] {
            assert_eq!(of(same), of(RULE), "{same}");
        }
    }

    #[test]
    fn every_other_change_makes_another_rule() {
        let changes = [
            (r#""id":"r""#, r#""id":"s""#),
            (r#""on":"schedule""#, r#""on":"incident""#),
            ("14d", "15d"),
            ("14d", "336h"),
            ("Enabled", "Disabled"),
            (r#""all""#, r#""any""#),
            (r#"{"superseded_for":"14d"},"#, ""),
            (r#""then":"disable""#, r#""then":"warn""#),
            (r#"["7d","1d"]"#, r#"["1d","7d"]"#),
            (r#"["7d","1d"]"#, r#"["7d"]"#),
            (r#""successor":"vouched""#, r#""successor":"any""#),
            (r#""waives":["keep_one"]"#, r#""waives":["protected"]"#),
            (r#","waives":["keep_one"]"#, ""),
        ];
        let mut all = BTreeSet::from([of(RULE)]);
        for (from, to) in changes {
            assert!(RULE.contains(from) && all.insert(of(&RULE.replace(from, to))), "{from} to {to}");
        }
    }

    #[test]
    fn it_is_the_same_in_every_version_of_this_program() {
        // Another would void the warnings that people were given.
        assert_eq!(of(RULE).to_string(), "c8d2fb9f3a8451d2");
    }

    #[test]
    fn it_reads_back_as_it_prints_and_nothing_else_reads() {
        for text in ["0000000000000000", "00ff00ff00ff00ff", "ffffffffffffffff"] {
            assert_eq!(Fingerprint::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Fingerprint::parse(&of(RULE).to_string()), Some(of(RULE)));
        for text in ["", "0", "+000000000000000", "00FF00ff00ff00ff", "00ff00ff00ff00ff0", "00ff00ff00ff00fg"] {
            assert_eq!(Fingerprint::parse(text), None, "{text}");
        }
    }
}
