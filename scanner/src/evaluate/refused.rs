//! What a rule must not call: it would reach outside its input, or answer differently each time.

/// The functions, and the namespaces, which end in a dot.
const REFUSED: [&str; 6] = [
    "http.send",
    "net.lookup_ip_addr",
    "opa.runtime",
    "rand.",
    "time.now_ns",
    "uuid.",
];

/// The refused function, or namespace, that a name is or lies in.
pub(super) fn by_name(name: &str) -> Option<&'static str> {
    REFUSED
        .into_iter()
        .find(|refused| match refused.strip_suffix('.') {
            Some(_) => name.starts_with(refused),
            None => name == *refused,
        })
}

/// That a function is refused, and why.
pub(super) fn told(refused: &str) -> String {
    format!(
        "{} is refused: a rule judges its input alone, and the same input always alike",
        refused.trim_end_matches('.')
    )
}
