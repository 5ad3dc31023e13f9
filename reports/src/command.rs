//! A list of arguments as a command to paste.

use std::borrow::Cow;

use crate::neutralise::is_deceptive;

/// The arguments as one line that a POSIX shell splits into the same arguments again.
///
/// `None` where there are no arguments, or where one has a control character or one that cannot
/// be seen: nobody should paste what they cannot read.
pub fn shell_command(arguments: &[impl AsRef<str>]) -> Option<String> {
    if arguments.is_empty() || arguments.iter().any(|a| a.as_ref().contains(is_deceptive)) {
        return None;
    }
    let words: Vec<_> = (arguments.iter().enumerate())
        .map(|(position, argument)| quoted(argument.as_ref(), position == 0))
        .collect();
    Some(words.join(" "))
}

/// One argument as the shell is to be told it (POSIX.1-2017, Shell Command Language, 2.2.2).
fn quoted(argument: &str, is_command_name: bool) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    // `a=b` in the first place is an assignment, and zsh looks up `=name` as a command.
    let is_special = argument.starts_with('=') || (is_command_name && argument.contains('='));
    if !argument.is_empty() && argument.chars().all(is_plain) && !is_special {
        Cow::Borrowed(argument)
    } else {
        Cow::Owned(format!("'{}'", argument.replace('\'', r"'\''")))
    }
}
