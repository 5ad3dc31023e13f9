//! How much the user's own rules may find: whoever wrote them may want the report to fill the memory
//! or the disk.

use super::program::RunError;
use super::verdict::Finding;

/// What a rule may find on one subject.
pub(super) const MAX_FINDINGS: usize = 1000;

/// How long a message may be, in bytes; the rest is cut off.
pub(super) const MAX_MESSAGE: usize = 4096;

/// How long a key may be, and a path, in bytes: more than the longest DNS name and ARN.
const MAX_NAME: usize = 2048;

/// How long a command may be, in bytes.
pub(super) const MAX_FIX: usize = 8192;

/// That a rule finds too much on one subject.
pub(super) fn too_many(found: usize) -> RunError {
    RunError::bound(format!(
        "stopped: the rule gives {found} findings on one subject, more than {MAX_FINDINGS}"
    ))
}

/// That a command is too long.
pub(super) fn too_long_a_fix() -> RunError {
    RunError::new(format!("a deny has a fix of over {MAX_FIX} bytes"))
}

/// Refuses a finding whose key, path or command is too long, none of which can be cut and mean the
/// same; its message is cut.
pub(super) fn bound(key: &str, finding: &mut Finding) -> Result<(), RunError> {
    for (what, text) in [
        ("a key", key),
        ("an at", finding.at.as_deref().unwrap_or_default()),
    ] {
        if text.len() > MAX_NAME {
            let problem = format!("a deny has {what} of over {MAX_NAME} bytes");
            return Err(RunError::new(problem));
        }
    }
    if finding.fix.iter().map(String::len).sum::<usize>() > MAX_FIX {
        return Err(too_long_a_fix());
    }
    cut(&mut finding.message);
    Ok(())
}

/// Cuts a message that is too long, and shows that.
pub(super) fn cut(message: &mut String) {
    if message.len() <= MAX_MESSAGE {
        return;
    }
    const ELLIPSIS: char = '…';
    let room = MAX_MESSAGE - ELLIPSIS.len_utf8();
    let end = (0..=room).rev().find(|at| message.is_char_boundary(*at));
    message.truncate(end.unwrap_or_default());
    message.push(ELLIPSIS);
}
