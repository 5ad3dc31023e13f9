//! Gaps that waivers accept, so that the run is complete without them.

use std::collections::HashSet;

use jiff::civil::Date;
use zonewarden_reports::{Gap, Outcome, Report, Waiver};

use super::file::NamedGap;
use super::{Held, State, ended};
use crate::evaluate::acceptance::waive;

/// The rule that tells of gaps.
const COVERAGE_RULE: &str = "scan-complete";

/// Accepts the gaps that waivers in force name, and says of a gap whose waivers have expired when
/// they did. Where nothing else is missing, the report is complete.
pub(super) fn accept(
    report: &mut Report,
    held: &[Held<'_>],
    today: Date,
    needed: &mut HashSet<usize>,
) {
    for gap in &mut report.coverage.gaps {
        let naming: Vec<(usize, &Held<'_>)> = (held.iter().enumerate())
            .filter(|(_, held)| {
                held.entry
                    .gap
                    .as_ref()
                    .is_some_and(|named| names(named, gap))
            })
            .collect();
        needed.extend(naming.iter().map(|(at, _)| at));
        let last = (naming.into_iter())
            .map(|(_, held)| held)
            .filter(|held| held.state != State::NotYet)
            .max_by_key(|held| held.entry.expires);
        match last {
            Some(held) if held.state == State::InForce => gap.waiver = Some(held.waiver.clone()),
            Some(held) => {
                let ended = format!("the waiver {}", ended(held.entry, today));
                let detail = gap.detail.take();
                gap.detail =
                    Some(detail.map_or(ended.clone(), |detail| format!("{detail}; {ended}")));
            }
            None => {}
        }
    }
    if report.coverage.gaps.iter().all(|gap| gap.waiver.is_none()) {
        return;
    }
    waive_coverage(report);
    report.coverage.complete |= is_complete(report);
}

fn names(named: &NamedGap, gap: &Gap) -> bool {
    gap.account.as_ref() == Some(&named.account)
        && gap.operation.as_ref() == Some(&named.operation)
        && (named.subject.as_ref()).is_none_or(|subject| *subject == gap.subject)
}

/// Waives the failures that tell of nothing but accepted gaps of an account.
fn waive_coverage(report: &mut Report) {
    for result in &mut report.results {
        if result.rule != COVERAGE_RULE || result.outcome != Outcome::Fail {
            continue;
        }
        let account = result.subject.account.as_deref();
        let of_account =
            (report.coverage.gaps.iter()).filter(|gap| gap.account.as_deref() == account);
        let waivers: Option<Vec<_>> = of_account.map(|gap| gap.waiver.clone()).collect();
        // The one that ends first says how long the account may stay so.
        let first = waivers.and_then(|waivers| {
            let expires = |waiver: &std::sync::Arc<Waiver>| waiver.expires;
            waivers.into_iter().min_by_key(expires)
        });
        if let Some(waiver) = first {
            waive(result, waiver, &mut report.summary, &mut report.rules);
        }
    }
}

/// Whether nothing is missing but what is accepted.
fn is_complete(report: &Report) -> bool {
    let coverage = &report.coverage;
    let accepted = |gap: &Gap| gap.waiver.is_some();
    let operations: HashSet<&str> = (coverage.gaps.iter())
        .filter_map(|gap| gap.operation.as_deref())
        .collect();
    let mut unknown = report
        .results
        .iter()
        .filter_map(|result| result.unknown.as_ref());
    coverage.whole
        && coverage.gaps.iter().all(accepted)
        && unknown.all(|unknown| {
            // A rule that erred, or an answer that was not understood, is no gap.
            unknown.fact.is_some()
                && match &unknown.operation {
                    Some(operation) => operations.contains(operation.as_str()),
                    None => unknown.reason != "malformed",
                }
        })
}
