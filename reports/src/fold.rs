//! Symptoms folded under their causes.

use std::collections::{BTreeMap, HashMap};

use crate::comparison::BaselineState;
use crate::report::{Outcome, RuleResult, Severity};

/// A failure that no other explains, with those that it explains.
pub(crate) struct Finding<'a> {
    /// The failure.
    pub(crate) result: &'a RuleResult,
    /// The failures that it explains, directly or through another.
    pub(crate) symptoms: Vec<&'a RuleResult>,
    /// The worst severity among them all.
    pub(crate) worst: Severity,
}

impl Finding<'_> {
    /// Whether it, or one that it explains, was not in the earlier report, or not as bad.
    pub(crate) fn is_new(&self) -> bool {
        let results = std::iter::once(&self.result).chain(&self.symptoms);
        let mut states = results.filter_map(|result| result.baseline);
        states.any(|state| state != BaselineState::Unchanged)
    }
}

/// The findings of one rule, worst first, and of those that are as bad the new ones.
pub(crate) struct Group<'a> {
    /// The id of the rule.
    pub(crate) rule: &'a str,
    /// The findings; never empty.
    pub(crate) findings: Vec<Finding<'a>>,
    /// The worst severity among them all.
    pub(crate) worst: Severity,
}

/// The failures as findings by rule, the rule with the worst finding first.
///
/// A finding is as bad as the worst of its symptoms: whoever mends it mends those. A cause that
/// is not itself among the failures explains nothing here.
pub(crate) fn groups(results: &[RuleResult]) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<&str, Group<'_>> = BTreeMap::new();
    for finding in findings(results) {
        let group = groups.entry(&finding.result.rule).or_insert_with(|| Group {
            rule: &finding.result.rule,
            findings: Vec::new(),
            worst: finding.worst,
        });
        group.worst = group.worst.max(finding.worst);
        group.findings.push(finding);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    for group in &mut groups {
        group
            .findings
            .sort_by_key(|finding| std::cmp::Reverse((finding.worst, finding.is_new())));
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.worst));
    groups
}

/// The failures that no other explains, in their order, each with those that it explains.
pub(crate) fn findings(results: &[RuleResult]) -> Vec<Finding<'_>> {
    let failures: Vec<&RuleResult> = results
        .iter()
        .filter(|result| result.outcome == Outcome::Fail)
        .collect();
    let roots = roots(&causes(&failures));
    let mut findings: BTreeMap<usize, Finding<'_>> = BTreeMap::new();
    for (position, &root) in roots.iter().enumerate() {
        if position == root {
            let result = failures[position];
            findings.insert(
                position,
                Finding {
                    result,
                    symptoms: Vec::new(),
                    worst: result.severity,
                },
            );
        }
    }
    for (position, root) in roots.into_iter().enumerate() {
        if let Some(finding) = findings.get_mut(&root)
            && position != root
        {
            let symptom = failures[position];
            finding.symptoms.push(symptom);
            finding.worst = finding.worst.max(symptom.severity);
        }
    }
    findings.into_values().collect()
}

/// The position of the cause of each failure.
fn causes(failures: &[&RuleResult]) -> Vec<Option<usize>> {
    let positions: HashMap<&str, usize> = failures
        .iter()
        .enumerate()
        .map(|(position, result)| (result.fingerprint.as_str(), position))
        .collect();
    failures
        .iter()
        .map(|result| positions.get(result.cause.as_deref()?).copied())
        .collect()
}

/// The position of the first cause of each, found in one pass over chains of any length.
///
/// In a ring, which only a report that someone made up has, one of its members stands for it.
fn roots(causes: &[Option<usize>]) -> Vec<usize> {
    let mut roots: Vec<Option<usize>> = vec![None; causes.len()];
    let mut seen_from: Vec<Option<usize>> = vec![None; causes.len()];
    for start in 0..causes.len() {
        let mut path = Vec::new();
        let mut at = start;
        let root = loop {
            if let Some(root) = roots[at] {
                break root;
            }
            if seen_from[at] == Some(start) {
                break at;
            }
            seen_from[at] = Some(start);
            path.push(at);
            match causes[at] {
                Some(cause) => at = cause,
                None => break at,
            }
        };
        for position in path {
            roots[position] = Some(root);
        }
    }
    roots
        .into_iter()
        .enumerate()
        .map(|(position, root)| root.unwrap_or(position))
        .collect()
}
