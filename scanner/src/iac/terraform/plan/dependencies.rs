//! Which resources an instance refers to or names in `depends_on`.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::address::{self, Key, Step};
use super::configuration::{is_expression, references};
use super::planned::{ByKey, ModuleId, Planned, PlannedValues, block_address};
use super::reference::{is_own_key, split_key};
use crate::iac::json::Node;
use crate::iac::terraform::module::{Mode, ResourceName};

/// How many references are followed for one plan, and dependencies found.
pub(super) const MAX_STEPS: u64 = 5_000_000;

/// The search for the dependencies of one instance.
struct Search<'p, 'c, 'a> {
    planned: &'p PlannedValues<'c, 'a>,
    found: BTreeSet<Arc<str>>,
    /// Expressions that are yet to be gone through, and where they stand.
    waiting: Vec<(&'a Node, Standing<'p>)>,
    seen: BTreeSet<(ModuleId, Arc<str>, Arc<str>)>,
    steps: &'p Cell<u64>,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct Standing<'p> {
    module: ModuleId,
    /// Which instance of its block it is evaluated for.
    own: Option<&'p Key>,
    /// Whether it refers to what has that key.
    by_key: bool,
}

/// The addresses, without index, of what an instance depends on: through references, variables and
/// outputs, its own `depends_on` and that of the modules it lies in. Of a module with many instances
/// it is the one with the key of the instance, where it refers to that by key. Where the instance
/// was made before, what the state says of it too: a plan does not say what local values refer to.
///
/// Each reference that is followed takes one of `steps`; once there are none, no more is found.
pub(super) fn dependencies<'p, 'a>(
    planned: &'p PlannedValues<'_, 'a>,
    instance: &'p Planned<'a>,
    stated: Option<&'a Node>,
    steps: &'p Cell<u64>,
) -> BTreeSet<Arc<str>> {
    let mut search = Search {
        planned,
        found: BTreeSet::new(),
        waiting: Vec::new(),
        seen: BTreeSet::new(),
        steps,
    };
    if let Some(block) = instance.block {
        search.block(block, instance);
    }
    let mut module = instance.module;
    while let Some(called) = planned.module(module).and_then(|m| m.called.as_ref()) {
        if let Some(call) = called.call {
            search.explicit(call.node, called.by);
        }
        module = called.by;
    }
    while let Some((node, standing)) = search.waiting.pop() {
        search.expressions(node, standing);
    }
    for text in stated.map_or(&[][..], Node::items) {
        if let Some(text) = text.as_str() {
            search.state(text, instance.module);
        }
    }
    search.found
}

impl<'p, 'a> Search<'p, '_, 'a> {
    fn block(&mut self, block: &'a Node, instance: &'p Planned<'a>) {
        self.explicit(block, instance.module);
        // What `for_each` goes through has the keys of the instances.
        for (part, by_key) in [
            ("expressions", false),
            ("count_expression", false),
            ("for_each_expression", true),
        ] {
            let standing = Standing {
                module: instance.module,
                own: instance.key.as_ref(),
                by_key,
            };
            self.waiting
                .extend(block.get(part).map(|node| (node, standing)));
        }
    }

    fn explicit(&mut self, block: &'a Node, module: ModuleId) {
        for text in block.get("depends_on").map_or(&[][..], Node::items) {
            let steps = text.as_str().and_then(|text| address::parse(text));
            match steps.as_deref() {
                Some([Step::Name(first), Step::Name(name), ..]) if first.as_ref() == "module" => {
                    let instances = self.planned.called(module, name);
                    for &inner in instances.into_iter().flat_map(ByKey::values) {
                        self.all_of(inner);
                    }
                }
                Some(steps) => self.reference(steps, whole(module)),
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
            self.found(&instance.address, name);
        }
        for &inner in &instance.calls {
            if self.take_step() {
                self.all_of(inner);
            }
        }
    }

    /// Every expression in a part of the configuration.
    fn expressions(&mut self, node: &'a Node, standing: Standing<'p>) {
        if !self.take_step() {
            return;
        }
        let references = references(node);
        let by_key = standing.by_key || references.iter().any(|steps| is_own_key(steps));
        for steps in references {
            self.reference(&steps, Standing { by_key, ..standing });
        }
        if !is_expression(node) {
            let members = node.members().iter().map(|member| &member.value);
            for inner in members.chain(node.items()) {
                self.waiting.push((inner, standing));
            }
        }
    }

    fn reference(&mut self, steps: &[Step], standing: Standing<'p>) {
        let mut names = steps.iter().filter_map(Step::name);
        let (Some(first), Some(second)) = (names.next(), names.next()) else {
            return;
        };
        match first.as_ref() {
            "var" => self.variable(second, standing),
            "module" => self.call(second, steps.get(2..).unwrap_or_default(), standing),
            "local" | "each" | "count" | "path" | "terraform" | "self" => {}
            "data" => {
                if let Some(name) = names.next() {
                    self.resource(standing.module, Mode::Data, second, name);
                }
            }
            _ => self.resource(standing.module, Mode::Managed, first, second),
        }
    }

    fn variable(&mut self, name: &Arc<str>, standing: Standing<'p>) {
        let module = self.planned.module(standing.module);
        let Some(called) = module.and_then(|module| module.called.as_ref()) else {
            return;
        };
        let expressions = called.call.and_then(|call| call.node.get("expressions"));
        let given = expressions.and_then(|expressions| expressions.get(name));
        let hop = (standing.module, Arc::from("var"), Arc::clone(name));
        if self.seen.insert(hop) {
            let standing = Standing {
                module: called.by,
                own: called.key.as_ref(),
                by_key: false,
            };
            self.waiting.extend(given.map(|node| (node, standing)));
        }
    }

    fn call(&mut self, name: &Arc<str>, rest: &[Step], standing: Standing<'p>) {
        let Some(instances) = self.planned.called(standing.module, name) else {
            return;
        };
        let (written, rest) = split_key(rest);
        let implied = standing.own.filter(|_| standing.by_key);
        let key = written.or(implied).cloned();
        let one = key.and_then(|key| instances.get(&Some(key)));
        let all = || instances.values().copied().collect();
        for id in one.map_or_else(all, |&one| vec![one]) {
            if !self.take_step() {
                return;
            }
            let Some(module) = self.planned.module(id).and_then(|m| m.module) else {
                continue;
            };
            let output = rest.first().and_then(Step::name);
            let outputs: Vec<&Arc<str>> = match output.filter(|name| module.output(name).is_some())
            {
                Some(name) => vec![name],
                None => module.outputs().collect(),
            };
            for name in outputs {
                let hop = (id, Arc::from("output"), Arc::clone(name));
                if self.seen.insert(hop) {
                    let expression = module.output(name);
                    self.waiting
                        .extend(expression.map(|node| (node, whole(id))));
                }
            }
        }
    }

    fn resource(&mut self, module: ModuleId, mode: Mode, kind: &Arc<str>, name: &Arc<str>) {
        let name = ResourceName {
            mode,
            kind: Arc::clone(kind),
            name: Arc::clone(name),
        };
        let Some(instance) = self.planned.module(module) else {
            return;
        };
        let configured = instance.module.and_then(|module| module.resource(&name));
        if configured.is_some() {
            self.found(&instance.address, &name);
        }
    }

    fn found(&mut self, module: &str, name: &ResourceName) {
        if self.take_step() {
            self.found.insert(block_address(module, name));
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
            self.reference(rest, whole(module));
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

/// Where an expression stands that is of no instance among others.
fn whole<'p>(module: ModuleId) -> Standing<'p> {
    Standing {
        module,
        own: None,
        by_key: false,
    }
}
