//! The JSON syntax of configurations (Terraform documentation, "JSON Configuration Syntax"),
//! turned into the same trees as the native syntax.

use std::sync::Arc;

use super::ast::{Attribute, Block, Body, Expr, ExprKind, TooHigh};
use super::cursor::{Cursor, MAX_NAME, Origin};
use super::{expression, template};
use crate::iac::json::{Member, Node, NodeKind};
use crate::iac::place::Span;
use crate::iac::problem::Fault;

/// The blocks at the top of a file, and how many labels each kind has.
pub(super) const BLOCKS: [(&str, usize); 14] = [
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("variable", 1),
    ("output", 1),
    ("module", 1),
    ("provider", 1),
    ("check", 1),
    ("terraform", 0),
    ("locals", 0),
    ("moved", 0),
    ("import", 0),
    ("removed", 0),
    ("action", 2),
];

/// A whole `.tf.json` file.
pub(super) fn file(text: &str, root: &Node) -> Result<Body, Fault> {
    let mut body = Body::default();
    for member in objects(root)?.into_iter().flatten() {
        if member.name.as_ref() == "//" {
            continue;
        }
        let labels = BLOCKS
            .iter()
            .find(|(kind, _)| *kind == member.name.as_ref());
        let Some((_, labels)) = labels else {
            return Err(Fault {
                message: format!("`{}` is no kind of block", member.name),
                span: member.name_span,
            });
        };
        let header = member.name_span;
        blocks(
            text,
            &member.name,
            header,
            &[],
            *labels,
            &member.value,
            &mut body,
        )?;
    }
    Ok(body)
}

/// The arguments of a `.tfvars.json` file.
pub(super) fn arguments(text: &str, root: &Node) -> Result<Body, Fault> {
    match &root.kind {
        NodeKind::Object(members) => inner(text, members),
        _ => Err(expected_object(root)),
    }
}

/// Descends through the labels of a block to its bodies.
fn blocks(
    text: &str,
    kind: &Arc<str>,
    header: Span,
    labels: &[Arc<str>],
    missing: usize,
    node: &Node,
    into: &mut Body,
) -> Result<(), Fault> {
    if let NodeKind::Null = node.kind {
        return Ok(());
    }
    for members in objects(node)? {
        if missing == 0 {
            into.blocks.push(Block {
                kind: Arc::clone(kind),
                labels: labels.into(),
                header,
                span: Span {
                    start: header.start,
                    end: node.span.end,
                },
                body: inner(text, members)?,
            });
            continue;
        }
        for member in members.iter().filter(|member| member.name.as_ref() != "//") {
            if member.name.len() > MAX_NAME {
                return Err(Fault {
                    message: format!("the name is longer than {MAX_NAME} bytes"),
                    span: member.name_span,
                });
            }
            let mut labels = labels.to_vec();
            labels.push(Arc::clone(&member.name));
            let header = member.name_span;
            blocks(
                text,
                kind,
                header,
                &labels,
                missing - 1,
                &member.value,
                into,
            )?;
        }
    }
    Ok(())
}

/// The members of an object, or of each object of an array.
fn objects(node: &Node) -> Result<Vec<&[Member]>, Fault> {
    match &node.kind {
        NodeKind::Object(members) => Ok(vec![members]),
        NodeKind::Array(items) => {
            let each = items.iter().map(|item| match &item.kind {
                NodeKind::Object(members) => Ok(members.as_slice()),
                _ => Err(expected_object(item)),
            });
            each.collect()
        }
        _ => Err(expected_object(node)),
    }
}

fn expected_object(node: &Node) -> Fault {
    Fault {
        message: "expected an object".to_owned(),
        span: node.span,
    }
}

fn inner(text: &str, members: &[Member]) -> Result<Body, Fault> {
    let members = members.iter().filter(|member| member.name.as_ref() != "//");
    let attributes = members.map(|member| {
        let attribute = Attribute {
            expr: expr(text, &member.value)?,
            span: Span {
                start: member.name_span.start,
                end: member.value.span.end,
            },
        };
        Ok((Arc::clone(&member.name), attribute))
    });
    Body::new(attributes.collect::<Result<_, Fault>>()?, Vec::new())
}

/// The expression that a JSON value stands for: strings are templates.
fn expr(text: &str, node: &Node) -> Result<Expr, Fault> {
    let kind = match &node.kind {
        NodeKind::Null => ExprKind::Null,
        NodeKind::Bool(value) => ExprKind::Bool(*value),
        NodeKind::Number(number) => ExprKind::Number(*number),
        NodeKind::String {
            text: content,
            escaped,
        } => return string(text, content, *escaped, node.span),
        NodeKind::Array(items) => {
            let items = items.iter().map(|item| expr(text, item));
            ExprKind::Tuple(items.collect::<Result<_, _>>()?)
        }
        NodeKind::Object(members) => {
            let members = members.iter().map(|member| {
                let escaped = !text_of(text, member.name_span).contains(member.name.as_ref());
                let key = string(text, &member.name, escaped, member.name_span)?;
                Ok((key, expr(text, &member.value)?))
            });
            ExprKind::Object(members.collect::<Result<_, _>>()?)
        }
    };
    Expr::new(kind, node.span).map_err(|TooHigh| too_high(node.span))
}

fn string(text: &str, content: &str, escaped: bool, span: Span) -> Result<Expr, Fault> {
    let plain = !(content.contains("${") || content.contains("%{"));
    if plain {
        let kind = ExprKind::String(content.into());
        return Expr::new(kind, span).map_err(|TooHigh| too_high(span));
    }
    let origin = if escaped || !text_of(text, span).contains(content) {
        Origin::Within(span)
    } else {
        Origin::At(span.start + 1)
    };
    let mut parsed = template::whole(&mut Cursor::new(content, origin))?;
    parsed.span = span;
    Ok(parsed)
}

/// A string that holds an expression rather than a template: a reference, or a type.
pub(super) fn bare(content: &str, span: Span) -> Result<Expr, Fault> {
    let mut cursor = Cursor::new(content, Origin::Within(span));
    let parsed = expression::expression(&mut cursor)?;
    cursor.skip_trivia_and_lines()?;
    if cursor.at < content.len() {
        return Err(cursor.fault("expected the end of the expression"));
    }
    Ok(parsed)
}

fn text_of(text: &str, span: Span) -> &str {
    let range = span.start as usize..span.end as usize;
    text.get(range).unwrap_or_default()
}

fn too_high(span: Span) -> Fault {
    Fault {
        message: "nested too deep".to_owned(),
        span,
    }
}
