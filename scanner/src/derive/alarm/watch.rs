//! Which metrics of which hosted zones an alarm depends on.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::inventory::{Alarm, Fact, MetricTrigger, Set, Symbol, SymbolKind, Trigger};

use super::insights::{self, Operand};
use super::queries::{Queries, Query, Source, undetermined};

const NAMESPACE: &str = "AWS/Route53";
/// The one dimension of the metrics of hosted zones.
pub(super) const DIMENSION: &str = "HostedZoneId";
/// The label by which a Metrics Insights query tells accounts apart.
const ACCOUNT: &str = "AWS.AccountId";

/// The metrics that Route 53 has for hosted zones, by what their values mean.
const METRICS: [(&str, Kind); 5] = [
    ("DNSQueries", Kind::Queries),
    ("DNSSECInternalFailure", Kind::Failure),
    ("DNSSECKeySigningKeysNeedingAction", Kind::Failure),
    ("DNSSECKeySigningKeyMaxNeedingActionAge", Kind::Age),
    ("DNSSECKeySigningKeyAge", Kind::Age),
];

/// What the values of a metric mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Zero is healthy, one or more is not.
    Failure,
    /// Seconds; the more, the worse.
    Age,
    /// A number of DNS queries, of which none is healthy or not by itself.
    Queries,
}

/// A metric of a hosted zone, or of all, on which an alarm depends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Watch {
    /// The namespace, `AWS/Route53`.
    pub namespace: String,
    /// The name of the metric.
    pub metric_name: String,
    /// Whether Route 53 has such a metric for hosted zones, with `HostedZoneId` as its only
    /// dimension. One that it does not have never gets data and covers nothing.
    pub known_metric: bool,
    /// The hosted zone id; null for every zone.
    pub zone: Fact<Option<String>>,
    /// The account whose metrics are watched.
    pub account: String,
    #[serde(skip)]
    except: Vec<String>,
    #[serde(skip)]
    linked: bool,
}

impl Watch {
    /// Whether this is a metric of a hosted zone that an account owns.
    ///
    /// A Metrics Insights query without an account filter also reads what other accounts share
    /// with the alarm's account through cross-account observability. Which accounts do is not in
    /// the inventory, so it covers its own account alone; to watch over another one, an alarm
    /// names it
    /// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-alarms.html>).
    pub fn covers(&self, zone_id: &str, account: &str) -> Fact<bool> {
        let another = matches!(&self.zone, Fact::Known(Some(zone)) if zone != zone_id);
        let elsewhere = another || self.except.iter().any(|zone| zone == zone_id);
        if !self.known_metric || elsewhere {
            return Fact::Known(false);
        }
        if account != self.account {
            return match Symbol::first_within(&[account, &self.account]) {
                Some(symbol) => Fact::unknown(undetermined(format!(
                    "it depends on which account {} is",
                    symbol.name
                ))),
                None => Fact::Known(false),
            };
        }
        self.zone.as_ref().map(|_| true)
    }

    /// What the values of the metric mean; none for a metric that does not exist.
    pub(super) fn kind(&self) -> Option<Kind> {
        let known = METRICS.iter().find(|(name, _)| *name == self.metric_name);
        known.filter(|_| self.known_metric).map(|(_, kind)| *kind)
    }

    /// The metric that a name and dimensions make, where it concerns hosted zones.
    fn of_metric(
        namespace: Option<&str>,
        metric_name: Option<&str>,
        dimensions: &BTreeMap<String, String>,
        account: &str,
    ) -> Option<Self> {
        let metric_name = metric_name?;
        let zone = dimensions.get(DIMENSION);
        if namespace != Some(NAMESPACE) || (zone.is_none() && !is_dnssec(metric_name)) {
            return None;
        }
        Some(Self {
            namespace: NAMESPACE.to_owned(),
            metric_name: metric_name.to_owned(),
            known_metric: is_known(metric_name) && zone.is_some() && dimensions.len() == 1,
            zone: match zone.and_then(|zone| Symbol::parse(zone)) {
                Some(symbol) if symbol.kind == SymbolKind::Unknown => {
                    Fact::unknown(undetermined(symbol.name))
                }
                _ => Fact::Known(zone.cloned()),
            },
            account: account.to_owned(),
            except: Vec::new(),
            linked: false,
        })
    }

    /// The metrics that a Metrics Insights query reads, where they concern hosted zones.
    fn of_insights(query: &insights::Query, account_id: Option<&str>, own: &str) -> Option<Self> {
        let filters = query.filters.as_deref().unwrap_or_default();
        let by_zone = query.group_by.iter().any(|key| key == DIMENSION)
            || filters.iter().any(|filter| filter.key == DIMENSION)
            || query.schema.iter().flatten().any(|key| key == DIMENSION);
        let known = is_known(&query.metric_name);
        if query.namespace != NAMESPACE || !(known || by_zone || is_dnssec(&query.metric_name)) {
            return None;
        }
        let zone_metric = query
            .schema
            .as_deref()
            .is_none_or(|keys| keys == [DIMENSION]);
        let mut watch = Self {
            namespace: NAMESPACE.to_owned(),
            metric_name: query.metric_name.clone(),
            known_metric: known && zone_metric,
            zone: Fact::Known(None),
            account: account_id.unwrap_or(own).to_owned(),
            except: Vec::new(),
            linked: account_id.is_none(),
        };
        if query.filters.is_none() {
            watch.zone = Fact::unknown(undetermined("the WHERE clause is not understood"));
        }
        for filter in filters {
            watch.narrow(filter, own);
        }
        let every_zone = matches!(watch.zone, Fact::Known(None));
        if every_zone && query.limited && !query.group_by.is_empty() && !query.highest_first {
            watch.zone = Fact::unknown(undetermined("LIMIT may leave out the zone that fails"));
        }
        Some(watch)
    }

    fn narrow(&mut self, filter: &insights::Filter, own: &str) {
        let same_zone = |zone: &Option<String>, id: &String| zone.as_ref().is_none_or(|z| z == id);
        match (filter.key.as_str(), filter.equal, &filter.operand) {
            (DIMENSION, true, Operand::Text(id)) => match &self.zone {
                Fact::Known(zone) if same_zone(zone, id) => {
                    self.zone = Fact::Known(Some(id.clone()));
                }
                _ => self.lose("the filters on HostedZoneId contradict each other"),
            },
            (DIMENSION, false, Operand::Text(id)) => self.except.push(id.clone()),
            (ACCOUNT, true, operand) => {
                let account = match operand {
                    Operand::Text(account) => account,
                    Operand::CurrentAccount => own,
                };
                if self.linked || self.account == account {
                    account.clone_into(&mut self.account);
                    self.linked = false;
                } else {
                    self.lose("the filters on AWS.AccountId contradict each other");
                }
            }
            (ACCOUNT, false, Operand::Text(account)) if *account != self.account => {}
            (key, _, _) => self.lose(&format!(
                "which zones a filter on {key} leaves is not known"
            )),
        }
    }

    fn lose(&mut self, why: &str) {
        self.zone = Fact::unknown(undetermined(why));
    }
}

/// The metrics of hosted zones on which an alarm depends.
///
/// These are the metrics of `AWS/Route53` with the dimension `HostedZoneId` or a name that begins
/// with `DNSSEC`: the alarm's own metric, those on which the returned metric-math expression
/// depends, and those that a Metrics Insights query reads. A composite alarm watches alarms and no
/// metric. A gap stands for queries that may watch such metrics and are not understood.
pub fn watches(alarm: &Alarm) -> Set<Watch> {
    match &alarm.trigger {
        Trigger::Composite(_) => Set::default(),
        Trigger::Metric(trigger) if trigger.metrics.is_empty() => {
            Set::complete(of_single_metric(trigger, &alarm.account))
        }
        Trigger::Metric(trigger) => of_queries(&Queries::read(trigger), &alarm.account),
    }
}

/// The one metric of an alarm without queries.
fn of_single_metric(trigger: &MetricTrigger, own: &str) -> Option<Watch> {
    Watch::of_metric(
        trigger.namespace.as_deref(),
        trigger.metric_name.as_deref(),
        &trigger.dimensions,
        own,
    )
}

/// The metric or metrics that a query reads, where they concern hosted zones.
pub(super) fn of_query(query: &Query<'_>, own: &str) -> Option<Watch> {
    match &query.source {
        Source::Metric(metric) => Watch::of_metric(
            metric.namespace.as_deref(),
            metric.metric_name.as_deref(),
            &metric.dimensions,
            query.account_id.unwrap_or(own),
        ),
        Source::Insights(insights) => Watch::of_insights(insights, query.account_id, own),
        Source::Math(_) | Source::Unreadable(_) => None,
    }
}

/// The metrics on which the result of queries depends, where they concern hosted zones; a gap for
/// a query that may read such a metric and is not understood.
fn of_queries(queries: &Queries<'_>, own: &str) -> Set<Watch> {
    let used = queries.used();
    let mut seen: Vec<Watch> = Vec::new();
    for watch in used.iter().filter_map(|query| of_query(query, own)) {
        if !seen.contains(&watch) {
            seen.push(watch);
        }
    }
    match queries.result() {
        Err(why) if !seen.is_empty() || queries.len() == 0 => return Set::unread(why),
        _ => {}
    }
    let mut watches = Set::complete(seen);
    for query in used {
        if let Source::Unreadable(text) = query.source
            && may_concern_zones(text, queries, own)
        {
            watches.add_gap(undetermined(format!(
                "the expression of query {} is not understood",
                query.id
            )));
        }
    }
    watches
}

/// Whether an expression that was not understood may read a metric of hosted zones: a query that
/// names the namespace, or mathematics beside a query that does.
fn may_concern_zones(text: &str, queries: &Queries<'_>, own: &str) -> bool {
    let beside = || (0..queries.len()).filter_map(|place| queries.get(place));
    if insights::Query::is_one(text) {
        text.contains("Route53")
    } else {
        beside().any(|query| of_query(query, own).is_some())
    }
}

fn is_known(metric_name: &str) -> bool {
    METRICS.iter().any(|(name, _)| *name == metric_name)
}

fn is_dnssec(metric_name: &str) -> bool {
    metric_name.starts_with("DNSSEC")
}
