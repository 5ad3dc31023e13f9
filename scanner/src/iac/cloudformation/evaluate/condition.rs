//! Conditions: true, false or not known (AWS CloudFormation Template Reference, "Condition
//! functions").

use std::rc::Rc;
use std::sync::Arc;

use super::super::syntax::{Map, Node};
use super::declaration::{Section, known_text};
use super::{Evaluation, Scope, Stack, not_determined};
use crate::iac::value::{Data, Part, Value};
use crate::inventory::Unknown;

/// Whether a condition holds, or why that is not known.
pub(super) type Truth = Result<bool, Arc<Unknown>>;

impl Evaluation<'_> {
    /// Whether the condition of that name holds.
    pub(super) fn condition(&self, stack: &Rc<Stack>, name: &str) -> Truth {
        let circular = || {
            Err(not_determined(format!(
                "condition {name} depends on itself"
            )))
        };
        let work_out = || match self.declared(stack, Section::Conditions, name) {
            Some((declared, scope)) => match declared.unknown {
                Some(why) => Err(why),
                None => self.truth(&declared.node, &scope).map_err(|why| {
                    let detail = why.detail.as_deref().unwrap_or_default();
                    not_determined(format!("condition {name} is not known: {detail}"))
                }),
            },
            None => Err(not_determined(format!("there is no condition {name}"))),
        };
        self.conditions
            .get((stack.id, name.into()), circular, work_out)
    }

    /// Whether an expression of the section `Conditions` holds.
    pub(super) fn truth(&self, node: &Rc<Node>, scope: &Scope) -> Truth {
        if !self.budget.steps(1) {
            return Err(self.budget.why());
        }
        self.budget.enter().map_err(not_determined)?;
        let truth = self.truth_here(node, scope);
        self.budget.leave();
        truth
    }

    fn truth_here(&self, node: &Rc<Node>, scope: &Scope) -> Truth {
        if let Some([only]) = node.as_map().map(Map::entries)
            && (only.name.as_ref() == "Condition" || is_condition_function(&only.name))
        {
            return self.truth_called(&only.name, &only.value, scope);
        }
        match self.operand(node, scope).data {
            Data::Bool(value) => Ok(value),
            Data::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Data::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Data::Unknown(why) => Err(why),
            data => Err(not_determined(format!("{data:?} is no condition"))),
        }
    }

    /// Whether a call of a condition function holds.
    pub(super) fn truth_called(&self, name: &str, argument: &Rc<Node>, scope: &Scope) -> Truth {
        match (name, argument.as_list()) {
            ("Condition", _) => match self.name_in(argument, scope) {
                Some(name) => self.condition(&scope.stack, &name),
                None => Err(not_determined("Condition takes the name of a condition")),
            },
            ("Fn::Equals", Some([left, right])) => {
                equal(&self.operand(left, scope), &self.operand(right, scope))
            }
            ("Fn::And", Some(conditions)) => self.decided_by(false, conditions, scope),
            ("Fn::Or", Some(conditions)) => self.decided_by(true, conditions, scope),
            ("Fn::Not", Some([only])) => self.truth(only, scope).map(|truth| !truth),
            _ => Err(not_determined(format!(
                "{name} does not take such arguments"
            ))),
        }
    }

    /// `Fn::And`, which one false condition decides, or `Fn::Or`, which one true condition does.
    fn decided_by(&self, decisive: bool, conditions: &[Rc<Node>], scope: &Scope) -> Truth {
        let mut unknown = None;
        for condition in conditions {
            match self.truth(condition, scope) {
                Ok(truth) if truth == decisive => return Ok(decisive),
                Ok(_) => {}
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        unknown.map_or(Ok(!decisive), Err)
    }
}

fn is_condition_function(name: &str) -> bool {
    matches!(name, "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not")
}

/// Whether two values are equal; they are compared as texts.
pub(super) fn equal(left: &Value, right: &Value) -> Truth {
    if let (Some(left), Some(right)) = (known_text(left), known_text(right)) {
        return Ok(left == right);
    }
    if let Some(why) = unknown_in(left).or_else(|| unknown_in(right)) {
        return Err(why);
    }
    if left == right {
        return Ok(true);
    }
    match symbol_in(left).or_else(|| symbol_in(right)) {
        Some(symbol) => Err(not_determined(format!(
            "{symbol} is known only when the stack is made"
        ))),
        None => Ok(false),
    }
}

/// Why a part of a value is not known.
fn unknown_in(value: &Value) -> Option<Arc<Unknown>> {
    match &value.data {
        Data::Unknown(why) => Some(Arc::clone(why)),
        Data::Text(parts) => parts.iter().find_map(|part| match part {
            Part::Unknown(why) => Some(Arc::clone(why)),
            _ => None,
        }),
        Data::List(list) | Data::Set(list) => list.items().iter().find_map(unknown_in),
        Data::Object(object) => object.members().values().find_map(unknown_in),
        Data::Json(inner) => unknown_in(inner),
        _ => None,
    }
}

/// A symbol that a value holds.
fn symbol_in(value: &Value) -> Option<String> {
    match &value.data {
        Data::Symbol(symbol) => Some(symbol.to_string()),
        Data::Text(parts) => parts.iter().find_map(|part| match part {
            Part::Symbol(symbol) => Some(symbol.to_string()),
            _ => None,
        }),
        Data::List(list) | Data::Set(list) => list.items().iter().find_map(symbol_in),
        Data::Object(object) => object.members().values().find_map(symbol_in),
        Data::Json(inner) => symbol_in(inner),
        _ => None,
    }
}
