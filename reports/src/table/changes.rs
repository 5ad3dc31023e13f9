//! What changed since an earlier report.

use std::collections::BTreeMap;
use std::io;

use super::page::{BAD, DOUBTFUL, FAINT, GOOD, HEADING, PLAIN, Page};
use super::{coverage, findings, unknowns};
use crate::comparison::{BaselineState, Comparison, EarlierFailure, EarlierState};
use crate::report::{Outcome, Report, RuleResult};
use crate::wording::count;

/// The most earlier failures of one rule that are listed.
const FAILURES: usize = 5;

/// Writes what is new, what is mended, what was not judged again, what is not known any more, and how
/// much is as it was.
pub(super) fn write(
    report: &Report,
    comparison: &Comparison,
    page: &mut Page<'_>,
) -> io::Result<()> {
    write_new(report, comparison, page)?;
    for (state, style, heading) in [
        (EarlierState::Mended, GOOD, "Mended:"),
        (EarlierState::NotJudged, DOUBTFUL, "Not judged again:"),
    ] {
        let earlier = comparison.earlier.iter();
        let of_state: Vec<_> = earlier.filter(|earlier| earlier.state == state).collect();
        if of_state.is_empty() {
            continue;
        }
        let number = count(of_state.len(), "finding", "findings");
        page.flow(0, &[(style, heading), (PLAIN, &number)])?;
        write_earlier(&of_state, page)?;
        page.gap()?;
    }
    write_unknown(report, comparison, page)?;
    write_unchanged(report, page)?;
    coverage::write(report, page)
}

/// The report with some of its results.
fn part(report: &Report, is_of_it: impl Fn(&&RuleResult) -> bool) -> Report {
    Report {
        results: report.results.iter().filter(is_of_it).cloned().collect(),
        schema: report.schema.clone(),
        tool: report.tool.clone(),
        run: report.run.clone(),
        scope: report.scope.clone(),
        coverage: report.coverage.clone(),
        baseline: None,
        rules: report.rules.clone(),
        warnings: Vec::new(),
        summary: report.summary.clone(),
    }
}

fn write_new(report: &Report, comparison: &Comparison, page: &mut Page<'_>) -> io::Result<()> {
    let number = comparison.counts.new + comparison.counts.updated;
    if number == 0 {
        return Ok(());
    }
    let number = count(number, "finding", "findings");
    page.flow(0, &[(BAD, "New or worse:"), (PLAIN, &number)])?;
    let is_new = |result: &&RuleResult| {
        result.outcome == Outcome::Fail && result.baseline != Some(BaselineState::Unchanged)
    };
    findings::write(&part(report, is_new), page)
}

/// Earlier failures by rule, the worst first.
fn write_earlier(earlier: &[&EarlierFailure], page: &mut Page<'_>) -> io::Result<()> {
    let mut rules: Vec<(&str, Vec<&EarlierFailure>)> = Vec::new();
    for failure in earlier {
        let rule = failure.result.rule.as_str();
        match rules.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, failures)) => failures.push(failure),
            None => rules.push((rule, vec![failure])),
        }
    }
    for (rule, failures) in rules {
        for failure in failures.iter().take(FAILURES) {
            let result = &failure.result;
            let account = result.subject.account.as_deref().unwrap_or_default();
            page.flow(
                1,
                &[
                    (PLAIN, result.severity.as_str()),
                    (FAINT, &format!("[{rule}]")),
                    (HEADING, result.subject.name()),
                    (PLAIN, &result.key),
                    (FAINT, account),
                    (PLAIN, &format!("({})", failure.why)),
                ],
            )?;
        }
        page.more(2, failures.len().saturating_sub(FAILURES), "csv")?;
    }
    Ok(())
}

fn write_unknown(report: &Report, comparison: &Comparison, page: &mut Page<'_>) -> io::Result<()> {
    if comparison.counts.unknown == 0 {
        return Ok(());
    }
    page.flow(0, &[(DOUBTFUL, "Unknown now, and not before:")])?;
    let is_new = |result: &&RuleResult| {
        result.outcome == Outcome::Unknown && result.baseline == Some(BaselineState::New)
    };
    unknowns::write(&part(report, is_new), page)
}

/// How much of each rule fails as it did.
fn write_unchanged(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let mut rules: BTreeMap<&str, u64> = BTreeMap::new();
    let unchanged = report.results.iter().filter(|result| {
        result.outcome == Outcome::Fail && result.baseline == Some(BaselineState::Unchanged)
    });
    for result in unchanged {
        *rules.entry(&result.rule).or_default() += 1;
    }
    if rules.is_empty() {
        return Ok(());
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let parts: Vec<String> = (rules.into_iter())
        .map(|(rule, number)| format!("{number} {rule}"))
        .collect();
    page.flow(0, &[(HEADING, "Unchanged:"), (PLAIN, &parts.join(", "))])
}
