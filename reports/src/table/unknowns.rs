//! The verdicts that are not known, by what could not be read.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::page::{DOUBTFUL, FAINT, HEADING, PLAIN, Page};
use crate::report::{Location, Mode, Outcome, Report, RuleResult, UnknownFact};
use crate::wording::{count, some_of};

/// The most reasons that are listed.
const REASONS: usize = 10;

/// The most reasons that are listed of source code, which cannot say everything.
const REASONS_IN_SOURCE: usize = 5;

/// What the verdicts with one reason have in common.
#[derive(Default)]
struct Verdicts<'a> {
    number: usize,
    rules: BTreeSet<&'a str>,
    accounts: BTreeSet<&'a str>,
    detail: Option<&'a str>,
    place: Option<&'a Location>,
}

impl<'a> Verdicts<'a> {
    fn add(&mut self, result: &'a RuleResult) {
        self.number += 1;
        self.rules.insert(&result.rule);
        self.accounts.extend(result.subject.account.as_deref());
        let unknown = result.unknown.as_ref();
        self.detail = (self.detail).or(unknown.and_then(|unknown| unknown.detail.as_deref()));
        self.place = self.place.or(result.primary());
    }
}

pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    if report.scope.mode == Mode::Live {
        write_live(report, page)
    } else {
        write_source(report, page)
    }
}

/// The verdicts on a live organisation: an operation that failed stands behind most of them.
fn write_live(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let reasons = grouped(report, |unknown| {
        unknown.map_or(("no reason given", ""), |unknown| {
            let operation = unknown.operation.as_deref();
            (unknown.reason.as_str(), operation.unwrap_or_default())
        })
    });
    if reasons.is_empty() {
        return Ok(());
    }
    write_heading(&reasons, "on what could not be read", page)?;
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

/// The verdicts on source code: what it leaves open, with the first place that rests on it.
fn write_source(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let reasons = grouped(report, |unknown| {
        unknown.map_or("no reason given", |unknown| {
            unknown.detail.as_deref().unwrap_or(&unknown.reason)
        })
    });
    if reasons.is_empty() {
        return Ok(());
    }
    write_heading(&reasons, "on what the source leaves open", page)?;
    for (reason, verdicts) in reasons.iter().take(REASONS_IN_SOURCE) {
        let reason = format!("{reason}:");
        let number = count(verdicts.number, "verdict", "verdicts");
        let rules = format!("of {}", some_of(&verdicts.rules));
        let place = verdicts.place.map(|place| format!("({})", place.shown()));
        let place = place.unwrap_or_default();
        page.flow(
            1,
            &[
                (HEADING, reason.as_str()),
                (PLAIN, &number),
                (PLAIN, &rules),
                (FAINT, &place),
            ],
        )?;
    }
    page.more(1, reasons.len().saturating_sub(REASONS_IN_SOURCE), "csv")?;
    page.gap()
}

fn write_heading<K>(
    reasons: &[(K, Verdicts<'_>)],
    what: &str,
    page: &mut Page<'_>,
) -> io::Result<()> {
    let total = (reasons.iter())
        .map(|(_, verdicts)| verdicts.number)
        .sum::<usize>();
    let heading = count(total, "verdict rests", "verdicts rest");
    let spans = [
        (DOUBTFUL, "unknown:"),
        (HEADING, heading.as_str()),
        (HEADING, what),
    ];
    page.flow(0, &spans)
}

/// The unknown verdicts by what the reason comes to, the commonest first.
fn grouped<'a, K: Ord>(
    report: &'a Report,
    key: impl Fn(Option<&'a UnknownFact>) -> K,
) -> Vec<(K, Verdicts<'a>)> {
    let unknown = (report.results.iter()).filter(|result| result.outcome == Outcome::Unknown);
    let mut reasons: BTreeMap<K, Verdicts<'_>> = BTreeMap::new();
    for result in unknown {
        let reason = reasons.entry(key(result.unknown.as_ref()));
        reason.or_default().add(result);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, verdicts)| std::cmp::Reverse(verdicts.number));
    reasons
}
