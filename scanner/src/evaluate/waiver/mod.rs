//! Findings and gaps that people have accepted until a day.

mod concern;
mod file;
mod gap;
mod index;

use std::collections::HashSet;
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use zonewarden_reports::{Outcome, Report, Waiver, WaiverSource};

pub use concern::{Concern, ConcernKind};
pub use file::{MAX_SIZE, WaiverError, Waivers, waivers_schema};

use super::acceptance::waive;
use file::Entry;
use index::Index;

/// Waives the failures that waivers in force cover, and accepts the gaps that they name.
///
/// The day is that of the instant which the report took for now. A failure whose waivers have all
/// expired stays, and its message says since when. The warnings of the report, and what is
/// returned, tell of every waiver that wants attention.
pub fn apply(report: &mut Report, waivers: &Waivers) -> Vec<Concern> {
    let today = report.run.evaluated_at.to_zoned(TimeZone::UTC).date();
    report.run.waivers_digest = Some(waivers.digest.clone());
    let index = Index::of(&waivers.entries, &report.rules);
    let held: Vec<Held<'_>> = (waivers.entries.iter())
        .map(|(_, entry)| Held::of(entry, today))
        .collect();
    let mut needed: HashSet<usize> = HashSet::new();
    for result in &mut report.results {
        if matches!(result.outcome, Outcome::Pass | Outcome::NotApplicable) {
            continue;
        }
        let covering = index.covering(result);
        needed.extend(&covering);
        // The one that holds longest.
        let last = (covering.iter())
            .filter_map(|at| held.get(*at))
            .filter(|held| held.state != State::NotYet)
            .max_by_key(|held| held.entry.expires);
        let Some(last) = last.filter(|_| result.outcome == Outcome::Fail) else {
            continue;
        };
        match last.state {
            State::InForce => {
                let waiver = last.waiver.clone();
                waive(result, waiver, &mut report.summary, &mut report.rules);
            }
            State::Expired | State::NotYet => {
                let ended = ended(last.entry, today);
                result.message.push_str(&format!(" The waiver {ended}."));
            }
        }
    }
    gap::accept(report, &held, today, &mut needed);
    report.results.sort_by(|one, other| one.worst_first(other));
    let concerns = concern::of(report, waivers, &index, &held, &needed, today);
    let told = concerns.iter().map(|concern| concern.text.clone());
    report.warnings.extend(told);
    concerns
}

/// A waiver on the day of the report.
struct Held<'a> {
    entry: &'a Entry,
    waiver: Arc<Waiver>,
    state: State,
}

/// What a waiver is worth on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NotYet,
    InForce,
    Expired,
}

impl<'a> Held<'a> {
    fn of(entry: &'a Entry, today: Date) -> Self {
        // Where the waiver was written, the day may have begun before it did at Greenwich.
        let begins = entry.created.0.saturating_sub(1.day());
        let state = match (today < begins, today > entry.expires.0) {
            (true, _) => State::NotYet,
            (false, false) => State::InForce,
            (false, true) => State::Expired,
        };
        let waiver = Waiver {
            id: entry.id.clone(),
            source: WaiverSource::File,
            reason: entry.reason.clone(),
            owner: Some(entry.owner.clone()),
            approved_by: Some(entry.approved_by.clone()),
            ticket: entry.ticket.clone(),
            created: Some(entry.created.0),
            expires: Some(entry.expires.0),
        };
        Self {
            entry,
            waiver: Arc::new(waiver),
            state,
        }
    }
}

/// The words for the end of a waiver that has expired.
fn ended(entry: &Entry, today: Date) -> String {
    let days = (today - entry.expires.0).get_days();
    let ago = match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    format!("{} expired on {}, {ago} ago", entry.id, entry.expires)
}
