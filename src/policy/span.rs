//! A length of time as policies write it: a whole number and `s`, `m`, `h` or `d`.

use std::fmt;
use std::time::Duration;

/// A positive length of time: `90d`, `2h`. It prints as the policy wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Span {
    /// What a text must look like to be one.
    pub const SHAPE: &str = "a whole number from 1 to 100000 and s, m, h or d, as in 90d";

    /// Reads `90d`.
    pub fn parse(text: &str) -> Option<Self> {
        let at = text.len().checked_sub(1)?;
        let (count, unit) = text.split_at_checked(at)?;
        let unit = match unit {
            "s" => Unit::Seconds,
            "m" => Unit::Minutes,
            "h" => Unit::Hours,
            "d" => Unit::Days,
            _ => return None,
        };
        if count.starts_with('0') || !count.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let count = count.parse().ok().filter(|n| (1..=100_000).contains(n))?;
        Some(Self { count, unit })
    }

    /// The same as a duration.
    pub fn duration(self) -> Duration {
        let seconds = match self.unit {
            Unit::Seconds => 1,
            Unit::Minutes => 60,
            Unit::Hours => 3_600,
            Unit::Days => 86_400,
        };
        Duration::from_secs(u64::from(self.count) * seconds)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Seconds => 's',
            Unit::Minutes => 'm',
            Unit::Hours => 'h',
            Unit::Days => 'd',
        };
        write!(f, "{}{unit}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_back_as_written() {
        for text in ["1s", "90d", "2h", "100000m"] {
            assert_eq!(Span::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Span::parse("2h").unwrap().duration(), Duration::from_secs(7_200));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "d", "0d", "-1d", "+1d", "1.5d", "90", "90 d", "090d", "100001s", "99999999999d", "1w", "9é"]
        {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }
}
