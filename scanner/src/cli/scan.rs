//! `zonewarden scan`: collect, judge, report.

use std::path::{Path, PathBuf};

use clap::Args;
use tempfile::NamedTempFile;
use tracing::warn;
use zonewarden_reports::Report;

use super::collecting::CollectionArguments;
use super::comparing::ComparisonArguments;
use super::config::Config;
use super::dns::DnsArguments;
use super::interrupt::Interrupt;
use super::judging::{Conclusion, Judgement, JudgementArguments, PreviousArgument};
use super::output::{OutputArguments, Outputs};
use super::pending::{PendingFile, Readers};
use super::policies::RuleArguments;
use super::snapshot::{Collected, Destination, Sources, collect_into};
use super::{End, Fault};
use crate::collect::Connection;
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
    dns: DnsArguments,
    #[command(flatten)]
    rules: RuleArguments,
    #[command(flatten)]
    judgement: JudgementArguments,
    #[command(flatten)]
    previous: PreviousArgument,
    #[command(flatten)]
    comparison: ComparisonArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: Arguments, config: Config) -> Result<End, Fault> {
    let dns = arguments.dns.is_on(&config);
    let catalogue = arguments.rules.catalogue(&config)?;
    let settings = (arguments.collection).settings(&config, dns, catalogue.parts())?;
    let observer = arguments.dns.observer(&config)?;
    let with_passes = arguments.output.with_passes();
    let mut judgement = (arguments.judgement)
        .judgement(config, &catalogue, with_passes)?
        .against(arguments.comparison.read()?);
    judgement.options.previous = arguments.previous.open()?;
    let outputs = arguments.output.open(arguments.snapshot.as_deref())?;
    let snapshot = Snapshot::open(arguments.snapshot)?;
    scan(
        &Sources {
            connection: Connection::Environment,
            settings,
            observer,
        },
        snapshot,
        catalogue,
        judgement,
        outputs,
        &mut Interrupt::listen()?,
    )
}

/// Collects into `snapshot`, judges it by the rules of `catalogue` and writes the documents.
pub(super) fn scan(
    sources: &Sources,
    snapshot: Snapshot,
    catalogue: Catalogue,
    judgement: Judgement,
    outputs: Outputs,
    interrupt: &mut Interrupt,
) -> Result<End, Fault> {
    let (destination, snapshot) = snapshot.split()?;
    match collect_into(destination, sources, interrupt)? {
        Collected::Whole { .. } => {}
        Collected::Part => return snapshot.keep_interrupted(),
        Collected::Nothing => {
            warn!("interrupted before anything was collected");
            return Ok(End::Interrupted);
        }
    }
    let path = snapshot.path().to_owned();
    let judged = interrupt.during(move || -> Result<(Report, Conclusion), Fault> {
        let options = &judgement.options;
        let mut report = evaluate(&SnapshotFile::open(&path)?, &catalogue, options)?;
        let conclusion = judgement.conclude(&mut report);
        Ok((report, conclusion))
    })?;
    if let Some(judged) = judged {
        let (report, conclusion) = judged?;
        if outputs.write(report, interrupt)?.is_some() {
            return conclusion.end();
        }
    }
    snapshot.keep_interrupted()
}

/// The file that a scan collects into.
#[derive(Debug)]
pub(super) enum Snapshot {
    /// Named by the user.
    Named(PendingFile),
    /// Kept only if the scan is interrupted.
    Temporary(NamedTempFile),
}

/// A snapshot's file while something else writes to it.
#[derive(Debug)]
enum Kept {
    Named(PathBuf),
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
        let file = PendingFile::open(path, Readers::Owner)?;
        if file.is_device() {
            let path = file.path().display();
            return Err(Fault::new(
                format!("cannot read back what is written to {path}: it is no regular file"),
                "name another with --snapshot, or none",
            ));
        }
        Ok(Self::Named(file))
    }

    fn split(self) -> Result<(Destination, Kept), Fault> {
        Ok(match self {
            Self::Named(pending) => {
                let path = pending.path().to_owned();
                (Destination::named(pending)?, Kept::Named(path))
            }
            Self::Temporary(file) => {
                let destination = Destination::unnamed(file.path(), file.as_file().try_clone()?);
                (destination, Kept::Temporary(file))
            }
        })
    }
}

impl Kept {
    fn path(&self) -> &Path {
        match self {
            Self::Named(path) => path,
            Self::Temporary(file) => file.path(),
        }
    }

    fn keep_interrupted(self) -> Result<End, Fault> {
        let path = match self {
            Self::Named(path) => path,
            Self::Temporary(file) => match file.keep() {
                Ok((_, path)) => path,
                Err(refused) => {
                    return Err(Fault::new(refused.error, "name a file with --snapshot"));
                }
            },
        };
        warn!(
            "interrupted; what was collected is in {}: judge it with `zonewarden evaluate`",
            path.display()
        );
        Ok(End::Interrupted)
    }
}
