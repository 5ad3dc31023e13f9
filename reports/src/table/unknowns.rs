//! The verdicts that are not known, by what could not be read.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::page::{DOUBTFUL, HEADING, PLAIN, Page, count};
use crate::report::{Outcome, Report};

/// The most reasons that are listed.
const REASONS: usize = 10;

/// The most names in one list of rules or accounts.
const NAMES: usize = 5;

/// What the verdicts with one reason have in common.
#[derive(Default)]
struct Verdicts<'a> {
    number: usize,
    rules: BTreeSet<&'a str>,
    accounts: BTreeSet<&'a str>,
    detail: Option<&'a str>,
}

pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let reasons = by_reason(report);
    if reasons.is_empty() {
        return Ok(());
    }
    let total = reasons
        .iter()
        .map(|(_, verdicts)| verdicts.number)
        .sum::<usize>();
    let heading = count(total, "verdict rests", "verdicts rest");
    page.flow(
        0,
        &[
            (DOUBTFUL, "unknown:"),
            (HEADING, &heading),
            (HEADING, "on what could not be read"),
        ],
    )?;
    for ((reason, operation), verdicts) in reasons.iter().take(REASONS) {
        let cause = if operation.is_empty() {
            format!("{reason}:")
        } else {
            format!("{operation} {reason}:")
        };
        let number = count(verdicts.number, "verdict", "verdicts");
        let rules = format!("of {}", some_of(&verdicts.rules));
        let mut spans = vec![(HEADING, cause.as_str()), (PLAIN, &number), (PLAIN, &rules)];
        let accounts = format!("in {}", some_of(&verdicts.accounts));
        if !verdicts.accounts.is_empty() {
            spans.push((PLAIN, &accounts));
        }
        let detail = format!("({})", verdicts.detail.unwrap_or_default());
        if verdicts.detail.is_some() {
            spans.push((PLAIN, &detail));
        }
        page.flow(1, &spans)?;
    }
    page.more(1, reasons.len().saturating_sub(REASONS), "csv")?;
    page.gap()
}

/// The unknown verdicts by reason and operation, the commonest first.
fn by_reason(report: &Report) -> Vec<((&str, &str), Verdicts<'_>)> {
    let mut reasons: BTreeMap<(&str, &str), Verdicts<'_>> = BTreeMap::new();
    for result in report
        .results
        .iter()
        .filter(|result| result.outcome == Outcome::Unknown)
    {
        let unknown = result.unknown.as_ref();
        let reason = unknown.map_or("no reason given", |unknown| &unknown.reason);
        let operation = unknown.and_then(|unknown| unknown.operation.as_deref());
        let verdicts = reasons
            .entry((reason, operation.unwrap_or_default()))
            .or_default();
        verdicts.number += 1;
        verdicts.rules.insert(&result.rule);
        verdicts.accounts.extend(result.subject.account.as_deref());
        if verdicts.detail.is_none() {
            verdicts.detail = unknown.and_then(|unknown| unknown.detail.as_deref());
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, verdicts)| std::cmp::Reverse(verdicts.number));
    reasons
}

/// The first few names, and how many more there are.
pub(super) fn some_of(names: &BTreeSet<&str>) -> String {
    let mut text = names
        .iter()
        .take(NAMES)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > NAMES {
        text.push_str(&format!(" and {} more", names.len() - NAMES));
    }
    text
}
