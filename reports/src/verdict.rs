//! What a report comes to, in one word and one sentence, and in numbers.

use crate::comparison::Comparison;
use crate::report::{Coverage, Outcome, Report, RuleResult, Severity, SeverityCounts};
use crate::wording::count;

/// The rule that reports gaps: it says that the verdict is open, not that something is wrong.
const COVERAGE_RULE: &str = "scan-complete";

/// The verdict on everything in scope. Unknown is never compliant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A rule failed.
    Fail,
    /// No rule failed, and not everything was read.
    Incomplete,
    /// No rule failed, and some verdicts are not known.
    Unknown,
    /// Everything was read, and every verdict is known.
    Pass,
}

impl Verdict {
    /// The verdict of a report.
    pub(crate) fn of(report: &Report) -> Self {
        let failed =
            |result: &RuleResult| result.outcome == Outcome::Fail && result.rule != COVERAGE_RULE;
        if report.results.iter().any(failed) {
            Self::Fail
        } else if !report.coverage.complete {
            Self::Incomplete
        } else if report.summary.unknown > 0 {
            Self::Unknown
        } else {
            Self::Pass
        }
    }

    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Incomplete => "INCOMPLETE",
            Self::Unknown => "UNKNOWN",
            Self::Pass => "PASS",
        }
    }

    /// The rest of the sentence that begins with the word.
    pub(crate) fn sentence(self, report: &Report) -> String {
        match self {
            Self::Fail if report.coverage.complete => failure_counts(&report.summary.fail),
            Self::Fail => format!(
                "{}; not everything could be read",
                failure_counts(&report.summary.fail)
            ),
            Self::Incomplete => "no failure found, but not everything could be read".to_owned(),
            Self::Unknown => format!(
                "no failure found, but {} not known",
                count(report.summary.unknown, "verdict is", "verdicts are")
            ),
            Self::Pass => match accepted_gaps(&report.coverage) {
                0 => "everything in scope was read, and no rule failed".to_owned(),
                gaps => format!(
                    "no rule failed, and everything in scope was read but for {}",
                    count(
                        gaps,
                        "gap that a waiver accepts",
                        "gaps that waivers accept"
                    )
                ),
            },
        }
    }
}

/// The number of gaps without which the run is complete.
pub(crate) fn accepted_gaps(coverage: &Coverage) -> usize {
    let gaps = coverage.gaps.iter();
    gaps.filter(|gap| gap.waiver.is_some()).count()
}

/// How the report stands against an earlier one, in numbers.
pub(crate) fn comparison_counts(comparison: &Comparison) -> String {
    let counts = &comparison.counts;
    let always = [
        (counts.new, "new"),
        (counts.mended, "mended"),
        (counts.unchanged, "unchanged"),
    ];
    let others = [
        (counts.updated, "worse"),
        (counts.waived, "waived since"),
        (counts.not_judged, "not judged again"),
        (counts.unknown, "unknown now"),
    ];
    let others = others.into_iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = (always.into_iter().chain(others))
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    parts.join(", ")
}

/// The results other than failures in numbers, without those that are nought.
pub(crate) fn other_counts(report: &Report) -> Vec<String> {
    let summary = &report.summary;
    let others = [
        (summary.unknown, "unknown"),
        (summary.waived, "waived"),
        (summary.pass, "passed"),
        (summary.not_applicable, "not applicable"),
    ];
    others
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect()
}

/// The failures by severity, worst first, without those that are nought.
pub(crate) fn failure_counts(counts: &SeverityCounts) -> String {
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
