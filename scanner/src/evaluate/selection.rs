//! Which rules a run judges.

use super::catalogue::{Judges, Reads, Rule, Scope};
use crate::inventory::{Collection, Header, Mode, Part, RecordSetScope};

/// Whether a rule is judged in a run, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// It is.
    Selected,
    /// It is not, for this reason.
    NotSelected(String),
}

/// Whether a rule is judged over a snapshot, with an earlier one or without.
pub(super) fn selection(rule: &Rule, header: &Header, has_previous: bool) -> Selection {
    if let Some(why) = &rule.left_out {
        return Selection::NotSelected(why.clone());
    }
    let (judges, why) = match header.mode {
        Mode::Live => (Judges::Live, "it does not judge the running organisation"),
        Mode::Source => (Judges::Source, "it does not judge source code"),
        Mode::Plan => (Judges::Plan, "it does not judge plans"),
    };
    if !rule.judges.contains(&judges) {
        return Selection::NotSelected(why.to_owned());
    }
    if rule.scope == Scope::Organization && header.mode != Mode::Live {
        return Selection::NotSelected("code says nothing of the organisation".to_owned());
    }
    let partition = &header.partition;
    if !rule.partitions.is_empty() && !rule.partitions.iter().any(|known| known == partition) {
        return Selection::NotSelected(format!(
            "what it judges is not offered in the partition {partition}"
        ));
    }
    if rule.reads.contains(&Reads::Previous) && header.mode == Mode::Live && !has_previous {
        return Selection::NotSelected("no earlier snapshot was given".to_owned());
    }
    match rule.reads.iter().find_map(|read| unread(*read, header)) {
        Some(why) => Selection::NotSelected(why.to_owned()),
        None => Selection::Selected,
    }
}

/// Why something was not read, where that was by choice.
fn unread(read: Reads, header: &Header) -> Option<&'static str> {
    let source = header.source.as_ref();
    let is_open = |collection| source.is_some_and(|source| source.open.contains(&collection));
    if read == Reads::Alarms && is_open(Collection::Alarms) {
        return Some(
            "the code declares no alarm, and --closed alarms does not say that there is none",
        );
    }
    if read == Reads::Registrations && is_open(Collection::Registrations) {
        return Some("the code declares no registered domain");
    }
    if read == Reads::Vpcs && is_open(Collection::Vpcs) {
        return Some("the code declares no VPC");
    }
    if let Some(part) = read.part()
        && !header.parts.contains(&part)
    {
        return Some(match part {
            Part::Registrations => "registered domains were not read",
            Part::LogGroups => "log groups were not read",
            Part::Vpcs => "VPCs were not read",
        });
    }
    match (read, header.record_sets) {
        (Reads::Dns, _) if header.dns.is_none() => Some("DNS was not asked"),
        (Reads::ParentRecords | Reads::AllRecords, RecordSetScope::Off) => {
            Some("record sets were not read")
        }
        (Reads::AllRecords, RecordSetScope::Parents) => {
            Some("only the record sets of parent zones were read")
        }
        _ => None,
    }
}

/// Words that say which known name is nearest to one that is not known.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .min_by_key(|known| strsim::damerau_levenshtein(name, known))
        .map(|nearest| format!("; did you mean {nearest:?}?"))
        .unwrap_or_default()
}
