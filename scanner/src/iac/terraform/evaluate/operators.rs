//! Operators and conditionals (Terraform documentation, "Arithmetic and Logical Operators",
//! "Conditional Expressions"), three-valued: what follows from what is known is known.

use std::sync::Arc;

use super::convert::{self, Stop};
use super::expression::settle;
use super::{Evaluated, Evaluation, Scope};
use crate::iac::json;
use crate::iac::place::Place;
use crate::iac::terraform::syntax::{Expr, Operator};
use crate::iac::value::{Data, Number, Part, Value};

impl<'a> Evaluation<'a> {
    pub(super) fn conditional(&self, parts: &[Expr; 3], scope: &Scope, place: Place) -> Evaluated {
        let [condition, then, otherwise] = parts;
        let condition = self.evaluate(condition, scope)?;
        match convert::truth(&condition) {
            Ok(true) => self.evaluate(then, scope),
            Ok(false) => self.evaluate(otherwise, scope),
            Err(Stop::Failure(message)) => settle(Stop::Failure(message), &place),
            Err(stop) => {
                let both = (self.evaluate(then, scope), self.evaluate(otherwise, scope));
                match both {
                    (Ok(then), Ok(otherwise)) if equal(&then, &otherwise) == Some(true) => Ok(then),
                    _ => settle(stop, &place),
                }
            }
        }
    }

    pub(super) fn not(&self, inner: &Expr, scope: &Scope, place: Place) -> Evaluated {
        let inner = self.evaluate(inner, scope)?;
        finish(
            convert::truth(&inner).map(|value| Data::Bool(!value)),
            place,
        )
    }

    pub(super) fn negate(&self, inner: &Expr, scope: &Scope, place: Place) -> Evaluated {
        let inner = self.evaluate(inner, scope)?;
        let zero = Number::Integer(0);
        let negated = convert::number(&inner).and_then(|n| arithmetic(Operator::Subtract, zero, n));
        finish(negated, place)
    }

    pub(super) fn binary(
        &self,
        operator: Operator,
        left: &Expr,
        right: &Expr,
        scope: &Scope,
        place: Place,
    ) -> Evaluated {
        let left = self.evaluate(left, scope)?;
        if let Operator::And | Operator::Or = operator {
            let decisive = operator == Operator::Or;
            let left = convert::truth(&left);
            if left.as_ref().ok() == Some(&decisive) {
                return Ok(Value::new(Data::Bool(decisive), place));
            }
            let right = self.evaluate(right, scope)?;
            let both = match (left, convert::truth(&right)) {
                (Err(Stop::Failure(message)), _) => Err(Stop::Failure(message)),
                (_, Ok(right)) if right == decisive => Ok(Data::Bool(decisive)),
                (Ok(_), Ok(right)) => Ok(Data::Bool(right)),
                (Err(stop), _) | (_, Err(stop)) => Err(stop),
            };
            return finish(both, place);
        }
        let right = self.evaluate(right, scope)?;
        if !self.budget.steps(left.weight().min(right.weight()) / 4) {
            return Ok(self.out_of_budget(&place));
        }
        let data = match operator {
            Operator::Equal => compare(&left, &right).map(Data::Bool),
            Operator::NotEqual => compare(&left, &right).map(|equal| Data::Bool(!equal)),
            _ => convert::number(&left).and_then(|left| {
                let right = convert::number(&right)?;
                arithmetic(operator, left, right)
            }),
        };
        finish(data, place)
    }
}

fn finish(data: Result<Data, Stop>, place: Place) -> Evaluated {
    match data {
        Ok(data) => Ok(Value::new(data, place)),
        Err(stop) => settle(stop, &place),
    }
}

fn compare(left: &Value, right: &Value) -> Result<bool, Stop> {
    equal(left, right).ok_or_else(|| {
        let why = convert::not_known(left).or_else(|| convert::not_known(right));
        why.unwrap_or_else(|| Stop::unknown("the values that are compared are known only in part"))
    })
}

/// Whether two values are equal, if that is known. Values of different types are not.
pub(super) fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (&left.data, &right.data) {
        (Data::Unknown(_), _) | (_, Data::Unknown(_)) => None,
        (Data::Symbol(left), Data::Symbol(right)) if left == right => Some(true),
        // The thing itself is not null; what its attributes are is not known.
        (Data::Symbol(symbol), Data::Null) | (Data::Null, Data::Symbol(symbol)) => {
            symbol.path().is_empty().then_some(false)
        }
        (Data::Symbol(_), _) | (_, Data::Symbol(_)) => None,
        (Data::Json(inner), _) => equal_texts(&json::encode(inner), right),
        (_, Data::Json(inner)) => equal_texts(&json::encode(inner), left),
        (Data::Text(parts), _) => equal_texts(parts, right),
        (_, Data::Text(parts)) => equal_texts(parts, left),
        (Data::List(left), Data::List(right)) | (Data::Set(left), Data::Set(right)) => {
            let (left, right) = (left.items(), right.items());
            if left.len() != right.len() {
                return Some(false);
            }
            all(left
                .iter()
                .zip(right)
                .map(|(left, right)| equal(left, right)))
        }
        (Data::Object(left), Data::Object(right)) => {
            let (left, right) = (left.members(), right.members());
            if !left.keys().eq(right.keys()) {
                return Some(false);
            }
            all(left
                .values()
                .zip(right.values())
                .map(|(left, right)| equal(left, right)))
        }
        (left, right) => Some(left == right),
    }
}

/// Whether all are equal: one that is not decides, one that is not known leaves it open.
fn all(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for one in each {
        match one {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}

/// Whether a text with symbols equals another value.
fn equal_texts(parts: &[Part], other: &Value) -> Option<bool> {
    let others = match &other.data {
        Data::String(text) => vec![Part::Literal(Arc::clone(text))],
        Data::Text(parts) => parts.to_vec(),
        Data::Json(inner) => json::encode(inner),
        _ => return Some(false),
    };
    let open = |part: &Part| matches!(part, Part::Unknown(_));
    if parts == others.as_slice() {
        return if parts.iter().any(open) {
            None
        } else {
            Some(true)
        };
    }
    match (parts, others.as_slice()) {
        ([Part::Literal(_)], [Part::Literal(_)]) => Some(false),
        _ if disjoint(prefix(parts), prefix(&others), |long, short| {
            long.starts_with(short)
        }) =>
        {
            Some(false)
        }
        _ if disjoint(suffix(parts), suffix(&others), |long, short| {
            long.ends_with(short)
        }) =>
        {
            Some(false)
        }
        _ => None,
    }
}

/// Whether two beginnings (or ends) cannot be those of one text. A text that is wholly known is
/// also no shorter than what the other is known to begin with.
fn disjoint(
    (left, left_whole): (&str, bool),
    (right, right_whole): (&str, bool),
    fits: impl Fn(&str, &str) -> bool,
) -> bool {
    if left.len() >= right.len() {
        !fits(left, right) || (right_whole && left.len() > right.len())
    } else {
        !fits(right, left) || left_whole
    }
}

/// What the text is known to begin with, and whether that is all of it.
fn prefix(parts: &[Part]) -> (&str, bool) {
    match parts.first() {
        Some(Part::Literal(text)) => (text, parts.len() == 1),
        Some(_) => ("", false),
        None => ("", true),
    }
}

fn suffix(parts: &[Part]) -> (&str, bool) {
    match parts.last() {
        Some(Part::Literal(text)) => (text, parts.len() == 1),
        Some(_) => ("", false),
        None => ("", true),
    }
}

/// A result of arithmetic or a comparison of numbers.
fn arithmetic(operator: Operator, left: Number, right: Number) -> Result<Data, Stop> {
    let (a, b) = (left.as_f64(), right.as_f64());
    let order = match (left, right) {
        (Number::Integer(left), Number::Integer(right)) => Some(left.cmp(&right)),
        _ => a.partial_cmp(&b),
    };
    let integers = match (left, right) {
        (Number::Integer(left), Number::Integer(right)) => Some((left, right)),
        _ => None,
    };
    let finite = |number: f64| {
        let number = Number::from_f64(number);
        let number = number.ok_or_else(|| Stop::failure("the result is no number"))?;
        Ok(Data::Number(number))
    };
    let checked = |by: fn(i64, i64) -> Option<i64>, float: f64| match integers {
        Some((left, right)) => match by(left, right) {
            Some(number) => Ok(Data::integer(number)),
            None => Err(Stop::too_many_digits()),
        },
        None => finite(float),
    };
    match operator {
        Operator::Less => Ok(Data::Bool(order.is_some_and(|order| order.is_lt()))),
        Operator::LessOrEqual => Ok(Data::Bool(order.is_some_and(|order| order.is_le()))),
        Operator::Greater => Ok(Data::Bool(order.is_some_and(|order| order.is_gt()))),
        Operator::GreaterOrEqual => Ok(Data::Bool(order.is_some_and(|order| order.is_ge()))),
        Operator::Add => checked(i64::checked_add, a + b),
        Operator::Subtract => checked(i64::checked_sub, a - b),
        Operator::Multiply => checked(i64::checked_mul, a * b),
        Operator::Divide | Operator::Modulo if b == 0.0 => Err(Stop::failure("division by zero")),
        Operator::Divide => match integers.and_then(exact_quotient) {
            Some(number) => Ok(Data::integer(number)),
            None => finite(a / b),
        },
        Operator::Modulo => checked(i64::checked_rem, a % b),
        Operator::Or | Operator::And | Operator::Equal | Operator::NotEqual => {
            Err(Stop::failure("the operator takes no numbers"))
        }
    }
}

fn exact_quotient((left, right): (i64, i64)) -> Option<i64> {
    match left.checked_rem(right) {
        Some(0) => left.checked_div(right),
        _ => None,
    }
}
