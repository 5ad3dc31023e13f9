//! The first line and the last.

use std::io;

use super::page::{BAD, DOUBTFUL, FAINT, GOOD, HEADING, PLAIN, Page};
use crate::report::{DnsCounts, Report};
use crate::verdict::{Verdict, comparison_counts, failure_counts, other_counts};
use crate::wording::count;

pub(super) fn write_headline(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = Verdict::of(report);
    let style = match verdict {
        Verdict::Fail => BAD,
        Verdict::Incomplete | Verdict::Unknown => DOUBTFUL,
        Verdict::Pass => GOOD,
    };
    let sentence = verdict.sentence(report);
    page.flow(0, &[(style, verdict.as_str()), (PLAIN, &sentence)])?;
    page.flow(0, &[(FAINT, &provenance(report))])?;
    if let Some(previous) = &report.run.previous {
        let instant = previous.finished_at.unwrap_or(previous.started_at);
        let since = format!("since the snapshot of {instant}");
        page.flow(0, &[(FAINT, &since)])?;
    }
    if let Some(comparison) = &report.baseline {
        let against = match comparison.evaluated_at {
            Some(instant) => format!("against a report as of {instant}"),
            None => "against an earlier report".to_owned(),
        };
        page.flow(0, &[(FAINT, &against)])?;
    }
    page.gap()
}

/// What the verdict is on.
fn provenance(report: &Report) -> String {
    let scope = &report.scope;
    let mut text = scope.mode.as_str().to_owned();
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
    if let Some(dns) = &report.summary.dns {
        write_dns(dns, page)?;
    }
    let mut parts = vec![failure_counts(&report.summary.fail)];
    parts.extend(other_counts(report));
    page.flow(0, &[(HEADING, "Summary:"), (PLAIN, &parts.join("; "))])?;
    write_changes(report, page)
}

/// The comparison with an earlier report in numbers.
pub(super) fn write_changes(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    match &report.baseline {
        Some(comparison) => {
            let counts = comparison_counts(comparison);
            page.flow(0, &[(HEADING, "Changes:"), (PLAIN, &counts)])
        }
        None => Ok(()),
    }
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
