//! Text from outside, made harmless to whoever reads it.
//!
//! Names, tags and messages come from people who may gain by deceiving the reader. What a
//! terminal would obey and what an eye cannot see is written out; what else a format gives a
//! meaning to is that format's own business.

use std::borrow::Cow;

/// The text with everything written out that a terminal would obey or an eye cannot see.
///
/// Control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls and
/// invisible format characters become escapes: `\n`, `\r`, `\t`, `\u001b`, `\u202e`, `\U000e0041`.
/// The joiners U+200C and U+200D stay, because words of several scripts need them. A backslash
/// is left alone, because DNS names have them (`\052`); so the text is not meant to be read back.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_deceptive(character) {
            push_escape(&mut safe, character);
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Appends a character as an escape, without braces, which mean something in SARIF.
fn push_escape(text: &mut String, character: char) {
    match (character, u32::from(character)) {
        ('\n', _) => text.push_str("\\n"),
        ('\r', _) => text.push_str("\\r"),
        ('\t', _) => text.push_str("\\t"),
        (_, point @ ..=0xffff) => text.push_str(&format!("\\u{point:04x}")),
        (_, point) => text.push_str(&format!("\\U{point:08x}")),
    }
}

/// Whether a character acts on the terminal, or on its neighbours, without being seen.
///
/// Unicode's controls and format characters (general categories Cc, Cf, Zl, Zp) but for the
/// joiners and the Arabic and other signs that have a shape.
pub(crate) fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text without what GitHub's runner would take for a workflow command in the log of a step.
///
/// It obeys `::name` at the start of a line, blanks aside, and `##[name]` anywhere in one. A word
/// that begins as the first, and every beginning of the second, is written out in part: lines may
/// be broken at any blank. IPv6 addresses, which can begin with `::`, stay as they are.
pub(crate) fn inert(text: &str) -> Cow<'_, str> {
    let is_inert =
        |text: &str| !text.contains("##[") && !text.split(char::is_whitespace).any(begins_command);
    if is_inert(text) {
        return Cow::Borrowed(text);
    }
    let parts = text.split_inclusive(char::is_whitespace).map(|word| {
        let word = word.replace("##[", "##\\u005b");
        match word.strip_prefix(':').filter(|_| begins_command(&word)) {
            Some(rest) => format!("\\u003a{rest}"),
            None => word,
        }
    });
    Cow::Owned(parts.collect())
}

/// Whether a word is the beginning of a workflow command: `::error`, `::stop-commands::token`.
fn begins_command(word: &str) -> bool {
    let Some(rest) = word.trim_end().strip_prefix("::") else {
        return false;
    };
    let name = rest.split("::").next().unwrap_or(rest);
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

/// The text, cut after `limit` characters; the last of them is then an ellipsis.
pub(crate) fn truncated(text: &str, limit: usize) -> Cow<'_, str> {
    if text.chars().nth(limit).is_none() {
        return Cow::Borrowed(text);
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    Cow::Owned(short)
}
