//! Regular expressions that both engines read alike: Rust's and Go's differ in what `\w`, `\d`, `\s`
//! and `\b` are outside ASCII, and in matches of nothing.

use regex::Regex;

use super::Argument;

/// What one of the two takes for an operator or a boundary, and the other for characters.
const APART: [&str; 6] = ["&&", "--", "~~", r"\<", r"\>", "(?x"];

/// Why OPA would not find the same in a text.
pub(super) fn matched(pattern: &Argument<'_>, text: &Argument<'_>) -> Option<String> {
    let pattern = pattern.text()?;
    if let Some(apart) = APART.iter().find(|apart| pattern.contains(*apart)) {
        return Some(format!(
            "{apart} is read otherwise there; escape its characters"
        ));
    }
    let text = text.text()?;
    let class = perl_class(pattern).filter(|_| !text.is_ascii())?;
    Some(format!(
        "\\{class} means ASCII alone there, and the text has more; write what is meant, such as [0-9] or \\pL"
    ))
}

/// As [`matched`], where it is not only asked whether there is something.
pub(super) fn found(pattern: &Argument<'_>, text: &Argument<'_>) -> Option<String> {
    let otherwise = matched(pattern, text);
    if otherwise.is_some() {
        return otherwise;
    }
    match Regex::new(pattern.text()?) {
        Ok(regex) if regex.find_iter(text.text()?).any(|found| found.is_empty()) => {
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
