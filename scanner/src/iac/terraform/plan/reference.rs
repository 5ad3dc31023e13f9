//! What a reference says before it is followed.

use super::address::{Key, Step};

/// Whether a reference is to what is given while the plan is made, so that nothing that is known
/// after apply only comes from it.
pub(super) fn is_given(steps: &[Step]) -> bool {
    let mut names = steps.iter().map(|step| step.name().map(AsRef::as_ref));
    match names.next() {
        Some(Some("count" | "path" | "terraform")) => true,
        Some(Some("each")) => names.next() == Some(Some("key")),
        _ => false,
    }
}

/// Whether a reference is to the key of the block's own instance. Beside a reference to something
/// else that has instances, it says which of them.
pub(super) fn is_own_key(steps: &[Step]) -> bool {
    let mut names = steps.iter().map(|step| step.name().map(AsRef::as_ref));
    matches!(
        (names.next(), names.next()),
        (Some(Some("each")), Some(Some("key"))) | (Some(Some("count")), Some(Some("index")))
    )
}

/// Whether a reference is to a thing as a whole, so that more may be asked of it.
pub(super) fn is_whole(steps: &[Step]) -> bool {
    let mut names = steps.iter().filter_map(Step::name);
    let names_before_attribute = match names.next().map(AsRef::as_ref) {
        Some("var" | "each" | "local") => return true,
        Some("data") => 3,
        _ => 2,
    };
    steps.iter().filter_map(Step::name).count() <= names_before_attribute
}

/// The key that a reference begins with, if it has one, and the rest.
pub(super) fn split_key(steps: &[Step]) -> (Option<&Key>, &[Step]) {
    match steps {
        [Step::Key(key), rest @ ..] => (Some(key), rest),
        _ => (None, steps),
    }
}
