//! A rule, compiled once, and the machine that runs it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::rvm::program::Program as Bytecode;
use regorus::utils::limits::{ExecutionTimerConfig, set_fallback_execution_timer_config};
use regorus::{CompiledPolicy, Engine, Rc, Value};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::bounds;
use super::catalogue::{Rule, RuleError};
use super::denial;
use super::pack::calls;
use super::premise::Premises;
use super::verdict::Answers;

/// A rule over a subject takes some hundreds of instructions; this is the bound that decides, for
/// it is the same on every machine.
const INSTRUCTIONS: usize = 2_000_000;

/// The bound for what no instruction counts.
const TIME: Duration = Duration::from_secs(5);

/// How many instructions pass between two looks at the clock.
const CHECK_INTERVAL: NonZeroU32 = NonZeroU32::new(1024).unwrap();

/// A rule ready to run.
#[derive(Clone)]
pub(super) struct CompiledRule {
    form: Form,
    judges_applicability: bool,
}

#[derive(Clone)]
enum Form {
    /// For regorus' virtual machine.
    Bytecode {
        policy: CompiledPolicy,
        program: Arc<Bytecode>,
        premises: Arc<[Premises]>,
    },
    /// For regorus' interpreter, where its compiler does not take a construct.
    Interpreted {
        deny: CompiledPolicy,
        not_applicable: Option<CompiledPolicy>,
    },
}

/// Runs one rule; each thread has its own.
pub(super) struct Machine {
    form: Runnable,
    judges_applicability: bool,
}

enum Runnable {
    Bytecode {
        vm: Box<RegoVM>,
        /// By entry point.
        premises: Arc<[Premises]>,
    },
    Interpreted {
        deny: CompiledPolicy,
        not_applicable: Option<CompiledPolicy>,
    },
}

/// Why a rule gave no verdict.
#[derive(Debug, Clone, Error, Serialize, Deserialize)]
#[error("{problem}")]
pub(super) struct RunError {
    problem: String,
    /// Whether it passed a bound.
    bound: bool,
}

impl RunError {
    /// What a rule did wrong; of a long problem, which may hold what the rule made, the beginning.
    pub(super) fn new(problem: impl Into<String>) -> Self {
        let mut problem = problem.into();
        bounds::cut(&mut problem);
        Self {
            problem,
            bound: false,
        }
    }

    /// That a rule passed a bound.
    pub(super) fn bound(problem: impl Into<String>) -> Self {
        Self {
            bound: true,
            ..Self::new(problem)
        }
    }

    /// That a rule ran for too long.
    pub(super) fn too_slow() -> Self {
        Self::bound(format!("stopped: it ran for over {} s", TIME.as_secs()))
    }

    /// Whether the rule passed a bound, as it may again.
    pub(super) fn is_bound(&self) -> bool {
        self.bound
    }
}

const DENY: usize = 0;
const NOT_APPLICABLE: usize = 1;

impl CompiledRule {
    /// Compiles a rule.
    ///
    /// # Errors
    /// Where it does not parse, has no `deny`, or uses what is refused.
    pub(super) fn compile(rule: &Rule) -> Result<Self, RuleError> {
        // What is interpreted takes the bound of the process.
        set_fallback_execution_timer_config(Some(timer()));
        let mut engine = Engine::new();
        engine
            .add_policy(rule.path.clone(), rule.text.clone().into_owned())
            .map_err(|broken| regorus_error(&rule.path, &broken.to_string()))?;
        for module in engine.get_modules() {
            calls::refuse(&rule.path, module)?;
        }
        let deny = format!("{}.deny", rule.package);
        let not_applicable = format!("{}.not_applicable", rule.package);
        let judges_applicability = defines(&rule.text, "not_applicable");
        let policy = engine
            .compile_with_entrypoint(&Rc::from(deny.as_str()))
            .map_err(|broken| regorus_error(&rule.path, &broken.to_string()))?;
        let mut entry_points = vec![deny.as_str()];
        if judges_applicability {
            entry_points.push(&not_applicable);
        }
        let form = match Compiler::compile_from_policy(&policy, &entry_points) {
            Ok(program) => Form::Bytecode {
                policy,
                premises: (0..entry_points.len())
                    .map(|entry_point| Premises::of(&program, entry_point))
                    .collect(),
                program: without_labels(program),
            },
            Err(_) => Form::Interpreted {
                not_applicable: judges_applicability
                    .then(|| engine.compile_with_entrypoint(&Rc::from(not_applicable.as_str())))
                    .transpose()
                    .map_err(|broken| regorus_error(&rule.path, &broken.to_string()))?,
                deny: policy,
            },
        };
        Ok(Self {
            form,
            judges_applicability,
        })
    }

    /// A machine for one thread.
    pub(super) fn machine(&self) -> Machine {
        let form = match &self.form {
            Form::Bytecode {
                policy,
                program,
                premises,
            } => {
                let mut vm = RegoVM::new_with_policy(policy.clone());
                vm.load_program(program.clone());
                vm.set_max_instructions(INSTRUCTIONS);
                vm.set_execution_timer_config(Some(timer()));
                Runnable::Bytecode {
                    vm: Box::new(vm),
                    premises: premises.clone(),
                }
            }
            Form::Interpreted {
                deny,
                not_applicable,
            } => Runnable::Interpreted {
                deny: deny.clone(),
                not_applicable: not_applicable.clone(),
            },
        };
        Machine {
            form,
            judges_applicability: self.judges_applicability,
        }
    }
}

impl Answers for Machine {
    fn is_not_applicable(&mut self, input: &Value) -> Result<bool, RunError> {
        if !self.judges_applicability {
            return Ok(false);
        }
        let answer = match &mut self.form {
            Runnable::Bytecode { vm, premises } => run(vm, premises, NOT_APPLICABLE, input)?,
            Runnable::Interpreted { not_applicable, .. } => match not_applicable {
                Some(policy) => interpret(policy, input)?,
                None => Value::Undefined,
            },
        };
        denial::is_not_applicable(&answer)
            .map_err(|problem| RunError::new(format!("not_applicable {problem}")))
    }

    fn denials(&mut self, input: &Value) -> Result<Vec<Value>, RunError> {
        let answer = match &mut self.form {
            Runnable::Bytecode { vm, premises } => run(vm, premises, DENY, input)?,
            Runnable::Interpreted { deny, .. } => interpret(deny, input)?,
        };
        match answer {
            Value::Set(found) => Ok(found.iter().cloned().collect()),
            Value::Undefined => Ok(Vec::new()),
            _ => Err(RunError::new("deny is not a set; write `deny contains …`")),
        }
    }
}

/// What an entry point of a program says of the input; undefined where its premises say that it
/// says nothing.
fn run(
    vm: &mut RegoVM,
    premises: &[Premises],
    entry_point: usize,
    input: &Value,
) -> Result<Value, RunError> {
    let may_hold = premises
        .get(entry_point)
        .is_none_or(|premises| premises.may_hold(input));
    if !may_hold {
        return Ok(Value::Undefined);
    }
    vm.set_input(input.clone());
    vm.execute_entry_point_by_index(entry_point)
        .map_err(|error| RunError::new(error.to_string()))
}

/// A program without what the machine copies at every call of a rule and never looks at: what rules
/// and parameters are called, and which of their bodies are `else` where none is.
fn without_labels(mut program: Arc<Bytecode>) -> Arc<Bytecode> {
    for rule in &mut Arc::make_mut(&mut program).rule_infos {
        rule.name = String::new();
        if let Some(function) = &mut rule.function_info {
            function.param_names = Vec::new();
        }
        if !rule.else_bodies.iter().flatten().any(|is_else| *is_else) {
            rule.else_bodies = Vec::new();
        }
        if rule.destructuring_blocks.iter().all(Option::is_none) {
            rule.destructuring_blocks = Vec::new();
        }
    }
    program
}

fn interpret(policy: &CompiledPolicy, input: &Value) -> Result<Value, RunError> {
    policy
        .eval_with_input(input.clone())
        .map_err(|error| RunError::new(error.to_string()))
}

pub(super) fn timer() -> ExecutionTimerConfig {
    ExecutionTimerConfig {
        limit: TIME,
        check_interval: CHECK_INTERVAL,
    }
}

/// Whether the text defines a rule of this name.
fn defines(text: &str, name: &str) -> bool {
    text.lines()
        .filter_map(|line| {
            line.strip_prefix(name)
                .or_else(|| line.strip_prefix("default ")?.strip_prefix(name))
        })
        .any(|rest| rest.starts_with([' ', ':', '=']) || rest.is_empty())
}

/// Whether an error of regorus says that its clock ran out.
pub(super) fn is_time_limit(message: &str) -> bool {
    message.contains("exceeded time limit")
}

/// How regorus begins to say that a rule leads back to itself; the places of all that were being
/// evaluated follow, the last of them its own.
const RECURSION: &str = "recursion detected when evaluating rule:";

/// So many places of a rule that leads back to itself are named.
const MAX_PLACES: usize = 8;

/// That the rule at a place leads back to itself, by way of others.
fn depends_on_itself<'a>(own: (&str, u64), places: impl Iterator<Item = (&'a str, u64)>) -> String {
    let way = places.skip_while(|place| *place != own).skip(1);
    let others: Vec<String> = way
        .take_while(|place| *place != own)
        .map(|(path, line)| format!("{path}:{line}"))
        .collect();
    match others.len() {
        0 => "the rule depends on itself".to_owned(),
        count => format!(
            "the rule depends on itself, by way of {}{}",
            (others.iter().take(MAX_PLACES))
                .cloned()
                .collect::<Vec<_>>()
                .join(", "),
            if count > MAX_PLACES { ", …" } else { "" }
        ),
    }
}

/// An error of regorus, whose place is in its text: `--> path:line:column`. Where it says none, it is
/// one of `path`.
pub(super) fn regorus_error(path: &str, message: &str) -> RuleError {
    let mut places = message.lines().filter_map(|line| {
        let (before, _) = line.trim().strip_prefix("--> ")?.rsplit_once(':')?;
        let (path, line) = before.rsplit_once(':')?;
        Some((path, line.parse().ok()?))
    });
    let (path, line) = places.next().unwrap_or((path, 1));
    let problem = message
        .lines()
        .map(str::trim)
        .find_map(|line| line.strip_prefix("error: "))
        .or_else(|| message.lines().find(|line| !line.trim().is_empty()))
        .unwrap_or_default();
    let problem = match problem {
        RECURSION => depends_on_itself((path, line), places),
        problem => problem.to_owned(),
    };
    RuleError {
        path: path.to_owned(),
        line,
        problem,
    }
}
