//! JSON (RFC 8259) with the place of everything.

use std::sync::Arc;

use crate::iac::place::Span;
use crate::iac::problem::Fault;
use crate::iac::value::Number;

/// How deep arrays and objects may lie within each other.
const MAX_DEPTH: u8 = 100;

/// How many values one text may hold; each takes some 64 bytes of memory.
const MAX_VALUES: u32 = 2_000_000;

/// A JSON value and where it stands.
#[derive(Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of JSON value. The members of an object are as they were written: a name may repeat.
#[derive(Debug)]
pub enum NodeKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String {
        /// The text that it means.
        text: Arc<str>,
        /// Whether it was written with escapes.
        escaped: bool,
    },
    /// An array.
    Array(Vec<Node>),
    /// An object.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Debug)]
pub struct Member {
    /// The name.
    pub name: Arc<str>,
    /// Where the name stands, with its quotation marks.
    pub name_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The member of that name, if it is an object that has one; the last one where the name
    /// repeats.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.member(name).map(|member| &member.value)
    }

    /// The member of that name with its name, as [`Node::get`] finds it.
    pub fn member(&self, name: &str) -> Option<&Member> {
        let mut members = self.members().iter();
        members.rfind(|member| member.name.as_ref() == name)
    }

    /// The members, if it is an object; otherwise none.
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            NodeKind::Object(members) => members,
            _ => &[],
        }
    }

    /// The items, if it is an array; otherwise none.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            NodeKind::Array(items) => items,
            _ => &[],
        }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&Arc<str>> {
        match &self.kind {
            NodeKind::String { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        matches!(self.kind, NodeKind::Bool(true))
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Null)
    }
}

/// Reads one JSON value that is the whole text.
pub fn parse(text: &str) -> Result<Node, Fault> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        values: 0,
    };
    let node = reader.value()?;
    reader.spaces();
    if reader.at < text.len() {
        return Err(reader.fault("expected the end of the text"));
    }
    Ok(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
    values: u32,
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn spaces(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let here = self.byte() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        let span = Span {
            start: offset(self.at),
            end: offset(self.at),
        };
        Fault {
            message: message.into(),
            span,
        }
    }

    fn value(&mut self) -> Result<Node, Fault> {
        self.spaces();
        if self.values >= MAX_VALUES {
            return Err(self.fault(format!("holds more than {MAX_VALUES} values")));
        }
        self.values += 1;
        let start = self.at;
        let kind = match self.byte() {
            Some(b'"') => {
                let (text, escaped) = self.string()?;
                NodeKind::String { text, escaped }
            }
            Some(b'[') => self.deeper(Self::array)?,
            Some(b'{') => self.deeper(Self::object)?,
            Some(b'-' | b'0'..=b'9') => NodeKind::Number(self.number()?),
            _ => self.word()?,
        };
        Ok(Node {
            kind,
            span: self.span_from(start),
        })
    }

    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<NodeKind, Fault>,
    ) -> Result<NodeKind, Fault> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fault(format!("nested more than {MAX_DEPTH} levels deep")));
        }
        self.depth += 1;
        self.at += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn word(&mut self) -> Result<NodeKind, Fault> {
        let words = [
            ("null", NodeKind::Null),
            ("true", NodeKind::Bool(true)),
            ("false", NodeKind::Bool(false)),
        ];
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, kind) in words {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(kind);
            }
        }
        Err(self.fault("expected a JSON value"))
    }

    fn number(&mut self) -> Result<Number, Fault> {
        let start = self.at;
        while matches!(
            self.byte(),
            Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
        ) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let integer = text.parse().map(Number::Integer).ok();
        let float = || text.parse().ok().and_then(Number::from_f64);
        integer
            .or_else(float)
            .ok_or_else(|| self.fault("expected a number"))
    }

    fn array(&mut self) -> Result<NodeKind, Fault> {
        let mut items = Vec::new();
        self.spaces();
        if self.take(b']') {
            return Ok(NodeKind::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.spaces();
            if self.take(b']') {
                return Ok(NodeKind::Array(items));
            }
            if !self.take(b',') {
                return Err(self.fault("expected `,` or `]` after the item"));
            }
        }
    }

    fn object(&mut self) -> Result<NodeKind, Fault> {
        let mut members = Vec::new();
        self.spaces();
        if self.take(b'}') {
            return Ok(NodeKind::Object(members));
        }
        loop {
            self.spaces();
            let start = self.at;
            if self.byte() != Some(b'"') {
                return Err(self.fault("expected a name in quotation marks"));
            }
            let (name, _) = self.string()?;
            let name_span = self.span_from(start);
            self.spaces();
            if !self.take(b':') {
                return Err(self.fault("expected `:` after the name"));
            }
            let value = self.value()?;
            members.push(Member {
                name,
                name_span,
                value,
            });
            self.spaces();
            if self.take(b'}') {
                return Ok(NodeKind::Object(members));
            }
            if !self.take(b',') {
                return Err(self.fault("expected `,` or `}` after the value"));
            }
        }
    }

    /// A string, and whether it had escapes.
    fn string(&mut self) -> Result<(Arc<str>, bool), Fault> {
        self.at += 1;
        let mut text = String::new();
        let mut escaped = false;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let stop = rest.find(|c: char| c == '"' || c == '\\' || c < ' ');
            let Some(length) = stop else {
                return Err(self.fault("the string has no closing quotation mark"));
            };
            text.push_str(rest.get(..length).unwrap_or_default());
            self.at += length;
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok((text.into(), escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    text.push(self.escape()?);
                }
                _ => return Err(self.fault("a string holds no control characters")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let kind = self.text.as_bytes().get(self.at + 1).copied();
        let character = match kind {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.fault("the escape is none of JSON's")),
        };
        self.at += 2;
        Ok(character)
    }

    /// `\uXXXX`, or two of them that make a pair; half a pair stands for the replacement
    /// character, as in Go.
    fn unicode(&mut self) -> Result<char, Fault> {
        let first = self.code_unit(self.at)?;
        self.at += 6;
        if (0xd800..0xdc00).contains(&first)
            && let Ok(second @ 0xdc00..0xe000) = self.code_unit(self.at)
        {
            self.at += 6;
            let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn code_unit(&self, at: usize) -> Result<u32, Fault> {
        let digits = self
            .text
            .get(at..at + 6)
            .and_then(|text| text.strip_prefix("\\u"))
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.fault("expected four hexadecimal digits after `\\u`"))
    }

    fn span_from(&self, start: usize) -> Span {
        Span {
            start: offset(start),
            end: offset(self.at),
        }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
