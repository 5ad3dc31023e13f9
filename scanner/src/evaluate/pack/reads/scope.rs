//! What is followed: places of the input in place of values, and what names mean.

use std::collections::{BTreeMap, HashMap};

use regorus::unstable::Expr;

use crate::evaluate::document::Step;
use crate::evaluate::fact_path::Reach;

/// What is read, by place and reach.
pub(in crate::evaluate::pack) type Reads = BTreeMap<(Vec<Step>, Reach), Read>;

/// How a place is read.
#[derive(Debug, Clone, Copy)]
pub(in crate::evaluate::pack) struct Read {
    /// Whether its absence could make the rule hold.
    pub(in crate::evaluate::pack) decisive: bool,
    /// The module and the line.
    pub(in crate::evaluate::pack) at: (usize, u32),
}

/// What an expression may be: places of the input of which nothing is read yet; none where it is
/// computed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Term(pub(super) Vec<Vec<Step>>);

/// What names mean where an expression stands.
#[derive(Clone)]
pub(super) struct Scope {
    pub(super) module: usize,
    pub(super) names: HashMap<String, Term>,
    /// Whether what is absent here could make the rule hold.
    pub(super) decisive: bool,
    pub(super) line: u32,
}

impl Scope {
    /// The same where what is absent could make the rule hold.
    pub(super) fn decisive(&self) -> Self {
        Self {
            decisive: true,
            ..self.clone()
        }
    }
}

/// A call of a function, or a look at a rule.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Call {
    pub(super) package: Vec<String>,
    pub(super) name: String,
    pub(super) arguments: Vec<Term>,
    pub(super) decisive: bool,
}

impl Term {
    /// The elements or members of what it may be.
    pub(super) fn elements(&self) -> Self {
        let below = |place: &Vec<Step>| place.iter().cloned().chain([Step::Element]).collect();
        Self(self.0.iter().map(below).collect())
    }
}

/// The variables of a pattern, of which nothing is known but that they are no rules.
pub(super) fn declare(pattern: &Expr, outer: &Scope, inner: &mut Scope) {
    match pattern {
        Expr::Var { span, .. } => {
            let name = span.text();
            if !matches!(name, "input" | "data") && !outer.names.contains_key(name) {
                inner.names.entry(name.to_owned()).or_default();
            }
        }
        Expr::Array { items, .. } => {
            for item in items {
                declare(item, outer, inner);
            }
        }
        Expr::Object { fields, .. } => {
            for (_, _, value) in fields {
                declare(value, outer, inner);
            }
        }
        _ => {}
    }
}
