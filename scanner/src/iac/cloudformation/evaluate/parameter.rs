//! The values of parameters (AWS CloudFormation User Guide, "CloudFormation template Parameters
//! syntax").

use std::rc::Rc;
use std::sync::Arc;

use super::intrinsic::split;
use super::text::parts_of;
use super::{Evaluation, Scope, Stack};
use crate::iac::place::Place;
use crate::iac::value::{Data, Number, Part, Value};

impl Evaluation<'_> {
    /// What a parameter comes to; `None` if there is no such parameter.
    pub(super) fn parameter(&self, stack: &Rc<Stack>, name: &str) -> Option<Value> {
        let declared = stack.template.section("Parameters")?.get(name)?;
        let place = stack.template.place(declared.name_span);
        let circular = || {
            let why = format!("parameter {name} depends on itself");
            Some(Value::unknown(why, place.clone()))
        };
        let work_out = || {
            let kind = declared.value.get("Type").and_then(|kind| kind.as_str());
            let kind = kind.map_or("String", |kind| kind.as_ref());
            if kind.starts_with("AWS::SSM::Parameter::Value<") {
                let why = format!("parameter {name} is looked up in SSM when the stack is made");
                return Some(Value::unknown(why, place.clone()));
            }
            let default = || {
                let node = declared.value.get("Default")?;
                self.evaluate(node, &Scope::of(stack))
            };
            let value = self.value_given(stack, name).or_else(default);
            Some(match value {
                Some(value) => typed(value, kind),
                None => Value::unknown(format!("parameter {name} has no default"), place.clone()),
            })
        };
        self.parameters
            .get((stack.id, name.into()), circular, work_out)
    }

    /// What is given for a parameter: from outside, or by the stack that nests this one.
    fn value_given(&self, stack: &Rc<Stack>, name: &str) -> Option<Value> {
        let Some(nesting) = &stack.nested_by else {
            return self.given.get(name).cloned();
        };
        let parameters = nesting.parameters.as_ref()?;
        if parameters.intrinsic().is_some() {
            let all = self.evaluate(parameters, &nesting.scope)?;
            return match &all.data {
                Data::Unknown(_) => Some(all.clone()),
                _ => all.get(name).cloned(),
            };
        }
        self.evaluate(parameters.get(name)?, &nesting.scope)
    }
}

/// The value as a parameter of that type has it: lists are written with commas, everything else is
/// a text or a number.
fn typed(value: Value, kind: &str) -> Value {
    let place = value.place.clone();
    if kind == "CommaDelimitedList" || kind.starts_with("List<") {
        return match &value.data {
            Data::String(_) | Data::Text(_) | Data::Number(_) => {
                let items = split(",", &value, &place).map(|list| {
                    let items = list.items().unwrap_or_default().iter().map(trimmed);
                    Value::new(Data::list(items.collect()), place.clone())
                });
                items.unwrap_or_else(|why| Value::unknown(why, place))
            }
            _ => value,
        };
    }
    match &value.data {
        Data::String(text) if kind == "Number" => number(text, &place).unwrap_or(value),
        Data::Bool(_) | Data::Number(_) if kind != "Number" => match parts_of(&value) {
            Ok(parts) => Value::new(Data::text(parts), place),
            Err(_) => value,
        },
        _ => value,
    }
}

/// An item of a list without the spaces around it.
fn trimmed(item: &Value) -> Value {
    let mut parts = parts_of(item).unwrap_or_default();
    if let Some(Part::Literal(first)) = parts.first_mut() {
        *first = first.trim_start().into();
    }
    if let Some(Part::Literal(last)) = parts.last_mut() {
        *last = last.trim_end().into();
    }
    Value::new(Data::text(parts), item.place.clone())
}

fn number(text: &Arc<str>, place: &Place) -> Option<Value> {
    let text = text.trim();
    let integer = text.parse().map(Number::Integer).ok();
    let number = integer.or_else(|| text.parse().ok().and_then(Number::from_f64))?;
    Some(Value::new(Data::Number(number), place.clone()))
}
