//! `zonewarden check` on configurations and templates, as a user has them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use support::program::Zonewarden;
use zonewarden_reports::{Location, Outcome, Report, Role, RuleResult};

/// A table of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    snippets: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    arguments: Vec<String>,
    /// Whether something of it cannot be read.
    #[serde(default)]
    incomplete: bool,
    expect: BTreeMap<String, BTreeMap<String, String>>,
}

fn table(name: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/check")
        .join(name);
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What a check of a folder with these files reports, passes included.
fn check<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>, arguments: &[String]) -> Report {
    let mut called: Vec<&str> = vec!["check", ".", "-o", "json", "--with-passes"];
    called.extend(arguments.iter().map(String::as_str));
    let mut zonewarden = Zonewarden::new(called);
    for (name, text) in files {
        let path = zonewarden.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        zonewarden = zonewarden.with_file(name, text);
    }
    let run = zonewarden.run();
    assert!(
        matches!(run.code, Some(0 | 1 | 3)),
        "{:?} {}",
        run.code,
        run.stderr
    );
    run.report()
}

/// The judged subjects of a rule with their outcomes, as a table has them.
fn outcomes(report: &Report, rule: &str) -> BTreeMap<String, String> {
    let mut outcomes = BTreeMap::new();
    for result in report.results.iter().filter(|result| result.rule == rule) {
        if result.outcome == Outcome::NotApplicable {
            continue;
        }
        let mut subject = result.subject.id.clone();
        if !result.key.is_empty() {
            write!(subject, " {}", result.key).unwrap();
        }
        let before = outcomes.insert(subject, told(result));
        assert_eq!(before, None, "two results of one rule, subject and key");
    }
    outcomes
}

fn told(result: &RuleResult) -> String {
    let outcome = result.outcome.as_str();
    if result.outcome != Outcome::Fail {
        return outcome.to_owned();
    }
    let place =
        |location: &Location| format!("{}:{}:{}", location.file, location.line, location.column);
    let primary = result.locations.first().map(place).unwrap_or_default();
    let calls = result
        .locations
        .iter()
        .filter(|location| location.role == Role::Call);
    let calls: Vec<String> = calls
        .map(|call| format!(" called {}", place(call)))
        .collect();
    format!("{outcome} {primary}{}", calls.join(""))
}

fn judge(table: &Table) {
    let mut wrong = String::new();
    for case in &table.cases {
        let snippets = case.with.iter().map(|name| table.snippets[name].as_str());
        let snippets: Vec<&str> = snippets.chain([case.text.as_str()]).collect();
        let main = snippets.concat();
        let mut files: Vec<(&str, &str)> = Vec::new();
        if !main.is_empty() {
            files.push(("main.tf", &main));
        }
        let beside = case.files.iter();
        files.extend(beside.map(|(name, text)| (name.as_str(), text.as_str())));
        let report = check(files, &case.arguments);
        for (rule, expected) in &case.expect {
            let found = outcomes(&report, rule);
            if found != *expected {
                let name = &case.name;
                writeln!(
                    wrong,
                    "{name}: {rule}\n  expected {expected:?}\n  found    {found:?}"
                )
                .unwrap();
            }
        }
        if report.coverage.complete == case.incomplete {
            writeln!(wrong, "{}: {:?}", case.name, report.coverage.gaps).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn configurations_of_terraform_are_judged_as_reviewed() {
    judge(&table("terraform.yaml"));
}

#[test]
fn templates_of_cloudformation_are_judged_as_reviewed() {
    judge(&table("cloudformation.yaml"));
}
