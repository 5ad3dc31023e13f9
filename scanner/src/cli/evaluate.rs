//! `zonewarden evaluate`: judge a snapshot, with no credentials.

use std::path::PathBuf;

use clap::Args;

use super::config::Config;
use super::judging::JudgementArguments;
use super::output::OutputArguments;
use super::{End, Fault};
use crate::evaluate::{Catalogue, evaluate};
use crate::inventory::snapshot::SnapshotFile;

/// The arguments of `zonewarden evaluate`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The snapshot, as `zonewarden collect` or `scan --snapshot` wrote it
    #[arg(value_name = "FILE")]
    snapshot: PathBuf,
    #[command(flatten)]
    judgement: JudgementArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: Arguments, config: Config) -> Result<End, Fault> {
    let mut judgement = arguments
        .judgement
        .judgement(config, arguments.output.with_passes())?;
    // The same snapshot gives the same bytes, whichever run of CI asks.
    judgement.options.ci = None;
    let snapshot = SnapshotFile::open(&arguments.snapshot)?;
    let outputs = arguments.output.open()?;
    let report = evaluate(&snapshot, &Catalogue::shipped()?, &judgement.options)?;
    outputs.write(&report)?;
    Ok(judgement.end(&report))
}
