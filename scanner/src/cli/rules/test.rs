//! `zonewarden rules test`: whether rules do what their tests say.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use zonewarden_reports::printable;

use crate::cli::config::Config;
use crate::cli::output::print;
use crate::cli::policies::read_pack;
use crate::cli::{End, Fault};
use crate::evaluate::{ApartError, Catalogue, EvaluateError, Failure, Test, Trial, try_rules};

/// The arguments of `zonewarden rules test`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The folders of the rules; without any, those of the configuration, or the rules that ship
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Fail, too, where a line of Rego is never reached, and list those lines by file
    #[arg(long)]
    coverage: bool,
    /// How the results are told
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

/// How results of tests are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// JUnit's XML, for CI services
    Junit,
}

pub(super) fn run(arguments: &Arguments, config: &Config) -> Result<End, Fault> {
    let folders = match arguments.folders.is_empty() {
        true => &config.policies,
        false => &arguments.folders,
    };
    let catalogue = match folders.is_empty() {
        true => Catalogue::shipped()?,
        false => {
            let pack = read_pack(folders)?;
            Catalogue::shipped()?.with_own(pack)?.only_own()
        }
    };
    let program = std::env::current_exe()
        .map_err(ApartError::Start)
        .map_err(EvaluateError::from)?;
    let trial = try_rules(&catalogue, arguments.coverage, &program)?;
    if trial.suites.iter().all(|suite| suite.tests.is_empty()) {
        return Err(Fault::new(
            "there is nothing to test: the folders hold no case and no test_ rule",
            "give the folder of the rules; `zonewarden rules new ID` writes a rule with its cases",
        ));
    }
    match arguments.format {
        Form::Text => print(&text(&trial, arguments.coverage)?)?,
        Form::Junit => print(&junit(&trial)?)?,
    }
    Ok(match trial.failed() > 0 || !trial.uncovered.is_empty() {
        true => End::Findings,
        false => End::Clean,
    })
}

fn text(trial: &Trial, with_coverage: bool) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for suite in &trial.suites {
        for test in suite.tests.iter().filter(|test| !test.failures.is_empty()) {
            writeln!(
                out,
                "FAIL {}: {}\n  {}:{}",
                printable(&suite.name),
                printable(&test.name),
                printable(&test.file),
                test.line
            )?;
            for failure in &test.failures {
                write!(out, "{}", told(failure))?;
            }
            writeln!(out)?;
        }
    }
    for (file, lines) in &trial.uncovered {
        writeln!(out, "never reached: {}:{}", printable(file), ranges(lines))?;
    }
    if !trial.uncovered.is_empty() {
        writeln!(out)?;
    }
    let tests: Vec<&Test> = trial.suites.iter().flat_map(|suite| &suite.tests).collect();
    let knocked_out: usize = tests.iter().map(|test| test.knocked_out).sum();
    let failed = trial.failed();
    writeln!(
        out,
        "{} {} tests passed, {failed} failed; {knocked_out} facts knocked out",
        if failed == 0 { "PASS" } else { "FAIL" },
        tests.len() - failed,
    )?;
    if with_coverage {
        writeln!(
            out,
            "{} of {} lines reached",
            trial.lines.reached, trial.lines.all
        )?;
    }
    for rule in &trial.untested {
        writeln!(out, "without a test: {}", printable(rule))?;
    }
    Ok(out)
}

/// A failure, indented: as a difference where it is one, else in words.
fn told(failure: &Failure) -> String {
    match &failure.difference {
        Some(difference) => format!(
            "  {}\n  - {}\n  + {}\n",
            printable(&difference.what),
            printable(&difference.expected),
            printable(&difference.found)
        ),
        None => {
            let lines = failure.problem.lines();
            lines
                .map(|line| format!("  {}\n", printable(line)))
                .collect()
        }
    }
}

/// Numbers of lines, those that follow one another as ranges: `3-5,9`.
fn ranges(lines: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in lines.iter().copied() {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => ranges.push((line, line)),
        }
    }
    let told = ranges.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    told.collect::<Vec<_>>().join(",")
}

/// The results in the form that JUnit gave CI services, lines that are never reached as one more test
/// that failed for each file.
fn junit(trial: &Trial) -> Result<Vec<u8>, quick_junit::SerializeError> {
    let mut report = Report::new("zonewarden rules test");
    for suite in &trial.suites {
        let name = printable(&suite.name);
        let mut told_suite = TestSuite::new(name.as_ref());
        for test in &suite.tests {
            let status = match test.failures.is_empty() {
                true => TestCaseStatus::success(),
                false => {
                    let told: String = test.failures.iter().map(told).collect();
                    let place = format!("{}:{}", printable(&test.file), test.line);
                    failed(&place, &told)
                }
            };
            let mut case = TestCase::new(printable(&test.name).as_ref(), status);
            case.set_classname(name.as_ref());
            case.extra
                .insert("file".into(), printable(&test.file).as_ref().into());
            case.extra
                .insert("line".into(), test.line.to_string().into());
            told_suite.add_test_case(case);
        }
        report.add_test_suite(told_suite);
    }
    if !trial.uncovered.is_empty() {
        let mut suite = TestSuite::new("coverage");
        for (file, lines) in &trial.uncovered {
            let file = printable(file);
            let place = format!("{file}:{}", ranges(lines));
            let status = failed("lines are never reached", &place);
            suite.add_test_case(TestCase::new(file.as_ref(), status));
        }
        report.add_test_suite(suite);
    }
    let mut out = Vec::new();
    report.serialize(&mut out)?;
    Ok(out)
}

fn failed(message: &str, description: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message).set_description(description);
    status
}
