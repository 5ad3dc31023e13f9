//! Domain names as text: those of servers, and the zones above a zone.

/// The name of a server in lower case and with its final dot, as observations have it; Route 53
/// leaves the dot out of delegation sets.
pub(in crate::derive) fn server_name(name: &str) -> String {
    let mut name = name.to_ascii_lowercase();
    if !name.ends_with('.') {
        name.push('.');
    }
    name
}

/// The names above a name, its parent first and the root last, in the form in which it is given.
///
/// A dot within a label is escaped in every form, so each dot ends a label.
pub fn ancestors(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(name.strip_suffix('.').unwrap_or(name));
    let whole = name;
    std::iter::from_fn(move || {
        let current = rest?;
        if current.is_empty() {
            rest = None;
            return None;
        }
        match current.split_once('.') {
            Some((_, above)) => {
                rest = Some(above);
                whole.get(whole.len() - above.len() - usize::from(whole.ends_with('.'))..)
            }
            None => {
                rest = None;
                Some(".")
            }
        }
    })
}

/// How many labels a name has; none for the root.
pub(super) fn labels(name: &str) -> usize {
    match name.strip_suffix('.').unwrap_or(name) {
        "" => 0,
        name => name.split('.').count(),
    }
}
