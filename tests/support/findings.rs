//! What a report says, in the form in which tests compare it.

use std::collections::{BTreeMap, BTreeSet};

use zonewarden_reports::{Outcome, Report, RuleResult};

/// The results of one outcome.
pub(crate) fn with_outcome(report: &Report, outcome: Outcome) -> impl Iterator<Item = &RuleResult> {
    report
        .results
        .iter()
        .filter(move |result| result.outcome == outcome)
}

/// The rules that fail, with the keys of their findings, by kind and name of the subject; the
/// gaps in coverage are left out.
pub(crate) fn failures(report: &Report) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut failures: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for result in with_outcome(report, Outcome::Fail) {
        if result.rule == "scan-complete" {
            continue;
        }
        let subject = (result.subject.kind.to_string(), result.subject.name.clone());
        let finding = match result.key.as_str() {
            "" => result.rule.to_string(),
            key => format!("{} {key}", result.rule),
        };
        let new = failures.entry(subject).or_default().insert(finding);
        assert!(new, "{} twice on {}", result.rule, result.subject.id);
    }
    failures
}
