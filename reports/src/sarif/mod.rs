//! The report as SARIF 2.1.0, in the form that GitHub code scanning takes.
//!
//! Everything that GitHub asks for is there, within its limits
//! (<https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support>);
//! taxonomies, logical locations and notifications are for other readers. Failures are results.
//! Unknown verdicts and gaps are tool execution notifications, never silence.

mod notifications;
mod place;
mod results;
mod rules;
mod taxonomies;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif::{
    Invocation, Notification, PropertyBag, Run, RunAutomationDetails, Sarif, Tool, ToolComponent,
};

use crate::comparison::EarlierState;
use crate::format::Options;
use crate::neutralise::printable;
use crate::report::{Mode, Outcome, Report, RuleResult, SourceCoverage};

use rules::RuleIndex;
use taxonomies::Taxonomies;

/// The address of the schema that editors and GitHub know.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The most results of a run that GitHub takes; it refuses a file with more.
const RESULTS: usize = 25_000;

/// Writes the report as SARIF.
pub(crate) fn write(report: &Report, options: &Options, out: &mut impl Write) -> io::Result<()> {
    let log = Sarif::builder()
        .schema(SCHEMA)
        .version("2.1.0")
        .runs(vec![run(report, options)]);
    serde_json::to_writer_pretty(&mut *out, &log.build())?;
    out.write_all(b"\n")
}

fn run(report: &Report, options: &Options) -> Run {
    let taxonomies = Taxonomies::of(&report.rules);
    let rules = rules::descriptors(&report.rules, &taxonomies);
    let index = RuleIndex::of(&report.rules);
    let mut chosen: Vec<&RuleResult> = report
        .results
        .iter()
        .filter(|result| is_result(result, options))
        .collect();
    chosen.sort_by(|a, b| a.worst_first(b));
    let left_out = chosen.len().saturating_sub(RESULTS);
    chosen.truncate(RESULTS);
    let room = RESULTS - chosen.len();
    let mended: Vec<&RuleResult> = mended(report).filter(|_| options.with_closed).collect();
    let left_out = left_out + mended.len().saturating_sub(room);
    let results: Vec<_> = (chosen.into_iter())
        .map(|result| results::result(result, &index, options))
        .chain(
            (mended.into_iter().take(room))
                .map(|earlier| results::absent(earlier, &index, options)),
        )
        .collect();

    let mut driver = ToolComponent::builder()
        .name(text::present(&report.tool.name, "zonewarden"))
        .rules(rules)
        .notifications(notifications::descriptors())
        .is_comprehensive(false)
        .build();
    driver.semantic_version = Some(report.tool.version.clone()).filter(|v| !v.is_empty());
    driver.supported_taxonomies = taxonomies.references();

    let mut run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .results(results)
        .automation_details(
            RunAutomationDetails::builder()
                .id(automation_id(report))
                .build(),
        )
        .invocations(vec![invocation(
            report,
            left_out,
            notifications::of(report, &index, options, left_out),
        )])
        .column_kind("unicodeCodePoints")
        .build();
    run.taxonomies = taxonomies.into_components();
    run
}

/// The failures of the earlier report that are none any more.
fn mended(report: &Report) -> impl Iterator<Item = &RuleResult> {
    let earlier = report
        .baseline
        .iter()
        .flat_map(|baseline| &baseline.earlier);
    earlier
        .filter(|earlier| earlier.state == EarlierState::Mended)
        .map(|earlier| &earlier.result)
}

/// Whether a result of the report is one of the document.
fn is_result(result: &RuleResult, options: &Options) -> bool {
    match result.outcome {
        Outcome::Fail => true,
        Outcome::Waived => options.with_closed,
        Outcome::Pass | Outcome::NotApplicable => options.with_passes,
        Outcome::Unknown => false,
    }
}

/// How the run went: who called, when, on what, and what was not to be known.
fn invocation(report: &Report, left_out: usize, notifications: Vec<Notification>) -> Invocation {
    let run = &report.run;
    let mut facts = BTreeMap::from([
        ("evaluatedAt".to_owned(), json!(run.evaluated_at)),
        ("rulesDigest".to_owned(), json!(report.tool.rules_digest)),
        ("complete".to_owned(), json!(report.coverage.complete)),
        ("accounts".to_owned(), json!(report.coverage.accounts)),
        ("zones".to_owned(), json!(report.coverage.zones)),
    ]);
    if let Some(source) = &report.coverage.source {
        facts.insert("source".to_owned(), read_of(source));
    }
    if left_out > 0 {
        facts.insert("resultsLeftOut".to_owned(), json!(left_out));
    }
    if let Some(baseline) = &report.baseline {
        let compared = json!({
            "digest": baseline.digest,
            "evaluatedAt": baseline.evaluated_at,
            "counts": baseline.counts,
        });
        facts.insert("baseline".to_owned(), compared);
    }
    if let Some(previous) = &run.previous {
        let earlier = json!({
            "digest": printable(&previous.digest),
            "startedAt": previous.started_at,
            "finishedAt": previous.finished_at,
        });
        facts.insert("previous".to_owned(), earlier);
    }
    let optional = [
        ("caller", &run.caller),
        ("snapshotDigest", &run.snapshot_digest),
        ("settingsDigest", &run.settings_digest),
        ("waiversDigest", &run.waivers_digest),
        ("ci", &run.ci),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            facts.insert(name.to_owned(), json!(printable(value)));
        }
    }
    let mut invocation = Invocation::builder()
        // A run that could not read everything did not do what it was asked to.
        .execution_successful(report.coverage.complete)
        .tool_execution_notifications(notifications)
        .properties(PropertyBag::builder().additional_properties(facts).build())
        .build();
    invocation.start_time_utc = run.started_at.map(|time| time.to_string());
    invocation.end_time_utc = run.finished_at.map(|time| time.to_string());
    invocation
}

/// What was read of source code.
fn read_of(source: &SourceCoverage) -> Value {
    let roots = source.roots.iter().map(|root| {
        let path = printable(&root.path);
        json!({"path": path, "kind": root.kind, "whole": root.whole})
    });
    let libraries = source.libraries.iter().map(|path| printable(path));
    json!({
        "files": source.files,
        "roots": roots.collect::<Vec<_>>(),
        "libraries": libraries.collect::<Vec<_>>(),
    })
}

/// The category, under which the results of one upload replace those of the one before, and after
/// its last slash the id of the run.
fn automation_id(report: &Report) -> String {
    let scope = &report.scope;
    let mode = scope.mode.as_str();
    let account = report
        .run
        .caller
        .as_deref()
        .and_then(|arn| arn.split(':').nth(4));
    let owner = match (&scope.organization, account) {
        (Some(organization), _) => organization.clone(),
        (None, Some(account)) if scope.mode == Mode::Live => account.to_owned(),
        _ => paths_given(&scope.paths),
    };
    let instant = report.run.evaluated_at.to_string();
    let digest = report
        .run
        .snapshot_digest
        .as_deref()
        .unwrap_or(&report.tool.rules_digest);
    let digest: String = digest
        .trim_start_matches("sha256:")
        .chars()
        .take(12)
        .collect();
    format!(
        "dnssec/{}/{mode}/{}-{}",
        place::identifier(&owner),
        place::identifier(&instant),
        place::identifier(&digest)
    )
}

/// The paths as one name, the same however they are written; `all` for the current directory.
fn paths_given(paths: &[String]) -> String {
    let plain = |path: &String| match path.trim_start_matches("./").trim_end_matches('/') {
        "" | "." => "all".to_owned(),
        path => path.to_owned(),
    };
    paths.iter().map(plain).collect::<Vec<_>>().join(",")
}
