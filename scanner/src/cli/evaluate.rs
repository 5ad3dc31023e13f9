//! `zonewarden evaluate`: judge a snapshot, with no credentials.

use std::path::PathBuf;

use clap::Args;
use tracing::warn;
use zonewarden_reports::Report;

use super::config::Config;
use super::interrupt::Interrupt;
use super::judging::{Judgement, JudgementArguments};
use super::output::OutputArguments;
use super::policies::RuleArguments;
use super::{End, Fault};
use crate::evaluate::{Options, evaluate};
use crate::inventory::snapshot::SnapshotFile;

/// The arguments of `zonewarden evaluate`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The snapshot, as `zonewarden collect` or `scan --snapshot` wrote it
    #[arg(value_name = "FILE")]
    snapshot: PathBuf,
    #[command(flatten)]
    rules: RuleArguments,
    #[command(flatten)]
    judgement: JudgementArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: Arguments, config: Config) -> Result<End, Fault> {
    let catalogue = arguments.rules.catalogue(&config)?;
    let with_passes = arguments.output.with_passes();
    let Judgement { options, ending } =
        (arguments.judgement).judgement(config, &catalogue, with_passes)?;
    let options = Options {
        // The same snapshot gives the same bytes, whichever run of CI asks.
        ci: None,
        ..options
    };
    let path = arguments.snapshot;
    let outputs = arguments.output.open(Some(&path))?;
    let mut interrupt = Interrupt::listen()?;
    let judged = interrupt.during(move || -> Result<Report, Fault> {
        let snapshot = SnapshotFile::open(&path)?;
        Ok(evaluate(&snapshot, &catalogue, &options)?)
    })?;
    if let Some(report) = judged {
        let report = report?;
        let end = ending.of(&report);
        if outputs.write(report, &mut interrupt)?.is_some() {
            return Ok(end);
        }
    }
    warn!("interrupted before every document was written");
    Ok(End::Interrupted)
}
