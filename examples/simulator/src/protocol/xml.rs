//! Documents as XML.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Document, Structure};

/// The declaration that stands before every document.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\"?>\n";

/// Writes each member of a structure as an element.
pub(super) fn members(written: &mut String, structure: &Structure) {
    for (name, value) in structure.members() {
        element(written, name, value);
    }
}

/// Writes one element.
pub(super) fn element(written: &mut String, name: &str, value: &Document) {
    let _ = write!(written, "<{name}>");
    match value {
        Document::Boolean(value) => {
            let _ = write!(written, "{value}");
        }
        Document::Integer(value) => {
            let _ = write!(written, "{value}");
        }
        Document::Number(value) => {
            let _ = write!(written, "{value}");
        }
        Document::Instant(value) => {
            let _ = write!(written, "{value}");
        }
        Document::Text(value) => text(written, value),
        Document::Blob(value) => written.push_str(&STANDARD.encode(value)),
        Document::List {
            element: item_name,
            items,
        } => {
            for item in items {
                element(written, item_name, item);
            }
        }
        Document::Structure(structure) => members(written, structure),
    }
    let _ = write!(written, "</{name}>");
}

/// Writes text; what XML 1.0 cannot hold at all becomes U+FFFD.
fn text(written: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '\r' => written.push_str("&#13;"),
            '\t' | '\n' => written.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => written.push('\u{fffd}'),
            _ => written.push(character),
        }
    }
}
