//! The functions of an engine, with those that OPA would answer otherwise taken out.

use regorus::unstable::{BUILTINS, BuiltinFcn, Expr, Ref, Source, Span};
use regorus::{Engine, Value};

use super::{Argument, FUNCTIONS, REPLACED, otherwise, sprintf};
use crate::evaluate::program::{RunError, regorus_error};

/// Puts functions before those of an engine that answer as OPA does, or not at all.
///
/// # Errors
/// Where the engine has no such functions, or has them guarded already.
pub(in crate::evaluate) fn guard(engine: &mut Engine) -> Result<(), RunError> {
    let nowhere = nowhere()?;
    let replaced = REPLACED.iter().map(|(name, _)| *name);
    for name in replaced.chain(FUNCTIONS.iter().map(|(name, _)| *name)) {
        let function = BUILTINS.get(name).copied();
        let function = function.ok_or_else(|| RunError::new(format!("there is no {name}")))?;
        let (_, arity) = function;
        let guarded = Guarded {
            name,
            function,
            nowhere: nowhere.clone(),
        };
        let answer = move |arguments: Vec<Value>| Ok(guarded.answer(&arguments)?);
        engine
            .add_extension(name.to_owned(), arity, Box::new(answer))
            .map_err(|error| RunError::new(error.to_string()))?;
    }
    Ok(())
}

/// A function of regorus.
#[derive(Clone)]
struct Guarded {
    name: &'static str,
    function: BuiltinFcn,
    /// The place of its calls: the engine adds the right one to what goes wrong.
    nowhere: Span,
}

impl Guarded {
    fn answer(&self, arguments: &[Value]) -> Result<Value, RunError> {
        let known: Vec<Argument<'_>> = arguments.iter().map(Argument::Value).collect();
        if let Some(problem) = otherwise(self.name, &known) {
            return Err(RunError::new(problem));
        }
        match (self.name, arguments) {
            ("sprintf", [Value::String(format), Value::Array(values)]) => {
                let write = |value: &Value| {
                    self.call(&[Value::from("%v"), Value::from(vec![value.clone()])])
                };
                sprintf::filled(format, values.iter(), write).map(Value::from)
            }
            _ => self.call(arguments),
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, RunError> {
        let null = || {
            Ref::new(Expr::Null {
                span: self.nowhere.clone(),
                value: Value::Null,
                eidx: 0,
            })
        };
        let places: Vec<Ref<Expr>> = arguments.iter().map(|_| null()).collect();
        (self.function.0)(&self.nowhere, &places, arguments, true)
            .map_err(|error| RunError::new(regorus_error(self.name, &error.to_string()).problem))
    }
}

fn nowhere() -> Result<Span, RunError> {
    let source = Source::from_contents(String::new(), String::new())
        .map_err(|error| RunError::new(error.to_string()))?;
    Ok(Span {
        source,
        line: 1,
        col: 1,
        start: 0,
        end: 0,
    })
}
