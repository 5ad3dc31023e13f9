//! The Rego rules whose names begin with `test_`.

use std::collections::BTreeMap;

use regorus::unstable::{Module, Rule as AstRule};
use regorus::{Engine, Value};

use super::coverage::Coverage;
use super::{Failure, Suite, Test};
use crate::evaluate::pack::{PackError, Sources, library};
use crate::evaluate::program::{regorus_error, timer};

/// What begins the name of a test.
const TEST: &str = "test_";

/// A test of Rego.
struct UnitTest {
    package: String,
    name: String,
    file: String,
    /// The lines of its definition, from the first to the last.
    lines: (u32, u32),
}

/// Runs every test of a pack.
pub(super) fn try_tests(
    sources: &Sources,
    coverage: &mut Option<Coverage>,
) -> Result<Vec<Suite>, PackError> {
    let mut engine = sources.engine()?;
    for test in &sources.tests {
        engine
            .add_policy(test.path.clone(), test.text.clone())
            .map_err(|error| PackError::from_regorus(&test.path, &error.to_string()))?;
    }
    engine.set_execution_timer_config(timer());
    engine.set_gather_prints(true);
    engine.set_enable_coverage(true);
    let tests: Vec<UnitTest> = (engine.get_modules().iter())
        .flat_map(|module| tests_of(module))
        .collect();
    let mut suites: BTreeMap<String, Suite> = BTreeMap::new();
    for test in tests {
        let suite = suites.entry(test.package.clone()).or_insert_with(|| Suite {
            name: test.package.clone(),
            tests: Vec::new(),
        });
        suite.tests.push(try_test(&mut engine, &test));
        if let Some(coverage) = coverage {
            coverage.note(&mut engine);
        }
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

fn try_test(engine: &mut Engine, test: &UnitTest) -> Test {
    engine.clear_coverage_data();
    engine.set_input(Value::Undefined);
    let said = engine.eval_rule(format!("{}.{}", test.package, test.name));
    let printed = engine.take_prints().unwrap_or_default();
    let mut failures = Vec::new();
    let problem = match said {
        Ok(Value::Bool(true)) => None,
        Ok(Value::Undefined) => Some(match stopped_at(engine, test) {
            Some((line, code)) => format!("it does not hold: {}:{line}: {code}", test.file),
            None => "it does not hold".to_owned(),
        }),
        Ok(value) => Some(format!("it is {value} instead of true")),
        Err(error) => Some(regorus_error(&test.file, &error.to_string()).to_string()),
    };
    if let Some(problem) = problem {
        let printed = printed.into_iter().map(|line| format!("\nprinted {line}"));
        failures.push(Failure {
            problem: std::iter::once(problem).chain(printed).collect(),
            difference: None,
        });
    }
    Test {
        name: test.name.clone(),
        file: test.file.clone(),
        line: test.lines.0.into(),
        knocked_out: 0,
        failures,
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
