//! Numbers and names as parts of a sentence.

use std::collections::BTreeSet;

/// The most names in one list of them.
const NAMES: usize = 5;

/// A number with its noun.
pub(crate) fn count(number: impl TryInto<u64>, one: &str, many: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The first few names, and how many more there are.
pub(crate) fn some_of(names: &BTreeSet<&str>) -> String {
    let few: Vec<&str> = names.iter().take(NAMES).copied().collect();
    let mut text = few.join(", ");
    if names.len() > NAMES {
        text.push_str(&format!(" and {} more", names.len() - NAMES));
    }
    text
}
