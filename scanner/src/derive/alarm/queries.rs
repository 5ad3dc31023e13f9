//! The queries of a metric-math or Metrics Insights alarm, read once.

use crate::inventory::{MetricQuery, MetricStat, MetricTrigger, Reason, Unknown};

use super::insights;
use super::math::{Expression, Node};

/// The most queries that an alarm has (`MetricDataQuery`).
const MAX_QUERIES: usize = 20;

/// The queries of an alarm and what the alarm compares with its threshold.
pub(super) struct Queries<'a> {
    queries: Vec<Query<'a>>,
    /// The place of the query whose result the alarm compares with its threshold.
    result: Result<usize, Unknown>,
}

/// One query, read.
pub(super) struct Query<'a> {
    pub(super) id: &'a str,
    pub(super) account_id: Option<&'a str>,
    pub(super) period: Option<i64>,
    pub(super) source: Source<'a>,
}

/// Where the data of a query come from.
pub(super) enum Source<'a> {
    Metric(&'a MetricStat),
    Insights(insights::Query),
    Math(Expression),
    /// Text that was not understood, or nothing at all.
    Unreadable(&'a str),
}

impl<'a> Queries<'a> {
    /// Reads the queries of an alarm.
    pub(super) fn read(trigger: &'a MetricTrigger) -> Self {
        if trigger.metrics.len() > MAX_QUERIES {
            return Self {
                queries: Vec::new(),
                result: Err(undetermined(
                    "the alarm has more queries than CloudWatch takes",
                )),
            };
        }
        Self {
            queries: trigger.metrics.iter().map(Query::read).collect(),
            result: result(trigger),
        }
    }

    /// The query at a place.
    pub(super) fn get(&self, place: usize) -> Option<&Query<'a>> {
        self.queries.get(place)
    }

    /// How many queries there are.
    pub(super) fn len(&self) -> usize {
        self.queries.len()
    }

    /// The place of the query whose result the alarm compares with its threshold.
    pub(super) fn result(&self) -> Result<usize, Unknown> {
        self.result.clone()
    }

    /// The place of the query of an id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.queries.iter().position(|query| query.id == id)
    }

    /// The places of the queries that `METRICS(pattern)` returns: those that fetch a metric and
    /// have the pattern in their id.
    pub(super) fn metrics(&self, pattern: &str) -> impl Iterator<Item = usize> {
        let metrics = self.queries.iter().enumerate();
        metrics.filter_map(move |(place, query)| {
            let fetches = matches!(query.source, Source::Metric(_));
            (fetches && query.id.contains(pattern)).then_some(place)
        })
    }

    /// The queries on which the result depends, itself among them; all where that is not known.
    pub(super) fn used(&self) -> Vec<&Query<'a>> {
        let Ok(result) = self.result else {
            return self.queries.iter().collect();
        };
        let mut used = vec![false; self.queries.len()];
        let mut pending = vec![result];
        while let Some(place) = pending.pop() {
            match used.get_mut(place) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            if let Some(Source::Math(expression)) = self.get(place).map(|query| &query.source) {
                self.references(expression, &mut pending);
            }
        }
        let all = self.queries.iter().zip(used);
        all.filter_map(|(query, used)| used.then_some(query))
            .collect()
    }

    fn references(&self, expression: &Expression, places: &mut Vec<usize>) {
        expression.visit(&mut |node| match node {
            Node::Id(id) => places.extend(self.find(id)),
            Node::Call(name, arguments) if name == "METRICS" => {
                places.extend(self.metrics(metrics_pattern(arguments)));
            }
            _ => {}
        });
    }
}

/// The pattern of a call of `METRICS`; empty where it has none.
pub(super) fn metrics_pattern(arguments: &[Expression]) -> &str {
    match arguments.first().map(|argument| &argument.node) {
        Some(Node::Text(pattern)) => pattern,
        _ => "",
    }
}

/// An unknown that more of the same facts would not settle.
pub(super) fn undetermined(detail: impl Into<String>) -> Unknown {
    Unknown::because(Reason::NotDetermined, detail)
}

impl<'a> Query<'a> {
    fn read(query: &'a MetricQuery) -> Self {
        let source = match (&query.metric_stat, query.expression.as_deref()) {
            (Some(metric), None) => Source::Metric(metric),
            (None, Some(text)) if insights::Query::is_one(text) => {
                insights::Query::parse(text).map_or(Source::Unreadable(text), Source::Insights)
            }
            (None, Some(text)) => {
                Expression::parse(text).map_or(Source::Unreadable(text), Source::Math)
            }
            (_, text) => Source::Unreadable(text.unwrap_or_default()),
        };
        let period = query.metric_stat.as_ref().and_then(|metric| metric.period);
        Self {
            id: &query.id,
            account_id: query.account_id.as_deref(),
            period: period.or(query.period),
            source,
        }
    }
}

/// The one query that returns data; beside an anomaly detection band, the one that is not the band.
fn result(trigger: &MetricTrigger) -> Result<usize, Unknown> {
    let band = trigger.threshold_metric_id.as_deref();
    let places = |returned: Option<bool>| {
        let queries = trigger.metrics.iter().enumerate();
        queries.filter_map(move |(place, query)| {
            (query.return_data == returned && band != Some(query.id.as_str())).then_some(place)
        })
    };
    let mut candidates: Vec<usize> = places(Some(true)).collect();
    if candidates.is_empty() {
        candidates = places(None).collect();
    }
    match candidates.as_slice() {
        [only] => Ok(*only),
        _ => Err(undetermined(
            "which query the alarm watches cannot be told: not exactly one returns data",
        )),
    }
}
