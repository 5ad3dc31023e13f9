//! The alarms that bear on DNSSEC, from CloudWatch.

use aws_sdk_cloudwatch::types as aws;
use aws_sdk_cloudwatch::types::AlarmType;
use jiff::Timestamp;

use super::arn::Arn;
use super::paging::Pages;
use super::session::{Session, Sessions};
use super::timestamp;
use crate::inventory::{
    Alarm, CompositeTrigger, Fact, MetricQuery, MetricStat, MetricTrigger, Reference, Set, Trigger,
    Unknown,
};

/// `DescribeAlarms` gives no more at a time.
const ALARMS_A_PAGE: i32 = 100;

/// The alarms of an account's home region that bear on a DNSSEC metric or a hosted zone, and the
/// composite alarms above them.
pub(super) async fn alarms(
    session: &Session,
    sessions: &Sessions,
    region: &str,
) -> Result<Vec<Alarm>, Unknown> {
    let context = Context {
        account: &session.account,
        region,
        sessions,
    };
    let mut kept = Vec::new();
    let mut composites = Vec::new();
    let mut pages = Pages::new();
    while let Some(token) = pages.next() {
        let page = session
            .cloudwatch_pace
            .call("cloudwatch:DescribeAlarms", || {
                session
                    .cloudwatch
                    .describe_alarms()
                    .alarm_types(AlarmType::MetricAlarm)
                    .alarm_types(AlarmType::CompositeAlarm)
                    .max_records(ALARMS_A_PAGE)
                    .set_next_token(token.clone())
                    .send()
            })
            .await
            .map_err(|failure| failure.of("cloudwatch:DescribeAlarms"))?;
        let metric = page.metric_alarms.unwrap_or_default();
        kept.extend(
            metric
                .into_iter()
                .filter(bears_on_dns)
                .map(|alarm| context.metric(alarm)),
        );
        let composite = page.composite_alarms.unwrap_or_default();
        composites.extend(composite.into_iter().map(|alarm| context.composite(alarm)));
        pages
            .follow(page.next_token)
            .map_err(|failure| failure.of("cloudwatch:DescribeAlarms"))?;
    }
    keep_composites_above(&mut kept, composites);
    Ok(kept)
}

fn bears_on_dns(alarm: &aws::MetricAlarm) -> bool {
    let direct = is_route53(alarm.namespace(), alarm.metric_name(), alarm.dimensions());
    direct
        || alarm.metrics().iter().any(|query| {
            let metric = query.metric_stat().and_then(aws::MetricStat::metric);
            metric.is_some_and(|metric| {
                is_route53(
                    metric.namespace(),
                    metric.metric_name(),
                    metric.dimensions(),
                )
            }) || query
                .expression()
                .is_some_and(|text| text.contains("AWS/Route53") || text.contains("DNSSEC"))
        })
}

fn is_route53(namespace: Option<&str>, name: Option<&str>, dimensions: &[aws::Dimension]) -> bool {
    namespace == Some("AWS/Route53")
        && (name.is_some_and(|name| name.starts_with("DNSSEC"))
            || dimensions
                .iter()
                .any(|dimension| dimension.name() == Some("HostedZoneId")))
}

/// Moves to `kept` every composite whose rule names one that is kept, until none is left to move.
fn keep_composites_above(kept: &mut Vec<Alarm>, mut composites: Vec<Alarm>) {
    let mut names: Vec<(String, String)> = kept.iter().map(names).collect();
    while !names.is_empty() && !composites.is_empty() {
        let (above, rest): (Vec<_>, Vec<_>) = composites.into_iter().partition(|composite| {
            let Trigger::Composite(trigger) = &composite.trigger else {
                return false;
            };
            names.iter().any(|(name, arn)| {
                trigger.alarm_rule.contains(name.as_str())
                    || trigger.alarm_rule.contains(arn.as_str())
            })
        });
        names = above.iter().map(self::names).collect();
        kept.extend(above);
        composites = rest;
    }
}

fn names(alarm: &Alarm) -> (String, String) {
    (alarm.name.clone(), alarm.arn.clone())
}

struct Context<'a> {
    account: &'a str,
    region: &'a str,
    sessions: &'a Sessions,
}

impl Context<'_> {
    fn metric(&self, alarm: aws::MetricAlarm) -> Alarm {
        Alarm {
            arn: alarm.alarm_arn.unwrap_or_default(),
            account: self.account.to_owned(),
            region: Fact::Known(self.region.to_owned()),
            name: alarm.alarm_name.unwrap_or_default(),
            actions_enabled: Fact::Known(alarm.actions_enabled.unwrap_or(true)),
            alarm_actions: Set::complete(self.actions(alarm.alarm_actions)),
            state_value: alarm.state_value.map(|value| value.as_str().to_owned()),
            state_transitioned_timestamp: timestamp(
                alarm
                    .state_transitioned_timestamp
                    .or(alarm.state_updated_timestamp),
            ),
            trigger: Trigger::Metric(MetricTrigger {
                namespace: alarm.namespace,
                metric_name: alarm.metric_name,
                dimensions: dimensions(alarm.dimensions),
                statistic: alarm.statistic.map(|value| value.as_str().to_owned()),
                extended_statistic: alarm.extended_statistic,
                period: alarm.period.map(Into::into),
                evaluation_periods: alarm.evaluation_periods.map(Into::into),
                datapoints_to_alarm: alarm.datapoints_to_alarm.map(Into::into),
                threshold: alarm.threshold,
                comparison_operator: alarm
                    .comparison_operator
                    .map(|value| value.as_str().to_owned()),
                treat_missing_data: alarm.treat_missing_data,
                evaluate_low_sample_count_percentile: alarm.evaluate_low_sample_count_percentile,
                threshold_metric_id: alarm.threshold_metric_id,
                metrics: alarm
                    .metrics
                    .unwrap_or_default()
                    .into_iter()
                    .map(query)
                    .collect(),
                undetermined: None,
            }),
            collected_at: Timestamp::now(),
        }
    }

    fn composite(&self, alarm: aws::CompositeAlarm) -> Alarm {
        Alarm {
            arn: alarm.alarm_arn.unwrap_or_default(),
            account: self.account.to_owned(),
            region: Fact::Known(self.region.to_owned()),
            name: alarm.alarm_name.unwrap_or_default(),
            actions_enabled: Fact::Known(alarm.actions_enabled.unwrap_or(true)),
            alarm_actions: Set::complete(self.actions(alarm.alarm_actions)),
            state_value: alarm.state_value.map(|value| value.as_str().to_owned()),
            state_transitioned_timestamp: timestamp(
                alarm
                    .state_transitioned_timestamp
                    .or(alarm.state_updated_timestamp),
            ),
            trigger: Trigger::Composite(CompositeTrigger {
                alarm_rule: alarm.alarm_rule.unwrap_or_default(),
                actions_suppressor: alarm.actions_suppressor,
            }),
            collected_at: Timestamp::now(),
        }
    }

    /// An SNS topic of an account in scope is an item of the inventory; all else lies outside it.
    fn actions(&self, actions: Option<Vec<String>>) -> Vec<Reference> {
        actions
            .unwrap_or_default()
            .into_iter()
            .map(|action| {
                let topic = Arn::parse(&action).is_some_and(|parts| {
                    parts.service == "sns" && self.sessions.covers(parts.account)
                });
                if topic {
                    Reference::Item(action)
                } else {
                    Reference::External(action)
                }
            })
            .collect()
    }
}

fn query(query: aws::MetricDataQuery) -> MetricQuery {
    MetricQuery {
        id: query.id.unwrap_or_default(),
        account_id: query.account_id,
        expression: query.expression,
        return_data: query.return_data,
        period: query.period.map(Into::into),
        metric_stat: query.metric_stat.map(|stat| {
            let (namespace, metric_name, dimensions) = match stat.metric {
                Some(metric) => (
                    metric.namespace,
                    metric.metric_name,
                    self::dimensions(metric.dimensions),
                ),
                None => Default::default(),
            };
            MetricStat {
                namespace,
                metric_name,
                dimensions,
                period: stat.period.map(Into::into),
                stat: stat.stat,
            }
        }),
    }
}

fn dimensions(
    dimensions: Option<Vec<aws::Dimension>>,
) -> std::collections::BTreeMap<String, String> {
    dimensions
        .unwrap_or_default()
        .into_iter()
        .filter_map(|dimension| Some((dimension.name?, dimension.value?)))
        .collect()
}
