//! The snapshot file: JSON Lines, one record a line, zstd-compressed where the name ends in `.zst`.
//!
//! It is written as it is collected. Without its footer it is incomplete, and still readable.

mod reader;
mod writer;

pub use reader::{Block, Line, SnapshotError, SnapshotFile};
pub use writer::SnapshotWriter;

use std::path::Path;

/// Whether a file of this name is compressed.
pub(crate) fn is_compressed(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zst"))
}
