//! Symbols: what stands in source code for what only AWS will tell.

use std::collections::HashSet;
use std::fmt;

/// What a symbol stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymbolKind {
    /// The id of an account: twelve digits.
    Account,
    /// The id of a hosted zone.
    Zone,
    /// The id of a KMS key.
    Key,
    /// Any other name that AWS or another part of the configuration gives.
    Name,
    /// A text of which nothing is known; the name says why.
    Unknown,
}

/// A text that only AWS will tell, as it stands within other texts of the inventory: an ARN, a
/// policy, a dimension. Equal symbols are equal texts; of others it is not known whether they are.
///
/// It is written `⦃kind name⦄`. What has a meaning in ARNs, policies and patterns is
/// percent-encoded in the name (RFC 3986 section 2.1), so that a symbol is one part of an ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol {
    /// What it stands for.
    pub kind: SymbolKind,
    /// What tells it from others: an address of the configuration.
    pub name: String,
}

const OPEN: char = '⦃';
const CLOSE: char = '⦄';

/// What must not stand in the middle of an ARN, a policy in JSON, or a pattern.
const RESERVED: &str = "%:/*?$\"\\#";

const KINDS: [(SymbolKind, &str); 5] = [
    (SymbolKind::Account, "account"),
    (SymbolKind::Zone, "zone"),
    (SymbolKind::Key, "key"),
    (SymbolKind::Name, "name"),
    (SymbolKind::Unknown, "unknown"),
];

impl Symbol {
    /// A symbol of a kind.
    pub fn new(kind: SymbolKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }

    /// The symbol that a whole text is.
    pub fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
        let (kind, name) = inner.split_once(' ')?;
        if name.contains([OPEN, CLOSE]) {
            return None;
        }
        let (kind, _) = KINDS.into_iter().find(|(_, written)| *written == kind)?;
        Some(Self::new(kind, decoded(name)))
    }

    /// Whether symbols may stand in a text: one look for the character that each begins with.
    pub fn may_stand_in(text: &str) -> bool {
        text.contains(OPEN)
    }

    /// The symbols within a text, each once, in their order.
    pub fn within(text: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let mut met = HashSet::new();
        for symbol in Self::each(text) {
            if met.insert(symbol.clone()) {
                found.push(symbol);
            }
        }
        found
    }

    /// The symbols within a text, in their order.
    fn each(text: &str) -> impl Iterator<Item = Self> {
        let text = if Self::may_stand_in(text) { text } else { "" };
        Self::pieces(text).filter_map(|piece| match piece {
            Piece::Symbol(symbol) => Some(symbol),
            Piece::Text(_) => None,
        })
    }

    /// The text taken apart: symbols, and what stands between them.
    pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
        let mut rest = text;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            if let Some(length) = Self::at_start_of(rest)
                && let Some((symbol, after)) = rest.split_at_checked(length)
                && let Some(symbol) = Self::parse(symbol)
            {
                rest = after;
                return Some(Piece::Symbol(symbol));
            }
            let next = rest.char_indices().skip(1).find(|(_, c)| *c == OPEN);
            let (piece, after) = rest.split_at(next.map_or(rest.len(), |(at, _)| at));
            rest = after;
            Some(Piece::Text(piece))
        })
    }

    /// The length in bytes of the symbol that a text begins with.
    pub fn at_start_of(text: &str) -> Option<usize> {
        let inner = text.strip_prefix(OPEN)?;
        let length = OPEN.len_utf8() + inner.find([OPEN, CLOSE])? + CLOSE.len_utf8();
        Self::parse(text.get(..length)?).map(|_| length)
    }

    /// The first symbol within any of the texts.
    pub fn first_within(texts: &[&str]) -> Option<Self> {
        let mut symbols = texts.iter().flat_map(|text| Self::each(text));
        symbols.next()
    }

    /// The text with every symbol in it replaced: `write` adds to the text before the symbol what
    /// stands in its place.
    pub fn replace(text: &str, mut write: impl FnMut(&mut String, &Self)) -> String {
        let mut replaced = String::with_capacity(text.len());
        for piece in Self::pieces(text) {
            match piece {
                Piece::Text(text) => replaced.push_str(text),
                Piece::Symbol(symbol) => write(&mut replaced, &symbol),
            }
        }
        replaced
    }

    /// The text as it may stand beside symbols: nothing in it is taken for one.
    pub fn literal(text: &str) -> String {
        text.replace([OPEN, CLOSE], "\u{fffd}")
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = KINDS.iter().find(|(kind, _)| *kind == self.kind);
        let kind = written.map_or("unknown", |(_, written)| written);
        write!(f, "{OPEN}{kind} ")?;
        for character in self.name.chars() {
            match character {
                OPEN | CLOSE => f.write_str("%EF%BF%BD")?,
                c if c.is_control() || RESERVED.contains(c) => write!(f, "%{:02X}", c as u32)?,
                c => write!(f, "{c}")?,
            }
        }
        write!(f, "{CLOSE}")
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text in which no symbol stands.
    Text(&'a str),
    /// A symbol.
    Symbol(Symbol),
}

fn decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, after @ ..] = rest {
        let code = (*first == b'%')
            .then(|| std::str::from_utf8(after.get(..2)?).ok())
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
