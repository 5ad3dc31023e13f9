//! Addresses and references, as Terraform writes them: `module.zones["a"].aws_route53_zone.main`.

use std::sync::Arc;

/// A step of an address or a reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A name.
    Name(Arc<str>),
    /// An index or a key, in brackets.
    Key(Key),
}

/// Which instance of a block or which element of a collection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    /// By `count`, or by position.
    Index(u64),
    /// By `for_each`, or by name.
    Name(Arc<str>),
}

impl Step {
    /// The name, if it is one.
    pub(super) fn name(&self) -> Option<&Arc<str>> {
        match self {
            Self::Name(name) => Some(name),
            Self::Key(_) => None,
        }
    }
}

/// The steps of an address or a reference; `None` if it is neither.
pub(super) fn parse(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        if name.is_empty() {
            return None;
        }
        steps.push(Step::Name(name.into()));
        rest = after;
        while let Some(inner) = rest.strip_prefix('[') {
            let (key, after) = key(inner)?;
            steps.push(Step::Key(key));
            rest = after;
        }
        if rest.is_empty() {
            return Some(steps);
        }
        rest = rest.strip_prefix('.')?;
    }
}

/// The names in an address, without its keys.
pub(super) fn names(steps: &[Step]) -> Vec<Arc<str>> {
    steps.iter().filter_map(Step::name).cloned().collect()
}

/// Whether an address is another with keys left out, or the other itself.
pub(super) fn covers(address: &[Step], other: &[Step]) -> bool {
    let mut other = other.iter().peekable();
    for step in address {
        if step.name().is_some() {
            while other.next_if(|own| own.name().is_none()).is_some() {}
        }
        if other.next() != Some(step) {
            return false;
        }
    }
    other.all(|own| own.name().is_none())
}

/// The key that stands between brackets, and what follows them.
fn key(text: &str) -> Option<(Key, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (digits, rest) = text.split_once(']')?;
        return Some((Key::Index(digits.parse().ok()?), rest));
    };
    let mut name = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => break,
            '\\' => name.push(escape(&mut characters)?),
            // In an address a template marker within a key is doubled.
            marker @ ('$' | '%') => {
                name.push(marker);
                let doubled = characters.as_str().strip_prefix(marker);
                if let Some(rest) = doubled.filter(|rest| rest.starts_with('{')) {
                    characters = rest.chars();
                }
            }
            other => name.push(other),
        }
    }
    let rest = characters.as_str().strip_prefix(']')?;
    Some((Key::Name(name.into()), rest))
}

/// The character that an escape stands for, after its backslash.
fn escape(characters: &mut std::str::Chars) -> Option<char> {
    let digits = match characters.next()? {
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        other @ ('"' | '\\') => return Some(other),
        _ => return None,
    };
    let (code, rest) = characters.as_str().split_at_checked(digits)?;
    *characters = rest.chars();
    char::from_u32(u32::from_str_radix(code, 16).ok()?)
}
