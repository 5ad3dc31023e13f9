//! Regular expressions that both engines read alike: Rust's and Go's differ in what `\w`, `\d`, `\s`
//! and `\b` are outside ASCII, and in matches of nothing.

use regex::Regex;

use super::Argument;

pub(super) fn otherwise(function: &str, arguments: &[Argument<'_>]) -> Option<String> {
    let (pattern, text) = match (function, arguments) {
        ("regex.replace", [text, pattern, _]) => (pattern, text),
        (
            "regex.match" | "regex.split" | "regex.find_n" | "regex.find_all_string_submatch_n",
            [pattern, text, ..],
        ) => (pattern, text),
        _ => return None,
    };
    let pattern = pattern.text()?;
    let text = text.text()?;
    if !text.is_ascii()
        && let Some(class) = perl_class(pattern)
    {
        return Some(format!(
            "\\{class} means ASCII alone there, and the text has more; write what is meant, such as [0-9] or \\pL"
        ));
    }
    if function == "regex.match" {
        return None;
    }
    match Regex::new(pattern) {
        Ok(regex) if regex.find_iter(text).any(|found| found.is_empty()) => {
            Some("the pattern matches nothing at all; write + for *".to_owned())
        }
        Ok(_) => None,
        Err(_) => Some("the pattern is no regular expression".to_owned()),
    }
}

/// The first class of a pattern that is not the same in both.
fn perl_class(pattern: &str) -> Option<char> {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            let class = characters.next()?;
            if "wWdDsSbB".contains(class) {
                return Some(class);
            }
        }
    }
    None
}
