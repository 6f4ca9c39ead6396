//! Instants, the cloud's zone-less times, and answers that may be *unknown*.
//!
//! Identity Center prints times such as `2024-05-31 15:04:53` and documents no time zone. Such a time is therefore
//! read once for each offset that the policy names; the true instant lies between the earliest and the latest
//! reading, and a question about it is answered [`Truth::Yes`], [`Truth::No`] or [`Truth::Unknown`].
//!
//! Pure: no clock is read here. Whoever needs *now* gets it as an argument.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDateTime, SecondsFormat, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the Unix epoch.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Reads RFC 3339 (`2026-11-24T06:00:00Z`), with any offset and fraction. One that in UTC lies outside of the years
    /// 0 to 9999 is none: RFC 3339 has no way to write it.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        (0..=9999).contains(&instant.year()).then(|| Self(instant.timestamp_millis()))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This instant as chrono's type, for calendars. Instants beyond chrono's years are cut to its first or last.
    pub fn to_utc(self) -> DateTime<Utc> {
        let nearest = if self.0 < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        DateTime::from_timestamp_millis(self.0).unwrap_or(nearest)
    }

    /// This instant, `later` on.
    pub fn plus(self, later: Duration) -> Self {
        Self(self.0.saturating_add(millis(later)))
    }

    /// This instant, `earlier` back.
    pub fn minus(self, earlier: Duration) -> Self {
        Self(self.0.saturating_sub(millis(earlier)))
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC; milliseconds only where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("a time is written as in 2026-11-24T06:00:00Z"))
    }
}

/// Kleene's three values, ordered, so that *all* is the least of its parts and *any* the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It does not hold.
    No,
    /// What we know does not tell.
    Unknown,
    /// It holds, whichever reading is right.
    Yes,
}

impl Truth {
    /// Yes only where both are.
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Yes where one is.
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    /// *Unknown* stays unknown.
    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// A distance from UTC in whole minutes, east positive: `+08:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcOffset(i16);

impl UtcOffset {
    /// Beijing's, which the cloud's examples suggest.
    pub const BEIJING: Self = Self(8 * 60);
    /// Greenwich's, which nothing rules out.
    pub const UTC: Self = Self(0);

    /// Reads `+08:00`, `-03:30`; between -14:00 and +14:00.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = match text.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(hours) || !digits(minutes) {
            return None;
        }
        let (hours, minutes): (i16, i16) = (hours.parse().ok()?, minutes.parse().ok()?);
        let total = hours * 60 + minutes;
        (minutes < 60 && total <= 14 * 60).then_some(Self(sign * total))
    }

    fn duration(self) -> chrono::Duration {
        chrono::Duration::minutes(i64::from(self.0))
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let minutes = self.0.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl Serialize for UtcOffset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The offsets that a cloud time may have: at least one, no two alike, in the policy's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offsets {
    all: Vec<UtcOffset>,
    east: UtcOffset,
    west: UtcOffset,
}

impl Offsets {
    /// Takes at least one offset, no two alike.
    pub fn new(all: Vec<UtcOffset>) -> Option<Self> {
        let (east, west) = (*all.iter().max()?, *all.iter().min()?);
        let distinct = all.iter().enumerate().all(|(i, offset)| !all[..i].contains(offset));
        distinct.then_some(Self { all, east, west })
    }

    /// The offset under which a cloud time is the earliest instant: the one furthest east.
    pub fn earliest(&self) -> UtcOffset {
        self.east
    }

    /// The offset under which a cloud time is the latest instant: the one furthest west.
    pub fn latest(&self) -> UtcOffset {
        self.west
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &UtcOffset> {
        self.all.iter()
    }
}

/// Where the true instant lies: not before `earliest`, not after `latest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first instant that it may be.
    pub earliest: Timestamp,
    /// The last instant that it may be.
    pub latest: Timestamp,
}

impl Interval {
    /// Is it at or before `instant`?
    pub fn at_or_before(self, instant: Timestamp) -> Truth {
        if self.latest <= instant {
            Truth::Yes
        } else if self.earliest > instant {
            Truth::No
        } else {
            Truth::Unknown
        }
    }
}

/// Which readings of the cloud's times a question is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All that the policy allows for: what decisions rest on.
    Every,
    /// One offset alone: for telling a person which reading would have acted.
    At(UtcOffset),
}

/// A time as the cloud prints it: a date and a time of day, and no word on the zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CloudTime(NaiveDateTime);

impl CloudTime {
    /// The cloud's format, e.g. `2024-05-31 15:04:53`
    /// (<https://www.tencentcloud.com/document/product/1031/66423>).
    pub const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

    /// Reads the cloud's format and nothing else: years 0000 to 9999, every digit written.
    pub fn parse(text: &str) -> Option<Self> {
        let time = Self(NaiveDateTime::parse_from_str(text, Self::FORMAT).ok()?);
        // chrono alone would also take other years, fewer digits and blanks: `24-05-01 1:2:3` is the year 24 to it.
        (text.len() == 19 && time.to_string() == text).then_some(time)
    }

    /// The instant that it is if the cloud's clock runs at `offset`. No time that [`Self::parse`] takes is so near the
    /// ends of chrono's calendar that this could overflow.
    pub fn at(self, offset: UtcOffset) -> Timestamp {
        Timestamp((self.0 - offset.duration()).and_utc().timestamp_millis())
    }

    /// Where the instant lies under `reading`, for a policy that allows for `offsets`.
    pub fn interval(self, offsets: &Offsets, reading: Reading) -> Interval {
        let (east, west) = match reading {
            Reading::At(offset) => (offset, offset),
            Reading::Every => (offsets.earliest(), offsets.latest()),
        };
        Interval { earliest: self.at(east), latest: self.at(west) }
    }
}

impl fmt::Display for CloudTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format(Self::FORMAT))
    }
}

impl Serialize for CloudTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How far apart others' clocks and ours may be.
pub const CLOCKS_APART: Duration = Duration::from_mins(5);

/// A duration as people say it, in its largest unit and the next: `97d 3h`, `3d`, `2m 5s`, `0s`.
pub fn spoken(duration: Duration) -> String {
    const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut rest = duration.as_secs();
    let mut parts = Vec::new();
    for (unit, seconds) in UNITS {
        let count = rest / seconds;
        rest %= seconds;
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        } else if !parts.is_empty() {
            break;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cloud_time_lies_between_its_readings() {
        let time = CloudTime::parse("2024-05-31 15:04:53").unwrap();
        let both = Offsets::new(vec![UtcOffset::UTC, UtcOffset::BEIJING]).unwrap();
        let interval = time.interval(&both, Reading::Every);
        assert_eq!(interval.earliest.to_string(), "2024-05-31T07:04:53Z");
        assert_eq!(interval.latest.to_string(), "2024-05-31T15:04:53Z");
        let between = Timestamp::parse_rfc3339("2024-05-31T10:00:00Z").unwrap();
        assert_eq!(interval.at_or_before(between), Truth::Unknown);
        assert_eq!(interval.at_or_before(interval.latest), Truth::Yes);
        let before = interval.earliest.minus(Duration::from_millis(1));
        assert_eq!(interval.at_or_before(before), Truth::No);
        let beijing = time.interval(&both, Reading::At(UtcOffset::BEIJING));
        assert_eq!(beijing.at_or_before(between), Truth::Yes);
    }

    #[test]
    fn every_instant_that_is_read_is_written_so_that_it_can_be_read() {
        for text in
            ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2026-12-31T23:59:60Z", "2026-01-01T00:00:00.0019Z"]
        {
            let read = Timestamp::parse_rfc3339(text).unwrap();
            assert_eq!(Timestamp::parse_rfc3339(&read.to_string()), Some(read), "{text}");
        }
        for beyond in ["9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00+12:00"] {
            assert_eq!(Timestamp::parse_rfc3339(beyond), None, "{beyond}");
        }
    }

    #[test]
    fn offsets_are_at_least_one_and_no_two_are_alike() {
        let (east, west) = (UtcOffset::BEIJING, UtcOffset::UTC);
        assert_eq!(Offsets::new(vec![]), None);
        assert_eq!(Offsets::new(vec![east, west, east]), None);
        let only = Offsets::new(vec![west]).unwrap();
        assert_eq!((only.earliest(), only.latest()), (west, west));
        let both = Offsets::new(vec![west, east]).unwrap();
        assert_eq!((both.earliest(), both.latest()), (east, west));
        assert_eq!(both.iter().collect::<Vec<_>>(), [&west, &east]);
    }

    #[test]
    fn truth_is_kleenes() {
        use Truth::{No, Unknown, Yes};
        assert_eq!(Yes.and(Unknown), Unknown);
        assert_eq!(No.and(Unknown), No);
        assert_eq!(Yes.or(Unknown), Yes);
        assert_eq!(No.or(Unknown), Unknown);
        assert_eq!((!Unknown, !Yes, !No), (Unknown, No, Yes));
    }

    #[test]
    fn offsets_read_back_as_written() {
        for text in ["+08:00", "+00:00", "-03:30", "+14:00"] {
            assert_eq!(UtcOffset::parse(text).unwrap().to_string(), text);
        }
        for text in ["8", "+8:00", "+08:60", "+14:01", "08:00", "+08:0a", "", "+", "é8:00"] {
            assert_eq!(UtcOffset::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_clouds_own_format_is_a_cloud_time() {
        assert_eq!(CloudTime::parse("2024-05-31 15:04:53").unwrap().to_string(), "2024-05-31 15:04:53");
        for text in [
            "2024-05-31T15:04:53",
            "2024-05-31 15:04:53Z",
            "2024-02-30 00:00:00",
            "",
            "1717139093",
            "24-05-01 1:2:3",
            "2024-5-1 00:00:00",
            "2024-05-31  5:04:53",
            " 2024-05-31 15:04:53",
            "  2024-5-31 15:04:53",
            "2024-05-31 15:04:53 ",
            "-999-05-31 15:04:53",
            "+2024-05-31 15:04:53",
            "-262143-01-01 00:00:00",
            "+262142-12-31 23:59:59",
        ] {
            assert_eq!(CloudTime::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_first_and_the_last_cloud_time_can_be_read_at_every_offset() {
        for text in ["0000-01-01 00:00:00", "9999-12-31 23:59:59"] {
            let time = CloudTime::parse(text).unwrap();
            let read = |minutes| time.at(UtcOffset(minutes)).to_string();
            let all: std::collections::BTreeSet<String> = (-14 * 60..=14 * 60).map(read).collect();
            assert_eq!(all.len(), 28 * 60 + 1, "{text}");
        }
    }

    #[test]
    fn the_first_and_the_last_instant_print_and_are_not_passed() {
        let (first, last) = (Timestamp(i64::MIN), Timestamp(i64::MAX));
        assert!(first.to_string().ends_with('Z') && last.to_string().ends_with('Z'));
        assert_eq!((first.minus(Duration::MAX), last.plus(Duration::MAX)), (first, last));
        assert_eq!(
            (first.since(last), last.since(first)),
            (Duration::ZERO, Duration::from_millis(i64::MAX.unsigned_abs()))
        );
    }

    #[test]
    fn durations_are_said_in_two_units() {
        let said = |seconds| spoken(Duration::from_secs(seconds));
        assert_eq!(said(0), "0s");
        assert_eq!(said(125), "2m 5s");
        assert_eq!(said(97 * 86_400 + 61), "97d");
        assert_eq!(said(3 * 86_400 + 4 * 3_600 + 59), "3d 4h");
    }
}
