//! Reading HCL from left to right: characters, trivia, names, numbers.

use super::ast::{Expr, ExprKind, MAX_HEIGHT, TooHigh};
use crate::iac::exception::is_directive;
use crate::iac::place::Span;
use crate::iac::problem::Fault;
use crate::iac::value::Number;

/// How long a name or label may be, in bytes.
pub(super) const MAX_NAME: usize = 1_024;

/// Where the text that is read stands in its file.
#[derive(Debug, Clone, Copy)]
pub(in crate::iac) enum Origin {
    /// It begins at this byte of the file.
    At(u32),
    /// It stands within this span, byte by byte unknown (a JSON string with escapes).
    Within(Span),
}

/// A position in a text and the rules in force there.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Whether a line break ends an expression.
    pub(super) line_breaks_count: bool,
    /// The comments that speak to zonewarden, in order.
    pub(super) directives: Vec<Span>,
    origin: Origin,
    depth: u8,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, origin: Origin) -> Self {
        Self {
            text,
            at: 0,
            line_breaks_count: true,
            directives: Vec::new(),
            origin,
            depth: 0,
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn byte_after(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn starts_with(&self, token: &str) -> bool {
        self.text
            .as_bytes()
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(token.as_bytes()))
    }

    /// Passes the token if it stands here.
    pub(super) fn take(&mut self, token: &str) -> bool {
        let here = self.starts_with(token);
        if here {
            self.at += token.len();
        }
        here
    }

    pub(super) fn expect(&mut self, token: &str, after: &str) -> Result<(), Fault> {
        if self.take(token) {
            Ok(())
        } else {
            Err(self.fault(format!("expected `{token}` after {after}")))
        }
    }

    /// The span from a position to here, in the file.
    pub(super) fn span_from(&self, start: usize) -> Span {
        match self.origin {
            Origin::At(base) => Span {
                start: base.saturating_add(offset(start)),
                end: base.saturating_add(offset(self.at)),
            },
            Origin::Within(span) => span,
        }
    }

    /// What is wrong at this position, naming what stands here.
    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        let message = message.into();
        let message = match self.rest().chars().next() {
            None => format!("{message}, found the end of the text"),
            Some('\n' | '\r') => format!("{message}, found the end of the line"),
            Some(found) if found.is_control() => {
                format!("{message}, found `{}`", found.escape_default())
            }
            Some(found) => format!("{message}, found `{found}`"),
        };
        let end = self.rest().chars().next().map_or(0, char::len_utf8);
        let mut span = self.span_from(self.at);
        span.end = span.end.saturating_add(offset(end));
        Fault { message, span }
    }

    pub(super) fn fault_from(&self, start: usize, message: impl Into<String>) -> Fault {
        Fault {
            message: message.into(),
            span: self.span_from(start),
        }
    }

    /// An expression from `start` to here.
    pub(super) fn expr(&self, kind: ExprKind, start: usize) -> Result<Expr, Fault> {
        let span = self.span_from(start);
        Expr::new(kind, span).map_err(|TooHigh| self.too_deep(start))
    }

    /// Runs a parser one level deeper, if that is not too deep.
    pub(super) fn deeper<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth >= MAX_HEIGHT {
            return Err(self.too_deep(self.at));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn too_deep(&self, start: usize) -> Fault {
        let message = format!("nested more than {MAX_HEIGHT} levels deep");
        self.fault_from(start, message)
    }

    /// Runs a parser with line breaks that count, or do not.
    pub(super) fn with_line_breaks<T>(
        &mut self,
        count: bool,
        parse: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let before = std::mem::replace(&mut self.line_breaks_count, count);
        let parsed = parse(self);
        self.line_breaks_count = before;
        parsed
    }

    /// Passes spaces and comments, and line breaks where they do not count.
    pub(super) fn skip_trivia(&mut self) -> Result<(), Fault> {
        loop {
            match self.byte() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\n') if !self.line_breaks_count => self.at += 1,
                Some(b'\r') if !self.line_breaks_count || self.byte_after(1) != Some(b'\n') => {
                    self.at += 1;
                }
                Some(b'#') => self.skip_line(),
                Some(b'/') if self.byte_after(1) == Some(b'/') => self.skip_line(),
                Some(b'/') if self.byte_after(1) == Some(b'*') => {
                    let start = self.at;
                    let Some(length) = self.rest().find("*/") else {
                        return Err(self.fault_from(start, "the comment has no end"));
                    };
                    self.at += length + 2;
                    self.note_comment(start);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Notes the comment from a position to here, if it speaks to zonewarden.
    fn note_comment(&mut self, start: usize) {
        let comment = self.text.get(start..self.at).unwrap_or_default();
        if is_directive(comment) {
            let span = self.span_from(start);
            // What is read a second time is noted once.
            if self
                .directives
                .last()
                .is_none_or(|last| last.end <= span.start)
            {
                self.directives.push(span);
            }
        }
    }

    pub(super) fn skip_trivia_and_lines(&mut self) -> Result<(), Fault> {
        self.with_line_breaks(false, Self::skip_trivia)
    }

    /// To the end of the line, not past it.
    fn skip_line(&mut self) {
        let rest = self.rest();
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        let start = self.at;
        self.at += line.strip_suffix('\r').unwrap_or(line).len();
        self.note_comment(start);
    }

    /// Whether a line ends here, passing the break.
    pub(super) fn take_line_break(&mut self) -> bool {
        self.take("\n") || self.take("\r\n")
    }

    /// An identifier (HCL native syntax specification, "Identifiers"), if one begins here.
    pub(super) fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let mut characters = rest.char_indices();
        let (_, first) = characters.next()?;
        if !(first.is_alphabetic() || first == '_') {
            return None;
        }
        let length = characters
            .find(|(_, next)| !(next.is_alphanumeric() || matches!(next, '_' | '-')))
            .map_or(rest.len(), |(at, _)| at);
        // Names are part of many messages and addresses.
        if length > MAX_NAME {
            return None;
        }
        self.at += length;
        rest.get(..length)
    }

    pub(super) fn expect_name(&mut self, after: &str) -> Result<&'a str, Fault> {
        self.name()
            .ok_or_else(|| self.fault(format!("expected a name after {after}")))
    }

    /// Passes a keyword if it stands here by itself.
    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        if self.name() == Some(keyword) {
            return true;
        }
        self.at = start;
        false
    }

    pub(super) fn peek_keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        let found = self.take_keyword(keyword);
        self.at = start;
        found
    }

    /// A number literal; the caller has seen a digit.
    pub(super) fn number(&mut self) -> Result<Number, Fault> {
        let start = self.at;
        self.digits();
        let mut whole = true;
        if self.byte() == Some(b'.') && self.byte_after(1).is_some_and(|b| b.is_ascii_digit()) {
            whole = false;
            self.at += 1;
            self.digits();
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.byte_after(1), Some(b'+' | b'-')));
            if self
                .byte_after(1 + sign)
                .is_some_and(|b| b.is_ascii_digit())
            {
                whole = false;
                self.at += 1 + sign;
                self.digits();
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let number = parse_number(text, whole);
        number.ok_or_else(|| self.fault_from(start, "the number is too large"))
    }

    fn digits(&mut self) {
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }
}

fn parse_number(text: &str, whole: bool) -> Option<Number> {
    let integer = if whole { text.parse().ok() } else { None };
    match integer {
        Some(integer) => Some(Number::Integer(integer)),
        None => Number::from_f64(text.parse().ok()?),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
