//! What Rego may cost to parse. regorus' parser tries each bracket more than once, so that brackets
//! within brackets take twice as long with every level, and builds a tree as deep as an expression
//! has operators: text that is made for it would hold it for years, or end the process.

/// What all brackets of a file may cost: one within n others costs two to the n.
const MAX_WORK: u64 = 1 << 20;

/// How many operators a file may have: the depth of an expression of them all.
const MAX_OPERATORS: usize = 10_000;

/// The line of a module that is too intricate to be parsed, and why.
pub(super) fn excess(text: &str) -> Option<(u64, &'static str)> {
    let (mut depth, mut work, mut operators) = (0u32, 0u64, 0);
    for (code, line) in code_of(text).lines().zip(1..) {
        for character in code.chars() {
            match character {
                '[' | '{' => {
                    depth += 1;
                    work = work.saturating_add(1u64.checked_shl(depth).unwrap_or(u64::MAX));
                }
                ']' | '}' => depth = depth.saturating_sub(1),
                '+' | '-' | '*' | '/' | '%' | '&' | '|' => operators += 1,
                _ => {}
            }
        }
        if work > MAX_WORK {
            return Some((
                line,
                "its brackets are nested too deep; give what is within a name of its own",
            ));
        }
        if operators > MAX_OPERATORS {
            return Some((line, "the file has too many operators; make several of it"));
        }
    }
    None
}

/// The text without what strings and comments say, line by line as it was.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(next) = chars.next() {
        match next {
            '#' => {
                if chars.by_ref().any(|skipped| skipped == '\n') {
                    code.push('\n');
                }
            }
            '"' => {
                let mut escaped = false;
                for inner in chars.by_ref() {
                    match inner {
                        '"' if !escaped => break,
                        // No string goes over the end of a line; the parser says so.
                        '\n' => {
                            code.push('\n');
                            break;
                        }
                        _ => escaped = inner == '\\' && !escaped,
                    }
                }
            }
            '`' => {
                let raw = chars.by_ref().take_while(|&inner| inner != '`');
                code.extend(raw.filter(|&inner| inner == '\n'));
            }
            _ => code.push(next),
        }
    }
    code
}
