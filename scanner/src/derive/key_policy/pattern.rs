//! Patterns with the wildcards `*` and `?`.

/// One unit of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// This byte.
    Byte(u8),
    /// `?`: any one character.
    One,
    /// `*`: any characters, or none.
    Many,
}

impl Token {
    /// The byte that the token is where wildcards have no meaning.
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Byte(byte) => byte,
            Self::One => b'?',
            Self::Many => b'*',
        }
    }

    /// Whether it is `*` or `?`.
    pub(super) fn is_wildcard(self) -> bool {
        !matches!(self, Self::Byte(_))
    }
}

impl From<u8> for Token {
    /// The token of a byte where `*` and `?` are wildcards.
    fn from(byte: u8) -> Self {
        match byte {
            b'*' => Self::Many,
            b'?' => Self::One,
            byte => Self::Byte(byte),
        }
    }
}

/// The tokens of a text in which `*` and `?` are wildcards.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    text.bytes().map(Token::from)
}

/// Whether the pattern is the text, wildcards taken as the characters they are.
pub(super) fn equal(pattern: &[Token], text: &str) -> bool {
    pattern.len() == text.len()
        && pattern
            .iter()
            .zip(text.bytes())
            .all(|(token, byte)| token.byte() == byte)
}

/// The same as [`equal`], whatever the case of ASCII letters.
pub(super) fn equal_ignoring_case(pattern: &[Token], text: &str) -> bool {
    pattern.len() == text.len()
        && pattern
            .iter()
            .zip(text.bytes())
            .all(|(token, byte)| token.byte().eq_ignore_ascii_case(&byte))
}

/// Whether the pattern matches the whole text.
pub(super) fn like(pattern: &[Token], text: &str) -> bool {
    matches(|index| pattern.get(index).copied(), text.as_bytes())
}

/// Whether a pattern matches the whole of a text in lower case, whatever the case of its letters.
pub(super) fn like_ignoring_case(pattern: &str, lower_case: &str) -> bool {
    let pattern = pattern.as_bytes();
    matches(
        |index| {
            pattern
                .get(index)
                .map(|byte| Token::from(byte.to_ascii_lowercase()))
        },
        lower_case.as_bytes(),
    )
}

/// Matches tokens, given by their place, with a text.
///
/// Only the last `*` is ever tried again, so the time is bounded by the product of the lengths.
fn matches(pattern: impl Fn(usize) -> Option<Token>, text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    loop {
        match (pattern(p), text.get(t)) {
            (Some(Token::Many), _) => {
                p += 1;
                retry = Some((p, t));
            }
            (Some(Token::One), Some(_)) => {
                p += 1;
                t += 1;
                while text.get(t).is_some_and(|byte| is_continuation(*byte)) {
                    t += 1;
                }
            }
            (Some(Token::Byte(wanted)), Some(byte)) if wanted == *byte => {
                p += 1;
                t += 1;
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

/// Whether a byte of UTF-8 goes on with the character before it.
fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// How a pattern compares with an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArnMatch {
    /// Each of the six parts matches.
    Match,
    /// Some part does not match.
    Mismatch,
    /// The pattern has fewer than six parts, and would match if it were no ARN.
    TooShort,
}

/// Compares a pattern with an ARN, each of the six parts between colons by itself.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN>
pub(super) fn arn_like(pattern: &[Token], arn: &str) -> ArnMatch {
    const PARTS: usize = 6;
    let colon = |token: &Token| *token == Token::Byte(b':');
    if pattern.iter().filter(|token| colon(token)).count() < PARTS - 1 {
        return if like(pattern, arn) {
            ArnMatch::TooShort
        } else {
            ArnMatch::Mismatch
        };
    }
    let mut wanted = pattern.splitn(PARTS, colon);
    let mut given = arn.splitn(PARTS, ':');
    let matches = (0..PARTS).all(|_| match (wanted.next(), given.next()) {
        (Some(pattern), Some(part)) => like(pattern, part),
        _ => false,
    });
    if matches {
        ArnMatch::Match
    } else {
        ArnMatch::Mismatch
    }
}
