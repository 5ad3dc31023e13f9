//! How what a person names is compared with what was read.

/// Whether a text fits a pattern in which `*` stands for any characters; in time that grows with
/// the product of their lengths at worst.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether a pattern fits whatever there is.
pub(super) fn fits_anything(pattern: &str) -> bool {
    !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*')
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
