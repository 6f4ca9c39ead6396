//! The names of incidents: a source's own, one that came again, and one that a person decided about. Pure.

use super::cause::Source;
use crate::hex;
use crate::time::Timestamp;
use crate::zone::id;

id!(
    /// The name of an incident.
    IncidentId,
    "1 to 200 visible ASCII characters",
    |text| (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
);

impl IncidentId {
    /// The longest that a source's own has: behind it is room for the time at which it comes again.
    const LONGEST: usize = 175;

    /// A source's own incident by the id of its finding, `aws.guardduty:3eb7…`; a finding whose id is no such text, or
    /// a long one, by its hash.
    pub fn of(source: Source, finding: &str) -> Self {
        let plain = format!("{}{OF}{finding}", source.as_str());
        let plain = Some(plain).filter(|plain| plain.len() <= Self::LONGEST);
        plain.and_then(|plain| Self::parse(&plain).ok()).unwrap_or_else(|| Self::by_hash(source, finding))
    }

    fn by_hash(source: Source, finding: &str) -> Self {
        Self(format!("{}{OF}sha256-{}", source.as_str(), hex::name_of(finding, 16)))
    }

    /// The source that names its incidents so, if one does. A person's own has no such id: the source's all-clear would end
    /// it, and it would pass for one that has had its containment.
    pub fn source(&self) -> Option<Source> {
        let is_its = |source: &Source| self.0.strip_prefix(source.as_str()).is_some_and(|rest| rest.starts_with(OF));
        Source::OTHERS.into_iter().find(is_its)
    }

    /// The same incident come again, at this time, after its source had called it off: the next one of that name, where a
    /// source names a user's risk after the user, or opens a finding again.
    #[must_use]
    pub fn again(&self, at: Timestamp) -> Self {
        Self(format!("{self}{AGAIN}{at}"))
    }

    /// What a person decided about it at this time: an incident of its own, which ends with the one that it is about. Two
    /// digits tell the decisions of one second apart.
    #[must_use]
    pub fn decided(&self, at: Timestamp, decision: &str) -> Self {
        let second = Timestamp::from_unix_seconds(at.unix_seconds());
        Self(format!("{}{DECIDED}{}", self.to_be_decided().again(second), hex::name_of(decision, 1)))
    }

    /// What stands before a decision: the id, or its hash, so that behind the decision is room for a time as well.
    fn to_be_decided(&self) -> Self {
        const DECISION: usize = "@2026-11-24T06:00:00Z#5a".len();
        let source = self.source().unwrap_or(Source::Own);
        if self.0.len() + DECISION <= Self::LONGEST { self.clone() } else { Self::by_hash(source, &self.0) }
    }

    /// When it came again, or a person decided about it, if it is that incident come again.
    pub fn again_at(&self, of: &Self) -> Option<Timestamp> {
        let behind = |id: &Self| self.0.strip_prefix(id.as_str())?.strip_prefix(AGAIN);
        let again = behind(of).or_else(|| behind(&of.to_be_decided()))?;
        Timestamp::parse_rfc3339(again.split_once(DECIDED).map_or(again, |(at, _)| at))
    }
}

/// Stands between a source and the id that it gives.
const OF: char = ':';

/// Stands between the id of an incident and the time at which it came again.
const AGAIN: &str = "@";

/// Stands between that time and the hash of what a person decided then.
const DECIDED: &str = "#";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_longest_id_of_a_finding_has_room_for_a_decision_and_for_a_time_at_which_that_comes_again() {
        let at = Timestamp::from_unix_millis(1_795_500_000_123);
        let later = at.plus(Duration::from_secs(1));
        for length in 1..=220 {
            let finding = IncidentId::of(Source::SecurityHub, &"f".repeat(length));
            let decided = finding.decided(at, "a");
            let again = decided.again(later);
            for id in [&finding, &finding.again(at), &decided, &again] {
                assert_eq!(IncidentId::parse(id.as_str()).as_ref(), Ok(id), "{id}");
                assert_eq!(id.source(), Some(Source::SecurityHub), "{id}");
            }
            let second = Some(Timestamp::from_unix_seconds(at.unix_seconds()));
            assert_eq!((decided.again_at(&finding), again.again_at(&finding)), (second, second), "{again}");
            assert_eq!(again.again_at(&decided), Some(later), "{again}");
        }
    }
}
