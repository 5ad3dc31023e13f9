//! The report as workflow commands of GitHub Actions, which make annotations on the lines of a
//! pull request.
//!
//! GitHub shows [ten annotations of each kind][limits] of a step and drops the rest without a
//! word. So failures that another explains are told with it, those of one rule at one place are
//! one annotation, the worst come first, and the last line says how many were left out.
//!
//! [limits]: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations

mod annotation;

use std::collections::HashMap;
use std::io::{self, Write};

use crate::command::shell_command;
use crate::fold::{Finding, findings};
use crate::neutralise::{inert, printable, truncated};
use crate::report::{Gap, Location, Mode, Report, Role, Rule, Severity};
use crate::verdict::{Verdict, comparison_counts, other_counts};
use crate::wording::count;

use annotation::{Annotation, Level};

/// The most annotations of one kind that GitHub shows of a step.
const OF_A_KIND: usize = 10;

/// The most gaps that get an annotation, so that they do not crowd out the findings.
const GAPS: usize = 3;

/// The most subjects that are named beside the first, symptoms of one finding, and related places.
const NAMED: usize = 5;

/// The most characters of one text from outside. GitHub cuts a message after 4,096.
const LONGEST: usize = 600;

/// The findings of one rule at one place: the first of them, and the others.
struct Group<'a> {
    first: Finding<'a>,
    others: Vec<Finding<'a>>,
    worst: Severity,
    /// Whether one of them was not in the earlier report, or not as bad.
    is_new: bool,
}

/// What an annotation is made from.
enum Item<'a> {
    Gap(&'a Gap),
    Findings(Group<'a>),
    Warning(&'a str),
}

impl Item<'_> {
    fn level(&self) -> Level {
        match self {
            Self::Gap(_) | Self::Warning(_) => Level::Warning,
            Self::Findings(group) => Level::of(group.worst),
        }
    }
}

/// Writes the annotations, the verdict, and what was left out.
pub(crate) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let rules: HashMap<&str, &Rule> = (report.rules.iter())
        .map(|rule| (rule.id.as_str(), rule))
        .collect();
    let gaps = || (report.coverage.gaps.iter()).filter(|gap| gap.waiver.is_none());
    let mut left_out = LeftOut {
        gaps: gaps().count().saturating_sub(GAPS),
        ..LeftOut::default()
    };
    let items: Vec<Item<'_>> = (gaps().take(GAPS).map(Item::Gap))
        .chain(groups(report).into_iter().map(Item::Findings))
        .chain(report.warnings.iter().map(|warning| Item::Warning(warning)))
        .collect();
    for level in Level::ALL {
        let of_level = items.iter().filter(|item| item.level() == level);
        for (position, item) in of_level.enumerate() {
            if position >= OF_A_KIND {
                left_out.add(item);
                continue;
            }
            let annotation = match item {
                Item::Gap(gap) => of_gap(gap),
                Item::Findings(group) => {
                    let rule = rules.get(group.first.result.rule.as_str());
                    of_group(group, rule.copied(), report.scope.mode)
                }
                Item::Warning(warning) => of_warning(warning),
            };
            annotation.write(out)?;
        }
    }
    write_verdict(report, out)?;
    left_out.write(out)
}

/// The findings by rule and place, new ones first, then worst first; those that no file declares are in one place.
fn groups(report: &Report) -> Vec<Group<'_>> {
    type Place<'a> = (&'a str, u64, u64, u64, u64);
    let mut positions: HashMap<(&str, Option<Place<'_>>), usize> = HashMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut findings = findings(&report.results);
    findings.sort_by_key(|finding| !finding.is_new());
    for finding in findings {
        let result = finding.result;
        let place = result.primary().map(|place| {
            let (line, column) = (place.line, place.column);
            let (end_line, end_column) = (place.end_line, place.end_column);
            (place.file.as_str(), line, column, end_line, end_column)
        });
        match positions.get(&(result.rule.as_str(), place)) {
            Some(&position) => {
                let group = &mut groups[position];
                group.worst = group.worst.max(finding.worst);
                group.is_new |= finding.is_new();
                group.others.push(finding);
            }
            None => {
                positions.insert((&result.rule, place), groups.len());
                groups.push(Group {
                    worst: finding.worst,
                    is_new: finding.is_new(),
                    first: finding,
                    others: Vec::new(),
                });
            }
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse((group.is_new, group.worst)));
    groups
}

fn of_group<'a>(group: &Group<'a>, rule: Option<&Rule>, mode: Mode) -> Annotation<'a> {
    let result = group.first.result;
    let title = rule.map_or("", |rule| &rule.title);
    let severity = group.worst.as_str();
    let new = if group.is_new { "new: " } else { "" };
    let mut lines = vec![result.message.clone()];
    if !group.others.is_empty() {
        let others = group.others.iter().map(|other| other.result.subject.name());
        lines.push(format!("also: {}", some_of(others)));
    }
    if mode != Mode::Live && !result.subject.id.is_empty() {
        lines.push(result.subject.id.clone());
    }
    if let Some(construct) = &result.subject.construct_path {
        lines.push(format!("construct: {construct}"));
    }
    lines.extend(related(&group.first));
    let symptoms = group.first.symptoms.iter();
    lines.extend(symptoms.clone().take(NAMED).map(|symptom| {
        let severity = symptom.severity.as_str();
        format!(
            "explains: {severity} {} on {}",
            symptom.rule,
            symptom.subject.name()
        )
    }));
    if symptoms.len() > NAMED {
        lines.push(format!("explains: {} more", symptoms.len() - NAMED));
    }
    if !result.remediation.is_empty() {
        lines.push(format!("mend: {}", result.remediation));
    }
    lines.extend(shell_command(&result.fix).filter(|command| inert(command) == *command));
    Annotation {
        level: Level::of(group.worst),
        title: format!("{new}{severity}: {title} [{}]", result.rule),
        place: result.primary(),
        lines: lines.iter().map(|line| harmless(line)).collect(),
    }
}

/// The places beside the primary one, one a line.
fn related(finding: &Finding<'_>) -> Vec<String> {
    let places: Vec<&Location> = finding.result.related().collect();
    let shown = |place: &&Location| {
        let role = match place.role {
            Role::Call => "called at",
            Role::Declaration => "declared at",
            Role::Primary | Role::Related => "see",
        };
        let text = (place.text.as_ref()).map(|text| format!(": {text}"));
        format!("{role} {}{}", place.shown(), text.unwrap_or_default())
    };
    let mut lines: Vec<String> = places.iter().take(NAMED).map(shown).collect();
    if places.len() > NAMED {
        lines.push(format!("and {} more places", places.len() - NAMED));
    }
    lines
}

/// The first few names, and how many more there are.
fn some_of<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let mut text = names.take(NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// What keeps the verdict open.
fn of_gap(gap: &Gap) -> Annotation<'_> {
    let account = gap.account.as_deref();
    let words = [
        account.filter(|account| *account != gap.subject),
        gap.operation.as_deref(),
        Some(gap.reason.as_str()),
        gap.code.as_deref(),
    ];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    let mut line = format!("{} could not be read: {}", gap.subject, words.join(" "));
    if let Some(detail) = &gap.detail {
        line.push_str(&format!(": {detail}"));
    }
    Annotation {
        level: Level::Warning,
        title: "Not everything could be read".to_owned(),
        place: gap.location.as_ref(),
        lines: vec![harmless(&line)],
    }
}

fn of_warning(warning: &str) -> Annotation<'_> {
    Annotation {
        level: Level::Warning,
        title: "zonewarden".to_owned(),
        place: None,
        lines: vec![harmless(warning)],
    }
}

/// A line of a message that a reader can see all of.
fn harmless(text: &str) -> String {
    printable(&truncated(text, LONGEST)).into_owned()
}

/// A line that is no workflow command: the verdict and the results in numbers.
fn write_verdict(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let verdict = Verdict::of(report);
    let mut parts = vec![verdict.sentence(report)];
    parts.extend(other_counts(report));
    parts.extend(report.baseline.as_ref().map(comparison_counts));
    writeln!(out, "zonewarden: {} {}", verdict.as_str(), parts.join("; "))
}

/// What has no annotation, for GitHub would not show it.
#[derive(Default)]
struct LeftOut {
    findings: usize,
    gaps: usize,
    warnings: usize,
}

impl LeftOut {
    fn add(&mut self, item: &Item<'_>) {
        match item {
            Item::Gap(_) => self.gaps += 1,
            Item::Findings(group) => self.findings += 1 + group.others.len(),
            Item::Warning(_) => self.warnings += 1,
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let parts = [
            (self.findings, "finding", "findings"),
            (self.gaps, "gap", "gaps"),
            (self.warnings, "warning", "warnings"),
        ];
        let parts: Vec<String> = (parts.into_iter())
            .filter(|(number, ..)| *number > 0)
            .map(|(number, one, many)| count(number, one, many))
            .collect();
        if parts.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "zonewarden: without an annotation, for GitHub shows {OF_A_KIND} of a kind: {}; -o sarif=FILE or -o json=FILE has all",
            parts.join(", ")
        )
    }
}
