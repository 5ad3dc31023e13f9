//! The entries of a section, those that `Fn::ForEach` makes among them (AWS CloudFormation Template
//! Reference, "Fn::ForEach").

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::syntax::{Entry, Map, Node};
use super::text::parts_of;
use super::{Evaluation, Loop, Scope, Stack, not_determined};
use crate::iac::place::Span;
use crate::iac::value::{Data, Part, Value};
use crate::inventory::Unknown;

/// A section whose entries are looked up by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Section {
    Resources,
    Conditions,
    Outputs,
}

/// The entries of a section by name.
pub(super) type Entries = Rc<BTreeMap<Arc<str>, Declared>>;

impl Section {
    fn name(self) -> &'static str {
        match self {
            Self::Resources => "Resources",
            Self::Conditions => "Conditions",
            Self::Outputs => "Outputs",
        }
    }
}

/// An entry, and the loops that made it.
#[derive(Clone)]
pub(super) struct Declared {
    pub(super) node: Rc<Node>,
    pub(super) name_span: Span,
    pub(super) loops: Option<Rc<Loop>>,
    /// Why it is not known how many such entries there are, if it is not.
    pub(super) unknown: Option<Arc<Unknown>>,
}

impl Evaluation<'_> {
    /// The entries of a section by name.
    pub(super) fn section(&self, stack: &Rc<Stack>, section: Section) -> Entries {
        let work_out = || {
            let map = stack.template.section(section.name());
            let entries = map.map(|map| self.expand(map, &Scope::of(stack)));
            Rc::new(entries.into_iter().flatten().collect())
        };
        self.sections
            .get((stack.id, section), Rc::default, work_out)
    }

    /// An entry of a section, and where it is evaluated.
    pub(super) fn declared(
        &self,
        stack: &Rc<Stack>,
        section: Section,
        name: &str,
    ) -> Option<(Declared, Scope)> {
        let declared = self.section(stack, section).get(name)?.clone();
        let scope = Scope {
            stack: Rc::clone(stack),
            loops: declared.loops.clone(),
        };
        Some((declared, scope))
    }

    /// The entries of a map, with those that loops make in place of the loops.
    pub(super) fn expand(&self, map: &Map, scope: &Scope) -> Vec<(Arc<str>, Declared)> {
        let mut entries = Vec::new();
        self.expand_into(map, scope, None, &mut entries);
        entries
    }

    fn expand_into(
        &self,
        map: &Map,
        scope: &Scope,
        unknown: Option<&Arc<Unknown>>,
        entries: &mut Vec<(Arc<str>, Declared)>,
    ) {
        for entry in map.entries() {
            if !self.budget.steps(1) {
                return;
            }
            if entry.name.starts_with("Fn::ForEach::") {
                self.repeat(entry, scope, unknown, entries);
                continue;
            }
            let declared = Declared {
                node: Rc::clone(&entry.value),
                name_span: entry.name_span,
                loops: scope.loops.clone(),
                unknown: unknown.cloned(),
            };
            entries.push((self.name_of(&entry.name, scope), declared));
        }
    }

    /// The entries that a loop makes.
    fn repeat(
        &self,
        entry: &Entry,
        scope: &Scope,
        unknown: Option<&Arc<Unknown>>,
        entries: &mut Vec<(Arc<str>, Declared)>,
    ) {
        let Some([identifier, collection, body]) = entry.value.as_list() else {
            return;
        };
        let (Some(identifier), Some(body)) = (identifier.as_str(), body.as_map()) else {
            return;
        };
        let turn = |value: Value| Scope {
            stack: Rc::clone(&scope.stack),
            loops: Some(Rc::new(Loop {
                identifier: Arc::clone(identifier),
                value,
                outer: scope.loops.clone(),
            })),
        };
        let collection = self.evaluate_or_null(collection, scope);
        if let Some(items) = collection.items() {
            for item in items {
                self.expand_into(body, &turn(item.clone()), unknown, entries);
            }
            return;
        }
        let why = match &collection.data {
            Data::Unknown(why) => Arc::clone(why),
            data => not_determined(format!("{} goes through {data:?}", entry.name)),
        };
        let item = Value::new(Data::Unknown(Arc::clone(&why)), collection.place);
        self.expand_into(body, &turn(item), unknown.or(Some(&why)), entries);
    }

    /// The name of an entry; `*` for what of it is not known.
    fn name_of(&self, name: &Arc<str>, scope: &Scope) -> Arc<str> {
        if scope.loops.is_none() {
            return Arc::clone(name);
        }
        let parts = self.replace_loops(name, scope);
        let parts = parts.into_iter().map(|part| match part {
            Part::Literal(text) => text.to_string(),
            Part::Symbol(_) | Part::Unknown(_) => "*".to_owned(),
        });
        parts.collect::<String>().into()
    }
}

/// The text of a value, if it is wholly known.
pub(super) fn known_text(value: &Value) -> Option<Arc<str>> {
    match Data::text(parts_of(value).ok()?) {
        Data::String(text) => Some(text),
        _ => None,
    }
}
