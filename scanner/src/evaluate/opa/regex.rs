//! Regular expressions that both engines read alike: Rust's and Go's differ in what `\w`, `\d`, `\s`
//! and `\b` are outside ASCII, and in matches of nothing.

use regex::Regex;

use super::Argument;

/// Why OPA would not find the same in a text.
pub(super) fn matched(pattern: &Argument<'_>, text: &Argument<'_>) -> Option<String> {
    let apart = Apart::of(pattern.text()?);
    if let Some(operator) = apart.operator {
        return Some(format!(
            "{operator} is read otherwise there; escape its characters, or do without"
        ));
    }
    let text = text.text()?;
    let class = apart.class.filter(|_| !text.is_ascii())?;
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

/// What of a pattern the two read otherwise.
#[derive(Default)]
struct Apart {
    /// What one of them takes for an operator, a boundary or a flag.
    operator: Option<&'static str>,
    /// The letter of a class that is wider in one of them.
    class: Option<char>,
}

impl Apart {
    fn of(pattern: &str) -> Self {
        let mut apart = Self::default();
        let mut in_brackets = false;
        let mut rest = pattern;
        while let Some(character) = rest.chars().next() {
            let after = rest.get(character.len_utf8()..).unwrap_or_default();
            let next = after.chars().next();
            let mut taken = character.len_utf8();
            let operator = match (character, next) {
                ('\\', Some(escaped)) => {
                    taken += escaped.len_utf8();
                    match escaped {
                        '<' => Some(r"\<"),
                        '>' => Some(r"\>"),
                        class if "wWdDsSbB".contains(class) => {
                            apart.class = apart.class.or(Some(class));
                            None
                        }
                        _ => None,
                    }
                }
                ('&', Some('&')) if in_brackets => Some("&&"),
                ('-', Some('-')) if in_brackets => Some("--"),
                ('~', Some('~')) if in_brackets => Some("~~"),
                ('(', Some('?')) if sets_flag_x(after) => Some("(?x)"),
                _ => None,
            };
            match character {
                '[' => in_brackets = true,
                ']' => in_brackets = false,
                _ => {}
            }
            apart.operator = apart.operator.or(operator);
            rest = rest.get(taken..).unwrap_or_default();
        }
        apart
    }
}

/// Whether flags, from their question mark on, let a pattern be spaced out, which Go does not know.
fn sets_flag_x(flags: &str) -> bool {
    let mut letters = (flags.chars().skip(1)).take_while(|flag| flag.is_ascii_alphabetic());
    !flags.starts_with("?P") && letters.any(|flag| flag == 'x')
}
