//! `zonewarden scan`: collect, judge, report.

use std::path::{Path, PathBuf};

use clap::Args;
use tempfile::NamedTempFile;
use tracing::warn;

use super::collecting::CollectionArguments;
use super::config::Config;
use super::judging::{Judgement, JudgementArguments};
use super::output::{OutputArguments, Outputs};
use super::snapshot::{Collected, collect_into};
use super::{End, Fault};
use crate::collect::{Connection, Settings};
use crate::evaluate::{Catalogue, evaluate};
use crate::inventory::snapshot::SnapshotFile;

/// The arguments of `zonewarden scan`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Keep the snapshot in this file, zstd-compressed if it ends in .zst
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    #[command(flatten)]
    collection: CollectionArguments,
    #[command(flatten)]
    judgement: JudgementArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: Arguments, config: Config) -> Result<End, Fault> {
    let settings = arguments.collection.settings(&config)?;
    let judgement = arguments
        .judgement
        .judgement(config, arguments.output.with_passes())?;
    let outputs = arguments.output.open()?;
    let catalogue = Catalogue::shipped()?;
    let snapshot = Snapshot::open(arguments.snapshot)?;
    scan(
        &Connection::Environment,
        &settings,
        snapshot,
        &catalogue,
        &judgement,
        outputs,
    )
}

/// Collects into `snapshot`, judges it and writes the documents.
pub(super) fn scan(
    connection: &Connection,
    settings: &Settings,
    snapshot: Snapshot,
    catalogue: &Catalogue,
    judgement: &Judgement,
    outputs: Outputs,
) -> Result<End, Fault> {
    let file = snapshot.file()?;
    match collect_into(file, snapshot.path(), connection, settings)? {
        Collected::Whole(_) => {}
        Collected::Interrupted => {
            let path = snapshot.keep()?;
            warn!(
                "interrupted; what was collected is in {}: judge it with `zonewarden evaluate`",
                path.display()
            );
            return Ok(End::Interrupted);
        }
    }
    let report = evaluate(
        &SnapshotFile::open(snapshot.path())?,
        catalogue,
        &judgement.options,
    )?;
    outputs.write(&report)?;
    Ok(judgement.end(&report))
}

/// The file that a scan collects into: one that the user named, or one that goes when the scan ends.
pub(super) enum Snapshot {
    /// Named by the user.
    Named(PathBuf, std::fs::File),
    /// Kept only if the scan is interrupted.
    Temporary(NamedTempFile),
}

impl Snapshot {
    pub(super) fn open(named: Option<PathBuf>) -> Result<Self, Fault> {
        let Some(path) = named else {
            return tempfile::Builder::new()
                .prefix("zonewarden-")
                .suffix(".jsonl")
                .tempfile()
                .map(Self::Temporary)
                .map_err(|error| {
                    Fault::new(
                        format!("cannot make a temporary file: {error}"),
                        "name a file with --snapshot, or another folder in TMPDIR",
                    )
                });
        };
        let file = create(&path)?;
        Ok(Self::Named(path, file))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Named(path, _) => path,
            Self::Temporary(file) => file.path(),
        }
    }

    fn file(&self) -> Result<std::fs::File, Fault> {
        let file = match self {
            Self::Named(_, file) => file.try_clone(),
            Self::Temporary(file) => file.as_file().try_clone(),
        };
        Ok(file?)
    }

    fn keep(self) -> Result<PathBuf, Fault> {
        match self {
            Self::Named(path, _) => Ok(path),
            Self::Temporary(file) => file
                .keep()
                .map(|(_, path)| path)
                .map_err(|error| Fault::new(error.error, "name a file with --snapshot")),
        }
    }
}

/// Creates the file of a snapshot, which its owner alone may read: it holds policies and tags.
pub(super) fn create(path: &Path) -> Result<std::fs::File, Fault> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| {
        Fault::new(
            format!("cannot write the snapshot {}: {error}", path.display()),
            "name a file in a folder that exists and that you may write to",
        )
    })
}
