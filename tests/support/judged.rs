//! The shipped rules over a snapshot that a test wrote.

use std::fs::File;

use jiff::Timestamp;
use zonewarden::evaluate::{Catalogue, Options, evaluate};
use zonewarden::inventory::Record;
use zonewarden::inventory::snapshot::{SnapshotFile, SnapshotWriter};
use zonewarden_reports::Report;

/// The report over a snapshot of these records, the header first, that was finished at an instant.
/// Passes are in it.
pub(crate) fn judged<'r>(
    records: impl IntoIterator<Item = &'r Record>,
    finished_at: Timestamp,
) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.jsonl");
    let mut writer = SnapshotWriter::new(File::create(&path).unwrap(), &path).unwrap();
    for record in records {
        writer.write(record).unwrap();
    }
    writer.finish(finished_at).unwrap();
    let snapshot = SnapshotFile::open(&path).unwrap();
    let options = Options {
        with_passes: true,
        ..Options::default()
    };
    evaluate(&snapshot, &Catalogue::shipped().unwrap(), &options).unwrap()
}
