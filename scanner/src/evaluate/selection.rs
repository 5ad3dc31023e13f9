//! Which rules a run judges, and with which parameters.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use super::catalogue::{Catalogue, Judges, Reads, Rule};
use super::judge::{EvaluateError, Options};
use crate::inventory::{Collection, Header, Mode, RecordSetScope};

/// Whether a rule is judged in a run, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// It is.
    Selected,
    /// It is not, for this reason.
    NotSelected(String),
}

/// Whether a rule is judged over a snapshot.
pub(super) fn selection(rule: &Rule, header: &Header) -> Selection {
    let (judges, why) = match header.mode {
        Mode::Live => (Judges::Live, "it does not judge the running organisation"),
        Mode::Source => (Judges::Source, "it does not judge source code"),
        Mode::Plan => (Judges::Plan, "it does not judge plans"),
    };
    if !rule.judges.contains(&judges) {
        return Selection::NotSelected(why.to_owned());
    }
    let partition = &header.partition;
    if !rule.partitions.is_empty() && !rule.partitions.iter().any(|known| known == partition) {
        return Selection::NotSelected(format!(
            "what it judges is not offered in the partition {partition}"
        ));
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

/// The parameters of every rule that has some: what is set, and the defaults.
pub(super) fn effective_params(
    catalogue: &Catalogue,
    options: &Options,
) -> Result<HashMap<String, BTreeMap<String, Json>>, EvaluateError> {
    for (id, set) in &options.params {
        let rule = catalogue.rule(id).ok_or_else(|| {
            let known = catalogue.rules().iter().map(|rule| rule.id.as_str());
            EvaluateError::Param(format!(
                "parameters are set for the rule {id:?}, which there is not{}",
                nearest(id, known)
            ))
        })?;
        for (name, value) in set {
            let param = rule.params.get(name).ok_or_else(|| {
                let known = rule.params.keys().map(String::as_str);
                EvaluateError::Param(format!(
                    "the rule {id} has no parameter {name:?}{}",
                    nearest(name, known)
                ))
            })?;
            if !param.kind.admits(value) {
                return Err(EvaluateError::Param(format!(
                    "the parameter {name} of the rule {id} is set to {value}; give it a value of type {}",
                    param.kind.as_str()
                )));
            }
        }
    }
    let with_params = catalogue
        .rules()
        .iter()
        .filter(|rule| !rule.params.is_empty());
    Ok(with_params
        .map(|rule| {
            let set = options.params.get(&rule.id);
            let values = rule.params.iter().map(|(name, param)| {
                let value = set.and_then(|set| set.get(name)).unwrap_or(&param.default);
                (name.clone(), value.clone())
            });
            (rule.id.clone(), values.collect())
        })
        .collect())
}

pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .min_by_key(|known| strsim::damerau_levenshtein(name, known))
        .map(|nearest| format!("; did you mean {nearest:?}?"))
        .unwrap_or_default()
}
