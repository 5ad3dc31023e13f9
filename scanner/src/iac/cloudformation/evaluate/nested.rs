//! Nested stacks whose templates are at hand (AWS CloudFormation Template Reference,
//! "AWS::CloudFormation::Stack").

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::super::syntax::Node;
use super::super::template::Template;
use super::declaration::{Declared, Section, known_text};
use super::{Evaluation, Nesting, Scope, Stack, not_determined};
use crate::iac::files::without_dots;
use crate::iac::problem::{Problem, ProblemKind};

/// How many stacks may be nested in each other.
const MAX_DEPTH: usize = 16;

/// How many stacks one template may come to.
const MAX_STACKS: usize = 1_000;

impl Evaluation<'_> {
    /// The stack that a resource of a stack nests; `None` if it nests none, or one whose template is
    /// not to be had, of which a problem tells.
    pub(super) fn nested_stack(&self, logical_id: &str, scope: &Scope) -> Option<Rc<Stack>> {
        let stack = &scope.stack;
        let (declared, inner) = self.declared(stack, Section::Resources, logical_id)?;
        let location = location_of(&declared.node)?;
        let address = scope.address(logical_id);
        let work_out = || match self.open(&address, &declared, location, &inner) {
            Ok(nested) => Some(nested),
            Err(why) => {
                let detail = format!("nested stack {address} is not read: {why}");
                self.more.borrow_mut().push(not_determined(detail));
                let kind = ProblemKind::Stack {
                    stack: address.to_string(),
                    why,
                };
                let place = stack.template.place(location.span);
                self.problems.borrow_mut().push(Problem::at(&place, kind));
                None
            }
        };
        self.nested.get(Arc::clone(&address), || None, work_out)
    }

    fn open(
        &self,
        address: &str,
        declared: &Declared,
        location: &Rc<Node>,
        scope: &Scope,
    ) -> Result<Rc<Stack>, String> {
        let by = &scope.stack;
        let path = self.path_of(&declared.node, location, scope)?;
        let outer = by.nested_by.as_ref();
        let mut calls = outer
            .map(|nesting| nesting.calls.clone())
            .unwrap_or_default();
        if calls.len() >= MAX_DEPTH {
            return Err(format!("stacks are nested more than {MAX_DEPTH} deep"));
        }
        if *self.stacks.borrow() >= MAX_STACKS {
            return Err(format!("there are more than {MAX_STACKS} stacks"));
        }
        let mut ancestor = Some(by);
        while let Some(stack) = ancestor {
            if stack.template.path == path {
                return Err("the stack is nested in itself".to_owned());
            }
            ancestor = stack.nested_by.as_ref().map(|nesting| &nesting.scope.stack);
        }
        let template = self.template(&path)?;
        let resource = self.standing(declared, scope);
        calls.push(resource.header);
        let nesting = Nesting {
            scope: scope.clone(),
            parameters: properties_of(&declared.node, "Parameters").cloned(),
            calls,
            multiplicity: resource.multiplicity,
            depends_on: self.dependencies(&declared.node, scope),
        };
        let prefix = format!("{address}.").into();
        Ok(self.stack(template, prefix, Some(nesting)))
    }

    /// The file of a nested stack: the local asset that CDK names, or what `TemplateURL` says.
    fn path_of(&self, node: &Node, location: &Rc<Node>, scope: &Scope) -> Result<PathBuf, String> {
        let asset = node.get("Metadata").and_then(|metadata| {
            let property = metadata.get("aws:asset:property")?.as_str()?;
            let path = metadata.get("aws:asset:path")?.as_str()?;
            (property.as_ref() == "TemplateURL").then(|| Arc::clone(path))
        });
        let path = match asset {
            Some(path) => path,
            None => {
                let value = self.evaluate_or_null(location, scope);
                known_text(&value).ok_or("where its template is is not known")?
            }
        };
        if path.contains("://") {
            return Err(format!("{path} is not a local path"));
        }
        let beside = scope.stack.template.path.parent().unwrap_or(Path::new(""));
        Ok(without_dots(&beside.join(path.as_ref())))
    }

    fn template(&self, path: &Path) -> Result<Rc<Template>, String> {
        if let Some(known) = self.templates.borrow().get(path) {
            let known = known.clone();
            return known.ok_or_else(|| "its file is no template".to_owned());
        }
        let mut problems = Vec::new();
        let read = Template::read(self.files, path, &mut problems);
        self.problems.borrow_mut().extend(problems);
        let read = read.map_err(|problem| problem.to_string())?.map(Rc::new);
        if let Some(template) = &read {
            self.take_exceptions(template);
        }
        self.nested_files.borrow_mut().insert(path.to_owned());
        let mut templates = self.templates.borrow_mut();
        templates.insert(path.to_owned(), read.clone());
        read.ok_or_else(|| "its file is no template".to_owned())
    }
}

/// Where the template of the stack that a resource nests is.
pub(super) fn location_of(node: &Node) -> Option<&Rc<Node>> {
    match node.get("Type")?.as_str()?.as_ref() {
        "AWS::CloudFormation::Stack" => properties_of(node, "TemplateURL"),
        "AWS::Serverless::Application" => {
            properties_of(node, "Location").filter(|location| location.as_str().is_some())
        }
        _ => None,
    }
}

fn properties_of<'n>(node: &'n Node, name: &str) -> Option<&'n Rc<Node>> {
    node.get("Properties")?.get(name)
}
