//! Findings that the code itself asks to accept.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use zonewarden_reports::{Location, Outcome, Report, Role, Rule, Waiver, WaiverSource};

use super::acceptance::waive;
use super::selection::nearest;
use crate::inventory::SourcePlace;

/// A wish to accept the findings of some rules on a block of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The ids of the rules; there may be none of that name.
    pub rules: Vec<String>,
    /// The last day on which it holds; without one it holds for ever.
    pub until: Option<Date>,
    /// Why the findings are accepted.
    pub reason: String,
    /// Where it is written.
    pub place: SourcePlace,
    /// The block that it stands on: it is for the findings whose primary place, declaration or
    /// module call begins there.
    pub covers: SourcePlace,
}

/// Waives the failures that exceptions in force cover, and counts them as waived.
///
/// A failure whose exceptions have all ended stays, and its message says so. The warnings tell of
/// each exception that has ended, that names a rule there is not, or that has nothing to accept; not
/// of one for a rule that was not selected, or whose verdict on that block is unknown.
pub fn apply(report: &mut Report, exceptions: &[Exception], today: Date) {
    let by_rule_and_file = by_rule_and_file(exceptions);
    let mut needed: HashSet<Naming> = HashSet::new();
    for result in &mut report.results {
        if matches!(result.outcome, Outcome::Pass | Outcome::NotApplicable) {
            continue;
        }
        let mut covering = Vec::new();
        for location in result.locations.iter().filter(|place| is_of_subject(place)) {
            let at = (result.rule.as_ref(), location.file.as_str());
            for naming in by_rule_and_file.get(&at).into_iter().flatten() {
                let exception = exceptions.get(naming.exception);
                if let Some(exception) = exception.filter(|one| one.covers(location)) {
                    needed.insert(*naming);
                    covering.push(exception);
                }
            }
        }
        // The one that holds longest.
        let last = covering
            .into_iter()
            .max_by_key(|exception| (exception.until.is_none(), exception.until));
        if let Some(exception) = last.filter(|_| result.outcome == Outcome::Fail) {
            if exception.holds(today) {
                let waiver = Arc::new(exception.waiver());
                waive(result, waiver, &mut report.summary, &mut report.rules);
            } else {
                result.message.push_str(&exception.ended());
            }
        }
    }
    report.results.sort_by(|one, other| one.worst_first(other));
    for (index, exception) in exceptions.iter().enumerate() {
        let needed = |rule| {
            needed.contains(&Naming {
                exception: index,
                rule,
            })
        };
        let warnings = warnings(&report.rules, exception, today, needed);
        report.warnings.extend(warnings);
    }
}

/// One of the rules that an exception names: its place in the list of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Naming {
    exception: usize,
    rule: usize,
}

fn by_rule_and_file(exceptions: &[Exception]) -> HashMap<(&str, &str), Vec<Naming>> {
    let mut namings: HashMap<_, Vec<Naming>> = HashMap::new();
    for (index, exception) in exceptions.iter().enumerate() {
        for (rule, name) in exception.rules.iter().enumerate() {
            let at = (name.as_str(), exception.covers.file.as_str());
            namings.entry(at).or_default().push(Naming {
                exception: index,
                rule,
            });
        }
    }
    namings
}

impl Exception {
    fn covers(&self, location: &Location) -> bool {
        let block = &self.covers;
        let begin = (u64::from(block.line), u64::from(block.column));
        let end = (u64::from(block.end_line), u64::from(block.end_column));
        (begin..end).contains(&(location.line, location.column))
    }

    fn holds(&self, today: Date) -> bool {
        self.until.is_none_or(|until| today <= until)
    }

    /// The exception as the report tells of it.
    fn waiver(&self) -> Waiver {
        Waiver {
            id: shown(&self.place),
            source: WaiverSource::Code,
            reason: self.reason.clone(),
            owner: None,
            approved_by: None,
            ticket: None,
            created: None,
            expires: self.until,
        }
    }

    /// What is added to the message of a failure that it no longer covers.
    fn ended(&self) -> String {
        let until = self
            .until
            .map_or(String::new(), |until| format!(" on {until}"));
        format!(" The exception at {} ended{until}.", shown(&self.place))
    }
}

fn is_of_subject(location: &Location) -> bool {
    matches!(
        location.role,
        Role::Primary | Role::Declaration | Role::Call
    )
}

/// What is to be said of an exception.
fn warnings(
    rules: &[Rule],
    exception: &Exception,
    today: Date,
    is_needed: impl Fn(usize) -> bool,
) -> Vec<String> {
    let place = shown(&exception.place);
    let mut warnings = Vec::new();
    let ended = exception.until.filter(|_| !exception.holds(today));
    if let Some(until) = ended
        && (0..exception.rules.len()).any(&is_needed)
    {
        warnings.push(format!(
            "The exception at {place} ended on {until}; mend what it was for, or give it another date."
        ));
    }
    for (index, name) in exception.rules.iter().enumerate() {
        let Some(rule) = rules.iter().find(|rule| rule.id == *name) else {
            let nearest = nearest(name, rules.iter().map(|rule| rule.id.as_str()));
            warnings.push(format!(
                "The exception at {place} is for the rule {name:?}, which there is not{nearest}"
            ));
            continue;
        };
        if rule.selected && !is_needed(index) {
            warnings.push(format!(
                "The exception at {place} is for the rule {name}, which does not fail there; remove it."
            ));
        }
    }
    warnings
}

fn shown(place: &SourcePlace) -> String {
    format!("{}:{}", place.file, place.line)
}
