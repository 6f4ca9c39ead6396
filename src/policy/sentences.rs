//! Conditions as sentences, for people who do not read policies every day.

use std::fmt;

use super::{Condition, Successor};

/// A condition, or its opposite, as the rest of a sentence that begins *a key that*.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    /// What is asked.
    pub condition: &'a Condition,
    /// Which keys count as successors.
    pub successor: Successor,
    /// The answer.
    pub holds: bool,
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.condition, self.holds) {
            (Condition::OlderThan(span), true) => write!(f, "was created at least {span} ago"),
            (Condition::OlderThan(span), false) => write!(f, "was created less than {span} ago"),
            (Condition::CreatedWithin(span), true) => write!(f, "was created less than {span} ago"),
            (Condition::CreatedWithin(span), false) => write!(f, "was created at least {span} ago"),
            (Condition::ExpiresWithin(span), true) => write!(f, "expires within the next {span}"),
            (Condition::ExpiresWithin(span), false) => write!(f, "does not expire within the next {span}"),
            (Condition::ExpiredFor(span), true) => write!(f, "expired at least {span} ago"),
            (Condition::ExpiredFor(span), false) => write!(f, "has not been expired for {span}"),
            (Condition::SupersededFor(span), holds) => {
                let has = if holds { "has had" } else { "has not had" };
                let which = match self.successor {
                    Successor::Vouched => "a younger, working, vouched key",
                    Successor::Any => "any younger, working key",
                };
                write!(f, "{has} {which} beside it for {span}")
            }
            (Condition::Status(status), true) => write!(f, "is {status}"),
            (Condition::Status(status), false) => write!(f, "is not {status}"),
            (Condition::Ids(ids), holds) => {
                let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
                write!(f, "is {} {}", if holds { "one of" } else { "none of" }, ids.join(", "))
            }
            (Condition::CreatedSinceIncident(span), true) => {
                write!(f, "was created no earlier than {span} before the incident")
            }
            (Condition::CreatedSinceIncident(span), false) => {
                write!(f, "was created earlier than {span} before the incident")
            }
            (Condition::Implicated, true) => f.write_str("is implicated by an incident"),
            (Condition::Implicated, false) => f.write_str("is implicated by no incident"),
            (Condition::Not(part), holds) => write!(f, "{}", Words { condition: part, holds: !holds, ..*self }),
            (Condition::All(parts), holds) => self.joined(f, parts, holds),
            (Condition::Any(parts), holds) => self.joined(f, parts, !holds),
        }
    }
}

impl Words<'_> {
    /// The parts joined: with *and* where each must be so, else with *or*.
    fn joined(&self, f: &mut fmt::Formatter<'_>, parts: &[Condition], each: bool) -> fmt::Result {
        if parts.is_empty() {
            return f.write_str(if each { "is in the zone" } else { "is not in the zone" });
        }
        for (i, condition) in parts.iter().enumerate() {
            match (i, each) {
                (0, _) => {}
                (_, true) => f.write_str(" and ")?,
                (_, false) => f.write_str(" or ")?,
            }
            let part = Words { condition, ..*self };
            if parts.len() > 1 && joins_several(condition) {
                write!(f, "({part})")?;
            } else {
                write!(f, "{part}")?;
            }
        }
        Ok(())
    }
}

fn joins_several(condition: &Condition) -> bool {
    match condition {
        Condition::Not(part) => joins_several(part),
        Condition::All(parts) | Condition::Any(parts) => match parts.as_slice() {
            [only] => joins_several(only),
            parts => parts.len() > 1,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::problems::Problems;
    use super::super::{On, condition};
    use super::*;

    fn said(condition: serde_json::Value) -> String {
        let condition = condition::read("$", &condition, Some(&On::Incident), &mut Problems::default()).unwrap();
        Words { condition: &condition, successor: Successor::Any, holds: true }.to_string()
    }

    #[test]
    fn every_word_has_its_sentence_and_its_opposite() {
        let of_both = |word: serde_json::Value| [said(word.clone()), said(json!({ "not": word }))].join(" / ");
        let sentences = [
            of_both(json!({"older_than": "90d"})),
            of_both(json!({"created_within": "1d"})),
            of_both(json!({"expires_within": "30d"})),
            of_both(json!({"expired_for": "7d"})),
            of_both(json!({"superseded_for": "14d"})),
            of_both(json!({"status": "Enabled"})),
            of_both(json!({"ids": ["scimcred-aaaaaaaaaaaa", "scimcred-bbbbbbbbbbbb"]})),
            of_both(json!({"implicated": true})),
            of_both(json!({"created_since_incident": "2h"})),
            of_both(json!({"all": []})),
            of_both(json!({"any": []})),
        ];
        insta::assert_snapshot!(sentences.join("\n"), @"
        was created at least 90d ago / was created less than 90d ago
        was created less than 1d ago / was created at least 1d ago
        expires within the next 30d / does not expire within the next 30d
        expired at least 7d ago / has not been expired for 7d
        has had any younger, working key beside it for 14d / has not had any younger, working key beside it for 14d
        is Enabled / is not Enabled
        is one of scimcred-aaaaaaaaaaaa, scimcred-bbbbbbbbbbbb / is none of scimcred-aaaaaaaaaaaa, scimcred-bbbbbbbbbbbb
        is implicated by an incident / is implicated by no incident
        was created no earlier than 2h before the incident / was created earlier than 2h before the incident
        is in the zone / is not in the zone
        is not in the zone / is in the zone
        ");
    }

    #[test]
    fn the_opposite_of_both_is_one_of_the_opposites() {
        let both = json!({"all": [{"older_than": "90d"}, {"status": "Enabled"}]});
        assert_eq!(said(both.clone()), "was created at least 90d ago and is Enabled");
        assert_eq!(said(json!({"not": both})), "was created less than 90d ago or is not Enabled");
        assert_eq!(
            said(json!({"all": [{"expired_for": "7d"}, {"not": both}]})),
            "expired at least 7d ago and (was created less than 90d ago or is not Enabled)"
        );
    }
}
