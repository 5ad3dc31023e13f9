//! The tests of rules: the cases beside each, with their knock-outs, and the Rego rules whose names
//! begin with `test_`, as `opa test` runs them.

mod coverage;
mod own;
mod unit;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;
use serde_saphyr::Spanned;

use super::case::{Case, CaseError, CaseJudge, Difference};
use super::catalogue::{Catalogue, Rule, RuleError};
use super::judge::EvaluateError;
use super::pack::{PackError, Text};
use coverage::Coverage;
use own::OwnRules;

pub(super) use coverage::{Reached, reached};
pub(super) use unit::{Tried, UnitTest};

/// What came of the tests of a catalogue.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// Those of each rule, and then those of each package that has `test_` rules.
    pub suites: Vec<Suite>,
    /// The lines that no test reached, by file; empty where that was not asked for.
    pub uncovered: BTreeMap<String, Vec<u32>>,
    /// How many lines of Rego the tests could reach, and did.
    pub lines: Lines,
    /// The rules that no test is about.
    pub untested: Vec<String>,
}

/// How many lines of Rego there are, and were reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lines {
    /// Those that say something.
    pub all: usize,
    /// Those of them that were reached.
    pub reached: usize,
}

/// The tests of a rule, or of a package.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The id of the rule, or the package.
    pub name: String,
    /// Each test.
    pub tests: Vec<Test>,
}

/// A test, as it went.
#[derive(Debug, Clone)]
pub struct Test {
    /// The name of the case, or of the Rego rule.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// How many facts were knocked out.
    pub knocked_out: usize,
    /// What is wrong; empty where nothing is.
    pub failures: Vec<Failure>,
}

/// One thing that is wrong.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What it is, in words.
    pub problem: String,
    /// What was expected, and what was found, where that is all.
    pub difference: Option<Difference>,
}

/// The case files of a rule: the path, for messages, and the YAML text.
type CaseFiles = Vec<(String, String)>;

/// Runs the tests of rules; those of the user's own rules in a process apart of `program`, this one,
/// by its subcommand [`JUDGE_APART`](super::JUDGE_APART).
///
/// # Errors
/// Where a file of cases cannot be read, Rego that tests cannot be used, or no process be started.
pub fn try_rules(
    catalogue: &Catalogue,
    with_coverage: bool,
    program: &Path,
) -> Result<Trial, EvaluateError> {
    let mut trial = Trial::default();
    let mut coverage = with_coverage.then(Coverage::default);
    let mut own = OwnRules::of(catalogue, program);
    for rule in catalogue.rules() {
        let mut suite = Suite {
            name: rule.id.clone(),
            tests: Vec::new(),
        };
        let files = cases_of(catalogue, rule)?;
        let mut judge = match own.as_mut().and_then(|own| own.answers(rule)) {
            Some(answers) => CaseJudge::with_answers(rule, sample(rule)?, answers),
            None => CaseJudge::new(rule, sample(rule)?)?,
        };
        for (file, text) in &files {
            for case in parse(file, text)? {
                let line = case.referenced.line();
                suite
                    .tests
                    .push(try_case(&mut judge, &case.value, file, line));
            }
        }
        if let Some(coverage) = &mut coverage {
            let inputs = judge.into_inputs();
            match &mut own {
                Some(own) if rule.own.is_some() => own.reach(rule, &inputs, coverage)?,
                _ => coverage.reach_shipped(rule, &inputs)?,
            }
        }
        trial.suites.push(suite);
    }
    if let Some(sources) = catalogue.own() {
        let suites = unit::try_tests(sources, program, &mut coverage)?;
        trial.suites.extend(suites);
    }
    let is_tested = |rule: &&Rule| {
        trial.suites.iter().any(|suite| {
            (suite.name == rule.id || suite.name == rule.package) && !suite.tests.is_empty()
        })
    };
    let untested = catalogue.rules().iter().filter(|rule| !is_tested(rule));
    trial.untested = untested.map(|rule| rule.id.clone()).collect();
    if let Some(coverage) = coverage.map(Coverage::whole) {
        trial.lines = coverage.lines();
        trial.uncovered = coverage.uncovered();
    }
    Ok(trial)
}

impl Trial {
    /// How many tests failed.
    pub fn failed(&self) -> usize {
        let tests = self.suites.iter().flat_map(|suite| &suite.tests);
        tests.filter(|test| !test.failures.is_empty()).count()
    }
}

fn try_case(judge: &mut CaseJudge<'_>, case: &Case, file: &str, line: u64) -> Test {
    let (knocked_out, errors) = match judge.judge(case) {
        Ok(judged) => (judged.knock_outs.len(), Vec::new()),
        Err(errors) => (0, errors),
    };
    let failure = |error: CaseError| Failure {
        problem: error.problem,
        difference: error.difference,
    };
    Test {
        name: case.name.clone(),
        file: file.to_owned(),
        line,
        knocked_out,
        failures: errors.into_iter().map(failure).collect(),
    }
}

/// The cases of a file, each with its line.
fn parse(file: &str, text: &str) -> Result<Vec<Spanned<Case>>, RuleError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let problem = error.without_snippet().to_string();
        let problem = problem.lines().next().unwrap_or_default();
        RuleError {
            path: file.to_owned(),
            line: error.location().map_or(1, |place| place.line()),
            problem: format!(
                "{problem}; each case has a name and what to expect, and may set facts and params and list findings"
            ),
        }
    })
}

/// How many cases a rule has, by what they expect.
///
/// # Errors
/// Where a file of cases cannot be read.
pub fn count_cases(
    catalogue: &Catalogue,
    rule: &Rule,
) -> Result<BTreeMap<&'static str, u64>, PackError> {
    let mut counts = BTreeMap::new();
    for (file, text) in cases_of(catalogue, rule)? {
        for case in parse(&file, &text)? {
            *counts.entry(case.value.expect.as_str()).or_default() += 1;
        }
    }
    Ok(counts)
}

/// The case files of a rule.
fn cases_of(catalogue: &Catalogue, rule: &Rule) -> Result<CaseFiles, PackError> {
    let Some(own) = &rule.own else {
        let mut shipped = zonewarden_policies::rules().iter();
        let files = shipped.find(|shipped| shipped.id == rule.id);
        let files = files.map_or(&[][..], |shipped| shipped.cases).iter();
        return Ok(files
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect());
    };
    let folder = own.sources.folder_of(&rule.path);
    let in_folder = |cases: &&Text| cases.folders.split_last().map(|(_, above)| above) == folder;
    let neighbours = || {
        let rules = catalogue.rules().iter();
        rules.filter(|other| {
            (other.own.as_ref()).is_some_and(|own| own.sources.folder_of(&other.path) == folder)
        })
    };
    let mut files = Vec::new();
    for cases in own.sources.cases.iter().filter(in_folder) {
        let name = cases.path.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_for = |rule: &Rule| {
            let rest = name.strip_prefix(rule.id.as_str());
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        if neighbours().count() == 1 || is_for(rule) {
            files.push((cases.path.clone(), cases.text.clone()));
        } else if !neighbours().any(is_for) {
            let problem = format!(
                "nobody can say which rule of its folder these cases are for; name the file {}.yaml, as after another of them",
                rule.id
            );
            return Err(RuleError {
                path: cases.path.clone(),
                line: 1,
                problem,
            }
            .into());
        }
    }
    Ok(files)
}

/// The healthy document of a rule's scope.
fn sample(rule: &Rule) -> Result<Json, RuleError> {
    let scope = rule.scope.as_str();
    let mut samples = zonewarden_policies::samples().iter();
    let text = samples.find(|(name, _)| *name == scope);
    text.and_then(|(_, text)| serde_saphyr::from_str(text).ok())
        .ok_or_else(|| rule.error(1, format!("there is no sample of the scope {scope}")))
}
