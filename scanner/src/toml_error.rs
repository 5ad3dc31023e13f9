//! What is wrong with a TOML text that a person wrote, in that person's terms.

use toml::Spanned;

/// The number, from 1, of the line on which a byte of a text stands.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text.get(..byte)
        .map_or(1, |before| before.matches('\n').count() + 1)
}

/// The number, from 1, of the line on which a value begins.
pub(crate) fn line<T>(text: &str, value: &Spanned<T>) -> usize {
    line_of(text, value.span().start)
}

/// That a number has no place in 64 bits.
const TOO_LARGE: &str = "the number has too many digits; give one between -9223372036854775808 and 18446744073709551615";

/// An error of the parser, or of a type that was read.
#[derive(Debug)]
pub(crate) struct TomlError {
    /// The number of the line, from 1.
    pub(crate) line: usize,
    /// What is wrong there, and after a semicolon what would be right.
    pub(crate) message: String,
    /// The known key nearest to one that is not known.
    pub(crate) nearest_key: Option<String>,
}

impl TomlError {
    /// The error in a text.
    pub(crate) fn of(error: &toml::de::Error, text: &str) -> Self {
        let message = error.message();
        let first = message.lines().next().unwrap_or_default();
        Self {
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            message: match first {
                // What serde_json says of a number for which it has no type.
                "JSON number out of range" => TOO_LARGE.to_owned(),
                first => first.to_owned(),
            },
            nearest_key: nearest_key(message),
        }
    }
}

/// The known key nearest to the unknown one of a message such as "unknown field `a`, expected one
/// of `b`, `c`".
fn nearest_key(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted
        .next()
        .filter(|_| message.starts_with("unknown field"))?;
    let nearest = quoted.min_by_key(|known| strsim::damerau_levenshtein(unknown, known))?;
    Some(nearest.to_owned())
}
