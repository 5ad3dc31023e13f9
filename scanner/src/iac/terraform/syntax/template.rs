//! Quoted strings, heredocs and template files (HCL native syntax specification, "Templates").

use std::sync::Arc;

use super::ast::{Expr, ExprKind, LoopNames, Part};
use super::cursor::Cursor;
use super::expression::{expression, loop_names};
use crate::iac::problem::Fault;

/// A piece of a template before its directives are matched.
enum Token {
    Literal(String),
    Interpolation(Expr),
    If(Expr),
    Else,
    EndIf,
    For(LoopNames, Expr),
    EndFor,
}

/// The pieces read so far, and whether the next literal loses the spaces at its beginning.
#[derive(Default)]
struct Tokens {
    tokens: Vec<Token>,
    strip_next: bool,
}

impl Tokens {
    fn literal(&mut self, mut text: String) {
        if std::mem::take(&mut self.strip_next) {
            text = text.trim_start().to_owned();
        }
        self.tokens.push(Token::Literal(text));
    }

    fn strip_last(&mut self) {
        if let Some(Token::Literal(text)) = self.tokens.last_mut() {
            text.truncate(text.trim_end().len());
        }
    }
}

/// `"…"`.
pub(super) fn quoted(cursor: &mut Cursor) -> Result<Expr, Fault> {
    let start = cursor.at;
    cursor.at += 1;
    let mut tokens = Tokens::default();
    loop {
        let text = quoted_literal(cursor, start)?;
        if !text.is_empty() {
            tokens.literal(text);
        }
        if cursor.take("\"") {
            return assemble(cursor, tokens.tokens, start);
        }
        sequence(cursor, &mut tokens)?;
    }
}

/// `<<NAME` or `<<-NAME`, to the line that holds the name alone.
pub(super) fn heredoc(cursor: &mut Cursor) -> Result<Expr, Fault> {
    let start = cursor.at;
    cursor.at += 2;
    let flush = cursor.take("-");
    let marker = cursor.expect_name("`<<`")?;
    if !cursor.take_line_break() {
        return Err(cursor.fault("expected the end of the line after the name of the heredoc"));
    }
    let mut tokens = Tokens::default();
    let mut at_line_start = true;
    loop {
        let line = line(cursor);
        if at_line_start && line.trim() == marker {
            cursor.at += line.trim_end().len();
            break;
        }
        if line.is_empty() {
            let message = format!("the heredoc has no line with `{marker}` alone to end it");
            return Err(cursor.fault_from(start, message));
        }
        let text = bare_literal(cursor, line.len());
        at_line_start = text.ends_with('\n');
        if !text.is_empty() {
            tokens.literal(text);
        }
        if cursor.starts_with("${") || cursor.starts_with("%{") {
            sequence(cursor, &mut tokens)?;
            at_line_start = false;
        }
    }
    if flush {
        strip_indentation(&mut tokens.tokens);
    }
    let parts = matched(cursor, tokens.tokens, start)?;
    let kind = match parts.as_slice() {
        [] => ExprKind::String("".into()),
        [Part::Literal(text)] => ExprKind::String(Arc::clone(text)),
        _ => ExprKind::Template(parts.into()),
    };
    cursor.expr(kind, start)
}

/// A text that is a template from its beginning to its end: a template file, or a string of the
/// JSON syntax.
pub(super) fn whole(cursor: &mut Cursor) -> Result<Expr, Fault> {
    let mut tokens = Tokens::default();
    while cursor.at < cursor.text.len() {
        let text = bare_literal(cursor, cursor.rest().len());
        if !text.is_empty() {
            tokens.literal(text);
        }
        if cursor.at < cursor.text.len() {
            sequence(cursor, &mut tokens)?;
        }
    }
    assemble(cursor, tokens.tokens, 0)
}

/// The rest of the line with its break.
fn line<'a>(cursor: &Cursor<'a>) -> &'a str {
    let rest = cursor.rest();
    let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
    rest.get(..length).unwrap_or_default()
}

/// Literal text of a quoted template, to its end or the next sequence, without its escapes.
fn quoted_literal(cursor: &mut Cursor, start: usize) -> Result<String, Fault> {
    let mut text = String::new();
    loop {
        let rest = cursor.rest();
        let stop = rest.find(['"', '\\', '\n', '$', '%']);
        let Some(length) = stop else {
            return Err(cursor.fault_from(start, "the string has no closing quotation mark"));
        };
        text.push_str(rest.get(..length).unwrap_or_default());
        cursor.at += length;
        match cursor.byte() {
            Some(b'"') => return Ok(text),
            Some(b'\\') => text.push(escape(cursor)?),
            Some(b'$' | b'%') if cursor.byte_after(1) == Some(b'{') => return Ok(text),
            Some(b'$' | b'%') => dollar_or_percent(cursor, &mut text),
            _ => {
                let message = "the string does not end on the line on which it begins";
                return Err(cursor.fault_from(start, message));
            }
        }
    }
}

/// Literal text outside quotation marks, of at most so many bytes, to the next sequence.
fn bare_literal(cursor: &mut Cursor, most: usize) -> String {
    let end = cursor.at + most;
    let mut text = String::new();
    while cursor.at < end {
        let rest = cursor.text.get(cursor.at..end).unwrap_or_default();
        let length = rest.find(['$', '%']).unwrap_or(rest.len());
        text.push_str(rest.get(..length).unwrap_or_default());
        cursor.at += length;
        if cursor.at >= end || cursor.byte_after(1) == Some(b'{') {
            break;
        }
        dollar_or_percent(cursor, &mut text);
    }
    text
}

/// A `$` or `%` that begins no sequence; doubled before a brace it stands for one.
fn dollar_or_percent(cursor: &mut Cursor, text: &mut String) {
    for (doubled, single) in [("$${", "${"), ("%%{", "%{")] {
        if cursor.take(doubled) {
            text.push_str(single);
            return;
        }
    }
    text.push(if cursor.byte() == Some(b'$') {
        '$'
    } else {
        '%'
    });
    cursor.at += 1;
}

fn escape(cursor: &mut Cursor) -> Result<char, Fault> {
    let start = cursor.at;
    let kind = cursor.byte_after(1);
    cursor.at += 2;
    let digits = match kind {
        Some(b'n') => return Ok('\n'),
        Some(b'r') => return Ok('\r'),
        Some(b't') => return Ok('\t'),
        Some(b'"') => return Ok('"'),
        Some(b'\\') => return Ok('\\'),
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ => {
            cursor.at = start;
            return Err(cursor.fault("expected an escape of \\n, \\r, \\t, \\\", \\\\, \\u or \\U"));
        }
    };
    let code = cursor.text.get(cursor.at..cursor.at + digits);
    let code = code.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(character) = code.and_then(char::from_u32) else {
        return Err(cursor.fault_from(start, "the escape names no Unicode character"));
    };
    cursor.at += digits;
    Ok(character)
}

/// `${…}` or `%{…}`.
fn sequence(cursor: &mut Cursor, tokens: &mut Tokens) -> Result<(), Fault> {
    let directive = cursor.byte() == Some(b'%');
    cursor.at += 2;
    if cursor.take("~") {
        tokens.strip_last();
    }
    tokens.strip_next = false;
    let token = cursor.with_line_breaks(false, |cursor| {
        let token = if directive {
            self::directive(cursor)?
        } else {
            Token::Interpolation(expression(cursor)?)
        };
        cursor.skip_trivia()?;
        Ok(token)
    })?;
    tokens.strip_next = cursor.take("~");
    cursor.expect("}", "the template sequence")?;
    tokens.tokens.push(token);
    Ok(())
}

fn directive(cursor: &mut Cursor) -> Result<Token, Fault> {
    cursor.skip_trivia()?;
    if cursor.take_keyword("if") {
        Ok(Token::If(expression(cursor)?))
    } else if cursor.take_keyword("else") {
        Ok(Token::Else)
    } else if cursor.take_keyword("endif") {
        Ok(Token::EndIf)
    } else if cursor.take_keyword("for") {
        let names = loop_names(cursor)?;
        Ok(Token::For(names, expression(cursor)?))
    } else if cursor.take_keyword("endfor") {
        Ok(Token::EndFor)
    } else {
        Err(cursor.fault("expected if, else, endif, for or endfor after `%{`"))
    }
}

/// Takes from the lines of a `<<-` heredoc the spaces that all of them begin with. A line of
/// spaces alone does not count; one that begins with a sequence has none.
fn strip_indentation(tokens: &mut [Token]) {
    let mut least = usize::MAX;
    let mut at_line_start = true;
    let mut begins_line = Vec::with_capacity(tokens.len());
    for token in tokens.iter() {
        let Token::Literal(text) = token else {
            if at_line_start {
                least = 0;
            }
            at_line_start = false;
            begins_line.push(false);
            continue;
        };
        let blank = text.trim_start().is_empty() && text.ends_with('\n');
        let counts = at_line_start && !blank;
        if counts {
            let spaces = text.chars().take_while(|c| c.is_whitespace()).count();
            least = least.min(spaces);
        }
        begins_line.push(counts);
        at_line_start = text.ends_with('\n');
    }
    for (token, begins) in tokens.iter_mut().zip(begins_line) {
        if let (Token::Literal(text), true) = (token, begins) {
            let mut rest = text.chars();
            for _ in 0..least {
                rest.next();
            }
            *text = rest.as_str().to_owned();
        }
    }
}

/// A string where there is only text, the inner expression where there is only one, else a
/// template.
fn assemble(cursor: &mut Cursor, tokens: Vec<Token>, start: usize) -> Result<Expr, Fault> {
    let mut parts = matched(cursor, tokens, start)?;
    let kind = match parts.as_slice() {
        [] => ExprKind::String("".into()),
        [Part::Literal(text)] => ExprKind::String(Arc::clone(text)),
        [Part::Interpolation(_)] => match parts.pop() {
            Some(Part::Interpolation(inner)) => ExprKind::Wrapped(Box::new(inner)),
            _ => ExprKind::Template(parts.into()),
        },
        _ => ExprKind::Template(parts.into()),
    };
    cursor.expr(kind, start)
}

/// What a level of nested directives was opened by.
enum Opened {
    If(Expr),
    Else(Expr, Vec<Part>),
    For(LoopNames, Expr),
}

/// Matches each directive with its end.
fn matched(cursor: &Cursor, tokens: Vec<Token>, start: usize) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    let mut open: Vec<(Opened, Vec<Part>)> = Vec::new();
    for token in tokens {
        match token {
            Token::Literal(text) => {
                if !text.is_empty() {
                    parts.push(Part::Literal(text.into()));
                }
            }
            Token::Interpolation(expr) => parts.push(Part::Interpolation(expr)),
            Token::If(condition) => {
                open.push((Opened::If(condition), std::mem::take(&mut parts)));
            }
            Token::For(names, collection) => {
                let opened = Opened::For(names, collection);
                open.push((opened, std::mem::take(&mut parts)));
            }
            Token::Else => match open.pop() {
                Some((Opened::If(condition), before)) => {
                    let then = std::mem::take(&mut parts);
                    open.push((Opened::Else(condition, then), before));
                }
                _ => return Err(unmatched(cursor, start, "else", "if")),
            },
            Token::EndIf => {
                let inner = std::mem::take(&mut parts);
                let (condition, then, otherwise, before) = match open.pop() {
                    Some((Opened::If(condition), before)) => (condition, inner, Vec::new(), before),
                    Some((Opened::Else(condition, then), before)) => {
                        (condition, then, inner, before)
                    }
                    _ => return Err(unmatched(cursor, start, "endif", "if")),
                };
                parts = before;
                parts.push(Part::If {
                    condition,
                    then,
                    otherwise,
                });
            }
            Token::EndFor => {
                let Some((Opened::For(names, collection), before)) = open.pop() else {
                    return Err(unmatched(cursor, start, "endfor", "for"));
                };
                let body = std::mem::replace(&mut parts, before);
                parts.push(Part::For {
                    names,
                    collection,
                    body,
                });
            }
        }
        if open.len() > MAX_DIRECTIVES {
            let message = format!("directives nested more than {MAX_DIRECTIVES} levels deep");
            return Err(cursor.fault_from(start, message));
        }
    }
    match open.pop() {
        None => Ok(parts),
        Some((Opened::For(..), _)) => Err(unmatched(cursor, start, "for", "endfor")),
        Some(_) => Err(unmatched(cursor, start, "if", "endif")),
    }
}

/// How deep directives may be nested in one template.
const MAX_DIRECTIVES: usize = 20;

fn unmatched(cursor: &Cursor, start: usize, found: &str, missing: &str) -> Fault {
    let message = format!("the template has `{found}` without `{missing}`");
    cursor.fault_from(start, message)
}
