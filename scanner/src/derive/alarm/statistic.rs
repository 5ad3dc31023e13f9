//! What a statistic makes of the reports that fall into one period
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>).

use crate::inventory::{MetricTrigger, Reason, Unknown};

use super::queries::undetermined;
use super::response::Response;
use super::watch::{Kind, Watch};

/// How often Route 53 reports a DNSSEC metric of a zone, in seconds.
pub(super) const REPORT_INTERVAL: i64 = 4 * 60 * 60;

/// A statistic, by what it makes of reports that all have the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statistic {
    /// That value.
    Value,
    /// The value times the number of reports.
    Sum,
    /// The number of reports, whatever their value.
    Count,
}

impl Statistic {
    /// Reads the name of a statistic.
    ///
    /// Limits in per cent are places in the data set, so that they keep all of several equal
    /// values. Limits that are values are not judged.
    pub(super) fn read(name: Option<&str>) -> Result<Self, Unknown> {
        let Some(name) = name else {
            return Err(undetermined("the statistic is not known"));
        };
        match name {
            "Maximum" | "Minimum" | "Average" | "IQM" => return Ok(Self::Value),
            "Sum" => return Ok(Self::Sum),
            "SampleCount" => return Ok(Self::Count),
            _ => {}
        }
        let abbreviated = |prefix: &str| {
            let limit = name.strip_prefix(prefix);
            limit.is_some_and(|limit| limit.parse::<f64>().is_ok())
        };
        let ranged = |prefix: &str| {
            let limits = name
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_prefix('('));
            limits.is_some_and(|limits| limits.contains('%'))
        };
        if percentile(name).is_some()
            || abbreviated("tm")
            || ranged("TM")
            || abbreviated("wm")
            || ranged("WM")
        {
            Ok(Self::Value)
        } else if abbreviated("ts") || ranged("TS") {
            Ok(Self::Sum)
        } else if abbreviated("tc") || ranged("TC") {
            Ok(Self::Count)
        } else {
            Err(undetermined(format!(
                "what the statistic {name} makes of the value is not judged"
            )))
        }
    }

    /// The statistic of a metric over a period, as a function of the metric's value; of a metric
    /// that stays at zero where it is none that is watched.
    pub(super) fn of(
        self,
        watched: Option<&Watch>,
        period: Option<i64>,
    ) -> Result<Response, Unknown> {
        let kind = watched.and_then(Watch::kind);
        match period {
            _ if kind == Some(Kind::Queries) => Ok(Response::proportional(1.0)),
            _ if self == Self::Count => Ok(Response::constant(1.0)),
            _ if watched.is_none() => Ok(Response::constant(0.0)),
            _ if self == Self::Value => Ok(Response::proportional(1.0)),
            Some(period) if period > 0 => {
                let reports = (period - 1) / REPORT_INTERVAL + 1;
                Ok(Response::proportional(reports as f64))
            }
            Some(_) => Err(Unknown::because(
                Reason::Malformed,
                "the period is not positive",
            )),
            None => Err(undetermined("the period is not known")),
        }
    }
}

/// Why an alarm on a percentile is never evaluated, where it is not; none where it is.
///
/// With `EvaluateLowSampleCountPercentile` = `ignore` an alarm keeps its state while there are fewer
/// than 10 / (1 - percentile) data points, or 10 / percentile below the median
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html>).
/// Route 53 reports a DNSSEC metric once in four hours. Whether data points are counted over one
/// period or over all is not documented, so that only too few over all of them decide.
pub(super) fn never_evaluated(
    trigger: &MetricTrigger,
    watch: &Watch,
) -> Result<Option<String>, Unknown> {
    let own = trigger.extended_statistic.as_deref().and_then(percentile);
    let queried = trigger.metrics.iter().any(|query| {
        let stat = query
            .metric_stat
            .as_ref()
            .and_then(|stat| stat.stat.as_deref());
        stat.and_then(percentile).is_some()
    });
    if own.is_none() && !queried {
        return Ok(None);
    }
    match trigger.evaluate_low_sample_count_percentile.as_deref() {
        None | Some("evaluate") => return Ok(None),
        Some("ignore") => {}
        Some(other) => {
            return Err(Unknown::because(
                Reason::Malformed,
                format!("percentiles of few data points are treated as {other:?}"),
            ));
        }
    }
    let seconds = trigger
        .period
        .zip(trigger.evaluation_periods)
        .map(|(period, periods)| period.saturating_mul(periods))
        .filter(|seconds| *seconds > 0);
    match (own, seconds) {
        (Some(percentile), Some(seconds)) if watch.kind() != Some(Kind::Queries) => {
            let reports = (seconds - 1) / REPORT_INTERVAL + 1;
            let rank = percentile / 100.0;
            let needed = 10.0 / if rank < 0.5 { rank } else { 1.0 - rank };
            if (reports as f64) < needed {
                return Ok(Some(format!(
                    "p{percentile} is not evaluated on so few data points ({reports}), as \
                     EvaluateLowSampleCountPercentile is ignore"
                )));
            }
        }
        _ => {}
    }
    Err(undetermined(
        "whether there are data points enough to evaluate a percentile is not judged",
    ))
}

/// The percentile that a statistic names, from 0 to 100.
fn percentile(statistic: &str) -> Option<f64> {
    let rank: f64 = statistic.strip_prefix('p')?.parse().ok()?;
    (0.0..=100.0).contains(&rank).then_some(rank)
}
