//! String functions.

use std::collections::BTreeMap;

use regex::{Captures, Regex, RegexBuilder};

use super::{Arguments, Function};
use crate::iac::terraform::evaluate::convert::{self, Stop};
use crate::iac::value::{Data, Part, Value};

/// How large a compiled regular expression may be, in bytes.
const MAX_REGEX: usize = 1 << 20;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "chomp" => |a| a.made(a.text(0)?.trim_end_matches(['\n', '\r'])),
        "endswith" => |a| Ok(Data::Bool(a.text(0)?.ends_with(a.text(1)?.as_ref()))),
        "startswith" => |a| Ok(Data::Bool(a.text(0)?.starts_with(a.text(1)?.as_ref()))),
        "strcontains" => |a| Ok(Data::Bool(a.text(0)?.contains(a.text(1)?.as_ref()))),
        "indent" => indent,
        "join" => join,
        "lower" => |a| a.made(a.text(0)?.to_lowercase()),
        "upper" => |a| a.made(a.text(0)?.to_uppercase()),
        "title" => |a| a.made(title(&a.text(0)?)),
        "regex" => regex,
        "regexall" => regex_all,
        "replace" => replace,
        "split" => split,
        "strrev" => |a| a.made(a.text(0)?.chars().rev().collect::<String>()),
        "substr" => substring,
        "trim" => |a| {
            let cut = a.text(1)?;
            a.made(a.text(0)?.trim_matches(|c| cut.contains(c)))
        },
        "trimprefix" => |a| {
            let (text, prefix) = (a.text(0)?, a.text(1)?);
            a.made(text.strip_prefix(prefix.as_ref()).unwrap_or(&text))
        },
        "trimsuffix" => |a| {
            let (text, suffix) = (a.text(0)?, a.text(1)?);
            a.made(text.strip_suffix(suffix.as_ref()).unwrap_or(&text))
        },
        "trimspace" => |a| a.made(a.text(0)?.trim()),
        _ => return None,
    })
}

/// Each line but the first moves to the right.
fn indent(a: &Arguments) -> Result<Data, Stop> {
    let (spaces, text) = (a.size(0)?, a.text(1)?);
    let lines = text.matches('\n').count();
    a.spend_text(spaces.saturating_mul(lines))?;
    a.made(text.replace('\n', &format!("\n{}", " ".repeat(spaces))))
}

/// The texts of one or several lists, with a text between them.
fn join(a: &Arguments) -> Result<Data, Stop> {
    let between = convert::parts(a.value(0)?)?;
    let mut parts: Vec<Part> = Vec::new();
    let lists = a.values.iter().skip(1).map(convert::items);
    let lists = lists.collect::<Result<Vec<_>, _>>()?;
    for (index, item) in lists.into_iter().flatten().enumerate() {
        let item = convert::parts(item)?;
        let next = if index > 0 { between.as_slice() } else { &[] };
        for part in next.iter().cloned().chain(item) {
            if let Part::Literal(text) = &part {
                a.spend_text(text.len())?;
            }
            a.spend(1)?;
            parts.push(part);
        }
    }
    Ok(Data::text(parts))
}

/// The first letter of each word in upper case.
fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut within_word = false;
    for character in text.chars() {
        if within_word {
            titled.push(character);
        } else {
            titled.extend(character.to_uppercase());
        }
        within_word = character.is_alphanumeric() || matches!(character, '_' | '\'');
    }
    titled
}

fn split(a: &Arguments) -> Result<Data, Stop> {
    let (between, text) = (a.text(0)?, a.text(1)?);
    a.spend_text(text.len())?;
    if text.is_empty() && !between.is_empty() {
        return Ok(Data::list(vec![a.make(Data::string(""))]));
    }
    let pieces: Vec<Value> = if between.is_empty() {
        let characters = text.chars().map(|c| Data::string(c.to_string()));
        characters.map(|data| a.make(data)).collect()
    } else {
        let pieces = text.split(between.as_ref());
        pieces.map(|piece| a.make(Data::string(piece))).collect()
    };
    a.spend(pieces.len())?;
    Ok(Data::list(pieces))
}

/// Characters from an offset, negative from the end; a length of -1 takes the rest.
fn substring(a: &Arguments) -> Result<Data, Stop> {
    let (text, offset, length) = (a.text(0)?, a.integer(1)?, a.integer(2)?);
    let count = text.chars().count() as i64;
    let start = if offset < 0 {
        (count + offset).max(0)
    } else {
        offset
    };
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let rest = text.chars().skip(start);
    let taken: String = match usize::try_from(length) {
        Ok(length) => rest.take(length).collect(),
        Err(_) if length == -1 => rest.collect(),
        Err(_) => return Err(Stop::failure("the length is negative")),
    };
    a.made(taken)
}

/// Replaces each occurrence; a text between slashes is a regular expression.
fn replace(a: &Arguments) -> Result<Data, Stop> {
    let (text, find, by) = (a.text(0)?, a.text(1)?, a.text(2)?);
    let pattern = find
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'));
    match pattern {
        Some(pattern) => {
            let regex = compile(a, pattern)?;
            let matches = regex.find_iter(&text).count();
            // A reference in the replacement stands for at most the whole text.
            let each = by
                .len()
                .saturating_add(if by.contains('$') { text.len() } else { 0 });
            a.spend_text(matches.saturating_mul(each).saturating_add(text.len()))?;
            a.spend(matches)?;
            a.made(regex.replace_all(&text, by.as_ref()))
        }
        None => {
            let matches = text.matches(find.as_ref()).count();
            a.spend_text(matches.saturating_mul(by.len()).saturating_add(text.len()))?;
            a.made(text.replace(find.as_ref(), &by))
        }
    }
}

/// What the first match captures.
fn regex(a: &Arguments) -> Result<Data, Stop> {
    let (pattern, text) = (a.text(0)?, a.text(1)?);
    let regex = compile(a, &pattern)?;
    a.spend_text(text.len())?;
    match regex.captures(&text) {
        Some(captures) => Ok(captured(a, &regex, &captures)),
        None => Err(Stop::failure("the regular expression does not match")),
    }
}

/// What each match captures.
fn regex_all(a: &Arguments) -> Result<Data, Stop> {
    let (pattern, text) = (a.text(0)?, a.text(1)?);
    let regex = compile(a, &pattern)?;
    a.spend_text(text.len())?;
    let mut matches = Vec::new();
    for captures in regex.captures_iter(&text) {
        a.spend(captures.len())?;
        matches.push(a.make(captured(a, &regex, &captures)));
    }
    Ok(Data::list(matches))
}

fn compile(a: &Arguments, pattern: &str) -> Result<Regex, Stop> {
    // Compiling costs far more than a step.
    a.spend(1_000)?;
    RegexBuilder::new(pattern)
        .size_limit(MAX_REGEX)
        .dfa_size_limit(MAX_REGEX)
        .nest_limit(50)
        .build()
        .map_err(|error| {
            Stop::Failure(
                error
                    .to_string()
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .to_owned(),
            )
        })
}

/// The whole match where nothing is captured, an object of named captures, or a list of them.
fn captured(a: &Arguments, regex: &Regex, captures: &Captures) -> Data {
    let group = |index: usize| {
        let group = captures.get(index).map(|group| group.as_str());
        a.make(group.map_or(Data::Null, Data::string))
    };
    if regex.captures_len() == 1 {
        return group(0).data;
    }
    let names: Vec<Option<&str>> = regex.capture_names().collect();
    if names.iter().any(Option::is_some) {
        let named = names.iter().enumerate();
        let named = named.filter_map(|(index, name)| Some(((*name)?.into(), group(index))));
        return Data::object(named.collect::<BTreeMap<_, _>>());
    }
    Data::list((1..captures.len()).map(group).collect())
}
