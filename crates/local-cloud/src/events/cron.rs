//! The six-field cron expressions of EventBridge: minutes, hours, day of month, month, day of week, year.
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based>

use std::ops::RangeInclusive;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const YEARS: RangeInclusive<u16> = 1970..=2199;

/// An expression that has been read; the lists are sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: Vec<u16>,
    hours: Vec<u16>,
    months: Vec<u16>,
    years: Vec<u16>,
    days: Days,
}

/// Which days: by number in the month or by weekday, never both.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    OfMonth(Vec<OfMonth>),
    OfWeek(Vec<OfWeek>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfMonth {
    Day(u16),
    /// `L`
    Last,
    /// `15W`: the weekday (Monday to Friday) nearest to a day, in the same month.
    NearestWeekday(u16),
    /// `LW`
    LastWeekday,
}

/// Weekdays count from 1, which is Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OfWeek {
    Day(u16),
    /// `6L`: the last Friday of the month.
    Last(u16),
    /// `3#2`: the second Tuesday of the month.
    Nth(u16, u16),
}

/// Why an expression is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CronError {
    #[error("a cron expression has six fields: minutes, hours, day of month, month, day of week, year")]
    Fields,
    #[error("either day of month or day of week must be ?, and not both")]
    Days,
    #[error("the {name} field cannot be {text:?}")]
    Field { name: &'static str, text: String },
}

impl Cron {
    pub(super) fn parse(text: &str) -> Result<Self, CronError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, of_month, months, of_week, years] = fields.as_slice() else {
            return Err(CronError::Fields);
        };
        let days = match (*of_month, *of_week) {
            ("?", "?") => return Err(CronError::Days),
            (of_month, "?") => Days::OfMonth(parse_of_month(of_month)?),
            ("?", of_week) => Days::OfWeek(parse_of_week(of_week)?),
            _ => return Err(CronError::Days),
        };
        Ok(Self {
            minutes: numbers("minutes", minutes, &(0..=59), &[])?,
            hours: numbers("hours", hours, &(0..=23), &[])?,
            months: numbers("month", months, &(1..=12), &MONTHS)?,
            years: numbers("year", years, &YEARS, &[])?,
            days,
        })
    }

    /// The first time after `after` by the clocks of `zone`.
    ///
    /// A local time that does not exist is skipped; one that comes twice counts the first time only.
    pub(super) fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut date = zone.to_datetime(after).date();
        loop {
            let year = u16::try_from(date.year()).ok()?;
            if year > *YEARS.end() {
                return None;
            }
            if self.years.binary_search(&year).is_err() {
                date = Date::new(date.year() + 1, 1, 1).ok()?;
                continue;
            }
            if self.months.binary_search(&month_of(date)).is_err() {
                date = date.last_of_month().tomorrow().ok()?;
                continue;
            }
            let found = self
                .days
                .contain(date)
                .then(|| self.on(date, after, zone))
                .flatten();
            if found.is_some() {
                return found;
            }
            date = date.tomorrow().ok()?;
        }
    }

    fn on(&self, date: Date, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let times = self
            .hours
            .iter()
            .flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
        times
            .filter_map(|(hour, minute)| resolve(date.at(hour as i8, minute as i8, 0, 0), zone))
            .find(|found| *found > after)
    }
}

/// The instant of a local time, if it exists; the first one if it comes twice.
pub(super) fn resolve(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let offset = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => offset,
        AmbiguousOffset::Gap { .. } => return None,
    };
    offset.to_timestamp(local).ok()
}

impl Days {
    fn contain(&self, date: Date) -> bool {
        let day = date.day() as u16;
        let last = date.days_in_month() as u16;
        let weekday = weekday_of(date);
        match self {
            Self::OfMonth(days) => days.iter().any(|wanted| match wanted {
                OfMonth::Day(number) => *number == day,
                OfMonth::Last => day == last,
                OfMonth::NearestWeekday(number) => *number <= last && nearest_weekday(date, *number) == day,
                OfMonth::LastWeekday => nearest_weekday(date, last) == day,
            }),
            Self::OfWeek(days) => days.iter().any(|wanted| match wanted {
                OfWeek::Day(number) => *number == weekday,
                OfWeek::Last(number) => *number == weekday && day + 7 > last,
                OfWeek::Nth(number, nth) => *number == weekday && (day - 1) / 7 + 1 == *nth,
            }),
        }
    }
}

/// The weekday nearest to day `number` of the month of `date`, without leaving the month.
fn nearest_weekday(date: Date, number: u16) -> u16 {
    const SUNDAY: u16 = 0;
    const SATURDAY: u16 = 6;
    let first = weekday_of(date.first_of_month()) - 1;
    match (first + number - 1) % 7 {
        SUNDAY if number == date.days_in_month() as u16 => number - 2,
        SUNDAY => number + 1,
        SATURDAY if number == 1 => 3,
        SATURDAY => number - 1,
        _ => number,
    }
}

fn month_of(date: Date) -> u16 {
    date.month() as u16
}

/// 1 is Sunday.
fn weekday_of(date: Date) -> u16 {
    date.weekday().to_sunday_one_offset() as u16
}

fn parse_of_month(text: &str) -> Result<Vec<OfMonth>, CronError> {
    const NAME: &str = "day of month";
    let refuse = || CronError::Field {
        name: NAME,
        text: text.to_owned(),
    };
    let mut days = Vec::new();
    for item in text.split(',') {
        match item.strip_suffix('W') {
            Some("L") => days.push(OfMonth::LastWeekday),
            Some(day) => days.push(OfMonth::NearestWeekday(
                number(day, &(1..=31), &[]).ok_or_else(refuse)?,
            )),
            None if item == "L" => days.push(OfMonth::Last),
            None => days.extend(numbers(NAME, item, &(1..=31), &[])?.into_iter().map(OfMonth::Day)),
        }
    }
    Ok(days)
}

fn parse_of_week(text: &str) -> Result<Vec<OfWeek>, CronError> {
    const NAME: &str = "day of week";
    let refuse = || CronError::Field {
        name: NAME,
        text: text.to_owned(),
    };
    let one = |item: &str| number(item, &(1..=7), &WEEKDAYS).ok_or_else(refuse);
    let mut days = Vec::new();
    for item in text.split(',') {
        if let Some((day, nth)) = item.split_once('#') {
            days.push(OfWeek::Nth(
                one(day)?,
                number(nth, &(1..=5), &[]).ok_or_else(refuse)?,
            ));
        } else if item == "L" {
            // The last day of the week.
            days.push(OfWeek::Day(7));
        } else if let Some(day) = item.strip_suffix('L') {
            days.push(OfWeek::Last(one(day)?));
        } else {
            days.extend(
                numbers(NAME, item, &(1..=7), &WEEKDAYS)?
                    .into_iter()
                    .map(OfWeek::Day),
            );
        }
    }
    Ok(days)
}

/// The numbers that `*`, `7`, `1-5`, `*/15`, `2/3`, `MON-FRI` and lists of them stand for, sorted.
fn numbers(
    name: &'static str,
    text: &str,
    range: &RangeInclusive<u16>,
    names: &[&str],
) -> Result<Vec<u16>, CronError> {
    let refuse = || CronError::Field {
        name,
        text: text.to_owned(),
    };
    let one = |text: &str| number(text, range, names).ok_or_else(refuse);
    let mut found = Vec::new();
    for item in text.split(',') {
        let (span, step) = match item.split_once('/') {
            Some((span, step)) => (span, Some(number(step, &(1..=u16::MAX), &[]).ok_or_else(refuse)?)),
            None => (item, None),
        };
        let (first, last) = match span.split_once('-') {
            _ if span == "*" => (*range.start(), *range.end()),
            Some((first, last)) => (one(first)?, one(last)?),
            None if step.is_some() => (one(span)?, *range.end()),
            None => (one(span)?, one(span)?),
        };
        if first > last {
            return Err(refuse());
        }
        found.extend((first..=last).step_by(step.unwrap_or(1).into()));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn number(text: &str, range: &RangeInclusive<u16>, names: &[&str]) -> Option<u16> {
    let number = match names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        Some(position) => u16::try_from(position).ok()? + range.start(),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
        None => return None,
    };
    range.contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use croner::parser::{CronParser, Year};
    use proptest::prelude::*;

    use super::*;

    fn firings(expression: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let cron = Cron::parse(expression).unwrap();
        let zone = TimeZone::get(zone).unwrap();
        let mut after: Timestamp = from.parse().unwrap();
        let mut found = Vec::new();
        while let (Some(next), true) = (cron.next(after, &zone), found.len() < count) {
            found.push(next.to_string());
            after = next;
        }
        found
    }

    #[test]
    fn local_times_that_do_not_exist_are_skipped() {
        // Clocks in New York go from 02:00 to 03:00 on 8 March 2026.
        assert_eq!(
            firings("30 2 * * ? *", "America/New_York", "2026-03-07T00:00:00Z", 2),
            ["2026-03-07T07:30:00Z", "2026-03-09T06:30:00Z"]
        );
    }

    #[test]
    fn local_times_that_come_twice_fire_once() {
        // Clocks in New York go from 02:00 back to 01:00 on 1 November 2026.
        assert_eq!(
            firings("0,30 1 * * ? *", "America/New_York", "2026-10-31T12:00:00Z", 3),
            [
                "2026-11-01T05:00:00Z",
                "2026-11-01T05:30:00Z",
                "2026-11-02T06:00:00Z"
            ]
        );
    }

    #[test]
    fn special_days() {
        let days = |expression: &str| {
            firings(expression, "UTC", "2026-01-31T23:00:00Z", 3)
                .join(" ")
                .replace("T08:00:00Z", "")
        };
        assert_eq!(days("0 8 L * ? *"), "2026-02-28 2026-03-31 2026-04-30");
        // 1 February and 1 March 2026 are Sundays, 1 August is a Saturday.
        assert_eq!(days("0 8 1W 2,3,8 ? *"), "2026-02-02 2026-03-02 2026-08-03");
        // 31 May is a Sunday, 31 October a Saturday.
        assert_eq!(days("0 8 31W 5,8,10 ? *"), "2026-05-29 2026-08-31 2026-10-30");
        assert_eq!(days("0 8 LW 5,8,10 ? *"), "2026-05-29 2026-08-31 2026-10-30");
        assert_eq!(days("0 8 ? * 6L *"), "2026-02-27 2026-03-27 2026-04-24");
        assert_eq!(days("0 8 ? * TUE#2 *"), "2026-02-10 2026-03-10 2026-04-14");
        assert_eq!(days("0 8 29 2 ? *"), "2028-02-29 2032-02-29 2036-02-29");
        assert_eq!(days("0 8 1 1 ? 2027"), "2027-01-01");
        assert_eq!(days("0 8 30 2 ? *"), "");
    }

    #[test]
    fn wrong_expressions_are_refused() {
        let field = |name, text: &str| CronError::Field {
            name,
            text: text.into(),
        };
        for (expression, error) in [
            ("* * * * *", CronError::Fields),
            ("0 0 * * * *", CronError::Days),
            ("0 0 ? * ? *", CronError::Days),
            ("60 0 * * ? *", field("minutes", "60")),
            ("0 0 ? * 0 *", field("day of week", "0")),
            ("0 0 32W * ? *", field("day of month", "32W")),
            ("0 5-3 * * ? *", field("hours", "5-3")),
            ("0/0 5 * * ? *", field("minutes", "0/0")),
        ] {
            assert_eq!(Cron::parse(expression), Err(error), "{expression}");
        }
    }

    /// Fields that mean the same to croner; weekdays are names because the two count them from different numbers.
    fn shared_fields() -> impl Strategy<Value = (String, String, String, Option<String>)> {
        let field = |range: RangeInclusive<u16>| {
            let (first, last) = (*range.start(), *range.end());
            prop_oneof![
                2 => Just("*".to_owned()),
                3 => (first..=last).prop_map(|number| number.to_string()),
                1 => (first..=last, 2..9_u16).prop_map(move |(start, step)| format!("{start}-{last}/{step}")),
                1 => (first..=last, first..=last).prop_map(|(a, b)| format!("{a},{b}")),
                1 => (2..20_u16).prop_map(|step| format!("*/{step}")),
            ]
        };
        let weekday = prop::option::of(prop::sample::select(WEEKDAYS.to_vec()).prop_map(str::to_owned));
        (field(0..=59), field(0..=23), field(1..=12), weekday)
    }

    proptest! {
        // Each case of the second property looks at up to two days, minute by minute.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn agrees_with_croner_in_utc(
            (minutes, hours, months, weekday) in shared_fields(),
            // Every month has these days; croner gives up on days that never come.
            day in 1_u16..=28,
            start in 946_684_800_i64..2_000_000_000,
        ) {
            let (ours, theirs) = match weekday {
                Some(weekday) => (
                    format!("{minutes} {hours} ? {months} {weekday} *"),
                    format!("{minutes} {hours} * {months} {weekday}"),
                ),
                None => (
                    format!("{minutes} {hours} {day} {months} ? *"),
                    format!("{minutes} {hours} {day} {months} *"),
                ),
            };
            let theirs = CronParser::builder().year(Year::Disallowed).build().parse(&theirs).unwrap();
            let after = Timestamp::from_second(start).unwrap();
            let next = Cron::parse(&ours).unwrap().next(after, &TimeZone::UTC).unwrap();
            let start = chrono::DateTime::from_timestamp(start, 0).unwrap();
            let expected = theirs.find_next_occurrence(&start, false).unwrap();
            prop_assert_eq!(next.as_second(), expected.timestamp());
        }

        #[test]
        fn leaves_no_local_minute_out_in_any_zone(
            (minutes, hours, months, weekday) in shared_fields(),
            zone in prop::sample::select(vec![
                "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Bogota", "Africa/Casablanca",
                "Asia/Kathmandu", "America/Sao_Paulo",
            ]),
            start in 1_600_000_000_i64..1_900_000_000,
        ) {
            let weekday = weekday.unwrap_or_else(|| "*".to_owned());
            let cron = Cron::parse(&format!("{minutes} {hours} ? {months} {weekday} *")).unwrap();
            let zone = TimeZone::get(zone).unwrap();
            let next = cron.next(Timestamp::from_second(start).unwrap(), &zone).unwrap();
            let fits = |at: Timestamp| {
                let local = zone.to_datetime(at);
                // Not when the clocks show the minute for the second time.
                resolve(local, &zone) == Some(at)
                    && cron.minutes.contains(&(local.minute() as u16))
                    && cron.hours.contains(&(local.hour() as u16))
                    && cron.months.contains(&(local.month() as u16))
                    && cron.days.contain(local.date())
            };
            prop_assert!(fits(next));
            // The minutes before it, one by one, of two days at most.
            let first = start.div_euclid(60) + 1;
            for minute in (first..next.as_second() / 60).take(2 * 24 * 60) {
                let at = Timestamp::from_second(minute * 60).unwrap();
                prop_assert!(!fits(at), "{} was left out before {}", at, next);
            }
        }
    }
}
