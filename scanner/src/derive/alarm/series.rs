//! Numbers, time series and arrays of them, and what metric math does with them
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>).

use crate::inventory::Unknown;

use super::math::Operator;
use super::queries::undetermined;
use super::response::{Comparison, Inexpressible, Response};

/// More time series than any alarm has metrics; it bounds arrays of arrays.
const MAX_SERIES: usize = 64;

/// A time series, as a function of the watched metric's value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    /// Its data point in a period in which Route 53 reported the metric.
    pub(super) reported: Response,
    /// Its data point in a period in which it did not; none where that cannot be told.
    pub(super) between: Option<Response>,
}

/// What an expression makes.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Scalar(f64),
    Series(Series),
    Array(Array),
}

/// Several time series.
#[derive(Debug, Clone, Default)]
pub(super) struct Array {
    pub(super) items: Vec<Series>,
    /// What any further series is like, where there may be any number of them.
    pub(super) others: Option<Series>,
}

/// What takes the place of a missing data point.
pub(super) enum Filler {
    /// The data point before it.
    Repeat,
    /// What lies on a line between its neighbours.
    Linear,
    Value(Series),
}

impl Array {
    /// An array with more time series at its end.
    pub(super) fn with(mut self, value: Value) -> Result<Self, Unknown> {
        match value {
            Value::Series(series) => self.items.push(series),
            Value::Array(more) if self.others.is_none() || more.others.is_none() => {
                self.items.extend(more.items);
                self.others = self.others.or(more.others);
            }
            _ => return Err(undetermined("an array holds other than time series")),
        }
        if self.items.len() > MAX_SERIES {
            return Err(undetermined("an array holds too many time series"));
        }
        Ok(self)
    }
}

impl Series {
    /// A metric: data points where Route 53 reports, none between.
    pub(super) fn sparse(reported: Response) -> Self {
        Self {
            reported,
            between: Some(Response::missing()),
        }
    }

    /// A metric that gets no data.
    pub(super) fn silent() -> Self {
        Self::sparse(Response::missing())
    }

    /// The same data point in every period.
    pub(super) fn dense(value: f64) -> Self {
        Self {
            reported: Response::constant(value),
            between: Some(Response::constant(value)),
        }
    }

    /// With its missing data points filled.
    pub(super) fn filled(&self, filler: &Filler) -> Result<Self, Unknown> {
        let (reported, between) = match filler {
            Filler::Repeat => (&Response::missing(), Some(&self.reported)),
            Filler::Linear => (&Response::missing(), None),
            Filler::Value(filler) => (&filler.reported, filler.between.as_ref()),
        };
        let filled = self.between.as_ref().zip(between);
        Ok(Self {
            reported: expressed(self.reported.or_else(reported))?,
            between: filled.and_then(|(between, filler)| between.or_else(filler).ok()),
        })
    }

    fn zip(
        &self,
        other: &Self,
        operation: impl Fn(&Response, &Response) -> Result<Response, Inexpressible>,
    ) -> Result<Self, Unknown> {
        let between = self.between.as_ref().zip(other.between.as_ref());
        Ok(Self {
            reported: expressed(operation(&self.reported, &other.reported))?,
            between: between.and_then(|(left, right)| operation(left, right).ok()),
        })
    }
}

impl Value {
    /// As a time series; a number is one that never changes.
    pub(super) fn into_series(self) -> Result<Series, Unknown> {
        match self {
            Self::Series(series) => Ok(series),
            Self::Scalar(number) => Ok(Series::dense(number)),
            Self::Array(_) => Err(undetermined("the expression makes several time series")),
        }
    }

    /// With every time series made into another.
    pub(super) fn map(
        self,
        f: impl Fn(&Series) -> Result<Series, Unknown>,
    ) -> Result<Self, Unknown> {
        match self {
            Self::Series(series) => f(&series).map(Self::Series),
            Self::Array(array) => Ok(Self::Array(Array {
                items: array.items.iter().map(&f).collect::<Result<_, _>>()?,
                others: array.others.as_ref().map(f).transpose()?,
            })),
            Self::Scalar(number) => scalar(f(&Series::dense(number))?.reported.at(0.0)),
        }
    }

    /// Without its sign.
    pub(super) fn absolute(self) -> Result<Self, Unknown> {
        self.map(|series| {
            series.zip(series, |value, _| {
                value.greater(&value.times(&Response::constant(-1.0), None)?, None)
            })
        })
    }

    /// Rounded by a function that leaves whole numbers as they are.
    pub(super) fn rounded(self, round: fn(f64) -> f64) -> Result<Self, Unknown> {
        self.map(|series| series.zip(series, |value, _| value.rounded(round)))
    }
}

/// What an operator makes of two values.
pub(super) fn binary(operator: Operator, left: Value, right: Value) -> Result<Value, Unknown> {
    match operator {
        Operator::Add => lift(left, right, Response::plus),
        Operator::Subtract => lift(left, right, |left, right, absent| {
            left.plus(&right.times(&Response::constant(-1.0), None)?, absent)
        }),
        Operator::Multiply => lift(left, right, Response::times),
        Operator::Divide => lift(left, right, Response::over),
        Operator::Power => match (left, right) {
            (left, Value::Scalar(1.0)) => Ok(left),
            (Value::Scalar(base), Value::Scalar(exponent)) => scalar(Some(base.powf(exponent))),
            _ => Err(undetermined("what ^ makes of the value is not judged")),
        },
        Operator::Compare(how) => lift(left, right, move |left, right, absent| {
            left.compare(how, right, absent)
        }),
        Operator::And => lift(left, right, |left, right, absent| {
            truth(left)?.times(&truth(right)?, absent)
        }),
        Operator::Or => lift(left, right, |left, right, absent| {
            truth(left)?.greater(&truth(right)?, absent)
        }),
    }
}

/// What `MAX`, `MIN`, `SUM` or `AVG` makes of an array of time series.
///
/// Of a single time series they make a number that depends on how many data points CloudWatch
/// happens to retrieve, which is not documented.
pub(super) fn fold(function: &str, value: Value) -> Result<Value, Unknown> {
    let not_judged = || undetermined(format!("what {function} makes of the value is not judged"));
    let Value::Array(Array { items, others }) = value else {
        return Err(not_judged());
    };
    let operation = |left: &Response, right: &Response| match function {
        "MAX" => left.greater(right, Some(0.0)),
        "MIN" => left.lesser(right, Some(0.0)),
        _ => left.plus(right, Some(0.0)),
    };
    let count = items.len();
    let folded = items
        .into_iter()
        .map(Ok)
        .reduce(|left, right| left?.zip(&right?, operation));
    let folded = folded.unwrap_or_else(|| Err(not_judged()))?;
    if let Some(others) = &others
        && (function == "AVG" || folded.zip(others, operation)? != folded)
    {
        return Err(undetermined(format!(
            "what {function} makes of one zone depends on the other zones"
        )));
    }
    if function == "AVG" {
        let count = Series::dense(count as f64);
        return folded
            .zip(&count, |sum, count| sum.over(count, None))
            .map(Value::Series);
    }
    Ok(Value::Series(folded))
}

/// What `IF` makes of a condition and two values.
pub(super) fn select(condition: Value, then: Value, otherwise: Value) -> Result<Value, Unknown> {
    let condition = match condition {
        Value::Scalar(0.0) => return Ok(otherwise),
        Value::Scalar(_) => return Ok(then),
        condition => condition.into_series()?,
    };
    let then = then.into_series()?;
    let otherwise = otherwise.into_series()?;
    let between = match (&condition.between, &then.between, &otherwise.between) {
        (Some(condition), Some(then), Some(otherwise)) => {
            condition.select(then, otherwise, Some(0.0)).ok()
        }
        _ => None,
    };
    let reported = condition
        .reported
        .select(&then.reported, &otherwise.reported, Some(0.0));
    Ok(Value::Series(Series {
        reported: expressed(reported)?,
        between,
    }))
}

/// An operation on data points, on values: a number goes with every data point, and where one of
/// two time series has none, it counts as zero.
fn lift(
    left: Value,
    right: Value,
    operation: impl Fn(&Response, &Response, Option<f64>) -> Result<Response, Inexpressible>,
) -> Result<Value, Unknown> {
    let paired = |left: &Response, right: &Response| operation(left, right, Some(0.0));
    let single = |left: &Response, right: &Response| operation(left, right, None);
    match (left, right) {
        (Value::Scalar(left), Value::Scalar(right)) => {
            let made = Series::dense(left).zip(&Series::dense(right), single)?;
            scalar(made.reported.at(0.0))
        }
        (Value::Scalar(left), right) => right.map(|right| Series::dense(left).zip(right, single)),
        (left, Value::Scalar(right)) => left.map(|left| left.zip(&Series::dense(right), single)),
        (Value::Series(left), right) => right.map(|right| left.zip(right, paired)),
        (left, Value::Series(right)) => left.map(|left| left.zip(&right, paired)),
        (Value::Array(_), Value::Array(_)) => {
            Err(undetermined("an operator stands between two arrays"))
        }
    }
}

fn truth(value: &Response) -> Result<Response, Inexpressible> {
    value.compare(Comparison::NotEqual, &Response::constant(0.0), None)
}

fn scalar(number: Option<f64>) -> Result<Value, Unknown> {
    match number {
        Some(number) if number.is_finite() => Ok(Value::Scalar(number)),
        _ => Err(undetermined("the expression makes no number")),
    }
}

fn expressed(response: Result<Response, Inexpressible>) -> Result<Response, Unknown> {
    response.map_err(|Inexpressible| undetermined("the expression is not one that is judged"))
}
