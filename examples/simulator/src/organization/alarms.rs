//! The alarms of an account.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::table::{AlarmTable, CompositeTable, Moment, QueryTable, WatchTable};
use super::{Alarm, HOME_REGION, MetricQuery, MetricStat, MetricTrigger, Trigger};
use crate::dnssec;
use crate::error::Error;

/// The namespace of the metrics of Route 53.
const NAMESPACE: &str = "AWS/Route53";
/// Route 53 gives the DNSSEC metrics once in four hours.
const PERIOD: i64 = 14_400;
/// The age at which the alarm on `DNSSECKeySigningKeyAge` fires: 900 days.
const KSK_AGE_SECONDS: f64 = 77_760_000.0;

/// The names that the tables of an account use for what has an id or ARN.
pub(super) struct Names<'a> {
    pub(super) account: &'a str,
    /// Hosted zone ids by name.
    pub(super) zones: HashMap<&'a str, &'a str>,
    /// Topic ARNs by name.
    pub(super) topics: HashMap<&'a str, &'a str>,
}

impl Names<'_> {
    fn zone(&self, name: &str) -> Result<String, Error> {
        self.zones
            .get(dnssec::route53_name(name).as_str())
            .map(|&id| id.to_owned())
            .ok_or_else(|| {
                Error::contradiction(
                    format!(
                        "an alarm of account {} watches the zone {name:?}, which it does not have",
                        self.account
                    ),
                    "name a zone of the account, or write namespace, metric and dimensions",
                )
            })
    }

    fn actions(&self, names: Vec<String>) -> Result<Vec<String>, Error> {
        names
            .into_iter()
            .map(|name| {
                if name.starts_with("arn:") {
                    return Ok(name);
                }
                self.topics
                    .get(name.as_str())
                    .map(|&arn| arn.to_owned())
                    .ok_or_else(|| {
                        Error::contradiction(
                            format!(
                                "an alarm of account {} notifies {name:?}, which is no topic of it",
                                self.account
                            ),
                            "add an [[account.topic]] of that name, or write an ARN",
                        )
                    })
            })
            .collect()
    }

    fn arn(&self, region: &str, name: &str) -> String {
        format!("arn:aws:cloudwatch:{region}:{}:alarm:{name}", self.account)
    }
}

/// The alarms of the tables, in the order of their names, as CloudWatch lists them.
pub(super) fn build(
    names: &Names<'_>,
    watches: Vec<WatchTable>,
    metric_alarms: Vec<AlarmTable>,
    composites: Vec<CompositeTable>,
    now: Timestamp,
) -> Result<Vec<Alarm>, Error> {
    let mut alarms = Vec::new();
    for table in watches {
        watch(names, table, now, &mut alarms)?;
    }
    for table in metric_alarms {
        alarms.push(metric_alarm(names, table, now)?);
    }
    for table in composites {
        alarms.push(Alarm {
            arn: names.arn(&table.region, &table.name),
            name: table.name,
            region: table.region,
            description: table.description,
            actions_enabled: table.actions_enabled,
            alarm_actions: names.actions(table.actions)?,
            state: table.state,
            state_changed: table.state_changed.instant(now)?,
            trigger: Trigger::Composite {
                rule: table.rule,
                actions_suppressor: table.actions_suppressor,
            },
        });
    }
    let mut seen = HashSet::new();
    if let Some(twice) = alarms.iter().find(|alarm| !seen.insert(&alarm.arn)) {
        return Err(Error::contradiction(
            format!("the alarm {} occurs twice", twice.arn),
            "give each its own name",
        ));
    }
    alarms.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(alarms)
}

/// An alarm on each of the metrics for each of the zones.
fn watch(
    names: &Names<'_>,
    table: WatchTable,
    now: Timestamp,
    alarms: &mut Vec<Alarm>,
) -> Result<(), Error> {
    let actions = names.actions(table.actions)?;
    for zone in &table.zones {
        let id = names.zone(zone)?;
        for metric in &table.metrics {
            let is_age = metric.ends_with("Age");
            let name = format!("{metric}-{id}");
            alarms.push(Alarm {
                arn: names.arn(HOME_REGION, &name),
                name,
                region: HOME_REGION.to_owned(),
                description: Some(format!("{metric} of {zone}")),
                actions_enabled: true,
                alarm_actions: actions.clone(),
                state: "OK".to_owned(),
                state_changed: Moment::default().instant(now)?,
                trigger: Trigger::Metric(Box::new(MetricTrigger {
                    namespace: Some(NAMESPACE.to_owned()),
                    metric: Some(metric.clone()),
                    dimensions: zone_dimensions(&id),
                    statistic: Some(if is_age { "Maximum" } else { "Sum" }.to_owned()),
                    period: Some(PERIOD),
                    evaluation_periods: Some(1),
                    threshold: Some(if is_age { KSK_AGE_SECONDS } else { 1.0 }),
                    comparison_operator: "GreaterThanOrEqualToThreshold".to_owned(),
                    treat_missing_data: Some("notBreaching".to_owned()),
                    ..MetricTrigger::default()
                })),
            });
        }
    }
    Ok(())
}

fn metric_alarm(names: &Names<'_>, table: AlarmTable, now: Timestamp) -> Result<Alarm, Error> {
    let has_queries = !table.queries.is_empty();
    let (namespace, dimensions) = match &table.zone {
        Some(zone) => (
            Some(NAMESPACE.to_owned()),
            zone_dimensions(&names.zone(zone)?),
        ),
        None => (table.namespace, table.dimensions),
    };
    let statistic = match (table.statistic, &table.extended_statistic) {
        (None, None) if !has_queries => Some("Sum".to_owned()),
        (given, _) => given,
    };
    Ok(Alarm {
        arn: names.arn(&table.region, &table.name),
        name: table.name,
        region: table.region,
        description: table.description,
        actions_enabled: table.actions_enabled,
        alarm_actions: names.actions(table.actions)?,
        state: table.state,
        state_changed: table.state_changed.instant(now)?,
        trigger: Trigger::Metric(Box::new(MetricTrigger {
            namespace,
            metric: table.metric,
            dimensions,
            statistic,
            extended_statistic: table.extended_statistic,
            period: table.period.or((!has_queries).then_some(PERIOD)),
            evaluation_periods: Some(table.evaluation_periods),
            datapoints_to_alarm: table.datapoints_to_alarm,
            threshold: match (table.threshold, &table.threshold_metric_id) {
                (None, None) => Some(1.0),
                (given, _) => given,
            },
            comparison_operator: table.comparison,
            treat_missing_data: table.treat_missing_data,
            evaluate_low_sample_count_percentile: table.evaluate_low_sample_count_percentile,
            threshold_metric_id: table.threshold_metric_id,
            queries: table
                .queries
                .into_iter()
                .map(|query| metric_query(names, query))
                .collect::<Result<_, _>>()?,
        })),
    })
}

fn metric_query(names: &Names<'_>, table: QueryTable) -> Result<MetricQuery, Error> {
    let (namespace, dimensions) = match &table.zone {
        Some(zone) => (
            Some(NAMESPACE.to_owned()),
            zone_dimensions(&names.zone(zone)?),
        ),
        None => (table.namespace, table.dimensions),
    };
    let stat = match (namespace, table.metric) {
        (Some(namespace), Some(metric)) => Some(MetricStat {
            namespace,
            metric,
            dimensions,
            period: table.period.unwrap_or(PERIOD),
            stat: table.stat.unwrap_or_else(|| "Sum".to_owned()),
        }),
        _ => None,
    };
    if stat.is_some() == table.expression.is_some() {
        return Err(Error::contradiction(
            format!(
                "the query {:?} of an alarm of account {} has both a metric and an expression, or neither",
                table.id, names.account
            ),
            "give it an expression, or a metric with its zone or namespace",
        ));
    }
    Ok(MetricQuery {
        id: table.id,
        account: table.account,
        period: table.period.filter(|_| table.expression.is_some()),
        expression: table.expression,
        return_data: table.return_data,
        stat,
    })
}

fn zone_dimensions(id: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("HostedZoneId".to_owned(), id.to_owned())])
}
