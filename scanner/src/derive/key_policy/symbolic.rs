//! Comparison of texts in which symbols stand for what only AWS will tell.
//!
//! Nothing is known of a symbol but its kind, and that it is itself. A pattern matches for certain
//! where it matches whatever the symbols stand for, and for certain not where no text that they may
//! stand for makes it match. In between, it is not known.

use super::pattern::Token;
use crate::inventory::{Piece, Symbol, SymbolKind};

/// How a pattern is compared with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Character by character.
    Equal,
    /// The same, whatever the case of ASCII letters.
    EqualIgnoringCase,
    /// With `*` and `?` as wildcards.
    Like,
    /// The same, whatever the case of ASCII letters.
    LikeIgnoringCase,
    /// With wildcards, each of the six parts of an ARN by itself.
    Arn,
}

/// A product of the lengths of what is compared above which it is taken to be possibly the same.
const MOST_STEPS: usize = 1 << 20;

/// The parts of an ARN.
const ARN_PARTS: usize = 6;

/// Whether a pattern matches a text, where symbols may stand in either; none where that is not known.
pub(super) fn matches(pattern: &[Token], text: &str, manner: Manner) -> Option<bool> {
    let pattern = units_of_pattern(pattern, manner);
    let text = units_of_text(text);
    let is_certain = match manner {
        Manner::Arn => parts(&pattern)
            .zip(parts(&text))
            .is_some_and(|(pattern, text)| {
                let mut pairs = pattern.into_iter().zip(text);
                pairs.all(|(pattern, text)| certainly(pattern, text, manner))
            }),
        _ => certainly(&pattern, &text, manner),
    };
    match is_certain {
        true => Some(true),
        false if possibly(&pattern, &text, manner) => None,
        false => Some(false),
    }
}

/// Whether two texts are the same.
pub(super) fn same(one: &str, other: &str) -> Option<bool> {
    if !Symbol::may_stand_in(one) && !Symbol::may_stand_in(other) {
        return Some(one == other);
    }
    let one: Vec<Token> = one.bytes().map(Token::Byte).collect();
    matches(&one, other, Manner::Equal)
}

/// Whether anything may stand for part of a text, wildcards and separators included.
pub(super) fn is_open(text: &str) -> bool {
    let of_any_form =
        |symbol: &Symbol| matches!(symbol.kind, SymbolKind::Name | SymbolKind::Unknown);
    Symbol::may_stand_in(text) && Symbol::within(text).iter().any(of_any_form)
}

/// Whether a text is not known, so that not even two that are written alike are the same.
pub(super) fn is_unknown(text: &str) -> bool {
    Symbol::may_stand_in(text)
        && Symbol::within(text)
            .iter()
            .any(|symbol| symbol.kind == SymbolKind::Unknown)
}

/// What stands at one place of a text or of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Unit {
    Character(char),
    /// `?`
    One,
    /// `*`
    Many,
    Symbol(Symbol),
}

fn units_of_text(text: &str) -> Vec<Unit> {
    let mut units = Vec::new();
    for piece in Symbol::pieces(text) {
        match piece {
            Piece::Text(text) => units.extend(text.chars().map(Unit::Character)),
            Piece::Symbol(symbol) => units.push(Unit::Symbol(symbol)),
        }
    }
    units
}

fn units_of_pattern(pattern: &[Token], manner: Manner) -> Vec<Unit> {
    let has_wildcards = !matches!(manner, Manner::Equal | Manner::EqualIgnoringCase);
    let mut units = Vec::new();
    let mut literal = Vec::new();
    for token in pattern {
        if has_wildcards && token.is_wildcard() {
            units.extend(units_of_text(&String::from_utf8_lossy(&literal)));
            literal.clear();
            units.push(match token {
                Token::Many => Unit::Many,
                _ => Unit::One,
            });
        } else {
            literal.push(token.byte());
        }
    }
    units.extend(units_of_text(&String::from_utf8_lossy(&literal)));
    units
}

/// The six parts of an ARN, if it has as many.
fn parts(units: &[Unit]) -> Option<[&[Unit]; ARN_PARTS]> {
    let parts: Vec<&[Unit]> = units
        .splitn(ARN_PARTS, |unit| *unit == Unit::Character(':'))
        .collect();
    parts.try_into().ok()
}

/// Whether a pattern matches whatever the symbols stand for.
///
/// As in a comparison without symbols, only the last `*` is ever tried again.
fn certainly(pattern: &[Unit], text: &[Unit], manner: Manner) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    loop {
        match (pattern.get(p), text.get(t)) {
            (Some(Unit::Many), _) => {
                p += 1;
                retry = Some((p, t));
            }
            (Some(Unit::One), Some(Unit::Character(_))) => (p, t) = (p + 1, t + 1),
            (Some(Unit::Character(wanted)), Some(Unit::Character(given)))
                if equal(*wanted, *given, manner) =>
            {
                (p, t) = (p + 1, t + 1);
            }
            (Some(Unit::Symbol(wanted)), Some(Unit::Symbol(given)))
                if wanted == given && given.kind != SymbolKind::Unknown =>
            {
                (p, t) = (p + 1, t + 1);
            }
            (None, None) => return true,
            _ => match retry {
                Some((after, from)) if from < text.len() => {
                    retry = Some((after, from + 1));
                    (p, t) = (after, from + 1);
                }
                _ => return false,
            },
        }
    }
}

fn equal(wanted: char, given: char, manner: Manner) -> bool {
    match manner {
        Manner::EqualIgnoringCase | Manner::LikeIgnoringCase => wanted.eq_ignore_ascii_case(&given),
        Manner::Equal | Manner::Like | Manner::Arn => wanted == given,
    }
}

/// Characters of which one stands somewhere, or any number.
#[derive(Debug, Clone, Copy)]
struct Cell<'u> {
    class: Class,
    repeats: bool,
    /// The resource whose id it is part of: no other has the same.
    of: Option<&'u Symbol>,
}

#[derive(Debug, Clone, Copy)]
enum Class {
    Exactly(char),
    Digit,
    /// Letters of ASCII, digits and hyphens.
    Word,
    Any,
}

/// Whether some text that the symbols may stand for makes the pattern match.
///
/// That a symbol stands for the same text each time, and that `*` reaches over no colon of an ARN,
/// is not asked: it may say yes where no such text is.
fn possibly(pattern: &[Unit], text: &[Unit], manner: Manner) -> bool {
    let (pattern, text) = (cells(pattern), cells(text));
    if pattern.len().saturating_mul(text.len()) > MOST_STEPS {
        return true;
    }
    // Whether the cells before one of the pattern, and those before each of the text, can be the same.
    let mut reached = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for wanted in pattern.iter().map(Some).chain([None]) {
        let mut next = vec![false; text.len() + 1];
        let mark = |row: &mut [bool], at: usize| {
            if let Some(cell) = row.get_mut(at) {
                *cell = true;
            }
        };
        for at in 0..=text.len() {
            if reached.get(at) != Some(&true) {
                continue;
            }
            let given = text.get(at);
            if wanted.is_some_and(|wanted| wanted.repeats) {
                mark(&mut next, at);
            }
            if given.is_some_and(|given| given.repeats) {
                mark(&mut reached, at + 1);
            }
            if let (Some(wanted), Some(given)) = (wanted, given)
                && wanted.meets(given, manner)
            {
                let after = if given.repeats { at } else { at + 1 };
                match wanted.repeats {
                    true => mark(&mut reached, after),
                    false => mark(&mut next, after),
                }
            }
        }
        if wanted.is_none() {
            break;
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

fn cells(units: &[Unit]) -> Vec<Cell<'_>> {
    let mut cells = Vec::with_capacity(units.len());
    for unit in units {
        let mut add = |class, repeats, of| cells.push(Cell { class, repeats, of });
        match unit {
            Unit::Character(character) => add(Class::Exactly(*character), false, None),
            Unit::One => add(Class::Any, false, None),
            Unit::Many => add(Class::Any, true, None),
            Unit::Symbol(symbol) => match symbol.kind {
                SymbolKind::Account => (0..12).for_each(|_| add(Class::Digit, false, None)),
                SymbolKind::Zone => {
                    add(Class::Exactly('Z'), false, Some(symbol));
                    add(Class::Word, true, Some(symbol));
                }
                SymbolKind::Key => {
                    add(Class::Word, false, Some(symbol));
                    add(Class::Word, true, Some(symbol));
                }
                SymbolKind::Name | SymbolKind::Unknown => add(Class::Any, true, None),
            },
        }
    }
    cells
}

impl Cell<'_> {
    /// Whether one character can be of both.
    fn meets(&self, other: &Self, manner: Manner) -> bool {
        if let (Some(one), Some(other)) = (self.of, other.of)
            && one.kind == other.kind
            && one != other
        {
            return false;
        }
        match (self.class, other.class) {
            (Class::Exactly(one), Class::Exactly(other)) => equal(one, other, manner),
            (Class::Exactly(character), class) | (class, Class::Exactly(character)) => {
                match class {
                    Class::Digit => character.is_ascii_digit(),
                    Class::Word => character.is_ascii_alphanumeric() || character == '-',
                    Class::Any | Class::Exactly(_) => true,
                }
            }
            (Class::Digit | Class::Word | Class::Any, _) => true,
        }
    }
}
