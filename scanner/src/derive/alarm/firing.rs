//! Whether an alarm fires for a metric that it watches, and from which value.

use schemars::JsonSchema;
use serde::Serialize;

use crate::inventory::{Alarm, Fact, MetricTrigger, Set, Trigger, Unknown};

use super::datapoints::{Between, enough};
use super::evaluate::{of_result, of_single};
use super::queries::{Queries, undetermined};
use super::response::{Comparison, Response};
use super::statistic::never_evaluated;
use super::verdict::{self, Verdict};
use super::watch::{Kind, Watch};

/// Whether an alarm fires for one metric that it watches.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Firing {
    /// Whether a failure makes the alarm go into `ALARM`.
    pub can_fire: Fact<Verdict>,
    /// The least value of the metric, a whole number, at which the alarm is in `ALARM`; null where
    /// there is none.
    pub fires_from: Fact<Option<f64>>,
}

/// Whether an alarm fires for one of the metrics that it [watches](super::watches).
///
/// For a failure metric, an alarm can fire if it goes into `ALARM` when the metric stays at 1, its
/// smallest bad value, and is not there when it stays at 0: an alarm that is always in `ALARM` has
/// no transition left to tell of. For an age, it can if it goes there at some age but not at 0.
/// For the number of queries, it can if it goes there at all.
pub fn firing(alarm: &Alarm, watch: &Watch) -> Firing {
    match &alarm.trigger {
        Trigger::Composite(_) => Firing::never("a composite alarm watches no metric"),
        Trigger::Metric(trigger) => {
            let queries = Queries::read(trigger);
            Firing::of(trigger, &queries, &alarm.account, watch)
        }
    }
}

/// Whether an alarm lies in the region to which Route 53 reports; in another it never gets data.
pub fn lies_in(alarm: &Alarm, home_region: &str) -> Fact<Verdict> {
    alarm
        .region
        .as_ref()
        .map(|region| match region == home_region {
            true => Verdict::yes(),
            false => Verdict::no(format!(
                "it lies in {region}, and Route 53 reports to {home_region} alone"
            )),
        })
}

/// Whether an alarm fires for any of the metrics that it [watches](super::watches).
pub fn can_fire(alarm: &Alarm, watches: &Set<Watch>) -> Fact<Verdict> {
    let none = Verdict::no("it watches no metric of a hosted zone");
    let Trigger::Metric(trigger) = &alarm.trigger else {
        return Fact::Known(none);
    };
    let queries = Queries::read(trigger);
    let firings = watches
        .items()
        .map(|watch| Firing::of(trigger, &queries, &alarm.account, watch));
    let gaps = watches.gaps().map(|why| Fact::unknown(why.clone()));
    verdict::any(firings.map(|firing| firing.can_fire).chain(gaps), none)
}

impl Firing {
    fn of(trigger: &MetricTrigger, queries: &Queries<'_>, own: &str, watch: &Watch) -> Self {
        judge(trigger, queries, own, watch).unwrap_or_else(|why| Self {
            can_fire: Fact::unknown(why.clone()),
            fires_from: Fact::unknown(why),
        })
    }

    fn never(why: impl Into<String>) -> Self {
        Self {
            can_fire: Fact::Known(Verdict::no(why)),
            fires_from: Fact::Known(None),
        }
    }
}

fn judge(
    trigger: &MetricTrigger,
    queries: &Queries<'_>,
    own: &str,
    watch: &Watch,
) -> Result<Firing, Unknown> {
    let Some(kind) = watch.kind() else {
        return Ok(Firing::never(format!(
            "Route 53 has no metric {} with these dimensions",
            watch.metric_name
        )));
    };
    if let Some(why) = &trigger.undetermined {
        return Err(why.clone());
    }
    if let Some(why) = never_evaluated(trigger, watch)? {
        return Ok(Firing::never(why));
    }
    let threshold = Threshold::read(trigger)?;
    let compared = if trigger.metrics.is_empty() {
        of_single(trigger, watch)?
    } else {
        of_result(queries, own, watch)?
    };
    if compared.series.reported.is_constant() {
        return Ok(Firing::never(format!(
            "what it compares does not depend on the value of {}",
            watch.metric_name
        )));
    }
    let breach = threshold.breach(&compared.series.reported)?;
    let least = breach.first_true();
    let doubt = match kind {
        Kind::Failure if breach.at(1.0) != Some(1.0) => {
            Some(format!("a value of 1 does not breach {threshold}"))
        }
        Kind::Age | Kind::Queries if least.is_none() => {
            Some(format!("no value breaches {threshold}"))
        }
        Kind::Failure | Kind::Age if breach.at(0.0) == Some(1.0) => {
            Some("a value of 0 breaches as well: it is in ALARM while nothing is wrong".to_owned())
        }
        _ => None,
    };
    let can_fire = match doubt {
        Some(why) => {
            return Ok(Firing {
                can_fire: Fact::Known(Verdict::no(why)),
                fires_from: Fact::Known(least),
            });
        }
        None if kind == Kind::Queries => Fact::Known(Verdict::yes()),
        None => enough(trigger, &compared, || {
            let between = threshold.breach(compared.series.between.as_ref()?).ok()?;
            Some(match between.at(least.unwrap_or(1.0)) {
                None => Between::Missing,
                Some(1.0) => Between::Breaching,
                Some(_) => Between::NotBreaching,
            })
        }),
    };
    let fires_from = can_fire
        .clone()
        .map(|verdict| least.filter(|_| verdict.value));
    Ok(Firing {
        can_fire,
        fires_from,
    })
}

/// A static threshold.
struct Threshold<'a> {
    operator: &'a str,
    comparison: Comparison,
    value: f64,
}

impl<'a> Threshold<'a> {
    fn read(trigger: &'a MetricTrigger) -> Result<Self, Unknown> {
        let Some(operator) = trigger.comparison_operator.as_deref() else {
            return Err(undetermined("the comparison operator is not known"));
        };
        let comparison = match operator {
            "GreaterThanOrEqualToThreshold" => Comparison::GreaterOrEqual,
            "GreaterThanThreshold" => Comparison::Greater,
            "LessThanOrEqualToThreshold" => Comparison::LessOrEqual,
            "LessThanThreshold" => Comparison::Less,
            _ => {
                return Err(undetermined(format!(
                    "{operator} compares with a band that moves with the metric"
                )));
            }
        };
        match trigger.threshold {
            Some(value) if value.is_finite() => Ok(Self {
                operator,
                comparison,
                value,
            }),
            _ => Err(undetermined("the threshold is not known")),
        }
    }

    fn breach(&self, compared: &Response) -> Result<Response, Unknown> {
        let threshold = Response::constant(self.value);
        let breach = compared.compare(self.comparison, &threshold, None);
        breach.map_err(|_| undetermined("the expression is not one that is judged"))
    }
}

impl std::fmt::Display for Threshold<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.operator, self.value)
    }
}
