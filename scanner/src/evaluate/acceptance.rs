//! A failure that is accepted, whoever accepts it.

use std::sync::Arc;

use zonewarden_reports::{Outcome, Rule, RuleResult, Severity, Summary, Waiver};

/// Makes a failure a waived one, and counts it so.
pub(super) fn waive(
    result: &mut RuleResult,
    waiver: Arc<Waiver>,
    summary: &mut Summary,
    rules: &mut [Rule],
) {
    result.waiver = Some(waiver);
    result.outcome = Outcome::Waived;
    let fail = match result.severity {
        Severity::Critical => &mut summary.fail.critical,
        Severity::High => &mut summary.fail.high,
        Severity::Medium => &mut summary.fail.medium,
        Severity::Low => &mut summary.fail.low,
        Severity::Info => &mut summary.fail.info,
    };
    *fail = fail.saturating_sub(1);
    summary.waived += 1;
    if let Some(rule) = rules.iter_mut().find(|rule| rule.id == *result.rule) {
        rule.counts.fail = rule.counts.fail.saturating_sub(1);
        rule.counts.waived += 1;
    }
}
