//! Rules of the user's own, run by regorus' interpreter: it takes more of Rego than its virtual machine,
//! and differs from OPA in less; [`opa`] and the loader see to that.

use regorus::{Engine, Value};
use serde::{Deserialize, Serialize};

use super::bounds::{MAX_FINDINGS, too_many};
use super::catalogue::{Head, Own, Questions};
use super::denial;
use super::opa;
use super::pack::conventions;
use super::pack::{PackError, Sources};
use super::program::{RunError, is_time_limit, regorus_error, timer};
use super::trial::{self, Reached, Tried, UnitTest};
use super::verdict::Answers;

/// Every module of a pack, ready to be asked.
pub(super) struct Interpreter {
    engine: Engine,
}

/// What a rule says of an input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Answer {
    /// Whether it has nothing to say.
    pub(super) not_applicable: bool,
    /// What it finds, each an object with `msg`.
    pub(super) denials: Vec<Value>,
}

impl Interpreter {
    /// An interpreter of a pack.
    pub(super) fn new(sources: &Sources) -> Result<Self, PackError> {
        let mut engine = sources.engine()?;
        opa::guard(&mut engine).map_err(|error| PackError::File {
            path: "the rules".to_owned(),
            problem: format!("cannot be run: {error}"),
        })?;
        engine.set_execution_timer_config(timer());
        // What a rule prints is for its tests.
        engine.set_gather_prints(true);
        Ok(Self { engine })
    }

    /// An interpreter of a pack that notes which lines are reached.
    pub(super) fn with_coverage(sources: &Sources) -> Result<Self, PackError> {
        let mut interpreter = Self::new(sources)?;
        interpreter.engine.set_enable_coverage(true);
        Ok(interpreter)
    }

    /// Which lines a rule reaches over an input.
    pub(super) fn reach(&mut self, asked: &Questions, input: Value) -> Vec<Reached> {
        self.engine.clear_coverage_data();
        self.engine.set_input(input);
        for head in asked.not_applicable.iter().chain(&asked.heads) {
            // What fails was told where it was judged.
            let rule = format!("{}.{}", asked.package, head.name);
            let _ = self.engine.eval_rule(rule);
        }
        let _ = self.engine.take_prints();
        trial::reached(&self.engine)
    }

    /// What comes of a test.
    pub(super) fn try_test(&mut self, test: &UnitTest) -> Tried {
        test.run(&mut self.engine)
    }

    /// Everything that a rule says of an input.
    pub(super) fn answer(&mut self, asked: &Questions, input: Value) -> Result<Answer, RunError> {
        self.engine.set_input(input);
        let answer = self.ask(asked);
        let _ = self.engine.take_prints();
        answer
    }

    fn ask(&mut self, asked: &Questions) -> Result<Answer, RunError> {
        if let Some(head) = &asked.not_applicable {
            let said = self.value(asked, &head.name)?;
            if denial::is_not_applicable(&said).map_err(|problem| wrong(head, &problem))? {
                return Ok(Answer {
                    not_applicable: true,
                    denials: Vec::new(),
                });
            }
        }
        let mut denials = Vec::new();
        for head in &asked.heads {
            match self.value(asked, &head.name)? {
                Value::Set(found) => {
                    let count = denials.len() + found.len();
                    if count > MAX_FINDINGS {
                        return Err(too_many(count));
                    }
                    for denial in found.iter() {
                        denials.push(normal(denial, head, asked)?);
                    }
                }
                Value::Undefined => {}
                other => {
                    let problem = format!(
                        "is {}; write `{} contains …`",
                        denial::shown(&other),
                        head.name
                    );
                    return Err(wrong(head, &problem));
                }
            }
        }
        Ok(Answer {
            not_applicable: false,
            denials,
        })
    }

    fn value(&mut self, asked: &Questions, name: &str) -> Result<Value, RunError> {
        let rule = format!("{}.{name}", asked.package);
        self.engine.eval_rule(rule).map_err(|error| {
            let message = error.to_string();
            match is_time_limit(&message) {
                true => RunError::too_slow(),
                false => RunError::new(regorus_error(&asked.package, &message).to_string()),
            }
        })
    }
}

/// What a Rego rule says wrongly, and where it stands.
fn wrong(head: &Head, problem: &str) -> RunError {
    RunError::new(format!("{}: {} {problem}", head.place, head.name))
}

/// What a rule found, with what its name says of it.
fn normal(denial: &Value, head: &Head, asked: &Questions) -> Result<Value, RunError> {
    let name = head.name.as_str();
    let mut object = match denial {
        Value::String(text) => {
            let mut object = Value::new_object();
            insert(&mut object, "msg", denial.clone())?;
            let key = conventions::key_of_text(name, text);
            insert(&mut object, "key", Value::from(key))?;
            object
        }
        _ => denial.clone(),
    };
    denial::check(&object, asked.has_fix).map_err(|problem| wrong(head, &problem))?;
    if !denial::is_given(&object["key"]) {
        insert(&mut object, "key", Value::from(conventions::key(name)))?;
    }
    if conventions::warns(name) && !denial::is_given(&object["severity"]) {
        let severity = conventions::severity(name, asked.severity);
        insert(&mut object, "severity", Value::from(severity.as_str()))?;
    }
    Ok(object)
}

fn insert(object: &mut Value, name: &str, value: Value) -> Result<(), RunError> {
    let members = object
        .as_object_mut()
        .map_err(|error| RunError::new(error.to_string()))?;
    members.insert(Value::from(name), value);
    Ok(())
}

/// A rule of a pack that is asked in this process.
pub(super) struct Asking<'a> {
    interpreter: Interpreter,
    asked: &'a Questions,
}

impl<'a> Asking<'a> {
    pub(super) fn new(own: &'a Own) -> Result<Self, PackError> {
        Ok(Self {
            interpreter: Interpreter::new(&own.sources)?,
            asked: &own.asked,
        })
    }
}

impl Answers for Asking<'_> {
    fn is_not_applicable(&mut self, input: &Value) -> Result<bool, RunError> {
        let answer = self.interpreter.answer(self.asked, input.clone())?;
        Ok(answer.not_applicable)
    }

    fn denials(&mut self, input: &Value) -> Result<Vec<Value>, RunError> {
        let answer = self.interpreter.answer(self.asked, input.clone())?;
        Ok(answer.denials)
    }
}

/// An answer that was given already.
pub(super) struct Given(pub(super) Result<Answer, RunError>);

impl Answers for Given {
    fn is_not_applicable(&mut self, _: &Value) -> Result<bool, RunError> {
        self.0
            .as_ref()
            .map(|given| given.not_applicable)
            .map_err(Clone::clone)
    }

    fn denials(&mut self, _: &Value) -> Result<Vec<Value>, RunError> {
        self.0
            .as_ref()
            .map(|given| given.denials.clone())
            .map_err(Clone::clone)
    }
}
