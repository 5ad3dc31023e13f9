//! Dates that both engines reckon alike: Go counts on from the end of a month, so that a month after
//! 31 January is 3 March; regorus stops there.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regorus::Value;

use super::Argument;

/// The last day that every month has.
const SHORTEST_MONTH: i8 = 28;

/// Why OPA would find another date some years and months later.
pub(super) fn added(asked: &[Argument<'_>]) -> Option<String> {
    let [instant, years, months, _] = asked else {
        return None;
    };
    let instant = instant.value()?;
    let is_nought = |number: &Argument<'_>| matches!(number.value(), Some(Value::Number(number)) if number.as_i64() == Some(0));
    let Value::Number(nanoseconds) = instant else {
        return Some("give nanoseconds, and no time zone".to_owned());
    };
    if is_nought(years) && is_nought(months) {
        return None;
    }
    let instant = Timestamp::from_nanosecond(nanoseconds.as_i64()?.into()).ok()?;
    let day = instant.to_zoned(TimeZone::UTC).day();
    let problem = || "not every month has such a day; add days, or nanoseconds".to_owned();
    (day > SHORTEST_MONTH).then(problem)
}

/// Why OPA would write a date otherwise: in a layout of one's own, or of a zone.
pub(super) fn formatted(instant: &Value) -> Option<String> {
    let problem = || "give nanoseconds alone, which are written in UTC".to_owned();
    (!matches!(instant, Value::Number(_))).then(problem)
}
