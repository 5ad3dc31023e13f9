//! `zonewarden evaluate`: judge a snapshot, with no credentials.

use std::path::PathBuf;

use clap::Args;
use tracing::warn;
use zonewarden_reports::Report;

use super::comparing::ComparisonArguments;
use super::config::Config;
use super::interrupt::Interrupt;
use super::judging::{Conclusion, JudgementArguments, PreviousArgument};
use super::output::OutputArguments;
use super::policies::RuleArguments;
use super::{End, Fault};
use crate::evaluate::evaluate;
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
    previous: PreviousArgument,
    #[command(flatten)]
    comparison: ComparisonArguments,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: Arguments, config: Config) -> Result<End, Fault> {
    let catalogue = arguments.rules.catalogue(&config)?;
    let with_passes = arguments.output.with_passes();
    let mut judgement = (arguments.judgement)
        .judgement(config, &catalogue, with_passes)?
        .against(arguments.comparison.read()?);
    // The same snapshot gives the same bytes, whichever run of CI asks.
    judgement.options.ci = None;
    judgement.options.previous = arguments.previous.open()?;
    let path = arguments.snapshot;
    let outputs = arguments.output.open(Some(&path))?;
    let mut interrupt = Interrupt::listen()?;
    let judged = interrupt.during(move || -> Result<(Report, Conclusion), Fault> {
        let snapshot = SnapshotFile::open(&path)?;
        let mut report = evaluate(&snapshot, &catalogue, &judgement.options)?;
        let conclusion = judgement.conclude(&mut report);
        Ok((report, conclusion))
    })?;
    if let Some(judged) = judged {
        let (report, conclusion) = judged?;
        if outputs.write(report, &mut interrupt)?.is_some() {
            return conclusion.end();
        }
    }
    warn!("interrupted before every document was written");
    Ok(End::Interrupted)
}
