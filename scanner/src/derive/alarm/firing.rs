//! Whether an alarm fires for a metric, and from which value on.

use schemars::JsonSchema;
use serde::Serialize;

use crate::inventory::{Alarm, Fact, MetricTrigger, Set, Trigger, Unknown};

use super::datapoints::{Between, enough};
use super::evaluate::compared;
use super::queries::undetermined;
use super::response::{Comparison, Response};
use super::verdict::{self, Verdict};
use super::watch::{Kind, Watch};

/// Whether an alarm fires for one metric that it watches.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Firing {
    /// Whether a failure makes it go into `ALARM`.
    pub can_fire: Fact<Verdict>,
    /// The least value of the metric, a whole number, at which it is in `ALARM`; null where there
    /// is none.
    pub fires_from: Fact<Option<f64>>,
}

/// Whether an alarm fires for one metric that it [watches](super::watches).
///
/// For a failure metric, an alarm can fire if it goes into `ALARM` when the metric stays at 1, its
/// smallest bad value, and is not there when it stays at 0: an alarm that is always in `ALARM` has
/// no transition left to tell of. For an age, if it goes there at some age but not at 0. For the
/// number of queries, if it goes there at all.
pub fn firing(alarm: &Alarm, watch: &Watch) -> Firing {
    let judged = match &alarm.trigger {
        Trigger::Metric(trigger) => judge(alarm, trigger, watch),
        Trigger::Composite(_) => Ok(Firing::never("a composite alarm watches no metric")),
    };
    judged.unwrap_or_else(|why| Firing {
        can_fire: Fact::unknown(why.clone()),
        fires_from: Fact::unknown(why),
    })
}

/// Whether an alarm fires for any of the metrics that it watches.
pub fn can_fire(alarm: &Alarm, watches: &Set<Watch>) -> Fact<Verdict> {
    let verdicts = watches.items().map(|watch| firing(alarm, watch).can_fire);
    let gaps = watches.gaps().map(|why| Fact::unknown(why.clone()));
    verdict::any(
        verdicts.chain(gaps),
        Verdict::no("it watches no metric of a hosted zone"),
    )
}

impl Firing {
    fn never(why: impl Into<String>) -> Self {
        Self {
            can_fire: Fact::Known(Verdict::no(why)),
            fires_from: Fact::Known(None),
        }
    }
}

fn judge(alarm: &Alarm, trigger: &MetricTrigger, watch: &Watch) -> Result<Firing, Unknown> {
    let Some(kind) = watch.kind() else {
        return Ok(Firing::never(format!(
            "Route 53 has no metric {} with these dimensions",
            watch.metric_name
        )));
    };
    let threshold = Threshold::read(trigger)?;
    let compared = compared(alarm, trigger, watch)?;
    let breach = threshold.breach(&compared.series.reported)?;
    let least = breach.first_true();
    if compared.series.reported.is_constant() {
        return Ok(Firing::never(format!(
            "what it compares does not depend on the value of {}",
            watch.metric_name
        )));
    }
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
    if let Some(why) = doubt {
        return Ok(Firing {
            can_fire: Fact::Known(Verdict::no(why)),
            fires_from: Fact::Known(least),
        });
    }
    if kind == Kind::Queries {
        return Ok(Firing {
            can_fire: Fact::Known(Verdict::yes()),
            fires_from: Fact::Known(least),
        });
    }
    let between = match &compared.series.between {
        Some(between) => Some(match threshold.breach(between)?.at(least.unwrap_or(1.0)) {
            None => Between::Missing,
            Some(1.0) => Between::Breaching,
            Some(_) => Between::NotBreaching,
        }),
        None => None,
    };
    let can_fire = enough(trigger, &compared, between);
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
        if let Some(band) = &trigger.threshold_metric_id {
            return Err(undetermined(format!(
                "it compares with {band}, a band that moves with the metric"
            )));
        }
        let comparison = match operator {
            "GreaterThanOrEqualToThreshold" => Comparison::GreaterOrEqual,
            "GreaterThanThreshold" => Comparison::Greater,
            "LessThanOrEqualToThreshold" => Comparison::LessOrEqual,
            "LessThanThreshold" => Comparison::Less,
            _ => {
                return Err(undetermined(format!(
                    "{operator} compares with no fixed threshold"
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
