//! Reports held against earlier ones: what is new, mended, unchanged, and what is not known to be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value as Json;
use support::peers::{Peers, succeed};
use support::program::{Run, Zonewarden};
use support::simulated::{HEALTHY, Simulated, UNSIGNED};
use zonewarden_reports::{BaselineState, Comparison, EarlierState, Outcome, Report};
use zonewarden_simulator::{Fault, FaultKind, Options, Organization};

/// The account of [`UNSIGNED`] when its zone has been deleted.
const EMPTIED: &str = r#"
[[account]]
id = "444455556666"
name = "unsigned"
"#;

/// Another account with a zone that is not signed.
const ANOTHER: &str = r#"
[[account]]
id = "555566667777"
name = "another"

  [[account.zone]]
  id = "ZANOTHER0000000000001"
  name = "another.example"
"#;

fn collected(organization: &str, faults: Vec<Fault>) -> Vec<u8> {
    let options = Options {
        faults,
        ..Options::default()
    };
    let simulated = Simulated::start(Organization::from_toml(organization).unwrap(), options);
    Zonewarden::new(["collect", "--snapshot=snapshot.jsonl"])
        .against(&simulated.cloud())
        .run()
        .file("snapshot.jsonl")
}

static OLD: LazyLock<Vec<u8>> =
    LazyLock::new(|| collected(&format!("{HEALTHY}{UNSIGNED}"), Vec::new()));

/// One zone that was not signed is deleted, and another one has come.
static NEW: LazyLock<Vec<u8>> =
    LazyLock::new(|| collected(&format!("{HEALTHY}{EMPTIED}{ANOTHER}"), Vec::new()));

/// As it was, but that the account may not be read any more.
static LOCKED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let locked = Fault {
        account: Some("444455556666".to_owned()),
        operation: Some("sts:AssumeRole".to_owned()),
        ..Fault::new(FaultKind::Denied)
    };
    collected(&format!("{HEALTHY}{UNSIGNED}"), vec![locked])
});

/// The clock of every judgement here.
const NOW: &str = "--now=2026-12-01T00:00:00Z";

fn evaluate(snapshot: &[u8], arguments: &[&str]) -> Zonewarden {
    let arguments = ["evaluate", "snapshot.jsonl", NOW].iter().chain(arguments);
    Zonewarden::new(arguments).with_file("snapshot.jsonl", snapshot)
}

fn document(snapshot: &[u8], output: &str) -> Vec<u8> {
    evaluate(snapshot, &[output]).run().stdout
}

/// Judges a snapshot against a document made of another.
fn against(baseline: &[u8], snapshot: &[u8], arguments: &[&str]) -> Run {
    let arguments: Vec<&str> = ["--baseline=old"]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    evaluate(snapshot, &arguments)
        .with_file("old", baseline)
        .run()
}

/// The names of the subjects of failures in a state.
fn names(report: &Report, state: BaselineState) -> BTreeSet<&str> {
    let results = report.results.iter();
    let of_state =
        results.filter(|result| result.outcome == Outcome::Fail && result.baseline == Some(state));
    of_state
        .map(|result| result.subject.name.as_str())
        .collect()
}

/// The names of the subjects of earlier failures in a state, and why they are.
fn earlier(comparison: &Comparison, state: EarlierState) -> BTreeSet<(&str, &str)> {
    let earlier = comparison.earlier.iter();
    let of_state = earlier.filter(|earlier| earlier.state == state);
    of_state
        .map(|earlier| (earlier.result.subject.name.as_str(), earlier.why.as_str()))
        .collect()
}

#[test]
fn what_is_new_and_what_is_mended_is_told() {
    for output in ["--output=json", "--output=sarif"] {
        let old = document(&OLD, output);
        let report = against(&old, &NEW, &["--output=json"])
            .ended_with(1)
            .report();
        assert_eq!(
            names(&report, BaselineState::New),
            ["another.example."].into()
        );
        assert_eq!(names(&report, BaselineState::Unchanged), BTreeSet::new());
        let comparison = report.baseline.unwrap();
        let gone = "it passes, or is not there any more";
        let mended = earlier(&comparison, EarlierState::Mended);
        assert_eq!(mended, [("unsigned.example.", gone)].into());
        assert_eq!(comparison.counts.not_judged, 0);
        assert!(comparison.counts.mended > 0);
        assert_eq!(
            comparison.evaluated_at.unwrap().to_string(),
            "2026-12-01T00:00:00Z"
        );
        assert!(comparison.digest.unwrap().starts_with("sha256:"));

        let again = against(&old, &OLD, &["--output=json"])
            .ended_with(1)
            .report();
        assert_eq!(names(&again, BaselineState::New), BTreeSet::new());
        let unchanged = names(&again, BaselineState::Unchanged);
        assert_eq!(unchanged, ["unsigned.example."].into());
        assert_eq!(again.baseline.unwrap().earlier, []);
    }
}

#[test]
fn another_text_of_ones_own_rule_is_another_finding() {
    const RULE: &str = "package owned\n\nimport rego.v1\n\n\
                        deny contains sprintf(\"%s has been without a comment for 3 days\", [input.zone.name]) if {\n\
                        \tinput.zone.name == \"unsigned.example.\"\n}\n";
    let judged = |rule: &str, arguments: &[&str]| {
        evaluate(&OLD, &["--policies=.", "--rules=owned"])
            .with_arguments(arguments)
            .with_file("owned.rego", rule)
    };
    let old = judged(RULE, &["--output=json"]).run().stdout;
    let states = |rule: &str| -> Vec<(String, BaselineState)> {
        let report = judged(rule, &["--baseline=old", "--output=json"])
            .with_file("old", &old)
            .run()
            .report();
        let results = report.results.into_iter();
        results
            .filter(|result| result.outcome == Outcome::Fail)
            .map(|result| (result.message.clone(), result.baseline.unwrap()))
            .collect()
    };
    let aged = "unsigned.example. has been without a comment for 14 days".to_owned();
    let older = RULE.replace("3 days", "14 days");
    assert_eq!(states(&older), [(aged.clone(), BaselineState::Unchanged)]);
    let more = format!(
        "{older}\ndeny contains \"nobody owns it\" if input.zone.name == \"unsigned.example.\"\n"
    );
    let mut found = states(&more);
    found.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(
        found,
        [
            ("nobody owns it".to_owned(), BaselineState::New),
            (aged, BaselineState::Unchanged)
        ]
    );
}

#[test]
fn only_what_is_new_fails_the_run_where_that_is_asked_for() {
    let old = document(&OLD, "--output=json");
    against(&old, &OLD, &[]).ended_with(1);
    against(&old, &OLD, &["--fail-on-new"]).ended_with(0);
    against(&old, &NEW, &["--fail-on-new"]).ended_with(1);
    against(&old, &NEW, &["--fail-on-new", "--fail-on=never"]).ended_with(0);
    // A gap is no less of one.
    against(&old, &LOCKED, &["--fail-on-new"]).ended_with(3);
    let (cause, _) = against(b"{}", &OLD, &[]).refused();
    assert!(cause.contains("old: "), "{cause}");
    Zonewarden::new(["evaluate", "x", "--fail-on-new"])
        .run()
        .ended_with(2);
}

#[test]
fn sarif_of_another_tool_is_refused_by_its_name() {
    for (runs, told) in [
        (
            r#"[{"tool": {"driver": {"name": "semgrep"}}, "results": []}]"#,
            "old: this SARIF has no run of zonewarden, but of semgrep",
        ),
        ("[]", "old: this SARIF has no run of zonewarden"),
    ] {
        let foreign = format!(r#"{{"version": "2.1.0", "runs": {runs}}}"#);
        let (cause, remedy) = against(foreign.as_bytes(), &OLD, &[]).refused();
        assert_eq!(cause, told);
        assert!(remedy.contains("-o sarif=FILE"), "{remedy}");
    }
}

#[test]
fn what_a_waiver_accepted_is_new_when_it_ends() {
    let waivers = |expires: &str| {
        format!(
            "[[waiver]]\nid = \"W-1\"\nrules = [\"*\"]\nreason = \"a\"\nowner = \"b\"\n\
             approved_by = \"c\"\ncreated = 2026-11-01\nexpires = {expires}\n\
             match.zone_names = [\"unsigned.example\"]\n"
        )
    };
    let waived = evaluate(&OLD, &["--output=json"])
        .with_file("zonewarden-waivers.toml", waivers("2026-12-31"))
        .run()
        .ended_with(0);
    let lapsed = |waivers: &str| {
        evaluate(&OLD, &["--baseline=old", "--fail-on-new", "--output=json"])
            .with_file("old", &waived.stdout)
            .with_file("zonewarden-waivers.toml", waivers)
            .run()
    };
    lapsed(&waivers("2026-12-31")).ended_with(0);
    let report = lapsed(&waivers("2026-11-30")).ended_with(1).report();
    let updated = names(&report, BaselineState::Updated);
    assert_eq!(updated, ["unsigned.example."].into());
}

#[test]
fn what_was_not_read_is_not_mended() {
    let old = document(&OLD, "--output=json");
    let report = against(&old, &LOCKED, &["--output=json"])
        .ended_with(3)
        .report();
    let comparison = report.baseline.unwrap();
    assert_eq!(earlier(&comparison, EarlierState::Mended), BTreeSet::new());
    let why = "not everything that bears on account 444455556666 was read";
    let not_judged = earlier(&comparison, EarlierState::NotJudged);
    assert_eq!(not_judged, [("unsigned.example.", why)].into());
}

#[test]
fn what_passes_beside_a_gap_is_mended() {
    // At the later instant both KSKs are too old; at the earlier none is, and of the one account
    // something cannot be read that has nothing to do with that.
    let aged = Zonewarden::new([
        "evaluate",
        "snapshot.jsonl",
        "--now=2099-01-01T00:00:00Z",
        "--output=json",
    ])
    .with_file("snapshot.jsonl", collected(HEALTHY, Vec::new()))
    .run()
    .ended_with(1);
    let gap = Fault {
        account: Some("222233334444".to_owned()),
        operation: Some("cloudwatch:DescribeAlarms".to_owned()),
        ..Fault::new(FaultKind::Denied)
    };
    let with_gap = collected(HEALTHY, vec![gap]);
    let report = against(&aged.stdout, &with_gap, &["--output=json"]).report();
    assert!(!report.coverage.complete);
    let comparison = report.baseline.clone().unwrap();
    let passes = "the rule passes";
    assert_eq!(
        earlier(&comparison, EarlierState::Mended),
        [
            ("spared.example. ksk1", passes),
            ("struck.example. ksk1", passes)
        ]
        .into()
    );
    // Verdicts that pass were kept for that alone, and are in no document.
    assert!(
        report
            .results
            .iter()
            .all(|result| result.outcome != Outcome::Pass)
    );
    let new = names(&report, BaselineState::New);
    assert!(!new.contains("struck.example. ksk1"), "{new:?}");
}

#[test]
fn code_is_compared_by_its_addresses() {
    let zone = |name: &str| {
        format!(
            "resource \"aws_route53_zone\" \"{name}\" {{\n  name = \"{name}.example.com\"\n}}\n"
        )
    };
    let check = |code: &str, arguments: &[&str]| {
        let arguments = ["check", "--all", ".", NOW].iter().chain(arguments);
        Zonewarden::new(arguments).with_file("main.tf", code)
    };
    let old = check(&(zone("a") + &zone("b")), &["--output=json"])
        .run()
        .ended_with(1);
    let compared = |code: &str| {
        check(code, &["--baseline=old", "--fail-on-new", "--output=json"])
            .with_file("old", &old.stdout)
            .run()
    };
    // Lines have no part in it.
    let report = compared(&(zone("b") + "\n\n" + &zone("a")))
        .ended_with(0)
        .report();
    assert_eq!(report.baseline.unwrap().earlier, []);
    let report = compared(&(zone("b") + &zone("c"))).ended_with(1).report();
    assert_eq!(
        names(&report, BaselineState::New),
        ["c.example.com."].into()
    );
    assert_eq!(
        names(&report, BaselineState::Unchanged),
        ["b.example.com."].into()
    );
    let comparison = report.baseline.unwrap();
    let mended = earlier(&comparison, EarlierState::Mended);
    let mended: BTreeSet<&str> = mended.into_iter().map(|(name, _)| name).collect();
    assert_eq!(mended, ["a.example.com."].into());
    // A file that cannot be parsed mends nothing.
    let report = compared(&(zone("b") + "resource {{{")).report();
    assert_eq!(report.baseline.unwrap().counts.mended, 0);
}

fn diff(old: &[u8], new: &[u8], arguments: &[&str]) -> Run {
    let arguments = ["diff", "old", "new", NOW].iter().chain(arguments);
    Zonewarden::new(arguments)
        .with_file("old", old)
        .with_file("new", new)
        .run()
}

#[test]
fn snapshots_and_reports_are_compared_in_any_mixture() {
    let olds = [
        OLD.clone(),
        document(&OLD, "--output=json"),
        document(&OLD, "--output=sarif"),
    ];
    let news = [NEW.clone(), document(&NEW, "--output=json")];
    for old in &olds {
        for new in &news {
            let report = diff(old, new, &["--output=json"]).ended_with(1).report();
            assert_eq!(
                names(&report, BaselineState::New),
                ["another.example."].into()
            );
            let comparison = report.baseline.unwrap();
            let mended = earlier(&comparison, EarlierState::Mended);
            let mended: BTreeSet<&str> = mended.into_iter().map(|(name, _)| name).collect();
            assert_eq!(mended, ["unsigned.example."].into());
            diff(old, new, &["--fail-on=critical"]).ended_with(0);
        }
        // What is as it was is no reason to fail.
        diff(old, &OLD, &[]).ended_with(0);
        diff(old, &olds[1], &[]).ended_with(0);
        diff(old, &LOCKED, &[]).ended_with(3);
        diff(old, &LOCKED, &["--allow-incomplete"]).ended_with(0);
    }
    // SARIF has not all that another document could be made of.
    let (cause, remedy) = diff(&olds[1], &olds[2], &[]).refused();
    assert!(cause.starts_with("new: this is SARIF"), "{cause}");
    assert!(remedy.contains("-o json=FILE"), "{remedy}");
    diff(b"nothing", &OLD, &[]).refused();
}

/// When the collection of a snapshot ended.
fn finished_at(snapshot: &[u8]) -> String {
    let lines = std::str::from_utf8(snapshot).unwrap().lines();
    let footer: Json = serde_json::from_str(lines.last().unwrap()).unwrap();
    footer["footer"]["finished_at"].as_str().unwrap().to_owned()
}

#[test]
fn what_came_with_time_alone_is_new() {
    let (old, new) = (
        collected(HEALTHY, Vec::new()),
        collected(HEALTHY, Vec::new()),
    );
    let run = Zonewarden::new([
        "diff",
        "old",
        "new",
        "--output=json",
        "--now=2099-01-01T00:00:00Z",
    ])
    .with_file("old", &old)
    .with_file("new", &new)
    .run()
    .ended_with(1);
    let report = run.report();
    let new = names(&report, BaselineState::New);
    assert!(new.contains("struck.example. ksk1"), "{new:?}");
    let then = report.baseline.unwrap().evaluated_at.unwrap();
    assert_eq!(then.to_string(), finished_at(&old));
}

#[test]
fn differences_are_judged_by_the_rules_that_evaluate_is_given() {
    let own = "package main\n\ndeny contains \"no\" if input.zone.name == \"another.example.\"\n";
    let rules = tempfile::tempdir().unwrap();
    std::fs::write(rules.path().join("main.rego"), own).unwrap();
    let policies = format!("--policies={}", rules.path().display());
    let config = rules.path().join("zonewarden.toml");
    std::fs::write(&config, "policies = [\".\"]\n").unwrap();
    let configured = format!("--config={}", config.display());
    for own in [&policies, &configured] {
        let report = diff(&OLD, &NEW, &[own, "--output=json"])
            .ended_with(1)
            .report();
        let mut results = report.results.iter();
        let found = results.find(|result| &*result.rule == "main").unwrap();
        assert_eq!(found.baseline, Some(BaselineState::New));
        diff(
            &OLD,
            &NEW,
            &[own, "--exclude-rules=main,zone-signed,query-logging"],
        )
        .ended_with(0);
    }
    let report = diff(&OLD, &NEW, &["--rules=zone-signed", "--output=json"])
        .ended_with(1)
        .report();
    assert!(
        report
            .results
            .iter()
            .all(|result| &*result.rule == "zone-signed")
    );
    assert_eq!(report.baseline.unwrap().counts.mended, 1);
}

#[test]
fn a_difference_is_told_to_people_in_a_few_lines() {
    let told = |old: &[u8], new: &[u8]| -> String {
        let table = diff(old, new, &["--output=table"]).stdout;
        let table = String::from_utf8(table).unwrap();
        table.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let table = told(&OLD, &NEW);
    for said in [
        &format!("against a report as of {}", finished_at(&OLD)),
        "New or worse: 2 findings",
        "another.example.",
        "Mended: 2 findings",
        "[zone-signed] unsigned.example. 444455556666",
        "Changes: 2 new, 2 mended, 0 unchanged",
    ] {
        assert!(table.contains(said), "{said}\n{table}");
    }
    let table = told(&OLD, &OLD);
    assert!(
        table.contains("Unchanged: 1 query-logging, 1 zone-signed"),
        "{table}"
    );
    assert!(
        table.contains("Changes: 0 new, 0 mended, 2 unchanged"),
        "{table}"
    );
    assert!(!table.contains("unsigned.example."), "{table}");
    let table = told(&OLD, &LOCKED);
    assert!(table.contains("Not judged again: 2 findings"), "{table}");
}

#[test]
fn a_difference_in_sarif_is_sound() {
    let Some(peers) = Peers::find() else { return };
    let run = diff(
        &OLD,
        &NEW,
        &["--sarif-closed", "--output=sarif=report.sarif"],
    )
    .ended_with(1);
    let sarif: Json = serde_json::from_str(&run.text("report.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let states: BTreeSet<&str> = (results.iter())
        .map(|result| result["baselineState"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["absent", "new"].into());
    succeed(
        peers
            .python("sarif")
            .arg("check_sarif.py")
            .arg(run.path("report.sarif"))
            .env("SARIF_MULTITOOL", peers.sarif_multitool()),
    );
}
