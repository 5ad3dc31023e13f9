//! What a configuration file says, before anything is evaluated.
//!
//! Spans are byte offsets in the file. Trees are no higher than [`MAX_HEIGHT`], so that walking
//! and dropping one cannot exhaust the stack.

use std::sync::Arc;

use litemap::LiteMap;

use crate::iac::exception::Directive;
use crate::iac::place::{Source, Span};
use crate::iac::problem::Fault;
use crate::iac::value::Number;

/// How high the tree of an expression, template or body may be.
pub(in crate::iac) const MAX_HEIGHT: u8 = 100;

/// A file and its body.
#[derive(Debug)]
pub(in crate::iac) struct File {
    pub(in crate::iac) source: Arc<Source>,
    pub(in crate::iac) body: Body,
    pub(in crate::iac) directives: Vec<Directive>,
}

/// Arguments and nested blocks.
#[derive(Debug, Default)]
pub(in crate::iac) struct Body {
    pub(in crate::iac) attributes: LiteMap<Arc<str>, Attribute>,
    pub(in crate::iac) blocks: Vec<Block>,
}

/// `name = expression`.
#[derive(Debug)]
pub(in crate::iac) struct Attribute {
    pub(in crate::iac) expr: Expr,
    pub(in crate::iac) span: Span,
}

/// `kind "label" { … }`.
#[derive(Debug)]
pub(in crate::iac) struct Block {
    pub(in crate::iac) kind: Arc<str>,
    pub(in crate::iac) labels: Box<[Arc<str>]>,
    /// From the kind to the last label.
    pub(in crate::iac) header: Span,
    /// From the kind to the brace at the end.
    pub(in crate::iac) span: Span,
    pub(in crate::iac) body: Body,
}

/// An expression.
#[derive(Debug)]
pub(in crate::iac) struct Expr {
    pub(in crate::iac) kind: ExprKind,
    pub(in crate::iac) span: Span,
    height: u8,
}

/// The kinds of expression (HCL native syntax specification, "Expressions").
#[derive(Debug)]
pub(in crate::iac) enum ExprKind {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Template(Box<[Part]>),
    /// `"${…}"` and nothing beside it: the value itself, not its text.
    Wrapped(Box<Expr>),
    Parenthesis(Box<Expr>),
    Tuple(Box<[Expr]>),
    Object(Box<[(Expr, Expr)]>),
    Variable(Arc<str>),
    GetAttr(Box<Expr>, Arc<str>),
    Index(Box<Expr>, Box<Expr>),
    /// `base[*].each`: `each` is evaluated for each item, which stands where [`Self::Item`] is.
    Splat(Box<Expr>, Box<Expr>),
    Item,
    Call(Box<Call>),
    Conditional(Box<[Expr; 3]>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Operator, Box<[Expr; 2]>),
    For(Box<For>),
}

/// `name(arguments…)`.
#[derive(Debug)]
pub(in crate::iac) struct Call {
    pub(in crate::iac) name: Arc<str>,
    pub(in crate::iac) arguments: Box<[Expr]>,
    /// Whether the last argument is a list of further arguments (`...`).
    pub(in crate::iac) expands: bool,
}

/// `[for key, value in collection : result if condition]`, or with braces.
#[derive(Debug)]
pub(in crate::iac) struct For {
    pub(in crate::iac) names: LoopNames,
    pub(in crate::iac) collection: Expr,
    /// The key of each member, where it makes an object.
    pub(in crate::iac) key: Option<Expr>,
    pub(in crate::iac) value: Expr,
    /// Whether members of one key are gathered into a list (`...`).
    pub(in crate::iac) groups: bool,
    pub(in crate::iac) condition: Option<Expr>,
}

/// The names that a loop gives to key and value.
#[derive(Debug, Clone)]
pub(in crate::iac) struct LoopNames {
    pub(in crate::iac) key: Option<Arc<str>>,
    pub(in crate::iac) value: Arc<str>,
}

/// A part of a template.
#[derive(Debug)]
pub(in crate::iac) enum Part {
    Literal(Arc<str>),
    Interpolation(Expr),
    If {
        condition: Expr,
        then: Vec<Self>,
        otherwise: Vec<Self>,
    },
    For {
        names: LoopNames,
        collection: Expr,
        body: Vec<Self>,
    },
}

/// The binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::iac) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Body {
    /// The body of these attributes and blocks, as they were written.
    ///
    /// # Errors
    /// Where an attribute stands a second time.
    pub(in crate::iac) fn new(
        mut attributes: Vec<(Arc<str>, Attribute)>,
        mut blocks: Vec<Block>,
    ) -> Result<Self, Fault> {
        attributes.sort_by(|(left, _), (right, _)| left.cmp(right));
        let mut neighbours = attributes.iter().zip(attributes.iter().skip(1));
        if let Some((_, (name, again))) = neighbours.find(|((before, _), (name, _))| before == name)
        {
            return Err(Fault {
                message: format!("the argument `{name}` is set twice"),
                span: again.span,
            });
        }
        // A configuration is thousands of small bodies, kept until it is judged.
        attributes.shrink_to_fit();
        blocks.shrink_to_fit();
        Ok(Self {
            attributes: LiteMap::from_sorted_store_unchecked(attributes),
            blocks,
        })
    }
}

/// A tree that would be too high.
#[derive(Debug)]
pub(in crate::iac) struct TooHigh;

impl Expr {
    /// An expression, unless its tree would be too high.
    pub(in crate::iac) fn new(kind: ExprKind, span: Span) -> Result<Self, TooHigh> {
        let mut tallest = 0;
        kind.each(&mut |part| tallest = tallest.max(part.height));
        if tallest >= MAX_HEIGHT {
            return Err(TooHigh);
        }
        let height = tallest + 1;
        Ok(Self { kind, span, height })
    }

    /// The name, if it is a bare one.
    pub(in crate::iac) fn as_name(&self) -> Option<&Arc<str>> {
        match &self.kind {
            ExprKind::Variable(name) => Some(name),
            _ => None,
        }
    }

    /// The text, if it is a literal one.
    pub(in crate::iac) fn as_literal(&self) -> Option<&Arc<str>> {
        match &self.kind {
            ExprKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The name and the attributes of `name.attribute[index].attribute`, and no more than that
    /// many attributes from the left.
    pub(in crate::iac) fn path(&self, most: usize) -> Option<(&Arc<str>, Vec<&Arc<str>>)> {
        let mut attributes = Vec::new();
        let mut at = self;
        let root = loop {
            match &at.kind {
                ExprKind::Variable(name) => break name,
                ExprKind::GetAttr(base, name) => {
                    attributes.push(name);
                    at = base;
                }
                ExprKind::Index(base, _) | ExprKind::Splat(base, _) => at = base,
                _ => return None,
            }
        };
        attributes.reverse();
        attributes.truncate(most);
        Some((root, attributes))
    }

    /// Calls `visit` for this expression and every one within it.
    pub(in crate::iac) fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        self.kind.each(&mut |part| part.walk(visit));
    }
}

impl ExprKind {
    /// Calls `visit` for each expression directly within.
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::String(_)
            | Self::Variable(_)
            | Self::Item => {}
            Self::Template(parts) => each_part(parts, visit),
            Self::Wrapped(inner)
            | Self::Parenthesis(inner)
            | Self::GetAttr(inner, _)
            | Self::Not(inner)
            | Self::Negate(inner) => visit(inner),
            Self::Tuple(items) => items.iter().for_each(visit),
            Self::Object(members) => {
                for (key, value) in members {
                    visit(key);
                    visit(value);
                }
            }
            Self::Index(base, other) | Self::Splat(base, other) => {
                visit(base);
                visit(other);
            }
            Self::Call(call) => call.arguments.iter().for_each(visit),
            Self::Conditional(parts) => parts.iter().for_each(visit),
            Self::Binary(_, sides) => sides.iter().for_each(visit),
            Self::For(parts) => {
                visit(&parts.collection);
                parts.key.iter().for_each(&mut *visit);
                visit(&parts.value);
                parts.condition.iter().for_each(visit);
            }
        }
    }
}

fn each_part<'a>(parts: &'a [Part], visit: &mut dyn FnMut(&'a Expr)) {
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(inner) => visit(inner),
            Part::If {
                condition,
                then,
                otherwise,
            } => {
                visit(condition);
                each_part(then, visit);
                each_part(otherwise, visit);
            }
            Part::For {
                collection, body, ..
            } => {
                visit(collection);
                each_part(body, visit);
            }
        }
    }
}
