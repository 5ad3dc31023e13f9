//! The tree of a template.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::iac::place::Span;
use crate::iac::problem::Fault;
use crate::iac::value::Number;

/// A file as it was read.
#[derive(Debug)]
pub(in crate::iac) struct Document {
    pub(in crate::iac) root: Rc<Node>,
    /// The comments that speak to zonewarden, in order.
    pub(in crate::iac) comments: Vec<Span>,
    /// What is wrong with it and does not keep it from being read.
    pub(in crate::iac) faults: Vec<Fault>,
}

/// A value as it was written, and where it stands.
#[derive(Debug)]
pub(in crate::iac) struct Node {
    pub(in crate::iac) kind: NodeKind,
    pub(in crate::iac) span: Span,
    /// How many nodes it holds, itself and all that aliases repeat among them.
    pub(in crate::iac) weight: u64,
}

/// The kinds of node.
#[derive(Debug)]
pub(in crate::iac) enum NodeKind {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    List(Vec<Rc<Node>>),
    Map(Map),
}

/// Names and values in the order of the file, each name once.
#[derive(Debug, Default)]
pub(in crate::iac) struct Map {
    entries: Vec<Entry>,
    index: HashMap<Arc<str>, usize>,
}

/// A name and its value.
#[derive(Debug, Clone)]
pub(in crate::iac) struct Entry {
    pub(in crate::iac) name: Arc<str>,
    pub(in crate::iac) name_span: Span,
    pub(in crate::iac) value: Rc<Node>,
}

impl Node {
    pub(in crate::iac) fn new(kind: NodeKind, span: Span) -> Self {
        let held: u64 = match &kind {
            NodeKind::List(items) => sum(items.iter()),
            NodeKind::Map(map) => sum(map.entries.iter().map(|entry| &entry.value)),
            _ => 0,
        };
        Self {
            kind,
            span,
            weight: held.saturating_add(1),
        }
    }

    pub(in crate::iac) fn as_str(&self) -> Option<&Arc<str>> {
        match &self.kind {
            NodeKind::String(text) => Some(text),
            _ => None,
        }
    }

    pub(in crate::iac) fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            NodeKind::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(in crate::iac) fn as_list(&self) -> Option<&[Rc<Self>]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of that name, if it is a map that has one.
    pub(in crate::iac) fn get(&self, name: &str) -> Option<&Rc<Self>> {
        self.as_map()?.get(name).map(|entry| &entry.value)
    }

    /// The intrinsic function that it calls, and its argument.
    pub(in crate::iac) fn intrinsic(&self) -> Option<(&str, &Rc<Self>)> {
        match self.as_map()?.entries() {
            [only] if only.name.as_ref() == "Ref" || is_function(&only.name) => {
                Some((only.name.as_ref(), &only.value))
            }
            _ => None,
        }
    }
}

/// `Fn::ForEach` makes members of the map that it stands in; all others stand for a value.
fn is_function(name: &str) -> bool {
    name.starts_with("Fn::") && !name.starts_with("Fn::ForEach::")
}

impl Map {
    /// Adds an entry. Where the name is there already, the new value takes the place of the old,
    /// and the result is true.
    pub(in crate::iac) fn set(&mut self, entry: Entry) -> bool {
        if let Some(old) = self.index.get(&entry.name) {
            if let Some(old) = self.entries.get_mut(*old) {
                *old = entry;
            }
            return true;
        }
        self.index
            .insert(Arc::clone(&entry.name), self.entries.len());
        self.entries.push(entry);
        false
    }

    pub(in crate::iac) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(*self.index.get(name)?)
    }

    pub(in crate::iac) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// What is said of a name that a map has twice.
pub(super) fn repeated(name: &str, span: Span) -> Fault {
    Fault {
        message: format!("{name} is there twice; only the last one is read"),
        span,
    }
}

fn sum<'a>(nodes: impl Iterator<Item = &'a Rc<Node>>) -> u64 {
    nodes.fold(0, |sum, node| sum.saturating_add(node.weight))
}
