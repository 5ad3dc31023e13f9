//! The first line and the last.

use std::io;

use anstyle::Style;

use super::page::{BAD, DOUBTFUL, FAINT, GOOD, HEADING, PLAIN, Page, count};
use crate::report::{DnsCounts, Mode, Outcome, Report, Severity, SeverityCounts};

/// The rule that reports gaps: it says that the verdict is open, not that something is wrong.
const COVERAGE_RULE: &str = "scan-complete";

pub(super) fn write_headline(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let (style, word, rest) = verdict(report);
    page.flow(0, &[(style, word), (PLAIN, &rest)])?;
    page.flow(0, &[(FAINT, &provenance(report))])?;
    page.gap()
}

/// The verdict in one word and one sentence. Unknown is never compliant.
fn verdict(report: &Report) -> (Style, &'static str, String) {
    let failures = (report.results.iter())
        .filter(|result| result.outcome == Outcome::Fail && result.rule != COVERAGE_RULE)
        .count();
    let not_all = if report.coverage.complete {
        ""
    } else {
        "; not everything could be read"
    };
    let unknown = count(report.summary.unknown, "verdict is", "verdicts are");
    if failures > 0 {
        (
            BAD,
            "FAIL",
            format!("{}{not_all}", failure_counts(&report.summary.fail)),
        )
    } else if !report.coverage.complete {
        (
            DOUBTFUL,
            "INCOMPLETE",
            "no failure found, but not everything could be read".to_owned(),
        )
    } else if report.summary.unknown > 0 {
        (
            DOUBTFUL,
            "UNKNOWN",
            format!("no failure found, but {unknown} not known"),
        )
    } else {
        (
            GOOD,
            "PASS",
            "everything in scope was read, and no rule failed".to_owned(),
        )
    }
}

/// What the verdict is on.
fn provenance(report: &Report) -> String {
    let scope = &report.scope;
    let mode = match scope.mode {
        Mode::Live => "live",
        Mode::Source => "source",
        Mode::Plan => "plan",
    };
    let mut text = mode.to_owned();
    if let Some(organization) = &scope.organization {
        text.push_str(&format!(", organisation {organization}"));
    }
    if !scope.paths.is_empty() {
        text.push_str(&format!(", {}", scope.paths.join(" ")));
    }
    text.push_str(&format!(", as of {}", report.run.evaluated_at));
    text.push_str(&format!(", {} {}", report.tool.name, report.tool.version));
    text
}

/// The results in numbers.
pub(super) fn write_summary(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let summary = &report.summary;
    if let Some(dns) = &summary.dns {
        write_dns(dns, page)?;
    }
    let mut parts = vec![failure_counts(&summary.fail)];
    let others = [
        (summary.unknown, "unknown"),
        (summary.waived, "waived"),
        (summary.pass, "passed"),
        (summary.not_applicable, "not applicable"),
    ];
    parts.extend(
        others
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{number} {what}")),
    );
    page.flow(0, &[(HEADING, "Summary:"), (PLAIN, &parts.join("; "))])
}

/// The zones in numbers by what resolvers make of them, without those that are nought.
fn write_dns(dns: &DnsCounts, page: &mut Page<'_>) -> io::Result<()> {
    let states = [
        (dns.secure, "secure"),
        (dns.insecure, "insecure"),
        (dns.bogus, "bogus"),
        (dns.indeterminate, "indeterminate"),
        (dns.not_delegated, "not delegated here"),
        (dns.unknown, "unknown"),
    ];
    let zones = states.iter().map(|(number, _)| number).sum::<u64>();
    let parts: Vec<_> = states
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, state)| format!("{number} {state}"))
        .collect();
    if zones == 0 {
        return Ok(());
    }
    let zones = format!("{}:", count(zones, "zone", "zones"));
    let parts = parts.join(", ");
    page.flow(0, &[(HEADING, "In DNS:"), (PLAIN, &zones), (PLAIN, &parts)])
}

/// The failures by severity, worst first, without those that are nought.
fn failure_counts(counts: &SeverityCounts) -> String {
    let parts: Vec<_> = Severity::WORST_FIRST
        .into_iter()
        .map(|severity| (severity.as_str(), number(counts, severity)))
        .filter(|(_, number)| *number > 0)
        .map(|(name, number)| format!("{number} {name}"))
        .collect();
    if parts.is_empty() {
        "no failures".to_owned()
    } else {
        parts.join(", ")
    }
}

fn number(counts: &SeverityCounts, severity: Severity) -> u64 {
    match severity {
        Severity::Critical => counts.critical,
        Severity::High => counts.high,
        Severity::Medium => counts.medium,
        Severity::Low => counts.low,
        Severity::Info => counts.info,
    }
}
