//! Alarms on the metrics of hosted zones.

use std::collections::{BTreeMap, BTreeSet};

use super::links::Link;
use super::names::{integer, number, plain, read, truth, undetermined, unknown, why_unknown};
use super::{Lowering, gap, place};
use crate::iac::declared::{Alarm as Declared, Composite, Metric, Pairs, Query, Resource, Stated};
use crate::iac::value::{Data, Value};
use crate::inventory::{
    Alarm, Collection, CompositeTrigger, Fact, MetricQuery, MetricStat, MetricTrigger, Record,
    Reference, Set, Source, Symbol, Trigger, Unknown,
};

const NAMESPACE: &str = "AWS/Route53";

/// The one dimension of the metrics of hosted zones.
const DIMENSION: &str = "HostedZoneId";

/// Whether an alarm bears on hosted zones.
enum Bearing {
    Certain,
    None,
    Open(Unknown),
}

impl Lowering<'_> {
    /// Every alarm on a metric of Route 53, and every composite alarm; gives how many bear on
    /// hosted zones, or may.
    pub(super) fn alarms(&self, records: &mut Vec<Record>) -> usize {
        let mut bearing = 0;
        let mut accounts: BTreeSet<String> = BTreeSet::new();
        for any in &self.links.zones {
            accounts.insert(self.names.account(any.root, &any.zone.resource.account));
        }
        let mut gaps = Vec::new();
        for (declared, root) in self.roots.iter().zip(0..) {
            for alarm in &declared.alarms {
                let doubt = match self.bears_on_zones(root, alarm) {
                    Bearing::None => continue,
                    Bearing::Certain => alarm.resource.multiplicity.as_deref().cloned(),
                    Bearing::Open(why) => Some(why),
                };
                bearing += 1;
                // An alarm of which it is not certain what it watches, or whether there is one, may
                // be any that another finds missing.
                if let Some(why) = &doubt {
                    let address = self.names.qualified(root, &alarm.resource.address);
                    let why = why.detail.clone().unwrap_or_default();
                    gaps.push(undetermined(format!(
                        "{address} may be an alarm on any zone: {why}"
                    )));
                    continue;
                }
                let lowered = self.alarm(root, alarm);
                if let Some(why) = self.zone_left_open(&lowered) {
                    gaps.push(why);
                }
                let mut source = self.source(root, &lowered.arn, &alarm.resource);
                alarm_places(alarm, &mut source);
                records.push(Record::Alarm(lowered));
                records.push(Record::Source(source));
            }
            for composite in &declared.composites {
                if let Some(why) = &composite.resource.multiplicity {
                    let address = self.names.qualified(root, &composite.resource.address);
                    let why = why.detail.clone().unwrap_or_default();
                    gaps.push(undetermined(format!(
                        "{address} may notify for any alarm: {why}"
                    )));
                    continue;
                }
                let lowered = self.composite(root, composite);
                let source = self.source(root, &lowered.arn, &composite.resource);
                records.push(Record::Alarm(lowered));
                records.push(Record::Source(source));
            }
            if let Some(why) = &declared.more {
                gaps.push(why.as_ref().clone());
            }
            let zones = declared.zones.iter().map(|zone| &zone.resource.dependency);
            let zones: BTreeSet<_> = zones.collect();
            for call in &declared.unread {
                if call.given.iter().any(|given| zones.contains(given)) {
                    let address = self.names.qualified(root, &call.address);
                    gaps.push(undetermined(format!(
                        "{address} is given a zone, and was not read"
                    )));
                }
            }
        }
        for account in &accounts {
            for why in &gaps {
                records.push(Record::Gap(gap(account, Collection::Alarms, why.clone())));
            }
        }
        bearing
    }

    fn bears_on_zones(&self, root: usize, alarm: &Declared) -> Bearing {
        let queries = match &alarm.queries {
            Ok(queries) => queries,
            Err(why) => return Bearing::Open(why.as_ref().clone()),
        };
        let mut open = None;
        let own = queries.is_empty().then_some(&alarm.metric);
        let metrics = queries.iter().filter_map(|query| query.metric.as_ref());
        for metric in own.into_iter().chain(metrics) {
            match read(metric.namespace.as_ref(), plain) {
                Ok(Some(namespace)) if namespace == NAMESPACE => {
                    match read(metric.metric_name.as_ref(), plain) {
                        Ok(_) => return Bearing::Certain,
                        Err(why) => open = Some(why),
                    }
                }
                Ok(_) => {}
                Err(why) => open = Some(why),
            }
        }
        for expression in queries.iter().filter_map(|query| query.expression.as_ref()) {
            match self.names.text(root, &expression.value) {
                Ok(text) if text.contains("Route53") => return Bearing::Certain,
                Ok(_) => {}
                Err(why) => open = Some(why),
            }
        }
        open.map_or(Bearing::None, Bearing::Open)
    }

    /// Why it is open which zone of which account an alarm watches, if it is.
    fn zone_left_open(&self, alarm: &Alarm) -> Option<Unknown> {
        let Trigger::Metric(trigger) = &alarm.trigger else {
            return None;
        };
        let queries = trigger
            .metrics
            .iter()
            .filter_map(|query| query.metric_stat.as_ref());
        let dimensions = queries.map(|metric| &metric.dimensions);
        let zones = std::iter::once(&trigger.dimensions).chain(dimensions);
        let mut symbols = zones.filter_map(|dimensions| Symbol::parse(dimensions.get(DIMENSION)?));
        let open = symbols.find(|symbol| symbol.kind == crate::inventory::SymbolKind::Unknown)?;
        Some(undetermined(open.name))
    }

    fn alarm(&self, root: usize, alarm: &Declared) -> Alarm {
        let mut open = None;
        let metric = &alarm.metric;
        let trigger = MetricTrigger {
            namespace: settle(read(metric.namespace.as_ref(), plain), &mut open),
            metric_name: settle(read(metric.metric_name.as_ref(), plain), &mut open),
            dimensions: self.dimensions(root, &metric.dimensions),
            statistic: settle(read(metric.stat.as_ref(), plain), &mut open),
            extended_statistic: settle(read(alarm.extended_statistic.as_ref(), plain), &mut open),
            period: settle(read(metric.period.as_ref(), integer), &mut open),
            evaluation_periods: settle(read(alarm.evaluation_periods.as_ref(), integer), &mut open),
            datapoints_to_alarm: settle(
                read(alarm.datapoints_to_alarm.as_ref(), integer),
                &mut open,
            ),
            threshold: settle(read(alarm.threshold.as_ref(), number), &mut open),
            comparison_operator: settle(read(alarm.comparison_operator.as_ref(), plain), &mut open),
            treat_missing_data: settle(read(alarm.treat_missing_data.as_ref(), plain), &mut open),
            evaluate_low_sample_count_percentile: settle(
                read(alarm.evaluate_low_sample_count_percentile.as_ref(), plain),
                &mut open,
            ),
            threshold_metric_id: settle(read(alarm.threshold_metric_id.as_ref(), plain), &mut open),
            metrics: (alarm.queries.iter().flatten())
                .map(|query| self.query(root, query, &mut open))
                .collect(),
            undetermined: open,
        };
        Alarm {
            trigger: Trigger::Metric(trigger),
            actions_enabled: enabled(alarm.actions_enabled.as_ref()),
            alarm_actions: self.actions(root, alarm.alarm_actions.as_ref()),
            ..self.plain_alarm(root, &alarm.resource)
        }
    }

    fn composite(&self, root: usize, composite: &Composite) -> Alarm {
        let text = |stated: &Option<Stated>| {
            let stated = stated.as_ref();
            stated.map(|stated| self.names.text_or_symbol(root, &stated.value))
        };
        Alarm {
            trigger: Trigger::Composite(CompositeTrigger {
                alarm_rule: text(&composite.alarm_rule).unwrap_or_default(),
                actions_suppressor: text(&composite.actions_suppressor),
            }),
            actions_enabled: enabled(composite.actions_enabled.as_ref()),
            alarm_actions: self.actions(root, composite.alarm_actions.as_ref()),
            ..self.plain_alarm(root, &composite.resource)
        }
    }

    fn plain_alarm(&self, root: usize, resource: &Resource) -> Alarm {
        let (name, arn) = self.thing(root, &resource.address);
        Alarm {
            arn,
            account: self.names.account(root, &resource.account),
            region: self.names.region(&resource.region),
            name,
            actions_enabled: Fact::Known(true),
            alarm_actions: Set::default(),
            state_value: None,
            state_transitioned_timestamp: None,
            trigger: Trigger::Metric(MetricTrigger::default()),
            collected_at: self.at,
        }
    }

    fn actions(&self, root: usize, stated: Option<&Stated>) -> Set<Reference> {
        let Some(Stated { value, .. }) = stated else {
            return Set::default();
        };
        let Some(items) = value.items() else {
            return Set::unread(why_unknown(value));
        };
        let mut actions = Set::default();
        for item in items {
            match self.names.text(root, item) {
                Ok(target) => actions.insert(Reference::External(target)),
                Err(why) => actions.add_gap(why),
            }
        }
        actions
    }

    fn query(&self, root: usize, query: &Query, open: &mut Option<Unknown>) -> MetricQuery {
        MetricQuery {
            id: settle(read(query.id.as_ref(), plain), open).unwrap_or_default(),
            account_id: (query.account_id.as_ref())
                .map(|account| self.names.text_or_symbol(root, &account.value)),
            expression: (query.expression.as_ref())
                .map(|expression| self.names.text_or_symbol(root, &expression.value)),
            return_data: settle(read(query.return_data.as_ref(), truth), open),
            period: settle(read(query.period.as_ref(), integer), open),
            metric_stat: query
                .metric
                .as_ref()
                .map(|metric| self.metric(root, metric, open)),
        }
    }

    fn metric(&self, root: usize, metric: &Metric, open: &mut Option<Unknown>) -> MetricStat {
        MetricStat {
            namespace: settle(read(metric.namespace.as_ref(), plain), open),
            metric_name: settle(read(metric.metric_name.as_ref(), plain), open),
            dimensions: self.dimensions(root, &metric.dimensions),
            period: settle(read(metric.period.as_ref(), integer), open),
            stat: settle(read(metric.stat.as_ref(), plain), open),
        }
    }

    fn dimensions(&self, root: usize, pairs: &Pairs) -> BTreeMap<String, String> {
        match pairs {
            Ok(pairs) => (pairs.iter())
                .map(|(name, value)| {
                    let value = match name.as_str() {
                        DIMENSION => self.zone_text(root, value),
                        _ => self.names.text_or_symbol(root, value),
                    };
                    (name.clone(), value)
                })
                .collect(),
            Err(why) => [(DIMENSION.to_owned(), unknown(why))].into(),
        }
    }

    /// The id of the hosted zone that a value names: that of an item, or a symbol that says why it
    /// is not known of which.
    fn zone_text(&self, root: usize, value: &Value) -> String {
        let stated = Stated {
            value: value.clone(),
            place: value.place.clone(),
        };
        let link = self.links.zone(root, Some(&stated));
        if let Link::To(zone) = link
            && let Some(any) = self.links.zones.get(zone)
            && self.items.get(zone) == Some(&true)
        {
            return self.thing(any.root, &any.zone.resource.address).0;
        }
        let judged = self.links.zones.iter().zip(&self.items);
        let mut judged = judged.filter(|(_, is_item)| **is_item);
        match judged.find_map(|(any, _)| self.links.may_be(&link, any)) {
            Some(why) => unknown(&why),
            None => match value.data {
                Data::String(ref id) => Symbol::literal(id),
                _ => self.names.text_or_symbol(root, value),
            },
        }
    }
}

/// The value, if it is known; else why not, if nothing before was not.
fn settle<T>(read: Result<Option<T>, Unknown>, open: &mut Option<Unknown>) -> Option<T> {
    match read {
        Ok(value) => value,
        Err(why) => {
            open.get_or_insert(why);
            None
        }
    }
}

fn enabled(stated: Option<&Stated>) -> Fact<bool> {
    read(stated, truth)
        .map(|enabled| enabled.unwrap_or(true))
        .into()
}

fn alarm_places(alarm: &Declared, source: &mut Source) {
    let metric = &alarm.metric;
    let notifies = alarm
        .actions_enabled
        .as_ref()
        .filter(|enabled| truth(&enabled.value) == Some(false));
    let stated = [
        ("notifies", notifies.or(alarm.alarm_actions.as_ref())),
        ("watches", metric.metric_name.as_ref()),
        ("can_fire", alarm.threshold.as_ref()),
    ];
    for (fact, stated) in stated {
        if let Some(stated) = stated {
            source.places.insert(fact.to_owned(), place(&stated.place));
        }
    }
}
