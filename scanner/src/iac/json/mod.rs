//! JSON texts and the values they stand for.

mod reader;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::iac::place::Place;
use crate::iac::value::{Data, Part, Symbol, Value};

pub use reader::{Member, Node, NodeKind, parse};

/// The JSON text of a value, as Go's `encoding/json` writes it: no spaces, names sorted, `<`, `>`
/// and `&` escaped. A symbol or unknown is written as a string, since its type is not known.
pub fn encode(value: &Value) -> Vec<Part> {
    let mut writer = Writer::default();
    writer.value(value);
    writer.finish()
}

/// The value that a JSON text stands for; every part of it has the place of the text. Where the
/// text holds symbols, so do the strings of the value.
///
/// # Errors
/// One line that says why it is no JSON.
pub fn decode(text: &Value) -> Result<Value, String> {
    match &text.data {
        Data::Json(value) => Ok(Value::clone(value)),
        Data::String(literal) => {
            let node = parse(literal).map_err(|fault| fault.message)?;
            Ok(value_of(&node, &text.place, &|text| Data::string(text)))
        }
        Data::Text(parts) => decode_parts(parts, &text.place),
        Data::Symbol(_) | Data::Unknown(_) => Ok(text.clone()),
        _ => Err("it is no text".to_owned()),
    }
}

/// Puts a mark in place of each part that is not known, reads the text, and puts the parts back.
fn decode_parts(parts: &[Part], place: &Place) -> Result<Value, String> {
    let literals = || {
        parts.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(text),
            _ => None,
        })
    };
    let mark =
        ('\u{f0000}'..='\u{f00ff}').find(|mark| literals().all(|text| !text.contains(*mark)));
    let mark = mark.ok_or("it holds too many private characters")?;
    let mut marked = String::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Literal(text) => marked.push_str(text),
            Part::Symbol(_) | Part::Unknown(_) => {
                marked.push_str(&format!("{mark}{index}{mark}"));
            }
        }
    }
    let node = parse(&marked).map_err(|fault| fault.message)?;
    Ok(value_of(&node, place, &|text| {
        // Between two marks stands an index, outside of them literal text.
        Data::text(text.split(mark).enumerate().map(|(position, piece)| {
            let part = piece
                .parse::<usize>()
                .ok()
                .and_then(|index| parts.get(index));
            match part {
                Some(part) if position % 2 == 1 => part.clone(),
                _ => Part::Literal(piece.into()),
            }
        }))
    }))
}

fn value_of(node: &Node, place: &Place, text: &dyn Fn(&str) -> Data) -> Value {
    let data = match &node.kind {
        NodeKind::Null => Data::Null,
        NodeKind::Bool(value) => Data::Bool(*value),
        NodeKind::Number(number) => Data::Number(*number),
        NodeKind::String { text: content, .. } => text(content),
        NodeKind::Array(items) => {
            let items = items.iter().map(|item| value_of(item, place, text));
            Data::list(items.collect())
        }
        NodeKind::Object(members) => {
            let members = members.iter().map(|member| {
                let value = value_of(&member.value, place, text);
                (Arc::clone(&member.name), value)
            });
            Data::object(members.collect::<BTreeMap<_, _>>())
        }
    };
    Value::new(data, place.clone())
}

#[derive(Default)]
struct Writer {
    parts: Vec<Part>,
    literal: String,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match &value.data {
            Data::Null => self.literal.push_str("null"),
            Data::Bool(value) => self.literal.push_str(if *value { "true" } else { "false" }),
            Data::Number(number) => self.literal.push_str(&number.to_string()),
            Data::String(text) => self.string(text),
            Data::Text(parts) => self.text(parts),
            Data::Json(inner) => self.text(&encode(inner)),
            Data::Symbol(symbol) => self.text(&[symbol_part(symbol)]),
            Data::Unknown(why) => self.text(&[Part::Unknown(Arc::clone(why))]),
            Data::List(list) | Data::Set(list) => {
                self.literal.push('[');
                for (index, item) in list.items().iter().enumerate() {
                    if index > 0 {
                        self.literal.push(',');
                    }
                    self.value(item);
                }
                self.literal.push(']');
            }
            Data::Object(object) => {
                self.literal.push('{');
                for (index, (name, value)) in object.members().iter().enumerate() {
                    if index > 0 {
                        self.literal.push(',');
                    }
                    self.string(name);
                    self.literal.push(':');
                    self.value(value);
                }
                self.literal.push('}');
            }
        }
    }

    fn string(&mut self, text: &str) {
        self.literal.push('"');
        self.escaped(text);
        self.literal.push('"');
    }

    fn text(&mut self, parts: &[Part]) {
        self.literal.push('"');
        for part in parts {
            match part {
                Part::Literal(text) => self.escaped(text),
                other => {
                    self.flush();
                    self.parts.push(other.clone());
                }
            }
        }
        self.literal.push('"');
    }

    fn escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '"' => self.literal.push_str("\\\""),
                '\\' => self.literal.push_str("\\\\"),
                '\n' => self.literal.push_str("\\n"),
                '\r' => self.literal.push_str("\\r"),
                '\t' => self.literal.push_str("\\t"),
                '\u{8}' => self.literal.push_str("\\b"),
                '\u{c}' => self.literal.push_str("\\f"),
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..' ' => {
                    self.literal
                        .push_str(&format!("\\u{:04x}", u32::from(character)));
                }
                other => self.literal.push(other),
            }
        }
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            let literal = std::mem::take(&mut self.literal);
            self.parts.push(Part::Literal(literal.into()));
        }
    }

    fn finish(mut self) -> Vec<Part> {
        self.flush();
        self.parts
    }
}

fn symbol_part(symbol: &Symbol) -> Part {
    Part::Symbol(symbol.clone())
}
