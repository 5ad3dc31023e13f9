//! The value that an alarm compares with its threshold, as a function of one metric of one zone.
//!
//! The metric is taken to keep its value for as long as it takes, since a failure lasts until it
//! is mended. All else that the alarm watches is healthy meanwhile.

use crate::inventory::{MetricTrigger, Unknown};

use super::insights::{self, Function};
use super::math::{Expression, Node, Operator};
use super::queries::{Queries, Query, Source, metrics_pattern, undetermined};
use super::response::Response;
use super::series::{Array, Filler, Series, Value, binary, fold, select};
use super::statistic::Statistic;
use super::watch::{DIMENSION, Kind, Watch, of_query};

/// Deeper than any sensible chain of expressions; it bounds the stack.
const MAX_DEPTH: u32 = 128;

/// What an alarm compares with its threshold.
pub(super) struct Compared {
    pub(super) series: Series,
    /// The length of a period in seconds; none where it is not known.
    pub(super) period: Option<i64>,
    /// Whether the data are those of a Metrics Insights query.
    pub(super) insights: bool,
    /// Whether other metrics have a part in the value, whose reports come at other times.
    pub(super) several: bool,
}

/// What an alarm on a single metric compares, as a function of that metric's value.
pub(super) fn of_single(trigger: &MetricTrigger, watch: &Watch) -> Result<Compared, Unknown> {
    let statistic = trigger.extended_statistic.as_deref();
    let statistic = Statistic::read(statistic.or(trigger.statistic.as_deref()))?;
    Ok(Compared {
        series: Series::sparse(statistic.of(Some(watch), trigger.period)?),
        period: trigger.period,
        insights: false,
        several: false,
    })
}

/// What an alarm on queries compares, as a function of one of the metrics that they read.
pub(super) fn of_result(
    queries: &Queries<'_>,
    own: &str,
    watch: &Watch,
) -> Result<Compared, Unknown> {
    let result = queries.result()?;
    let source = queries.get(result).map(|query| &query.source);
    let direct = matches!(source, Some(Source::Insights(_)));
    let mut periods = Vec::new();
    let mut insights = false;
    let mut several = false;
    for query in queries.used() {
        match &query.source {
            Source::Math(_) => continue,
            Source::Insights(source) => {
                insights = true;
                several |= !(is_of_one_zone(watch) || groups_by_zone(source) && direct);
            }
            Source::Metric(_) | Source::Unreadable(_) => {}
        }
        several |= !periods.is_empty();
        periods.push(query.period);
    }
    periods.dedup();
    let mut evaluation = Evaluation {
        own,
        watch,
        queries,
        values: vec![None; queries.len()],
        depth: 0,
    };
    let series = match evaluation.query(result)? {
        Value::Series(series) => series,
        Value::Array(array) => evaluation.contributor(result, array)?,
        Value::Scalar(_) => return Err(undetermined("the expression makes no time series")),
    };
    Ok(Compared {
        series,
        period: match periods.as_slice() {
            [only] => *only,
            _ => None,
        },
        insights,
        several,
    })
}

fn is_of_one_zone(watch: &Watch) -> bool {
    matches!(watch.zone.known(), Some(Some(_)))
}

/// Whether a query returns a time series for each zone.
fn groups_by_zone(query: &insights::Query) -> bool {
    query.group_by.iter().any(|key| key == DIMENSION)
}

struct Evaluation<'a> {
    /// The account of the alarm.
    own: &'a str,
    watch: &'a Watch,
    queries: &'a Queries<'a>,
    values: Vec<Option<Result<Value, Unknown>>>,
    depth: u32,
}

impl Evaluation<'_> {
    /// The one series of a multi-series Metrics Insights alarm that is the watched zone's: each
    /// makes the alarm fire by itself.
    fn contributor(&self, result: usize, array: Array) -> Result<Series, Unknown> {
        let source = self.queries.get(result).map(|query| &query.source);
        match (source, array.items.into_iter().next()) {
            (Some(Source::Insights(_)), Some(series)) => Ok(series),
            _ => Err(undetermined("the expression makes several time series")),
        }
    }

    fn query(&mut self, place: usize) -> Result<Value, Unknown> {
        if let Some(Some(value)) = self.values.get(place) {
            return value.clone();
        }
        if let Some(slot) = self.values.get_mut(place) {
            *slot = Some(Err(undetermined("the expressions refer to each other")));
        }
        let queries = self.queries;
        let value = match queries.get(place) {
            Some(query) => self.source(query),
            None => Err(undetermined("the expression refers to no query")),
        };
        if let Some(slot) = self.values.get_mut(place) {
            *slot = Some(value.clone());
        }
        value
    }

    fn source(&mut self, query: &Query<'_>) -> Result<Value, Unknown> {
        match &query.source {
            Source::Math(expression) => self.expression(expression),
            Source::Unreadable(_) => Err(undetermined(format!(
                "the expression of query {} is not understood",
                query.id
            ))),
            Source::Metric(metric) => {
                let statistic = Statistic::read(metric.stat.as_deref())?;
                let watched = self.watched(query)?;
                let series = match watched {
                    Watched::Nothing => Series::silent(),
                    Watched::Healthy => Series::sparse(statistic.of(None, query.period)?),
                    Watched::This => Series::sparse(statistic.of(Some(self.watch), query.period)?),
                };
                Ok(Value::Series(series))
            }
            Source::Insights(source) => {
                let healthy = Series::sparse(Response::constant(0.0));
                let series = match self.watched(query)? {
                    Watched::Nothing => Series::silent(),
                    Watched::Healthy => healthy.clone(),
                    Watched::This => Series::sparse(self.aggregate(source)?),
                };
                Ok(if source.group_by.is_empty() {
                    Value::Series(series)
                } else {
                    let items = vec![series];
                    let others = Some(healthy);
                    Value::Array(Array { items, others })
                })
            }
        }
    }

    /// What a query reads: the watched metric, one that is healthy meanwhile, or one that has no
    /// data.
    fn watched(&self, query: &Query<'_>) -> Result<Watched, Unknown> {
        let read = of_query(query, self.own);
        let Some(read) = read else {
            return Err(undetermined(format!(
                "it also depends on what query {} reads",
                query.id
            )));
        };
        if read == *self.watch {
            return Ok(Watched::This);
        }
        let overlaps = read.metric_name == self.watch.metric_name
            && [&read, self.watch]
                .iter()
                .any(|watch| watch.zone.known() == Some(&None));
        match (read.kind(), self.watch.kind()) {
            (None, _) => Ok(Watched::Nothing),
            _ if overlaps => Err(undetermined(format!(
                "query {} may read the same zone",
                query.id
            ))),
            (Some(Kind::Failure), _) | (Some(Kind::Age), Some(Kind::Age)) => Ok(Watched::Healthy),
            _ => Err(undetermined(format!(
                "it also depends on {}",
                read.metric_name
            ))),
        }
    }

    /// What a Metrics Insights function makes of the watched zone's value among all that it reads.
    fn aggregate(&self, query: &insights::Query) -> Result<Response, Unknown> {
        let apart = is_of_one_zone(self.watch) || groups_by_zone(query);
        let failure = self.watch.kind() == Some(Kind::Failure);
        match query.function {
            Function::Count => Ok(Response::constant(1.0)),
            Function::Max => Ok(Response::proportional(1.0)),
            Function::Sum if apart || failure => Ok(Response::proportional(1.0)),
            _ if apart => Ok(Response::proportional(1.0)),
            _ => Err(undetermined(
                "what the function makes of one zone depends on the other zones",
            )),
        }
    }

    fn expression(&mut self, expression: &Expression) -> Result<Value, Unknown> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(undetermined("the expressions are nested too deeply"));
        }
        let value = self.node(&expression.node);
        self.depth -= 1;
        value
    }

    fn node(&mut self, node: &Node) -> Result<Value, Unknown> {
        match node {
            Node::Number(number) => Ok(Value::Scalar(*number)),
            Node::Text(_) => Err(undetermined("the expression ends in a text")),
            Node::Id(id) => match self.queries.find(id) {
                Some(place) => self.query(place),
                None => Err(undetermined(format!("there is no query {id}"))),
            },
            Node::Array(items) => self.array(items),
            Node::Negate(operand) => {
                let operand = self.expression(operand)?;
                binary(Operator::Multiply, operand, Value::Scalar(-1.0))
            }
            Node::Binary(operator, operands) => {
                let [left, right] = operands.as_ref();
                let left = self.expression(left)?;
                binary(*operator, left, self.expression(right)?)
            }
            Node::Call(name, arguments) => self.call(name, arguments),
        }
    }

    fn array(&mut self, items: &[Expression]) -> Result<Value, Unknown> {
        let mut array = Array::default();
        for item in items {
            array = array.with(self.expression(item)?)?;
        }
        Ok(Value::Array(array))
    }

    fn call(&mut self, name: &str, arguments: &[Expression]) -> Result<Value, Unknown> {
        match (name, arguments) {
            ("METRICS", _) => {
                let places: Vec<usize> = self.queries.metrics(metrics_pattern(arguments)).collect();
                let mut array = Array::default();
                for place in places {
                    array = array.with(self.query(place)?)?;
                }
                Ok(Value::Array(array))
            }
            ("MAX" | "MIN" | "SUM" | "AVG", [only]) => fold(name, self.expression(only)?),
            ("FILL", [series, filler]) => {
                let series = self.expression(series)?;
                let filler = match &filler.node {
                    Node::Call(keyword, _) if keyword == "REPEAT" => Filler::Repeat,
                    Node::Call(keyword, _) if keyword == "LINEAR" => Filler::Linear,
                    _ => Filler::Value(self.expression(filler)?.into_series()?),
                };
                series.map(|series| series.filled(&filler))
            }
            ("IF", [condition, then, rest @ ..]) if rest.len() <= 1 => {
                let condition = self.expression(condition)?;
                let then = self.expression(then)?;
                let otherwise = match rest.first() {
                    Some(otherwise) => self.expression(otherwise)?,
                    None => Value::Series(Series::silent()),
                };
                select(condition, then, otherwise)
            }
            ("ABS", [only]) => self.expression(only)?.absolute(),
            ("CEIL", [only]) => self.expression(only)?.rounded(f64::ceil),
            ("FLOOR", [only]) => self.expression(only)?.rounded(f64::floor),
            ("PERIOD", [only]) => match self.period(only) {
                Some(period) => Ok(Value::Scalar(period as f64)),
                None => Err(not_judged(name)),
            },
            ("TIME_SERIES", [only]) => match self.expression(only)? {
                Value::Scalar(number) => Ok(Value::Series(Series::dense(number))),
                _ => Err(not_judged(name)),
            },
            ("METRIC_COUNT", [only]) => match self.expression(only)? {
                Value::Array(Array {
                    items,
                    others: None,
                }) => Ok(Value::Scalar(items.len() as f64)),
                _ => Err(not_judged(name)),
            },
            _ => Err(not_judged(name)),
        }
    }

    /// The period of the metric that an expression names.
    fn period(&self, expression: &Expression) -> Option<i64> {
        match &expression.node {
            Node::Id(id) => self.queries.get(self.queries.find(id)?)?.period,
            _ => None,
        }
    }
}

fn not_judged(function: &str) -> Unknown {
    undetermined(format!("what {function} makes of the value is not judged"))
}

/// What a query reads, beside the watched metric.
enum Watched {
    This,
    Healthy,
    Nothing,
}
