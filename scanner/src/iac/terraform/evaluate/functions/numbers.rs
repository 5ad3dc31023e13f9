//! Numeric functions.

use std::num::IntErrorKind;

use super::{Arguments, Function};
use crate::iac::terraform::evaluate::convert::{self, Stop};
use crate::iac::value::{Data, Number};

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "abs" => |a| number(a.number(0)?, i64::checked_abs, f64::abs),
        "ceil" => |a| number(a.number(0)?, Some, f64::ceil),
        "floor" => |a| number(a.number(0)?, Some, f64::floor),
        "signum" => |a| number(a.number(0)?, |n| Some(n.signum()), f64::signum),
        "log" => |a| finite(a.number(0)?.as_f64().log(a.number(1)?.as_f64())),
        "pow" => |a| finite(a.number(0)?.as_f64().powf(a.number(1)?.as_f64())),
        "max" => |a| extreme(a, |next, best| next > best),
        "min" => |a| extreme(a, |next, best| next < best),
        "parseint" => parse_integer,
        "sum" => sum,
        _ => return None,
    })
}

fn number(
    number: Number,
    integer: fn(i64) -> Option<i64>,
    float: fn(f64) -> f64,
) -> Result<Data, Stop> {
    match number {
        Number::Integer(number) => {
            let result = integer(number).ok_or_else(|| Stop::failure("the number is too large"))?;
            Ok(Data::integer(result))
        }
        Number::Float(number) => finite(float(number)),
    }
}

fn finite(number: f64) -> Result<Data, Stop> {
    let number = Number::from_f64(number);
    number
        .map(Data::Number)
        .ok_or_else(|| Stop::failure("the result is no number"))
}

fn extreme(a: &Arguments, better: fn(f64, f64) -> bool) -> Result<Data, Stop> {
    let mut best = a.number(0)?;
    for value in a.values.iter().skip(1) {
        let next = convert::number(value)?;
        if better(next.as_f64(), best.as_f64()) {
            best = next;
        }
    }
    Ok(Data::Number(best))
}

fn sum(a: &Arguments) -> Result<Data, Stop> {
    let items = a.items(0)?;
    if items.is_empty() {
        return Err(Stop::failure("there is nothing to add up"));
    }
    let mut whole = Some(0i64);
    let mut float = 0.0;
    for item in items {
        let number = convert::number(item)?;
        whole = match (whole, number.as_integer()) {
            (Some(sum), Some(next)) => {
                Some(sum.checked_add(next).ok_or_else(Stop::too_many_digits)?)
            }
            _ => None,
        };
        float += number.as_f64();
    }
    match whole {
        Some(sum) => Ok(Data::integer(sum)),
        None => finite(float),
    }
}

fn parse_integer(a: &Arguments) -> Result<Data, Stop> {
    let (text, base) = (a.text(0)?, a.integer(1)?);
    let base = u32::try_from(base)
        .ok()
        .filter(|base| (2..=36).contains(base))
        .ok_or_else(|| Stop::failure("the base is not between 2 and 36"))?;
    let parsed = i64::from_str_radix(&text, base);
    match parsed {
        Ok(number) => Ok(Data::integer(number)),
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => Err(Stop::too_many_digits()),
            _ => Err(Stop::Failure(format!(
                "{text:?} is no number in base {base}"
            ))),
        },
    }
}
