//! Which resources an instance refers to or names in `depends_on`.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::address::{self, Step};
use super::configuration::references;
use super::planned::{ByKey, ModuleId, Planned, PlannedValues, block_address};
use crate::iac::json::Node;
use crate::iac::terraform::module::{Mode, ResourceName};

/// How many references are followed for one plan.
pub(super) const MAX_STEPS: u64 = 5_000_000;

/// The search for the dependencies of one instance.
struct Search<'p, 'c, 'a> {
    planned: &'p PlannedValues<'c, 'a>,
    found: BTreeSet<Arc<str>>,
    /// Expressions that are yet to be gone through, and the modules that they stand in.
    waiting: Vec<(&'a Node, ModuleId)>,
    seen: BTreeSet<(ModuleId, Arc<str>, Arc<str>)>,
    steps: &'p Cell<u64>,
}

/// The addresses, without index, of what an instance depends on: through references, variables and
/// outputs, its own `depends_on` and that of the modules it lies in. Where it was made before, what
/// the state says of it too: a plan does not say what local values refer to.
///
/// Each reference that is followed takes one of `steps`; once there are none, nothing is found.
pub(super) fn dependencies<'a>(
    planned: &PlannedValues<'_, 'a>,
    instance: &Planned<'a>,
    stated: Option<&'a Node>,
    steps: &Cell<u64>,
) -> BTreeSet<Arc<str>> {
    let mut search = Search {
        planned,
        found: BTreeSet::new(),
        waiting: Vec::new(),
        seen: BTreeSet::new(),
        steps,
    };
    if let Some(block) = instance.block {
        search.block(block, instance.module);
    }
    let mut module = instance.module;
    while let Some(called) = planned.module(module).and_then(|m| m.called.as_ref()) {
        if let Some(call) = called.call {
            search.explicit(call.node, called.by);
        }
        module = called.by;
    }
    while let Some((node, module)) = search.waiting.pop() {
        search.expressions(node, module);
    }
    for text in stated.map_or(&[][..], Node::items) {
        if let Some(text) = text.as_str() {
            search.state(text, instance.module);
        }
    }
    search.found
}

impl<'a> Search<'_, '_, 'a> {
    fn block(&mut self, block: &'a Node, module: ModuleId) {
        self.explicit(block, module);
        for part in ["expressions", "count_expression", "for_each_expression"] {
            self.waiting
                .extend(block.get(part).map(|node| (node, module)));
        }
    }

    fn explicit(&mut self, block: &'a Node, module: ModuleId) {
        for text in block.get("depends_on").map_or(&[][..], Node::items) {
            match text
                .as_str()
                .and_then(|text| address::parse(text))
                .as_deref()
            {
                Some([Step::Name(first), Step::Name(name), ..]) if first.as_ref() == "module" => {
                    for inner in ids(self.planned.called(module, name)) {
                        self.all_of(inner);
                    }
                }
                Some(steps) => self.reference(steps, module),
                None => {}
            }
        }
    }

    /// Everything in a module and in those that it calls.
    fn all_of(&mut self, module: ModuleId) {
        let Some(instance) = self.planned.module(module) else {
            return;
        };
        for name in instance.module.iter().flat_map(|module| module.resources()) {
            let address = block_address(&instance.address, name);
            self.found.insert(address);
        }
        for &inner in &instance.calls {
            if self.take_step() {
                self.all_of(inner);
            }
        }
    }

    /// Every expression in a part of the configuration.
    fn expressions(&mut self, node: &'a Node, module: ModuleId) {
        if !self.take_step() {
            return;
        }
        for steps in references(node) {
            self.reference(&steps, module);
        }
        if node.get("references").is_none() && node.get("constant_value").is_none() {
            let members = node.members().iter().map(|member| &member.value);
            for inner in members.chain(node.items()) {
                self.waiting.push((inner, module));
            }
        }
    }

    fn reference(&mut self, steps: &[Step], module: ModuleId) {
        let mut names = steps.iter().filter_map(Step::name);
        let (Some(first), Some(second)) = (names.next(), names.next()) else {
            return;
        };
        let instance = self.planned.module(module);
        let hop = |first: &Arc<str>| (module, Arc::clone(first), Arc::clone(second));
        match first.as_ref() {
            "var" => {
                let called = instance.and_then(|instance| instance.called.as_ref());
                let given = called.and_then(|called| {
                    let expressions = called.call?.node.get("expressions")?;
                    Some((expressions.get(second)?, called.by))
                });
                if self.seen.insert(hop(first)) {
                    self.waiting.extend(given);
                }
            }
            "module" => {
                let output = names.next();
                let instances = ids(self.planned.called(module, second));
                for inner in instances {
                    let Some(called) = self.planned.module(inner).and_then(|m| m.module) else {
                        continue;
                    };
                    let named = output.filter(|name| called.output(name).is_some());
                    let outputs: Vec<&Arc<str>> = match named {
                        Some(name) => vec![name],
                        None => called.outputs().collect(),
                    };
                    for name in outputs {
                        let hop = (inner, Arc::from("output"), Arc::clone(name));
                        if self.seen.insert(hop) {
                            let expression = called.output(name);
                            self.waiting.extend(expression.map(|node| (node, inner)));
                        }
                    }
                }
            }
            "local" | "each" | "count" | "path" | "terraform" | "self" => {}
            "data" => {
                if let Some(name) = names.next() {
                    self.found_in(module, Mode::Data, second, name);
                }
            }
            _ => self.found_in(module, Mode::Managed, first, second),
        }
    }

    fn found_in(&mut self, module: ModuleId, mode: Mode, kind: &Arc<str>, name: &Arc<str>) {
        let name = ResourceName {
            mode,
            kind: Arc::clone(kind),
            name: Arc::clone(name),
        };
        if let Some(instance) = self.planned.module(module) {
            let configured = instance.module.and_then(|module| module.resource(&name));
            if configured.is_some() {
                let address = block_address(&instance.address, &name);
                self.found.insert(address);
            }
        }
    }

    /// A dependency as the state has it: without the keys of modules, so that it is known only for
    /// the module that the instance lies in and for modules without keys.
    fn state(&mut self, text: &str, module: ModuleId) {
        let own = self.planned.module(module).map(|own| &own.address);
        let own: Option<Vec<Step>> = own.and_then(|address| address::parse(address));
        let own = own.unwrap_or_default();
        let names: Vec<&Arc<str>> = own.iter().filter_map(Step::name).collect();
        let Some(steps) = address::parse(text) else {
            return;
        };
        let within = steps.iter().filter_map(Step::name).take(names.len());
        let rest = steps.get(names.len()..).unwrap_or_default();
        let in_own = within.eq(names.iter().copied());
        if in_own
            && rest
                .first()
                .and_then(Step::name)
                .is_some_and(|n| n.as_ref() != "module")
        {
            self.reference(rest, module);
            return;
        }
        let without_keys = |planned: &&Planned| planned.address.starts_with(text);
        let matching = self.planned.matching(&steps);
        if !matching.is_empty() && matching.iter().all(without_keys) {
            self.found.insert(text.into());
        }
    }

    fn take_step(&mut self) -> bool {
        self.steps.set(self.steps.get().saturating_sub(1));
        self.steps.get() > 0
    }
}

fn ids(instances: Option<&ByKey>) -> Vec<ModuleId> {
    instances
        .into_iter()
        .flat_map(ByKey::values)
        .copied()
        .collect()
}
