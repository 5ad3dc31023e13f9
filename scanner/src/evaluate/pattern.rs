//! How what a person names is compared with what was read.

use std::str::Chars;

/// Whether a text fits a pattern in which `*` stands for any characters and `?` for any one; in time
/// that grows with the product of their lengths at worst.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (mut wanted, mut rest) = (pattern.chars(), text.chars());
    // What follows the last `*`, and where it was tried last: only that is ever tried again, for what
    // an earlier `*` could leave to it the last can take as well.
    let mut again: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let (mut next_wanted, mut next) = (wanted.clone(), rest.clone());
        let fitting = match (next_wanted.next(), next.next()) {
            (Some('*'), _) => {
                again = Some((next_wanted.clone(), rest.clone()));
                wanted = next_wanted;
                continue;
            }
            (None, None) => return true,
            (Some('?'), Some(_)) => true,
            (Some(wanted), Some(found)) => wanted == found,
            _ => false,
        };
        if fitting {
            (wanted, rest) = (next_wanted, next);
            continue;
        }
        let Some((after_star, tried)) = &mut again else {
            return false;
        };
        if tried.next().is_none() {
            return false;
        }
        (wanted, rest) = (after_star.clone(), tried.clone());
    }
}

/// Whether a pattern fits whatever there is.
pub(super) fn fits_anything(pattern: &str) -> bool {
    pattern.contains('*') && pattern.bytes().all(|byte| matches!(byte, b'*' | b'?'))
}

/// Whether a pattern fits one text only.
pub(super) fn is_exact(pattern: &str) -> bool {
    !pattern.contains(['*', '?'])
}

/// The name of a zone, or a pattern for one, as names are compared: without the final dot, in lower
/// case (RFC 4343).
pub(super) fn plain_name(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// Whether the path of an organisational unit is this one, or lies below it.
pub(super) fn lies_below(path: &str, unit: &str) -> bool {
    let below = path.strip_prefix(unit.trim_end_matches('/'));
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
