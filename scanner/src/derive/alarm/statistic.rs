//! What a statistic makes of the reports that fall into one period
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>).

use crate::inventory::{Reason, Unknown};

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
    /// values. Limits that are values are not judged. Nor are percentiles: an alarm with
    /// `EvaluateLowSampleCountPercentile` = `ignore` never sees enough data points in one report
    /// each four hours, and that setting is not collected
    /// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html>).
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
        if abbreviated("tm") || ranged("TM") || abbreviated("wm") || ranged("WM") {
            Ok(Self::Value)
        } else if abbreviated("ts") || ranged("TS") {
            Ok(Self::Sum)
        } else if abbreviated("tc") || ranged("TC") {
            Ok(Self::Count)
        } else if abbreviated("p") {
            Err(undetermined(
                "whether a percentile of so few data points is evaluated \
                 (EvaluateLowSampleCountPercentile) is not collected",
            ))
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
