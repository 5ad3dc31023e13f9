//! Templates of both syntaxes, read into one kind of tree: the short form of an intrinsic function
//! in YAML (`!Sub x`) reads as its long form (`{"Fn::Sub": x}`).

mod json;
mod node;
mod yaml;

use crate::iac::place::Source;
use crate::iac::problem::Fault;

pub(in crate::iac) use node::{Document, Entry, Map, Node, NodeKind};

/// How deep lists and maps may lie within each other.
const MAX_DEPTH: usize = 100;

/// Reads a file; its name says which syntax it is in, or, where it ends in neither, its first
/// character does.
pub(in crate::iac) fn parse(source: &Source) -> Result<Document, Fault> {
    let text = source.text();
    let name = source.name();
    let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let is_json = name.ends_with(".json") || (!yaml && text.trim_start().starts_with('{'));
    if is_json {
        json::parse(text)
    } else {
        yaml::parse(text)
    }
}
