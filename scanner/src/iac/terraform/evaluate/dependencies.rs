//! Which resources a resource refers to, through any number of locals, variables and outputs.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::{Evaluation, ModuleId, ResourceInstance};
use crate::iac::terraform::calls::Called;
use crate::iac::terraform::instance::UnreadCall;
use crate::iac::terraform::module::{Declared, Mode, ResourceName};
use crate::iac::terraform::syntax::{self, Body, Expr};

/// Addresses of resources without index.
type Addresses = BTreeSet<Arc<str>>;

/// What a reference is followed through.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Hop {
    Local(ModuleId, Arc<str>),
    Variable(ModuleId, Arc<str>),
    Output(ModuleId, Arc<str>),
}

impl<'a> Evaluation<'a> {
    /// The resources that an instance refers to or names in `depends_on`, and those that the
    /// calls of its modules name.
    pub(in crate::iac) fn dependencies(&self, instance: &ResourceInstance<'a>) -> Addresses {
        let mut found = Addresses::new();
        self.of_declared(instance.declared, instance.module, &mut found);
        let mut module = self.module(instance.module);
        while let Some(called) = &module.called {
            if let Some(depends_on) = called.call.expr("depends_on") {
                self.explicit(depends_on, called.by, &mut found);
            }
            let by = called.by;
            module = self.module(by);
        }
        found
    }

    /// The calls of a module that lead to no module that was read: the address of each, and the
    /// resources that its arguments refer to.
    pub(in crate::iac) fn unread_calls(&self, module: ModuleId) -> Vec<UnreadCall> {
        let instance = self.module(module);
        let calls = instance.node.calls.iter();
        let unread = calls.filter_map(|(name, called)| {
            let Called::Unresolved(why) = called else {
                return None;
            };
            let call = instance.node.module.calls.get(name)?;
            let mut given = Addresses::new();
            self.of_declared(call, module, &mut given);
            Some(UnreadCall {
                address: match instance.address.as_ref() {
                    "" => format!("module.{name}"),
                    within => format!("{within}.module.{name}"),
                },
                given,
                why: why.clone(),
            })
        });
        unread.collect()
    }

    fn of_declared(&self, declared: &Declared, module: ModuleId, found: &mut Addresses) {
        for (name, (_, attribute)) in declared.arguments() {
            if name.as_ref() == "depends_on" {
                self.explicit(&attribute.expr, module, found);
            } else {
                self.of_expr(&attribute.expr, module, found);
            }
        }
        for (_, block) in declared.blocks() {
            if block.kind.as_ref() != "lifecycle" {
                self.of_body(&block.body, module, found);
            }
        }
    }

    fn of_body(&self, body: &Body, module: ModuleId, found: &mut Addresses) {
        for attribute in body.attributes.values() {
            self.of_expr(&attribute.expr, module, found);
        }
        for block in &body.blocks {
            self.of_body(&block.body, module, found);
        }
    }

    /// The references of `depends_on`, which may be in quotation marks and may name modules.
    fn explicit(&self, list: &Expr, module: ModuleId, found: &mut Addresses) {
        let syntax::ExprKind::Tuple(items) = &list.kind else {
            return;
        };
        for item in items {
            let unquoted = syntax::unquoted(item);
            let item = unquoted.as_ref().unwrap_or(item);
            match item.path(1) {
                Some((root, path)) if root.as_ref() == "module" => {
                    if let Some(name) = path.first() {
                        self.all_of_call(module, name, found);
                    }
                }
                _ => self.of_expr(item, module, found),
            }
        }
    }

    /// Every resource of a called module and of those that it calls.
    fn all_of_call(&self, module: ModuleId, name: &Arc<str>, found: &mut Addresses) {
        let Some(expansion) = self.call(module, name) else {
            return;
        };
        for &inner in &expansion.instances {
            if !self.budget.steps(1) {
                return;
            }
            let node = self.module(inner).node;
            for resource in node.module.resources.keys() {
                let mode = resource.mode;
                found.insert(self.address(inner, mode, &resource.kind, &resource.name));
            }
            for name in node.module.calls.keys() {
                self.all_of_call(inner, name, found);
            }
        }
    }

    fn of_expr(&self, expr: &Expr, module: ModuleId, found: &mut Addresses) {
        let mut paths = Vec::new();
        expr.walk(&mut |inner| {
            if let syntax::ExprKind::GetAttr(..) = inner.kind {
                paths.extend(inner.path(3));
            }
        });
        if !self.budget.steps(paths.len() as u64) {
            return;
        }
        for (root, path) in paths {
            self.of_path(root, &path, module, found);
        }
    }

    fn of_path(
        &self,
        root: &Arc<str>,
        path: &[&Arc<str>],
        module: ModuleId,
        found: &mut Addresses,
    ) {
        let node = self.module(module).node;
        match (root.as_ref(), path) {
            ("var", [name, ..]) => {
                found.extend(
                    self.through(Hop::Variable(module, Arc::clone(name)))
                        .iter()
                        .cloned(),
                );
            }
            ("local", [name, ..]) => {
                found.extend(
                    self.through(Hop::Local(module, Arc::clone(name)))
                        .iter()
                        .cloned(),
                );
            }
            ("module", [name, output @ ..]) => {
                let Some(expansion) = self.call(module, name) else {
                    return;
                };
                for &inner in &expansion.instances {
                    let outputs = &self.module(inner).node.module.outputs;
                    let named = output.first().filter(|name| outputs.contains_key(**name));
                    let names: Vec<_> = match named {
                        Some(name) => vec![*name],
                        None => outputs.keys().collect(),
                    };
                    for name in names {
                        let hop = Hop::Output(inner, Arc::clone(name));
                        found.extend(self.through(hop).iter().cloned());
                    }
                }
            }
            ("data", [kind, name, ..]) => {
                found.insert(self.address(module, Mode::Data, kind, name));
            }
            (_, [name, ..]) => {
                let resource = ResourceName {
                    mode: Mode::Managed,
                    kind: Arc::clone(root),
                    name: Arc::clone(name),
                };
                if node.module.resources.contains_key(&resource) {
                    found.insert(self.address(module, Mode::Managed, root, name));
                }
            }
            _ => {}
        }
    }

    /// What lies behind a local, a variable or an output.
    fn through(&self, hop: Hop) -> Rc<Addresses> {
        let follow = || {
            let mut found = Addresses::new();
            if self.budget.enter().is_ok() {
                self.follow(&hop, &mut found);
                self.budget.leave();
            }
            Rc::new(found)
        };
        self.hops
            .get(hop.clone(), || Rc::new(Addresses::new()), follow)
    }

    fn follow(&self, hop: &Hop, found: &mut Addresses) {
        match hop {
            Hop::Local(module, name) => {
                if let Some(local) = self.module(*module).node.module.locals.get(name) {
                    self.of_expr(&local.attribute.expr, *module, found);
                }
            }
            Hop::Variable(module, name) => {
                if let Some(called) = &self.module(*module).called
                    && let Some(expr) = called.call.expr(name)
                {
                    self.of_expr(expr, called.by, found);
                }
            }
            Hop::Output(module, name) => {
                if let Some(output) = self.module(*module).node.module.outputs.get(name) {
                    self.of_declared(output, *module, found);
                }
            }
        }
    }

    fn address(&self, module: ModuleId, mode: Mode, kind: &str, name: &str) -> Arc<str> {
        let prefix = &self.module(module).address;
        let dot = if prefix.is_empty() { "" } else { "." };
        let data = if mode == Mode::Data { "data." } else { "" };
        format!("{prefix}{dot}{data}{kind}.{name}").into()
    }
}
