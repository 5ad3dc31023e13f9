//! The report as a table for people at a terminal.
//!
//! Worst first, causes before symptoms, each with the command that mends it; then what is not
//! known, and what could not be read. Everything that comes from outside passes through
//! [`page::Page`], which makes it harmless.

mod changes;
mod coverage;
mod findings;
mod page;
mod unknowns;
mod verdict;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::format::Options;
use crate::report::Report;
use crate::wording::count;

use page::{HEADING, PLAIN, Page};

/// The most warnings that are listed.
const WARNINGS: usize = 10;

/// Writes the report for people.
pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(options, out);
    verdict::write_headline(report, &mut page)?;
    if let Some(comparison) = report.baseline.as_ref().filter(|_| options.changes_only) {
        changes::write(report, comparison, &mut page)?;
        write_warnings(report, &mut page)?;
        return verdict::write_changes(report, &mut page);
    }
    findings::write(report, &mut page)?;
    unknowns::write(report, &mut page)?;
    coverage::write(report, &mut page)?;
    write_unselected(report, &mut page)?;
    write_warnings(report, &mut page)?;
    verdict::write_summary(report, &mut page)
}

/// The rules that could not be judged in this run, by reason.
fn write_unselected(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in report.rules.iter().filter(|rule| !rule.selected) {
        *reasons
            .entry(rule.why.as_deref().unwrap_or("no reason given"))
            .or_default() += 1;
    }
    if reasons.is_empty() {
        return Ok(());
    }
    let reasons: Vec<_> = reasons
        .into_iter()
        .map(|(why, rules)| format!("{} ({why})", count(rules, "rule", "rules")))
        .collect();
    page.flow(0, &[(HEADING, "Not judged:"), (PLAIN, &reasons.join(", "))])
}

fn write_warnings(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    for warning in report.warnings.iter().take(WARNINGS) {
        page.flow(0, &[(HEADING, "Warning:"), (PLAIN, warning)])?;
    }
    page.more(0, report.warnings.len().saturating_sub(WARNINGS), "json")
}
