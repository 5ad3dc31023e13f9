//! Whether something holds of any of several things, some of which are not known.

use crate::inventory::{Fact, Unknown};

/// Whether one of the facts holds: known as soon as one does, or all do not.
pub(super) fn any(facts: impl IntoIterator<Item = Fact<bool>>) -> Fact<bool> {
    let mut open = None;
    for fact in facts {
        match fact {
            Fact::Known(true) => return Fact::Known(true),
            Fact::Known(false) => {}
            Fact::Unknown(mark) => open = open.or(Some(mark.unknown)),
        }
    }
    none_but_for(open)
}

/// Nothing was found; unknown where a gap may hide it.
pub(super) fn none_but_for(gap: Option<Unknown>) -> Fact<bool> {
    match gap {
        Some(why) => Fact::unknown(why),
        None => Fact::Known(false),
    }
}
