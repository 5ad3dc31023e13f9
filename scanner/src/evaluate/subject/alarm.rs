//! The alarm as rules see it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::{AccountFacts, Subjects};
use crate::derive::alarm::{NotifiedBy, Verdict, can_fire, effective, lies_in, notifies, watches};
use crate::inventory::{
    Alarm, Collection, Fact, MetricTrigger, Reason, Reference, Set, TopicAttributes, Trigger,
    Unknown,
};

/// An alarm that bears on DNSSEC, with what it watches and whom it tells.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AlarmSubject {
    /// The ARN of the alarm.
    pub arn: String,
    /// The name of the alarm.
    pub name: String,
    /// The account that owns it.
    pub account: Arc<AccountFacts>,
    /// The region it lies in.
    pub region: Fact<String>,
    /// `metric` or `composite`.
    pub kind: AlarmKind,
    /// Whether the actions are enabled.
    pub actions_enabled: Fact<bool>,
    /// The ARNs that are notified on `ALARM`.
    pub alarm_actions: Set<String>,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state_value: Option<String>,
    /// When the state last changed, RFC 3339.
    pub state_transitioned_timestamp: Option<jiff::Timestamp>,
    /// The statistic of the one metric.
    pub statistic: Option<String>,
    /// The period of the one metric, in seconds.
    pub period: Option<i64>,
    /// How many periods are compared with the threshold.
    pub evaluation_periods: Option<i64>,
    /// How many of them must breach; all where not given.
    pub datapoints_to_alarm: Option<i64>,
    /// The threshold.
    pub threshold: Option<f64>,
    /// How values are compared with the threshold.
    pub comparison_operator: Option<String>,
    /// `breaching`, `notBreaching`, `ignore` or `missing`.
    pub treat_missing_data: Option<String>,
    /// What it watches of `AWS/Route53`.
    pub watches: Set<WatchFacts>,
    /// Whether a value of 1 makes it fire.
    pub can_fire: Fact<Verdict>,
    /// Whether it, or a composite alarm above it, notifies.
    pub notifies: Fact<Verdict>,
    /// The names of the composite alarms above it, transitively.
    pub composites: Set<String>,
    /// The SNS topics among its actions, as far as they are in scope.
    pub topics: Set<TopicFacts>,
}

/// The kinds of alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// It watches metrics.
    Metric,
    /// It watches other alarms.
    Composite,
}

/// A metric that an alarm watches.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WatchFacts {
    /// The namespace, `AWS/Route53`.
    pub namespace: String,
    /// The name of the metric.
    pub metric_name: String,
    /// Whether Route 53 has such a metric for hosted zones.
    pub known_metric: bool,
    /// The hosted zone id; null for every zone.
    pub zone: Fact<Option<String>>,
    /// The name of that zone, where it was read.
    pub zone_name: Option<String>,
    /// The account whose metrics are watched.
    pub account: String,
    /// Whether an account that was read has that public zone.
    pub zone_exists: Fact<bool>,
}

/// An SNS topic that an alarm notifies.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TopicFacts {
    /// The ARN of the topic.
    pub arn: String,
    /// Its subscriptions; null where there is no such topic.
    pub attributes: Fact<Option<TopicAttributes>>,
}

impl Subjects<'_> {
    /// The subject of an alarm.
    pub(in crate::evaluate) fn alarm(&self, alarm: &Alarm) -> AlarmSubject {
        let none = MetricTrigger::default();
        let (kind, metric) = match &alarm.trigger {
            Trigger::Metric(metric) => (AlarmKind::Metric, metric),
            Trigger::Composite(_) => (AlarmKind::Composite, &none),
        };
        AlarmSubject {
            arn: alarm.arn.clone(),
            name: alarm.name.clone(),
            account: self.account_facts(&alarm.account),
            region: alarm.region.clone(),
            kind,
            actions_enabled: alarm.actions_enabled.clone(),
            alarm_actions: (alarm.alarm_actions.clone()).map(|action| action.target().to_owned()),
            state_value: alarm.state_value.clone(),
            state_transitioned_timestamp: alarm.state_transitioned_timestamp,
            statistic: metric
                .statistic
                .clone()
                .or_else(|| metric.extended_statistic.clone()),
            period: metric.period,
            evaluation_periods: metric.evaluation_periods,
            datapoints_to_alarm: metric.datapoints_to_alarm,
            threshold: metric.threshold,
            comparison_operator: metric.comparison_operator.clone(),
            treat_missing_data: metric.treat_missing_data.clone(),
            can_fire: effective(
                &lies_in(alarm, &self.snapshot.header().home_region),
                &can_fire(alarm, &watches(alarm)),
            ),
            watches: self.watches_of(alarm),
            notifies: self.notifies(alarm),
            composites: self.composites_above(alarm),
            topics: self.topics_of(alarm),
        }
    }

    /// Whether an alarm tells anyone by its actions; whether those must is for a rule to say.
    pub(super) fn notifies(&self, alarm: &Alarm) -> Fact<Verdict> {
        notifies(alarm, &self.composites, &self.topics, NotifiedBy::Action)
    }

    fn composites_above(&self, alarm: &Alarm) -> Set<String> {
        let above = self.composites.above(alarm).into_iter();
        let mut composites = Set::complete(above.map(|above| above.name.clone()));
        if let Some(why) = self.index.gap_in(&alarm.account, Collection::Alarms) {
            composites.add_gap(why.clone());
        }
        composites
    }

    fn watches_of(&self, alarm: &Alarm) -> Set<WatchFacts> {
        watches(alarm).map(|watch| {
            let zone = watch.zone.known().cloned().flatten();
            let found = zone
                .as_deref()
                .and_then(|id| self.index.zone(*self.index.zone_by_id.get(id)?));
            let zone_exists = match (&zone, found) {
                (Some(_), None) => self.no_such_zone(&watch.account),
                _ => Fact::Known(true),
            };
            WatchFacts {
                namespace: watch.namespace,
                metric_name: watch.metric_name,
                known_metric: watch.known_metric,
                zone: watch.zone,
                zone_name: found.map(|zone| zone.name.to_string()),
                account: watch.account,
                zone_exists,
            }
        })
    }

    /// Whether a zone that was not found does not exist: only a listing without gaps says so.
    fn no_such_zone(&self, account: &str) -> Fact<bool> {
        let not_read = |why: String| Fact::unknown(Unknown::because(Reason::NotFoundInScope, why));
        let Some(entry) = self.index.accounts.get(account) else {
            return not_read(format!("account {account} is not in scope"));
        };
        if let Some(state) = &entry.account.skipped {
            return not_read(format!("account {account} is {state} and was not read"));
        }
        match self.index.gap_in(account, Collection::Zones) {
            Some(why) => Fact::unknown(why.clone()),
            None => Fact::Known(false),
        }
    }

    fn topics_of(&self, alarm: &Alarm) -> Set<TopicFacts> {
        let arns = alarm
            .alarm_actions
            .items()
            .filter_map(|action| match action {
                Reference::Item(arn) => Some(arn),
                Reference::External(_) => None,
            });
        Set::complete(arns.map(|arn| TopicFacts {
            arn: arn.clone(),
            attributes: match self.index.topics.get(arn) {
                Some(topic) => topic.attributes.clone(),
                None => Fact::unknown(super::broken_off()),
            },
        }))
    }
}
