//! The configuration that a plan carries: expressions that are not evaluated, with what they refer
//! to (Terraform documentation, "JSON Output Format", "Configuration Representation").

use std::collections::HashMap;
use std::sync::Arc;

use super::address::{self, Step};
use crate::iac::json::Node;
use crate::iac::terraform::module::{Mode, ResourceName};

/// A module as it is configured; its instances share it.
pub(super) struct Module<'a> {
    node: &'a Node,
    resources: HashMap<ResourceName, &'a Node>,
    calls: HashMap<&'a str, Call<'a>>,
}

/// A call of a module.
pub(super) struct Call<'a> {
    /// The call itself.
    pub(super) node: &'a Node,
    /// What it calls.
    pub(super) module: Module<'a>,
}

impl<'a> Module<'a> {
    /// The module that a `root_module` or `module` describes.
    pub(super) fn new(node: &'a Node) -> Self {
        let listed = node.get("resources").map_or(&[][..], Node::items);
        let resources = listed
            .iter()
            .filter_map(|resource| Some((name_of(resource)?, resource)));
        let calls = node.get("module_calls").map_or(&[][..], Node::members);
        let calls = calls.iter().filter_map(|member| {
            let node = &member.value;
            let module = Self::new(node.get("module")?);
            Some((member.name.as_ref(), Call { node, module }))
        });
        Self {
            node,
            resources: resources.collect(),
            calls: calls.collect(),
        }
    }

    /// The block of a resource or data source.
    pub(super) fn resource(&self, name: &ResourceName) -> Option<&'a Node> {
        self.resources.get(name).copied()
    }

    /// The names of the resources and data sources.
    pub(super) fn resources(&self) -> impl Iterator<Item = &ResourceName> {
        self.resources.keys()
    }

    /// A call that it makes.
    pub(super) fn call(&self, name: &str) -> Option<&Call<'a>> {
        self.calls.get(name)
    }

    /// The expression of an output.
    pub(super) fn output(&self, name: &str) -> Option<&'a Node> {
        self.node.get("outputs")?.get(name)?.get("expression")
    }

    /// The names of the outputs.
    pub(super) fn outputs(&self) -> impl Iterator<Item = &'a Arc<str>> + use<'a> {
        let outputs = self.node.get("outputs").map_or(&[][..], Node::members);
        outputs.iter().map(|member| &member.name)
    }

    /// Whether a variable is sensitive.
    pub(super) fn is_sensitive(&self, name: &str) -> bool {
        let variable = self.node.get("variables").and_then(|all| all.get(name));
        variable
            .and_then(|variable| variable.get("sensitive"))
            .is_some_and(Node::is_true)
    }

    /// The default of a variable.
    pub(super) fn default(&self, name: &str) -> Option<&'a Node> {
        self.node.get("variables")?.get(name)?.get("default")
    }
}

/// Which resource or data source a description is of.
pub(super) fn name_of(resource: &Node) -> Option<ResourceName> {
    let mode = match resource.get("mode")?.as_str()?.as_ref() {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        _ => return None,
    };
    Some(ResourceName {
        mode,
        kind: Arc::clone(resource.get("type")?.as_str()?),
        name: Arc::clone(resource.get("name")?.as_str()?),
    })
}

/// Whether a part of `expressions` is an expression, and not a nested block.
pub(super) fn is_expression(node: &Node) -> bool {
    node.members().is_empty() && node.items().is_empty()
        || node.get("references").is_some()
        || node.get("constant_value").is_some()
}

/// What an expression refers to. Each reference is listed with every reference that is a part of
/// it (`aws_route53_zone.main.zone_id`, then `aws_route53_zone.main`); the parts are left out here.
pub(super) fn references(expression: &Node) -> Vec<Vec<Step>> {
    let listed = expression.get("references").map_or(&[][..], Node::items);
    let mut whole: Vec<Vec<Step>> = Vec::new();
    for steps in listed
        .iter()
        .filter_map(|text| address::parse(text.as_str()?))
    {
        let part = whole.last().is_some_and(|last| last.starts_with(&steps));
        if !part {
            whole.push(steps);
        }
    }
    whole
}
