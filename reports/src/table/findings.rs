//! The failures, by rule.

use std::collections::BTreeMap;
use std::io;

use super::fold::{Finding, Group, groups};
use super::page::{FAINT, HEADING, PLAIN, Page, count, severity_style};
use crate::report::{Report, Rule, RuleResult};

/// The most findings of one rule that are shown: forty zones with one fault are one screen.
const FINDINGS: usize = 5;

/// The most symptoms of one finding that are shown.
const SYMPTOMS: usize = 3;

pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let rules: BTreeMap<&str, &Rule> = report
        .rules
        .iter()
        .map(|rule| (rule.id.as_str(), rule))
        .collect();
    for group in groups(&report.results) {
        write_group(&group, rules.get(group.rule).copied(), page)?;
        page.gap()?;
    }
    Ok(())
}

fn write_group(group: &Group<'_>, rule: Option<&Rule>, page: &mut Page<'_>) -> io::Result<()> {
    let severity = group
        .findings
        .iter()
        .map(|finding| finding.result.severity)
        .max();
    let severity = severity.unwrap_or(group.worst);
    page.flow(
        0,
        &[
            (severity_style(severity), &format!("{}:", severity.as_str())),
            (HEADING, rule.map_or("", |rule| &rule.title)),
            (FAINT, &format!("[{}]", group.rule)),
            (PLAIN, &count(group.findings.len(), "finding", "findings")),
        ],
    )?;
    let shown = group.findings.get(..FINDINGS).unwrap_or(&group.findings);
    let remediation = shared_remediation(shown);
    if let Some(words) = remediation {
        page.flow(1, &[(FAINT, "mend:"), (PLAIN, words)])?;
    }
    for finding in shown {
        write_subject(finding.result, finding.result.severity != severity, page)?;
        page.flow(2, &[(PLAIN, &finding.result.message)])?;
        if remediation.is_none() && !finding.result.remediation.is_empty() {
            page.flow(2, &[(FAINT, "mend:"), (PLAIN, &finding.result.remediation)])?;
        }
        page.command(2, &finding.result.fix)?;
        write_symptoms(finding, page)?;
    }
    page.more(1, group.findings.len() - shown.len(), "csv")
}

/// The remediation that all findings have, so that it is said once.
fn shared_remediation<'a>(findings: &[Finding<'a>]) -> Option<&'a str> {
    let words = findings.first()?.result.remediation.as_str();
    (!words.is_empty()
        && findings
            .iter()
            .all(|finding| finding.result.remediation == words))
    .then_some(words)
}

/// The line that says what has the finding and where that is.
fn write_subject(result: &RuleResult, with_severity: bool, page: &mut Page<'_>) -> io::Result<()> {
    let name = name(result);
    let place = place(result);
    let severity = format!("({})", result.severity.as_str());
    let mut spans = vec![(HEADING, name.as_str())];
    if !result.key.is_empty() {
        spans.push((PLAIN, &result.key));
    }
    spans.push((FAINT, &place));
    if with_severity {
        spans.push((severity_style(result.severity), &severity));
    }
    if let Some(baseline) = &result.baseline {
        spans.push((PLAIN, baseline));
    }
    page.flow(1, &spans)
}

/// The name that people know the subject by; where it has none, its id.
fn name(result: &RuleResult) -> String {
    let subject = &result.subject;
    if subject.name.is_empty() {
        subject.id.clone()
    } else {
        subject.name.clone()
    }
}

/// Where the subject is: the place in the file, or the account and region. An account is not
/// said to be in itself.
fn place(result: &RuleResult) -> String {
    if let Some(location) = result.locations.first() {
        return format!("{}:{}:{}", location.file, location.line, location.column);
    }
    let subject = &result.subject;
    let account = subject
        .account
        .as_ref()
        .filter(|account| ***account != *subject.name);
    let words = [
        subject.account_name.as_ref(),
        account,
        subject.region.as_ref(),
    ];
    let words: Vec<&str> = words.into_iter().flatten().map(AsRef::as_ref).collect();
    words.join(" ")
}

fn write_symptoms(finding: &Finding<'_>, page: &mut Page<'_>) -> io::Result<()> {
    for symptom in finding.symptoms.iter().take(SYMPTOMS) {
        let severity = symptom.severity;
        let title = format!("{} on {}:", symptom.rule, name(symptom));
        page.flow(
            2,
            &[
                (FAINT, "symptom:"),
                (severity_style(severity), severity.as_str()),
                (PLAIN, &title),
                (PLAIN, &symptom.message),
            ],
        )?;
    }
    page.more(2, finding.symptoms.len().saturating_sub(SYMPTOMS), "csv")
}
