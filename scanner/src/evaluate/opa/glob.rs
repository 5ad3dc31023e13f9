//! Patterns of `glob.match` that both engines read alike.
//!
//! OPA's library and regorus' agree on texts, single stars, sets of characters and alternatives of
//! texts. On `?`, `**`, `[!…]`, empty alternatives and those with wildcards they do not.

use super::Argument;

const REMEDY: &str = "write regex.match";

pub(super) fn otherwise(asked: &[Argument<'_>]) -> Option<String> {
    let [pattern, delimiters, ..] = asked else {
        return None;
    };
    let mut delimiters = delimiters.elements().unwrap_or_default().into_iter();
    if delimiters.any(|delimiter| delimiter.text() == Some(":")) {
        return Some(format!("`:` is no delimiter for both; {REMEDY}"));
    }
    let pattern = pattern.text()?;
    let problem = first_problem(pattern)?;
    Some(format!("the pattern has {problem}; {REMEDY}"))
}

fn first_problem(pattern: &str) -> Option<&'static str> {
    if pattern == "**" {
        return None;
    }
    let mut characters = pattern.chars().peekable();
    let mut alternatives = false;
    let mut before = None;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '?' => return Some("?"),
            '*' if alternatives => return Some("a wildcard in {…}"),
            '*' if before == Some('*') => return Some("**"),
            '[' if alternatives => return Some("a wildcard in {…}"),
            '[' if matches!(characters.peek(), Some('!' | '^')) => return Some("[!…]"),
            '{' if alternatives => return Some("{…} in {…}"),
            '{' => alternatives = true,
            ',' | '}' if alternatives && matches!(before, Some('{' | ',')) => {
                return Some("an empty alternative in {…}");
            }
            '}' => alternatives = false,
            _ => {}
        }
        before = Some(character);
    }
    None
}
