//! Conditions that say who asks, or for whom an AWS service asks.
//!
//! A condition narrows where it names something and holds for nothing else: a positive text or
//! ARN operator, none of whose values matches anything whatever, and which fails for a request
//! that does not hold the key. `...IfExists` and `ForAllValues:` hold without the key, and so
//! narrow only beside `Null` with `false` for the same key.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>

use super::condition::Condition;
use super::statement::Statement;
use super::symbolic;
use super::template::Template;

/// The conditions of a statement on keys that are chosen, which fail without the key and
/// compare it with named values.
pub(super) fn naming_conditions<'p>(
    statement: &'p Statement,
    chosen: impl Fn(&str) -> bool + 'p,
) -> impl Iterator<Item = &'p Condition> {
    statement.conditions.iter().filter(move |condition| {
        chosen(condition.key())
            && condition.is_positive()
            && !condition.values().is_empty()
            && (condition.requires_key()
                || statement
                    .conditions
                    .iter()
                    .any(|other| other.is_presence_test() && other.key() == condition.key()))
    })
}

/// How much of a value a condition leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Openness {
    /// It is this text.
    Exact,
    /// Some of it is a wildcard.
    Partly,
    /// It is anything.
    Wholly,
}

/// How much of a text is wildcards.
pub(super) fn openness(text: &str, condition: &Condition) -> Openness {
    if !condition.has_wildcards() || !(text.contains(['*', '?']) || symbolic::is_open(text)) {
        Openness::Exact
    } else if text.bytes().all(|byte| matches!(byte, b'*' | b'?')) {
        Openness::Wholly
    } else {
        Openness::Partly
    }
}

/// Whether a value is made of what the caller brings along, and so compares it with itself.
pub(super) fn echoes_caller(value: &Template) -> bool {
    const CALLER: [&str; 4] = [
        "aws:source",
        "aws:principal",
        "aws:user",
        "kms:calleraccount",
    ];
    value
        .variables()
        .any(|key| CALLER.iter().any(|prefix| key.starts_with(prefix)))
}
