//! Templates in JSON.

use std::rc::Rc;

use super::node::{Document, Entry, Map, Node, NodeKind, repeated};
use crate::iac::json;
use crate::iac::problem::Fault;

/// Reads a template in JSON.
pub(super) fn parse(text: &str) -> Result<Document, Fault> {
    let mut faults = Vec::new();
    let root = node(json::parse(text)?, &mut faults);
    Ok(Document {
        root,
        comments: Vec::new(),
        faults,
    })
}

fn node(read: json::Node, faults: &mut Vec<Fault>) -> Rc<Node> {
    let kind = match read.kind {
        json::NodeKind::Null => NodeKind::Null,
        json::NodeKind::Bool(value) => NodeKind::Bool(value),
        json::NodeKind::Number(number) => NodeKind::Number(number),
        json::NodeKind::String { text, .. } => NodeKind::String(text),
        json::NodeKind::Array(items) => {
            let items = items.into_iter().map(|item| node(item, faults));
            NodeKind::List(items.collect())
        }
        json::NodeKind::Object(members) => {
            let mut map = Map::default();
            for member in members {
                let entry = Entry {
                    name: member.name.clone(),
                    name_span: member.name_span,
                    value: node(member.value, faults),
                };
                if map.set(entry) {
                    faults.push(repeated(&member.name, member.name_span));
                }
            }
            NodeKind::Map(map)
        }
    };
    Rc::new(Node::new(kind, read.span))
}
