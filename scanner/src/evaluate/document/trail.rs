//! Where the builder of a document stands, what it met that is not known, and what documents share.

use std::collections::BTreeMap;

use regorus::Value;

use super::mould::Moulds;
use super::{Step, UnknownAt};
use crate::inventory::Unknown;

/// What the documents of one judgement have in common, each built once.
#[derive(Default)]
pub(in crate::evaluate) struct Shared {
    /// The facts of an account, by its id.
    parts: BTreeMap<Value, Part>,
    pub(super) moulds: Moulds,
}

/// A part of a document, with the facts in it that are not known by their way from its root.
#[derive(Clone)]
struct Part {
    value: Value,
    unknown: Vec<UnknownAt>,
}

/// Where the builder stands, and the unknown facts that it met.
pub(super) struct Trail<'s> {
    pub(super) steps: Vec<TrailStep>,
    pub(super) unknown: Vec<UnknownAt>,
    pub(super) shared: &'s mut Shared,
}

/// A step of the way to the builder, not yet written down.
pub(super) enum TrailStep {
    Field(&'static str),
    Key(Value),
    Element,
}

impl<'s> Trail<'s> {
    pub(super) fn new(shared: &'s mut Shared) -> Self {
        Self {
            steps: Vec::new(),
            unknown: Vec::new(),
            shared,
        }
    }

    fn path(&self) -> Vec<Step> {
        self.steps
            .iter()
            .map(|step| match step {
                TrailStep::Field(name) => Step::Member((*name).to_owned()),
                TrailStep::Key(name) => Step::Member(match name {
                    Value::String(name) => name.to_string(),
                    other => other.to_string(),
                }),
                TrailStep::Element => Step::Element,
            })
            .collect()
    }

    pub(super) fn meet(&mut self, why: Unknown) {
        let path = self.path();
        self.unknown.push(UnknownAt { path, why });
    }

    /// The part that was kept under a name, put where the builder stands.
    pub(super) fn recall(&mut self, name: &Value) -> Option<Value> {
        let part = self.shared.parts.get(name)?;
        let value = part.value.clone();
        if !part.unknown.is_empty() {
            let here = self.path();
            for lost in part.unknown.clone() {
                let path = here.iter().cloned().chain(lost.path).collect();
                self.unknown.push(UnknownAt { path, ..lost });
            }
        }
        Some(value)
    }

    /// Keeps a part that begins where the builder stands; what it met of it, it met from `first`
    /// on.
    pub(super) fn keep(&mut self, name: Value, value: &Value, first: usize) {
        let depth = self.steps.len();
        let met = self.unknown.iter().skip(first);
        let unknown = met.map(|lost| UnknownAt {
            path: lost.path.iter().skip(depth).cloned().collect(),
            why: lost.why.clone(),
        });
        let part = Part {
            value: value.clone(),
            unknown: unknown.collect(),
        };
        self.shared.parts.insert(name, part);
    }
}
