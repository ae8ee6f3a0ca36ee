//! Times as this service keeps them, in milliseconds since the epoch, and as it shows them.

use jiff::Timestamp;

/// What a time in milliseconds stands for; one beyond all calendars is the last there is.
pub(super) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

/// RFC 3339 with milliseconds, as in the context object.
pub(super) fn rfc3339(ms: i64) -> String {
    format!("{:.3}", at(ms))
}

/// Seconds since the epoch, to the millisecond, as in answers.
pub(super) fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}
