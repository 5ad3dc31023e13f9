//! Configuration files of both syntaxes, read into trees.
//!
//! The parser is our own rather than a library's, because what a reviewer sees must be what
//! Terraform sees: object keys may repeat, a heredoc ends only at a line that holds its name and
//! nothing else, and a hostile file costs time in proportion to its length.

mod ast;
mod cursor;
mod directive;
mod expression;
mod json_body;
mod structure;
mod template;

use std::sync::Arc;

use crate::iac::json::{self, Node};
use crate::iac::place::Source;
use crate::iac::problem::Fault;

pub(in crate::iac) use ast::{
    Attribute, Block, Body, Call, Expr, ExprKind, File, For, LoopNames, Operator, Part,
};

use cursor::{Cursor, Origin};

/// Reads a configuration file; its name says which syntax it is in.
pub(in crate::iac) fn parse(source: &Arc<Source>) -> Result<File, Fault> {
    read(source, json_body::file)
}

/// Whether a text can be read as a configuration, in the syntax that the name of the file says.
pub(in crate::iac) fn is_readable(source: &Arc<Source>) -> bool {
    parse(source).is_ok()
}

/// Reads a file of variable values; its name says which syntax it is in.
pub(in crate::iac) fn parse_values(source: &Arc<Source>) -> Result<File, Fault> {
    read(source, json_body::arguments)
}

fn read(
    source: &Arc<Source>,
    json: impl FnOnce(&str, &Node) -> Result<Body, Fault>,
) -> Result<File, Fault> {
    let text = source.text();
    let (body, directives) = if source.name().ends_with(".json") {
        let root = json::parse(text)?;
        (json(text, &root)?, directive::of_json(&root))
    } else {
        let mut cursor = Cursor::new(text, Origin::At(0));
        let body = structure::body(&mut cursor, false)?;
        let directives = directive::of_comments(text, &cursor.directives, &body);
        (body, directives)
    };
    Ok(File {
        source: Arc::clone(source),
        body,
        directives,
    })
}

/// Reads an expression that is the whole text.
pub(in crate::iac) fn parse_expression(source: &Arc<Source>) -> Result<Expr, Fault> {
    let mut cursor = Cursor::new(source.text(), Origin::At(0));
    cursor.line_breaks_count = false;
    let parsed = expression::expression(&mut cursor)?;
    cursor.skip_trivia()?;
    if cursor.at < source.text().len() {
        return Err(cursor.fault("expected the end of the expression"));
    }
    Ok(parsed)
}

/// Reads a template that is the whole text.
pub(in crate::iac) fn parse_template(source: &Arc<Source>) -> Result<Expr, Fault> {
    template::whole(&mut Cursor::new(source.text(), Origin::At(0)))
}

/// A reference that may be written in quotation marks, as the JSON syntax must: the expression
/// within. `None` if it is no reference.
pub(in crate::iac) fn unquoted(expr: &Expr) -> Option<Expr> {
    let text = expr.as_literal()?;
    json_body::bare(text, expr.span).ok()
}
