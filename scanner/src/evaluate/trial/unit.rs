//! The Rego rules whose names begin with `test_`.

use std::collections::BTreeMap;
use std::path::Path;

use regorus::unstable::{Module, Rule as AstRule};
use regorus::{Engine, Value};
use serde::{Deserialize, Serialize};

use super::coverage::{Coverage, Reached, reached};
use super::{Failure, Suite, Test};
use crate::evaluate::apart::{self, Apart, Strikes};
use crate::evaluate::judge::EvaluateError;
use crate::evaluate::pack::{PackError, Sources, library};
use crate::evaluate::program::{RunError, is_time_limit, regorus_error};

/// What begins the name of a test.
const TEST: &str = "test_";

/// A test of Rego.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::evaluate) struct UnitTest {
    package: String,
    name: String,
    file: String,
    /// The lines of its definition, from the first to the last.
    lines: (u32, u32),
}

/// What came of a test, and what it reached.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::evaluate) struct Tried {
    /// What is wrong; none where nothing is.
    problem: Option<String>,
    reached: Vec<Reached>,
}

/// Runs every test of a pack, in a process apart of `program`, this one.
pub(super) fn try_tests(
    sources: &Sources,
    program: &Path,
    coverage: &mut Option<Coverage>,
) -> Result<Vec<Suite>, EvaluateError> {
    let mut engine = sources.engine()?;
    for test in &sources.tests {
        engine
            .add_policy(test.path.clone(), test.text.clone())
            .map_err(|error| PackError::from_regorus(&test.path, &error.to_string()))?;
    }
    let tests: Vec<UnitTest> = (engine.get_modules().iter())
        .flat_map(|module| tests_of(module))
        .collect();
    if let Some(coverage) = coverage {
        coverage.list(&mut engine);
    }
    let setup = apart::setup_to_try(sources);
    let mut apart = Apart::new(program.to_owned(), setup, Strikes::none(0));
    let mut suites: BTreeMap<String, Suite> = BTreeMap::new();
    for test in tests {
        let suite = suites.entry(test.package.clone()).or_insert_with(|| Suite {
            name: test.package.clone(),
            tests: Vec::new(),
        });
        let problem = match apart.try_test(&test)? {
            Ok(tried) => {
                if let Some(coverage) = coverage {
                    coverage.note(tried.reached);
                }
                tried.problem
            }
            Err(stopped) => Some(stopped.to_string()),
        };
        let failure = problem.map(|problem| Failure {
            problem,
            difference: None,
        });
        suite.tests.push(Test {
            name: test.name,
            file: test.file,
            line: test.lines.0.into(),
            knocked_out: 0,
            failures: failure.into_iter().collect(),
        });
    }
    Ok(suites.into_values().collect())
}

fn tests_of(module: &Module) -> Vec<UnitTest> {
    let Some(package) = library::static_path(&module.package.refr) else {
        return Vec::new();
    };
    let package = library::data_path(&package);
    let tests = module.policy.iter().filter_map(|rule| {
        let (name, goes_on) = library::name_of(rule);
        let is_test = name.starts_with(TEST) && !goes_on;
        is_test.then(|| UnitTest {
            package: package.clone(),
            name: name.to_owned(),
            file: module.package.span.source.get_path().clone(),
            lines: lines_of(rule),
        })
    });
    let mut tests: Vec<UnitTest> = tests.collect();
    tests.dedup_by(|one, other| one.name == other.name);
    tests
}

fn lines_of(rule: &AstRule) -> (u32, u32) {
    let first = rule.span().line;
    let last = match rule {
        AstRule::Spec { bodies, .. } => bodies
            .iter()
            .flat_map(|body| &body.query.stmts)
            .map(|statement| statement.span.line)
            .max(),
        AstRule::Default { .. } => None,
    };
    (first, last.unwrap_or(first))
}

impl UnitTest {
    /// Runs it by an engine that gathers prints and notes lines.
    pub(in crate::evaluate) fn run(&self, engine: &mut Engine) -> Tried {
        engine.clear_coverage_data();
        engine.set_input(Value::Undefined);
        let said = engine.eval_rule(format!("{}.{}", self.package, self.name));
        let printed = engine.take_prints().unwrap_or_default();
        let problem = match said.map_err(|error| error.to_string()) {
            Ok(Value::Bool(true)) => None,
            Ok(Value::Undefined) => Some(match stopped_at(engine, self) {
                Some((line, code)) => format!("it does not hold: {}:{line}: {code}", self.file),
                None => "it does not hold".to_owned(),
            }),
            Ok(value) => Some(format!("it is {value} instead of true")),
            Err(problem) if is_time_limit(&problem) => Some(RunError::too_slow().to_string()),
            Err(problem) => Some(regorus_error(&self.file, &problem).to_string()),
        };
        let printed = printed.into_iter().map(|line| format!("\nprinted {line}"));
        Tried {
            problem: problem.map(|problem| std::iter::once(problem).chain(printed).collect()),
            reached: reached(engine),
        }
    }
}

/// The last line of a test that was reached, and what it says.
fn stopped_at(engine: &Engine, test: &UnitTest) -> Option<(u32, String)> {
    let report = engine.get_coverage_report().ok()?;
    let file = report
        .files
        .into_iter()
        .find(|file| file.path == test.file)?;
    let (first, last) = test.lines;
    let line = file.covered.range(first..=last).next_back().copied()?;
    let code = file.code.lines().nth(line.checked_sub(1)? as usize)?;
    Some((line, code.trim().to_owned()))
}
