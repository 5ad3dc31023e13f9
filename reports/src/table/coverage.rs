//! What was read and what was not.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::page::{BAD, GOOD, HEADING, PLAIN, Page, count};
use super::unknowns::some_of;
use crate::report::{Coverage, Gap, Report};

/// The most gaps that are listed.
const GAPS: usize = 10;

/// The account, operation and reason of a gap.
type Failure<'a> = (Option<&'a str>, Option<&'a str>, &'a str);

pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let coverage = &report.coverage;
    let (style, word) = if coverage.complete {
        (GOOD, "complete")
    } else {
        (BAD, "incomplete")
    };
    let numbers = numbers(coverage);
    let word = if numbers.is_empty() {
        word.to_owned()
    } else {
        format!("{word}:")
    };
    page.flow(
        0,
        &[(HEADING, "Coverage:"), (style, &word), (PLAIN, &numbers)],
    )?;
    write_gaps(&coverage.gaps, page)?;
    write_skipped(coverage, page)?;
    let not_selected = coverage.not_selected.iter().map(String::as_str).collect();
    write_accounts("Not selected:", "", &not_selected, page)
}

/// Accounts and zones in numbers, without those that are nought.
fn numbers(coverage: &Coverage) -> String {
    let accounts = &coverage.accounts;
    let zones = &coverage.zones;
    let mut parts = Vec::new();
    if accounts.in_scope > 0 {
        let of = count(accounts.in_scope, "account", "accounts");
        let mut part = format!("{} of {of} read", accounts.read);
        for (number, what) in [(accounts.partial, "in part"), (accounts.failed, "failed")] {
            if number > 0 {
                part.push_str(&format!(", {number} {what}"));
            }
        }
        parts.push(part);
    }
    if zones.in_scope > 0 {
        let of = count(zones.in_scope, "zone", "zones");
        let mut part = format!("{} of {of} read", zones.read);
        for (number, what) in [(zones.partial, "in part"), (zones.failed, "failed")] {
            if number > 0 {
                part.push_str(&format!(", {number} {what}"));
            }
        }
        parts.push(part);
    }
    if zones.skipped > 0 {
        parts.push(format!(
            "{} not judged",
            count(zones.skipped, "private zone", "private zones")
        ));
    }
    parts.join("; ")
}

/// The gaps; those of one account with the same operation and reason are one line.
fn write_gaps(gaps: &[Gap], page: &mut Page<'_>) -> io::Result<()> {
    let mut lines: BTreeMap<Failure<'_>, Vec<&Gap>> = BTreeMap::new();
    for gap in gaps {
        let line = (
            gap.account.as_deref(),
            gap.operation.as_deref(),
            gap.reason.as_str(),
        );
        lines.entry(line).or_default().push(gap);
    }
    for ((account, operation, reason), gaps) in lines.iter().take(GAPS) {
        let subjects = match gaps.as_slice() {
            [gap] if *account == Some(gap.subject.as_str()) => "the whole account".to_owned(),
            [gap] => gap.subject.clone(),
            _ => format!("{} subjects", gaps.len()),
        };
        let more = gaps
            .iter()
            .find_map(|gap| gap.detail.as_ref().or(gap.code.as_ref()));
        let more = more.map(|more| format!("({more})")).unwrap_or_default();
        page.flow(
            1,
            &[
                (HEADING, account.unwrap_or_default()),
                (PLAIN, operation.unwrap_or_default()),
                (BAD, &format!("{reason}:")),
                (PLAIN, &subjects),
                (PLAIN, &more),
            ],
        )?;
    }
    page.more(1, lines.len().saturating_sub(GAPS), "json")
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
