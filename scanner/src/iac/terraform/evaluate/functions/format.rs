//! `format` and `formatlist` (Terraform documentation, "format Function").

use super::{Arguments, Function};
use crate::iac::json;
use crate::iac::terraform::evaluate::convert::{self, Stop};
use crate::iac::value::{Data, Part, Value};

/// How wide a field may be.
const MAX_WIDTH: usize = 1_024;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "format" => |a| {
            let text = formatted(a, &a.text(0)?, a.values.get(1..).unwrap_or_default())?;
            Ok(Data::text(text))
        },
        "formatlist" => format_list,
        _ => return None,
    })
}

/// Each argument that is a list gives one item to each line.
fn format_list(a: &Arguments) -> Result<Data, Stop> {
    let spec = a.text(0)?;
    let arguments = a.values.get(1..).unwrap_or_default();
    let mut lines = None;
    for argument in arguments {
        if let Some(why) = convert::not_known(argument) {
            return Err(why);
        }
        if let Some(items) = argument.items() {
            if lines.is_some_and(|lines| lines != items.len()) {
                return Err(Stop::failure("the lists are not of the same length"));
            }
            lines = Some(items.len());
        }
    }
    let mut texts = Vec::new();
    for line in 0..lines.unwrap_or(1) {
        a.spend(arguments.len())?;
        let values: Vec<Value> = arguments
            .iter()
            .filter_map(|argument| match argument.items() {
                Some(items) => items.get(line).cloned(),
                None => Some(argument.clone()),
            })
            .collect();
        texts.push(a.make(Data::text(formatted(a, &spec, &values)?)));
    }
    Ok(Data::list(texts))
}

/// A verb: what stands between `%` and its letter.
#[derive(Default)]
struct Verb {
    left: bool,
    zeros: bool,
    plus: bool,
    space: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
    argument: Option<usize>,
}

fn formatted(a: &Arguments, spec: &str, values: &[Value]) -> Result<Vec<Part>, Stop> {
    let mut parts = Vec::new();
    let mut characters = spec.chars().peekable();
    let mut literal = String::new();
    let mut next = 0;
    let mut highest = 0;
    while let Some(character) = characters.next() {
        if character != '%' {
            literal.push(character);
            continue;
        }
        let (verb, letter) = verb(&mut characters)?;
        if letter == '%' {
            literal.push('%');
            continue;
        }
        let index = verb.argument.unwrap_or(next);
        next = index + 1;
        highest = highest.max(next);
        let missing = || Stop::Failure(format!("there is no argument for %{letter}"));
        let value = values.get(index).ok_or_else(missing)?;
        parts.push(Part::Literal(std::mem::take(&mut literal).into()));
        for part in field(&verb, letter, value)? {
            if let Part::Literal(text) = &part {
                a.spend_text(text.len())?;
            }
            parts.push(part);
        }
    }
    if highest < values.len() {
        return Err(Stop::failure("there are more arguments than verbs"));
    }
    parts.push(Part::Literal(literal.into()));
    Ok(parts)
}

fn verb(characters: &mut std::iter::Peekable<std::str::Chars>) -> Result<(Verb, char), Stop> {
    let mut verb = Verb::default();
    while let Some(flag) = characters.next_if(|c| "-0+ #".contains(*c)) {
        match flag {
            '-' => verb.left = true,
            '0' => verb.zeros = true,
            '+' => verb.plus = true,
            ' ' => verb.space = true,
            _ => verb.sharp = true,
        }
    }
    if characters.next_if_eq(&'[').is_some() {
        let index = digits(characters)?.and_then(|index| index.checked_sub(1));
        verb.argument = Some(index.ok_or_else(|| Stop::failure("arguments are counted from 1"))?);
        if characters.next_if_eq(&']').is_none() {
            return Err(Stop::failure("expected `]` in the verb"));
        }
    }
    verb.width = digits(characters)?.unwrap_or(0);
    if characters.next_if_eq(&'.').is_some() {
        verb.precision = Some(digits(characters)?.unwrap_or(0));
    }
    let letter = characters.next();
    let letter = letter.ok_or_else(|| Stop::failure("the format ends within a verb"))?;
    Ok((verb, letter))
}

fn digits(characters: &mut std::iter::Peekable<std::str::Chars>) -> Result<Option<usize>, Stop> {
    let mut number = None;
    while let Some(digit) = characters.next_if(char::is_ascii_digit) {
        let digit = digit.to_digit(10).unwrap_or(0) as usize;
        let longer = number.unwrap_or(0) * 10 + digit;
        if longer > MAX_WIDTH {
            return Err(Stop::Failure(format!("a field is wider than {MAX_WIDTH}")));
        }
        number = Some(longer);
    }
    Ok(number)
}

fn field(verb: &Verb, letter: char, value: &Value) -> Result<Vec<Part>, Stop> {
    let text = match letter {
        's' | 'v' | 'q' if value.is_null() && letter != 's' => "null".to_owned(),
        's' | 'v' => {
            let collection = value.items().is_some() || value.members().is_some();
            let parts = if collection && letter == 'v' {
                json::encode(value)
            } else {
                convert::parts(value)?
            };
            let plain = verb.width == 0 && verb.precision.is_none();
            if plain {
                return Ok(parts);
            }
            let text = convert::text(value)?;
            match verb.precision {
                Some(length) => text.chars().take(length).collect(),
                None => text.into_owned(),
            }
        }
        'q' => {
            let quoted = Value::new(Data::string(convert::text(value)?), value.place.clone());
            let parts = json::encode(&quoted);
            let literal = parts.into_iter().filter_map(|part| match part {
                Part::Literal(text) => Some(text.to_string()),
                Part::Symbol(_) | Part::Unknown(_) => None,
            });
            literal.collect()
        }
        't' => convert::truth(value)?.to_string(),
        'd' | 'b' | 'o' | 'x' | 'X' => {
            let number = convert::number(value)?;
            let integer = number.truncated().ok_or_else(Stop::too_many_digits)?;
            signed(
                verb,
                integer < 0,
                integer_text(letter, integer.unsigned_abs()),
            )
        }
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
            let number = convert::number(value)?.as_f64();
            signed(verb, number < 0.0, float_text(verb, letter, number.abs()))
        }
        other => return Err(Stop::Failure(format!("there is no verb %{other}"))),
    };
    Ok(vec![Part::Literal(padded(verb, text, letter).into())])
}

fn integer_text(letter: char, number: u64) -> String {
    match letter {
        'b' => format!("{number:b}"),
        'o' => format!("{number:o}"),
        'x' => format!("{number:x}"),
        'X' => format!("{number:X}"),
        _ => number.to_string(),
    }
}

fn float_text(verb: &Verb, letter: char, number: f64) -> String {
    let precision = verb.precision.unwrap_or(6);
    match letter {
        'f' | 'F' => format!("{number:.precision$}"),
        'e' | 'E' => {
            let text = format!("{number:.precision$e}");
            let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let negative = exponent.starts_with('-');
            let exponent = exponent.trim_start_matches('-');
            let sign = if negative { '-' } else { '+' };
            format!("{digits}{}{sign}{exponent:0>2}", letter)
        }
        _ => match verb.precision {
            Some(_) => format!("{number:.precision$}"),
            None => number.to_string(),
        },
    }
}

fn signed(verb: &Verb, negative: bool, digits: String) -> String {
    match (negative, verb.plus, verb.space) {
        (true, ..) => format!("-{digits}"),
        (false, true, _) => format!("+{digits}"),
        (false, false, true) => format!(" {digits}"),
        (false, false, false) => digits,
    }
}

fn padded(verb: &Verb, text: String, letter: char) -> String {
    let missing = verb.width.saturating_sub(text.chars().count());
    if missing == 0 {
        text
    } else if verb.left {
        format!("{text}{}", " ".repeat(missing))
    } else if verb.zeros && !matches!(letter, 's' | 'q' | 't') {
        let digits = text.trim_start_matches(['-', '+', ' ']);
        let sign = text.strip_suffix(digits).unwrap_or_default();
        format!("{sign}{}{digits}", "0".repeat(missing))
    } else {
        format!("{}{text}", " ".repeat(missing))
    }
}
