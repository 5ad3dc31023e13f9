//! Bodies of the native syntax (HCL native syntax specification, "Structural Elements").

use std::sync::Arc;

use super::ast::{Attribute, Block, Body};
use super::cursor::{Cursor, MAX_NAME};
use super::expression::expression;
use crate::iac::place::Span;
use crate::iac::problem::Fault;

/// A whole file, or the inside of a block.
pub(super) fn body(cursor: &mut Cursor, nested: bool) -> Result<Body, Fault> {
    let (mut attributes, mut blocks) = (Vec::new(), Vec::new());
    loop {
        cursor.skip_trivia_and_lines()?;
        if nested && cursor.take("}") {
            return Body::new(attributes, blocks);
        }
        if cursor.at >= cursor.text.len() {
            return if nested {
                Err(cursor.fault("expected `}` to end the block"))
            } else {
                Body::new(attributes, blocks)
            };
        }
        item(cursor, &mut attributes, &mut blocks)?;
        cursor.skip_trivia()?;
        let ended = cursor.take_line_break()
            || cursor.at >= cursor.text.len()
            || (nested && cursor.byte() == Some(b'}'));
        if !ended {
            return Err(cursor.fault("expected the end of the line after an argument or block"));
        }
    }
}

/// An argument or a block.
fn item(
    cursor: &mut Cursor,
    attributes: &mut Vec<(Arc<str>, Attribute)>,
    blocks: &mut Vec<Block>,
) -> Result<(), Fault> {
    let start = cursor.at;
    let Some(name) = cursor.name() else {
        return Err(cursor.fault("expected an argument or a block"));
    };
    let name: Arc<str> = name.into();
    let mut end = cursor.at;
    cursor.skip_trivia()?;
    if cursor.byte() == Some(b'=') && cursor.byte_after(1) != Some(b'=') {
        cursor.at += 1;
        let expr = expression(cursor)?;
        let span = Span {
            start: cursor.span_from(start).start,
            end: expr.span.end,
        };
        attributes.push((name, Attribute { expr, span }));
        return Ok(());
    }
    let mut labels = Vec::new();
    while !cursor.take("{") {
        labels.push(label(cursor)?);
        end = cursor.at;
        cursor.skip_trivia()?;
    }
    let mut header = cursor.span_from(start);
    header.end = header
        .end
        .saturating_sub(u32::try_from(cursor.at - end).unwrap_or(0));
    let inner = cursor.deeper(|cursor| self::body(cursor, true))?;
    blocks.push(Block {
        kind: name,
        labels: labels.into(),
        header,
        span: cursor.span_from(start),
        body: inner,
    });
    Ok(())
}

/// A label: a name, or a string without sequences.
fn label(cursor: &mut Cursor) -> Result<Arc<str>, Fault> {
    if let Some(name) = cursor.name() {
        return Ok(name.into());
    }
    if cursor.byte() != Some(b'"') {
        return Err(cursor.fault("expected `=`, `{` or a label"));
    }
    let start = cursor.at;
    let label = super::template::quoted(cursor)?;
    match label.as_literal() {
        Some(text) if text.len() <= MAX_NAME => Ok(Arc::clone(text)),
        Some(_) => {
            let message = format!("the label is longer than {MAX_NAME} bytes");
            Err(cursor.fault_from(start, message))
        }
        None => Err(cursor.fault_from(start, "a label holds no template sequence")),
    }
}
