//! The JSON document that `terraform show -json` prints for a plan, and what tells it from
//! everything else that Terraform writes.

use std::sync::Arc;

use crate::iac::json::{self, Node};
use crate::iac::place::{Place, Source, Span};
use crate::iac::problem::{Problem, ProblemKind};

/// A plan as it was read.
pub(super) struct Document {
    source: Arc<Source>,
    root: Node,
}

/// Whether a text looks like a plan in JSON. This is for files that are found; whatever a user
/// names is to be read, and says itself what it is.
pub fn is_plan(text: &str) -> bool {
    let plan = || text.contains("\"planned_values\"") || text.contains("\"resource_changes\"");
    text.trim_start().starts_with('{') && text.contains("\"format_version\"") && plan()
}

impl Document {
    /// Reads a document, which must be a plan of a version that is known.
    pub(super) fn read(source: &Arc<Source>) -> Result<Self, Problem> {
        let text = source.text();
        let problem = |kind| Problem::of_file(source.name(), kind);
        let root = json::parse(text).map_err(|fault| match stream(text) {
            Some(what) => problem(ProblemKind::NotAPlan(what)),
            None => Problem::at(
                &fault.span.of(source),
                ProblemKind::Syntax(fault.message.clone()),
            ),
        })?;
        if let Some(what) = other(&root) {
            return Err(problem(ProblemKind::NotAPlan(what)));
        }
        let version = root.get("format_version").and_then(Node::as_str);
        let version = version.map_or("", AsRef::as_ref);
        // Versions 0.1 and 0.2 are those of Terraform before 1.1; version 1 added to them only.
        match version.split('.').next() {
            Some("0" | "1") => Ok(Self {
                source: Arc::clone(source),
                root,
            }),
            _ => Err(Problem::at(
                &root
                    .get("format_version")
                    .map_or(root.span, |node| node.span)
                    .of(source),
                ProblemKind::PlanVersion(shortened(version)),
            )),
        }
    }

    /// The whole document.
    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    /// A part of the document.
    pub(super) fn get(&self, path: &[&str]) -> Option<&Node> {
        path.iter()
            .try_fold(&self.root, |node, name| node.get(name))
    }

    /// The items of an array of the document.
    pub(super) fn items(&self, path: &[&str]) -> &[Node] {
        self.get(path).map_or(&[], Node::items)
    }

    /// The place of a stretch of the document.
    pub(super) fn place(&self, span: Span) -> Place {
        span.of(&self.source)
    }
}

/// What a document is that is no plan.
fn other(root: &Node) -> Option<&'static str> {
    let has = |name| root.get(name).is_some();
    if has("planned_values") || has("resource_changes") {
        None
    } else if has("serial") && has("lineage") {
        Some("a state file")
    } else if has("values") && has("terraform_version") {
        Some("a state, as `terraform show -json` prints it for one")
    } else if has("@level") {
        Some(STREAM)
    } else if has("provider_schemas") {
        Some("the schemas of providers")
    } else {
        Some("something else: it has neither `planned_values` nor `resource_changes`")
    }
}

const STREAM: &str = "the messages of `terraform plan -json` or `terraform apply -json`";

/// What a text is that is no JSON value: a stream of messages begins with one.
fn stream(text: &str) -> Option<&'static str> {
    let first = json::parse(text.lines().next()?).ok()?;
    first.get("@level").map(|_| STREAM)
}

/// As much of a version as there is use for in a message.
fn shortened(version: &str) -> String {
    version.chars().take(20).collect()
}
