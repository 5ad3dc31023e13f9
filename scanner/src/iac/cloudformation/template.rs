//! A template as it was read, and what tells it from any other file.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::syntax::{self, Map, Node};
use crate::iac::files::Files;
use crate::iac::place::{Place, Source, Span};
use crate::iac::problem::{Fault, Problem, ProblemKind};

/// A template.
pub(in crate::iac) struct Template {
    pub(in crate::iac) path: PathBuf,
    pub(in crate::iac) source: Arc<Source>,
    pub(in crate::iac) comments: Vec<Span>,
    root: Rc<Node>,
}

impl Template {
    /// Reads a file. `None` if it is no template, which is not a problem.
    pub(in crate::iac) fn read(
        files: &Files,
        path: &Path,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<Self>, Problem> {
        let source = files.read(path)?;
        if !mentions_sections(source.text()) {
            return Ok(None);
        }
        let document = match syntax::parse(&source) {
            Ok(document) => document,
            Err(fault) if is_meant_as_template(source.text()) => {
                let kind = ProblemKind::Syntax(fault.message);
                return Err(Problem::at(&fault.span.of(&source), kind));
            }
            Err(_) => return Ok(None),
        };
        if !is_template(&document.root) {
            return Ok(None);
        }
        problems.extend(document.faults.into_iter().map(|Fault { message, span }| {
            Problem::at(&span.of(&source), ProblemKind::Invalid(message))
        }));
        Ok(Some(Self {
            path: path.to_owned(),
            source,
            comments: document.comments,
            root: document.root,
        }))
    }

    /// A section of it: `Resources`.
    pub(in crate::iac) fn section(&self, name: &str) -> Option<&Map> {
        self.root.get(name)?.as_map()
    }

    /// What stands at the top under that name.
    pub(in crate::iac) fn top(&self, name: &str) -> Option<&Rc<Node>> {
        self.root.get(name)
    }

    pub(in crate::iac) fn place(&self, span: Span) -> Place {
        span.of(&self.source)
    }
}

/// Whether a name is one that `AWSTemplateFormatVersion` or `Resources` could be: a text without
/// either is not parsed.
fn mentions_sections(text: &str) -> bool {
    text.contains("Resources") || text.contains("AWSTemplateFormatVersion")
}

/// Whether a text that cannot be parsed was meant as a template.
pub(in crate::iac) fn is_meant_as_template(text: &str) -> bool {
    text.contains("AWSTemplateFormatVersion")
        || (text.contains("Resources") && text.contains("AWS::"))
}

/// Whether a text can be read as a template, in the syntax that the name of the file says.
pub(in crate::iac) fn is_template_text(source: &Source) -> bool {
    mentions_sections(source.text())
        && syntax::parse(source).is_ok_and(|document| is_template(&document.root))
}

/// Whether a tree is a template: it says so, or has a resource of a type such as `AWS::KMS::Key`.
fn is_template(root: &Node) -> bool {
    let Some(top) = root.as_map() else {
        return false;
    };
    if top.get("AWSTemplateFormatVersion").is_some() {
        return true;
    }
    let resources = root.get("Resources").and_then(|node| node.as_map());
    let resources = resources.map(Map::entries).unwrap_or_default();
    resources.iter().any(|entry| {
        let kind = entry.value.get("Type").and_then(|kind| kind.as_str());
        kind.is_some_and(|kind| is_type(kind)) || entry.name.starts_with("Fn::ForEach::")
    })
}

/// `AWS::KMS::Key`, `Custom::Anything`.
fn is_type(text: &str) -> bool {
    text.split("::").count() >= 3 || text.starts_with("Custom::")
}
