//! Text for the places in SARIF that give some characters a meaning.

use crate::neutralise::{printable, truncated};

/// The most characters of a rule's texts that GitHub takes.
pub(super) const RULE_TEXT: usize = 1024;

/// The text, or something in its stead: GitHub takes an empty string for a missing one.
pub(super) fn present<'a>(text: &'a str, instead: &'a str) -> &'a str {
    if text.trim().is_empty() {
        instead
    } else {
        text
    }
}

/// Plain text as a SARIF message string, in which it means nothing but itself.
///
/// Brackets before a parenthesis would be an embedded link (SARIF 3.11.6), a number in braces a
/// placeholder (3.11.5). Elsewhere they are left alone, because viewers show the escapes.
pub(super) fn message(text: &str) -> String {
    let text = printable(text);
    let text = if text.contains("](") {
        text.replace('\\', r"\\")
            .replace('[', r"\[")
            .replace(']', r"\]")
    } else {
        text.into_owned()
    };
    if has_placeholder(&text) {
        text.replace('{', "{{").replace('}', "}}")
    } else {
        text
    }
}

/// A sentence or more of a rule, no longer than GitHub takes.
pub(super) fn rule_text(text: &str) -> String {
    truncated(&message(text), RULE_TEXT).into_owned()
}

/// Whether some braces hold nothing but digits.
fn has_placeholder(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        rest.split_once('}').is_some_and(|(inner, _)| {
            !inner.is_empty() && inner.chars().all(|c| c.is_ascii_digit())
        })
    })
}

/// Plain text as Markdown, in which it means nothing but itself.
pub(super) fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for character in printable(text).chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                safe.push('\\');
                safe.push(character);
            }
            _ => safe.push(character),
        }
    }
    safe
}

/// The address, if it is one that may be made into a link.
pub(super) fn link(address: &str) -> Option<&str> {
    let is_plain = |c: char| c.is_ascii_graphic() && !"<>\"'`\\{}|^[]()".contains(c);
    (address.starts_with("https://") && address.chars().all(is_plain)).then_some(address)
}
