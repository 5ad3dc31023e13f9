//! Whether enough data points of an alarm breach at once
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html>,
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html>).

use crate::inventory::{Fact, MetricTrigger, Reason, Unknown};

use super::evaluate::Compared;
use super::queries::undetermined;
use super::statistic::REPORT_INTERVAL;
use super::verdict::Verdict;

/// How far back a Metrics Insights alarm sees, in seconds
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html>).
const INSIGHTS_RANGE: i64 = 3 * 60 * 60;

/// How many periods beyond the evaluation periods CloudWatch retrieves in the one example that its
/// documentation gives: five for three. For other numbers the range is not documented.
const RANGE_MARGIN: i64 = 2;

/// A data point in a period in which Route 53 reported nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Between {
    /// There is none: the alarm treats it as missing.
    Missing,
    Breaching,
    NotBreaching,
}

/// Whether a lasting failure, one breaching report in four hours, makes as many data points breach
/// as the alarm asks for.
///
/// One is always enough; a short period only makes the alarm return to its former state until the
/// next report. More than one, M of N, is enough where
/// - M reports fall into N periods, the window moving with each evaluation; or
/// - the expression fills the periods between reports, and so that they breach; or
/// - missing data count as `breaching`; or
/// - missing data are `missing`: an alarm goes into `ALARM` once the oldest breaching data point is
///   M periods old and nothing but breaching or missing ones followed.
///
/// With `ignore` the alarm keeps its state in that case, and with `notBreaching` it is `OK`. There
/// CloudWatch may still find M reports a little further back than N periods, in its evaluation
/// range, whose length is documented by example only: unknown within that example, no beyond it.
/// A Metrics Insights alarm never sees further back than three hours, in which there is one report.
///
/// `between` says what stands in a period without a report, none where that is not judged.
pub(super) fn enough(
    trigger: &MetricTrigger,
    compared: &Compared,
    between: impl FnOnce() -> Option<Between>,
) -> Fact<Verdict> {
    decide(trigger, compared, between).into()
}

fn decide(
    trigger: &MetricTrigger,
    compared: &Compared,
    between: impl FnOnce() -> Option<Between>,
) -> Result<Verdict, Unknown> {
    let asked = trigger.datapoints_to_alarm.or(trigger.evaluation_periods);
    let asked = positive(asked, "the number of evaluation periods")?;
    if asked == 1 {
        return Ok(Verdict::yes());
    }
    let periods = positive(
        trigger.evaluation_periods,
        "the number of evaluation periods",
    )?;
    if asked > periods {
        return Ok(Verdict::no(format!(
            "{asked} data points can never breach in {periods} evaluation periods"
        )));
    }
    let period = positive(compared.period, "the period")?;
    let needed = span(asked, period);
    if !compared.insights && needed <= periods {
        return Ok(Verdict::yes());
    }
    let too_few = || {
        Verdict::no(format!(
            "{asked} of {periods} data points of {period} s must breach, and Route 53 reports one \
             in four hours"
        ))
    };
    match between() {
        None => Err(undetermined(
            "what fills the data points between reports is not judged",
        )),
        Some(Between::Breaching) => Ok(Verdict::yes()),
        Some(Between::NotBreaching) => Ok(too_few()),
        Some(Between::Missing) => {
            let treated = trigger.treat_missing_data.as_deref().unwrap_or("missing");
            match treated {
                "breaching" | "missing" if compared.several => Err(undetermined(
                    "how data points of several metrics at different times add up is not judged",
                )),
                "breaching" => Ok(Verdict::yes()),
                "missing" if compared.insights && asked.saturating_mul(period) > INSIGHTS_RANGE => {
                    Ok(too_few())
                }
                "missing" => Ok(Verdict::yes()),
                "ignore" | "notBreaching" => {
                    if !compared.insights && needed <= periods.saturating_add(RANGE_MARGIN) {
                        Err(undetermined(
                            "how far back CloudWatch looks for further data points is not documented",
                        ))
                    } else {
                        Ok(too_few())
                    }
                }
                other => Err(Unknown::because(
                    Reason::Malformed,
                    format!("missing data are treated as {other:?}"),
                )),
            }
        }
    }
}

/// The least number of periods over which as many reports can spread.
fn span(reports: i64, period: i64) -> i64 {
    (reports - 1).saturating_mul(REPORT_INTERVAL) / period + 1
}

fn positive(number: Option<i64>, what: &str) -> Result<i64, Unknown> {
    match number {
        Some(number) if number > 0 => Ok(number),
        Some(_) => Err(Unknown::because(
            Reason::Malformed,
            format!("{what} is not positive"),
        )),
        None => Err(undetermined(format!("{what} is not known"))),
    }
}
