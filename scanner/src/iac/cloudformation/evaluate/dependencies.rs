//! Which resources a resource is made after.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::super::syntax::{Node, NodeKind};
use super::declaration::Section;
use super::reference::{Piece, pieces};
use super::{Evaluation, Scope};

impl Evaluation<'_> {
    /// The resources of the stack that a resource names in `DependsOn` or refers to in its
    /// properties, whichever way conditions go, and what the stack itself is made after.
    pub(super) fn dependencies(&self, node: &Rc<Node>, scope: &Scope) -> BTreeSet<Arc<str>> {
        let mut names = BTreeSet::new();
        if let Some(named) = node.get("DependsOn") {
            let one = std::slice::from_ref(named);
            for name in named.as_list().unwrap_or(one) {
                names.extend(self.name_in(name, scope));
            }
        }
        if let Some(properties) = node.get("Properties") {
            self.references(properties, scope, &mut names);
        }
        let resources = self.section(&scope.stack, Section::Resources);
        let named = names
            .into_iter()
            .filter(|name| resources.contains_key(name));
        let mut found: BTreeSet<_> = named.map(|name| scope.address(&name)).collect();
        if let Some(nesting) = &scope.stack.nested_by {
            found.extend(nesting.depends_on.iter().cloned());
        }
        found
    }

    fn references(&self, node: &Rc<Node>, scope: &Scope, names: &mut BTreeSet<Arc<str>>) {
        if !self.budget.steps(1) {
            return;
        }
        match node.intrinsic() {
            Some(("Ref", argument)) => names.extend(self.name_in(argument, scope)),
            Some(("Fn::GetAtt", argument)) => {
                let first = argument.as_list().and_then(<[_]>::first);
                let name = self.name_in(first.unwrap_or(argument), scope);
                names.extend(name.map(|name| first_step(&name)));
                return;
            }
            Some(("Fn::Sub", argument)) => {
                let first = argument.as_list().and_then(<[_]>::first);
                let text = self.name_in(first.unwrap_or(argument), scope);
                for piece in pieces(text.as_deref().unwrap_or_default()) {
                    if let Piece::Name(name) = piece {
                        names.insert(first_step(name));
                    }
                }
            }
            _ => {}
        }
        match &node.kind {
            NodeKind::List(items) => {
                for item in items {
                    self.references(item, scope, names);
                }
            }
            NodeKind::Map(map) => {
                for entry in map.entries() {
                    self.references(&entry.value, scope, names);
                }
            }
            _ => {}
        }
    }
}

/// The resource of `Resource.Attribute`.
fn first_step(name: &str) -> Arc<str> {
    name.split('.').next().unwrap_or(name).into()
}
