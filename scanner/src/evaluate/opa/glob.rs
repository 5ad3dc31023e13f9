//! Patterns of `glob.match` that both engines read alike.
//!
//! OPA's library and regorus' agree on texts, single stars, sets of characters and alternatives of
//! texts. On `?`, `**`, `[!…]`, empty alternatives and those with wildcards they do not.

const REMEDY: &str = "write regex.match";

pub(super) fn otherwise(pattern: &str) -> Option<String> {
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
