//! Dates that both engines reckon alike: Go counts on from the end of a month, so that a month after
//! 31 January is 3 March; regorus stops there.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regorus::Value;

use super::Argument;

/// The last day that every month has.
const SHORTEST_MONTH: i8 = 28;

/// Why OPA would find another date some years and months later.
pub(super) fn otherwise(
    instant: &Argument<'_>,
    years: &Argument<'_>,
    months: &Argument<'_>,
) -> Option<String> {
    let Argument::Value(instant) = instant else {
        return None;
    };
    let is_zero = |number: &Argument<'_>| matches!(number, Argument::Value(Value::Number(number)) if number.as_i64() == Some(0));
    if is_zero(years) && is_zero(months) {
        return None;
    }
    let day = match instant {
        Value::Number(nanoseconds) => {
            let nanoseconds = nanoseconds.as_i64()?;
            let instant = Timestamp::from_nanosecond(nanoseconds.into()).ok()?;
            Some(instant.to_zoned(TimeZone::UTC).day())
        }
        _ => None,
    };
    let problem = || "not every month has such a day; add days, or nanoseconds".to_owned();
    day.is_none_or(|day| day > SHORTEST_MONTH).then(problem)
}
