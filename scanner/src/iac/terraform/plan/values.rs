//! The values of a plan: what is known, what is known after apply only, and what is sensitive.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::configuration::is_expression;
use super::document::Document;
use super::marks::Marks;
use crate::iac::json::{Member, Node, NodeKind};
use crate::iac::place::{Place, Span};
use crate::iac::value::{Data, Value};

/// Why a sensitive value is not known: it must appear in no message and no report, so that it does
/// not enter the values at all.
pub(super) const SENSITIVE: &str = "the plan marks it as sensitive";

/// The expressions that a value may come from, and the name that it goes by.
#[derive(Clone)]
pub(super) struct Origin<'a> {
    /// Expressions, or blocks of them; several where it is not known which.
    pub(super) expressions: Vec<&'a Node>,
    /// The name of the argument that it is, or lies in.
    pub(super) argument: Arc<str>,
    /// Whether it is an item of that argument.
    pub(super) item: bool,
}

/// A value as a plan describes it.
pub(super) struct Described<'a> {
    /// What is known of it.
    pub(super) node: Option<&'a Node>,
    /// Where its name stands, or the value where it has none.
    pub(super) name: Span,
    pub(super) unknown: Marks<'a>,
    pub(super) sensitive: Marks<'a>,
    pub(super) place: Place,
}

impl<'a> Origin<'a> {
    /// What an argument of a block comes from.
    pub(super) fn argument(block: Option<&'a Node>, name: &Arc<str>) -> Self {
        let expression = block
            .and_then(|block| block.get("expressions"))
            .and_then(|expressions| expressions.get(name));
        Self {
            expressions: flat(expression),
            argument: Arc::clone(name),
            item: false,
        }
    }

    /// What a member of the value comes from: of a block the argument of that name; of any other
    /// value the same expression.
    fn member(&self, name: &Arc<str>) -> Self {
        let each = self.expressions.iter().copied();
        let expressions = each.flat_map(|node| match is_expression(node) {
            true => vec![node],
            false => flat(node.get(name)),
        });
        Self {
            expressions: expressions.collect(),
            argument: Arc::clone(name),
            item: false,
        }
    }

    /// What an item of the value comes from: of a list of blocks those that do not say otherwise,
    /// or all of them if a provider writes every one in another way.
    fn item(&self, item: &Node) -> Self {
        let each = self.expressions.iter().copied();
        let may_be: Vec<_> = each
            .filter(|node| is_expression(node) || may_make(node, item))
            .collect();
        Self {
            expressions: if may_be.is_empty() {
                self.expressions.clone()
            } else {
                may_be
            },
            argument: Arc::clone(&self.argument),
            item: true,
        }
    }
}

/// An expression or a block by itself, a list of blocks as its items.
fn flat(node: Option<&Node>) -> Vec<&Node> {
    match node {
        Some(node) if node.items().is_empty() => vec![node],
        Some(node) => node.items().iter().collect(),
        None => Vec::new(),
    }
}

/// Whether a block may be what makes an object: none of its constants is another in the object.
fn may_make(block: &Node, object: &Node) -> bool {
    block.members().iter().all(|member| {
        let constant = member.value.get("constant_value");
        let known = object.get(&member.name);
        constant
            .zip(known)
            .is_none_or(|(left, right)| may_be(left, right))
    })
}

/// Whether two values may be the same: only those that are each a text, a number or a truth value
/// tell themselves apart here.
fn may_be(left: &Node, right: &Node) -> bool {
    match (&left.kind, &right.kind) {
        (NodeKind::String { text: left, .. }, NodeKind::String { text: right, .. }) => {
            left == right
        }
        (NodeKind::Number(left), NodeKind::Number(right)) => left == right,
        (NodeKind::Bool(left), NodeKind::Bool(right)) => left == right,
        _ => true,
    }
}

impl Document {
    /// The value of a part of the document, of which nothing is unknown.
    pub(super) fn value(&self, node: &Node, sensitive: Marks) -> Value {
        let described = Described {
            node: Some(node),
            name: node.span,
            unknown: Marks(None),
            sensitive,
            place: self.place(node.span),
        };
        let origin = Origin {
            expressions: Vec::new(),
            argument: "".into(),
            item: false,
        };
        let unknown = &mut |_: &Origin, place: Place| Value::new(Data::Null, place);
        self.join(described, &origin, unknown)
    }

    /// Joins what is known of a value with what is not, for which `unknown` says what it is.
    pub(super) fn join<'a>(
        &self,
        described: Described<'a>,
        origin: &Origin<'a>,
        unknown: &mut dyn FnMut(&Origin<'a>, Place) -> Value,
    ) -> Value {
        if described.unknown.whole() {
            let value = unknown(origin, described.place);
            return match value.data {
                Data::Unknown(_) if described.sensitive.any() => {
                    Value::unknown(SENSITIVE, value.place)
                }
                _ => value,
            };
        }
        if described.sensitive.whole() {
            // The place leaves out the text, which a place would give to whoever asks.
            let start = described.place.start();
            let place = described.place.source().place(start, start);
            return Value::unknown(SENSITIVE, place);
        }
        let place = described.place;
        let Some(node) = described.node else {
            return Value::new(Data::Null, place);
        };
        let data = match &node.kind {
            NodeKind::Null => Data::Null,
            NodeKind::Bool(value) => Data::Bool(*value),
            NodeKind::Number(number) => Data::Number(*number),
            NodeKind::String { text, .. } => Data::String(Arc::clone(text)),
            NodeKind::Array(items) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    let within = Described {
                        node: Some(item),
                        name: item.span,
                        unknown: described.unknown.item(index),
                        sensitive: described.sensitive.item(index),
                        place: self.place(item.span),
                    };
                    self.join(within, &origin.item(item), unknown)
                });
                Data::list(items.collect())
            }
            NodeKind::Object(known) => {
                let members = self.members(known, described.unknown, described.sensitive);
                let members = members.into_iter().map(|(name, within)| {
                    let value = self.join(within, &origin.member(&name), unknown);
                    (name, value)
                });
                Data::object(members.collect())
            }
        };
        Value::new(data, place)
    }

    /// The members of an object, those that are known and those that are not.
    pub(super) fn members<'a>(
        &self,
        known: &'a [Member],
        unknown: Marks<'a>,
        sensitive: Marks<'a>,
    ) -> BTreeMap<Arc<str>, Described<'a>> {
        let unknown = unknown.members();
        let sensitive = sensitive.members();
        let mark = |marks: &HashMap<&str, &'a Member>, name: &str| {
            Marks(marks.get(name).map(|member| &member.value))
        };
        let described = |member: &'a Member, node: Option<&'a Node>| {
            let described = Described {
                node,
                name: member.name_span,
                unknown: mark(&unknown, &member.name),
                sensitive: mark(&sensitive, &member.name),
                place: self.place(member.value.span),
            };
            (Arc::clone(&member.name), described)
        };
        let only_unknown = unknown.values().filter(|member| member.value.is_true());
        let mut members: BTreeMap<_, _> =
            only_unknown.map(|member| described(member, None)).collect();
        members.extend(
            known
                .iter()
                .map(|member| described(member, Some(&member.value))),
        );
        members
    }
}
