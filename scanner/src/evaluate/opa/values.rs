//! Values that both engines count, compare and write alike.

use regorus::Value;

use super::Argument;

/// OPA maps each character to one; Rust knows characters whose lower case is several, or depends on
/// what stands beside them.
pub(super) fn lower(text: &str) -> Option<String> {
    let other = |character: &char| *character == 'Σ' || character.to_lowercase().count() != 1;
    text.chars().find(other).map(several)
}

/// As [`lower`], for the upper case.
pub(super) fn upper(text: &str) -> Option<String> {
    let other = |character: &char| character.to_uppercase().count() != 1;
    text.chars().find(other).map(several)
}

fn several(character: char) -> String {
    format!(
        "the text has U+{:04X}; compare it as it is",
        u32::from(character)
    )
}

/// Nothing is sought.
pub(super) fn empty(sought: &str) -> Option<String> {
    let problem = || "an empty text is sought; say what is".to_owned();
    sought.is_empty().then(problem)
}

/// Places in a text or an array are whole numbers.
pub(super) fn whole(numbers: &[Argument<'_>]) -> Option<String> {
    let is_whole = |number: &Argument<'_>| match number {
        Argument::Value(Value::Number(number)) => number.as_i64().is_some(),
        _ => true,
    };
    let problem = || "a place is a whole number".to_owned();
    (!numbers.iter().all(is_whole)).then(problem)
}

/// OPA keeps the digits of a number that a text has, and writes them again.
pub(super) fn digits(text: &str) -> Option<String> {
    let whole = text.parse::<i64>().map(|number| number.to_string());
    let written = whole.or_else(|_| text.parse::<f64>().map(|number| number.to_string()));
    let is_padded = text.trim() != text;
    let other = is_padded || written.is_ok_and(|written| written != text);
    other.then(|| {
        format!(
            "it would keep the digits {}; give it no others than the number has",
            text.escape_default()
        )
    })
}

/// OPA rounds what lies between -1 and 0 to 0, whichever way.
pub(super) fn below_nought(number: &Value) -> Option<String> {
    let Value::Number(number) = number else {
        return None;
    };
    let size = number.as_f64()?;
    let problem = || "a fraction is just below 0; take its sign off first".to_owned();
    (size < 0.0 && size > -1.0).then(problem)
}

/// OPA counts characters, and regorus what UTF-16 makes of them.
pub(super) fn beyond_plane(text: &str) -> Option<String> {
    let is_beyond = text.chars().any(|character| character.len_utf16() > 1);
    is_beyond
        .then(|| "the text has characters that UTF-16 takes two for; count the rest".to_owned())
}

/// Go escapes what HTML does.
pub(super) fn escaped(value: &Value) -> Option<String> {
    let text = value.to_json_str().ok()?;
    let problem = || "Go escapes <, > and & in texts; compare the value itself".to_owned();
    text.contains(['<', '>', '&']).then(problem)
}

/// A path in which `~` escapes.
pub(super) fn escaped_path(paths: &Value) -> Option<String> {
    let text = paths.to_json_str().ok()?;
    text.contains('~')
        .then(|| "~ escapes in paths; choose members by a comprehension".to_owned())
}

/// OPA replaces all at once, and regorus one after another.
pub(super) fn replacements(pairs: &Value) -> Option<String> {
    let Value::Object(pairs) = pairs else {
        return None;
    };
    match pairs.len() {
        0 | 1 => {
            let mut sought = pairs.keys().filter_map(|key| key.as_string().ok());
            sought.find_map(|text| empty(text))
        }
        _ => Some("several texts are replaced at once; write replace for each".to_owned()),
    }
}

/// The last digits of fractions differ.
pub(super) fn fraction(numbers: &Value) -> Option<String> {
    let is_fraction =
        |value: &Value| matches!(value, Value::Number(number) if !number.is_integer());
    let any = match numbers {
        Value::Array(numbers) => numbers.iter().any(is_fraction),
        Value::Set(numbers) => numbers.iter().any(is_fraction),
        _ => false,
    };
    any.then(|| "one is a fraction, whose last digits differ; take whole numbers".to_owned())
}

/// Two of a kind, neither empty, are compared alike.
pub(super) fn subset(whole: &Value, part: &Value) -> Option<String> {
    let alike = match (whole, part) {
        (Value::Object(_), Value::Object(_)) | (Value::Set(_), Value::Set(_)) => true,
        (Value::Array(whole), Value::Array(part)) => !whole.is_empty() && !part.is_empty(),
        (Value::Array(whole), Value::Set(part)) => !whole.is_empty() && !part.is_empty(),
        _ => false,
    };
    (!alike).then(|| "give two objects, two sets, or arrays that are not empty".to_owned())
}
