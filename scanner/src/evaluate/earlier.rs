//! The earlier snapshot beside the one that is judged: whether it is of the same estate, and what a
//! report says of it.

use zonewarden_reports::PreviousSnapshot;

use super::judge::EvaluateError;
use crate::inventory::snapshot::SnapshotFile;
use crate::inventory::{AccountScope, Header, Mode};

/// Whether what has changed between two snapshots can be told.
///
/// # Errors
/// Where the earlier one is of source code, of other accounts, or not the earlier one.
pub(super) fn check(earlier: &SnapshotFile, later: &SnapshotFile) -> Result<(), EvaluateError> {
    let (before, now) = (earlier.header(), later.header());
    let refused = |why| Err(EvaluateError::Previous(why));
    if before.mode != Mode::Live {
        return refused("is of source code");
    }
    if earlier.digest() == later.digest() {
        return refused("is the very one that is judged");
    }
    if before.started_at > now.started_at {
        return refused("is the later one");
    }
    if before.started_at == now.started_at {
        return refused("was begun at the same instant");
    }
    if now.mode == Mode::Live {
        if before.partition != now.partition {
            return refused("is of another partition");
        }
        if is_elsewhere(before, now) {
            return refused("is of another organisation");
        }
    }
    Ok(())
}

/// Whether two snapshots are of two organisations, or of two accounts in none.
fn is_elsewhere(before: &Header, now: &Header) -> bool {
    let is_account = |header: &Header| header.scope == AccountScope::Account;
    match (&before.organization, &now.organization) {
        (Some(before), Some(now)) => before.id != now.id,
        (None, None) => is_account(before) && is_account(now) && before.account != now.account,
        _ => false,
    }
}

/// What a report says of the earlier snapshot.
pub(super) fn told(earlier: &SnapshotFile) -> PreviousSnapshot {
    PreviousSnapshot {
        digest: earlier.digest().to_owned(),
        started_at: earlier.header().started_at,
        finished_at: earlier.footer().map(|footer| footer.finished_at),
    }
}

/// What the user should know of the earlier snapshot.
pub(super) fn warnings(earlier: &SnapshotFile) -> impl Iterator<Item = String> {
    let incomplete = earlier.footer().is_none().then_some(
        "The earlier snapshot is incomplete: the collection was broken off before its end.",
    );
    let altered = (!earlier.is_intact())
        .then_some("The earlier snapshot was changed after it was written: its digest is another.");
    incomplete.into_iter().chain(altered).map(str::to_owned)
}
