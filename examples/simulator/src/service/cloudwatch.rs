//! Amazon CloudWatch.

use super::Call;
use super::page::page;
use crate::organization::{Alarm, MetricQuery, MetricTrigger, Trigger};
use crate::protocol::{Document, Refusal, Structure};

/// The largest page; CloudWatch gives 50 where none is asked for.
const LARGEST_PAGE: usize = 100;
const PAGE: usize = 50;

/// `DescribeAlarms`, metric alarms first. Without `AlarmTypes` it gives metric alarms only.
pub(super) fn describe_alarms(call: &Call<'_>) -> Result<Structure, Refusal> {
    for name in ["ChildrenOfAlarmName", "ParentsOfAlarmName"] {
        if call.parameters.text(name).is_some() {
            return Err(call.invalid(format!("{name} is not simulated.")));
        }
    }
    let types = call.parameters.list("AlarmTypes");
    if let Some(unknown) = types
        .iter()
        .find(|kind| !["MetricAlarm", "CompositeAlarm"].contains(&kind.as_str()))
    {
        return Err(call.invalid(format!("{unknown} is no alarm type.")));
    }
    let wanted = |alarm: &Alarm| match alarm.trigger {
        Trigger::Metric(_) => types.is_empty() || types.iter().any(|kind| kind == "MetricAlarm"),
        Trigger::Composite { .. } => types.iter().any(|kind| kind == "CompositeAlarm"),
    };
    let size = match call.parameters.text("MaxRecords") {
        None => PAGE,
        Some(size) => size
            .parse()
            .ok()
            .filter(|size| (1..=LARGEST_PAGE).contains(size))
            .ok_or_else(|| {
                call.invalid(format!(
                    "The value {size} for MaxRecords is not from 1 to {LARGEST_PAGE}."
                ))
            })?,
    };
    let account = call.caller_account()?;
    let alarms = || {
        account
            .alarms
            .iter()
            .filter(|alarm| alarm.region == call.region && wanted(alarm) && selected(call, alarm))
    };
    let is_metric = |alarm: &&Alarm| matches!(alarm.trigger, Trigger::Metric(_));
    let ordered = alarms()
        .filter(is_metric)
        .chain(alarms().filter(|alarm| !is_metric(alarm)));
    let page =
        page("alarms", ordered, call.parameters.text("NextToken"), size).ok_or_else(|| {
            Refusal::new(
                400,
                "InvalidNextToken",
                "The next token specified is invalid.",
            )
        })?;
    let mut metric_alarms = Vec::new();
    let mut composite_alarms = Vec::new();
    for alarm in page.items {
        match &alarm.trigger {
            Trigger::Metric(trigger) => metric_alarms.push(metric_alarm(alarm, trigger)),
            Trigger::Composite {
                rule,
                actions_suppressor,
            } => composite_alarms.push(
                common(alarm)
                    .with("AlarmRule", rule.as_str())
                    .with_some("ActionsSuppressor", actions_suppressor.as_deref()),
            ),
        }
    }
    Ok(Structure::new()
        .with("CompositeAlarms", Document::list(composite_alarms))
        .with("MetricAlarms", Document::list(metric_alarms))
        .with_some("NextToken", page.next))
}

/// Whether an alarm passes the filters of the call.
fn selected(call: &Call<'_>, alarm: &Alarm) -> bool {
    let names = call.parameters.list("AlarmNames");
    let given = |name| call.parameters.text(name);
    (names.is_empty() || names.contains(&alarm.name))
        && given("AlarmNamePrefix").is_none_or(|prefix| alarm.name.starts_with(prefix))
        && given("StateValue").is_none_or(|state| alarm.state == state)
        && given("ActionPrefix").is_none_or(|prefix| {
            alarm
                .alarm_actions
                .iter()
                .any(|action| action.starts_with(prefix))
        })
}

/// What metric and composite alarms have in common.
fn common(alarm: &Alarm) -> Structure {
    let none = || Document::list(Vec::<Structure>::new());
    Structure::new()
        .with("AlarmName", alarm.name.as_str())
        .with("AlarmArn", alarm.arn.as_str())
        .with_some("AlarmDescription", alarm.description.as_deref())
        .with("AlarmConfigurationUpdatedTimestamp", alarm.state_changed)
        .with("ActionsEnabled", alarm.actions_enabled)
        .with("OKActions", none())
        .with("AlarmActions", Document::list(alarm.alarm_actions.iter()))
        .with("InsufficientDataActions", none())
        .with("StateValue", alarm.state.as_str())
        .with("StateUpdatedTimestamp", alarm.state_changed)
        .with("StateTransitionedTimestamp", alarm.state_changed)
}

fn metric_alarm(alarm: &Alarm, trigger: &MetricTrigger) -> Structure {
    let queries = (!trigger.queries.is_empty())
        .then(|| Document::list(trigger.queries.iter().map(metric_query)));
    common(alarm)
        .with_some("MetricName", trigger.metric.as_deref())
        .with_some("Namespace", trigger.namespace.as_deref())
        .with_some("Statistic", trigger.statistic.as_deref())
        .with_some("ExtendedStatistic", trigger.extended_statistic.as_deref())
        .with("Dimensions", dimensions(&trigger.dimensions))
        .with_some("Period", trigger.period)
        .with_some("EvaluationPeriods", trigger.evaluation_periods)
        .with_some("DatapointsToAlarm", trigger.datapoints_to_alarm)
        .with_some("Threshold", trigger.threshold)
        .with("ComparisonOperator", trigger.comparison_operator.as_str())
        .with_some("TreatMissingData", trigger.treat_missing_data.as_deref())
        .with_some(
            "EvaluateLowSampleCountPercentile",
            trigger.evaluate_low_sample_count_percentile.as_deref(),
        )
        .with_some("Metrics", queries)
        .with_some("ThresholdMetricId", trigger.threshold_metric_id.as_deref())
}

fn metric_query(query: &MetricQuery) -> Structure {
    let stat = query.stat.as_ref().map(|stat| {
        let metric = Structure::new()
            .with("Namespace", stat.namespace.as_str())
            .with("MetricName", stat.metric.as_str())
            .with("Dimensions", dimensions(&stat.dimensions));
        Structure::new()
            .with("Metric", metric)
            .with("Period", stat.period)
            .with("Stat", stat.stat.as_str())
    });
    Structure::new()
        .with("Id", query.id.as_str())
        .with_some("MetricStat", stat)
        .with_some("Expression", query.expression.as_deref())
        .with_some("ReturnData", query.return_data)
        .with_some("Period", query.period)
        .with_some("AccountId", query.account.as_deref())
}

fn dimensions(dimensions: &std::collections::BTreeMap<String, String>) -> Document {
    Document::list(dimensions.iter().map(|(name, value)| {
        Structure::new()
            .with("Name", name.as_str())
            .with("Value", value.as_str())
    }))
}
