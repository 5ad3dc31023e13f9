//! Input variables (Terraform documentation, "Input Variables").

use std::sync::Arc;

use super::convert::Stop;
use super::expression::settle;
use super::types::Type;
use super::{Evaluated, Evaluation, Failure, ModuleId, ROOT, Scope};
use crate::iac::place::Place;
use crate::iac::terraform::module::Declared;
use crate::iac::terraform::syntax;
use crate::iac::terraform::variables::Input;
use crate::iac::value::{Data, Value};

impl<'a> Evaluation<'a> {
    /// What a variable of a module instance comes to.
    pub(super) fn variable(&self, module: ModuleId, name: &Arc<str>, place: Place) -> Evaluated {
        let node = self.module(module).node;
        let Some(declared) = node.module.variables.get(name) else {
            return Err(Failure::new(format!("there is no var.{name}"), &place));
        };
        let circular = || {
            let message = format!("var.{name} refers to itself");
            Ok(Value::unknown(message, place.clone()))
        };
        self.variables
            .get((module, Arc::clone(name)), circular, || {
                self.assigned(module, name, declared)
            })
    }

    fn assigned(&self, module: ModuleId, name: &Arc<str>, declared: &Declared) -> Evaluated {
        let kind = match declared.argument("type") {
            Some((source, attribute)) => self.type_of(&attribute.expr, &Scope::of(module, source)),
            None => Type::Any,
        };
        let literal = declared.argument("type").is_none() || kind.is_primitive();
        let given = match self.given(module, name, literal) {
            Some(value) => Some(self.convert(value?, &kind)?),
            None => None,
        };
        let nullable = match declared.argument("nullable") {
            Some((source, attribute)) => {
                let value = self.value(&attribute.expr, &Scope::of(module, source));
                value.as_bool() != Some(false)
            }
            None => true,
        };
        match given {
            Some(value) if nullable || !value.is_null() => Ok(value),
            _ => match declared.argument("default") {
                Some((source, attribute)) => {
                    let default = self.evaluate(&attribute.expr, &Scope::of(module, source))?;
                    self.convert(default, &kind)
                }
                None => Ok(Value::unknown(
                    format!("variable {name} has no default"),
                    declared.place(),
                )),
            },
        }
    }

    /// What is given for the variable: by the call of the module, or for the root from outside.
    /// What the command line gives is an expression, unless it is to be taken as it is.
    fn given(&self, module: ModuleId, name: &Arc<str>, literal: bool) -> Option<Evaluated> {
        let instance = self.module(module);
        if let Some(called) = &instance.called {
            let (source, attribute) = called.call.argument(name)?;
            let scope = Scope::of(called.by, source).with_each(&called.each);
            return Some(self.evaluate(&attribute.expr, &scope));
        }
        match self.given.get(name)? {
            Input::Expression { source, expr } => {
                Some(self.evaluate(expr, &Scope::of(ROOT, source)))
            }
            Input::Value(value) => Some(Ok(value.clone())),
            Input::Text(source) => {
                let end = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
                let place = source.place(0, end);
                if literal {
                    return Some(Ok(Value::new(Data::string(source.text()), place)));
                }
                Some(match syntax::parse_expression(source) {
                    Ok(expr) => self.evaluate(&expr, &Scope::of(ROOT, source)),
                    Err(fault) => settle(Stop::Failure(fault.message), &place),
                })
            }
        }
    }

    fn convert(&self, value: Value, kind: &Type) -> Evaluated {
        let place = value.place.clone();
        if matches!(kind, Type::Any) {
            return Ok(value);
        }
        if !self.budget.steps(value.weight()) {
            return Ok(self.out_of_budget(&place));
        }
        match kind.convert(value) {
            Ok(value) => Ok(value),
            Err(stop) => settle(stop, &place),
        }
    }
}
