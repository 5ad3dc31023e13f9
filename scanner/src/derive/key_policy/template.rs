//! Values of a policy: patterns in which policy variables may stand.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use std::borrow::Cow;

use super::context::{Context, Value};
use super::pattern::{self, Token};
use super::symbolic;
use crate::inventory::Symbol;

/// What may stand in the values of a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Language {
    /// Policy variables, which there are since version 2012-10-17.
    pub(super) has_variables: bool,
    /// Symbols, in the policies of source code.
    pub(super) has_symbols: bool,
}

/// A value as a policy gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Template {
    text: String,
    parts: Parts,
    /// Whether symbols stand in it.
    is_symbolic: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Parts {
    /// No variable: the tokens of the text.
    Plain(Vec<Token>),
    /// Tokens and variables in turn.
    Mixed(Vec<Part>),
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Token(Token),
    Variable {
        /// The condition key, in lower case.
        key: String,
        default: Option<String>,
    },
    /// `${` that begins nothing which AWS documents.
    Unreadable,
}

/// What a template is for one request.
#[derive(Debug)]
pub(super) enum Filled<'t> {
    /// The pattern, and whether symbols stand in it.
    Pattern(Cow<'t, [Token]>, bool),
    /// A variable has a value that is not known.
    Unknown,
    /// A variable has a different value from one request to the next.
    Varies,
    /// A variable has no value in the request, and no default.
    Unresolved,
}

impl Template {
    /// Reads a value.
    pub(super) fn new(text: String, language: Language) -> Self {
        let parts = if language.has_variables && text.contains("${") {
            Parts::Mixed(parts(&text))
        } else {
            Parts::Plain(pattern::tokens(&text).collect())
        };
        Self {
            is_symbolic: language.has_symbols && Symbol::may_stand_in(&text),
            text,
            parts,
        }
    }

    /// The value as it is written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The pattern, if no variable stands in it.
    pub(super) fn plain(&self) -> Option<&[Token]> {
        match &self.parts {
            Parts::Plain(tokens) => Some(tokens),
            Parts::Mixed(_) => None,
        }
    }

    /// Whether symbols stand in it.
    pub(super) fn is_symbolic(&self) -> bool {
        self.is_symbolic
    }

    /// Whether a symbol stands in it for a text of any form, which may have wildcards.
    pub(super) fn is_open(&self) -> bool {
        self.is_symbolic && symbolic::is_open(&self.text)
    }

    /// The condition keys of its variables, in lower case.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        let parts = match &self.parts {
            Parts::Plain(_) => &[],
            Parts::Mixed(parts) => parts.as_slice(),
        };
        parts.iter().filter_map(|part| match part {
            Part::Variable { key, .. } => Some(key.as_str()),
            _ => None,
        })
    }

    /// The pattern that the value is for a request.
    pub(super) fn fill(&self, context: &impl Context) -> Filled<'_> {
        let parts = match &self.parts {
            Parts::Plain(tokens) => {
                return Filled::Pattern(Cow::Borrowed(tokens), self.is_symbolic);
            }
            Parts::Mixed(parts) => parts,
        };
        let mut filled = Vec::new();
        let mut is_symbolic = self.is_symbolic;
        for part in parts {
            match part {
                Part::Token(token) => filled.push(*token),
                Part::Unreadable => return Filled::Unknown,
                Part::Variable { key, default } => match (context.value(key), default) {
                    (Value::One(_, value), _) => {
                        is_symbolic |= Symbol::may_stand_in(&value);
                        literally(&mut filled, &value);
                    }
                    (Value::Absent, Some(default)) => literally(&mut filled, default),
                    (Value::Absent, None) => return Filled::Unresolved,
                    (Value::Varies, _) => return Filled::Varies,
                    _ => return Filled::Unknown,
                },
            }
        }
        Filled::Pattern(Cow::Owned(filled), is_symbolic)
    }
}

/// Adds a text in which nothing is a wildcard.
fn literally(tokens: &mut Vec<Token>, text: &str) {
    tokens.extend(text.bytes().map(Token::Byte));
}

/// Takes a text with variables apart.
fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        parts.extend(pattern::tokens(before).map(Part::Token));
        let Some((variable, after)) = after.split_once('}') else {
            parts.push(Part::Unreadable);
            return parts;
        };
        parts.push(part(variable));
        rest = after;
    }
    parts.extend(pattern::tokens(rest).map(Part::Token));
    parts
}

/// What stands between `${` and `}`.
fn part(variable: &str) -> Part {
    if let "*" | "?" | "$" = variable {
        return variable
            .bytes()
            .next()
            .map_or(Part::Unreadable, |byte| Part::Token(Token::Byte(byte)));
    }
    let (key, default) = match variable.split_once(',') {
        None => (variable, None),
        Some((key, default)) => {
            let quoted = default
                .trim()
                .strip_prefix('\'')
                .and_then(|text| text.strip_suffix('\''));
            let Some(default) = quoted else {
                return Part::Unreadable;
            };
            (key, Some(default.to_owned()))
        }
    };
    let key = key.trim();
    if key.is_empty() {
        return Part::Unreadable;
    }
    Part::Variable {
        key: key.to_ascii_lowercase(),
        default,
    }
}
