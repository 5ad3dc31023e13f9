//! What a plan will do to what there is.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::configuration::name_of;
use super::document::Document;
use super::marks::Marks;
use crate::iac::json::Node;
use crate::iac::place::{Place, Span};
use crate::iac::problem::{Problem, ProblemKind};
use crate::iac::terraform::module::Mode;
use crate::iac::value::{Data, Value};

/// What will be done to one resource instance (Terraform documentation, "JSON Output Format",
/// "Change Representation").
#[derive(Debug, Clone)]
pub struct Change {
    /// The address: `module.zones["a"].aws_route53_zone.main[0]`.
    pub address: Arc<str>,
    /// The type: `aws_route53_zone`.
    pub kind: Arc<str>,
    /// What will be done, in order; nothing if it is left as it is. A replacement is a
    /// destruction and a creation, in either order.
    pub actions: Vec<Action>,
    /// Why, as Terraform calls it: `replace_because_cannot_update`.
    pub reason: Option<Arc<str>>,
    /// The key of the object that a replacement left behind, if it is that one that changes and
    /// not the current one.
    pub deposed: Option<Arc<str>>,
    /// The attributes before; null if there is nothing yet.
    pub before: Value,
    /// Where it stands: in the plan, or the header of its block in the source.
    pub place: Place,
}

/// What is done to a resource instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It is destroyed.
    Delete,
    /// Terraform forgets it, and it stays as it is.
    Forget,
}

impl Change {
    /// Whether what there is will be destroyed, perhaps to be made anew.
    pub fn destroys(&self) -> bool {
        self.actions.contains(&Action::Delete)
    }

    /// Whether it is destroyed and made anew.
    pub fn replaces(&self) -> bool {
        self.destroys() && self.actions.contains(&Action::Create)
    }

    /// An attribute before, if it is a text that is known.
    pub(super) fn was(&self, attribute: &str) -> Option<&str> {
        self.before.get(attribute)?.as_str()
    }
}

/// The changes of the resources that a plan makes, those that are left as they are among them.
pub(super) fn changes(
    document: &Document,
    kinds: Option<&BTreeSet<String>>,
    problems: &mut Vec<Problem>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for resource in document.items(&["resource_changes"]) {
        let Some(name) = name_of(resource).filter(|name| name.mode == Mode::Managed) else {
            continue;
        };
        if kinds.is_some_and(|kinds| !kinds.contains(name.kind.as_ref())) {
            continue;
        }
        let (Some(address), Some(change)) = (resource.member("address"), resource.get("change"))
        else {
            continue;
        };
        let Some(text) = address.value.as_str() else {
            continue;
        };
        let span = Span {
            start: address.name_span.start,
            end: address.value.span.end,
        };
        let place = document.place(span);
        let sensitive = Marks(change.get("before_sensitive"));
        let before = match change.get("before") {
            Some(before) => document.value(before, sensitive),
            None => Value::new(Data::Null, place.clone()),
        };
        let member = |name: &str| resource.get(name).and_then(Node::as_str).map(Arc::clone);
        changes.push(Change {
            address: Arc::clone(text),
            kind: Arc::clone(&name.kind),
            actions: actions(document, change, problems),
            reason: member("action_reason"),
            deposed: member("deposed"),
            before,
            place,
        });
    }
    changes
}

fn actions(document: &Document, change: &Node, problems: &mut Vec<Problem>) -> Vec<Action> {
    let listed = change.get("actions").map_or(&[][..], Node::items);
    let mut actions = Vec::new();
    for node in listed {
        match node.as_str().map(AsRef::as_ref) {
            Some("create") => actions.push(Action::Create),
            Some("update") => actions.push(Action::Update),
            Some("delete") => actions.push(Action::Delete),
            Some("forget") => actions.push(Action::Forget),
            Some("no-op" | "read") => {}
            _ => {
                let message = "the action is none that is known".to_owned();
                let place = document.place(node.span);
                problems.push(Problem::at(&place, ProblemKind::Invalid(message)));
            }
        }
    }
    actions
}
