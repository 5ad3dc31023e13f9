//! What was read and what was not.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::page::{BAD, FAINT, GOOD, HEADING, PLAIN, Page};
use crate::report::{AccountCounts, Coverage, Gap, Report, RootKind, SourceCoverage, ZoneCounts};
use crate::verdict::accepted_gaps;
use crate::wording::{count, some_of};

/// The most gaps that are listed.
const GAPS: usize = 10;

/// What gaps that are told on one line have in common: the account, operation and reason; the
/// subject of one in source code, which is told alone.
type Failure<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>, &'a str);

pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let coverage = &report.coverage;
    let (style, word) = if coverage.complete {
        (GOOD, "complete")
    } else {
        (BAD, "incomplete")
    };
    let numbers = numbers(coverage);
    let word = match accepted_gaps(coverage) {
        0 => word.to_owned(),
        gaps => {
            let gaps = count(
                gaps,
                "gap that a waiver accepts",
                "gaps that waivers accept",
            );
            format!("{word} but for {gaps}")
        }
    };
    let word = if numbers.is_empty() {
        word
    } else {
        format!("{word}:")
    };
    page.flow(
        0,
        &[(HEADING, "Coverage:"), (style, &word), (PLAIN, &numbers)],
    )?;
    write_gaps(&coverage.gaps, page)?;
    write_libraries(coverage.source.as_ref(), page)?;
    write_skipped(coverage, page)?;
    let not_selected = coverage.not_selected.iter().map(String::as_str).collect();
    write_accounts("Not selected:", "", &not_selected, page)
}

/// What was read in numbers, without those that are nought.
fn numbers(coverage: &Coverage) -> String {
    let mut parts = match &coverage.source {
        Some(source) => of_source(source),
        None => of_accounts(&coverage.accounts).into_iter().collect(),
    };
    parts.extend(of_zones(&coverage.zones, coverage.source.is_some()));
    parts.join("; ")
}

fn of_accounts(accounts: &AccountCounts) -> Option<String> {
    let of = count(accounts.in_scope, "account", "accounts");
    (accounts.in_scope > 0).then(|| read_of(accounts.read, &of, accounts.partial, accounts.failed))
}

/// Roots by kind, and files.
fn of_source(source: &SourceCoverage) -> Vec<String> {
    let kinds = [
        (RootKind::Terraform, "Terraform root", "Terraform roots"),
        (RootKind::CloudFormation, "template", "templates"),
        (RootKind::TerraformPlan, "plan", "plans"),
    ];
    let mut parts = Vec::new();
    for (kind, one, many) in kinds {
        let of_kind = source.roots.iter().filter(|root| root.kind == kind);
        let whole = of_kind.clone().filter(|root| root.whole).count() as u64;
        let total = of_kind.count() as u64;
        if total > 0 {
            parts.push(read_of(whole, &count(total, one, many), total - whole, 0));
        }
    }
    if parts.is_empty() {
        parts.push("nothing to judge was found".to_owned());
    }
    parts.push(count(source.files, "file", "files"));
    parts
}

/// Zones in numbers. That code has none at all is said: there was nothing to find.
fn of_zones(zones: &ZoneCounts, is_source: bool) -> Vec<String> {
    let mut parts = Vec::new();
    if zones.in_scope > 0 {
        let of = count(zones.in_scope, "zone", "zones");
        parts.push(read_of(zones.read, &of, zones.partial, zones.failed));
    } else if is_source && zones.skipped == 0 {
        parts.push("no hosted zone".to_owned());
    }
    if zones.skipped > 0 {
        let skipped = count(zones.skipped, "private zone", "private zones");
        parts.push(format!("{skipped} not judged"));
    }
    parts
}

fn read_of(read: u64, total: &str, partial: u64, failed: u64) -> String {
    let mut part = format!("{read} of {total} read");
    for (number, what) in [(partial, "in part"), (failed, "failed")] {
        if number > 0 {
            part.push_str(&format!(", {number} {what}"));
        }
    }
    part
}

/// The gaps; those of one account with the same operation and reason are one line.
fn write_gaps(gaps: &[Gap], page: &mut Page<'_>) -> io::Result<()> {
    let mut lines: BTreeMap<Failure<'_>, Vec<&Gap>> = BTreeMap::new();
    for gap in gaps {
        let line = (
            is_local(gap).then_some(gap.subject.as_str()),
            gap.account.as_deref(),
            gap.operation.as_deref(),
            gap.reason.as_str(),
        );
        lines.entry(line).or_default().push(gap);
    }
    for ((local, account, operation, reason), gaps) in lines.iter().take(GAPS) {
        let more = gaps
            .iter()
            .find_map(|gap| gap.detail.as_ref().or(gap.code.as_ref()));
        if let Some(subject) = local {
            let more = more.map_or("", |more| more);
            let reason = format!("{reason}:");
            page.flow(1, &[(HEADING, subject), (BAD, &reason), (PLAIN, more)])?;
            continue;
        }
        let subjects = match gaps.as_slice() {
            [gap] if *account == Some(gap.subject.as_str()) => "the whole account".to_owned(),
            [gap] => gap.subject.clone(),
            _ => format!("{} subjects", gaps.len()),
        };
        let more = more.map(|more| format!("({more})")).unwrap_or_default();
        let waiver = gaps.iter().find_map(|gap| gap.waiver.as_deref());
        let accepted = waiver.map(|waiver| format!("accepted: {}", waiver.sentence()));
        let accepted = accepted.unwrap_or_default();
        page.flow(
            1,
            &[
                (HEADING, account.unwrap_or_default()),
                (PLAIN, operation.unwrap_or_default()),
                (BAD, &format!("{reason}:")),
                (PLAIN, &subjects),
                (PLAIN, &more),
                (FAINT, &accepted),
            ],
        )?;
    }
    page.more(1, lines.len().saturating_sub(GAPS), "json")
}

/// The modules that were not judged, and how they are.
fn write_libraries(source: Option<&SourceCoverage>, page: &mut Page<'_>) -> io::Result<()> {
    let Some(source) = source.filter(|source| !source.libraries.is_empty()) else {
        return Ok(());
    };
    let libraries: BTreeSet<&str> = source.libraries.iter().map(String::as_str).collect();
    let number = format!("{}:", count(libraries.len(), "library", "libraries"));
    let which = format!("{}; --library judges them", some_of(&libraries));
    page.flow(
        0,
        &[(HEADING, "Left out:"), (PLAIN, &number), (PLAIN, &which)],
    )
}

/// Whether a gap is in source code: nobody was asked for it.
fn is_local(gap: &Gap) -> bool {
    gap.account.is_none() && gap.operation.is_none()
}

/// The accounts that are not active, by state.
fn write_skipped(coverage: &Coverage, page: &mut Page<'_>) -> io::Result<()> {
    let mut reasons: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for skipped in &coverage.skipped {
        reasons
            .entry(&skipped.reason)
            .or_default()
            .insert(&skipped.account);
    }
    for (reason, accounts) in reasons {
        write_accounts("Skipped:", reason, &accounts, page)?;
    }
    Ok(())
}

/// A line that says how many accounts, why, and which; nothing where there is none.
fn write_accounts(
    heading: &str,
    why: &str,
    accounts: &BTreeSet<&str>,
    page: &mut Page<'_>,
) -> io::Result<()> {
    if accounts.is_empty() {
        return Ok(());
    }
    let number = count(accounts.len(), "account", "accounts");
    let before = match why {
        "" => format!("{number}:"),
        why => format!("{number} {why}:"),
    };
    let which = some_of(accounts);
    page.flow(0, &[(HEADING, heading), (PLAIN, &before), (PLAIN, &which)])
}
