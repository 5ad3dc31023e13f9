//! The failures, by rule.

use std::collections::BTreeMap;
use std::io;

use super::page::{FAINT, HEADING, PLAIN, Page, severity_style};
use crate::comparison::BaselineState;
use crate::fold::{Finding, Group, groups};
use crate::report::{Location, Report, Role, Rule, RuleResult};
use crate::wording::count;

/// The most findings of one rule that are shown: forty zones with one fault are one screen.
const FINDINGS: usize = 5;

/// The most symptoms of one finding that are shown.
const SYMPTOMS: usize = 3;

/// The most related places of one kind that are shown of one finding.
const PLACES: usize = 5;

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
        write_related(finding.result, page)?;
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

/// The line that says what has the finding and where that is: in source code the place first, for
/// terminals and editors make links of it.
fn write_subject(result: &RuleResult, with_severity: bool, page: &mut Page<'_>) -> io::Result<()> {
    let subject = &result.subject;
    let place = result.primary().map(Location::shown);
    let holder = holder(result);
    let severity = format!("({})", result.severity.as_str());
    let mut spans = match &place {
        Some(place) => vec![(HEADING, place.as_str()), (PLAIN, subject.name())],
        None => vec![(HEADING, subject.name())],
    };
    if !result.key.is_empty() {
        spans.push((PLAIN, &result.key));
    }
    if place.is_some() {
        if subject.id != subject.name() {
            spans.push((FAINT, &subject.id));
        }
        spans.extend(subject.construct_path.as_deref().map(|path| (FAINT, path)));
    } else {
        spans.push((FAINT, &holder));
    }
    if with_severity {
        spans.push((severity_style(result.severity), &severity));
    }
    match result.baseline {
        Some(BaselineState::New) => spans.push((HEADING, "new")),
        Some(BaselineState::Updated) => spans.push((HEADING, "worse")),
        Some(BaselineState::Unchanged) | None => {}
    }
    page.flow(1, &spans)
}

/// The account and region of the subject. An account is not said to be in itself.
fn holder(result: &RuleResult) -> String {
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

/// The other places: the calls that lead there, where it is declared, and what else bears on it.
fn write_related(result: &RuleResult, page: &mut Page<'_>) -> io::Result<()> {
    for (role, words) in [
        (Role::Declaration, "declared at"),
        (Role::Call, "called at"),
        (Role::Related, "see"),
    ] {
        let of_role = |place: &&Location| place.role == role;
        let places: Vec<&Location> = result.related().filter(of_role).collect();
        if places.is_empty() {
            continue;
        }
        let mut shown: Vec<String> = (places.iter().take(PLACES))
            .map(|place| match &place.text {
                Some(text) => format!("{} ({text})", place.shown()),
                None => place.shown(),
            })
            .collect();
        if places.len() > PLACES {
            shown.push(format!("and {} more", places.len() - PLACES));
        }
        page.flow(2, &[(FAINT, words), (PLAIN, &shown.join(", "))])?;
    }
    Ok(())
}

fn write_symptoms(finding: &Finding<'_>, page: &mut Page<'_>) -> io::Result<()> {
    for symptom in finding.symptoms.iter().take(SYMPTOMS) {
        let severity = symptom.severity;
        let title = format!("{} on {}:", symptom.rule, symptom.subject.name());
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
