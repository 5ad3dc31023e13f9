//! `sprintf`, as OPA's: for `%v`, `%s` and `%d`, and for nothing else.
//!
//! Go writes a mistake into the text (`%!d(string=x)`); here it is an error.

use regorus::Value;

use super::Argument;

/// The fractions that both write as digits around a point, and not with an exponent.
const PLAIN_FRACTIONS: std::ops::Range<f64> = 1e-4..1e6;

const ONLY: &str = "write %v, %s for a text or %d for a whole number";

enum Piece<'a> {
    Text(&'a str),
    Verb(char),
}

/// Why a text would be another in OPA.
pub(super) fn otherwise(format: &Argument<'_>, values: &Argument<'_>) -> Option<String> {
    let pieces = match pieces(format.text()?) {
        Ok(pieces) => pieces,
        Err(problem) => return Some(problem),
    };
    let verbs: Vec<char> = (pieces.iter())
        .filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Verb(verb) => Some(*verb),
        })
        .collect();
    let values = values.elements()?;
    if verbs.len() != values.len() {
        return Some(format!(
            "{} to fill in, and {} given",
            verbs.len(),
            values.len()
        ));
    }
    let mut filled = verbs.into_iter().zip(&values);
    filled.find_map(|(verb, value)| match value {
        Argument::Value(value) => otherwise_filled(verb, value),
        _ => None,
    })
}

fn otherwise_filled(verb: char, value: &Value) -> Option<String> {
    match (verb, value) {
        ('s', Value::Number(_)) => Some("%s is for texts; write %v for a number".to_owned()),
        ('d', Value::Number(number)) if number.is_integer() => None,
        ('d', _) => Some("%d is for whole numbers; write %v".to_owned()),
        (_, value) => unlike(value).map(str::to_owned),
    }
}

/// What of a value is written otherwise.
fn unlike(value: &Value) -> Option<&'static str> {
    match value {
        Value::Number(number) if !number.is_integer() => {
            let size = number.as_f64().map(f64::abs);
            let plain = size.is_some_and(|size| PLAIN_FRACTIONS.contains(&size));
            (!plain).then_some("a fraction is very large or small; round it")
        }
        Value::Array(elements) => elements.iter().find_map(unlike_within),
        Value::Set(elements) => elements.iter().find_map(unlike_within),
        Value::Object(members) => {
            let mut all = members.iter().flat_map(|(name, value)| [name, value]);
            all.find_map(unlike_within)
        }
        _ => None,
    }
}

fn unlike_within(value: &Value) -> Option<&'static str> {
    match value {
        Value::Set(elements) if elements.is_empty() => Some("there is an empty set in a value"),
        Value::String(text) if !text.chars().all(is_quoted_alike) => Some(
            "a text within a value has more than letters, digits and what ASCII prints; fill it in by itself",
        ),
        value => unlike(value),
    }
}

/// Go escapes what it does not take for printable, which other symbols may be.
fn is_quoted_alike(character: char) -> bool {
    matches!(character, ' '..='~' | '\n' | '\t') || character.is_alphanumeric()
}

/// The text, where [`otherwise`] has nothing to say; `write` is regorus' own for one value.
pub(super) fn filled<'v, E>(
    format: &str,
    mut values: impl Iterator<Item = &'v Value>,
    mut write: impl FnMut(&Value) -> Result<Value, E>,
) -> Result<String, E> {
    let mut text = String::new();
    for piece in pieces(format).unwrap_or_default() {
        match piece {
            Piece::Text(literal) => text.push_str(literal),
            Piece::Verb(_) => match values.next() {
                Some(Value::String(value)) => text.push_str(value),
                Some(Value::Number(number)) if number.is_integer() => {
                    text.push_str(&number.format_decimal());
                }
                Some(Value::Set(elements)) if elements.is_empty() => text.push_str("set()"),
                Some(value) => {
                    if let Value::String(written) = write(value)? {
                        text.push_str(&written);
                    }
                }
                None => {}
            },
        }
    }
    Ok(text)
}

fn pieces(format: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some((text, after)) = rest.split_once('%') {
        pieces.push(Piece::Text(text));
        let mut characters = after.chars();
        pieces.push(match characters.next() {
            Some('%') => Piece::Text("%"),
            Some(verb @ ('v' | 's' | 'd')) => Piece::Verb(verb),
            Some(other) => {
                return Err(format!(
                    "%{} is not written alike; {ONLY}",
                    other.escape_default()
                ));
            }
            None => return Err("the text ends with %; write %% for one".to_owned()),
        });
        rest = characters.as_str();
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}
