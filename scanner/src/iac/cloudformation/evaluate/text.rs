//! Values as parts of a text.

use std::sync::Arc;

use super::super::syntax::{Node, NodeKind};
use super::{Evaluation, Scope, not_determined};
use crate::iac::json;
use crate::iac::place::Place;
use crate::iac::value::{Data, Part, Value};

/// How a dynamic reference begins.
const DYNAMIC_REFERENCE: &str = "{{resolve:";

impl Evaluation<'_> {
    /// A text as it stands in a template: within loops their identifiers are replaced.
    pub(super) fn text(&self, text: &Arc<str>, scope: &Scope, place: &Place) -> Value {
        self.joined(self.replace_loops(text, scope), place)
    }

    /// A text of parts, paid for. What CloudFormation looks up elsewhere is not known.
    pub(super) fn joined(&self, parts: Vec<Part>, place: &Place) -> Value {
        let length = parts.iter().map(|part| match part {
            Part::Literal(text) => text.len(),
            _ => 1,
        });
        if !self.budget.bytes(length.sum()) {
            return self.out_of_budget(place);
        }
        let data = match Data::text(parts) {
            Data::String(text) if text.contains(DYNAMIC_REFERENCE) => {
                Data::text(without_dynamic_references(&text))
            }
            Data::Text(parts) => Data::text(parts.iter().flat_map(|part| match part {
                Part::Literal(text) => without_dynamic_references(text),
                other => vec![other.clone()],
            })),
            other => other,
        };
        Value::new(data, place.clone())
    }

    /// Replaces `${Identifier}` and `&{Identifier}` of loops, the latter without what is no letter
    /// or digit (AWS CloudFormation Template Reference, "Fn::ForEach").
    pub(super) fn replace_loops(&self, text: &Arc<str>, scope: &Scope) -> Vec<Part> {
        let mut parts = Vec::new();
        if scope.loops.is_none() {
            return vec![Part::Literal(Arc::clone(text))];
        }
        let mut rest: &str = text;
        while let Some(at) = rest.find(['$', '&']) {
            let (before, from) = rest.split_at(at);
            parts.push(Part::Literal(before.into()));
            let mark = from.chars().next();
            let within = from.get(1..).unwrap_or_default();
            let named = within
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'));
            let value = named.and_then(|(name, after)| Some((scope.looped(name.trim())?, after)));
            match value {
                Some((value, after)) => {
                    let replaced = parts_of(value)
                        .unwrap_or_else(|why| vec![Part::Unknown(not_determined(why))]);
                    parts.extend(replaced.into_iter().map(|part| match part {
                        Part::Literal(text) if mark == Some('&') => {
                            let kept = text.chars().filter(char::is_ascii_alphanumeric);
                            Part::Literal(kept.collect::<String>().into())
                        }
                        other => other,
                    }));
                    rest = after;
                }
                None => {
                    let mark = if mark == Some('&') { "&" } else { "$" };
                    parts.push(Part::Literal(mark.into()));
                    rest = within;
                }
            }
        }
        parts.push(Part::Literal(rest.into()));
        parts
    }

    /// The name that a node holds, with the identifiers of loops replaced, if all of it is known.
    /// A name is what was written, even where YAML makes something else of it: `No`.
    pub(super) fn name_in(&self, node: &Node, scope: &Scope) -> Option<Arc<str>> {
        let text = match &node.kind {
            NodeKind::String(text) => Arc::clone(text),
            NodeKind::Bool(_) | NodeKind::Number(_) => scope.place(node).text().into(),
            NodeKind::Null | NodeKind::List(_) | NodeKind::Map(_) => return None,
        };
        match Data::text(self.replace_loops(&text, scope)) {
            Data::String(text) => Some(text),
            _ => None,
        }
    }
}

/// What a value adds to a text; why it cannot be in one.
pub(super) fn parts_of(value: &Value) -> Result<Vec<Part>, String> {
    Ok(match &value.data {
        Data::String(text) => vec![Part::Literal(Arc::clone(text))],
        Data::Number(number) => vec![Part::Literal(number.to_string().into())],
        Data::Bool(value) => vec![Part::Literal(value.to_string().into())],
        Data::Text(parts) => parts.to_vec(),
        Data::Json(value) => json::encode(value),
        Data::Symbol(symbol) => vec![Part::Symbol(symbol.clone())],
        Data::Unknown(why) => vec![Part::Unknown(Arc::clone(why))],
        Data::Null => return Err("null is no text".to_owned()),
        Data::List(_) | Data::Set(_) => return Err("a list is no text".to_owned()),
        Data::Object(_) => return Err("a map is no text".to_owned()),
    })
}

/// Dynamic references (`{{resolve:ssm:name}}`) stand for what only AWS knows (AWS CloudFormation
/// User Guide, "Get values stored in other services using dynamic references").
fn without_dynamic_references(text: &Arc<str>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest: &str = text;
    while let Some((before, from)) = rest.split_once(DYNAMIC_REFERENCE) {
        let Some((reference, after)) = from.split_once("}}") else {
            break;
        };
        parts.push(Part::Literal(before.into()));
        let service = reference.split(':').next().unwrap_or_default();
        let why = format!("it is looked up in {service} when the stack is made");
        parts.push(Part::Unknown(not_determined(why)));
        rest = after;
    }
    if parts.is_empty() {
        return vec![Part::Literal(Arc::clone(text))];
    }
    parts.push(Part::Literal(rest.into()));
    parts
}
