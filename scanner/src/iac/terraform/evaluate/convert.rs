//! Conversions between primitive types (Terraform documentation, "Types and Values",
//! "Type Conversion").

use std::borrow::Cow;
use std::sync::Arc;

use crate::iac::json;
use crate::iac::value::{Data, Number, Part, Value};
use crate::inventory::{Reason, Unknown};

/// Why there is no result: it is not known, or Terraform would refuse.
#[derive(Debug, Clone)]
pub(super) enum Stop {
    Unknown(Arc<Unknown>),
    Failure(String),
}

impl Stop {
    pub(super) fn unknown(detail: impl Into<String>) -> Self {
        Self::Unknown(Arc::new(Unknown::because(Reason::NotDetermined, detail)))
    }

    /// Terraform counts with more digits than an integer has here.
    pub(super) fn too_many_digits() -> Self {
        Self::unknown("the number has more digits than are counted with")
    }

    pub(super) fn failure(message: impl Into<String>) -> Self {
        Self::Failure(message.into())
    }
}

/// What kind of value it is, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    match &value.data {
        Data::Null => "null",
        Data::Bool(_) => "a truth value",
        Data::Number(_) => "a number",
        Data::String(_) | Data::Text(_) | Data::Json(_) => "a text",
        Data::List(_) => "a list",
        Data::Set(_) => "a set",
        Data::Object(_) => "an object",
        Data::Symbol(_) | Data::Unknown(_) => "not known",
    }
}

/// Why a value is not wholly known, if it is a symbol, a text with symbols, or unknown.
pub(super) fn not_known(value: &Value) -> Option<Stop> {
    match &value.data {
        Data::Unknown(why) => Some(Stop::Unknown(Arc::clone(why))),
        Data::Symbol(symbol) => Some(after_apply(&symbol.to_string())),
        Data::Text(parts) => parts.iter().find_map(part_not_known),
        _ => None,
    }
}

fn part_not_known(part: &Part) -> Option<Stop> {
    match part {
        Part::Literal(_) => None,
        Part::Symbol(symbol) => Some(after_apply(&symbol.to_string())),
        Part::Unknown(why) => Some(Stop::Unknown(Arc::clone(why))),
    }
}

fn after_apply(what: &str) -> Stop {
    Stop::unknown(format!("{what} is known only after apply"))
}

/// The text of a primitive value, with what is not known in its place.
pub(super) fn parts(value: &Value) -> Result<Vec<Part>, Stop> {
    match &value.data {
        Data::String(text) => Ok(vec![Part::Literal(Arc::clone(text))]),
        Data::Bool(value) => Ok(vec![Part::Literal(value.to_string().into())]),
        Data::Number(number) => Ok(vec![Part::Literal(number.to_string().into())]),
        Data::Text(parts) => Ok(parts.to_vec()),
        Data::Json(inner) => Ok(json::encode(inner)),
        Data::Symbol(symbol) => Ok(vec![Part::Symbol(symbol.clone())]),
        Data::Unknown(why) => Ok(vec![Part::Unknown(Arc::clone(why))]),
        Data::Null | Data::List(_) | Data::Set(_) | Data::Object(_) => Err(Stop::Failure(format!(
            "expected a text, found {}",
            kind(value)
        ))),
    }
}

/// The text of a primitive value that is wholly known.
pub(super) fn text(value: &Value) -> Result<Cow<'_, str>, Stop> {
    if let Data::String(text) = &value.data {
        return Ok(Cow::Borrowed(text));
    }
    let mut text = String::new();
    for part in parts(value)? {
        match part {
            Part::Literal(literal) => text.push_str(&literal),
            other => {
                let why = part_not_known(&other);
                return Err(why.unwrap_or_else(|| Stop::unknown("a part of it is not known")));
            }
        }
    }
    Ok(Cow::Owned(text))
}

/// The text that a value is as the key of an object.
pub(super) fn key(value: &Value) -> Result<Arc<str>, Stop> {
    match &value.data {
        Data::String(text) => Ok(Arc::clone(text)),
        _ => Ok(text(value)?.into()),
    }
}

/// As much of a text as a message needs to name it.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 64;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// The number that a value is or spells.
pub(super) fn number(value: &Value) -> Result<Number, Stop> {
    if let Some(why) = not_known(value) {
        return Err(why);
    }
    let parsed = match &value.data {
        Data::Number(number) => Some(*number),
        Data::String(text) => parse_number(text),
        _ => None,
    };
    parsed.ok_or_else(|| Stop::Failure(format!("expected a number, found {}", kind(value))))
}

/// The number that a text spells.
pub(super) fn parse_number(text: &str) -> Option<Number> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    if !plain || text.is_empty() {
        return None;
    }
    match text.parse() {
        Ok(integer) => Some(Number::Integer(integer)),
        Err(_) => Number::from_f64(text.parse().ok()?),
    }
}

/// The whole number that a value is or spells.
pub(super) fn integer(value: &Value) -> Result<i64, Stop> {
    number(value)?
        .as_integer()
        .ok_or_else(|| Stop::failure("expected a whole number"))
}

/// The truth value that a value is or spells.
pub(super) fn truth(value: &Value) -> Result<bool, Stop> {
    if let Some(why) = not_known(value) {
        return Err(why);
    }
    let truth = match &value.data {
        Data::Bool(value) => Some(*value),
        Data::String(text) => match text.as_ref() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    };
    truth.ok_or_else(|| Stop::Failure(format!("expected true or false, found {}", kind(value))))
}

/// The items of a list or set.
pub(super) fn items(value: &Value) -> Result<&[Value], Stop> {
    if let Some(why) = not_known(value) {
        return Err(why);
    }
    value
        .items()
        .ok_or_else(|| Stop::Failure(format!("expected a list, found {}", kind(value))))
}

/// The members of an object.
pub(super) fn members(value: &Value) -> Result<&std::collections::BTreeMap<Arc<str>, Value>, Stop> {
    if let Some(why) = not_known(value) {
        return Err(why);
    }
    value
        .members()
        .ok_or_else(|| Stop::Failure(format!("expected an object, found {}", kind(value))))
}

/// A set of values: sorted, each once. Terraform sorts sets of texts and of numbers by their
/// values, others in an order of its own.
pub(super) fn set(items: impl IntoIterator<Item = Value>) -> Data {
    let mut items: Vec<Value> = items.into_iter().collect();
    items.sort_by(|left, right| order(left).cmp(&order(right)));
    items.dedup();
    Data::set(items)
}

/// What values are sorted by within a set.
fn order(value: &Value) -> (u8, i128, Cow<'_, str>) {
    match &value.data {
        Data::Null => (0, 0, Cow::Borrowed("")),
        Data::Bool(value) => (1, i128::from(*value), Cow::Borrowed("")),
        Data::Number(number) => {
            let millionths = (number.as_f64() * 1e6) as i128;
            (2, millionths, Cow::Borrowed(""))
        }
        Data::String(text) => (3, 0, Cow::Borrowed(text)),
        other => (4, 0, Cow::Owned(format!("{other:?}"))),
    }
}
