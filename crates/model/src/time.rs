//! Instants and durations as the API writes them.

use std::{fmt, str::FromStr, time};

use crate::text::as_string;

/// An instant with a resolution of one millisecond; RFC 3339 UTC with three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The wall clock. For the edges of the product only: inside, an instant is passed in.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_millisecond())
    }

    /// `ms` since the epoch, held within the years 1 to 9999, outside of which RFC 3339 has no words.
    pub fn from_ms(ms: i64) -> Self {
        Self(ms.clamp(
            jiff::Timestamp::MIN.as_millisecond() + 86_400_000,
            jiff::Timestamp::MAX.as_millisecond(),
        ))
    }

    pub fn as_ms(self) -> i64 {
        self.0
    }

    /// The UTC month, as `2026-11`.
    pub fn month(self) -> String {
        self.to_string().chars().take(7).collect()
    }

    /// The UTC months from this one back to that of `earlier`, both included; none when `earlier` is in a later one.
    pub fn months_back_to(self, earlier: Self) -> impl Iterator<Item = String> {
        let count = |at: Self| {
            let since = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::MIN);
            let date = jiff::tz::TimeZone::UTC.to_datetime(since).date();
            i32::from(date.year()) * 12 + i32::from(date.month()) - 1
        };
        let months = (count(earlier)..=count(self)).rev();
        months.map(|month| format!("{:04}-{:02}", month / 12, month % 12 + 1))
    }

    pub fn plus(self, duration: Duration) -> Self {
        Self::from_ms(
            self.0
                .saturating_add(i64::try_from(duration.as_ms()).unwrap_or(i64::MAX)),
        )
    }

    /// How long it is from `earlier` to here; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_ms(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timestamp = jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{timestamp:.3}")
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let timestamp: jiff::Timestamp = text.parse().map_err(|_| InvalidTimestamp)?;
        Ok(Self::from_ms(timestamp.as_millisecond()))
    }
}

/// A string that is not an RFC 3339 instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 date and time with an offset, such as 2026-11-23T09:00:00Z")]
pub struct InvalidTimestamp;

/// A length of time with a resolution of one millisecond; `"90s"`, `"5m"`, `"1h30m"`, `"250ms"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

impl Duration {
    pub const ZERO: Self = Self(0);

    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    pub const fn from_secs(secs: u64) -> Self {
        Self(secs * 1_000)
    }

    pub const fn as_ms(self) -> u64 {
        self.0
    }

    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl From<Duration> for time::Duration {
    fn from(duration: Duration) -> Self {
        Self::from_millis(duration.0)
    }
}

/// A string that is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a duration such as 90s, 5m or 1h30m")]
pub struct InvalidDuration;

const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl FromStr for Duration {
    type Err = InvalidDuration;

    /// Whole numbers with units, from the largest unit to the smallest, each at most once.
    fn from_str(text: &str) -> Result<Self, InvalidDuration> {
        let mut rest = text;
        let mut units = UNITS.iter();
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or(InvalidDuration)?;
            let number: u64 = rest[..digits].parse().map_err(|_| InvalidDuration)?;
            rest = &rest[digits..];
            let unit_length = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let unit = &rest[..unit_length];
            rest = &rest[unit_length..];
            let (_, factor) = units.find(|(name, _)| *name == unit).ok_or(InvalidDuration)?;
            total = number
                .checked_mul(*factor)
                .and_then(|part| total.checked_add(part))
                .ok_or(InvalidDuration)?;
        }
        if text.is_empty() {
            Err(InvalidDuration)
        } else {
            Ok(Self(total))
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (unit, factor) in UNITS {
            if rest >= factor {
                write!(f, "{}{unit}", rest / factor)?;
                rest %= factor;
            }
        }
        Ok(())
    }
}

as_string!(
    Timestamp,
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$",
    "2026-11-23T09:00:00.000Z"
);
as_string!(Duration, "^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$", "1h30m");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_whole_numbers_with_units_in_order() {
        assert_eq!("1h30m".parse(), Ok(Duration::from_secs(5_400)));
        assert_eq!("90s".parse(), Ok(Duration::from_secs(90)));
        assert_eq!("5m250ms".parse(), Ok(Duration::from_ms(300_250)));
        for wrong in [
            "",
            "-1s",
            "1",
            "s",
            "1.5s",
            "1m1h",
            "1s1s",
            "1d",
            " 1s",
            "1 s",
            "99999999999999999999s",
            "5124095576031h",
        ] {
            assert_eq!(wrong.parse::<Duration>(), Err(InvalidDuration), "{wrong:?}");
        }
    }

    #[test]
    fn instants_are_utc_with_milliseconds() {
        let instant: Timestamp = "2026-11-23T04:00:00.5-05:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2026-11-23T09:00:00.500Z");
        assert_eq!(instant.month(), "2026-11");
        assert!("2026-11-23".parse::<Timestamp>().is_err());
    }

    #[test]
    fn months_go_backwards_and_include_both_ends() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let back = |newest: &str, oldest: &str| at(newest).months_back_to(at(oldest)).collect::<Vec<_>>();
        assert_eq!(
            back("2027-02-01T00:00:00Z", "2026-11-30T23:59:59.999Z"),
            ["2027-02", "2027-01", "2026-12", "2026-11"]
        );
        assert_eq!(back("2026-11-01T00:00:00Z", "2026-11-30T00:00:00Z"), ["2026-11"]);
        assert!(back("2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z").is_empty());
    }

    proptest! {
        #[test]
        fn a_duration_reads_back(ms in 0u64..u64::MAX / 2) {
            let duration = Duration::from_ms(ms);
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }

        #[test]
        fn an_instant_reads_back(ms in 0i64..253_402_300_799_000) {
            let instant = Timestamp::from_ms(ms);
            prop_assert_eq!(instant.to_string().parse(), Ok(instant));
        }
    }
}
