//! The functions of Terraform (Terraform documentation, "Built-in Functions").
//!
//! What a function makes of a symbol is known for those that only join texts; the others come to
//! an unknown value that names the symbol.

mod collections;
mod encoding;
mod files;
mod format;
mod numbers;
mod sets;
mod text;

use std::borrow::Cow;
use std::sync::Arc;

use super::convert::{self, Stop};
use super::expression::settle;
use super::{Evaluated, Evaluation, Failure, Scope};
use crate::iac::budget::Budget;
use crate::iac::place::Place;
use crate::iac::terraform::syntax::{Call, Expr};
use crate::iac::value::{Data, Number, Value};

/// Functions that do not go through what they are given, however much it is.
const IMMEDIATE: [&str; 8] = [
    "coalesce",
    "element",
    "jsonencode",
    "length",
    "lookup",
    "nonsensitive",
    "one",
    "sensitive",
];

/// The arguments of a call.
struct Arguments<'v> {
    values: &'v [Value],
    place: &'v Place,
    budget: &'v Budget,
}

/// What a function makes of its arguments.
type Function = fn(&Arguments) -> Result<Data, Stop>;

impl<'v> Arguments<'v> {
    fn value(&self, index: usize) -> Result<&'v Value, Stop> {
        let missing = || Stop::Failure(format!("argument {} is missing", index + 1));
        self.values.get(index).ok_or_else(missing)
    }

    fn text(&self, index: usize) -> Result<Cow<'v, str>, Stop> {
        convert::text(self.value(index)?)
    }

    fn number(&self, index: usize) -> Result<Number, Stop> {
        convert::number(self.value(index)?)
    }

    fn integer(&self, index: usize) -> Result<i64, Stop> {
        convert::integer(self.value(index)?)
    }

    /// A number of things: a whole number that is not negative.
    fn size(&self, index: usize) -> Result<usize, Stop> {
        let size = usize::try_from(self.integer(index)?);
        size.map_err(|_| Stop::failure("expected a number that is not negative"))
    }

    fn items(&self, index: usize) -> Result<&'v [Value], Stop> {
        convert::items(self.value(index)?)
    }

    fn members(
        &self,
        index: usize,
    ) -> Result<&'v std::collections::BTreeMap<Arc<str>, Value>, Stop> {
        convert::members(self.value(index)?)
    }

    /// A value that has the place of the call.
    fn make(&self, data: Data) -> Value {
        Value::new(data, self.place.clone())
    }

    /// Pays for so many items.
    fn spend(&self, items: usize) -> Result<(), Stop> {
        if self.budget.steps(items as u64) {
            Ok(())
        } else {
            Err(Stop::Unknown(self.budget.why()))
        }
    }

    /// Pays for comparing an item with so many others.
    fn spend_comparing(&self, item: &Value, others: usize) -> Result<(), Stop> {
        let each = usize::try_from(1 + item.weight() / 4).unwrap_or(usize::MAX);
        self.spend(others.saturating_mul(each))
    }

    /// Pays for a text of so many bytes.
    fn spend_text(&self, bytes: usize) -> Result<(), Stop> {
        if self.budget.bytes(bytes) {
            Ok(())
        } else {
            Err(Stop::Unknown(self.budget.why()))
        }
    }

    /// A known text, paid for.
    fn made(&self, text: impl AsRef<str>) -> Result<Data, Stop> {
        self.spend_text(text.as_ref().len())?;
        Ok(Data::string(text))
    }
}

fn function(name: &str) -> Option<Function> {
    [
        collections::function,
        encoding::function,
        format::function,
        numbers::function,
        sets::function,
        text::function,
    ]
    .iter()
    .find_map(|find| find(name))
}

impl<'a> Evaluation<'a> {
    /// What a function call comes to.
    pub(super) fn function(&self, call: &Call, expr: &Expr, scope: &Scope) -> Evaluated {
        let place = scope.place(expr.span);
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        match name {
            "try" | "can" => {
                let outer = self.guarded.replace(true);
                let value = if name == "try" {
                    self.first_that_works(&call.arguments, scope, &place)
                } else {
                    self.works(&call.arguments, scope, &place)
                };
                self.guarded.set(outer);
                return value;
            }
            _ => {}
        }
        let values = match self.arguments(call, scope)? {
            Ok(values) => values,
            Err(stop) => return settle(stop, &place),
        };
        if !IMMEDIATE.contains(&name) {
            let weight = values.iter().map(Value::weight).sum::<u64>();
            if !self.budget.steps(weight / 4) {
                return Ok(self.out_of_budget(&place));
            }
        }
        if let Some(value) = self.file_function(name, &values, &place) {
            return value;
        }
        let Some(function) = function(name) else {
            let message = format!("the function {name} is not evaluated");
            return Ok(Value::unknown(message, place));
        };
        let arguments = Arguments {
            values: &values,
            place: &place,
            budget: &self.budget,
        };
        match function(&arguments) {
            Ok(data) => {
                let value = Value::new(data, place);
                let members = value.members().map_or(0, std::collections::BTreeMap::len);
                let items = value.items().map_or(members, <[Value]>::len);
                if !IMMEDIATE.contains(&name) && !self.budget.steps(items as u64) {
                    return Ok(self.out_of_budget(&value.place));
                }
                Ok(value)
            }
            Err(Stop::Failure(message)) => Err(Failure::new(format!("{name}: {message}"), &place)),
            Err(stop) => settle(stop, &place),
        }
    }

    /// The values of the arguments; the last one spread out where it is expanded.
    fn arguments(&self, call: &Call, scope: &Scope) -> Result<Result<Vec<Value>, Stop>, Failure> {
        let values = call.arguments.iter().map(|expr| self.evaluate(expr, scope));
        let mut values = values.collect::<Result<Vec<_>, _>>()?;
        if call.expands
            && let Some(last) = values.pop()
        {
            match convert::items(&last) {
                Ok(items) => values.extend(items.iter().cloned()),
                Err(stop) => return Ok(Err(stop)),
            }
        }
        Ok(Ok(values))
    }

    /// `try`: the first argument that does not fail.
    fn first_that_works(&self, arguments: &[Expr], scope: &Scope, place: &Place) -> Evaluated {
        for argument in arguments {
            if let Ok(value) = self.evaluate(argument, scope) {
                return Ok(value);
            }
        }
        Err(Failure::new("try: every argument fails", place))
    }

    /// `can`: whether the argument does not fail; not known if the argument is not.
    fn works(&self, arguments: &[Expr], scope: &Scope, place: &Place) -> Evaluated {
        let Some(argument) = arguments.first() else {
            return Err(Failure::new("can: argument 1 is missing", place));
        };
        let data = match self.evaluate(argument, scope) {
            Ok(value) => match value.data {
                Data::Unknown(why) => Data::Unknown(why),
                _ => Data::Bool(true),
            },
            Err(_) => Data::Bool(false),
        };
        Ok(Value::new(data, place.clone()))
    }
}
