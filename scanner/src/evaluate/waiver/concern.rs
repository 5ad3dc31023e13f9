//! Waivers that want attention.

use std::collections::HashSet;

use jiff::civil::Date;
use zonewarden_reports::{Gap, Mode, Report, Rule};

use super::file::{Criteria, Entry, Waivers};
use super::index::Index;
use super::{Held, State, ended};
use crate::evaluate::pattern::fits;
use crate::evaluate::selection::nearest;

/// So many days before its end, a waiver is told of.
const SOON: i32 = 30;

/// What is to be said of a waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// What it is about.
    pub kind: ConcernKind,
    /// The sentence, with the waiver, its line, and what to do.
    pub text: String,
}

/// What there is to be said of waivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConcernKind {
    /// It has expired.
    Expired,
    /// Its first day is yet to come.
    NotYet,
    /// It will expire within thirty days.
    ExpiresSoon,
    /// There is nothing that it covers.
    Unused,
    /// It accepts every rule on everything, and does not say that it is meant to.
    TooBroad,
    /// It names a rule that there is not.
    NoSuchRule,
}

/// What is to be said of each waiver, in the order of the file.
pub(super) fn of(
    report: &Report,
    waivers: &Waivers,
    index: &Index<'_>,
    held: &[Held<'_>],
    needed: &HashSet<usize>,
    today: Date,
) -> Vec<Concern> {
    let mut concerns = Vec::new();
    for (at, ((line, entry), held)) in waivers.entries.iter().zip(held).enumerate() {
        let name = format!("{} ({}:{line})", entry.id, waivers.file);
        let mut tell = |kind, text: String| concerns.push(Concern { kind, text });
        for rule in unknown_rules(entry, &report.rules) {
            let nearest = nearest(rule, report.rules.iter().map(|rule| rule.id.as_str()));
            let text =
                format!("The waiver {name} is for the rule {rule:?}, which there is not{nearest}");
            tell(ConcernKind::NoSuchRule, text);
        }
        let is_everywhere = index
            .matcher(at)
            .is_some_and(|matcher| matcher.is_everything());
        if is_everywhere && !entry.broad && covers_every_rule(entry, &report.rules) {
            let text = format!(
                "The waiver {name} accepts every rule on everything; name rules or give a match, or say that it is meant with broad = true."
            );
            tell(ConcernKind::TooBroad, text);
        }
        let is_needed = needed.contains(&at);
        let days = (entry.expires.0 - today).get_days();
        match held.state {
            // What it was for may be there, and this run could not see it.
            State::Expired if !is_needed && !could_be_needed(entry, report) => continue,
            State::Expired => {
                let remedy = match is_needed {
                    true => "mend what it was for, or have it renewed",
                    false => "remove it",
                };
                let ended = ended(entry, today);
                let ended = ended.strip_prefix(&entry.id).unwrap_or(&ended);
                tell(
                    ConcernKind::Expired,
                    format!("The waiver {name}{ended}; {remedy}."),
                );
                continue;
            }
            State::NotYet => {
                let text = format!(
                    "The waiver {name} is not in force before {}, the day on which it was created; correct that, or judge a later instant.",
                    entry.created
                );
                tell(ConcernKind::NotYet, text);
                continue;
            }
            State::InForce => {}
        }
        if !is_needed && could_be_needed(entry, report) {
            let text = format!("The waiver {name} matches nothing that fails; remove it.");
            tell(ConcernKind::Unused, text);
        } else if is_needed && days <= SOON {
            let left = match days {
                0 => "today".to_owned(),
                1 => "tomorrow".to_owned(),
                days => format!("in {days} days"),
            };
            let text = format!(
                "The waiver {name} expires on {}, {left}; mend what it is for, or have it renewed.",
                entry.expires
            );
            tell(ConcernKind::ExpiresSoon, text);
        }
    }
    concerns
}

/// The entries among the rules of a waiver that match no rule.
fn unknown_rules<'a>(entry: &'a Entry, rules: &'a [Rule]) -> impl Iterator<Item = &'a str> {
    let patterns = entry.rules.iter().map(String::as_str);
    patterns.filter(|pattern| !rules.iter().any(|rule| fits(pattern, &rule.id)))
}

fn covers_every_rule(entry: &Entry, rules: &[Rule]) -> bool {
    !entry.rules.is_empty() && rules.iter().all(|rule| entry.names(&rule.id))
}

/// Whether a run like this one would have shown what a waiver is for: its rules were judged, and
/// everything was read on which its findings might have been.
fn could_be_needed(entry: &Entry, report: &Report) -> bool {
    let coverage = &report.coverage;
    let selected = |account: &String| coverage.selected.contains(account);
    if let Some(gap) = &entry.gap {
        return report.scope.mode == Mode::Live && selected(&gap.account);
    }
    let mut named = (report.rules.iter())
        .filter(|rule| entry.names(&rule.id))
        .peekable();
    if named.peek().is_none() || !named.all(|rule| rule.selected) || !coverage.whole {
        return false;
    }
    let criteria = &entry.covers;
    let in_account =
        |gap: &Gap, account: &String| gap.account.as_ref().is_none_or(|of_gap| of_gap == account);
    match report.scope.mode {
        Mode::Live if criteria.accounts.is_empty() => {
            criteria.addresses.is_empty()
                && coverage.gaps.is_empty()
                && coverage.not_selected.is_empty()
        }
        Mode::Live => {
            let whole = |account: &String| {
                selected(account) && !coverage.gaps.iter().any(|gap| in_account(gap, account))
            };
            criteria.addresses.is_empty() && criteria.accounts.iter().all(whole)
        }
        // Code in some paths is not all the code there is, and may leave accounts open.
        Mode::Source | Mode::Plan => {
            let of_code = Criteria {
                addresses: criteria.addresses.clone(),
                zone_names: criteria.zone_names.clone(),
                ..Criteria::default()
            };
            !criteria.addresses.is_empty()
                && *criteria == of_code
                && coverage.complete
                && report.scope.paths == ["."]
        }
    }
}
