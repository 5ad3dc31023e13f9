//! Expressions of the native syntax (HCL native syntax specification, "Expressions").

use std::sync::Arc;

use super::ast::{Call, Expr, ExprKind, For, LoopNames, Operator};
use super::cursor::Cursor;
use super::template;
use crate::iac::problem::Fault;
use crate::iac::value::Number;

/// The operators by their signs; a longer sign stands before its prefix. The number is how
/// tightly it binds.
const OPERATORS: [(&str, Operator, u8); 13] = [
    ("||", Operator::Or, 1),
    ("&&", Operator::And, 2),
    ("==", Operator::Equal, 3),
    ("!=", Operator::NotEqual, 3),
    ("<=", Operator::LessOrEqual, 4),
    (">=", Operator::GreaterOrEqual, 4),
    ("<", Operator::Less, 4),
    (">", Operator::Greater, 4),
    ("+", Operator::Add, 5),
    ("-", Operator::Subtract, 5),
    ("*", Operator::Multiply, 6),
    ("/", Operator::Divide, 6),
    ("%", Operator::Modulo, 6),
];

/// An expression.
pub(super) fn expression(cursor: &mut Cursor) -> Result<Expr, Fault> {
    cursor.deeper(|cursor| {
        cursor.skip_trivia()?;
        let start = cursor.at;
        let condition = binary(cursor, 1)?;
        cursor.skip_trivia()?;
        if !cursor.take("?") {
            return Ok(condition);
        }
        let then = expression(cursor)?;
        cursor.skip_trivia()?;
        cursor.expect(":", "the first result of the conditional")?;
        let otherwise = expression(cursor)?;
        let parts = Box::new([condition, then, otherwise]);
        cursor.expr(ExprKind::Conditional(parts), start)
    })
}

/// Operands joined by operators that bind at least so tightly.
fn binary(cursor: &mut Cursor, least: u8) -> Result<Expr, Fault> {
    let start = cursor.at;
    let mut left = operand(cursor)?;
    loop {
        let end = cursor.at;
        cursor.skip_trivia()?;
        let found = OPERATORS.iter().find(|(sign, ..)| cursor.starts_with(sign));
        let Some((sign, operator, tightness)) = found.filter(|(.., t)| *t >= least) else {
            cursor.at = end;
            return Ok(left);
        };
        cursor.at += sign.len();
        cursor.skip_trivia()?;
        let right = binary(cursor, tightness + 1)?;
        left = cursor.expr(ExprKind::Binary(*operator, Box::new([left, right])), start)?;
    }
}

fn operand(cursor: &mut Cursor) -> Result<Expr, Fault> {
    let start = cursor.at;
    match cursor.byte() {
        Some(b'-') => {
            let inner = signed(cursor)?;
            cursor.expr(ExprKind::Negate(Box::new(inner)), start)
        }
        Some(b'!') => {
            let inner = signed(cursor)?;
            cursor.expr(ExprKind::Not(Box::new(inner)), start)
        }
        _ => {
            let term = term(cursor)?;
            traversal(cursor, term, start)
        }
    }
}

/// The operand of a sign.
fn signed(cursor: &mut Cursor) -> Result<Expr, Fault> {
    cursor.at += 1;
    cursor.skip_trivia()?;
    cursor.deeper(operand)
}

/// Attributes, indexes and splats after a term.
fn traversal(cursor: &mut Cursor, term: Expr, start: usize) -> Result<Expr, Fault> {
    let mut base = term;
    loop {
        let end = cursor.at;
        cursor.skip_trivia()?;
        match (cursor.byte(), cursor.byte_after(1)) {
            (Some(b'.'), Some(b'.')) => {
                cursor.at = end;
                return Ok(base);
            }
            (Some(b'.'), _) => {
                cursor.at += 1;
                cursor.skip_trivia()?;
                base = if cursor.take("*") {
                    let each = attributes_of_item(cursor)?;
                    cursor.expr(ExprKind::Splat(Box::new(base), Box::new(each)), start)?
                } else {
                    attribute(cursor, base, start)?
                };
            }
            (Some(b'['), _) => {
                cursor.at += 1;
                cursor.with_line_breaks(false, Cursor::skip_trivia)?;
                base = if cursor.take("*") {
                    cursor.with_line_breaks(false, Cursor::skip_trivia)?;
                    cursor.expect("]", "`[*`")?;
                    let item = cursor.expr(ExprKind::Item, cursor.at)?;
                    let each = cursor.deeper(|cursor| traversal(cursor, item, cursor.at))?;
                    cursor.expr(ExprKind::Splat(Box::new(base), Box::new(each)), start)?
                } else {
                    let index = cursor.with_line_breaks(false, |cursor| {
                        let index = expression(cursor)?;
                        cursor.skip_trivia()?;
                        cursor.expect("]", "the index")?;
                        Ok(index)
                    })?;
                    cursor.expr(ExprKind::Index(Box::new(base), Box::new(index)), start)?
                };
            }
            _ => {
                cursor.at = end;
                return Ok(base);
            }
        }
    }
}

/// What follows the dot: a name, or an index in the old way (`list.0`).
fn attribute(cursor: &mut Cursor, base: Expr, start: usize) -> Result<Expr, Fault> {
    let from = cursor.at;
    if cursor.byte().is_some_and(|byte| byte.is_ascii_digit()) {
        while cursor.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            cursor.at += 1;
        }
        let digits = cursor.text.get(from..cursor.at).unwrap_or_default();
        let number = digits
            .parse()
            .map_err(|_| cursor.fault_from(from, "the index is too large"))?;
        let number = ExprKind::Number(Number::Integer(number));
        let index = cursor.expr(number, from)?;
        return cursor.expr(ExprKind::Index(Box::new(base), Box::new(index)), start);
    }
    let name = cursor.expect_name("`.`")?;
    cursor.expr(ExprKind::GetAttr(Box::new(base), name.into()), start)
}

/// The attributes that `.*` takes of each item: it does not reach beyond an index.
fn attributes_of_item(cursor: &mut Cursor) -> Result<Expr, Fault> {
    let start = cursor.at;
    let mut each = cursor.expr(ExprKind::Item, start)?;
    loop {
        let end = cursor.at;
        cursor.skip_trivia()?;
        let next = cursor.byte_after(1);
        if cursor.byte() != Some(b'.') || matches!(next, Some(b'.' | b'*')) {
            cursor.at = end;
            return Ok(each);
        }
        cursor.at += 1;
        cursor.skip_trivia()?;
        each = attribute(cursor, each, start)?;
    }
}

fn term(cursor: &mut Cursor) -> Result<Expr, Fault> {
    let start = cursor.at;
    match cursor.byte() {
        Some(b'"') => template::quoted(cursor),
        Some(b'<') if cursor.starts_with("<<") => template::heredoc(cursor),
        Some(b'0'..=b'9') => {
            let number = cursor.number()?;
            cursor.expr(ExprKind::Number(number), start)
        }
        Some(b'(') => {
            cursor.at += 1;
            let inner = cursor.with_line_breaks(false, |cursor| {
                let inner = expression(cursor)?;
                cursor.skip_trivia()?;
                cursor.expect(")", "the expression")?;
                Ok(inner)
            })?;
            cursor.expr(ExprKind::Parenthesis(Box::new(inner)), start)
        }
        Some(b'[') => {
            cursor.at += 1;
            let kind = cursor.with_line_breaks(false, tuple)?;
            cursor.expr(kind, start)
        }
        Some(b'{') => {
            cursor.at += 1;
            let kind = object(cursor)?;
            cursor.expr(kind, start)
        }
        _ => named(cursor),
    }
}

/// A keyword, a variable or a function call.
fn named(cursor: &mut Cursor) -> Result<Expr, Fault> {
    let start = cursor.at;
    let Some(name) = cursor.name() else {
        return Err(cursor.fault("expected an expression"));
    };
    let end = cursor.at;
    let mut full = name.to_owned();
    while cursor.take("::") {
        full.push_str("::");
        full.push_str(cursor.expect_name("`::`")?);
    }
    let after = cursor.at;
    cursor.skip_trivia()?;
    if cursor.take("(") {
        let (arguments, expands) = cursor.with_line_breaks(false, arguments)?;
        let call = Call {
            name: full.into(),
            arguments: arguments.into(),
            expands,
        };
        return cursor.expr(ExprKind::Call(Box::new(call)), start);
    }
    cursor.at = after;
    if end != after {
        return Err(cursor.fault("expected `(` after the name of a function"));
    }
    let kind = match name {
        "null" => ExprKind::Null,
        "true" => ExprKind::Bool(true),
        "false" => ExprKind::Bool(false),
        name => ExprKind::Variable(name.into()),
    };
    cursor.expr(kind, start)
}

/// The arguments of a call, and whether the last is expanded.
fn arguments(cursor: &mut Cursor) -> Result<(Vec<Expr>, bool), Fault> {
    let mut arguments = Vec::new();
    loop {
        cursor.skip_trivia()?;
        if cursor.take(")") {
            return Ok((arguments, false));
        }
        arguments.push(expression(cursor)?);
        cursor.skip_trivia()?;
        if cursor.take("...") {
            cursor.skip_trivia()?;
            cursor.expect(")", "`...`")?;
            return Ok((arguments, true));
        }
        if !cursor.take(",") {
            cursor.expect(")", "the argument")?;
            return Ok((arguments, false));
        }
    }
}

/// What follows `[`.
fn tuple(cursor: &mut Cursor) -> Result<ExprKind, Fault> {
    cursor.skip_trivia()?;
    if cursor.take_keyword("for") {
        return for_expression(cursor, false);
    }
    let mut items = Vec::new();
    loop {
        cursor.skip_trivia()?;
        if cursor.take("]") {
            return Ok(ExprKind::Tuple(items.into()));
        }
        items.push(expression(cursor)?);
        cursor.skip_trivia()?;
        if !cursor.take(",") {
            cursor.expect("]", "the item")?;
            return Ok(ExprKind::Tuple(items.into()));
        }
    }
}

/// What follows `{`.
fn object(cursor: &mut Cursor) -> Result<ExprKind, Fault> {
    cursor.skip_trivia_and_lines()?;
    if cursor.peek_keyword("for") {
        return cursor.with_line_breaks(false, |cursor| {
            cursor.take_keyword("for");
            for_expression(cursor, true)
        });
    }
    cursor.with_line_breaks(true, |cursor| {
        let mut members = Vec::new();
        loop {
            cursor.skip_trivia_and_lines()?;
            if cursor.take("}") {
                return Ok(ExprKind::Object(members.into()));
            }
            let key = object_key(cursor)?;
            cursor.skip_trivia()?;
            if !(cursor.take("=") || cursor.take(":")) {
                return Err(cursor.fault("expected `=` or `:` after the key"));
            }
            let value = expression(cursor)?;
            members.push((key, value));
            cursor.skip_trivia()?;
            if !(cursor.take(",") || cursor.take_line_break()) {
                cursor.expect("}", "the value")?;
                return Ok(ExprKind::Object(members.into()));
            }
        }
    })
}

/// A key: a bare name is itself, anything else is evaluated.
fn object_key(cursor: &mut Cursor) -> Result<Expr, Fault> {
    let start = cursor.at;
    let key = expression(cursor)?;
    match key.as_name() {
        Some(name) => {
            let name = Arc::clone(name);
            cursor.expr(ExprKind::String(name), start)
        }
        None => Ok(key),
    }
}

/// What follows `for`, to the closing bracket.
fn for_expression(cursor: &mut Cursor, braces: bool) -> Result<ExprKind, Fault> {
    let names = loop_names(cursor)?;
    let collection = expression(cursor)?;
    cursor.skip_trivia()?;
    cursor.expect(":", "the collection of `for`")?;
    let first = expression(cursor)?;
    cursor.skip_trivia()?;
    let mut groups = false;
    let (key, value) = if braces {
        cursor.expect("=>", "the key of `for`")?;
        let value = expression(cursor)?;
        cursor.skip_trivia()?;
        groups = cursor.take("...");
        (Some(first), value)
    } else {
        (None, first)
    };
    cursor.skip_trivia()?;
    let condition = if cursor.take_keyword("if") {
        Some(expression(cursor)?)
    } else {
        None
    };
    cursor.skip_trivia()?;
    cursor.expect(if braces { "}" } else { "]" }, "the `for` expression")?;
    Ok(ExprKind::For(Box::new(For {
        names,
        collection,
        key,
        value,
        groups,
        condition,
    })))
}

/// `key, value in` or `value in`.
pub(super) fn loop_names(cursor: &mut Cursor) -> Result<LoopNames, Fault> {
    cursor.skip_trivia()?;
    let first: Arc<str> = cursor.expect_name("`for`")?.into();
    cursor.skip_trivia()?;
    let names = if cursor.take(",") {
        cursor.skip_trivia()?;
        LoopNames {
            key: Some(first),
            value: cursor.expect_name("`,`")?.into(),
        }
    } else {
        LoopNames {
            key: None,
            value: first,
        }
    };
    cursor.skip_trivia()?;
    if cursor.take_keyword("in") {
        Ok(names)
    } else {
        Err(cursor.fault("expected `in` after the names of `for`"))
    }
}
