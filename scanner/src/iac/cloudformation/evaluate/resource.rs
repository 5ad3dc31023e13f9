//! The resources of a template and of the stacks nested in it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::super::resource::{self as output, Condition, Property, Resource};
use super::super::syntax::{Map, Node};
use super::super::template::Template;
use super::declaration::{Declared, Section};
use super::nested::location_of;
use super::{Evaluation, Scope, Stack, not_determined};
use crate::iac::place::{Place, Span};
use crate::iac::problem::{Problem, ProblemKind};
use crate::iac::value::Data;
use crate::inventory::Unknown;

/// How many resources are reported of one template.
const MAX_RESOURCES: usize = 100_000;

/// Macros that add no resources of the types that rules speak of.
const KNOWN_TRANSFORMS: [&str; 5] = [
    "AWS::LanguageExtensions",
    "AWS::Serverless-2016-10-31",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

/// How a resource stands before its properties are evaluated.
pub(super) struct Standing {
    pub(super) header: Place,
    pub(super) multiplicity: Option<Arc<Unknown>>,
    condition: Option<Condition>,
    /// Whether its condition leaves it out.
    left_out: bool,
}

/// Everything that a template comes to.
pub(in super::super) fn evaluate(evaluation: &Evaluation, template: Template) -> output::Template {
    let root = evaluation.stack(Rc::new(template), "".into(), None);
    let file = root.template.source.name().to_owned();
    let mut resources = Vec::new();
    let mut waiting = vec![Rc::clone(&root)];
    while let Some(stack) = waiting.pop() {
        evaluation.note_macros(&stack);
        let section = evaluation.section(&stack, Section::Resources);
        for (logical_id, declared) in section.iter() {
            if resources.len() >= MAX_RESOURCES {
                let message = format!("only {MAX_RESOURCES} resources of the template are read");
                let problem = Problem::of_file(file.clone(), ProblemKind::Invalid(message));
                evaluation.problems.borrow_mut().push(problem);
                waiting.clear();
                break;
            }
            let scope = Scope {
                stack: Rc::clone(&stack),
                loops: declared.loops.clone(),
            };
            let standing = evaluation.standing(declared, &scope);
            if standing.left_out {
                continue;
            }
            if location_of(&declared.node).is_some() {
                let outside = Scope::of(&stack);
                waiting.extend(evaluation.nested_stack(logical_id, &outside));
            }
            resources.extend(evaluation.resource(logical_id, declared, &scope, standing));
        }
    }
    if evaluation.budget.is_spent() {
        evaluation.more.borrow_mut().push(evaluation.budget.why());
    }
    resources.sort_by(|left, right| left.logical_id.cmp(&right.logical_id));
    let top = root.template.place(Span { start: 0, end: 0 });
    let (region, account) = evaluation.whereabouts(&Scope::of(&root), &top);
    output::Template {
        file,
        resources,
        more: evaluation.more.take(),
        region,
        account,
    }
}

impl Evaluation<'_> {
    /// Whether a resource is made, and where it is said.
    pub(super) fn standing(&self, declared: &Declared, scope: &Scope) -> Standing {
        let template = &scope.stack.template;
        let kind = declared.node.get("Type");
        let end = kind.map_or(declared.name_span.end, |kind| kind.span.end);
        // JSON lets the type stand anywhere in the resource.
        let near = kind.is_some() && is_first(&declared.node, "Type");
        let header = Span {
            start: declared.name_span.start,
            end: if near { end } else { declared.name_span.end },
        };
        let outer = scope.stack.nested_by.as_ref();
        let outer = outer.and_then(|nesting| nesting.multiplicity.clone());
        let mut standing = Standing {
            header: template.place(header),
            multiplicity: declared.unknown.clone().or(outer),
            condition: None,
            left_out: false,
        };
        let Some(node) = declared.node.get("Condition") else {
            return standing;
        };
        let Some(name) = self.name_in(node, scope) else {
            let why = not_determined("its condition is no name");
            standing.multiplicity = standing.multiplicity.or(Some(why));
            return standing;
        };
        let truth = self.condition(&scope.stack, &name);
        standing.left_out = truth == Ok(false);
        standing.condition = Some(Condition {
            name,
            place: template.place(node.span),
            holds: truth == Ok(true),
        });
        standing.multiplicity = standing.multiplicity.or(truth.err());
        standing
    }

    fn resource(
        &self,
        logical_id: &str,
        declared: &Declared,
        scope: &Scope,
        standing: Standing,
    ) -> Option<Resource> {
        let node = &declared.node;
        let kind = self.name_in(node.get("Type")?, scope)?;
        let reported = self.options.kinds.as_ref();
        if reported.is_some_and(|kinds| !kinds.contains(kind.as_ref())) {
            return None;
        }
        let (properties, more) = self.properties(node, scope);
        let metadata = node.get("Metadata");
        let construct_path = metadata.and_then(|metadata| metadata.get("aws:cdk:path"));
        let attribute = |name| node.get(name).and_then(|node| self.evaluate(node, scope));
        let nesting = scope.stack.nested_by.as_ref();
        Some(Resource {
            logical_id: scope.address(logical_id),
            kind,
            multiplicity: standing.multiplicity,
            header: standing.header,
            calls: nesting
                .map(|nesting| nesting.calls.clone())
                .unwrap_or_default(),
            properties,
            more,
            condition: standing.condition,
            depends_on: self.dependencies(node, scope),
            construct_path: construct_path.and_then(|path| path.as_str()).cloned(),
            metadata: attribute("Metadata"),
            deletion_policy: attribute("DeletionPolicy"),
            update_replace_policy: attribute("UpdateReplacePolicy"),
        })
    }

    /// The properties, and why there may be more.
    fn properties(
        &self,
        node: &Node,
        scope: &Scope,
    ) -> (BTreeMap<Arc<str>, Property>, Option<Arc<Unknown>>) {
        let mut properties = BTreeMap::new();
        let Some(node) = node.get("Properties") else {
            return (properties, None);
        };
        let map = match node.as_map() {
            Some(map) if node.intrinsic().is_none() => map,
            _ => {
                let value = self.evaluate_or_null(node, scope);
                return (
                    properties,
                    Some(
                        value
                            .why_unknown()
                            .cloned()
                            .unwrap_or_else(|| not_determined("its properties are no map")),
                    ),
                );
            }
        };
        let mut more = None;
        for (name, declared) in self.expand(map, scope) {
            if name.as_ref() == "Fn::Transform" {
                more = Some(not_determined("a macro makes properties"));
                continue;
            }
            if let Some(why) = declared.unknown {
                more = Some(why);
                continue;
            }
            let inner = Scope {
                stack: Rc::clone(&scope.stack),
                loops: declared.loops,
            };
            if let Some(value) = self.evaluate(&declared.node, &inner) {
                let span = Span {
                    start: declared.name_span.start,
                    end: property_end(&declared.name_span, &declared.node),
                };
                let place = scope.stack.template.place(span);
                properties.insert(name, Property { value, place });
            }
        }
        if self.budget.is_spent() {
            more = Some(self.budget.why());
        }
        (properties, more)
    }

    /// Notes the macros of a template that may add resources.
    fn note_macros(&self, stack: &Rc<Stack>) {
        let template = &stack.template;
        let mut names = Vec::new();
        if let Some(transform) = template.top("Transform") {
            let value = self.evaluate_or_null(transform, &Scope::of(stack));
            let one = std::slice::from_ref(&value);
            for transform in value.items().unwrap_or(one) {
                let name = transform.get("Name").unwrap_or(transform);
                names.push(match &name.data {
                    Data::String(name) => name.to_string(),
                    data => format!("{data:?}"),
                });
            }
        }
        let resources = template.section("Resources").map(Map::entries);
        if let Some(included) = resources
            .into_iter()
            .flatten()
            .find(|entry| entry.name.as_ref() == "Fn::Transform")
        {
            let name = included.value.get("Name").and_then(|name| name.as_str());
            names.push(name.map_or_else(|| "Fn::Transform".to_owned(), |name| name.to_string()));
        }
        for name in names {
            if !KNOWN_TRANSFORMS.contains(&name.as_str()) {
                let why = not_determined(format!("the macro {name} may make resources"));
                self.more.borrow_mut().push(why);
            }
        }
    }
}

/// Where a property ends: an alias stands for a value elsewhere.
fn property_end(name: &Span, value: &Node) -> u32 {
    if value.span.start >= name.end {
        value.span.end
    } else {
        name.end
    }
}

fn is_first(node: &Node, name: &str) -> bool {
    let first = node.as_map().and_then(|map| map.entries().first());
    first.is_some_and(|entry| entry.name.as_ref() == name)
}
