//! `zonewarden check` on configurations and templates, as a user has them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value as Json;
use support::peers::{Peers, repository, succeed};
use support::program::Zonewarden;
use zonewarden_reports::{Location, Mode, Outcome, Report, Role, RuleResult};

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

/// A line for each failure of a report: its severity, rule, subject and place.
fn failures(report: &Report) -> String {
    let failed = report.results.iter();
    let failed = failed.filter(|result| result.outcome == Outcome::Fail);
    let mut lines: Vec<String> = failed
        .map(|result| {
            let subject = &result.subject.id;
            let severity = result.severity.as_str();
            format!("{severity} {} {subject} {}\n", result.rule, told(result))
        })
        .collect();
    lines.sort();
    lines.concat()
}

/// Holds what was found against a reviewed file; `UPDATE_EXPECTED=1` writes it anew, to be reviewed.
#[track_caller]
fn assert_reviewed(found: &str, file: &str) {
    let path = repository().join("tests/check").join(file);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(path).unwrap());
}

fn check_repository(path: &str, arguments: &[&str]) -> Report {
    let path = repository().join(path);
    let mut called = vec!["check", path.to_str().unwrap(), "-o", "json", "--all"];
    called.extend(arguments);
    Zonewarden::new(called).run().report()
}

#[test]
fn the_findings_in_public_repositories_are_those_that_were_reviewed() {
    for (folder, zones) in [
        ("18F+dns", 25),
        ("GSA+datagov-ssb", 1),
        ("cisagov+cool-dns-cyber.dhs.gov", 1),
    ] {
        let report = check_repository(&format!("tests/corpus/{folder}"), &["--closed", "alarms"]);
        assert_eq!(report.coverage.zones.read, zones);
        let prefix = format!("{}/", repository().display());
        assert_reviewed(
            &failures(&report).replace(&prefix, ""),
            &format!("{folder}.txt"),
        );
    }
}

#[test]
fn what_a_plan_takes_away_from_zones_that_stay_is_found() {
    let report = check_repository("tests/terraform_plan/existing/plan.json", &[]);
    assert_eq!(report.scope.mode, Mode::Plan);
    let found = outcomes(&report, "disable-in-order");
    let taken: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        taken,
        [
            "aws_route53_zone.off aws_route53_hosted_zone_dnssec.off",
            "aws_route53_zone.replaced aws_kms_key.replaced",
            "aws_route53_zone.rolled aws_route53_key_signing_key.rolled[\"old\"]",
            "aws_route53_zone.unsigned aws_route53_hosted_zone_dnssec.unsigned",
        ]
    );
    let prevented = outcomes(&report, "key-not-destroyable");
    assert!(
        prevented.values().all(|outcome| outcome == "unknown"),
        "{prevented:?}"
    );
    let source = repository().join("tests/terraform_plan/existing");
    let with_source = check_repository(
        "tests/terraform_plan/existing/plan.json",
        &["--source", source.to_str().unwrap()],
    );
    let found = outcomes(&with_source, "disable-in-order");
    let off = &found["aws_route53_zone.off aws_route53_hosted_zone_dnssec.off"];
    assert!(
        off.ends_with("tests/terraform_plan/existing/main.tf:67:1"),
        "{off}"
    );
}

#[test]
fn the_sarif_is_valid_and_each_result_lies_in_a_file_that_exists() {
    let Some(peers) = Peers::find() else { return };
    let corpus = repository().join("tests/corpus");
    let run = Zonewarden::new(["check", "--all", corpus.to_str().unwrap()])
        .with_arguments(["-o", "sarif=report.sarif", "--closed", "alarms"])
        .run();
    succeed(
        peers
            .python("sarif")
            .arg("check_sarif.py")
            .arg(run.path("report.sarif"))
            .env("SARIF_MULTITOOL", peers.sarif_multitool()),
    );
    let sarif: Json = serde_json::from_str(&run.text("report.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() > 50);
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        let path = uri.replace("%2B", "+");
        let file = match path.strip_prefix("file://") {
            Some(path) => PathBuf::from(path),
            None => repository().join(path),
        };
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{uri}: {error}"));
        let end = place["region"]["endLine"].as_u64().unwrap();
        assert!(end as usize <= text.lines().count(), "{uri}: {place}");
    }
}

#[test]
fn an_exception_waives_until_its_date_and_says_so_after_it() {
    let main = "# zonewarden:ignore zone-signed until 2027-01-31 moves to another registrar\n\
                resource \"aws_route53_zone\" \"main\" {\n  name = \"example.com\"\n}\n";
    let at = |now: &str| {
        let arguments = ["--now", now].map(str::to_owned);
        check([("main.tf", main)], &arguments)
    };
    let before = at("2027-01-31T12:00:00Z");
    let outcome =
        |report: &Report| outcomes(report, "zone-signed")["aws_route53_zone.main"].clone();
    assert_eq!(outcome(&before), "waived");
    assert_eq!(before.warnings, Vec::<String>::new());
    let after = at("2027-02-01T00:00:00Z");
    assert_eq!(outcome(&after), "fail main.tf:2:1");
    assert_eq!(after.warnings.len(), 1);
    assert!(
        after.warnings[0].contains("2027-01-31"),
        "{:?}",
        after.warnings
    );
}

#[test]
fn what_cannot_be_parsed_is_told_with_its_line_and_the_rest_is_judged() {
    let report = check(
        [
            ("broken.tf", "resource \"aws_route53_zone\" {\n  name = \n"),
            (
                "zone.tf",
                "resource \"aws_route53_zone\" \"main\" {\n  name = \"example.com\"\n}\n",
            ),
            (
                "template.yaml",
                "Resources:\n  Zone:\n    Type: AWS::Route53::HostedZone\n   Bad: [\n",
            ),
        ],
        &[],
    );
    let gaps: Vec<&str> = report
        .coverage
        .gaps
        .iter()
        .map(|gap| gap.subject.as_str())
        .collect();
    assert_eq!(gaps, ["broken.tf:2:10", "template.yaml:4:4"]);
    let found = outcomes(&report, "zone-signed");
    assert_eq!(found["aws_route53_zone.main"], "fail zone.tf:1:1");
    assert!(!report.coverage.complete);
}

#[test]
fn hostile_names_break_no_line_of_any_document() {
    let name = "::error::\\u001b[31m=cmd|' /C calc'!A0<script>";
    let main = format!("resource \"aws_route53_zone\" \"main\" {{\n  name = \"{name}\"\n}}\n");
    for format in ["table", "github", "csv", "sarif", "json"] {
        let run = Zonewarden::new(["check", ".", "-o", format])
            .with_file("main.tf", &main)
            .run()
            .ended_with(1);
        let text = String::from_utf8(run.stdout.clone()).unwrap();
        assert!(!text.contains('\u{1b}'), "{format}");
        if format == "github" {
            let commands = text.lines().filter(|line| line.starts_with("::"));
            assert!(
                commands.clone().all(|line| line.contains("file=main.tf")),
                "{text}"
            );
        }
    }
}
